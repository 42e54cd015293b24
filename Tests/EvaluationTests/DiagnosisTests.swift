import Evaluation
import Testing

struct DiagnosisTests {
  private func value(_ scores: [Score], _ name: String) throws -> Double {
    try #require(scores.first { $0.name == name }).value
  }

  @Test func `latents that tell nothing are counted`() throws {
    let scores = Diagnosis.states([0.4, 0.001, 0.02, 0], bins: 7)
    #expect(scores.map(\.name).prefix(4) == ["information.z1", "information.z2", "information.z3", "information.z4"])
    #expect(try value(scores, "collapsed.states") == 2)
    #expect(scores.allSatisfy { $0.n == 7 })
  }

  @Test func `embeddings are apart when they differ by more than they are unsure`() throws {
    let apart = Diagnosis.embedding([[0, -2], [0.1, 2]], [[1, 0.5], [1, 0.5]])
    #expect(try value(apart, "separation") == 16)
    #expect(try value(apart, "collapsed.embedding") == 0)
    let together = Diagnosis.embedding([[0, 0.1], [0.1, 0]], [[1, 1], [1, 1]])
    #expect(try value(together, "collapsed.embedding") == 1)
    #expect(Diagnosis.embedding([[1]], [[1]]).isEmpty && Diagnosis.embedding([[], []], [[], []]).isEmpty)
    #expect(Diagnosis.embedding([[0], [0]], [[0], [0]]).isEmpty, "an embedding that is not inferred has no spread")
  }

  @Test(arguments: [(Float(1), 0.0), (0, 1), (.nan, 1)])
  func `dynamics are unused when the last bin forecasts as well`(share: Float, unused: Double) throws {
    // The observations rise; the forecast rises by a share of it.
    let observed = TrialValues(channels: 1, trials: 2, bins: 6) { Float($2) * Float($1 + 1) + Float($0) }
    let forecast = TrialValues(channels: 1, trials: 2, bins: 3) { _, trial, bin in
      Float(trial + 1) * (2 + share * Float(bin + 1))
    }
    let scores = Diagnosis.dynamics(observed: observed, forecast: forecast, context: 3, trainingMeans: [0])
    #expect(try value(scores, "unused.dynamics") == unused)
  }

  @Test func `findings name what was not learnt, and nothing where all was`() {
    func session(_ information: [Double], gain: Double) -> [Score] {
      Diagnosis.states(information, bins: 10)
        + [Score("gain", gain, n: 4), Score("unused.dynamics", gain > 0 ? 0 : 1, n: 4)]
    }
    let apart = [Score("separation", 9, n: 2), Score("collapsed.embedding", 0, n: 2)]
    let together = [Score("separation", 0.5, n: 2), Score("collapsed.embedding", 1, n: 2)]
    #expect(Diagnosis.findings(sessions: [session([1, 0.1], gain: 0.2), []], all: apart).isEmpty)
    #expect(Diagnosis.findings(sessions: [], all: []).isEmpty)
    let silent = Diagnosis.findings(sessions: [session([1, 0], gain: 1), session([1, 0.015], gain: 1)], all: [])
    #expect(silent == ["1 of 2 latents tell less than 0.01 nats a bin: z2"])
    let collapsed = Diagnosis.findings(sessions: [session([0, .nan], gain: 1)], all: together)
    #expect(collapsed.count == 2 && collapsed[0].contains("posterior of the states has collapsed"))
    #expect(collapsed[1].contains("embedding has collapsed"))
    let unused = Diagnosis.findings(sessions: [session([1], gain: -0.5), session([1], gain: 0.25)], all: apart)
    #expect(unused.count == 1 && unused[0].contains("in 1 of 2 sessions") && unused[0].contains("r2 -0.125"))
  }
}
