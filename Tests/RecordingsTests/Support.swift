import Foundation
import HDF5File
import Recordings
import SpecLanguage
import Testing
import YAMLReader

/// A folder of one test, removed at the end of its life.
final class Scratch {
  let folder: String

  init() throws {
    let name = "mdssm-recordings-\(ProcessInfo.processInfo.globallyUniqueString)"
    folder = FileManager.default.temporaryDirectory.appending(path: name).path
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: folder) }

  func path(_ name: String) -> String { folder + "/" + name }
}

/// The folder of recordings beside the checkout, or nil.
let sharedData: String? = {
  var folder = URL(filePath: #filePath)
  for _ in 0..<4 { folder.deleteLastPathComponent() }
  let data = folder.appending(path: "shared/data").path
  return FileManager.default.fileExists(atPath: data + "/facts.json") ? data : nil
}()

/// The facts of one file as pynwb found them.
func facts(_ file: String) throws -> [String: Any] {
  let bytes = try Data(contentsOf: URL(filePath: (sharedData ?? "") + "/facts.json"))
  let all = try #require(JSONSerialization.jsonObject(with: bytes) as? [String: Any])
  let files = try #require(all["files"] as? [String: Any])
  return try #require(files[file] as? [String: Any])
}

struct SpecFault: Error { var codes: [String], text: String }

/// Reads a dataset from YAML.
func dataset(_ yaml: String) throws -> Dataset {
  let result = YAML.read(SourceFile(name: "dataset.yaml", text: yaml))
  var reading = Reading(document: nil)
  let value = result.node.flatMap { Dataset.union.read($0, &reading) }
  let faults = result.diagnostics + reading.diagnostics
  guard let value, faults.isEmpty else {
    throw SpecFault(codes: faults.map(\.code.id), text: faults.map(\.message).joined(separator: "\n"))
  }
  return value
}

/// The complaints about a dataset, one per line.
func complaints(_ yaml: String) -> String {
  do {
    _ = try dataset(yaml)
    return ""
  } catch let fault as SpecFault {
    return fault.text
  } catch {
    return "\(error)"
  }
}

/// The problems that some work ends with.
func problems(_ body: () throws -> Void) -> [DataProblem] {
  do {
    try body()
    return []
  } catch let found as DataProblems {
    return found.problems
  } catch {
    Issue.record("another error: \(error)")
    return []
  }
}

extension Session {
  /// The bins of one channel in one trial.
  func bins(channel: Int, trial: Int) -> [Float] {
    let start = index(channel: channel, trial: trial, bin: 0)
    return Array(observations[start..<start + bins])
  }

  /// The sum of all that was observed.
  var total: Double { observations.reduce(0.0) { $1.isNaN ? $0 : $0 + Double($1) } }
}

/// A small NWB-like file under construction.
struct SmallFile {
  let writer: HDF5Writer

  init(_ path: String) throws {
    writer = try HDF5Writer(path: path)
    try writer.attribute("nwb_version", of: "/", .text(["2.6.0"]))
    try writer.group("processing")
  }

  func units(_ times: [[Double]], observed: [[(Double, Double)]]? = nil) throws {
    var ends: [Int] = []
    for list in times { ends.append((ends.last ?? 0) + list.count) }
    try writer.write(times.flatMap { $0 }, shape: [ends.last ?? 0], to: "units/spike_times")
    try writer.write(ends, shape: [ends.count], to: "units/spike_times_index")
    guard let observed else { return }
    let rows = observed.flatMap { $0 }
    var last = 0
    let indices = observed.map { list in
      last += list.count
      return last
    }
    try writer.write(rows.flatMap { [$0.0, $0.1] }, shape: [rows.count, 2], to: "units/obs_intervals")
    try writer.write(indices, shape: [indices.count], to: "units/obs_intervals_index")
  }

  func trials(_ rows: [(Double, Double)], table: String = "trials", extra: [String] = []) throws {
    try writer.write(rows.map(\.0), shape: [rows.count], to: "intervals/\(table)/start_time")
    try writer.write(rows.map(\.1), shape: [rows.count], to: "intervals/\(table)/stop_time")
    let names = ["start_time", "stop_time"] + extra
    try writer.attribute("colnames", of: "intervals/\(table)", .text(names))
  }

  func series(
    _ path: String, _ values: [Double], width: Int? = nil, rate: Double? = nil, start: Double = 0,
    stamps: [Double]? = nil
  ) throws {
    let shape = width.map { [values.count / $0, $0] } ?? [values.count]
    try writer.write(values, shape: shape, to: path + "/data")
    try writer.attribute("unit", of: path + "/data", .text(["mm"]))
    if let rate {
      try writer.write([start], shape: [], to: path + "/starting_time")
      try writer.attribute("rate", of: path + "/starting_time", .numbers([rate]))
    }
    if let stamps { try writer.write(stamps, shape: [stamps.count], to: path + "/timestamps") }
  }
}
