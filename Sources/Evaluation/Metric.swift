/// What a number of an evaluation means.
package struct Metric: Hashable, Sendable {
  package enum Direction: String, Hashable, Sendable {
    case more = "more is better"
    case less = "less is better"
    case neither = "neither is better"
  }

  /// As it stands behind the evaluation's name: `r2`, `hold.r2@<k>`. Words in angle brackets stand for a number or a name.
  package let name: String
  /// Empty for a number without unit.
  package let unit: String
  package let direction: Direction
  /// One sentence.
  package let doc: String
  /// The paper that defines it.
  package let source: String

  init(_ name: String, unit: String = "", _ direction: Direction, _ doc: String, source: String = "") {
    self.name = name
    self.unit = unit
    self.direction = direction
    self.doc = doc
    self.source = source
  }

  /// Whether a written metric is this one: `r2@10` is `r2@<k>`.
  package func matches(_ word: String) -> Bool {
    var rest = Substring(word)
    let pieces = pieces
    for (index, piece) in pieces.enumerated() {
      guard rest.hasPrefix(piece.literal) else { return false }
      rest = rest.dropFirst(piece.literal.count)
      guard let placeholder = piece.placeholder else { continue }
      let next = index + 1 < pieces.count ? pieces[index + 1].literal : ""
      let filling: Substring
      if placeholder == "name" {
        // The last part of a metric: a metadata column, whatever it is called.
        filling = rest
      } else {
        filling = rest.prefix { $0.isASCII && $0.isNumber }
        guard filling.first != "0" else { return false }
      }
      guard !filling.isEmpty, next.isEmpty || rest.dropFirst(filling.count).hasPrefix(next) else { return false }
      rest = rest.dropFirst(filling.count)
    }
    return rest.isEmpty
  }

  /// The number of bins ahead of a written metric such as `r2@10`.
  package static func horizon(of word: String) -> Int? {
    word.split(separator: "@", maxSplits: 1).dropFirst().first.flatMap { Int($0) }
  }

  /// The name cut at its placeholders.
  private var pieces: [(literal: String, placeholder: String?)] {
    var pieces: [(literal: String, placeholder: String?)] = []
    for part in name.split(separator: "<", omittingEmptySubsequences: false) {
      let ends = part.split(separator: ">", maxSplits: 1, omittingEmptySubsequences: false)
      if ends.count == 2 {
        pieces[pieces.count - 1].placeholder = String(ends[0])
        if !ends[1].isEmpty { pieces.append((String(ends[1]), nil)) }
      } else {
        pieces.append((String(part), nil))
      }
    }
    return pieces
  }
}

extension EvaluationSpec {
  /// Every metric of every kind of evaluation.
  package static let metrics: [(kind: String, metrics: [Metric])] = [
    ("reconstruction", reconstructionMetrics), ("forecast", forecastMetrics), ("filter", filterMetrics),
    ("decode", decodeMetrics), ("embedding", embeddingMetrics), ("truth", truthMetrics),
    ("grid", gridMetrics), ("diagnosis", diagnosisMetrics), ("co_smoothing", coSmoothingMetrics),
  ]

  /// The metrics that this evaluation gives.
  package var metrics: [Metric] {
    switch self {
    case .reconstruction: Self.reconstructionMetrics
    case .forecast: Self.forecastMetrics
    case .filter: Self.filterMetrics
    case .decode: Self.decodeMetrics
    case .embedding: Self.embeddingMetrics
    case .truth: Self.truthMetrics
    case .grid: Self.gridMetrics
    case .diagnosis: Self.diagnosisMetrics
    case .coSmoothing: Self.coSmoothingMetrics
    }
  }

  private static let family = "Vermani et al. 2025, section 5"
  private static let benchmark = "Pei, Ye et al. 2021, Neural Latents Benchmark"

  private static let reconstructionMetrics = [
    Metric(
      "r2", .more, "Share of the variance that is rebuilt, all channels pooled; null: each channel's mean.",
      source: family),
    Metric("r2_by_channel", .more, "Plain mean of every channel's own r2."),
    Metric("truth.r2", .more, "r2 against the signal without noise, which only generated sessions know."),
    Metric("mean.r2", .more, "Floor: r2 of each channel's mean over the training trials."),
    Metric("hold.r2", .more, "Floor: r2 of the bin before."),
  ]

