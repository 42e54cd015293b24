import Bundle
import Foundation

/// A bundle of a sweep, of made-up numbers that look like a study's: two runs, four sessions, comparisons.
struct SyntheticSweep {
  let folder: String
  /// Ids, in the order of the sweep.
  private(set) var points: [String] = []

  struct Axis {
    var path: String
    var values: [String]
    var scale: String
  }

  static let rate = Axis(
    path: "training.recipe.optimizer.lr", values: ["0.0001", "0.0003", "0.001", "0.003", "0.01"], scale: "log")
  static let latent = Axis(path: "models.meta.dynamics.latent", values: ["2", "4", "8", "16"], scale: "linear")
  static let adapt = Axis(path: "models.meta.dynamics.adapt.kind", values: ["low_rank", "<shared>"], scale: "category")
  static let seed = Axis(path: "study.seed", values: ["11", "12", "13"], scale: "category")

  /// - Parameter failed: places of points without scores.
  init(
    in parent: URL, axes: [Axis] = [rate, latent, adapt, seed], objective: Bool = true, failed: Set<Int> = [5, 17],
    figures: [String]? = nil, drawn: Bool = false, diverged: Set<Int> = [60]
  ) throws {
    var study = SyntheticBundle.study.object ?? [:]
    if let figures { study["figures"] = .array(figures.map { .string($0) }) }
    let writer = try BundleWriter(
      runs: parent.path, study: "reaching", key: ArtifactKey(kind: "test", version: 1, content: []),
      started: Date(timeIntervalSince1970: 0), about: .object(study))
    folder = writer.folder
    var combinations: [[String]] = [[]]
    for axis in axes { combinations = combinations.flatMap { head in axis.values.map { head + [$0] } } }
    if drawn {
      // Every point has a learning rate of its own.
      combinations = combinations.enumerated().map { index, values in
        [String(exp(-9 + 4.5 * (Double(index) * 0.618).truncatingRemainder(dividingBy: 1)))] + values.dropFirst()
      }
    }
    var trials = TSV(columns: ["trial", "status"] + axes.map(\.path))
    var metrics = TSV(columns: ["trial", "run", "session", "split", "metric", "value", "n"])
    var embedding = TSV(columns: ["trial", "run", "session", "seed", "e1", "e2", "sd1", "sd2", "subject"])
    var planned: [JSONValue] = []
    try writer.together {
      for (index, values) in combinations.enumerated() {
        let id = String(format: "%06x%06x", index * 7919 % 0xFFFFFF, index)
        points.append(id)
        let isFailed = failed.contains(index)
        trials.append([.text(id), .text(isFailed ? "failed" : "complete")] + values.map { TSV.Cell.text($0) })
        let fit = String(format: "%08x", 1_000_003 * (index + 1)) + String(repeating: "0", count: 56)
        planned.append(["id": .string(id), "fits": ["pretrain": .string(fit), "few_shot": .string(fit)]])
        guard !isFailed else { continue }
        let level = diverged.contains(index) ? -9 : Self.level(axes, values, index)
        Self.score(&metrics, id, level)
        for session in 0..<6 {
          let angle = Double(session) + level
          embedding.append([
            .text(id), "pretrain", .text("centre_out/sub-0\(session)"), "11", .double(sin(angle)), .double(cos(angle)),
            0.1,
            0.1, .text(["C", "M"][session % 2]),
          ])
        }
        for run in ["pretrain", "few_shot"] {
          try writer.write(
            Self.log(level), to: "result/runs/\(run)/\(fit.prefix(8))/metrics.ndjson", role: "history")
        }
        try writer.write(
          "session\ttrial\tchannel\ttime\tobserved\treconstruction\tforecast\n"
            + (0..<40).map {
              "s/\(id)\t1\t0\t\(Double($0) / 50)\t\(sin(Double($0) / 5))\t0.1\t\($0 < 20 ? "" : "0.2")\n"
            }
            .joined(), to: "result/runs/few_shot/\(fit.prefix(8))/forecast.examples.tsv", role: "examples")
      }
      if !failed.isEmpty {
        try writer.add(
          .init(
            job: "pretrain [study.seed: 12]", message: "the loss is <not> a number", place: "study.yaml:12:3",
            trials: failed.sorted().map { points[$0] }))
      }
      try writer.write(trials.text, to: "result/trials.tsv", role: "trials")
      try writer.write(metrics.text, to: "result/metrics.tsv", role: "metrics")
      try writer.write(embedding.text, to: "result/embedding.tsv", role: "embedding")
      try writer.write(
        JSONValue.object(["format": 2, "points": .array(planned)]).text, to: "result/plan.json", role: "plan")
      let goal: JSONValue = ["metric": "forecast.r2", "goal": "maximize", "aggregate": "mean"]
      let listed: [JSONValue] = axes.map { axis in
        [
          "path": .string(axis.path), "scale": .string(axis.scale),
          "values": .array(axis.values.map { value in Double(value).map { .double($0) } ?? .string(value) }),
        ]
      }
      let sweep: JSONValue = [
        "format": 1, "strategy": .string(drawn ? "random" : "grid"), "axes": .array(listed),
        "objective": objective ? goal : .null,
      ]
      try writer.write(sweep.text, to: "result/sweep.json", role: "sweep")
      try Self.compare(writer)
    }
    try writer.finish(failed.isEmpty ? .complete : .failed)
  }

