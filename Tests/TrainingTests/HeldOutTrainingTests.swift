import Models
import NativeBackend
import Randomness
import Recordings
import ReferenceBackend
import TensorGraph
import Testing
import Training

/// Sessions that hold channels and bins out from encoders.
@Suite struct HeldOutTrainingTests {
  private static let heldOut = HeldOut(channels: [1, 3], bins: 2)

  /// The small sessions, which hold out channels 1 and 3 and the last two bins.
  private static func sessions(_ change: (Int, Int, Int, Float) -> Float = { $3 }) -> [Session] {
    Small.sessions.map { session in
      var session = session
      session.heldOut = heldOut
      for channel in 0..<session.channels {
        for trial in session.trials.indices {
          for bin in 0..<session.trials[trial].length {
            let place = session.index(channel: channel, trial: trial, bin: bin)
            session.observations[place] = change(channel, trial, bin, session.observations[place])
          }
        }
      }
      return session
    }
  }

  /// The small sessions with other values where something is held out.
  private static let others = sessions { channel, _, bin, value in
    heldOut.channels.contains(channel) || bin >= 6 ? 5 - 3 * value : value
  }

  private func trainer(_ data: [Session], _ backend: any Backend = ReferenceBackend(), steps: Int = 3) throws -> Trainer
  {
    var recipe = Small.recipe(steps: steps)
    recipe.select = nil
    return try Small.trainer(recipe, backend: backend, data: data)
  }

  private func runner(_ fit: FittedModel) -> SessionRunner {
    SessionRunner(
      fit, bins: 8, trials: 4, hides: true, backend: ReferenceBackend(), stream: Stream(seed: 1, path: ["held"]))
  }

  @Test func `no encoder sees what is held out`() throws {
    let trainer = try trainer(Self.sessions())
    while !trainer.isFinished { _ = try trainer.step() }
    let runner = runner(trainer.fitted)
    for number in [0, 1] {
      let trials = [0, 1, 3]
      let (one, two) = (Self.sessions(), Self.others)
      #expect(one[number].observations != two[number].observations)
      let own = try runner.embedding(of: number, trials: trials, in: one)
      let other = try runner.embedding(of: number, trials: trials, in: two)
      #expect(own.mean == other.mean && own.variance == other.variance)
      let rebuilt = try runner.reconstruct(number, trials: trials, in: one, embedding: own.mean)
      let again = try runner.reconstruct(number, trials: trials, in: two, embedding: own.mean)
      #expect(rebuilt.map(\.bitPattern) == again.map(\.bitPattern))
      let ahead = try runner.forecast(number, trials: trials, in: one, context: 4, embedding: own.mean)
      let aheadAgain = try runner.forecast(number, trials: trials, in: two, context: 4, embedding: own.mean)
      #expect(ahead.map(\.bitPattern) == aheadAgain.map(\.bitPattern))
    }
  }

  @Test func `the read-out learns what is held out, and the read-in of held-out channels stays where decay puts it`()
    throws
  {
    let (one, two) = (try trainer(Self.sessions(), steps: 4), try trainer(Self.others, steps: 4))
    let before = one.current
    while !one.isFinished {
      _ = try one.step()
      _ = try two.step()
    }
    let table = one.fitted.parameters
    func rows(_ fit: FittedModel, _ name: String, channel: Int) throws -> [Double] {
      let parameter = try #require(table[name])
      let width = parameter.shape.count / parameter.shape[0]
      return Array(fit.values[parameter.offset + channel * width..<parameter.offset + (channel + 1) * width])
    }
    for channel in Self.heldOut.channels {
      #expect(
        try rows(one.fitted, "observation.weight", channel: channel)
          != rows(two.fitted, "observation.weight", channel: channel))
      // No gradient: the same whatever was observed.
      let (start, end) = (
        try rows(before, "readin.weight", channel: channel), try rows(one.fitted, "readin.weight", channel: channel)
      )
      #expect(try end == rows(two.fitted, "readin.weight", channel: channel))
      #expect(zip(start, end).allSatisfy { abs($1) <= abs($0) })
    }
  }

  @Test func `both backends and the parts of a step agree`() throws {
    var recipe = Small.recipe(steps: 4)
    let native = try Small.trainer(recipe, data: Self.sessions())
    recipe.batch.atOnce = 1
    let parts = try Small.trainer(recipe, data: Self.sessions())
    let reference = try Small.trainer(recipe, backend: ReferenceBackend(), data: Self.sessions())
    for _ in 0..<4 {
      let losses = [try native.step().loss, try parts.step().loss, try reference.step().loss]
      #expect(losses.allSatisfy { abs($0 - losses[2]) < 1e-3 * abs(losses[2]) }, "\(losses)")
    }
  }

  @Test func `a read-in from data does not see held-out channels`() throws {
    var model = Small.model
    model.readin = .linear(.init(width: 5, shared: 4, initialisation: .data))
    var recipe = Small.recipe(steps: 1)
    recipe.select = nil
    let one = try Small.trainer(recipe, data: Self.sessions(), model: model).current
    let channels = Self.sessions { channel, _, _, value in
      Self.heldOut.channels.contains(channel) ? 5 - 3 * value : value
    }
    let two = try Small.trainer(recipe, data: channels, model: model).current
    let weight = try #require(one.parameters["readin.weight"])
    #expect(Array(one.values[weight.range]) == Array(two.values[weight.range]))
    for channel in Self.heldOut.channels {
      #expect(one.values[weight.offset + channel * 5..<weight.offset + channel * 5 + 5].allSatisfy { $0 == 0 })
    }
    #expect(one.values[weight.offset..<weight.offset + 5].contains { $0 != 0 })
  }
}
