import TensorGraph

/// Everything that a training needs to go on: parameters, moments, step number, best state. Random numbers are a function of
/// seed and step number, so they need no state of their own.
package struct TrainingState: Sendable {
  package var values: [Double]
  package var firstMoment: [Double]
  package var secondMoment: [Double]
  /// Steps done.
  package var step = 0
  package var stoppedEarly = false
  package var best: Best?

  /// The best validated state so far.
  package struct Best: Sendable {
    package var score: Double
    package var step: Int
    package var values: [Double]

    package init(score: Double, step: Int, values: [Double]) {
      self.score = score
      self.step = step
      self.values = values
    }
  }

  package init(values: [Double]) {
    self.values = values
    firstMoment = [Double](repeating: 0, count: values.count)
    secondMoment = firstMoment
  }
}

/// What one step measured. Losses are per session and trial, in nats.
package struct StepRecord: Sendable {
  package var step: Int
  package var epoch: Double
  package var loss: Double
  package var reconstruction: Double
  package var states: Double
  package var embedding: Double
  package var penalty: Double
  package var gradientNorm: Double
  package var rate: Double
  package var validLoss: Double?
  package var validForecastR2: Double?
}

/// Why a training cannot go on.
package enum TrainingError: Error, CustomStringConvertible {
  case noTrainingTrials
  case noValidationTrials
  /// The loss or its gradient became NaN or infinite.
  /// `tensor` is the first value of the loss that did, `parameter` the first whose gradient did.
  case notFinite(step: Int, loss: Double, gradientNorm: Double, tensor: String?, parameter: String?)
  case backend(BackendError)

  package var description: String {
    switch self {
    case .noTrainingTrials: "no session has a training trial"
    case .noValidationTrials: "`select` needs validation trials, and no session has one"
    case .notFinite(let step, let loss, let norm, let tensor, let parameter):
      "the loss became \(loss) (gradient norm \(norm)) at step \(step)"
        + (tensor.map { "; first in \($0)" } ?? "")
        + (parameter.map { "; first in the gradient of `\($0)`" } ?? "")
    case .backend(let error): error.description
    }
  }
}
