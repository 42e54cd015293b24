import SpecLanguage

/// What a trial is used for.
package enum Split: String, CaseIterable, Hashable, Sendable { case train, valid, test }

/// One trial or window of a session.
package struct Trial: Hashable, Sendable {
  /// Bins.
  package var length: Int
  package var split: Split
  /// Seconds from the start of the recording to the first bin, on the clock of the behaviour.
  package var start: Double
  /// The row of the trials table as text.
  package var columns: [String: String]

  package init(length: Int, split: Split, start: Double, columns: [String: String] = [:]) {
    self.length = length
    self.split = split
    self.start = start
    self.columns = columns
  }
}

/// A signal of the animal or the apparatus on the same bins as the neural observations.
package struct Behavior: Hashable, Sendable {
  package var name: String
  package var unit: String
  package var dimensions: Int
  /// `[dimensions, trials, bins]`; NaN where nothing was measured and after the end of a trial.
  package var values: [Float]

  package init(name: String, unit: String, dimensions: Int, values: [Float]) {
    self.name = name
    self.unit = unit
    self.dimensions = dimensions
    self.values = values
  }
}

/// What encoders never see and read-outs are asked for: some channels, and the last bins of every trial.
package struct HeldOut: Hashable, Sendable {
  /// Ascending.
  package var channels: [Int]
  /// Forward bins.
  package var bins: Int

  package init(channels: [Int], bins: Int = 0) {
    self.channels = channels
    self.bins = bins
  }

  package var isEmpty: Bool { channels.isEmpty && bins == 0 }
}

/// One recording cut into trials of bins.
package struct Session: Sendable {
  /// `<dataset>/<file stem>`; generated sessions are `<dataset>/01`, `<dataset>/02`, ...
  package var name: String
  /// What the file says about the recording (subject, session_id, date, ...); the true parameters of generated sessions.
  package var metadata: [String: String]
  package var binWidth: Nanoseconds
  package var channels: Int
  /// Bins of the longest trial.
  package var bins: Int
  package var trials: [Trial]
  /// Whether the observations are numbers of spikes per bin, so that a Poisson model is allowed.
  package var isCounts: Bool
  /// `[channels, trials, bins]`; NaN where nothing was observed and after the end of a trial.
  package var observations: [Float]
  package var behavior: [Behavior]
  /// The signal without observation noise, laid out as the observations; only generated sessions know it.
  package var truth: [Float]?
  /// The states behind it; only generated sessions know them.
  package var states: TrueStates?
  /// What encoders do not see; nil where they see everything.
  package var heldOut: HeldOut?
  /// What was left out and why.
  package var notes: [String]

  package init(
    name: String, metadata: [String: String] = [:], binWidth: Nanoseconds, channels: Int, bins: Int, trials: [Trial],
    isCounts: Bool, observations: [Float], behavior: [Behavior] = [], truth: [Float]? = nil,
    states: TrueStates? = nil, heldOut: HeldOut? = nil, notes: [String] = []
  ) {
    precondition(observations.count == channels * trials.count * bins, "observations are [channels, trials, bins]")
    self.name = name
    self.metadata = metadata
    self.binWidth = binWidth
    self.channels = channels
    self.bins = bins
    self.trials = trials
    self.isCounts = isCounts
    self.observations = observations
    self.behavior = behavior
    self.truth = truth
    self.states = states
    self.heldOut = heldOut
    self.notes = notes
  }

  /// The bins of a trial, from its first, in which encoders see a channel.
  package func shownBins(of channel: Int, trial: Int) -> Int {
    guard let heldOut else { return trials[trial].length }
    return heldOut.channels.contains(channel) ? 0 : max(0, trials[trial].length - heldOut.bins)
  }

  /// The place of one observation in `observations` and `truth`.
  package func index(channel: Int, trial: Int, bin: Int) -> Int { (channel * trials.count + trial) * bins + bin }
}

/// The states of a generated session.
package struct TrueStates: Sendable {
  package let dimensions: Int
  /// `[trials, bins, dimensions]`
  package private(set) var values: [Float] = []
  /// Where one bin without noise leads from each state, laid out as `values`.
  package private(set) var next: [Float] = []
  private let flow: TrueFlow?

  init(dimensions: Int, flow: TrueFlow?) {
    self.dimensions = dimensions
    self.flow = flow
  }

  /// Whether it is known of every state where it leads.
  var isWhole: Bool { next.count == values.count }

  mutating func append(_ state: [Double], next: [Double]) {
    values += state.map { Float($0) }
    self.next += next.map { Float($0) }
  }

  /// What the channels would show in the bins that follow a state if nothing disturbed the system or the channels,
  /// `[steps][channels]`.
  /// - Parameter state: its place among all states, `trial * bins + bin`.
  package func undisturbed(after state: Int, steps: Int) -> [[Double]]? {
    guard let flow else { return nil }
    var place = values[state * dimensions..<(state + 1) * dimensions].map(Double.init)
    return (0..<steps).map { _ in
      place = flow.next(place)
      return flow.signals(place)
    }
  }
}

/// A system without its noise.
struct TrueFlow: Sendable {
  /// Where a state leads in one bin.
  let next: @Sendable ([Double]) -> [Double]
  /// What the channels show of a state.
  let signals: @Sendable ([Double]) -> [Double]
}

/// What can be known of a session without its observations.
package struct SessionHeader: Sendable {
  package var name: String
  /// The files that the session is read from; none for generated sessions.
  package var files: [String]
  package var metadata: [String: String]
  package var channels: Int
  package var bins: Int
  package var trials: [Split: Int]
  package var binWidth: Nanoseconds
  package var behavior: [(name: String, dimensions: Int)]
  package var isCounts: Bool
  /// What encoders do not see; nil where they see everything.
  package var heldOut: HeldOut?
  /// Whether the true states are known, and where each leads.
  package var knowsStates = false
  package var notes: [String]
  /// What the split of sessions deals the session to; nil without one. Cohorts see it as `split`.
  package var dealt: Split? {
    didSet { metadata["split"] = dealt?.rawValue }
  }
  /// Why the session is left out; empty for one that is used.
  package var excluded: [String] = []

  package init(
    name: String, files: [String] = [], metadata: [String: String] = [:], channels: Int, bins: Int,
    trials: [Split: Int], binWidth: Nanoseconds, behavior: [(name: String, dimensions: Int)] = [], isCounts: Bool,
    heldOut: HeldOut? = nil, notes: [String] = []
  ) {
    self.name = name
    self.files = files
    self.metadata = metadata
    self.channels = channels
    self.bins = bins
    self.trials = trials
    self.binWidth = binWidth
    self.behavior = behavior
    self.isCounts = isCounts
    self.heldOut = heldOut
    self.notes = notes
  }
}
