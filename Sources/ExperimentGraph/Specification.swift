import Bundle
import Evaluation
import Models
import Recordings
import SpecLanguage
import Training

/// A whole study as its author wrote it, checked key by key and typed; no data has been opened.
package struct Specification: Sendable {
  package var language: Int
  package var study: Study
  package var datasets: [Named<Dataset>]
  package var cohorts: [Named<Cohort>]
  package var models: [Named<Model>]
  package var training: [Named<Recipe>]
  package var runs: [Named<Run>]
  package var evaluations: [Named<EvaluationSpec>]
  package var comparisons: [Named<Comparison>]
  package var outputs: Outputs
  package var resources: Resources
  package var backend: BackendChoice
  package var launcher: LauncherChoice

  package init(
    language: Int, study: Study, datasets: [Named<Dataset>], cohorts: [Named<Cohort>], models: [Named<Model>],
    training: [Named<Recipe>], runs: [Named<Run>], evaluations: [Named<EvaluationSpec>],
    comparisons: [Named<Comparison>], outputs: Outputs, resources: Resources, backend: BackendChoice,
    launcher: LauncherChoice
  ) {
    self.language = language
    self.study = study
    self.datasets = datasets
    self.cohorts = cohorts
    self.models = models
    self.training = training
    self.runs = runs
    self.evaluations = evaluations
    self.comparisons = comparisons
    self.outputs = outputs
    self.resources = resources
    self.backend = backend
    self.launcher = launcher
  }

  package static let schema = Schema<Self>(
    "spec", "A study.",
    Field("mdssm", \.language, .int(1...1), "Version of the language."),
    Field("study", \.study, .section(Study.schema), "What the study is."),
    Field("datasets", \.datasets, .map(.union(Dataset.union)), "Where recordings come from."),
    Field("cohorts", \.cohorts, .map(.section(Cohort.schema)), default: [], "Named groups of sessions."),
    Field("models", \.models, .map(.section(Model.schema)), "What is fitted."),
    Field("training", \.training, .map(.section(Recipe.schema)), "How it is fitted."),
    Field("runs", \.runs, .map(.section(Run.schema)), "Which model is fitted to which sessions."),
    Field(
      "evaluations", \.evaluations, .map(.union(EvaluationSpec.union)), default: [],
      "What is measured on fitted models."),
    Field(
      "comparisons", \.comparisons, .map(.section(Comparison.schema)), default: [],
      "Statistics declared before the numbers exist."),
    Field(
      "outputs", \.outputs, .section(Outputs.schema),
      default: Outputs(predictions: true, checkpoints: nil, figures: nil), "What the bundle holds."),
    Field(
      "resources", \.resources, .section(Resources.schema), default: Resources(), "What one job of each stage may use."),
    Field(
      "backend", \.backend, .union(BackendChoice.union), default: .native(NativeChoice(threads: nil)),
      "What computes."),
    Field(
      "launcher", \.launcher, .union(LauncherChoice.union), default: .local(LocalLauncher(jobs: nil)),
      "Where jobs run."),
    notBuilt: [
      .init("sweep", "Templates of the spec.")
    ],
    make: Self.init(
      language:study:datasets:cohorts:models:training:runs:evaluations:comparisons:outputs:resources:backend:launcher:))
}

/// The identity of a study. Only the seed enters cache keys.
package struct Study: Hashable, Sendable {
  package var name: String
  package var title: String?
  package var description: String?
  package var authors: [String]
  package var license: String?
  package var cites: [String]
  package var seed: UInt64

  package init(
    name: String, title: String?, description: String?, authors: [String], license: String?, cites: [String],
    seed: UInt64
  ) {
    self.name = name
    self.title = title
    self.description = description
    self.authors = authors
    self.license = license
    self.cites = cites
    self.seed = seed
  }

  package static let schema = Schema<Self>(
    "study", "What the study is.",
    Field("name", \.name, .id, "Short name; the folder of the results."),
    Field("title", \.title, .optional(.string), "One line for the report."),
    Field("description", \.description, .optional(.string), "A paragraph for the report."),
    Field("authors", \.authors, .list(.string), default: [], "Who made it."),
    Field("license", \.license, .optional(.string), "Licence of the results."),
    Field("cites", \.cites, .list(.string), default: [], "Works to cite."),
    Field("seed", \.seed, .seed, default: 0, "Root of all random numbers."),
    make: Self.init(name:title:description:authors:license:cites:seed:))
}

/// What the bundle holds besides tables and models.
package struct Outputs: Hashable, Sendable {
  package var predictions: Bool
  package var checkpoints: CheckpointPlan?
  /// nil: all that the results give.
  package var figures: [FigureName]?

  package init(predictions: Bool, checkpoints: CheckpointPlan?, figures: [FigureName]?) {
    self.predictions = predictions
    self.checkpoints = checkpoints
    self.figures = figures
  }

  package static let schema = Schema<Self>(
    "outputs", "What the bundle holds besides tables and models.",
    Field("predictions", \.predictions, .bool, default: true, "Write predictions of evaluated trials as HDF5."),
    Field(
      "checkpoints", \.checkpoints, .optional(.section(CheckpointPlan.schema)),
      "Keep states of every training beside the selected one."),
    Field(
      "figures", \.figures, .optional(figuresKind),
      "Figures of the report, by name, or `none`; all that the results give when absent."),
    rules: [Rule("figures") { $0.figures?.map(\.rawValue).repeated.map { "`\($0)` is named twice" } }],
    make: Self.init(predictions:checkpoints:figures:))

  /// A list of names, or the word `none`.
  private static let figuresKind: ValueKind<[FigureName]> = .either(
    .choice(NoFigures.self), as: { _ in [] }, from: { $0.isEmpty ? NoFigures.none : nil },
    or: .list(.choice(FigureName.self), count: 1...100))

  private enum NoFigures: String, CaseIterable, Sendable { case none }
}
