import SpecLanguage
import TensorGraph

/// Brings sessions with different channels into one space: per-session layer, shared layer, layer normalisation.
///
///     H = LN(shared(a(Omega_i(y))))   with a = identity (`linear`) or SiLU (`mlp`)
///
/// Source: Vermani et al. 2025, section 4 and the authors' published architecture.
package enum ReadIn: Hashable, Sendable {
  case linear(ReadInSizes)
  case mlp(ReadInSizes)

  package static let union = Union<Self>(
    "readin",
    .arm(
      "linear", ReadInSizes.schema("linear", "One linear layer per session, then a shared linear layer."), Self.linear
    ) {
      if case .linear(let sizes) = $0 { sizes } else { nil }
    },
    .arm("mlp", ReadInSizes.schema("mlp", "A layer with SiLU per session, then a shared linear layer."), Self.mlp) {
      if case .mlp(let sizes) = $0 { sizes } else { nil }
    })

  fileprivate var sizes: ReadInSizes {
    switch self {
    case .linear(let sizes), .mlp(let sizes): sizes
    }
  }

  /// Features `[bins, sessions * trials, shared]` of a batch.
  func encode(_ batch: Batch, _ parameter: ParameterScope) -> Tensor {
    let (table, shape) = (batch.table, batch.shape)
    let weight = parameter(
      "readin.weight", .readin, [table.totalChannels, sizes.width], .uniformRows(bounds: table.fanInBounds))
    let bias = parameter("readin.bias", .readin, [table.count, sizes.width], .constant(0))
    let product = batch.seen.raggedContract(weight.gatherRows(batch.channels), offsets: batch.offsets)
    let own = product + bias.gatherRows(batch.sessions).reshape([shape.sessions, 1, sizes.width])
    let activated: Tensor
    switch self {
    case .linear: activated = own
    case .mlp: activated = own.silu
    }
    let sharedWeight = parameter("shared.weight", .shared, [sizes.width, sizes.shared], .orthogonal)
    let shared = activated.linear(sharedWeight, parameter("shared.bias", .shared, [sizes.shared], .constant(0)))
    let features = shared.layerNorm(
      gain: parameter("shared.gain", .shared, [sizes.shared], .constant(1)),
      bias: parameter("shared.shift", .shared, [sizes.shared], .constant(0)))
    return features.reshape([shape.sessions, shape.trials, shape.bins, sizes.shared]).transpose(2, 0, 1, 3)
      .reshape([shape.bins, shape.sessions * shape.trials, sizes.shared])
  }
}

/// The widths of a read-in.
package struct ReadInSizes: Hashable, Sendable {
  package var width: Int
  package var shared: Int
  package var initialisation: Initialisation

  package init(width: Int, shared: Int, initialisation: Initialisation = .random) {
    self.width = width
    self.shared = shared
    self.initialisation = initialisation
  }

  static func schema(_ name: String, _ doc: String) -> Schema<Self> {
    Schema<Self>(
      name, doc,
      Field("width", \.width, .int(1...4096), "Features after the layer of the session."),
      Field("shared", \.shared, .int(1...4096), "Features after the shared layer."),
      Field(
        "init", \.initialisation, .choice(Initialisation.self), default: .random,
        "Where the layer of the session starts: `data` gives the principal components of its training trials."),
      make: Self.init(width:shared:initialisation:))
  }
}

extension ReadIn {
  /// Features after the layer of the session.
  var sessionWidth: Int { sizes.width }
  var initialisation: Initialisation { sizes.initialisation }

  /// Features after the shared layer.
  package var sharedWidth: Int { sizes.shared }
}
