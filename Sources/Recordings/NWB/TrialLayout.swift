import SpecLanguage

/// Where the trials of a session lie in time.
struct TrialLayout {
  struct Slot {
    /// Seconds, on the clock of the behaviour.
    var start: Double
    var bins: Int
    var columns: [String: String]
  }

  var slots: [Slot] = []
  var notes: [String] = []

  /// A row that lacks less than this share of its last bin still has that bin.
  private static let missingShare = 1e-3

  /// Trials from the rows of a table.
  init(_ plan: TrialTable, bin: Nanoseconds, in nwb: NWBFile) throws(DataProblem) {
    let table = try IntervalTable(plan.table, in: nwb)
    let chosen = try Self.rows(plan, table, nwb)
    if chosen.count < table.rows {
      notes.append("left out \(table.rows - chosen.count) of \(table.rows) trials: `where` is not true")
    }
    let starts = try table.times(plan.align, in: nwb)
    let stops = plan.window == nil ? try table.times("stop_time", in: nwb) : starts
    var timeless = 0
    var short = 0
    for row in chosen {
      guard starts[row].isFinite, stops[row].isFinite else {
        timeless += 1
        continue
      }
      let slot = Self.slot(plan, start: starts[row], stop: stops[row], bin: bin)
      guard slot.bins > 0, slot.bins * bin.count >= plan.min?.count ?? 0 else {
        short += 1
        continue
      }
      slots.append(Slot(start: slot.start, bins: slot.bins, columns: table.text(row: row)))
    }
    if plan.window != nil { noteOverhang(table, chosen, starts, plan, in: nwb) }
    if timeless > 0 { notes.append("left out \(timeless) trials: `\(plan.align)` or `stop_time` is not a time") }
    if short > 0 { notes.append("left out \(short) trials: shorter than \(plan.min ?? bin)") }
    if slots.isEmpty {
      throw nwb.problem(
        table.object, "no trial is left of \(table.rows)", help: notes.isEmpty ? ["the table is empty"] : notes)
    }
  }

  /// Says how many windows reach beyond their rows: beyond a row there may be another trial, or a jump in time.
  private mutating func noteOverhang(
    _ table: IntervalTable, _ chosen: [Int], _ aligned: [Double], _ plan: TrialTable, in nwb: NWBFile
  ) {
    guard let window = plan.window, let starts = try? table.times("start_time", in: nwb),
      let stops = try? table.times("stop_time", in: nwb)
    else { return }
    let beyond = chosen.filter { row in
      let slack = BinGrid.slack(stops[row])
      let isEarly = aligned[row] + window.from.seconds < starts[row] - slack
      return isEarly || aligned[row] + window.to.seconds > stops[row] + slack
    }
    if !beyond.isEmpty {
      notes.append("the windows of \(beyond.count) trials reach beyond the rows of `\(table.object)`")
    }
  }

  private static func slot(
    _ plan: TrialTable, start: Double, stop: Double, bin: Nanoseconds
  ) -> (start: Double, bins: Int) {
    if let window = plan.window { return (start + window.from.seconds, window.length.count / bin.count) }
    let whole = ((stop - start) / bin.seconds + missingShare).rounded(.down)
    let bins = Int(max(0, min(whole, 1e9)))
    return (start, plan.max.map { min(bins, $0.count / bin.count) } ?? bins)
  }

  private static func rows(_ plan: TrialTable, _ table: IntervalTable, _ nwb: NWBFile) throws(DataProblem) -> [Int] {
    guard let condition = plan.where else { return Array(0..<table.rows) }
    let names = table.columns.map(\.name)
    for name in condition.names where !names.contains(name) {
      let match = Suggestion.nearest(to: name, among: names)
      throw nwb.problem(
        table.object, "`where` speaks of `\(name)`, which is not a column of the table",
        help: [match.map { "did you mean `\($0.word)`?" } ?? "columns: " + DataProblem.list(names)])
    }
    var rows: [Int] = []
    for row in 0..<table.rows {
      let value: Plain
      do throws(Diagnostic) {
        value = try condition.evaluate { table.value($0, row: row) }
      } catch {
        throw nwb.problem(table.object, "`where` has no value in row \(row): \(error.message)", help: error.help)
      }
      guard case .bool(let isChosen) = value else {
        throw nwb.problem(table.object, "`where` is not true or false in row \(row): `\(condition.text)`")
      }
      if isChosen { rows.append(row) }
    }
    return rows
  }

  /// Windows of one length.
  /// - Parameter recorded: when the recording starts and ends, for what the spec leaves open.
  init(
    _ plan: Windows, bin: Nanoseconds, recorded: (start: Double, end: Double), in nwb: NWBFile
  ) throws(DataProblem) {
    let first = plan.from?.seconds ?? recorded.start
    let last = plan.to?.seconds ?? recorded.end
    let length = plan.length.seconds
    let stride = (plan.stride ?? plan.length).seconds
    let bins = plan.length.count / bin.count
    let slack = BinGrid.slack(last)
    var number = 0
    while first + Double(number) * stride + length <= last + slack {
      slots.append(Slot(start: first + Double(number) * stride, bins: bins, columns: [:]))
      number += 1
    }
    if slots.isEmpty {
      throw nwb.problem(
        nil, "no window of \(plan.length) fits between \(shortText(first)) s and \(shortText(last)) s",
        help: ["use shorter windows"])
    }
  }
}
