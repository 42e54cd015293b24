import Models
import SpecLanguage

/// An edge of the study: a model trained on sessions, or a trained run transferred to new ones.
package struct Run: Hashable, Sendable {
  package var train: Reference?
  package var transfer: Reference?
  package var on: Reference
  package var with: Reference
  package var per: Unit?
  package var trials: Int?
  package var repeats: Int?
  /// nil where the spec does not say; empty for `none`.
  package var fit: [ParameterGroup]?
  package var embedding: EmbeddingSource?

  /// What has a model of its own.
  package enum Unit: String, CaseIterable, Hashable, Sendable { case session }

  package init(
    train: Reference?, transfer: Reference?, on: Reference, with: Reference, per: Unit?, trials: Int?, repeats: Int?,
    fit: [ParameterGroup]?, embedding: EmbeddingSource? = nil
  ) {
    self.train = train
    self.transfer = transfer
    self.on = on
    self.with = with
    self.per = per
    self.trials = trials
    self.repeats = repeats
    self.fit = fit
    self.embedding = embedding
  }

  package static let schema = Schema<Self>(
    "run", "A model trained on sessions (`train`), or a trained run taken to new sessions (`transfer`).",
    Field("train", \.train, .optional(.reference(to: "models")), "The model to train."),
    Field("transfer", \.transfer, .optional(.reference(to: "runs")), "The run whose shared parts are taken over."),
    Field("on", \.on, .reference(toAnyOf: ["cohorts", "datasets"]), "The sessions."),
    Field("with", \.with, .reference(to: "training"), "The recipe."),
    Field("per", \.per, .optional(.choice(Unit.self)), "`session`: a model of its own for each session."),
    Field(
      "trials", \.trials, .optional(.count),
      "Learn from at most so many trials of every session; those by which `select` judges are among them."),
    Field(
      "repeats", \.repeats, .optional(.int(1...1000)),
      "Fits of a transfer, each to other trials and with other random numbers; the second is named `<run>#2`."),
    Field(
      "fit", \.fit, .optional(fitKind),
      "Parts that a transfer fits; per-session parts start anew, all others keep their values. `none`: nothing is fitted, and "
        + "per-session parts stay where the data of the session put them."),
    Field(
      "embedding", \.embedding, .optional(.choice(EmbeddingSource.self)),
      "Where a transfer takes embeddings from instead of as the model does, to see what they are worth."),
    rules: [
      Rule("embedding") { run in
        run.train != nil && run.embedding != nil
          ? "`embedding` belongs to `transfer`; a model says it as `embedding: {from: ...}`" : nil
      },
      Rule("train") { $0.train != nil && $0.transfer != nil ? "a run either trains or transfers, not both" : nil },
      Rule("on") { $0.train == nil && $0.transfer == nil ? "a run needs `train: <model>` or `transfer: <run>`" : nil },
      Rule("fit") { $0.train != nil && $0.fit != nil ? "`fit` has no effect on `train`: all parts are fitted" : nil },
      Rule("transfer") {
        $0.transfer != nil && $0.fit == nil
          ? "a transfer says what it fits, such as `fit: [readin, observation]`" : nil
      },
      Rule("per") {
        $0.transfer != nil && $0.per != nil ? "`per` belongs to `train`: a transfer takes one model over" : nil
      },
      Rule("repeats") { $0.train != nil && $0.repeats != nil ? "`repeats` belongs to `transfer`" : nil },
      Rule("repeats") {
        $0.repeats != nil && $0.trials == nil ? "`repeats` draws other trials each time, so it needs `trials: n`" : nil
      },
      Rule("fit") { run in
        guard run.transfer != nil, let fit = run.fit else { return nil }
        let missing = ParameterGroup.allCases.filter { $0.isPerSession && !fit.contains($0) }
        return missing.isEmpty || fit.isEmpty
          ? nil : "`\(missing[0].rawValue)` belongs to the session and starts anew, so it must be fitted"
      },
    ],
    make: Self.init(train:transfer:on:with:per:trials:repeats:fit:embedding:))

  /// A list of parts, or the word `none`.
  private static let fitKind: ValueKind<[ParameterGroup]> = .either(
    .choice(Nothing.self), as: { _ in [] }, from: { $0.isEmpty ? Nothing.none : nil },
    or: .list(.choice(ParameterGroup.self), count: 1...ParameterGroup.allCases.count))

  private enum Nothing: String, CaseIterable, Sendable { case none }

  /// Whether the run is several fits.
  package var isMany: Bool { per != nil || repeats ?? 1 > 1 }
}
