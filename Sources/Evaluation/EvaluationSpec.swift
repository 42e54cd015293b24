import Recordings
import SpecLanguage

/// What is measured on fitted models.
package enum EvaluationSpec: Hashable, Sendable {
  case reconstruction(ReconstructionSpec)
  case forecast(ForecastSpec)
  case filter(FilterSpec)
  case decode(DecodeSpec)
  case embedding(EmbeddingSpec)
  case truth(TruthSpec)
  case grid(GridSpec)
  case diagnosis(DiagnosisSpec)
  case coSmoothing(CoSmoothingSpec)

  package static let union = Union<Self>(
    "evaluation",
    .arm("reconstruction", ReconstructionSpec.schema, Self.reconstruction) {
      if case .reconstruction(let value) = $0 { value } else { nil }
    },
    .arm("forecast", ForecastSpec.schema, Self.forecast) { if case .forecast(let value) = $0 { value } else { nil } },
    .arm("filter", FilterSpec.schema, Self.filter) { if case .filter(let value) = $0 { value } else { nil } },
    .arm("decode", DecodeSpec.schema, Self.decode) { if case .decode(let value) = $0 { value } else { nil } },
    .arm("embedding", EmbeddingSpec.schema, Self.embedding) {
      if case .embedding(let value) = $0 { value } else { nil }
    },
    .arm("truth", TruthSpec.schema, Self.truth) { if case .truth(let value) = $0 { value } else { nil } },
    .arm("grid", GridSpec.schema, Self.grid) { if case .grid(let value) = $0 { value } else { nil } },
    .arm("diagnosis", DiagnosisSpec.schema, Self.diagnosis) {
      if case .diagnosis(let value) = $0 { value } else { nil }
    },
    .arm("co_smoothing", CoSmoothingSpec.schema, Self.coSmoothing) {
      if case .coSmoothing(let value) = $0 { value } else { nil }
    },
    notBuilt: [.init("fixed_points", "Fixed points of the dynamics.")])

  /// The runs that are measured.
  package var of: [Reference] {
    switch self {
    case .reconstruction(let value): value.of
    case .forecast(let value): value.of
    case .filter(let value): value.of
    case .decode(let value): value.of
    case .embedding(let value): value.of
    case .truth(let value): value.of
    case .grid(let value): value.of
    case .diagnosis(let value): value.of
    case .coSmoothing(let value): value.of
    }
  }

  package var split: Split? {
    switch self {
    case .reconstruction(let value): value.split
    case .forecast(let value): value.split
    case .filter(let value): value.split
    case .decode(let value): value.split
    case .truth(let value): value.split
    case .grid(let value): value.split
    case .diagnosis(let value): value.split
    case .coSmoothing(let value): value.split
    case .embedding: nil
    }
  }

  /// The behaviour that is decoded.
  package var target: String? {
    switch self {
    case .decode(let value): value.target
    case .reconstruction, .forecast, .filter, .embedding, .truth, .grid, .diagnosis, .coSmoothing: nil
    }
  }

  package var context: Nanoseconds? {
    switch self {
    case .forecast(let value): value.context
    case .decode(let value): value.context
    case .reconstruction, .filter, .embedding, .truth, .grid, .diagnosis, .coSmoothing: nil
    }
  }

  package var horizon: Nanoseconds? {
    switch self {
    case .forecast(let value): value.horizon
    case .reconstruction, .filter, .decode, .embedding, .truth, .grid, .diagnosis, .coSmoothing: nil
    }
  }

  /// Whether the evaluation predicts trials, which can be written.
  package var predictsTrials: Bool {
    switch self {
    case .reconstruction, .forecast, .filter, .coSmoothing: true
    case .decode, .embedding, .truth, .grid, .diagnosis: false
    }
  }

  /// The metadata that embeddings are set against.
  package var color: [String] {
    switch self {
    case .embedding(let value): value.color
    case .reconstruction, .forecast, .filter, .decode, .truth, .grid, .diagnosis, .coSmoothing: []
    }
  }

  /// The values that a job on one run sees: all but the list of runs.
  package var content: Plain {
    guard case .map(let map) = Self.union.write(self) else { return .null }
    return .map(map.entries.filter { $0.key != "of" }.map { ($0.key, $0.value) })
  }
}

/// How well trials are rebuilt from their own posterior means.
package struct ReconstructionSpec: Hashable, Sendable {
  package var of: [Reference]
  package var split: Split

  package init(of: [Reference], split: Split) {
    self.of = of
    self.split = split
  }

  package static let schema = Schema<Self>(
    "reconstruction", "r2 of trials rebuilt from their own posterior means.",
    EvaluationFields.of(\.of), EvaluationFields.split(\.split), make: Self.init(of:split:))
}

