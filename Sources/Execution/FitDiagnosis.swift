import Evaluation
import Recordings
import Training

/// What a fit did not learn, measured session by session: `{kind: diagnosis}`, and the end of every training.
struct FitDiagnosis {
  let runner: SessionRunner
  let sessions: [Session]
  /// Trials of each session that tell its embedding.
  let told: [[Int]]
  /// Trials of each session on which states and forecasts are measured.
  let measured: [[Int]]

  struct Result {
    /// By session; empty where a session has no trial to measure on.
    var sessions: [[Score]] = []
    /// Over all sessions.
    var all: [Score] = []

    /// What went wrong, in words; empty where the fit learnt.
    var findings: [String] { Diagnosis.findings(sessions: sessions, all: all) }
  }

  func run(check: () throws -> Void) throws -> Result {
    var result = Result()
    var (means, variances): ([[Double]], [[Double]]) = ([], [])
    for (index, session) in sessions.enumerated() {
      try check()
      let own = try runner.embedding(of: index, trials: told[index], in: sessions)
      means.append(own.mean)
      variances.append(own.variance)
      result.sessions.append(try scores(index, session, embedding: own.mean))
    }
    result.all = Diagnosis.embedding(means, variances)
    return result
  }

  private func scores(_ index: Int, _ session: Session, embedding: [Double]) throws -> [Score] {
    let numbers = measured[index]
    guard !numbers.isEmpty else { return [] }
    let information = try runner.information(index, trials: numbers, in: sessions, embedding: embedding)
    let states = Diagnosis.states(information.perLatent, bins: information.bins)
    let context = max(1, session.bins / 2)
    let long = numbers.filter { session.trials[$0].length > context }
    guard !long.isEmpty else { return states }
    let observed = session.values(of: long)
    let forecast = try runner.forecast(index, trials: long, in: sessions, context: context, embedding: embedding)
    let later = TrialValues(channels: observed.channels, trials: observed.trials, bins: observed.bins - context) {
      forecast[($0 * observed.trials + $1) * observed.bins + context + $2]
    }
    let means = session.values(of: told[index]).channelMeans.map { $0.isNaN ? 0 : $0 }
    return states
      + Diagnosis.dynamics(observed: observed, forecast: later, context: context, trainingMeans: means)
  }
}
