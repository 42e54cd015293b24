import CKernels
import Models
import NativeBackend
import Randomness
import Recordings
import ReferenceBackend
import Testing
import Training

/// Sessions that are large enough to be cut for several workers.
private let large = [
  Small.session("l/a", channels: 40, lengths: [40, 31, 40, 12, 40, 40, 8, 40, 40, 40, 1, 40], seed: 1),
  Small.session("l/b", channels: 9, lengths: [25, 40, 40, 33, 40, 40, 40, 40, 40], seed: 2),
  Small.session("l/c", channels: 70, lengths: [40, 40, 40, 40, 40, 40, 40, 40, 40, 40, 40], seed: 3),
]

private func largeModel() -> Model {
  var model = Small.model
  model.readin = .mlp(.init(width: 20, shared: 16))
  model.embedding = Embedding(size: 2, per: .session, encoder: .gru(.init(width: 24)), weight: 1)
  model.inference = .dkf(DKF(encoder: .bigru(.init(width: 32)), forecastMask: 0.3, detach: false))
  return model
}

private func trainer(
  _ backend: NativeBackend, memory: GradientMemory = .full, atOnce: Int? = nil
) throws -> Trainer {
  var recipe = Small.recipe(steps: 3, clip: 10, trials: 8)
  recipe.select = nil
  recipe.memory = memory
  recipe.batch.atOnce = atOnce
  let stream = Stream(seed: 3, path: ["bits"])
  return try Trainer(
    model: largeModel(), recipe: recipe, trials: TrialSet(large, limit: nil, selects: false, stream: stream),
    start: nil,
    fit: Set(ParameterGroup.allCases), backend: backend, stream: stream, path: "models.m")
}

/// The parameters after three steps.
private func bits(_ trainer: Trainer) throws -> [UInt64] {
  while !trainer.isFinished { _ = try trainer.step() }
  return trainer.snapshot().values.map(\.bitPattern)
}

@Suite struct BitsTests {
  @Test(arguments: [GradientMemory.full, .recompute], [nil, 2])
  func `threads, instruction sets and a second run change no bit of a training`(
    memory: GradientMemory, atOnce: Int?
  ) throws {
    let wanted = try bits(trainer(NativeBackend(threads: 1), memory: memory, atOnce: atOnce))
    for threads in [1, 2, 4] {
      #expect(try bits(trainer(NativeBackend(threads: threads), memory: memory, atOnce: atOnce)) == wanted)
    }
    for set in [CKPortable, CKAVX2, CKAVX512] where ck_for(set) != nil {
      let backend = NativeBackend(threads: 2, instructionSet: set)
      #expect(try bits(trainer(backend, memory: memory, atOnce: atOnce)) == wanted, "\(set)")
    }
  }

  @Test(arguments: [(GradientMemory.recompute, nil), (.full, 1), (.full, 2), (.recompute, 1)])
  func `memory and sessions at once change a training by rounding alone`(memory: GradientMemory, atOnce: Int?) throws {
    let plain = try trainer(NativeBackend())
    let other = try trainer(NativeBackend(), memory: memory, atOnce: atOnce)
    for _ in 0..<3 {
      let (a, b) = (try plain.step(), try other.step())
      #expect(abs(a.loss - b.loss) <= 1e-5 * abs(a.loss))
      #expect(abs(a.gradientNorm - b.gradientNorm) <= 1e-4 * a.gradientNorm)
      #expect(abs(a.embedding - b.embedding) <= 1e-4 * abs(a.embedding) && abs(a.penalty - b.penalty) <= 1e-4)
    }
  }

  @Test func `in Double, parts and recomputation give the plain step`() throws {
    let records = try [(GradientMemory.full, nil), (.recompute, nil), (.full, 1), (.recompute, 1)].map {
      memory, atOnce in
      var recipe = Small.recipe(steps: 2)
      recipe.select = nil
      recipe.memory = memory
      recipe.batch.atOnce = atOnce
      let data = [
        Small.session("d/a", channels: 3, lengths: [18, 20, 17, 20], seed: 4),
        Small.session("d/b", channels: 5, lengths: [20, 20, 20, 20], seed: 5),
      ]
      let trainer = try Small.trainer(recipe, backend: ReferenceBackend(), data: data)
      _ = try trainer.step()
      return try trainer.step()
    }
    for record in records {
      #expect(abs(record.loss - records[0].loss) <= 1e-10 * abs(records[0].loss))
      #expect(abs(record.gradientNorm - records[0].gradientNorm) <= 1e-10 * records[0].gradientNorm)
    }
  }
}
