import SpecLanguage

/// How the samples of a series become a value per bin.
package enum BehaviorFilter: String, CaseIterable, Hashable, Sendable { case mean, lowpass }

/// Where a signal beside the channels comes from: a series, or how fast it changes.
package struct BehaviorSource: Hashable, Sendable, ExpressibleByStringLiteral {
  package var series: String
  package var derivative: Bool
  package var filter: BehaviorFilter

  package init(series: String, derivative: Bool = false, filter: BehaviorFilter = .mean) {
    self.series = series
    self.derivative = derivative
    self.filter = filter
  }

  package init(stringLiteral value: String) { self.init(series: value) }

  package static let kind: ValueKind<Self> = .either(
    .path, as: { Self(series: $0) }, from: { $0 == Self(series: $0.series) ? $0.series : nil }, or: .section(schema))

  static let schema = Schema<Self>(
    "behavior_source", "A series, or how fast it changes.",
    Field("series", \.series, .path, "Path of the series in the file, or its name if only one has it."),
    Field(
      "derivative", \.derivative, .bool, default: false,
      "Whether the signal is the change per second: the slope of the line through the samples before and after."),
    Field(
      "filter", \.filter, .choice(BehaviorFilter.self), default: .mean,
      "What keeps fast changes from showing up as slow ones: `mean` over the bin, or `lowpass`, a Kaiser-windowed sinc over "
        + "ten bins to either side that lets nothing pass above 0.58 cycles per bin."),
    make: Self.init(series:derivative:filter:))
}

extension SampleTimes {
  /// The slope of `[samples, dimensions]` at every sample: of the line through its two neighbours, and of the first and
  /// last interval at the ends. Missing where a sample that it needs is missing.
  func slopes(of values: [Double], dimensions: Int) -> [Double] {
    let samples = values.count / max(1, dimensions)
    guard samples > 1 else { return values.map { _ in .nan } }
    return (0..<samples).flatMap { sample in
      let (before, after) = (Swift.max(0, sample - 1), Swift.min(samples - 1, sample + 1))
      let span = time(after) - time(before)
      return (0..<dimensions).map { (values[after * dimensions + $0] - values[before * dimensions + $0]) / span }
    }
  }
}
