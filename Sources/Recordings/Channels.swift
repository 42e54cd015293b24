import SpecLanguage

/// What the channels of a session showed: `[channels, trials, bins]`, NaN where nothing was observed, with what became
/// of them on the way.
struct Channels {
  var count: Int
  /// Bins of each trial.
  let lengths: [Int]
  /// Bins of the longest trial.
  let bins: Int
  var isCounts: Bool
  var values: [Float]
  var notes: [String] = []
  /// Which of the channels that there were at first each one is.
  private(set) var origins: [Int]

  init(count: Int, lengths: [Int], isCounts: Bool, values: [Float], notes: [String] = []) {
    self.count = count
    origins = Array(0..<count)
    self.lengths = lengths
    bins = lengths.max() ?? 0
    self.isCounts = isCounts
    self.values = values
    self.notes = notes
    precondition(values.count == count * lengths.count * bins, "channels are [channels, trials, bins]")
  }

  /// The place of the first bin of a channel in a trial.
  func offset(_ channel: Int, _ trial: Int) -> Int { (channel * lengths.count + trial) * bins }

  /// Leaves out channels whose mean rate over the observed bins of all trials is below `minRate`.
  mutating func dropQuiet(_ minRate: Double?, bin: Nanoseconds) throws(Failure) {
    guard let minRate else { return }
    let size = lengths.count * bins
    let all = values
    let kept = (0..<count).filter { channel in
      var sum = 0.0
      var seconds = 0.0
      for value in all[channel * size..<(channel + 1) * size] where !value.isNaN {
        sum += Double(value)
        seconds += bin.seconds
      }
      return seconds > 0 && sum / seconds >= minRate
    }
    try keep(kept, because: "fewer than \(shortText(minRate)) Hz", help: "use a lower `min_rate`")
  }

  /// Leaves out all channels but these, and notes it.
  mutating func keep(_ kept: [Int], because reason: String, help: String) throws(Failure) {
    if kept.count == count { return }
    let text = "\(count - kept.count) of \(count) channels: \(reason)"
    guard !kept.isEmpty else { throw Failure(text: text, help: help) }
    let size = lengths.count * bins
    let all = values
    notes.append("left out " + text)
    values = kept.flatMap { all[$0 * size..<($0 + 1) * size] }
    count = kept.count
    origins = kept.map { origins[$0] }
  }

  struct Failure: Error {
    var text: String
    var help: String
  }

  /// Filters the bins of every trial.
  /// - Parameter forwardBins: the last bins, which are filtered for themselves, so that no earlier bin tells of them.
  mutating func smooth(_ filter: Smoothing?, forwardBins: Int = 0) {
    guard let filter else { return }
    for channel in 0..<count {
      for (trial, length) in lengths.enumerated() {
        let start = offset(channel, trial)
        let cut = start + max(0, length - forwardBins)
        filter.apply(to: &values, in: start..<cut)
        filter.apply(to: &values, in: cut..<start + length)
      }
    }
    isCounts = false
  }
}
