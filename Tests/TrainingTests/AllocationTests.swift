import AllocationCount
import Models
import NativeBackend
import Randomness
import TensorGraph
import Testing
import Training

@Suite(.enabled(if: allocations_are_counted() != 0, "the C library's allocator cannot be counted here"))
struct AllocationTests {
  /// Allocations of this thread; with one worker it does all the work.
  private func allocations(_ body: () throws -> Void) rethrows -> Int {
    let before = allocations_of_thread()
    try body()
    return allocations_of_thread() - before
  }

  @Test func `an allocation is counted`() {
    var list: [Int] = []
    #expect(allocations { list = Array(0..<Int.random(in: 1000...2000)) } > 0 && !list.isEmpty)
  }

  @Test(arguments: [nil, 1], [GradientMemory.full, .recompute])
  func `a training step after the first allocates nothing`(atOnce: Int?, memory: GradientMemory) throws {
    var recipe = Small.recipe(steps: 20, clip: 5, trials: 2, sessions: nil)
    recipe.select = nil
    recipe.memory = memory
    recipe.batch.atOnce = atOnce
    let trainer = try Small.trainer(recipe, backend: NativeBackend(threads: 1))
    _ = try trainer.step()
    for _ in 0..<4 {
      let count = try allocations { _ = try trainer.step() }
      #expect(count == 0)
    }
  }

  @Test func `drawing sessions allocates nothing either`() throws {
    var recipe = Small.recipe(steps: 20, clip: 5, trials: 2, sessions: 1)
    recipe.select = nil
    let trainer = try Small.trainer(recipe, backend: NativeBackend(threads: 1))
    for _ in 0..<6 { _ = try trainer.step() }
    for _ in 0..<6 {
      let count = try allocations { _ = try trainer.step() }
      #expect(count == 0)
    }
  }

  static let schemes: [Inference] = [
    Inference(DVBF(encoder: .backwardGRU(.init(width: 5)), forecastMask: 0.3, detach: false, samples: 2)),
    Inference(VSMC(encoder: .bigru(.init(width: 5)), particles: 4, detach: true)),
    .dkf(DKF(encoder: .bigru(.init(width: 5)), forecastMask: 0.3, detach: true, samples: 2)),
  ]

  @Test(arguments: schemes)
  func `no scheme of inference allocates in a step, and neither does a warm-up`(scheme: Inference) throws {
    var recipe = Small.recipe(steps: 20, trials: 2)
    recipe.select = nil
    recipe.divergenceWarmup = .steps(10)
    var model = Small.model
    model.inference = scheme
    model.dynamics = Dynamics(
      ODEDynamics(
        latent: 2, hidden: [6], activation: .tanh, solver: .rk4, steps: 1, noise: .session,
        adapt: .linear(.init(penalty: 0.01))))
    model.weigh = .channels
    let trainer = try Small.trainer(recipe, backend: NativeBackend(threads: 1), model: model)
    _ = try trainer.step()
    for _ in 0..<4 {
      let count = try allocations { _ = try trainer.step() }
      #expect(count == 0)
    }
  }
}
