import Foundation
import Recordings
import SpecChecks
import SpecLanguage
import Testing

/// Counts, trials and behaviour of every real recording against h5py and NumPy, where there is such a Python.
@Suite(.enabled(if: sharedData != nil, "needs the folder shared/data beside the checkout"))
struct PythonTests {
  private let data = sharedData ?? ""

  /// Sums that hardly any other array of counts has: all, by channel, by trial, by bin, and by all of them.
  private static func sums(_ session: Session) -> [Double] {
    var sums = [Double](repeating: 0, count: 5)
    let (trials, bins) = (session.trials.count, session.bins)
    for (place, value) in session.observations.enumerated() where !value.isNaN {
      let (count, bin, trial) = (Double(value), Double(place % bins + 1), Double(place / bins % trials + 1))
      let channel = Double(place / bins / trials + 1)
      for (index, weight) in [1, channel, trial, bin, channel * trial * bin].enumerated() {
        sums[index] += count * weight
      }
    }
    return sums
  }

  private func judged(_ program: String, _ files: [String]) throws -> [[Double]]? {
    let start = """
      import glob
      import numpy as np
      def say(counts):
          u, t, b = [np.arange(n) + 1.0 for n in counts.shape]
          c = np.nan_to_num(counts)
          print(c.sum(), np.einsum("utb,u->", c, u), np.einsum("utb,t->", c, t), np.einsum("utb,b->", c, b),
                np.einsum("utb,u,t,b->", c, u, t, b))
      def spikes(file, units="units"):
          ends = file[units + "/spike_times_index"][()].astype(int)
          return np.split(file[units + "/spike_times"][()], ends[:-1])
      def count(times, starts, bins, width):
          edges = [s + width * np.arange(bins + 1) - 5e-10 for s in starts]
          return np.array([[np.histogram(x, e)[0] for e in edges] for x in times], float)
      for name in sys.argv[1:]:
          file = h5py.File(name)

      """
    let text = try Python.output(of: start + program, needing: "h5py", files)
    return text?.split(separator: "\n").map { $0.split(separator: " ").compactMap { Double($0) } }
  }

  private func compare(_ expected: [[Double]]?, _ sessions: [Session], _ what: String = #function) {
    guard let expected else { return print(Python.absence(of: "h5py")) }
    #expect(expected.count == sessions.count)
    var largest = 0.0
    for (sums, session) in zip(expected, sessions) {
      let found = Self.sums(session)
      for (one, two) in zip(sums, found) {
        #expect(abs(one - two) <= 1e-9 * abs(one), "\(session.name): \(sums) \(found)")
        largest = max(largest, one == two ? 0 : abs(one - two) / abs(one))
      }
    }
    print("\(what): \(sessions.count) recordings, largest relative difference \(largest)")
  }

  @Test func `every value of every table of intervals`() throws {
    let folder = URL(fileURLWithPath: data)
    let names = try FileManager.default.subpathsOfDirectory(atPath: data).filter { $0.hasSuffix(".nwb") }.sorted()
    let files = names.map { folder.appending(path: $0).path }
    let program = """
      import h5py, json
      import numpy as np
      def plain(v):
          if isinstance(v, np.ndarray): return [plain(x) for x in v]
          if isinstance(v, (bytes, np.bytes_)): return v.decode()
          if isinstance(v, str): return v
          if isinstance(v, np.bool_): return bool(v)
          return float(v).hex() if isinstance(v, np.floating) else v.item()
      found = {}
      for name in sys.argv[1:]:
          file = h5py.File(name)
          for table in file.get("intervals", {}):
              group = file["intervals"][table]
              for column in group.attrs.get("colnames", []):
                  if column not in group or group[column].dtype.kind == "V": continue
                  values = group[column][()]
                  if column + "_index" in group:
                      values = np.split(values, group[column + "_index"][()].astype(int)[:-1])
                  found["|".join([name, table, column])] = [plain(v) for v in values]
      print(json.dumps(found))
      """
    guard let text = try Python.output(of: program, needing: "h5py", files) else {
      return print(Python.absence(of: "h5py"))
    }
    let expected = try #require(JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: [Any]])
    var found: [String: [Plain]] = [:]
    for file in files {
      // A file without units and series has tables all the same.
      guard let survey = try? NWBSurvey(path: file) else { continue }
      for table in survey.tables {
        for column in table.columns { found["\(file)|\(table.name)|\(column.name)"] = column.values }
      }
    }
    #expect(found.keys.sorted() == expected.keys.sorted())
    var values = 0
    var different: [String] = []
    for (key, column) in expected {
      let own = found[key] ?? []
      if own.count != column.count { different.append("\(key): \(own.count) of \(column.count) rows") }
      for (one, two) in zip(own, column) where !Self.isSame(one, two) { different.append("\(key): \(one) \(two)") }
      values += own.count
    }
    #expect(different.isEmpty, "\(different.prefix(10))")
    #expect(values > 10_000)
    print(
      "tables of intervals: \(values) values in \(expected.count) columns of \(files.count) files, \(different.count) differ"
    )
  }

