import Recordings
import SpecLanguage

/// The choices of a first study, made from what its recordings hold.
struct InitChoices {
  /// What the channels are.
  enum Source: Equatable {
    case spikes
    case series(String, isCounts: Bool)
  }

  /// How recordings are cut into trials.
  enum Cut: Equatable {
    /// The same stretch of every row of a table.
    case window(table: String, length: Nanoseconds)
    /// Rows of a table whole, within limits.
    case rows(table: String, min: Nanoseconds, max: Nanoseconds)
    case windows(length: Nanoseconds)
  }

  /// What belongs to one dataset.
  struct Part {
    let surveys: [NWBSurvey]
    let cut: Cut
    /// Trials of the session with the fewest.
    let trials: Int
    /// Bins of the shortest trial that is kept.
    let bins: Int
    /// Bins of the longest trial.
    let longest: Int
    var behavior: [NWBSurvey.Series]
    /// A column of the electrodes table that says which channels are good.
    let electrodes: String?
  }

  let source: Source
  let bin: Nanoseconds
  let smooth: Nanoseconds?
  /// Spikes per second below which a channel is left out.
  let minRate: Double?
  let channels: Int
  /// One for every dataset.
  var parts: [Part]

  /// Widths of a bin to choose from for spikes, milliseconds.
  static let widths = [5, 10, 20, 50, 100, 200, 500, 1000, 2000]
  /// Bins of a continuous window to choose from, the longest first.
  private static let lengths = [50, 40, 32, 25, 20, 16, 12, 10, 8, 6, 5]
  static let mostBins = 100
  private static let fewestBins = 5
  private static let fewestTrials = 5

  /// Nil where the recordings have no channels of one kind, or are too short.
  /// - Parameter datasets: the recordings of each dataset.
  /// - Parameter cutsTables: whether tables of intervals may give the trials, else all are windows of one length.
  init?(_ datasets: [[NWBSurvey]], cutsTables: Bool) {
    let all = datasets.flatMap { $0 }
    guard let source = Self.source(all) else { return nil }
    self.source = source
    let rate: Double
    switch source {
    case .spikes:
      rate = Self.mean(all.compactMap(\.units?.rate))
      let typical = datasets.flatMap { cutsTables ? Self.durations($0) : [] }.sorted()
      bin = Self.bin(rate: rate, trial: typical.isEmpty ? nil : typical[typical.count / 2])
      smooth = Nanoseconds(bin.count / 2 * 5)
      channels = all.compactMap(\.units?.count).max() ?? 0
    case .series(let path, let isCounts):
      let series = all.compactMap { $0.series.first { $0.path == path } }
      guard let bins = series.first?.rate else { return nil }
      rate = isCounts ? Self.mean(series.map { $0.mean * bins }) : 0
      bin = Nanoseconds(Int((1e9 / bins).rounded()))
      smooth = isCounts ? Nanoseconds(bin.count * 2) : nil
      channels = series.map(\.dimensions).max() ?? 0
    }
    minRate = rate > 0 ? min(0.5, Self.rounded(rate / 7)) : nil
    var parts: [Part] = []
    for surveys in datasets {
      guard let part = Self.part(surveys, source, bin, cutsTables: cutsTables) else { return nil }
      parts.append(part)
    }
    self.parts = parts
  }

  private static func part(
    _ surveys: [NWBSurvey], _ source: Source, _ bin: Nanoseconds, cutsTables: Bool
  ) -> Part? {
    let table = cutsTables ? table(surveys) : nil
    let rows = table.flatMap { table in cut(surveys.map { durations($0, table) }, table, bin) }
    guard let cut = rows ?? windows(surveys.map { seconds($0, source) }.min() ?? 0, bin) else { return nil }
    return Part(
      surveys: surveys, cut: cut.0, trials: cut.trials, bins: cut.bins, longest: cut.longest,
      behavior: behavior(surveys), electrodes: goodChannels(surveys, source))
  }

  private static func mean(_ values: [Double]) -> Double {
    values.isEmpty ? 0 : values.reduce(0, +) / Double(values.count)
  }

  // MARK: Channels

