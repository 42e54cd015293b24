import SpecChecks
import SpecLanguage
import Testing

/// Specs on which the reader and a schema must agree, each wrong in at most one thing that a schema can say.
private let corpus: [String] = [
  "mdssm: 1", "mdssm: 2", "mdssm: x", "title: x", "{}", "mdssm: 1\nx-note: {a: 1}", "mdssm: 1\ntitel: x",
  "mdssm: 1\ntitle: 5", "mdssm: 1\ntitle: [x]", "mdssm: 1\ntitle: null", "mdssm: 1\nseed: -1", "mdssm: 1\nseed: 1.5",
  "mdssm: 1\nseed: \"1\"", "mdssm: 1\nmodels: {}", "mdssm: 1\nmodels: []", "mdssm: 1\nmodels: {m: {latent: 3}}",
  "mdssm: 1\nmodels: {m: {}}", "mdssm: 1\nmodels: {9m: {latent: 3}}", "mdssm: 1\nmodels: {m: {latent: 0}}",
  "mdssm: 1\nmodels: {m: {latent: 513}}", "mdssm: 1\nmodels: {m: {latent: six}}", "mdssm: 1\nmodels: {m: 3}",
  "mdssm: 1\nmodels: {m: {latent: 3, hidden: []}}", "mdssm: 1\nmodels: {m: {latent: 3, hidden: [1, 2, 3, 4, 5]}}",
  "mdssm: 1\nmodels: {m: {latent: 3, hidden: [0]}}", "mdssm: 1\nmodels: {m: {latent: 3, hidden: 4}}",
  "mdssm: 1\nmodels: {m: {latent: 3, activation: relu}}", "mdssm: 1\nmodels: {m: {latent: 3, activation: rleu}}",
  "mdssm: 1\nmodels: {m: {latent: 3, residual: true}}", "mdssm: 1\nmodels: {m: {latent: 3, residual: yes}}",
  "mdssm: 1\nmodels: {m: {latent: 3, forecast_mask: 1}}", "mdssm: 1\nmodels: {m: {latent: 3, forecast_mask: 1.01}}",
  "mdssm: 1\nmodels: {m: {latent: 3, adapt: {kind: shared}}}", "mdssm: 1\nmodels: {m: {latent: 3, adapt: {}}}",
  "mdssm: 1\nmodels: {m: {latent: 3, adapt: shared}}", "mdssm: 1\nmodels: {m: {latent: 3, adapt: {kind: shraed}}}",
  "mdssm: 1\nmodels: {m: {latent: 3, adapt: {kind: concat}}}",
  "mdssm: 1\nmodels: {m: {latent: 3, adapt: {kind: shared, rank: 2}}}",
  "mdssm: 1\nmodels: {m: {latent: 3, adapt: {kind: low_rank, rank: 2}}}",
  "mdssm: 1\nmodels: {m: {latent: 3, adapt: {kind: low_rank}}}",
  "mdssm: 1\nmodels: {m: {latent: 3, adapt: {kind: low_rank, rank: 65}}}",
  "mdssm: 1\nmodels: {m: {latent: 3, adapt: {kind: low_rank, rank: 2, hyper: [1]}}}",
  "mdssm: 1\nmodels: {m: {latent: 3}, n: {like: m}}", "mdssm: 1\nmodels: {m: {latent: 3}, n: {like: m, hiden: [1]}}",
  "mdssm: 1\nmodels: {m: {latent: 3, hidden: [4]}, n: {like: m, unset: [hidden]}}",
  "mdssm: 1\ntraining: {t: {lr: 0}}", "mdssm: 1\ntraining: {t: {lr: 1e-3}}", "mdssm: 1\ntraining: {t: {lr: -1}}",
  "mdssm: 1\ntraining: {t: {smooth: 20 ms}}", "mdssm: 1\ntraining: {t: {smooth: 20}}",
  "mdssm: 1\ntraining: {t: {smooth: 20 msec}}", "mdssm: 1\ntraining: {t: {smooth: 010 ms}}",
  "mdssm: 1\ntraining: {t: {smooth: ms}}", "mdssm: 1\ntraining: {t: {lag: -1.5e2 us}}",
  "mdssm: 1\ntraining: {t: {min_rate: 1 kHz}}", "mdssm: 1\ntraining: {t: {min_rate: 1 s}}",
  "mdssm: 1\ntraining: {t: {budget: 5 epochs}}", "mdssm: 1\ntraining: {t: {budget: 5 bins}}",
  "mdssm: 1\ntraining: {t: {alpha: 2}}", "mdssm: 1\ntraining: {t: {alpha: [1, 2]}}",
  "mdssm: 1\ntraining: {t: {alpha: []}}",
  "mdssm: 1\ntraining: {t: {alpha: {a: 1}}}", "mdssm: 1\ncomparisons: {}",
  "mdssm: 1\nparams: {n: 3}\nmodels: {m: {latent: \"${params.n}\"}}",
]

@Suite struct JSONSchemaTests {
  @Test func `a schema and the reader give the same verdict`() throws {
    let schema = JSONSchema(Study.schema.description)
    guard let verdicts = try SchemaJudge.verdicts(on: corpus, schema: schema) else {
      print(SchemaJudge.absence)
      return
    }
    #expect(verdicts.count == corpus.count)
    for (text, verdict) in zip(corpus, verdicts) {
      let diagnostics = MarkedSpec(text).read(as: Study.schema).diagnostics
      #expect(verdict == !diagnostics.hasErrors, "\(text)\n\(Rendering().text(diagnostics))")
    }
  }

  @Test func `a schema also takes what composition takes`() throws {
    let specs = [
      "mdssm: 1\nextends: [a.yaml]\nmodels: {m: {hidden: [3]}}", "mdssm: 1\nextends: a.yaml",
      "mdssm: 1\nsweep: {axes: {models.m.latent: [1, 2], training.t.lr: {log_grid: [1e-3, 1, 4]}}, limit: 10}",
      "mdssm: 1\nsweep: {axes: {models.m.latent: 3}}", "mdssm: 1\nsweep: {strategy: gird}",
      "mdssm: 1\nsweep: {axes: {training.t.lr: {uniform: [1, 2, 3]}}}",
      "mdssm: 1\nsweep: {when: [{if: a == 1, axes: {seed: {seeds: 3}}}], zip: [{a.b: [1]}], include: [{a.b: 1}]}",
      "mdssm: 1\nenv: [A]\nparams: {n: {type: int, default: 3}}\nprofiles: {p: {seed: 3}}",
    ]
    let verdicts = try SchemaJudge.verdicts(on: specs, schema: JSONSchema(Study.schema.description))
    #expect(verdicts == nil || verdicts == [true, false, true, false, false, false, true, true])
  }

  @Test func `hover shows the sentence and the default of a key`() {
    let text = JSONSchema(Study.schema.description).text
    #expect(text.contains("\"description\": \"Share of masked bins.\",\n"))
    #expect(text.contains("\"default\": 0.2"))
  }
}
