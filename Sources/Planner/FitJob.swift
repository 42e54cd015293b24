import Bundle
import ExperimentGraph
import Models
import NativeBackend
import Recordings
import ReferenceBackend
import SpecLanguage
import Training

/// Fits a model to sessions.
package struct FitJob: Sendable {
  package static let version = 3
  private let content: Content
  /// What tells the job from others of the same run.
  package internal(set) var assignments = SharedAssignments.none

  /// The fit whose shared parts are taken over.
  package struct Source: Sendable {
    package let key: ArtifactKey
    package let run: String
  }

  /// Everything that the key is made of, and the names of where it stands; one object for all who hold the job.
  final class Content: Sendable {
    let run: String
    let model: SpecValue<Model>
    let recipe: SpecValue<Recipe>
    let sessions: SessionGroup
    let source: Source?
    let fit: [ParameterGroup]
    let trials: Int?
    let seed: UInt64
    let backend: BackendChoice
    /// Counted from 1; nil where the run has no repetitions.
    let repetition: Int?
    /// Whether the run has a fit for every session.
    let isPerSession: Bool
    /// Distance between the states that are kept beside the selected one; not part of the key.
    let checkpoints: Extent?
    /// The fitted groups as a mask.
    let groups: UInt8
    let key: ArtifactKey

    init(
      run: String, model: SpecValue<Model>, recipe: SpecValue<Recipe>, sessions: SessionGroup, source: Source?,
      fit: [ParameterGroup], trials: Int?, seed: UInt64, backend: BackendChoice,
      repetition: Int?, isPerSession: Bool, checkpoints: Extent?
    ) {
      self.run = run
      self.model = model
      self.recipe = recipe
      self.sessions = sessions
      self.source = source
      self.fit = fit
      self.trials = trials
      self.seed = seed
      self.backend = backend
      self.repetition = repetition
      self.isPerSession = isPerSession
      self.checkpoints = checkpoints
      let fitted = fit.map(\.rawValue).joined(separator: " ")
      let used = trials.map { String($0) } ?? "all"
      var content = "fit \(fitted); trials \(used); seed \(seed); numerics \(backend.numerics); "
      content += source == nil ? "from the start" : "transfer"
      // The first repetition is the fit of a run without repetitions.
      if let repetition, repetition > 1 { content += "; repetition \(repetition)" }
      groups = fit.reduce(0) { mask, group in
        mask | 1 << UInt8(ParameterGroup.allCases.firstIndex(of: group) ?? 0)
      }
      let inputs = [model.digest, recipe.digest, sessions.digest].map { ArtifactKey($0) }
      key = ArtifactKey(
        kind: "fit", version: FitJob.version, content: Array(content.utf8),
        inputs: inputs + (source.map { [$0.key] } ?? []))
    }
  }

  init(_ content: Content) { self.content = content }

  /// Name of the run; not part of the key.
  package var run: String { content.run }
  package var name: String { words + assignments.suffix }
  /// The run as results name it: `few_shot`, or `few_shot#2` where it has repetitions.
  package var runName: String { content.repetition.map { "\(run)#\($0)" } ?? run }
  /// The run with what tells its fits apart, such as `single (later/01)`.
  var words: String {
    content.isPerSession ? "\(runName) (\(content.sessions.sessions.first?.name ?? ""))" : runName
  }
  /// The path of the stream of all random numbers of the fit, of its choice of trials too.
  package var streamPath: [String] {
    guard let repetition = content.repetition, repetition > 1 else { return ["fit"] }
    return ["fit", "repetition", String(repetition)]
  }
  var repetition: Int? { content.repetition }
  /// Whether its run has a fit for every session.
  package var isPerSession: Bool { content.isPerSession }
  var groups: UInt8 { content.groups }
  /// Spec paths of the model and of the recipe, for messages; not part of the key.
  package var path: String { content.model.path.description }
  package var recipePath: String { content.recipe.path.description }
  package var model: Model { content.model.value }
  var modelValue: SpecValue<Model> { content.model }
  var recipeValue: SpecValue<Recipe> { content.recipe }
  var group: SessionGroup { content.sessions }
  package var recipe: Recipe { content.recipe.value }
  package var sessions: [SessionInput] { content.sessions.sessions }
  package var source: Source? { content.source }
  package var fit: [ParameterGroup] { content.fit }
  package var trials: Int? { content.trials }
  package var seed: UInt64 { content.seed }
  /// What computes; its kind and the version of its numerics enter the key.
  package var backend: BackendChoice { content.backend }
  package var numerics: String { content.backend.numerics }
  package var key: ArtifactKey { content.key }
  package var checkpoints: Extent? { content.checkpoints }

  /// The artifact of the states that are kept: one of its own, because keeping them changes no training.
  package var checkpointsKey: ArtifactKey? {
    checkpoints.map { every in
      ArtifactKey(kind: "checkpoints", version: 1, content: Array(every.description.utf8), inputs: [key])
    }
  }

  /// Trials of a session that the model is fitted to.
  package func trainingTrials(of session: SessionHeader) -> Int {
    let (train, valid) = (session.trials[.train] ?? 0, session.trials[.valid] ?? 0)
    guard let trials else { return train }
    return TrialBudget(trials, train: train, valid: valid, selects: recipe.select != nil).train
  }
}

/// One session as a job sees it: where it comes from and the digest of what was there when the plan was made.
package final class SessionInput: Sendable {
  let source: SpecValue<Dataset>
  package let dataset: Named<Dataset>
  package let header: SessionHeader
  /// SHA-256 of every file of the session, in the header's order.
  package let digests: [SHA256Digest]
  package let key: ArtifactKey
  package var name: String { header.name }

  init(
    source: SpecValue<Dataset>, dataset: Named<Dataset>, header: SessionHeader, digests: [SHA256Digest],
    key: ArtifactKey
  ) {
    self.source = source
    self.dataset = dataset
    self.header = header
    self.digests = digests
    self.key = key
  }
}

/// The sessions of a run, with one digest for all of them.
final class SessionGroup: Sendable {
  let sessions: [SessionInput]
  let digest: SHA256Digest

  init(_ sessions: [SessionInput]) {
    self.sessions = sessions
    digest = ArtifactKey(kind: "sessions", version: 1, content: [], inputs: sessions.map(\.key)).digest
  }
}

extension BackendChoice {
  /// Two jobs of the same numerics give the same bits: the kind of the backend and the version of its results.
  package var numerics: String {
    switch self {
    case .native: "native/\(NativeBackend.numericsVersion)"
    case .reference: "reference/\(ReferenceBackend.numericsVersion)"
    }
  }
}
