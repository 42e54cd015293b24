import Bundle

/// What the report reads from a bundle; a part that is absent is empty, one that cannot be read is a complaint.
struct Contents {
  /// The logged steps of one run.
  struct Log {
    var run: String
    /// `(step, value)` for every quantity that was logged, in the order of the steps.
    var series: [String: [(step: Double, value: Double)]]
  }

  /// The example traces of one run, one row per bin.
  struct Examples {
    var run: String
    var table: TSV
  }

  let manifest: Manifest
  private(set) var metrics: [MetricRow] = []
  private(set) var logs: [Log] = []
  private(set) var embedding: Embedding?
  private(set) var examples: [Examples] = []
  private(set) var complaints: [String] = []

  init(_ bundle: ResultBundle) {
    manifest = bundle.manifest
    for path in bundle.manifest.files.map(\.path).sorted() {
      let parts = path.split(separator: "/").map(String.init)
      guard parts.count >= 2, parts[0] == "result" else { continue }
      let isOfRun = parts.count >= 4 && parts[1] == "runs"
      let run = parts.dropFirst(2).dropLast().joined(separator: "/")
      do throws(BundleError) {
        switch (isOfRun, parts.dropFirst(isOfRun ? parts.count - 1 : 1).joined(separator: "/")) {
        case (false, "metrics.tsv"): metrics = try table(path, bundle).flatMap(MetricRow.all) ?? unreadable(path, [])
        case (false, "embedding.tsv"):
          embedding = try table(path, bundle).flatMap(Embedding.init) ?? unreadable(path, nil)
        case (true, "metrics.ndjson"): logs.append(Log(run: run, series: series(try bundle.text(path), path)))
        case (true, "examples.tsv"):
          if let table = try table(path, bundle) {
            examples.append(Examples(run: run, table: table))
          } else {
            complaints.append("\(path) cannot be read as a table")
          }
        case (_, _): break
        }
      } catch {
        complaints.append(error.description)
      }
    }
  }

  private func table(_ path: String, _ bundle: ResultBundle) throws(BundleError) -> TSV? {
    TSV(parsing: try bundle.text(path))
  }

  private mutating func unreadable<Value>(_ path: String, _ instead: Value) -> Value {
    complaints.append("\(path) cannot be read as the table that it should be")
    return instead
  }

  private mutating func series(_ text: String, _ path: String) -> [String: [(step: Double, value: Double)]] {
    var series: [String: [(step: Double, value: Double)]] = [:]
    var broken = 0
    for line in text.split(separator: "\n") {
      guard let object = try? JSONValue(parsing: Array(line.utf8)).object, let step = object["step"]?.double else {
        broken += 1
        continue
      }
      for (key, value) in object {
        guard key != "step", let number = value.double else { continue }
        series[key, default: []].append((step, number))
      }
    }
    if broken > 0 { complaints.append("\(path): \(broken) lines are no steps") }
    return series
  }
}
