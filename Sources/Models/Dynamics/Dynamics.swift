import SpecLanguage
import TensorGraph

/// How the latent state moves: z_t ~ N(f(z_{t-1}; theta + change(e)), Q).
package struct Dynamics: Hashable, Sendable {
  let family: any DynamicsFamily

  package init(_ family: some DynamicsFamily) { self.family = family }

  /// The catalogue of families, one line each.
  package static let union = Union<Self>(
    "dynamics",
    .family(MLPDynamics.self),
    .family(LinearDynamics.self),
    .family(GRUDynamics.self),
    .family(LowRankRNNDynamics.self),
    .family(ODEDynamics.self))

  package var latent: Int { family.latent }
  package var needsEmbedding: Bool { family.adapt.needsEmbedding }

  /// Prepares the step function of a batch.
  ///
  /// - Parameter embedding: `[sessions, size]`, nil for shared dynamics.
  func prepare(_ embedding: Tensor?, _ batch: Batch, _ parameter: ParameterScope) -> PreparedDynamics {
    let family = family
    let layers = family.layers(parameter)
    let change = family.adapt.change(layers, embedding, parameter)
    let others = family.others(parameter)
    let count = change.layers.tensors.count
    return PreparedDynamics(
      weights: change.layers.tensors + others,
      step: { state, constants in
        family.step(state, change.layers.replaced(by: constants[..<count]), Array(constants[count...]))
      },
      noise: family.noise.variance(family.latent, batch, parameter), penalty: change.penalty)
  }

  package static func == (left: Self, right: Self) -> Bool { AnyHashable(left.family) == AnyHashable(right.family) }
  package func hash(into hasher: inout Hasher) { hasher.combine(AnyHashable(family)) }
}

/// A family of dynamics: one file with the keys, the layers and the step, and one line in the catalogue.
///
/// Law: all that the embedding may change goes through `layers`, so that every way of adapting works for every family.
package protocol DynamicsFamily: Hashable, Sendable {
  /// Its name is the word after `kind`.
  static var schema: Schema<Self> { get }
  /// Dimensions of the state.
  var latent: Int { get }
  var noise: ProcessNoise { get }
  var adapt: Adaptation { get }
  /// The weights that sessions may have their own change of.
  func layers(_ parameter: ParameterScope) -> Layers
  /// Parameters of the step that all sessions share.
  func others(_ parameter: ParameterScope) -> [Tensor]
  /// Next mean of states `[sessions, trials, latent]`.
  func step(_ state: Tensor, _ layers: Layers, _ others: [Tensor]) -> Tensor
}

extension DynamicsFamily {
  package func others(_ parameter: ParameterScope) -> [Tensor] { [] }

  static func noiseField(_ path: @autoclosure @escaping FieldPath<Self, ProcessNoise>) -> Field<Self, ProcessNoise> {
    Field("noise", path(), .choice(ProcessNoise.self), default: .shared, "Who owns the process noise.")
  }

  static func adaptField(_ path: @autoclosure @escaping FieldPath<Self, Adaptation>) -> Field<Self, Adaptation> {
    Field("adapt", path(), .union(Adaptation.union), "How the embedding changes the weights.")
  }

  /// The complaint about an adapted layer that the family does not have.
  static func layerRule(_ count: @escaping @Sendable (Self) -> Int) -> Rule<Self> {
    Rule("adapt") { family in
      let last = count(family) - 1
      guard let wrong = family.adapt.layers.first(where: { $0 > last }) else { return nil }
      return last == 0
        ? "layer \(wrong) does not exist: these dynamics have layer 0 alone (`layers: [0]`)"
        : "layer \(wrong) does not exist: the network has layers 0 to \(last)"
    }
  }
}

extension Union.Arm where Value == Dynamics {
  fileprivate static func family<Family: DynamicsFamily>(_ family: Family.Type) -> Self {
    .arm(Family.schema.name, Family.schema, { Dynamics($0) }, { $0.family as? Family })
  }
}

/// Dynamics with the weights of every session in the batch worked out.
struct PreparedDynamics {
  /// Tensors that the step reads; constants of the scan over time.
  let weights: [Tensor]
  /// Next mean of states `[sessions, trials, latent]`, given the states and `weights`.
  let step: (_ state: Tensor, _ weights: [Tensor]) -> Tensor
  /// Process noise, diagonal of Q: `[latent]`, or `[sessions, 1, latent]` where sessions have their own.
  let noise: Tensor
  /// What adaptation adds to the loss, a scalar; nil when nothing.
  let penalty: Tensor?
}