  /// Spikes where every file has units, else the same series of numbers in every file.
  private static func source(_ surveys: [NWBSurvey]) -> Source? {
    if surveys.allSatisfy({ $0.units != nil }) { return .spikes }
    let shared = candidates(surveys[0]).first { path in
      surveys.allSatisfy { candidates($0).contains(path) && rate($0, path) == rate(surveys[0], path) }
    }
    guard let shared else { return nil }
    let isCounts = surveys.allSatisfy { $0.series.first { $0.path == shared }?.isCounts ?? false }
    return .series(shared, isCounts: isCounts)
  }

  private static func rate(_ survey: NWBSurvey, _ path: String) -> Nanoseconds? {
    survey.series.first { $0.path == path }?.rate.map { Nanoseconds(Int((1e9 / $0).rounded())) }
  }

  /// Series that may be neural activity in bins, the likeliest first.
  static func candidates(_ survey: NWBSurvey) -> [String] {
    let able = survey.series.filter { series in
      guard let rate = series.rate, rate > 0 else { return false }
      return series.dimensions >= 2 && rate <= 1000 && !series.hasGaps && !isBehavior(series)
    }
    return able.map { ($0.path, likelihood($0)) }.sorted { ($1.1, $0.0) < ($0.1, $1.0) }.map(\.0)
  }

  private static func likelihood(_ series: NWBSurvey.Series) -> Int {
    let words = series.path.lowercased()
    var points = 0
    if words.contains("spike") || words.contains("count") { points += 3 }
    if words.contains("ecephys") || words.contains("ophys") { points += 2 }
    if series.type == "RoiResponseSeries" { points += 2 }
    if series.isCounts { points += 2 }
    if series.dimensions >= 8 { points += 1 }
    // Sums over several bins are no counts of their own.
    if words.contains("running") || words.contains("smooth") || words.contains("cum") { points -= 4 }
    return points
  }

  /// A column of good electrodes, one for every channel of the series in every file.
  private static func goodChannels(_ surveys: [NWBSurvey], _ source: Source) -> String? {
    guard case .series(let path, _) = source else { return nil }
    return ["good", "is_good", "valid"].first { name in
      surveys.allSatisfy { survey in
        let channels = survey.series.first { $0.path == path }?.dimensions
        return survey.electrodeMarks.contains { $0.name == name && $0.all == channels && $0.marked > 0 }
      }
    }
  }

  // MARK: Behaviour

  private static func isBehavior(_ series: NWBSurvey.Series) -> Bool {
    series.type == "SpatialSeries" || series.path.hasPrefix("processing/behavior")
  }

  /// Series of behaviour that every file has, velocities first; labels are no signals.
  private static func behavior(_ surveys: [NWBSurvey]) -> [NWBSurvey.Series] {
    let able = surveys[0].series.filter { series in
      let isLabel = series.isInteger && ["", "n.a.", "n/a", "unknown"].contains(series.unit.lowercased())
      guard isBehavior(series), !isLabel, series.samples > 1, series.dimensions <= 512 else { return false }
      return surveys.allSatisfy { $0.series.contains { $0.path == series.path } }
    }
    let ranked = able.enumerated().sorted { ($1.element.rank, $0.offset) < ($0.element.rank, $1.offset) }
    return ranked.prefix(3).map(\.element)
  }

  // MARK: Trials

  /// The table of trials, else another table with many rows that every file has.
  private static func table(_ surveys: [NWBSurvey]) -> String? {
    let names = surveys[0].tables.map(\.name).sorted { ($0 != "trials" ? 1 : 0, $0) < ($1 != "trials" ? 1 : 0, $1) }
    return names.first { name in
      !name.contains("invalid") && surveys.allSatisfy { durations($0, name).count >= 10 }
    }
  }

  /// How long the rows of the table of trials last, in all recordings of a dataset.
  private static func durations(_ surveys: [NWBSurvey]) -> [Double] {
    table(surveys).map { table in surveys.flatMap { durations($0, table) } } ?? []
  }

  private static func durations(_ survey: NWBSurvey, _ table: String) -> [Double] {
    guard let table = survey.tables.first(where: { $0.name == table }) else { return [] }
    return zip(table.starts, table.stops).map { $1 - $0 }.filter { $0.isFinite && $0 > 0 }
  }