  /// Best at a learning rate of 1e-3 and many latents; the shared model is worse.
  private static func level(_ axes: [Axis], _ values: [String], _ index: Int) -> Double {
    var level = 0.8 + 0.03 * sin(Double(index * index))
    for (axis, value) in zip(axes, values) {
      switch axis.path {
      case rate.path: level -= 0.05 * pow(log10((Double(value) ?? 1) / 1e-3), 2)
      case latent.path: level -= 0.35 / (Double(value) ?? 1)
      case adapt.path: level -= value == "low_rank" ? 0 : 0.12
      default: break
      }
    }
    return level
  }

  private static func score(_ metrics: inout TSV, _ id: String, _ level: Double) {
    for run in ["pretrain", "few_shot"] {
      for session in 0..<4 {
        func add(_ metric: String, _ value: Double) {
          metrics.append([
            .text(id), .text(run), .text("centre_out/sub-0\(session)"), "test", .text("forecast." + metric),
            .double(value),
            960,
          ])
        }
        let own = level - 0.02 * Double(session) - (run == "pretrain" ? 0 : 0.05)
        for k in 1...10 {
          add("r2@\(k)", own - 0.02 * Double(k))
          add("hold.r2@\(k)", 0.6 - 0.1 * Double(k))
          add("mean.r2@\(k)", -0.01)
        }
        add("r2", own - 0.1)
        add("hold.r2", 0.1)
        add("mean.r2", -0.01)
      }
    }
  }

  private static func log(_ level: Double) -> String {
    (1...40).map { step in
      let time = Double(step)
      var entry: [String: JSONValue] = [
        "step": .int(step * 5), "train.loss": .double(2000 - 500 * level + 9000 * exp(-time / 6)),
      ]
      if step % 4 == 0 {
        entry["valid.loss"] = .double(2100 - 500 * level + 9000 * exp(-time / 6.5))
        entry["valid.forecast_r2"] = .double(level - exp(-time / 10))
      }
      return JSONValue.object(entry).line + "\n"
    }.joined()
  }

  private static func compare(_ writer: BundleWriter) throws {
    var table = TSV(columns: ["comparison", "a", "b", "pair", "value_a", "value_b"])
    var rows: [JSONValue] = []
    let runs = ["few_shot", "few_shot_shared", "single"]
    let results: [(low: Double, high: Double, p: Double, corrected: Double)] = [
      (0.051, 0.118, 0.00009, 0.00027), (0.19, 0.26, 0.0004, 0.0008), (0.09, 0.17, 0.0123, 0.0123),
    ]
    var number = 0
    for (place, a) in runs.enumerated() {
      for (gap, b) in runs[(place + 1)...].enumerated() {
        for pair in 0..<18 {
          let level = 0.8 - 0.02 * Double(pair % 6)
          let first = level - 0.09 * Double(place) + 0.03 * sin(Double(pair * 3 + place))
          let second = level - 0.09 * Double(place + gap + 1) + 0.04 * sin(Double(pair * 7 + gap))
          table.append([
            "gain", .text(a), .text(b), .text("centre_out/sub-0\(pair % 6), seed \(pair / 6)"), .double(first),
            .double(second),
          ])
        }
        let result = results[number]
        rows.append([
          "a": .string(a), "b": .string(b), "pairs": 18, "undefined": .int(number == 2 ? 1 : 0),
          "difference": .double((result.low + result.high) / 2), "low": .double(result.low),
          "high": .double(result.high),
          "statistic": 171, "p": .double(result.p), "p_corrected": .double(result.corrected),
        ])
        number += 1
      }
    }
    let json: JSONValue = [
      "format": 1,
      "comparisons": [
        [
          "name": "gain", "metric": "forecast.r2", "test": "wilcoxon", "correction": "holm",
          "pair_by": ["session", "seed"], "rows": .array(rows),
        ],
        [
          "name": "empty", "metric": "forecast.r2@10", "test": "paired_t", "correction": "none", "pair_by": ["trials"],
          "rows": [["a": "few_shot", "b": "single", "pairs": 0, "p": .null, "p_corrected": .null]],
        ],
      ],
    ]
    try writer.write(json.text, to: "result/comparisons.json", role: "comparisons")
    try writer.write(table.text, to: "result/comparisons.tsv", role: "comparisons")
  }
}