/// How well the bins after a context are predicted open loop.
package struct ForecastSpec: Hashable, Sendable {
  package var of: [Reference]
  package var split: Split
  package var context: Nanoseconds
  package var horizon: Nanoseconds
  package var embedding: EmbeddingSource
  package var samples: Int

  /// Which trials tell the embedding of a session.
  package enum EmbeddingSource: String, CaseIterable, Hashable, Sendable {
    /// The training trials of the session, whole.
    case train
    /// The contexts of the trials that are forecast.
    case context
    /// Those of another session, the one whose embedding is farthest: forecasts must get worse where dynamics use it.
    case swapped
  }

  package init(
    of: [Reference], split: Split, context: Nanoseconds, horizon: Nanoseconds, embedding: EmbeddingSource,
    samples: Int
  ) {
    self.of = of
    self.split = split
    self.context = context
    self.horizon = horizon
    self.embedding = embedding
    self.samples = samples
  }

  package static let schema = Schema<Self>(
    "forecast",
    "r2 at every bin after a context, open loop, beside floors and, for generated sessions, the true dynamics.",
    EvaluationFields.of(\.of), EvaluationFields.split(\.split),
    Field("context", \.context, .duration, "Time from the start of the trial that the model sees."),
    Field("horizon", \.horizon, .duration, "Time after the context that is predicted."),
    Field(
      "embedding", \.embedding, .choice(EmbeddingSource.self), default: .train,
      "Trials that tell the embedding: training trials, the contexts alone, or those of the session farthest off."),
    Field(
      "samples", \.samples, .int(0...100_000), default: 0,
      "0 rolls out the mean of the dynamics; n averages n sampled paths, the mean of the forecast distribution."),
    make: Self.init(of:split:context:horizon:embedding:samples:))
}

/// How well behaviour is decoded from what the model says.
package struct DecodeSpec: Hashable, Sendable {
  package var of: [Reference]
  package var split: Split
  package var target: String
  package var from: Origin
  package var context: Nanoseconds?
  package var decoder: Decoder

  /// What the decoder reads on the test trials; it is fitted on the observed training trials or their reconstruction.
  package enum Origin: String, CaseIterable, Hashable, Sendable {
    case observed, reconstruction, forecast
  }

  package init(
    of: [Reference], split: Split, target: String, from: Origin, context: Nanoseconds?, decoder: Decoder
  ) {
    self.of = of
    self.split = split
    self.target = target
    self.from = from
    self.context = context
    self.decoder = decoder
  }

  package static let schema = Schema<Self>(
    "decode", "r2 of behaviour decoded from observed, reconstructed or forecast activity.",
    EvaluationFields.of(\.of), EvaluationFields.split(\.split),
    Field("target", \.target, .string, "The behaviour, by its name in the datasets."),
    Field("from", \.from, .choice(Origin.self), default: .reconstruction, "The activity that is decoded."),
    Field("context", \.context, .optional(.duration), "With `from: forecast`: the time that the model sees."),
    Field("decoder", \.decoder, .union(Decoder.union), default: .ridge(Ridge.usual), "The decoder."),
    rules: [
      Rule("context") { $0.from == .forecast && $0.context == nil ? "`from: forecast` needs a `context`" : nil },
      Rule("context") {
        $0.from != .forecast && $0.context != nil ? "`context` has no effect without `from: forecast`" : nil
      },
    ],
    make: Self.init(of:split:target:from:context:decoder:))
}

/// A linear read-out of behaviour.
package enum Decoder: Hashable, Sendable {
  case ridge(Ridge)

  package static let union = Union<Self>(
    "decoder",
    .arm("ridge", Ridge.schema, Self.ridge) {
      switch $0 {
      case .ridge(let value): value
      }
    })
}

/// Ridge regression whose penalty is picked by cross-validation on the training trials.
package struct Ridge: Hashable, Sendable {
  package var alpha: Alphas

  package init(alpha: Alphas) { self.alpha = alpha }

  package static let usual = Ridge(alpha: .usual)

  package static let schema = Schema<Self>(
    "ridge", "Ridge regression with intercept.",
    Field(
      "alpha", \.alpha, Alphas.kind, default: .usual,
      "Penalty, or penalties to choose from by five-fold cross-validation on training trials."),
    make: Self.init(alpha:))
}

/// Where the sessions lie in the space of embeddings.
package struct EmbeddingSpec: Hashable, Sendable {
  package var of: [Reference]
  package var color: [String]

  package init(of: [Reference], color: [String]) {
    self.of = of
    self.color = color
  }

  package static let schema = Schema<Self>(
    "embedding", "One row per session: posterior of its embedding from its training trials, with metadata.",
    EvaluationFields.of(\.of),
    Field("color", \.color, .list(.string), default: [], "Metadata to set the embedding against."),
    make: Self.init(of:color:))
}

/// How near states and dynamics are to the true ones of generated sessions.
package struct TruthSpec: Hashable, Sendable {
  package var of: [Reference]
  package var split: Split

  package init(of: [Reference], split: Split) {
    self.of = of
    self.split = split
  }

  package static let schema = Schema<Self>(
    "truth", "r2 of states and of the vector field against those of generated sessions, by a linear map.",
    EvaluationFields.of(\.of), EvaluationFields.split(\.split), make: Self.init(of:split:))
}

/// Why a fit did not learn, where it did not.
package struct DiagnosisSpec: Hashable, Sendable {
  package var of: [Reference]
  package var split: Split

  package init(of: [Reference], split: Split) {
    self.of = of
    self.split = split
  }

  package static let schema = Schema<Self>(
    "diagnosis", "What a fit did not learn: latents or embeddings that tell nothing, dynamics that forecast nothing.",
    EvaluationFields.of(\.of), EvaluationFields.split(\.split), make: Self.init(of:split:))
}