  private static func cut(
    _ durations: [[Double]], _ table: String, _ bin: Nanoseconds
  ) -> (Cut, trials: Int, bins: Int, longest: Int)? {
    // A row that lacks a thousandth of its last bin still has that bin.
    let all = durations.joined().map { Int(($0 / bin.seconds + 1e-3).rounded(.down)) }.sorted()
    guard let least = all.first, let most = all.last, most >= fewestBins else { return nil }
    let fewest = durations.map(\.count).min() ?? 0
    if Double(least) >= 0.9 * Double(most), least >= fewestBins {
      let bins = min(least, mostBins)
      return (.window(table: table, length: length(bins, bin)), fewest, bins, bins)
    }
    let longest = min(mostBins, max(fewestBins, all[all.count * 3 / 4]))
    let shortest = max(fewestBins, longest / 2)
    let kept = durations.map { rows in rows.count { Int(($0 / bin.seconds + 1e-3).rounded(.down)) >= shortest } }
    guard let trials = kept.min(), trials >= fewestTrials else { return nil }
    return (
      .rows(table: table, min: length(shortest, bin), max: length(longest, bin)), trials, shortest, longest
    )
  }

  /// How long a recording is.
  static func seconds(_ survey: NWBSurvey, _ source: Source) -> Double {
    switch source {
    case .spikes: return survey.units.map { $0.end - $0.start } ?? 0
    case .series(let path, _): return survey.series.first { $0.path == path }?.seconds ?? 0
    }
  }

  /// Windows so long that there are two dozen of them, or else a dozen, or at least a few.
  private static func windows(_ seconds: Double, _ bin: Nanoseconds) -> (Cut, trials: Int, bins: Int, longest: Int)? {
    let all = Int((seconds / bin.seconds + 1e-6).rounded(.down))
    for enough in [24, 12, fewestTrials] {
      if let bins = lengths.first(where: { all / $0 >= enough }) {
        return (.windows(length: length(bins, bin)), all / bins, bins, bins)
      }
    }
    return nil
  }

  private static func length(_ bins: Int, _ bin: Nanoseconds) -> Nanoseconds { Nanoseconds(bins * bin.count) }

  /// A bin that holds a fifth of a spike on average, and of which fifteen fit into a trial where that is possible.
  static func bin(rate: Double, trial: Double?) -> Nanoseconds {
    let wanted = widths.first { Double($0) / 1000 * rate >= 0.2 } ?? widths[widths.count - 1]
    let fitting = trial.flatMap { trial in widths.last { 15 * Double($0) / 1000 <= trial } } ?? wanted
    return .milliseconds(min(wanted, max(widths[0], fitting)))
  }

  /// One digit is enough for a threshold.
  private static func rounded(_ value: Double) -> Double {
    guard value > 0 else { return 0 }
    var unit = 1.0
    while unit > value { unit /= 10 }
    return (value / unit).rounded() * unit
  }
}

extension NWBSurvey.Series {
  /// How much a first study wants to decode it.
  fileprivate var rank: Int {
    let words = name.lowercased()
    return words.contains("vel") ? 2 : words.contains("pos") ? 1 : 0
  }
}

// What follows from the choices.
extension InitChoices {
  var sessions: Int { parts.reduce(0) { $0 + $1.surveys.count } }
  /// Training trials of the session with the fewest.
  private var training: Int { max(1, Int(0.7 * Double(parts.map(\.trials).min() ?? 0))) }
  private var bins: Int { parts.map(\.bins).min() ?? 0 }
  private var longest: Int { parts.map(\.longest).min() ?? 0 }

  /// Whether there is enough to fit a model of the larger size.
  var isLarge: Bool { channels >= 48 && sessions * training * bins >= 2000 }

  var width: Int { isLarge ? 64 : 32 }
  var encoder: Int { isLarge ? 128 : 64 }
  var latent: Int { min(isLarge ? 16 : 12, max(2, channels / 2)) }
  var hidden: Int { isLarge ? 128 : 64 }
  var isFamily: Bool { sessions > 1 }
  var rank: Int { isLarge ? 6 : 2 }

  /// Trials of a batch: a power of two, at most half of the training trials.
  var batch: Int {
    var batch = 1
    while batch < 32, batch * 4 <= training { batch *= 2 }
    return batch
  }

  /// What a forecast sees and what it must tell: together a whole trial, or what most trials have where they differ.
  var forecast: (context: Nanoseconds, horizon: Nanoseconds) {
    let seen = longest > bins ? max(1, bins * 2 / 3) : max(1, bins / 2)
    let told = longest > bins ? max(1, min(longest - seen, seen)) : bins - seen
    return (Nanoseconds(seen * bin.count), Nanoseconds(told * bin.count))
  }
}
