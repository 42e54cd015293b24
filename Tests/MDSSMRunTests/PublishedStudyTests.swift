import Foundation
import HDF5File
import Testing

/// `specs/motor_cortex_dandi.yaml` on files with the layout of DANDI 000688 and 000070, which cannot be had here.
@Suite(.timeLimit(.minutes(10))) struct PublishedStudyTests {
  let program: Program

  init() throws { program = try Program() }

  /// A session of `trials` reaches of 1.5 s; the rates of 12 units follow the velocity of the hand 100 ms later.
  private func write(_ path: String, subject: String, isMaze: Bool = false, trials: Int = 40, isDeaf: Bool = false)
    throws
  {
    let full = program.path(path)
    try FileManager.default.createDirectory(
      atPath: (full as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
    let file = try HDF5Writer(path: full)
    try file.attribute("nwb_version", of: "/", .text(["2.6.0"]))
    try file.write([subject], shape: [], to: "general/subject/subject_id")
    let angles = (0..<trials).map { Double($0 % 8) * .pi / 4 }
    // A bell of half a second, 500 ms into the trial.
    let speed = { (time: Double) -> Double in
      let phase = time.truncatingRemainder(dividingBy: 1.5) - 0.5
      return phase > 0 && phase < 0.5 ? 20 * sin(2 * .pi * phase) : 0
    }
    let velocity = { (time: Double, axis: Int) -> Double in
      let angle = angles[min(trials - 1, max(0, Int(time / 1.5)))]
      return speed(time) * (axis == 0 ? cos(angle) : sin(angle))
    }
    var times: [Double] = []
    var ends: [Int] = []
    for unit in 0..<12 {
      let (one, two) = (cos(0.9 * Double(unit)), sin(0.9 * Double(unit)))
      var phase = 0.3 * Double(unit)
      for step in 0..<Int(1500 * Double(trials)) {
        let time = Double(step) / 1000
        let drive = isDeaf ? 0 : one * velocity(time + 0.1, 0) + two * velocity(time + 0.1, 1)
        phase += max(0, 60 + 2.5 * drive) / 1000
        if phase >= 1 {
          phase -= 1
          times.append(time)
        }
      }
      ends.append(times.count)
    }
    try file.write(times, shape: [times.count], to: "units/spike_times")
    try file.write(ends, shape: [12], to: "units/spike_times_index")
    let starts = (0..<trials).map { 1.5 * Double($0) }
    let table = "intervals/trials/"
    try file.write(starts, shape: [trials], to: table + "start_time")
    try file.write(starts.map { $0 + 1.5 }, shape: [trials], to: table + "stop_time")
    let onset = isMaze ? "move_begins_time" : "move_onset_time"
    try file.write(starts.map { $0 + 0.5 }, shape: [trials], to: table + onset)
    if isMaze {
      try file.write((0..<trials).map { $0 != 3 }, shape: [trials], to: table + "task_success")
      try file.write((0..<trials).map { $0 == 5 }, shape: [trials], to: table + "discard_trial")
    } else {
      try file.write((0..<trials).map { $0 == 2 ? "F" : "R" }, shape: [trials], to: table + "result")
      try file.write((0..<trials).map { $0 % 8 }, shape: [trials], to: table + "target_id")
    }
    let names =
      ["start_time", "stop_time", onset] + (isMaze ? ["task_success", "discard_trial"] : ["result", "target_id"])
    try file.attribute("colnames", of: "intervals/trials", .text(names))
    let clock = (0..<150 * trials).map { Double($0) / 100 }
    var place = (0.0, 0.0)
    let samples = clock.flatMap { time -> [Double] in
      let now = (velocity(time, 0), velocity(time, 1))
      place = (place.0 + now.0 / 100, place.1 + now.1 / 100)
      return isMaze ? [place.0, place.1] : [now.0, now.1]
    }
    let series = isMaze ? "processing/behavior/Position/Hand" : "processing/behavior/Velocity/cursor_vel"
    try file.write(samples, shape: [clock.count, 2], to: series + "/data")
    try file.write(clock, shape: [clock.count], to: series + "/timestamps")
    try file.attribute("unit", of: series + "/data", .text([isMaze ? "cm" : "cm/s"]))
    try file.close()
  }

  private func prepare() throws {
    for (name, subject) in [("C/a", "C"), ("M/a", "M"), ("J/a", "J"), ("T/a", "T")] {
      try write("data/000688/sub-\(name)_ses-CO-\(subject).nwb", subject: subject)
    }
    try write("data/000688/sub-C/b_ses-CO-noise.nwb", subject: "C", isDeaf: true)
    try write("data/000688/sub-C/b_ses-RT-other.nwb", subject: "C")
    try write("data/000070/sub-Jenkins/ses-1.nwb", subject: "Jenkins", isMaze: true)
    var root = URL(filePath: #filePath)
    for _ in 0..<3 { root.deleteLastPathComponent() }
    let spec = try String(contentsOf: root.appending(path: "specs/motor_cortex_dandi.yaml"), encoding: .utf8)
    let here = spec.replacing("${env:MDSSM_DATA}", with: "data").replacing("env: [MDSSM_DATA]\n", with: "")
    try program.write(here, to: "study.yaml")
  }

  @Test func `sessions come out as the recipe says`() throws {
    try prepare()
    let run = try program.run(["data", "--json", "study.yaml"])
    #expect(run.code == 0, "\(run.errors)")
    let sessions = run.objects
    #expect(sessions.count == 6)
    for session in sessions {
      #expect(session["bins"]?.int == 35 && session["shortest_trial"]?.int == 35 && session["channels"]?.int == 12)
      let isMaze = session["session"]?.string?.hasPrefix("maze/") == true
      #expect(session["trials"]?.int == (isMaze ? 38 : 39))
      let excluded = session["excluded"]?.array?.compactMap(\.string) ?? []
      if session["session"]?.string == "centre_out/b_ses-CO-noise" {
        #expect(excluded.first?.hasPrefix("decoding r2 ") == true, "\(excluded)")
      } else {
        #expect(excluded == [])
      }
    }
  }

  @Test func `the study runs`() throws {
    try prepare()
    let run = try program.run(
      [
        "study.yaml", "--profile", "smoke", "--set", "models.meta.readin.width=16", "--set",
        "models.meta.dynamics.latent=6",
      ])
    #expect(run.code == 0, "\(run.errors)")
    #expect(run.output.contains("velocity_next"))
  }
}
