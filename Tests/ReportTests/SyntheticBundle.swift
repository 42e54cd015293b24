import Bundle
import Foundation

/// A bundle as the program writes it, of made-up numbers that look like a study's.
struct SyntheticBundle {
  let folder: String

  var sessions = 6
  var horizon = 30

  /// - Parameter parts: which files to write besides the manifest.
  init(
    in parent: URL, study: JSONValue = SyntheticBundle.study,
    parts: Set<String> = ["metrics", "logs", "embedding", "examples", "failure"], dimensions: Int = 2
  ) throws {
    let writer = try BundleWriter(
      runs: parent.path, study: "reaching", key: ArtifactKey(kind: "test", version: 1, content: []),
      started: Date(timeIntervalSince1970: 0), about: study)
    folder = writer.folder
    if parts.contains("metrics") { try writer.write(metrics().text, to: "result/metrics.tsv", role: "metrics") }
    if parts.contains("embedding") {
      try writer.write(embedding(dimensions).text, to: "result/embedding.tsv", role: "embedding")
    }
    for run in ["pretrain", "few_shot"] {
      if parts.contains("logs") {
        try writer.write(log(run), to: "result/runs/\(run)/metrics.ndjson", role: "log")
      }
      if parts.contains("fields") {
        try writer.write(field(run).text, to: "result/runs/\(run)/truth.field.tsv", role: "field")
        try writer.write(grid().text, to: "result/runs/\(run)/maps.grid.tsv", role: "grid")
        let fit: JSONValue = ["unlearnt": run == "pretrain" ? ["the embedding has <collapsed>"] : []]
        try writer.write(fit.text, to: "result/runs/\(run)/fit.json", role: "fit")
      }
      if parts.contains("examples") {
        try writer.write(examples(run).text, to: "result/runs/\(run)/examples.tsv", role: "examples")
      }
    }
    if parts.contains("failure") {
      try writer.add(
        .init(
          job: "few_shot", message: "`units/spike_times` is <missing> & wanted", session: "aplysia/sub-07",
          file: "sub-07.nwb", object: "/units/spike_times"))
    }
    try writer.finish(.complete)
  }

  static let study: JSONValue = [
    "name": "reaching", "title": "Meta-dynamics of reaching across animals", "seed": 7,
    "description": "Does one family of dynamics, bent a little for each session, forecast animals it never saw?",
    "version": "0.1.0", "authors": ["A. Author", "B. Author"], "seeds": [7, 11],
    "license": .null, "cites": [],
  ]

  private func metrics() -> TSV {
    var table = TSV(columns: ["trial", "run", "session", "split", "metric", "value", "n"])
    func add(_ run: String, _ session: Int, _ metric: String, _ value: Double) {
      let name = "centre_out/sub-0\(session)"
      table.append(["0", .text(run), .text(name), "test", .text(metric), .double(value), .int(960 - session)])
    }
    for (place, run) in ["few_shot", "few_shot_shared", "single"].enumerated() {
      for session in 0..<sessions {
        let level = 0.9 - 0.12 * Double(place) - 0.03 * Double(session)
        for k in 1...horizon {
          let far = Double(k) / Double(horizon)
          let wobble = 0.02 * sin(Double(k * (session + 3)) + Double(place))
          add(run, session, "forecast.r2@\(k)", level - far * (0.25 + 0.5 * Double(place)) + wobble)
          add(run, session, "forecast.r2_cumulative@\(k)", level - 0.5 * far)
          add(run, session, "forecast.hold.r2@\(k)", 0.8 - 2.2 * far - 0.05 * Double(session))
          add(run, session, "forecast.mean.r2@\(k)", -0.02 - 0.01 * Double(session))
        }
        add(run, session, "rebuild.r2", level + 0.05)
        add(run, session, "rebuild.r2_by_channel", level)
        add(run, session, "rebuild.mean.r2", -0.01)
        add(run, session, "decode.r2", place == 2 && session == 1 ? .nan : level - 0.2)
        add(run, session, "decode.mean.r2", -12.34)
      }
    }
    return table
  }

