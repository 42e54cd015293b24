import Bundle
import Evaluation
import Models
import Recordings
import SpecLanguage
import Training

/// One unit of work: it reads artifacts, writes one artifact, and is named by its content.
package enum Job: Sendable {
  case fit(FitJob)
  case evaluate(EvaluateJob)

  package var key: ArtifactKey {
    switch self {
    case .fit(let job): job.key
    case .evaluate(let job): job.key
    }
  }

  /// The name that people see: the run, or run and evaluation.
  package var name: String {
    switch self {
    case .fit(let job): job.run
    case .evaluate(let job): "\(job.run)/\(job.evaluation)"
    }
  }

  /// The spec path of the run or evaluation that asks for the job.
  package var path: SpecPath {
    switch self {
    case .fit(let job): SpecPath([.key("runs"), .key(job.run)])
    case .evaluate(let job): SpecPath([.key("evaluations"), .key(job.evaluation)])
    }
  }

  /// The fit that the job is, or that it measures.
  package var fit: FitJob {
    switch self {
    case .fit(let job): job
    case .evaluate(let job): job.fit
    }
  }

  /// Keys of the artifacts that the job reads.
  package var inputs: [ArtifactKey] {
    switch self {
    case .fit(let job): job.source.map { [$0.key] } ?? []
    case .evaluate(let job): [job.fit.key]
    }
  }
}

/// One session as a job sees it: where it comes from and the digest of what was there when the plan was made.
package struct SessionInput: Sendable {
  package let dataset: Named<Dataset>
  package let header: SessionHeader
  /// SHA-256 of every file of the session, in the header's order.
  package let digests: [SHA256Digest]
  package let key: ArtifactKey
  package var name: String { header.name }
}

/// Fits a model to sessions.
package struct FitJob: Sendable {
  package static let version = 1
  /// Name of the run; not part of the key.
  package let run: String
  /// Spec paths of the model and of the recipe, for messages; not part of the key.
  package let path: String
  package let recipePath: String
  package let model: Model
  package let recipe: Recipe
  package let sessions: [SessionInput]
  package let source: Source?
  package let fit: [ParameterGroup]
  package let trials: Int?
  package let seed: UInt64
  package let numerics: String
  package let key: ArtifactKey

  /// The fit whose shared parts are taken over.
  package struct Source: Sendable {
    package let key: ArtifactKey
    package let run: String
  }

  package init(
    run: String, path: String, recipePath: String, model: Model, recipe: Recipe, sessions: [SessionInput],
    source: Source?, fit: [ParameterGroup], trials: Int?, seed: UInt64, numerics: String
  ) {
    self.run = run
    self.path = path
    self.recipePath = recipePath
    self.model = model
    self.recipe = recipe
    self.sessions = sessions
    self.source = source
    self.fit = fit
    self.trials = trials
    self.seed = seed
    self.numerics = numerics
    let content: Plain = .map([
      ("model", Model.schema.write(model)), ("recipe", Recipe.schema.write(recipe)),
      ("fit", .list(fit.map { .string($0.rawValue) })), ("trials", trials.map { .int($0) } ?? .null),
      ("seed", .string(String(seed))), ("numerics", .string(numerics)),
      ("isTransfer", .bool(source != nil)),
    ])
    let inputs = sessions.map(\.key) + (source.map { [$0.key] } ?? [])
    key = ArtifactKey(kind: "fit", version: Self.version, content: content.canonicalBytes, inputs: inputs)
  }
}

/// Measures a fitted model.
package struct EvaluateJob: Sendable {
  package static let version = 2
  package let evaluation: String
  package let spec: EvaluationSpec
  package let run: String
  package let fit: FitJob
  package let predictions: Bool
  package let key: ArtifactKey

  package init(evaluation: String, spec: EvaluationSpec, fit: FitJob, predictions: Bool) {
    self.evaluation = evaluation
    self.spec = spec
    self.run = fit.run
    self.fit = fit
    self.predictions = predictions
    let content: Plain = .map([
      ("evaluation", spec.content), ("predictions", .bool(predictions)),
    ])
    key = ArtifactKey(kind: "evaluate", version: Self.version, content: content.canonicalBytes, inputs: [fit.key])
  }
}
