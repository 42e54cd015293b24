import HDF5File
import SpecLanguage

/// When the samples of a series were taken.
enum SampleTimes: Hashable, Sendable {
  /// Sample i at start + i / rate.
  case regular(start: Double, rate: Double)
  case stamps([Double])

  func time(_ index: Int) -> Double {
    switch self {
    case .regular(let start, let rate): start + Double(index) / rate
    case .stamps(let times): times[index]
    }
  }
}

/// A TimeSeries of an NWB file: samples x dimensions.
struct NWBSeries {
  let object: String
  let samples: Int
  let dimensions: Int
  let unit: String
  private let conversion: Double
  private let offset: Double

  /// - Parameter name: a path in the file, or the name of one series under `processing` or `acquisition`.
  init(_ name: String, in nwb: NWBFile) throws(DataProblem) {
    let object = try Self.find(name, in: nwb)
    self.object = object
    let data = object + "/data"
    let shape = try nwb.read { file throws(HDF5Error) in try file.shape(data) }
    guard (1...2).contains(shape.count) else {
      throw nwb.problem(data, "the series has \(shape.count) axes; one (time) or two (time, dimension) are read")
    }
    samples = shape[0]
    dimensions = shape.count == 2 ? shape[1] : 1
    (unit, conversion, offset) = try nwb.read { file throws(HDF5Error) in
      (
        try file.text(attribute: "unit", of: data) ?? "", try file.number(attribute: "conversion", of: data) ?? 1,
        try file.number(attribute: "offset", of: data) ?? 0
      )
    }
  }

  /// The samples in the series' unit, row-major `[samples, dimensions]`.
  func values(_ nwb: NWBFile) throws(DataProblem) -> [Double] {
    let values = try nwb.read { file throws(HDF5Error) in try file.doubles(object + "/data") }
    if conversion == 1, offset == 0 { return values }
    return values.map { $0 * conversion + offset }
  }

  func times(_ nwb: NWBFile) throws(DataProblem) -> SampleTimes {
    let start = object + "/starting_time"
    let stamps = object + "/timestamps"
    if nwb.file.exists(stamps) {
      let times = try nwb.read { file throws(HDF5Error) in try file.doubles(stamps) }
      guard times.count == samples else {
        throw nwb.problem(stamps, "there are \(times.count) time stamps for \(samples) samples")
      }
      guard zip(times, times.dropFirst()).allSatisfy({ $0 < $1 }), times.allSatisfy(\.isFinite) else {
        throw nwb.problem(stamps, "the time stamps do not increase from sample to sample")
      }
      return .stamps(times)
    }
    guard nwb.file.exists(start) else {
      throw nwb.problem(object, "the series says neither `starting_time` nor `timestamps`")
    }
    let (first, rate) = try nwb.read { file throws(HDF5Error) in
      (try file.doubles(start).first, try file.number(attribute: "rate", of: start))
    }
    guard let first, let rate, rate > 0, rate.isFinite, first.isFinite else {
      throw nwb.problem(start, "the series has no sampling rate above 0")
    }
    return .regular(start: first, rate: rate)
  }

  // MARK: - Finding

  private static func find(_ name: String, in nwb: NWBFile) throws(DataProblem) -> String {
    if name.contains("/") {
      if nwb.file.exists(name + "/data") { return name }
      let known = all(in: nwb)
      let match = Suggestion.nearest(to: name, among: known)
      throw nwb.problem(name, "there is no such series", help: help(match, known))
    }
    let known = all(in: nwb)
    let found = known.filter { $0.split(separator: "/").last.map(String.init) == name }
    if found.count == 1 { return found[0] }
    if found.isEmpty {
      let names = known.compactMap { $0.split(separator: "/").last.map(String.init) }
      throw nwb.problem(
        name, "no series under `processing` or `acquisition` has this name",
        help: help(Suggestion.nearest(to: name, among: names), known))
    }
    throw nwb.problem(
      name, "\(found.count) series have this name", help: ["give one of the paths: " + DataProblem.list(found)])
  }

  private static func help(_ match: Suggestion.Match?, _ known: [String]) -> [String] {
    if let match { return ["did you mean `\(match.word)`?"] }
    return [known.isEmpty ? "the file has no series" : "series: " + DataProblem.list(known)]
  }

  /// The paths of all series under `processing` and `acquisition`, each object once.
  static func all(in nwb: NWBFile) -> [String] {
    let objects = (try? nwb.file.objects()) ?? []
    let datasets = Set(objects.lazy.filter { $0.kind == .dataset }.map(\.path))
    return objects.compactMap { object in
      let path = object.path
      let isPlaced = path.hasPrefix("acquisition/") || path.hasPrefix("processing/")
      guard object.kind == .group, isPlaced, datasets.contains(path + "/data") else { return nil }
      return datasets.contains(path + "/starting_time") || datasets.contains(path + "/timestamps") ? path : nil
    }
  }
}