  private static let forecastMetrics = [
    Metric("r2", .more, "r2 over all forecast bins together: `r2_cumulative` at the last bin.", source: family),
    Metric("r2_by_channel", .more, "Plain mean of every channel's own r2 over all forecast bins together."),
    Metric("mean.r2", .more, "Floor of `r2`: each channel's mean over the training trials."),
    Metric("hold.r2", .more, "Floor of `r2`: the last bin observed before the forecast, held."),
    Metric(
      "oracle.r2", .more,
      "Reference for `r2` of generated sessions: the true dynamics without noise, from the true state."),
    Metric(
      "r2@<k>", .more, "r2 at exactly the k-th bin ahead; null: each channel's mean over the trials at that bin.",
      source: family),
    Metric("r2_by_channel@<k>", .more, "Plain mean of every channel's own r2 at the k-th bin ahead."),
    Metric("r2_cumulative@<k>", .more, "r2 over the bins 1 to k ahead together."),
    Metric("mean.r2@<k>", .more, "Floor of `r2@k`: each channel's mean over the training trials."),
    Metric("hold.r2@<k>", .more, "Floor of `r2@k`: the last bin observed before the forecast, held."),
    Metric(
      "oracle.r2@<k>", .more,
      "Reference for `r2@k` of generated sessions: the true dynamics without noise, from the true state."),
    Metric(
      "likelihood@<k>", unit: "nats", .more,
      "Log-likelihood per observation of the k-th bin ahead under the forecast and the noise of the model."),
    Metric("likelihood", unit: "nats", .more, "The same over all forecast bins together."),
    Metric(
      "mean.likelihood@<k>", unit: "nats", .more, "Floor of `likelihood@k`: each channel's training mean and variance."),
    Metric("mean.likelihood", unit: "nats", .more, "Floor of `likelihood`."),
    Metric("mean.r2_cumulative@<k>", .more, "Floor of `r2_cumulative@k`: each channel's training mean."),
    Metric("hold.r2_cumulative@<k>", .more, "Floor of `r2_cumulative@k`: the last bin, held."),
    Metric("oracle.r2_cumulative@<k>", .more, "Reference for `r2_cumulative@k`: the true dynamics."),
  ]

  private static let filterMetrics = [
    Metric("r2", .more, "r2 of every bin from the bins up to it; null: each channel's mean over the scored bins."),
    Metric("r2_by_channel", .more, "Plain mean of every channel's own r2."),
    Metric("mean.r2", .more, "Floor of `r2`: each channel's mean over the training trials."),
    Metric("hold.r2", .more, "Floor of `r2`: the bin before."),
    Metric("r2@<k>", .more, "r2 of every bin as it was predicted k bins before."),
    Metric("r2_by_channel@<k>", .more, "Plain mean of every channel's own r2, k bins ahead."),
    Metric("mean.r2@<k>", .more, "Floor of `r2@k`: each channel's mean over the training trials."),
    Metric("hold.r2@<k>", .more, "Floor of `r2@k`: the newest bin, held."),
  ]

  private static let decodeMetrics = [
    Metric("r2", .more, "r2 of the decoded behaviour, mean of its dimensions.", source: benchmark),
    Metric("r2_<dimension>", .more, "r2 of one dimension of the behaviour, counted from 1."),
    Metric("mean.r2", .more, "Floor: the mean of the behaviour over the training trials."),
    Metric("alpha", .neither, "The penalty of the ridge that cross-validation picked."),
  ]

  private static let embeddingMetrics = [
    Metric(
      "spearman.e<dimension>.<name>", .neither,
      "Rank correlation over sessions of one dimension of the embedding with numeric metadata.", source: "Spearman 1904"
    ),
    Metric(
      "spearman.abs_e<dimension>.abs_<name>", .neither, "The same of the magnitudes of both.", source: "Spearman 1904"),
    Metric(
      "spearman.abs_pc1.abs_<name>", .neither,
      "The same of the first principal component of the embeddings: their distance from the mean along it."),
  ]

  private static let truthMetrics = [
    Metric(
      "state.r2", .more, "r2 of the true states from the inferred ones by a linear map, at least -10.",
      source: "Versteeg et al. 2025, CtDB"),
    Metric(
      "field.r2", .more,
      "r2 of the true movement per bin by the learnt dynamics at the inferred states, by the same map, at least -10; "
        + "null: no movement."),
  ]

  private static let gridMetrics = [
    Metric(
      "speed.least", .neither, "Mean length of a bin's movement of the state at the slowest embedding of the grid."),
    Metric("speed.most", .neither, "The same at the fastest; the same number where the embedding changes nothing."),
  ]

  private static let coSmoothingMetrics = [
    Metric(
      "bits_per_spike", unit: "bits", .more,
      "Gain in Poisson log-likelihood of held-out channels over their mean rates, for each spike; counts alone.",
      source: benchmark),
    Metric("r2", .more, "r2 of held-out channels, all pooled; null: each channel's mean."),
    Metric("r2_by_channel", .more, "Plain mean of every held-out channel's own r2."),
    Metric("mean.r2", .more, "Floor of `r2`: each channel's mean over the training trials."),
    Metric(
      "forward.bits_per_spike", unit: "bits", .more, "`bits_per_spike` of all channels over the forward bins.",
      source: benchmark),
    Metric("forward.r2", .more, "r2 of all channels over the forward bins."),
    Metric("forward.r2_by_channel", .more, "Plain mean of every channel's own r2 over the forward bins."),
    Metric("forward.mean.r2", .more, "Floor of `forward.r2`: each channel's mean over the training trials."),
  ]

  private static let diagnosisMetrics = [
    Metric(
      "information.z<dimension>", unit: "nats", .neither,
      "What a latent tells per bin beyond the dynamics: the divergence of its posterior from their prediction."),
    Metric(
      "collapsed.states", .less, "Latents that tell less than 0.01 nats a bin: their posterior is their prior."),
    Metric(
      "separation", .neither,
      "Variance of the embeddings between sessions over their mean posterior variance; the dimension where it is largest."
    ),
    Metric(
      "collapsed.embedding", .less, "1 where `separation` is below 1: embeddings do not tell sessions apart."),
    Metric("gain", .more, "r2 of the forecast of the second half of trials, less that of the last bin held."),
    Metric("unused.dynamics", .less, "1 where `gain` is not above 0: the last bin held forecasts as well."),
  ]
}
