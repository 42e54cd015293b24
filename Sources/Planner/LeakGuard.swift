import Bundle
import Evaluation
import Recordings
import Training

/// What no fit of a plan has seen, at the levels of trials, sessions, subjects and neurons; and who scores what.
///
/// A fit has seen what it learns from and chooses by, and all that the fits have seen whose parts it takes over. A recording is
/// one by its bytes: under two datasets it is the same.
package struct LeakGuard: Sendable {
  private struct SightKey: Hashable {
    var group: ObjectIdentifier
    var source: Int
    var trials: Int?
    var selects: Bool
  }

  private var sights: [Sight] = []
  private var places: [ArtifactKey: Int] = [:]

  package init(_ plan: Plan) {
    var known: [SightKey: Int] = [:]
    for fit in plan.fits {
      let source = fit.source.flatMap { places[$0.key] }
      let key = SightKey(
        group: ObjectIdentifier(fit.group), source: source ?? -1, trials: fit.trials, selects: fit.recipe.select != nil)
      let place = known[key] ?? sights.count
      if place == sights.count {
        known[key] = place
        sights.append(Sight(fit, after: source.map { sights[$0] }, among: plan.sessions))
      }
      places[fit.key] = place
    }
  }

  /// What a fit has seen and what not.
  package func sight(_ fit: FitJob) -> Sight {
    guard let place = places[fit.key] else { preconditionFailure("a fit of another plan") }
    return sights[place]
  }

  /// A number that is the same for fits that have seen the same.
  package func number(_ fit: FitJob) -> Int { places[fit.key] ?? -1 }

  /// Jobs of one identity have one guard.
  struct Identity: Hashable {
    var sight: Int
    var isFit: Bool
    var split: Split?
  }

  func identity(_ job: Job) -> Identity {
    switch job {
    case .fit(let fit): Identity(sight: number(fit), isFit: true, split: nil)
    case .evaluate(let evaluate): Identity(sight: number(evaluate.fit), isFit: false, split: evaluate.spec.split)
    }
  }

  /// The trials that an evaluation scores, and whether a fit has seen them; nil where it scores none.
  package func scored(_ job: EvaluateJob) -> Scored? {
    guard let split = job.spec.split else { return nil }
    let count = job.fit.sessions.reduce(0) { $0 + ($1.header.trials[split] ?? 0) }
    let sight = sight(job.fit)
    let seen: Scored.Seen =
      switch split {
      case .train: .learnt
      case .valid: sight.chooses > 0 ? .chosen : sight.elsewhere.isEmpty ? .never : .elsewhere
      case .test: sight.elsewhere.isEmpty ? .never : .elsewhere
      }
    return Scored(split: split, trials: count, seen: seen)
  }

  /// The trials that an evaluation scores.
  package struct Scored: Hashable, Sendable {
    package enum Seen: String, Hashable, Sendable {
      /// By no fit whose parts are scored.
      case never
      /// Parameters were fitted to them.
      case learnt
      /// `select` judged by them.
      case chosen
      /// Perhaps: an earlier fit has the same recording under another split.
      case elsewhere
    }

    package let split: Split
    package let trials: Int
    package let seen: Seen
  }

  /// The guard of a job for `plan.json` and `plan --json`.
  package func json(_ job: Job) -> JSONValue {
    switch job {
    case .fit(let fit): return sight(fit).json
    case .evaluate(let evaluate):
      guard let scored = scored(evaluate) else { return ["scores": .null] }
      return [
        "scores": .string(scored.split.rawValue), "trials": .int(scored.trials), "seen": .string(scored.seen.rawValue),
      ]
    }
  }
}

