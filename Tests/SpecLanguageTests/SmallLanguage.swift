import SpecLanguage

/// A small language with every kind of value, for the tests of the reader.
struct Study: Hashable, Sendable {
  var version: Int
  var title: String?
  var seed: UInt64
  var models: [Named<Model>]
  var training: [Named<Recipe>]
  var runs: [Named<Run>]

  static let schema = Schema<Self>(
    "study", "A small study.",
    Field("mdssm", \.version, .int(1...1), "Language version."),
    Field("title", \.title, .optional(.string), "Title."),
    Field("seed", \.seed, .seed, default: 0, "Seed of every random number."),
    Field("models", \.models, .map(.section(Model.schema)), default: [], "Models."),
    Field("training", \.training, .map(.section(Recipe.schema)), default: [], "Recipes."),
    Field("runs", \.runs, .map(.section(Run.schema)), default: [], "Runs."),
    notBuilt: ["comparisons"],
    make: Self.init(version:title:seed:models:training:runs:))
}

struct Model: Hashable, Sendable {
  enum Activation: String, CaseIterable, Sendable { case tanh, relu, identity }

  var latent: Int
  var hidden: [Int]
  var activation: Activation
  var residual: Bool
  var mask: Double
  var adapt: Adapt

  static let schema = Schema<Self>(
    "model", "A model.",
    Field("latent", \.latent, .int(1...512), "Dimensions of the latent state."),
    Field("hidden", \.hidden, .list(.count, count: 1...4), default: [128, 128], "Widths of the hidden layers."),
    Field("activation", \.activation, .choice(Activation.self, notBuilt: ["gelu"]), default: .tanh, "Nonlinearity."),
    Field("residual", \.residual, .bool, default: false, "Whether the state is added to the output."),
    Field("forecast_mask", \.mask, .probability, default: 0.2, "Share of masked bins."),
    Field("adapt", \.adapt, .union(Adapt.union), default: .shared, "How the embedding changes the dynamics."),
    make: Self.init(latent:hidden:activation:residual:mask:adapt:))
}

enum Adapt: Hashable, Sendable {
  case lowRank(LowRank)
  case shared

  static let union = Union<Self>(
    "adapt",
    .arm("low_rank", LowRank.schema, Adapt.lowRank) { if case .lowRank(let value) = $0 { value } else { nil } },
    .arm("shared", "No change: all sessions have the same dynamics.", Adapt.shared),
    notBuilt: ["concat"])
}

struct LowRank: Hashable, Sendable {
  var rank: Int
  var layers: [Int]

  static let schema = Schema<Self>(
    "low_rank", "A low-rank change of the weights.",
    Field("rank", \.rank, .int(1...64), "Rank of the change."),
    Field("layers", \.layers, .list(.int(0...8)), default: [0, 1], "Layers that the embedding changes."),
    notBuilt: ["hyper"],
    rules: [Rule("layers") { $0.rank < $0.layers.count ? "`rank` is less than the number of layers" : nil }],
    make: Self.init(rank:layers:))
}

struct Recipe: Hashable, Sendable {
  var lr: Double
  var weightDecay: Double
  var smooth: Nanoseconds
  var lag: Nanoseconds
  var floor: Double
  var budget: Extent
  var alpha: Alpha

  static let schema = Schema<Self>(
    "recipe", "How a model is trained.",
    Field("lr", \.lr, .positive, default: 1e-3, "Learning rate."),
    Field("weight_decay", \.weightDecay, .nonNegative, default: 0, "Weight decay."),
    Field("smooth", \.smooth, .duration, default: .milliseconds(50), "Width of the smoothing kernel."),
    Field("lag", \.lag, .time, default: .zero, "Shift of the behaviour."),
    Field("min_rate", \.floor, .frequency, default: 0.5, "Least firing rate."),
    Field("budget", \.budget, .extent(.steps, .epochs), default: .steps(1000), "How long to train."),
    Field("alpha", \.alpha, Alpha.kind, default: .fixed(1), "Ridge penalty."),
    make: Self.init(lr:weightDecay:smooth:lag:floor:budget:alpha:))
}

/// A number, or a list of numbers to choose from.
enum Alpha: Hashable, Sendable {
  case fixed(Double)
  case choice([Double])

  static let kind: ValueKind<Alpha> = .either(
    .positive, as: Alpha.fixed, from: { if case .fixed(let value) = $0 { value } else { nil } },
    or: .converted(
      .list(.positive, count: 1...100), to: Alpha.choice,
      from: { if case .choice(let values) = $0 { values } else { [] } }))
}

struct Run: Hashable, Sendable {
  var train: Reference
  var with: Reference
  var after: Reference?

  static let schema = Schema<Self>(
    "run", "One edge of the experiment.",
    Field("train", \.train, .reference(to: "models"), "The model."),
    Field("with", \.with, .reference(to: "training"), "The recipe."),
    Field("after", \.after, .optional(.reference(toAnyOf: ["runs", "models"])), "What must be ready before."),
    make: Self.init(train:with:after:))
}