  private static func isSame(_ own: Plain, _ other: Any) -> Bool {
    switch own {
    case .string(let text): other as? String == text
    case .int(let value): (other as? NSNumber)?.intValue == value
    case .bool(let value): (other as? NSNumber)?.boolValue == value
    // By their digits in base 16, because a reader of JSON may round.
    case .float(let value):
      (other as? String).flatMap(Double.init).map { $0 == value || $0.isNaN && value.isNaN } ?? false
    case .list(let values):
      (other as? [Any]).map { $0.count == values.count && zip(values, $0).allSatisfy(isSame) } ?? false
    case .null, .map: false
    }
  }

  private func sessions(_ pattern: String, _ rest: String) throws -> (files: [String], sessions: [Session]) {
    let spec = try dataset("kind: nwb\npath: \(data)/\(pattern)\nsplit: {train: 1}\n" + rest)
    let headers = try spec.headers(id: "d")
    return (headers.flatMap(\.files), try headers.map { try spec.load(id: "d", session: $0.name) })
  }

  @Test func `spikes of Aplysia in windows of ten seconds`() throws {
    let (files, found) = try sessions(
      "aplysia/*.nwb", "observe: {kind: spikes, bin: 100 ms}\nwindows: {length: 10 s, from: 33 s, to: 113 s}\n")
    #expect(files.count == 24)
    compare(
      try judged("    say(count(spikes(file), 33 + 10 * np.arange(8), 100, .1))", files), found)
  }

  @Test func `spikes of reach and grasp around the cue`() throws {
    let (files, found) = try sessions(
      "reach_grasp/*.nwb",
      "observe: {kind: spikes, bin: 20 ms}\ntrials: {align: cue_time, window: [-100 ms, 900 ms], where: grip_code == 2}\n"
    )
    let program = """
          t = file["intervals/trials"]
          rows = t["grip_code"][()] == 2
          say(count(spikes(file), t["cue_time"][()][rows] - .1, 50, .02))
      """
    compare(try judged(program, files), found)
  }

  @Test func `counts of binned recordings in their trials`() throws {
    for (pattern, table, bin, width) in [
      ("centre_out_bci/*.nwb", "trials", "45 ms", 0.045),
      ("bci_redundancy/*.nwb", "contiguous_segments", "45 ms", 0.045),
      ("reaching_dad/chewie*.nwb", "trials", "10 ms", 0.01), ("reaching_dad/mihi*.nwb", "trials", "100 ms", 0.1),
    ] {
      let (files, found) = try sessions(
        pattern, "observe: {kind: counts, series: spike_counts, bin: \(bin)}\ntrials: {table: \(table)}\n")
      let program = """
            t = file["intervals/\(table)"]
            data = file["processing/ecephys/spike_counts/data"][()]
            first = np.round(t["start_time"][()] / \(width)).astype(int)
            last = np.round(t["stop_time"][()] / \(width)).astype(int)
            counts = np.zeros((data.shape[1], len(first), (last - first).max()))
            for k, (a, b) in enumerate(zip(first, last)):
                counts[:, k, :b - a] = data[a:b].T
            say(counts)
        """
      compare(try judged(program, files), found)
    }
  }

  @Test func `velocity and position in their bins`() throws {
    for series in ["BehavioralTimeSeries/decoded_velocity", "Position/cursor_position"] {
      let path = "processing/behavior/" + series
      let (files, found) = try sessions(
        "centre_out_bci/*.nwb",
        "observe: {kind: counts, series: spike_counts, bin: 45 ms}\nbehavior: {signal: \(path)}\n")
      let program = """
            t = file["intervals/trials"]
            data = np.nan_to_num(file["\(path)/data"][()]).astype(np.float32)
            first = np.round(t["start_time"][()] / .045).astype(int)
            last = np.round(t["stop_time"][()] / .045).astype(int)
            values = np.zeros((data.shape[1], len(first), (last - first).max()))
            for k, (a, b) in enumerate(zip(first, last)):
                values[:, k, :b - a] = data[a:b].T
            say(values)
        """
      let signals = found.map { session in
        Session(
          name: session.name, binWidth: session.binWidth, channels: session.behavior[0].dimensions, bins: session.bins,
          trials: session.trials, isCounts: false, observations: session.behavior[0].values)
      }
      compare(try judged(program, files), signals)
    }
  }
}
