import ExperimentGraph
import Foundation
import SpecChecks
import SpecLanguage
import Testing

/// What is wrong with comparisons, objectives and the choice of figures, as far as it can be known without data.
struct ComparisonTests {
  /// A study with two runs that are forecast, one that is not, and a sweep.
  private func study(_ more: String) -> String {
    """
    mdssm: 1
    study: {name: compared, seed: 7}
    datasets:
      cycles:
        kind: generator
        system: {kind: limit_cycle, speed: [1, 2], step: 10 ms}
        sessions: 2
        channels: [3, 4]
        observe: {kind: gaussian, noise: 0.1}
        trials: {count: 10, length: 300 ms}
        bin: 30 ms
        split: {train: 0.6, valid: 0.2, test: 0.2}
    models:
      meta:
        readin:      {kind: mlp, width: 4, shared: 3}
        embedding:   {size: 1, encoder: {kind: gru, width: 4}}
        dynamics:    {kind: mlp, latent: 2, hidden: [4, 4], adapt: {kind: low_rank, rank: 1, hyper: [4, 4]}}
        inference:   {kind: dkf, encoder: {kind: bigru, width: 4}}
        observation: {kind: gaussian, init: data}
    training:
      recipe: {optimizer: {kind: adamw, lr: 3e-3}, batch: {trials: 4}, budget: 6 steps}
    runs:
      first:  {train: meta, on: cycles, with: recipe}
      second: {train: meta, on: cycles, with: recipe, trials: 3}
      third:  {train: meta, on: cycles, with: recipe}
    evaluations:
      forecast: {kind: forecast, of: [first, second], context: 150 ms, horizon: 150 ms}
      atlas:    {kind: embedding, of: [first]}
    \(more)
    """
  }

  @Test(arguments: [
    "comparisons: {a: {metric: forecast.r2, of: [first, second], pair_by: [session], test: wilcoxon}}",
    "comparisons: {a: {metric: forecast.hold.r2@3, of: [first, second], pair_by: [session, seed, split], test: sign_flip}}",
    "comparisons: {⟦E1010 a b⟧: {metric: forecast.r2, of: [first, second], pair_by: [session], test: wilcoxon}}",
    "comparisons: {a: {metric: ⟦E2010 forecast.r3⟧, of: [first, second], pair_by: [session], test: wilcoxon}}",
    "comparisons: {a: {metric: ⟦E2010 forecast⟧, of: [first, second], pair_by: [session], test: wilcoxon}}",
    "comparisons: {a: {metric: ⟦E1009 forcast.r2⟧, of: [first, second], pair_by: [session], test: wilcoxon}}",
    "comparisons: {a: {metric: forecast.r2, of: [first, ⟦E1009 secnd⟧], pair_by: [session], test: wilcoxon}}",
    "comparisons: {a: {metric: forecast.r2, of: [first, ⟦E2011 third⟧], pair_by: [session], test: wilcoxon}}",
    "comparisons: {a: {metric: forecast.r2, of: ⟦E1012 [first, first]⟧, pair_by: [session], test: wilcoxon}}",
    "comparisons: {a: {metric: forecast.r2, of: ⟦E1011 [first]⟧, pair_by: [session], test: wilcoxon}}",
    "comparisons: {a: {metric: forecast.r2, of: [first, second], pair_by: [⟦E2012 sesion⟧], test: wilcoxon}}",
    "comparisons: {a: {metric: forecast.r2, of: [first, second], pair_by: [session, ⟦E2013 trials⟧], test: wilcoxon}}",
    "comparisons: {a: {metric: forecast.r2, of: [first, second], pair_by: [session], test: ⟦E1007 wilcox⟧}}",
    "comparisons: {a: {metric: forecast.r2, of: [first, second], pair_by: [session], test: paired_t, correction: ⟦E1007 hom⟧}}",
    // With a sweep its paths are labels too.
    "comparisons: {a: {metric: forecast.r2, of: [first, second], pair_by: [session, ⟦E2012 models.meta.latent⟧], test: paired_t}}\n"
      + "sweep: {axes: {models.meta.dynamics.latent: [2, 3]}}",
    "comparisons: {a: {metric: forecast.r2, of: [first, second], pair_by: [session, models.meta.dynamics.latent], test: paired_t}}\n"
      + "sweep: {axes: {models.meta.dynamics.latent: [2, 3]}}",
    "comparisons: {a: {metric: forecast.r2, of: [first, second], pair_by: [session], test: paired_t}}\n"
      + "sweep: {axes: {⟦E1302 comparisons.a.test⟧: [wilcoxon, paired_t]}}",
    "sweep: {axes: {study.seed: [1, 2]}, objective: {metric: ⟦E2018 forecast.hold.r2@2⟧, goal: maximize}}",
    "sweep: {axes: {study.seed: [1, 2]}, objective: {metric: ⟦E2010 forecast.r2@0⟧, goal: maximize}}",
    "sweep: {axes: {study.seed: [1, 2]}, objective: {metric: ⟦E2010 atlas.r2⟧, goal: maximize}}",
    "outputs: {figures: [forecast, learning]}", "outputs: {figures: none}", "outputs: {figures: ⟦E1011 []⟧}",
    "outputs: {figures: [⟦E1007 learnig⟧]}", "outputs: {figures: ⟦E1007 forecast⟧}",
  ])
  func `complaints stand where the mistake is`(_ more: String) {
    let marked = MarkedSpec(study(more))
    let found = WholeLanguage.check(String(decoding: marked.file.bytes, as: UTF8.self))
    #expect(MarkedSpec.places(found.filter(\.isError)) == marked.expected, "\(Rendering().text(found))")
  }

  @Test(arguments: [
    ("forecast.r3", "did you mean `forecast.r2`?"),
    ("forecast.r2_cumulativ@7", "did you mean `forecast.r2_cumulative@7`?"),
    ("forcast.r2@3", "did you mean `forecast.r2@3`?"), ("forecast", "such as `forecast.r2`"),
    ("atlas.r2", "metrics of `atlas`: spearman.e<dimension>.<name>"),
  ])
  func `a wrong metric comes with the right ones`(_ metric: String, _ words: String) {
    let text = study(
      "comparisons: {a: {metric: \(metric), of: [first, second], pair_by: [session], test: wilcoxon}}")
    let said = Rendering().text(WholeLanguage.check(text).filter { ["E2010", "E1009"].contains($0.code.id) })
    #expect(said.contains(words), "\(said)")
  }
}
