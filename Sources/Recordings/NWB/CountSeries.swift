import HDF5File
import SpecLanguage

/// A series of the file that is binned already, seen as bins x channels.
struct CountSeries {
  let series: NWBSeries
  /// Start of the first bin, in seconds.
  let start: Double
  /// Bins per second, as the file says.
  let rate: Double
  /// The columns in use.
  let columns: [Int]

  init(_ spec: CountObservation, in nwb: NWBFile) throws(DataProblem) {
    series = try NWBSeries(spec.series, in: nwb)
    switch try series.times(nwb) {
    case .regular(let first, let rate):
      start = first
      self.rate = rate
    case .stamps(let times):
      (start, rate) = try Self.evenly(times, series.object, nwb)
    }
    let width = 1 / rate
    guard abs(width - spec.bin.seconds) <= 1e-6 * width else {
      let found = Nanoseconds(Int((width * 1e9).rounded()))
      throw nwb.problem(
        series.object, "`bin` is \(spec.bin), but the series has a bin every \(found) (rate \(shortText(rate)) Hz)",
        help: ["write `bin: \(found)`"])
    }
    columns = try Self.columns(spec.channels, series, nwb)
  }

  private static func evenly(_ times: [Double], _ object: String, _ nwb: NWBFile) throws(DataProblem) -> (
    Double, Double
  ) {
    guard times.count > 1 else { throw nwb.problem(object, "the series has fewer than two samples") }
    let width = (times[times.count - 1] - times[0]) / Double(times.count - 1)
    for (index, time) in times.enumerated() where abs(time - times[0] - Double(index) * width) > 1e-3 * width {
      throw nwb.problem(
        object + "/timestamps", "the bins are not evenly spaced: bin \(index) starts at \(shortText(time)) s",
        help: ["binned data must have one row for every bin"])
    }
    return (times[0], 1 / width)
  }

  private static func columns(
    _ name: String?, _ series: NWBSeries, _ nwb: NWBFile
  ) throws(DataProblem) -> [Int] {
    guard let name else { return Array(0..<series.dimensions) }
    let object = "general/extracellular_ephys/electrodes/" + name
    let isUsed = try nwb.read { file throws(HDF5Error) in try file.bools(object) }
    guard isUsed.count == series.dimensions else {
      throw nwb.problem(
        object, "the table has \(isUsed.count) electrodes, but `\(series.object)` has \(series.dimensions) columns")
    }
    let columns = isUsed.indices.filter { isUsed[$0] }
    if columns.isEmpty { throw nwb.problem(object, "no electrode has `\(name)` true") }
    return columns
  }

  /// The row whose start is nearest to a time; may lie outside of the series.
  func row(at time: Double) -> Int { Int(((time - start) * rate).rounded()) }
}
