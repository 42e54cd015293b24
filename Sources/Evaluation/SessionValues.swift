import Recordings

extension Session {
  /// Observations of some trials, `[channels, trials, bins]`.
  package func values(of numbers: [Int]) -> TrialValues { values(of: numbers, in: observations, rows: channels) }

  package func truth(of numbers: [Int]) -> TrialValues? {
    truth.map { values(of: numbers, in: $0, rows: channels) }
  }

  /// What the true dynamics without noise make of the true states at the end of the context, `[channels, trials, steps]`;
  /// nil where they are unknown.
  package func oracle(trials numbers: [Int], context: Int, steps: Int) -> TrialValues? {
    guard let states else { return nil }
    var paths: [[[Double]]] = []
    for number in numbers {
      guard let path = states.undisturbed(after: number * bins + context - 1, steps: steps) else { return nil }
      paths.append(path)
    }
    return TrialValues(channels: channels, trials: numbers.count, bins: steps) { channel, trial, step in
      Float(paths[trial][step][channel])
    }
  }

  fileprivate func values(of numbers: [Int], in source: [Float], rows: Int) -> TrialValues {
    var values: [Float] = []
    values.reserveCapacity(rows * numbers.count * bins)
    for row in 0..<rows {
      for number in numbers {
        let start = (row * trials.count + number) * bins
        values += source[start..<start + bins]
      }
    }
    return TrialValues(channels: rows, trials: numbers.count, bins: bins, values: values)
  }
}

extension Behavior {
  /// Values of some trials, `[dimensions, trials, bins]`.
  package func values(of numbers: [Int], _ session: Session) -> TrialValues {
    session.values(of: numbers, in: values, rows: dimensions)
  }
}
