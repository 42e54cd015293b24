import Foundation
import HDF5File
import Recordings
import SpecLanguage
import YAMLReader

/// Times of reading and binning recordings; `Benchmarks/binning/run` compares them with Python's.
///
///     BinningBench bin MILLISECONDS TIMES FILE...   reads and bins every file whole, so often; seconds of the fastest
///     BinningBench make FILE                        writes 500 units of 2 h at 20 Hz, 72 million spikes
///     BinningBench scan FILE TIMES                  reads the spike times of a file and nothing else, piece by piece
///     BinningBench fill BYTES TIMES                 writes zeros to so much new memory: what no binning can do without
@main struct BinningBench {
  static func main() throws {
    let words = Array(CommandLine.arguments.dropFirst())
    switch words.first {
    case "bin": try bin(milliseconds: Int(words[1]) ?? 5, times: Int(words[2]) ?? 1, files: Array(words.dropFirst(3)))
    case "make": try make(words[1])
    case "scan": try scan(words[1], times: Int(words[2]) ?? 1)
    case "fill": fill(bytes: Int(words[1]) ?? 0, times: Int(words[2]) ?? 1)
    default:
      print("usage: BinningBench bin MILLISECONDS TIMES FILE... | make FILE | scan FILE TIMES | fill BYTES TIMES")
    }
  }

  private static func seconds(_ body: () throws -> Void) rethrows -> Double {
    let clock = ContinuousClock()
    let time = try clock.measure(body)
    return Double(time.components.seconds) + 1e-18 * Double(time.components.attoseconds)
  }

  private static func bin(milliseconds: Int, times: Int, files: [String]) throws {
    var best = Double.infinity
    var total = 0.0
    var bytes = 0
    for _ in 0..<times {
      total = 0
      bytes = 0
      var time = 0.0
      for file in files {
        var session: Session?
        time += try seconds { session = try load(file, milliseconds) }
        // What was counted is looked at outside of the time, as in bin.py.
        let counts = session?.observations ?? []
        bytes += 4 * counts.count
        for value in counts where !value.isNaN { total += Double(value) }
      }
      best = min(best, time)
    }
    print("files \(files.count) spikes \(Int(total)) binned_bytes \(bytes) seconds \(best) peak_bytes \(peak)")
  }

  /// The whole recording as one trial.
  private static func load(_ file: String, _ milliseconds: Int) throws -> Session {
    let reader = try HDF5Reader(path: file)
    let last =
      reader.exists("units/obs_intervals") ? try reader.doubles("units/obs_intervals").max() ?? 0 : 7200
    let length = Int(last * 1000) / milliseconds * milliseconds
    let text = """
      kind: nwb
      path: \(file)
      observe: {kind: spikes, bin: \(milliseconds) ms}
      windows: {length: \(length) ms, from: 0 s, to: \(length) ms}
      split: {train: 1}
      """
    let result = YAML.read(SourceFile(name: "bench", text: text))
    var reading = Reading(document: nil)
    guard let dataset = result.node.flatMap({ Dataset.union.read($0, &reading) }) else { throw Wrong(text: text) }
    guard let header = try dataset.headers(id: "b").first else { throw Wrong(text: file) }
    return try dataset.load(id: "b", session: header.name)
  }

  struct Wrong: Error { var text: String }

  private static func make(_ path: String) throws {
    let units = 500
    let spikes = 144_000
    var times: [Double] = []
    times.reserveCapacity(units * spikes)
    var state: UInt64 = 1
    for _ in 0..<units {
      // 20 spikes a second whose places are shaken: sorted, never on a grid.
      for spike in 0..<spikes {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        times.append((Double(spike) + Double(state >> 40) / Double(1 << 24)) / 20)
      }
    }
    let file = try HDF5Writer(path: path)
    try file.attribute("nwb_version", of: "/", .text(["2.6.0"]))
    try file.write(times, shape: [times.count], to: "units/spike_times")
    try file.write((1...units).map { $0 * spikes }, shape: [units], to: "units/spike_times_index")
    try file.close()
  }

  private static func scan(_ path: String, times: Int) throws {
    let file = try HDF5Reader(path: path)
    let count = try file.shape("units/spike_times").first ?? 0
    var sum = 0.0
    var best = Double.infinity
    for _ in 0..<times {
      sum = 0
      let time = try seconds {
        for start in stride(from: 0, to: count, by: 1 << 20) {
          let part = try file.doubles(
            "units/spike_times", in: Slab(start: [start], count: [min(1 << 20, count - start)]))
          sum += part.last ?? 0
        }
      }
      best = min(best, time)
    }
    print("bytes \(8 * count) seconds \(best) check \(sum)")
  }

  private static func fill(bytes: Int, times: Int) {
    var best = Double.infinity
    var sum: Float = 0
    for number in 0..<times {
      best = min(best, seconds { sum += [Float](repeating: Float(number), count: bytes / 4).last ?? 0 })
    }
    print("bytes \(bytes) seconds \(best) check \(sum)")
  }

  /// The most memory that the process has had, bytes.
  private static var peak: Int {
    let status = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
    let line = status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") } ?? ""
    return 1024 * (line.split(separator: " ").compactMap { Int($0) }.first ?? 0)
  }
}
