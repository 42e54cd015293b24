import Models
import SpecLanguage

/// An edge of the study: a model trained on sessions, or a trained run transferred to new ones.
package struct Run: Hashable, Sendable {
  package var train: Reference?
  package var transfer: Reference?
  package var on: Reference
  package var with: Reference
  package var trials: Int?
  package var fit: [ParameterGroup]

  package init(
    train: Reference?, transfer: Reference?, on: Reference, with: Reference, trials: Int?, fit: [ParameterGroup]
  ) {
    self.train = train
    self.transfer = transfer
    self.on = on
    self.with = with
    self.trials = trials
    self.fit = fit
  }

  package static let schema = Schema<Self>(
    "run", "A model trained on sessions (`train`), or a trained run taken to new sessions (`transfer`).",
    Field("train", \.train, .optional(.reference(to: "models")), "The model to train."),
    Field("transfer", \.transfer, .optional(.reference(to: "runs")), "The run whose shared parts are taken over."),
    Field("on", \.on, .reference(toAnyOf: ["cohorts", "datasets"]), "The sessions."),
    Field("with", \.with, .reference(to: "training"), "The recipe."),
    Field(
      "trials", \.trials, .optional(.count),
      "Learn from at most so many trials of every session; those by which `select` judges are among them."),
    Field(
      "fit", \.fit, .list(.choice(ParameterGroup.self)), default: [],
      "Parts that a transfer fits; per-session parts start anew, all others keep their values."),
    notBuilt: [
      .init("per", "One model per session."), .init("repeats", "Repetitions with other trials."),
    ],
    rules: [
      Rule("train") { $0.train != nil && $0.transfer != nil ? "a run either trains or transfers, not both" : nil },
      Rule("on") { $0.train == nil && $0.transfer == nil ? "a run needs `train: <model>` or `transfer: <run>`" : nil },
      Rule("fit") { $0.train != nil && !$0.fit.isEmpty ? "`fit` has no effect on `train`: all parts are fitted" : nil },
      Rule("transfer") {
        $0.transfer != nil && $0.fit.isEmpty
          ? "a transfer says what it fits, such as `fit: [readin, observation]`" : nil
      },
      Rule("fit") { run in
        guard run.transfer != nil else { return nil }
        let missing = ParameterGroup.allCases.filter { $0.isPerSession && !run.fit.contains($0) }
        return missing.isEmpty || run.fit.isEmpty
          ? nil : "`\(missing[0].rawValue)` belongs to the session and starts anew, so it must be fitted"
      },
    ],
    make: Self.init(train:transfer:on:with:trials:fit:))
}