  private func log(_ run: String) -> String {
    (1...500).map { step -> String in
      let time = Double(step)
      let noise = 40 * sin(time * 12.9) * sin(time * 3.1)
      var entry: [String: JSONValue] = [
        "step": .int(step * 4), "epoch": .double(time / 10),
        "train.loss": .double(2000 + 18000 * exp(-time / 90) + noise), "lr": 0.001,
      ]
      if step % 25 == 0 {
        entry["valid.loss"] = .double(2150 + 18000 * exp(-time / 95) + noise / 4)
        entry["valid.forecast_r2"] = .double(0.9 - exp(-time / 120) + noise / 2000)
      }
      return JSONValue.object(entry).line + "\n"
    }.joined()
  }

  private func embedding(_ dimensions: Int) -> TSV {
    let means = (1...dimensions).map { "e\($0)" }
    let deviations = (1...dimensions).map { "sd\($0)" }
    var table = TSV(columns: ["run", "session", "seed"] + means + deviations + ["session_id", "subject", "speed"])
    for session in 0..<18 {
      let speed = -5 + 10 * Double(session) / 17
      let angle = Double(session) * 0.7
      let place = [speed / 4 + 0.2 * sin(angle), cos(angle) + 0.15 * speed, 0.1]
      let subject = ["C", "M", "T"][session % 3]
      var row: [TSV.Cell] = ["pretrain", .text("centre_out/\(session)"), "7"]
      for value in place.prefix(dimensions) { row.append(.double(value)) }
      for dimension in 0..<dimensions { row.append(.double(0.08 + 0.02 * Double(dimension))) }
      row += [.text("id-\(session)"), .text(subject), .double(speed)]
      table.append(row)
    }
    return table
  }

  /// Turning planes of six sessions; the learnt field is slower.
  private func field(_ run: String) -> TSV {
    var table = TSV(columns: ["session", "x", "y", "true_dx", "true_dy", "learnt_dx", "learnt_dy"])
    for session in 0..<sessions {
      for place in 0..<49 {
        let (x, y) = (Double(place % 7) - 3, Double(place / 7) - 3)
        let speed = 0.05 * Double(session + 1)
        let learnt = run == "pretrain" ? 0.9 : 0.4
        let numbers = [x, y, -speed * y, speed * x, -learnt * speed * y, learnt * speed * x]
        table.append([.text("centre_out/sub-0\(session)")] + numbers.map(TSV.Cell.double))
      }
    }
    return table
  }

  /// Spirals that an embedding of two dimensions turns and shrinks.
  private func grid() -> TSV {
    var table = TSV(columns: ["e1", "e2", "start", "time", "z1", "z2", "z3"])
    for (row, second) in [1.0, 0, -1].enumerated() {
      for first in [-1.0, 0, 1] {
        for start in 0..<4 {
          for bin in 0..<40 {
            let (time, angle) = (Double(bin) * 0.02, Double(start) * 1.6 + Double(bin) * 0.1 * (first + 1.5))
            let radius = exp(-Double(row) * time)
            table.append(
              [.double(first), .double(second), .int(start)]
                + [time, 0.01 * time, radius * cos(angle), radius * sin(angle)].map(TSV.Cell.double))
          }
        }
      }
    }
    return table
  }

  private func examples(_ run: String) -> TSV {
    var table = TSV(
      columns: ["session", "trial", "channel", "bin", "time", "observed", "reconstruction", "forecast"])
    for session in 0..<4 {
      for channel in 0..<5 {
        for bin in 0..<80 {
          let time = Double(bin) * 0.02
          let clean = 3 + 2 * sin(time * (4 + Double(channel)) + Double(session)) * (channel == 4 ? 0.1 : 1)
          let noise = 0.7 * sin(Double(bin * bin + 31 * channel + 7 * session))
          let drift = bin < 40 ? 0 : 0.02 * Double(bin - 40)
          table.append([
            .text("centre_out/sub-0\(session)"), "12", .int(channel * 11), .int(bin), .double(time),
            bin == 20 ? .empty : .double(clean + noise), .double(clean + 0.1),
            bin < 40 ? .empty : .double(clean - drift),
          ])
        }
      }
    }
    return table
  }
}

/// A folder that goes away at the end of a test.
struct Scratch: ~Copyable {
  let url = FileManager.default.temporaryDirectory.appending(path: "report-test-\(UUID().uuidString)")

  init() throws { try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true) }

  deinit { try? FileManager.default.removeItem(at: url) }
}
