import Bundle
import Evaluation
import SpecLanguage

/// Measures a fitted model.
package struct EvaluateJob: Sendable {
  package static let version = 6
  private let content: Content
  package let fit: FitJob
  /// What tells the job from others of the same run and evaluation.
  package internal(set) var assignments = SharedAssignments.none

  /// Everything that the key is made of, beside the fit.
  final class Content: Sendable {
    let evaluation: String
    let spec: SpecValue<EvaluationSpec>
    /// Whether predicted trials are written; false where the evaluation predicts none.
    let predictions: Bool
    let key: ArtifactKey

    init(evaluation: String, spec: SpecValue<EvaluationSpec>, fit: FitJob, predictions: Bool) {
      self.evaluation = evaluation
      self.spec = spec
      self.predictions = predictions
      key = ArtifactKey(
        kind: "evaluate", version: EvaluateJob.version, content: Array("predictions \(predictions)".utf8),
        inputs: [ArtifactKey(spec.digest), fit.key])
    }
  }

  init(_ content: Content, fit: FitJob) {
    self.content = content
    self.fit = fit
  }

  package var evaluation: String { content.evaluation }
  package var run: String { fit.run }
  package var name: String { "\(fit.words)/\(evaluation)" + assignments.suffix }
  package var spec: EvaluationSpec { content.spec.value }
  var specValue: SpecValue<EvaluationSpec> { content.spec }
  package var predictions: Bool { content.predictions }
  package var key: ArtifactKey { content.key }
}
