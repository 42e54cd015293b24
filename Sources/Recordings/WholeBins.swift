import SpecLanguage

/// The rule that a length of time is a whole number of bins.
enum WholeBins {
  /// Nil when it is; else the complaint with the nearest lengths that are.
  static func complaint(_ key: String, _ length: Nanoseconds, bin: Nanoseconds) -> String? {
    let rest = length.count % bin.count
    if rest == 0 { return nil }
    let below = length.count - rest
    let above = Nanoseconds(below + bin.count)
    let advice = below > 0 ? "use \(Nanoseconds(below)) or \(above)" : "use \(above)"
    return "`\(key)` is \(length), which is not a whole number of bins of \(bin); \(advice)"
  }
}
