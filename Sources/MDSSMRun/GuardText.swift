import Planner
import Recordings

/// The leak guard of a plan in words: what no fit has seen, and which evaluations score what one has.
struct GuardText {
  private static let limit = 12

  private let plan: Plan
  private let leakGuard: LeakGuard

  init(_ plan: Plan) {
    self.plan = plan
    leakGuard = LeakGuard(plan)
  }

  var text: String {
    ([table] + remarks.map { "  " + $0 }).joined(separator: "\n")
  }

  /// Fits with a name and a sight of their own, each once.
  private var fits: [(name: String, fit: FitJob)] {
    var known: Set<String> = []
    return plan.fits.compactMap { fit in
      let name = fit.runName + (fit.isPerSession ? " (\(fit.sessions.first?.name ?? ""))" : "")
      return known.insert("\(name) \(leakGuard.number(fit))").inserted ? (name, fit) : nil
    }
  }

  private var table: String {
    var rows = [
      [
        "leak guard", "learns from", "chooses by", "unseen trials", "unseen sessions", "unseen subjects",
        "unseen neurons",
      ]
    ]
    let all = fits
    for (name, fit) in all.prefix(Self.limit) {
      let sight = leakGuard.sight(fit)
      let trials = Split.allCases.compactMap { split in
        sight.trials[split].flatMap { $0 > 0 ? "\($0) \(split.rawValue)" : nil }
      }
      var neurons = sight.neurons.heldOut > 0 ? ["\(sight.neurons.heldOut) of \(sight.neurons.of)"] : []
      if sight.forwardBins > 0 { neurons.append("last \(sight.forwardBins) bins") }
      rows.append([
        name, sight.learns > 0 ? "\(sight.learns) train" : "-", sight.chooses > 0 ? "\(sight.chooses) valid" : "-",
        Self.list(trials), Self.short(sight.sessions), Self.short(sight.subjects), Self.list(neurons),
      ])
    }
    let more = all.count - Self.limit
    return Terminal.table(rows, left: 7) + (more > 0 ? "\nand \(more) more; --json lists all" : "")
  }

  private var remarks: [String] {
    var remarks: [String] = []
    for (name, fit) in fits.prefix(Self.limit) {
      let sight = leakGuard.sight(fit)
      guard let source = fit.source?.run else { continue }
      if sight.again.isEmpty, sight.elsewhere.isEmpty {
        remarks.append("`\(name)`: `\(source)` has seen none of its sessions")
      }
      if !sight.again.isEmpty { remarks.append("`\(name)`: `\(source)` has seen \(Self.short(sight.again))") }
      if !sight.elsewhere.isEmpty {
        remarks.append(
          "`\(name)`: `\(source)` has the recordings of \(Self.short(sight.elsewhere)) under another split, "
            + "so it may have learnt from their test trials")
      }
    }
    var evaluations = 0
    var told: Set<String> = []
    for job in plan.jobs {
      guard case .evaluate(let evaluate) = job, let scored = leakGuard.scored(evaluate) else { continue }
      evaluations += 1
      let name = "`\(evaluate.fit.runName)/\(evaluate.evaluation)`"
      let words: String? =
        switch scored.seen {
        case .never: nil
        case .learnt: "\(name) scores training trials, which the fit has learnt from"
        case .chosen: "\(name) scores validation trials, by which the fit was selected"
        case .elsewhere: "\(name) scores \(scored.split.rawValue) trials that an earlier fit may have learnt from"
        }
      if let words, told.insert(words).inserted { remarks.append(words) }
    }
    if evaluations > 0, told.isEmpty { remarks.append("evaluations score trials that no fit has seen") }
    var known: Set<String> = []
    return remarks.filter { known.insert($0).inserted }
  }

  private static func list(_ words: [String]) -> String { words.isEmpty ? "-" : words.joined(separator: ", ") }

  /// The first two names, or how many there are.
  private static func short(_ names: [String]) -> String {
    names.count > 3 ? "\(names[0]), \(names[1]) and \(names.count - 2) more" : list(names)
  }
}
