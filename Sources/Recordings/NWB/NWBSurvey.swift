import HDF5File
import SpecLanguage

/// What one NWB file holds, as far as somebody who writes a first study of it needs to know.
package struct NWBSurvey: Sendable {
  /// The units table with its spikes.
  package struct Units: Hashable, Sendable {
    package var count: Int
    package var spikes: Int
    /// When the units were observed, seconds; from 0 to the last spike where the file does not say.
    package var start: Double
    package var end: Double
    /// Spikes per second of observed time, mean over units.
    package var rate: Double
  }

  /// A series of numbers in time with one or two axes.
  package struct Series: Hashable, Sendable {
    package var path: String
    /// The `neurodata_type`, such as `SpatialSeries`; empty where the file does not say.
    package var type: String
    package var unit: String
    package var samples: Int
    package var dimensions: Int
    package var start: Double
    /// Samples per second; nil where they are not evenly spaced.
    package var rate: Double?
    package var isInteger: Bool
    /// Whether the first numbers are all whole and not negative.
    package var isCounts: Bool
    /// Whether the first numbers hold something that is not a number.
    package var hasGaps: Bool
    /// Mean of the first numbers.
    package var mean: Double

    /// The last word of the path.
    package var name: String { path.split(separator: "/").last.map(String.init) ?? path }
    package var seconds: Double { rate.map { Double(samples) / $0 } ?? 0 }
  }

  /// A table of intervals, such as `trials`.
  package struct Table: Hashable, Sendable {
    package var name: String
    package var starts: [Double]
    package var stops: [Double]
    /// All columns in file order.
    package var columns: [Column]
  }

  package struct Column: Hashable, Sendable {
    package var name: String
    package var values: [Plain]
  }

  package let file: String
  package let metadata: [String: String]
  package let units: Units?
  package let series: [Series]
  package let tables: [Table]
  /// Columns of truth values of the electrodes table, with how many electrodes are true.
  package let electrodeMarks: [(name: String, marked: Int, all: Int)]

  /// How many numbers of a series are looked at.
  private static let sample = 1 << 20

  /// - Throws: what the file is, unless it is NWB 2.
  package init(path: String) throws(DataProblem) {
    let nwb = try NWBFile(path: path, session: Glob.stem(path))
    try nwb.checkFormat()
    file = path
    metadata = nwb.metadata
    // An empty table of units is no units.
    units = try? Self.units(nwb)
    series = NWBSeries.all(in: nwb).compactMap { try? Self.series($0, nwb) }
    let names = (try? nwb.file.children("intervals")) ?? []
    tables = names.compactMap { try? Self.table($0, nwb) }
    electrodeMarks = Self.electrodeMarks(nwb)
    try nwb.read { file throws(HDF5Error) in try file.checkLoss() }
  }

  private static func units(_ nwb: NWBFile) throws(DataProblem) -> Units {
    let table = try SpikeTable(nwb)
    let times = try table.times(nwb)
    let spikes = times.reduce(0) { $0 + $1.count }
    guard spikes > 0 else { throw nwb.problem("units", "the units have no spikes") }
    let last = times.compactMap(\.last).max() ?? 0
    let start = table.observed?.compactMap(\.first).min() ?? 0
    let end = table.observed?.compactMap(\.last).max() ?? last
    let seconds = table.observed?.map(\.seconds) ?? Array(repeating: last, count: table.units)
    let rates = zip(times, seconds).map { $1 > 0 ? Double($0.count) / $1 : 0 }
    let rate = rates.reduce(0, +) / Double(table.units)
    return Units(count: table.units, spikes: spikes, start: start, end: end, rate: rate)
  }

  private static func series(_ path: String, _ nwb: NWBFile) throws(DataProblem) -> Series {
    let series = try NWBSeries(path, in: nwb)
    // Time stamps by the hundred million are those of raw voltages, which nobody models bin by bin.
    guard series.samples <= NWBFile.mostNumbers || !nwb.file.exists(path + "/timestamps") else {
      throw nwb.problem(path, "the series has \(series.samples) time stamps")
    }
    let times = try series.times(nwb)
    let rows = min(series.samples, max(1, sample / max(1, series.dimensions)))
    let data = path + "/data"
    let (values, kind, type) = try nwb.read { file throws(HDF5Error) in
      let isFlat = try file.shape(data).count == 1
      let slab = Slab(start: isFlat ? [0] : [0, 0], count: isFlat ? [rows] : [rows, series.dimensions])
      return (
        try file.doubles(data, in: slab), try file.elementKind(data),
        try file.text(attribute: "neurodata_type", of: path) ?? ""
      )
    }
    let (start, rate) = Self.spacing(times)
    let isInteger = if case .integer = kind { true } else { kind == .boolean }
    return Series(
      path: path, type: type, unit: series.unit, samples: series.samples, dimensions: series.dimensions, start: start,
      rate: rate, isInteger: isInteger,
      isCounts: values.allSatisfy { $0 >= 0 && $0 == $0.rounded() } && values.contains { $0 > 0 },
      hasGaps: values.contains { !$0.isFinite },
      mean: values.isEmpty ? 0 : values.reduce(0, +) / Double(values.count))
  }

  private static func spacing(_ times: SampleTimes) -> (start: Double, rate: Double?) {
    switch times {
    case .regular(let start, let rate): return (start, rate)
    case .stamps(let stamps):
      guard let first = stamps.first, let last = stamps.last, stamps.count > 1 else { return (stamps.first ?? 0, nil) }
      let width = (last - first) / Double(stamps.count - 1)
      let isEven = stamps.enumerated().allSatisfy { abs($1 - first - Double($0) * width) <= 1e-3 * width }
      return (first, isEven ? 1 / width : nil)
    }
  }

  private static func table(_ name: String, _ nwb: NWBFile) throws(DataProblem) -> Table {
    let table = try IntervalTable(name, in: nwb)
    return Table(
      name: name, starts: try table.times("start_time", in: nwb), stops: try table.times("stop_time", in: nwb),
      columns: table.columns.map { Column(name: $0.name, values: $0.values) })
  }

  private static func electrodeMarks(_ nwb: NWBFile) -> [(name: String, marked: Int, all: Int)] {
    let table = "general/extracellular_ephys/electrodes"
    let names = (try? nwb.file.children(table)) ?? []
    return names.compactMap { name in
      guard (try? nwb.file.elementKind(table + "/" + name)) == .boolean,
        let marks = try? nwb.file.bools(table + "/" + name)
      else { return nil }
      return (name, marks.count { $0 }, marks.count)
    }
  }
}

extension NWBDataset {
  /// Whether a path names files by a pattern.
  package static func hasPattern(_ path: String) -> Bool { Glob.hasPattern(path) }

  /// The files that a pattern names, sorted.
  package static func files(matching pattern: String) -> [String] { Glob.files(pattern) }
}
