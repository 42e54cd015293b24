/// The units of the language, for people.
package enum UnitCatalogue {
  package struct Row: Hashable, Sendable {
    /// What it measures.
    package var quantity: String
    package var unit: String
    package var meaning: String
  }

  package static let rows: [Row] = times + frequencies + memory + extents

  private static let times = TimeUnit.allCases.map { unit in
    let meaning =
      switch unit {
      case .ns: "nanosecond, the smallest: every time is a whole number of them"
      case .us: "microsecond, 1000 ns; `µs` is the same"
      case .ms: "millisecond, 1000 us"
      case .s: "second, 1000 ms"
      case .min: "minute, 60 s"
      case .h: "hour, 60 min"
      }
    return Row(quantity: "time", unit: unit.rawValue, meaning: meaning)
  }

  private static let frequencies = [
    Row(quantity: "frequency", unit: "Hz", meaning: "once a second"),
    Row(quantity: "frequency", unit: "kHz", meaning: "1000 Hz"),
  ]

  private static let memory = QuantityText.memoryFactors.map { unit, factor in
    Row(quantity: "memory", unit: unit, meaning: factor == 1 ? "byte" : "\(factor) B")
  }

  private static let extents = Extent.Unit.allCases.filter { $0 != .time }.map { unit in
    let meaning =
      switch unit {
      case .time: ""
      case .bins: "bins of the recordings, where a key allows them"
      case .steps: "steps of a training"
      case .epochs: "passes over the training trials"
      }
    return Row(quantity: "length", unit: unit.rawValue, meaning: meaning)
  }
}
