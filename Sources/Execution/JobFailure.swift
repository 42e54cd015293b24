import Bundle
import Planner
import Recordings
import SpecLanguage
import Training

/// Why a job failed: what went wrong, what can be done, and which data are at fault.
package struct JobFailure: Error, Sendable {
  package var job: String
  package var key: ArtifactKey
  /// The spec path of the run or evaluation that asked for the job.
  package var path: SpecPath
  package var message: String
  package var help: [String]
  /// What is wrong with the data; empty when the fault lies elsewhere.
  package var problems: [DataProblem]
  /// Whether a result could not be written: then no other job can store one either.
  package var isOfTheDisk = false

  init(_ job: Job, _ error: any Error) {
    self.job = job.name
    key = job.key
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
    case let error as TimeLimit:
      problems = []
      message = error.description
      help = ["raise `\(error.path)`" + Self.advice(job)]
    case let error as BundleError:
      problems = []
      message = error.description
      help = []
      if case .cannotWrite = error.problem { isOfTheDisk = true }
    default:
      problems = []
      message = "\(error)"
      help = []
    }
  }

  private static func advice(_ job: Job) -> String {
    switch job {
    case .fit: ", or give the same command again: the training goes on from its checkpoint"
    case .evaluate: ""
    }
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
  /// - Parameter trials: the points of a sweep that the job belongs to.
  package func entries(place: String?, trials: [String] = []) -> [Manifest.Failure] {
    if problems.isEmpty {
      let advice = help.isEmpty ? "" : " (\(help.joined(separator: "; ")))"
      return [Manifest.Failure(job: job, message: message + advice, place: place, trials: trials)]
    }
    return problems.map { $0.failure(of: job, place: place, trials: trials) }
  }
}

extension DataProblem {
  /// The problem as a manifest lists it.
  package func failure(of job: String, place: String?, trials: [String] = []) -> Manifest.Failure {
    let advice = help.isEmpty ? "" : " (\(help.joined(separator: "; ")))"
    return Manifest.Failure(
      job: job, message: message + advice, place: place, session: session, file: file, object: object,
      trials: trials)
  }
}
