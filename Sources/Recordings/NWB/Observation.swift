import SpecLanguage

/// What the channels of a session in an NWB file are.
package enum NWBObservation: Hashable, Sendable {
  case spikes(SpikeObservation)
  case counts(CountObservation)

  package static let union = Union<Self>(
    "observe",
    .arm("spikes", SpikeObservation.schema, Self.spikes) { if case .spikes(let v) = $0 { v } else { nil } },
    .arm("counts", CountObservation.schema, Self.counts) { if case .counts(let v) = $0 { v } else { nil } })

  var bin: Nanoseconds {
    switch self {
    case .spikes(let spikes): spikes.bin
    case .counts(let counts): counts.bin
    }
  }

  var smooth: Nanoseconds? {
    switch self {
    case .spikes(let spikes): spikes.smooth
    case .counts(let counts): counts.smooth
    }
  }

  var normalize: Normalization? {
    switch self {
    case .spikes(let spikes): spikes.normalize
    case .counts(let counts): counts.normalize
    }
  }

  /// The filter that `smooth` and `causal` ask for.
  var filter: Smoothing? {
    switch self {
    case .spikes(let spikes): Smoothing(spikes.smooth, bin: spikes.bin, isCausal: spikes.causal)
    case .counts(let counts): Smoothing(counts.smooth, bin: counts.bin, isCausal: counts.causal)
    }
  }

  var minRate: Double? {
    switch self {
    case .spikes(let spikes): spikes.minRate
    case .counts(let counts): counts.minRate
    }
  }
}

/// Spike times of the units table, counted in bins.
package struct SpikeObservation: Hashable, Sendable {
  package var bin: Nanoseconds
  package var `where`: Expression?
  package var duplicates: Double?
  package var smooth: Nanoseconds?
  package var causal: Bool?
  package var normalize: Normalization?
  package var minRate: Double?

  package static let schema = Schema<Self>(
    "spikes", "Spike times of the units table, counted in bins.",
    Field("bin", \.bin, .duration, "Width of a bin. A spike on an edge belongs to the later bin."),
    Field(
      "where", \.where, .optional(.expression),
      "Only units for which this expression over the columns of the units and their electrodes is true, such as "
        + "`quality == \"good\" and location == \"M1\"`."),
    Field(
      "duplicates", \.duplicates, .optional(.ratio),
      "Units of which a larger share of the spikes lies within half a millisecond of spikes of one earlier unit are left out."
    ),
    Smoothing.deviation(\.smooth), Smoothing.causal(\.causal), Normalization.field(\.normalize),
    Field(
      "min_rate", \.minRate, .optional(.frequency),
      "Channels with fewer spikes per second of observed time in all trials are left out."),
    rules: [Rule("causal") { Smoothing.complaint($0.causal, $0.smooth) }],
    make: Self.init(bin:where:duplicates:smooth:causal:normalize:minRate:))
}

/// A time series that is binned already: one row per bin, one column per channel.
package struct CountObservation: Hashable, Sendable {
  package var series: String
  package var bin: Nanoseconds
  package var channels: String?
  package var smooth: Nanoseconds?
  package var causal: Bool?
  package var normalize: Normalization?
  package var minRate: Double?

  package static let schema = Schema<Self>(
    "counts", "A time series that is binned already: one row per bin, one column per channel.",
    Field(
      "series", \.series, .path,
      "Path of the series in the file, such as `processing/ecephys/spike_counts`, or its name if only one has it."),
    Field("bin", \.bin, .duration, "Width of a bin; must be what the rate of the series says."),
    Field(
      "channels", \.channels, .optional(.id),
      "A column of truth values of the electrodes table: only channels where it is true are used."),
    Smoothing.deviation(\.smooth), Smoothing.causal(\.causal), Normalization.field(\.normalize),
    Field(
      "min_rate", \.minRate, .optional(.frequency),
      "Channels with fewer counts per second of observed time in all trials are left out."),
    rules: [Rule("causal") { Smoothing.complaint($0.causal, $0.smooth) }],
    make: Self.init(series:bin:channels:smooth:causal:normalize:minRate:))
}
