import Foundation
import HDF5File

/// A small NWB file: units with spikes, six trials of one second, a cursor; and the study that reads it.
struct Recording {
  var trials = 6
  var hasUnits = true
  var isNWB = true
  var spikeTimes: (Double) -> Double = { $0 }
  /// Velocity at a time.
  var velocity: (Double) -> Double = { sin(5 * $0) }

  static let units = 3

  func write(to path: String) throws {
    let file = try HDF5Writer(path: path)
    try file.group("general")
    if isNWB { try file.attribute("nwb_version", of: "/", .text(["2.6.0"])) }
    if hasUnits { try writeUnits(file) }
    let starts = (0..<trials).map(Double.init)
    try file.write(starts, shape: [trials], to: "intervals/trials/start_time")
    try file.write(starts.map { $0 + 0.9 }, shape: [trials], to: "intervals/trials/stop_time")
    try file.write(starts.map { $0 + 0.2 }, shape: [trials], to: "intervals/trials/go_time")
    try file.attribute(
      "colnames", of: "intervals/trials", .text(["start_time", "stop_time", "go_time"]))
    let times = (0..<trials * 100).map { Double($0) / 100 }
    let series = "processing/behavior/cursor_vel"
    try file.write(times.map(velocity), shape: [times.count, 1], to: series + "/data")
    try file.write(times, shape: [times.count], to: series + "/timestamps")
    try file.attribute("unit", of: series + "/data", .text(["m/s"]))
    try file.close()
  }

  private func writeUnits(_ file: HDF5Writer) throws {
    var times: [Double] = []
    var ends: [Int] = []
    for unit in 0..<Self.units {
      let gap = 0.05 + 0.02 * Double(unit)
      var time = 0.01
      while time < Double(trials) {
        times.append(spikeTimes(time))
        time += gap * (1.5 + sin(5 * time))
      }
      ends.append(times.count)
    }
    try file.write(times, shape: [times.count], to: "units/spike_times")
    try file.write(ends, shape: [ends.count], to: "units/spike_times_index")
    try file.write(Array(0..<Self.units), shape: [Self.units], to: "units/id")
  }

  static let study = """
    mdssm: 1
    study: {name: small, seed: 1}
    datasets:
      rat:
        kind: nwb
        path: data/rat.nwb
        observe: {kind: spikes, bin: 50 ms}
        trials: {align: start_time, window: [0 ms, 500 ms]}
        behavior: {velocity: cursor_vel}
        split: {train: 0.5, valid: 0.2, test: 0.3}
    models:
      plain:
        readin:      {kind: linear, width: 4, shared: 3}
        dynamics:    {kind: mlp, latent: 2, hidden: [4], adapt: {kind: shared}}
        inference:   {kind: dkf, encoder: {kind: bigru, width: 4}}
        observation: {kind: poisson}
    training:
      short:
        optimizer: {kind: adamw, lr: 1e-3}
        batch:     {trials: 2}
        budget:    4 steps
    runs:
      fit: {train: plain, on: rat, with: short}
    evaluations:
      rebuild: {kind: reconstruction, of: [fit]}
      decode:  {kind: decode, of: [fit], target: velocity, from: observed}
    backend: {kind: native, threads: 1}

    """
}

extension Program {
  /// Writes the study, one piece of its text replaced, and a recording at the place where it looks.
  func prepare(_ recording: Recording? = Recording(), replacing old: String = "", with new: String = "") throws {
    try FileManager.default.createDirectory(atPath: path("data"), withIntermediateDirectories: true)
    try recording?.write(to: path("data/rat.nwb"))
    try write(old.isEmpty ? Recording.study : Recording.study.replacing(old, with: new), to: "study.yaml")
  }
}
