import Evaluation
import Models
import Recordings
import SpecLanguage
import Training

/// A study whose references are resolved and whose data has been looked at: typed nodes, typed edges, known sizes.
package struct Experiment: Sendable {
  package let specification: Specification
  /// All sessions of all datasets, in dataset order.
  package let sessions: [SessionNode]
  /// Runs so that a run stands after the run it transfers.
  package let runs: [RunNode]
  package let evaluations: [EvaluationNode]
}

/// One session of a dataset.
package struct SessionNode: Sendable {
  package let dataset: Named<Dataset>
  package let header: SessionHeader
  package var name: String { header.name }
}

/// A run with everything it refers to.
package struct RunNode: Sendable {
  package let id: String
  package let modelID: String
  package let model: Model
  package let recipeID: String
  package let recipe: Recipe
  /// Places in `Experiment.sessions`.
  package let sessions: [Int]
  /// Place in `Experiment.runs` of the run that is transferred.
  package let source: Int?
  /// Groups that are fitted.
  package let fit: [ParameterGroup]
  package let trials: Int?
}

/// An evaluation of one run.
package struct EvaluationNode: Sendable {
  package let id: String
  package let spec: EvaluationSpec
  /// Place in `Experiment.runs`.
  package let run: Int
}
