import SpecLanguage

/// Trials from a table of intervals.
package struct TrialTable: Hashable, Sendable {
  package var table: String
  package var align: String
  package var window: TimeWindow?
  package var max: Nanoseconds?
  package var min: Nanoseconds?
  package var `where`: Expression?
  package var lead: Nanoseconds

  package static let schema = Schema<Self>(
    "trials", "Trials from a table of intervals.",
    Field("table", \.table, .path, default: "trials", "Name of a table under `intervals`, or its path in the file."),
    Field("align", \.align, .id, default: "start_time", "Column of times that the window is relative to."),
    Field(
      "window", \.window, .optional(TimeWindow.kind),
      "First and last moment relative to `align`; without it a trial is its whole row, start to stop."),
    Field("max", \.max, .optional(.duration), "Rows that last longer are cut to this length."),
    Field("min", \.min, .optional(.duration), "Rows that last shorter are left out."),
    Field(
      "where", \.where, .optional(.expression),
      "Only rows for which this expression over the columns is true, such as `result == \"R\"`."),
    Field(
      "lead", \.lead, .time, default: .zero,
      "How much earlier the neural bins are than the bins of behaviour with the same number."),
    rules: [
      Rule("window") { table in
        guard let window = table.window else { return nil }
        return window.from < window.to ? nil : "`window` ends at \(window.to), not after its start \(window.from)"
      },
      Rule("window") { table in
        guard table.window != nil else { return nil }
        if table.max != nil { return "`max` has no effect beside `window`" }
        if table.min != nil { return "`min` has no effect beside `window`" }
        return table.align.isEmpty ? "`align` is empty" : nil
      },
      Rule("align") { table in
        table.window == nil && table.align != "start_time" ? "`align` has no effect without `window`" : nil
      },
      Rule("min") { table in
        guard let min = table.min, let max = table.max, max < min else { return nil }
        return "`min` is \(min), above `max` of \(max)"
      },
    ],
    make: Self.init(table:align:window:max:min:where:lead:))

  func complaint(bin: Nanoseconds) -> String? {
    if let window, let text = WholeBins.complaint("trials.window", window.length, bin: bin) { return text }
    return max.flatMap { WholeBins.complaint("trials.max", $0, bin: bin) }
  }
}

/// A stretch of time relative to an event.
package struct TimeWindow: Hashable, Sendable {
  package var from: Nanoseconds
  package var to: Nanoseconds

  package static let kind: ValueKind<Self> = .converted(
    .list(.time, count: 2...2), to: { Self(from: $0[0], to: $0[1]) }, from: { [$0.from, $0.to] })

  var length: Nanoseconds { Nanoseconds(to.count - from.count) }
}

/// Windows of one length cut from a continuous recording.
package struct Windows: Hashable, Sendable {
  package var length: Nanoseconds
  package var stride: Nanoseconds?
  package var from: Nanoseconds?
  package var to: Nanoseconds?

  package static let schema = Schema<Self>(
    "windows", "Windows of one length cut from a continuous recording.",
    Field("length", \.length, .duration, "Length of a window, a whole number of bins."),
    Field(
      "stride", \.stride, .optional(.duration),
      "From the start of one window to the start of the next; the length of a window where absent."),
    Field("from", \.from, .optional(.time), "Where the first window starts; the start of the recording where absent."),
    Field(
      "to", \.to, .optional(.time), "Where the last window must have ended; the end of the recording where absent."),
    rules: [
      Rule("to") { windows in
        guard let from = windows.from, let to = windows.to, to.count - from.count < windows.length.count else {
          return nil
        }
        return "no window of \(windows.length) fits between \(from) and \(to)"
      }
    ],
    make: Self.init(length:stride:from:to:))

  func complaint(bin: Nanoseconds) -> String? {
    WholeBins.complaint("windows.length", length, bin: bin)
      ?? stride.flatMap { WholeBins.complaint("windows.stride", $0, bin: bin) }
  }
}

extension TrialTable {
  /// Every row of the table `trials` from start to stop.
  static let standard = TrialTable(
    table: "trials", align: "start_time", window: nil, max: nil, min: nil, where: nil, lead: .zero)
}
