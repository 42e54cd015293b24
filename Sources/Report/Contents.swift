import Bundle

/// What the report reads from a bundle; a part that is absent is empty, one that cannot be read is a complaint.
///
/// Of a sweep it reads all scores and all logs, and embedding and examples of the point that is shown.
struct Contents {
  /// The logged steps of one fit.
  struct Log {
    var run: String
    /// The folder of the fit below its run, in a sweep.
    var fit: String?
    /// Whether the fit is one of the point that is shown; true without a sweep.
    var isShown: Bool
    /// `(step, value)` for every quantity that was logged, in the order of the steps.
    var series: [String: [(step: Double, value: Double)]]
  }

  /// What one evaluation of a run tells beside its scores: traces of examples by the bin, or arrows of vector fields.
  struct Finding {
    var run: String
    var evaluation: String
    var table: TSV
  }

  let manifest: Manifest
  /// The scores of the point that is shown.
  private(set) var metrics: [MetricRow] = []
  private(set) var sweep: ScoredSweep?
  private(set) var comparisons: Comparisons?
  private(set) var logs: [Log] = []
  private(set) var embedding: Embedding?
  private(set) var examples: [Finding] = []
  private(set) var fields: [Finding] = []
  private(set) var grids: [Finding] = []
  /// What fits of the point that is shown did not learn, in the order of the runs.
  private(set) var unlearnt: [(run: String, words: String)] = []
  private(set) var leakGuard: LeakGuardTable?
  private(set) var complaints: [String] = []

  /// Fits of one run whose logs are read.
  static let fitsOfRun = 100

  private let bundle: ResultBundle
  private let paths: Set<String>

  init(_ bundle: ResultBundle) {
    self.bundle = bundle
    manifest = bundle.manifest
    paths = Set(bundle.manifest.files.map(\.path))
    let table = readMetrics()
    readSweep(table)
    readComparisons()
    readEmbedding()
    readFits()
  }

  // MARK: Tables

  private mutating func readMetrics() -> MetricTable? {
    guard let table = table("result/metrics.tsv") else { return nil }
    guard let metrics = MetricTable(table), let rows = MetricRow.all(metrics) else {
      complain("result/metrics.tsv")
      return nil
    }
    self.metrics = rows
    return metrics
  }

  private mutating func readSweep(_ metrics: MetricTable?) {
    guard let json = json("result/sweep.json"), let trials = table("result/trials.tsv") else { return }
    guard let results = SweepResults(json, trials) else {
      complain("result/sweep.json")
      return
    }
    let sweep = ScoredSweep(results, metrics)
    self.sweep = sweep
    self.metrics = self.metrics.filter { $0.trial == sweep.shown?.id }
  }

  private mutating func readComparisons() {
    guard let json = json("result/comparisons.json") else { return }
    guard var comparisons = Comparisons(json) else {
      complain("result/comparisons.json")
      return
    }
    if let table = table("result/comparisons.tsv"), !comparisons.add(table) { complain("result/comparisons.tsv") }
    self.comparisons = comparisons
  }

  private mutating func readEmbedding() {
    guard let table = table("result/embedding.tsv") else { return }
    embedding = Embedding(table, trial: sweep?.shown?.id)
    if embedding == nil { complain("result/embedding.tsv") }
  }

  // MARK: Fits

  /// A file beside a fit.
  private struct Place {
    var path: String
    var run: String
    /// The folder of the fit below its run, where the run has several.
    var fit: String?
    var name: String
    /// Whether the fit is one of the point that is shown.
    var isShown: Bool
  }

  private mutating func readFits() {
    let plan = json("result/plan.json")
    let shown = shownFits(plan)
    leakGuard = plan.flatMap { LeakGuardTable($0, fits: sweep == nil ? nil : Set(shown.values.joined())) }
    var places: [Place] = []
    for path in paths.sorted() where path.hasPrefix("result/runs/") {
      let parts = path.split(separator: "/").map(String.init)
      guard parts.count == 4 || parts.count == 5, let name = parts.last else { continue }
      let fit = parts.count == 5 ? parts[3] : nil
      let isShown = sweep == nil || fit.map { fit in shown[parts[2]]?.contains { $0.hasPrefix(fit) } ?? false } ?? true
      places.append(Place(path: path, run: parts[2], fit: fit, name: name, isShown: isShown))
    }
    var counts: [String: Int] = [:]
    for place in places where place.name == "metrics.ndjson" {
      counts[place.run, default: 0] += 1
      guard place.isShown || counts[place.run, default: 0] <= Self.fitsOfRun, let text = text(place.path) else {
        continue
      }
      logs.append(
        Log(run: place.run, fit: place.fit, isShown: place.isShown, series: series(text, place.path)))
    }
    let ofShown = places.filter(\.isShown)
    for place in ofShown where place.name == "fit.json" {
      for words in json(place.path)?["unlearnt"]?.array ?? [] { unlearnt.append((place.run, words.string ?? "")) }
    }
    examples = findings(ofShown, "examples.tsv")
    fields = findings(ofShown, "field.tsv")
    grids = findings(ofShown, "grid.tsv")
  }

  private mutating func findings(_ places: [Place], _ ending: String) -> [Finding] {
    var findings: [Finding] = []
    for place in places where place.name.hasSuffix(ending) {
      guard let text = text(place.path) else { continue }
      guard let table = TSV(parsing: text) else {
        complaints.append("\(place.path) cannot be read as a table")
        continue
      }
      let evaluation = place.name.dropLast(ending.count).dropLast()
      findings.append(Finding(run: place.run, evaluation: String(evaluation), table: table))
    }
    return findings
  }

  /// The keys of the fits of the point that is shown, by run.
  private func shownFits(_ plan: JSONValue?) -> [String: [String]] {
    guard let shown = sweep?.shown?.id, let plan else { return [:] }
    let point = plan["points"]?.array?.first { $0["id"]?.string == shown }
    return point?["fits"]?.object?.mapValues { ($0.array ?? [$0]).compactMap(\.string) } ?? [:]
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

  // MARK: Files

  /// A file of the bundle; nil when there is none.
  private mutating func text(_ path: String) -> String? {
    guard paths.contains(path) else { return nil }
    do throws(BundleError) {
      return try bundle.text(path)
    } catch {
      complaints.append(error.description)
      return nil
    }
  }

  private mutating func table(_ path: String) -> TSV? {
    guard let text = text(path) else { return nil }
    let table = TSV(parsing: text)
    if table == nil { complain(path) }
    return table
  }

  private mutating func json(_ path: String) -> JSONValue? {
    guard let text = text(path) else { return nil }
    let value = try? JSONValue(parsing: Array(text.utf8))
    if value == nil { complain(path) }
    return value
  }

  private mutating func complain(_ path: String) {
    complaints.append("\(path) cannot be read as \(path.hasSuffix(".json") ? "what" : "the table that") it should be")
  }
}
