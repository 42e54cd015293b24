import Bundle
import Planner
import Recordings
import SpecLanguage
import Training

/// Why a job failed: what went wrong, what can be done, and which data are at fault.
package struct JobFailure: Error, Sendable {
  package var job: String
  /// The spec path of the run or evaluation that asked for the job.
  package var path: SpecPath
  package var message: String
  package var help: [String]
  /// What is wrong with the data; empty when the fault lies elsewhere.
  package var problems: [DataProblem]

  init(_ job: Job, _ error: any Error) {
    self.job = job.name
    path = job.path
    switch error {
    case let error as DataProblems:
      problems = error.problems
      message = error.problems.first?.message ?? "the data cannot be read"
      help = []
    case let error as TrainingError:
      problems = []
      message = error.description
      help = Self.help(error, job.fit)
    default:
      problems = []
      message = "\(error)"
      help = []
    }
  }

  /// The same failure of a job with the same content and another name.
  func repeated(as job: Job) -> JobFailure {
    var other = self
    other.job = job.name
    other.path = job.path
    return other
  }

  private static func help(_ error: TrainingError, _ fit: FitJob) -> [String] {
    switch error {
    case .notFinite:
      let optimizer: AdamW
      switch fit.recipe.optimizer {
      case .adamw(let value): optimizer = value
      }
      let clip = fit.recipe.clip
      return [
        "lower `optimizer.lr` of `\(fit.recipePath)`, now \(Number.text(optimizer.lr))",
        clip.map { "lower `clip`, now \(Number.text($0))" } ?? "shorten the gradient with `clip: 1`",
      ]
    case .noTrainingTrials, .noValidationTrials, .backend: return []
    }
  }

  /// The failure as a manifest lists it: one entry per problem of the data, otherwise one.
  ///
  /// - Parameter place: where in the spec it was asked for.
  package func entries(place: String?) -> [Manifest.Failure] {
    if problems.isEmpty {
      let advice = help.isEmpty ? "" : " (\(help.joined(separator: "; ")))"
      return [Manifest.Failure(job: job, message: message + advice, place: place)]
    }
    return problems.map { $0.failure(of: job, place: place) }
  }
}

extension DataProblem {
  /// The problem as a manifest lists it.
  package func failure(of job: String, place: String?) -> Manifest.Failure {
    let advice = help.isEmpty ? "" : " (\(help.joined(separator: "; ")))"
    return Manifest.Failure(
      job: job, message: message + advice, place: place, session: session, file: file, object: object)
  }
}