/// What one fit has seen, and what neither it nor a fit before it has.
package struct Sight: Sendable {
  /// Training trials that the fit itself learns from, and validation trials that it chooses by.
  package let learns: Int
  package let chooses: Int
  /// Trials of its own sessions that were never seen.
  package let trials: [Split: Int]
  /// Of all sessions of the plan.
  package let sessions: [String]
  package let subjects: [String]
  /// Channels of its sessions that no encoder sees, and how many channels there are.
  package let neurons: (heldOut: Int, of: Int)
  /// The most bins at the end of a trial that no encoder sees.
  package let forwardBins: Int
  /// Its sessions that a fit before it has seen.
  package let again: [String]
  /// Its sessions whose recording a fit before it has under another dataset, with a split of its own.
  package let elsewhere: [String]

  /// Seen trials by session key, and by which keys a recording was seen.
  private let counts: [ArtifactKey: (train: Int, valid: Int)]
  private let recordings: [SHA256Digest: Set<ArtifactKey>]

  init(_ fit: FitJob, after before: Sight?, among all: [SessionInput]) {
    var counts = before?.counts ?? [:]
    var recordings = before?.recordings ?? [:]
    var unseen: [Split: Int] = [:]
    var (learns, chooses) = (0, 0)
    var (again, elsewhere): ([String], [String]) = ([], [])
    for session in fit.sessions {
      let known = recordings[session.recording] ?? []
      if known.contains(session.key) { again.append(session.name) }
      if !known.subtracting([session.key]).isEmpty { elsewhere.append(session.name) }
      let used = fit.usedTrials(of: session.header)
      let (train, valid) = (session.header.trials[.train] ?? 0, session.header.trials[.valid] ?? 0)
      let earlier = counts[session.key] ?? (0, 0)
      let seen = (train: min(train, earlier.train + used.train), valid: min(valid, earlier.valid + used.valid))
      counts[session.key] = seen
      recordings[session.recording, default: []].insert(session.key)
      learns += used.train
      chooses += used.valid
      unseen[.train, default: 0] += train - seen.train
      unseen[.valid, default: 0] += valid - seen.valid
      unseen[.test, default: 0] += session.header.trials[.test] ?? 0
    }
    let never = all.filter { recordings[$0.recording] == nil }
    let met = Set(all.filter { recordings[$0.recording] != nil }.compactMap(\.header.subject))
    self.learns = learns
    self.chooses = chooses
    trials = unseen
    sessions = never.map(\.name)
    subjects = Set(never.compactMap(\.header.subject)).subtracting(met).sorted()
    let headers = fit.sessions.map(\.header)
    neurons = (
      heldOut: headers.reduce(0) { $0 + ($1.heldOut?.channels.count ?? 0) }, of: headers.reduce(0) { $0 + $1.channels }
    )
    forwardBins = headers.map { $0.heldOut?.bins ?? 0 }.max() ?? 0
    self.again = again
    self.elsewhere = elsewhere
    self.counts = counts
    self.recordings = recordings
  }

  var json: JSONValue {
    func list(_ names: [String]) -> JSONValue { .array(names.map(JSONValue.string)) }
    var unseen: [String: JSONValue] = [:]
    for split in Split.allCases { unseen[split.rawValue] = .int(trials[split] ?? 0) }
    return [
      "learns": .int(learns), "chooses": .int(chooses), "again": list(again), "elsewhere": list(elsewhere),
      "unseen": [
        "trials": .object(unseen), "sessions": list(sessions), "subjects": list(subjects),
        "neurons": .int(neurons.heldOut), "forward_bins": .int(forwardBins),
      ],
    ]
  }
}

extension SessionInput {
  /// What is recorded there, by content: the bytes of its file, or what generates it.
  fileprivate var recording: SHA256Digest { digests.first ?? key.digest }
}

extension FitJob {
  /// Trials of a session that the fit learns from, and that it chooses by.
  fileprivate func usedTrials(of session: SessionHeader) -> (train: Int, valid: Int) {
    let (train, valid) = (session.trials[.train] ?? 0, session.trials[.valid] ?? 0)
    let selects = recipe.select != nil
    guard let trials else { return (train, selects ? valid : 0) }
    let budget = TrialBudget(trials, train: train, valid: valid, selects: selects)
    return (budget.train, budget.selection)
  }
}
