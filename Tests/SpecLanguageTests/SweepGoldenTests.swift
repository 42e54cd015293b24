import SpecLanguage
import Testing

/// Ids, values and complete documents of points, written down once: bundles are named by them.
@Suite struct SweepGoldenTests {
  private static let base = """
    mdssm: 1
    params: {n: 3, share: {type: probability, default: 0.25, min: 0, max: 0.9}, word: tanh}
    seed: 0
    models:
      m: {latent: "${params.n}", adapt: {kind: low_rank, rank: 4, layers: [0]}, forecast_mask: "${params.share}"}
      w: {like: m, hidden: [8], activation: "${params.word}"}
      s: {like: m, latent: 5, adapt: {kind: shared}}
    training: {t: {lr: 1e-3, smooth: 20 ms}, u: {like: t, lag: -0.5 s, budget: "${params.n * 10} steps"}}
    runs: {first: {train: m, with: t}, second: {train: w, with: u, after: first}}

    """

  private static let sweeps: [(name: String, text: String)] = [
    ("no sweep", "{}"),
    ("lists", "{axes: {seed: {seeds: 3}, models.m.latent: [1, 2], title: [a, 'b: \"c\"', null, \"1\", 1]}}"),
    (
      "forms",
      "{axes: {training.t.lr: {log_grid: [1e-4, 1, 5]}, training.t.smooth: {range: [10 ms, 30 ms], step: 10 ms}}}"
    ),
    ("columns", "{zip: [{models.m.hidden: [[8], [8, 16]], models.w.hidden: [[3], [4, 5]]}], axes: {params.n: [1, 2]}}"),
    (
      "whole entries",
      "{axes: {models.m.adapt: [{kind: shared}, {kind: low_rank, rank: 2, layers: [0, 1]}], runs.second.with: [t, u]}}"
    ),
    ("sections", "{axes: {runs: [{only: {train: s, with: t}}], seed: [0x10, 7]}}"),
    (
      "conditions",
      """
      {axes: {models.m.adapt.kind: [low_rank, shared], params.n: [1, 2, 4]}, limit: 30,
       when: [{if: models.m.adapt.kind == "low_rank", axes: {models.m.adapt.rank: {range: [1, 3]}}}],
       exclude: [{if: params.n > 3 and models.w.latent == 4}, {models.m.adapt.rank: 2, params.n: 1}],
       include: [{params.n: 8, models.s.latent: 9}, {training.u.budget: 3 epochs}]}
      """
    ),
    (
      "draws",
      """
      {strategy: random, draws: 4, axes: {seed: [1, 2], training.t.lr: {log_uniform: [1e-6, 1e-2]}, models.m.latent:
       {int_uniform: [1, 400]}, models.w.forecast_mask: {uniform: [0, 1]}, training.u.weight_decay: {normal: [100, 5]}}}
      """
    ),
    (
      "draws through parameters",
      """
      {strategy: random, draws: 5, axes: {params.share: {uniform: [0.1, 0.8]}, params.n: {int_uniform: [2, 90]},
       params.word: {choice: [tanh, relu]}, models.s.adapt: {choice: [{kind: shared}, {kind: low_rank, rank: 3}]}}}
      """
    ),
    (
      "draws and conditions",
      """
      {strategy: random, draws: 3, axes: {models.m.adapt.kind: [low_rank, shared], training.t.lr: {uniform: [100, 1000000]}},
       when: [{if: models.m.adapt.kind == "low_rank", axes: {models.m.adapt.rank: {int_uniform: [1, 64]}}}],
       include: [{training.t.lr: "${params.share * 2}"}, {training.t.lr: 512}]}
      """
    ),
    (
      "sobol",
      """
      {strategy: sobol, draws: 8, axes: {training.t.lr: {log_uniform: [1e-5, 1]}, training.u.lr: {uniform: [2, 3]},
       training.t.min_rate: {normal: [1e5, 1]}, models.m.hidden: {choice: [[8], [16], [32, 32]]}}}
      """
    ),
    ("equal draws", "{strategy: random, draws: 6, axes: {models.m.latent: {int_uniform: [1, 3]}}}"),
    (
      "few values",
      "{strategy: random, draws: 9, axes: {training.t.lr: {choice: [1, \"${params.n}\", 0.5]}, params.n: [3, 4]}}"
    ),
    (
      "filled",
      "{axes: {models.s.hidden: [[\"${params.n}\", 4], [\"${params.n + 1}\"]], params.n: [1, 2]}, include: [{title: \"${params.word}s\"}]}"
    ),
  ]

  private func lines(_ name: String, _ sweep: String) -> [String] {
    let expansion = expand(Self.base + (sweep == "{}" ? "" : "sweep: " + sweep))
    var lines = ["", "\(name): \(expansion.points.count) points"]
    lines += Rendering().text(expansion.diagnostics).split(separator: "\n").map { "  " + $0 }
    var parts: [String] = []
    for point in expansion.points {
      let values = point.assignments.map { "\($0.path)=\($0.value.flow)" }
      let prints = (0..<point.partCount).compactMap { part in
        point.fingerprint(ofPart: part).map { "\(point.name(ofPart: part))=\($0.hex(32))" }
      }
      parts += prints.filter { !parts.contains($0) }
      let document = digest(point.yaml)
      let made = prints.compactMap { parts.firstIndex(of: $0) }.map(String.init)
      lines.append("\(point.id) \(document) [\(made.joined(separator: " "))] \(values.joined(separator: "; "))")
    }
    return lines + parts.enumerated().map { "  \($0) \($1)" }
  }

  /// FNV-1a of the text, enough to see a change.
  private func digest(_ text: String) -> String {
    let value = text.utf8.reduce(UInt64(0xCBF2_9CE4_8422_2325)) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
    return String(value, radix: 16)
  }

  @Test func `the parts of a point are those of its document`() throws {
    for (name, text) in Self.sweeps where !["no sweep", "sections"].contains(name) {
      let expansion = expand(Self.base + "sweep: " + text)
      for point in expansion.points {
        let alone = expand(point.yaml)
        let again = try #require(alone.points.first)
        for part in expansion.partNames.indices {
          let name = expansion.partNames[part]
          let place = alone.partNames.firstIndex(of: name)
          #expect(place.flatMap(again.fingerprint) == point.fingerprint(ofPart: part), "\(name) \(point.words)")
          let found = point.entry(ofPart: part).map { Plain($0.value) }
          #expect(place.flatMap(again.entry).map { Plain($0.value) } == found, "\(name) \(point.words)")
        }
        let fixed = expansion.partNames.indices.filter { !expansion.movingParts.contains($0) }
        for part in fixed {
          #expect(point.fingerprint(ofPart: part) == expansion.points[0].fingerprint(ofPart: part))
        }
      }
    }
  }

  @Test func `points keep their ids, values and documents`() throws {
    try expectGolden("sweeps", Self.sweeps.flatMap { lines($0.name, $0.text) }.joined(separator: "\n"))
  }
}
