import Bundle
import Foundation
import Report
import Testing

struct ReportTests {
  private static let gnuplot = Gnuplot.find(on: ProcessInfo.processInfo.environment["PATH"] ?? "")

  private func report(
    _ parts: Set<String> = ["metrics", "logs", "embedding", "examples", "failure"], gnuplot: Gnuplot? = nil,
    dimensions: Int = 2, study: JSONValue = SyntheticBundle.study
  ) throws -> [String: String] {
    let scratch = try Scratch()
    let bundle = try SyntheticBundle(in: scratch.url, study: study, parts: parts, dimensions: dimensions)
    let files = Report.files(of: try ResultBundle(folder: bundle.folder), gnuplot: gnuplot)
    return Dictionary(files.map { ($0.path, $0.text) }, uniquingKeysWith: { first, _ in first })
  }

  private func page(_ files: [String: String]) throws -> String { try #require(files["report/index.html"]) }

  @Test func `the page names the study, its status and its failures`() throws {
    let page = try page(report())
    #expect(page.contains("<h1>Meta-dynamics of reaching across animals</h1>"))
    #expect(page.contains("class=\"status complete\""))
    #expect(page.contains("`units/spike_times` is &lt;missing&gt; &amp; wanted"))
    #expect(page.contains("/units/spike_times"))
    #expect(page.contains(">seeds</th><td>7, 11</td>"))
  }

  @Test func `jobs that were left for one reason are one row`() throws {
    let scratch = try Scratch()
    let bundle = try SyntheticBundle(in: scratch.url, parts: [])
    let writer = try BundleWriter(adding: bundle.folder)
    try writer.add(Manifest.Failure(job: "pretrain", message: "it diverged", place: "s.yaml:3:1", trials: ["p0"]))
    for number in 0..<24 {
      try writer.add(
        Manifest.Failure(
          job: "rebuild/\(number)", message: "left: it reads `pretrain`, which is missing", place: "s.yaml:9:1",
          trials: ["p\(number % 5)"]))
    }
    let page = try #require(Report.files(of: try ResultBundle(folder: bundle.folder), gnuplot: nil).first?.text)
    #expect(page.components(separatedBy: "which is missing").count == 2)
    #expect(page.contains("<td>rebuild/0, rebuild/1, rebuild/2 and 21 more</td>"))
    #expect(page.contains("<td>p0 p1 p2 and 2 more</td>") && page.contains("<td>s.yaml:9:1</td>"))
    #expect(page.contains("<td>it diverged</td>") && page.contains("25 failures"))
  }

  @Test func `each r2 stands beside its floors, for each session and as a mean`() throws {
    let page = try page(report())
    #expect(page.contains("Evaluation: forecast"))
    // few_shot, session 0, k = 1: 0.9 - 0.25 / 30 + 0.02 sin 3 = 0.894; hold: 0.8 - 2.2 / 30 = 0.727
    let row =
      "<td class=\"model best first\" title=\"n = 960\">0.894</td><td class=\"floor\" title=\"n = 960\">0.727</td>"
    #expect(page.contains(row))
    // decode of single: the NaN of session 1 is shown as a dash and left out of the mean
    #expect(page.contains("title=\"n = 959\">–</td>"))
    #expect(page.contains("−12.3"))
  }

  @Test func `a metric is the model's unless it names a floor, however many words it has`() throws {
    let scratch = try Scratch()
    let bundle = try SyntheticBundle(in: scratch.url, parts: [])
    let writer = try BundleWriter(adding: bundle.folder)
    var table = TSV(columns: ["trial", "run", "session", "split", "metric", "value", "n"])
    for (metric, value) in [("a.spearman.e1.speed", 0.25), ("a.truth.r2", 0.75), ("a.mean.truth.r2", 0.5)] {
      table.append(["0", "r", "*", "test", .text(metric), .double(value), 3])
    }
    try writer.write(table.text, to: "result/metrics.tsv", role: "metrics")
    let files = Report.files(of: try ResultBundle(folder: bundle.folder), gnuplot: nil)
    let page = try #require(files.first?.text)
    #expect(page.contains(">all sessions</th>"))
    #expect(page.contains(">spearman.e1.speed</th>"))
    #expect(page.contains("<td class=\"model\" title=\"n = 3\">0.250</td>"))
    #expect(page.contains("<td class=\"model best\" title=\"n = 3\">0.750</td>"))
    #expect(page.contains("<td class=\"floor\" title=\"n = 3\">0.500</td>"))
  }

  @Test func `without gnuplot the page says what to install and keeps tables, data and scripts`() throws {
    let files = try report()
    #expect(try page(files).contains("apt-get install gnuplot-nox"))
    #expect(try page(files).contains("<table"))
    #expect(files.keys.filter { $0.hasSuffix(".svg") }.isEmpty)
    for id in ["forecast-forecast", "embedding-pretrain", "traces-few_shot", "traces-pretrain", "learning-loss"] {
      #expect(files["report/figures/\(id).tsv"]?.isEmpty == false, "\(id)")
      #expect(files["report/figures/\(id).gp"]?.contains("set output '\(id).svg'") == true, "\(id)")
    }
  }

  @Test(.enabled(if: gnuplot != nil, "gnuplot is not installed"), arguments: [1, 2, 3])
  func `every figure is drawn and stands in the page`(_ dimensions: Int) throws {
    let files = try report(gnuplot: Self.gnuplot, dimensions: dimensions)
    let page = try page(files)
    let scripts = files.keys.filter { $0.hasSuffix(".gp") }
    #expect(scripts.count == 6)
    for script in scripts {
      let svg = try #require(files[script.replacing(".gp", with: ".svg")])
      #expect(svg.contains("<path"), "\(script) drew nothing")
      #expect(svg.contains("</svg>"))
    }
    #expect(page.components(separatedBy: "<svg").count == 7)
    #expect(!page.contains("not drawn"))
  }

  @Test(.enabled(if: gnuplot != nil, "gnuplot is not installed"))
  func `the same bundle gives the same bytes`() throws {
    #expect(try report(gnuplot: Self.gnuplot) == report(gnuplot: Self.gnuplot))
  }

  @Test func `the page asks nothing of the network`() throws {
    let page = try page(report(gnuplot: Self.gnuplot))
    for word in ["src=", "@import", "<script", "<link"] { #expect(!page.contains(word), "\(word)") }
    let addresses = page.components(separatedBy: "http").dropFirst().map { "http" + $0.prefix(28) }
    #expect(addresses.allSatisfy { $0.hasPrefix("http://www.w3.org/") }, "\(addresses)")
  }

  @Test(arguments: [["metrics"], ["logs"], ["embedding"], ["examples"], []])
  func `a bundle with only some of its files still has a page`(_ parts: [String]) throws {
    let files = try report(Set(parts))
    let page = try page(files)
    #expect(page.contains("Provenance") && page.contains("A. Author, B. Author"))
    // What the author left out has no row.
    for key in ["license", "cites"] { #expect(!page.contains("<th scope=\"row\">\(key)</th>")) }
    #expect(files.keys.contains { $0.hasPrefix("report/figures/forecast") } == parts.contains("metrics"))
    #expect(files.keys.contains("report/figures/learning-loss.tsv") == parts.contains("logs"))
    #expect(files.keys.contains { $0.hasPrefix("report/figures/embedding") } == parts.contains("embedding"))
    #expect(files.keys.contains { $0.hasPrefix("report/figures/traces") } == parts.contains("examples"))
  }

  @Test(.enabled(if: gnuplot != nil, "gnuplot is not installed"))
  func `learnt fields stand under the true ones, and roll-outs at the places of their embeddings`() throws {
    let files = try report(["fields"], gnuplot: Self.gnuplot)
    let page = try page(files)
    #expect(page.contains("Vector fields") && page.contains("4 of 6 sessions, evenly over their order."))
    #expect(!page.contains("is not drawn"))
    let fields = try #require(files["report/figures/fields-truth.tsv"])
    // Four sessions, 49 arrows, the true field and two runs; one line names the columns.
    #expect(fields.split(separator: "\n").count == 1 + 4 * 49 * 3)
    #expect(fields.contains("true\tcentre_out/sub-00\t") && fields.contains("few_shot\tcentre_out/sub-05\t"))
    let grid = try #require(files["report/figures/grid-pretrain-maps.gp"])
    #expect(grid.contains("'e1 = -1, e2 = 1'") && grid.contains("z2, and upwards z3"))
    let picture = try #require(files["report/figures/grid-pretrain-maps.svg"])
    #expect(picture.contains("e1 = 1, e2 = -1"))
  }

  @Test func `what a fit did not learn is told under training`() throws {
    let page = try page(report(["fields", "logs"]))
    #expect(page.contains("what was not learnt") && page.contains("the embedding has &lt;collapsed&gt;"))
    let without = try self.page(report(["logs"]))
    #expect(!without.contains("what was not learnt"))
  }

  @Test func `what the study says is text, not markup`() throws {
    let study: JSONValue = ["name": "x", "title": "<script>alert('&')</script>", "x\"y": "</td>"]
    let page = try page(report([], study: study))
    #expect(!page.contains("<script>"))
    #expect(page.contains("&lt;script&gt;alert(&#39;&amp;&#39;)&lt;/script&gt;"))
    #expect(page.contains("x&quot;y"))
  }

  @Test func `files that cannot be read are named on the page`() throws {
    let scratch = try Scratch()
    let bundle = try SyntheticBundle(in: scratch.url, parts: [])
    let writer = try BundleWriter(adding: bundle.folder)
    try writer.write("trial\trun\n1\n", to: "result/metrics.tsv", role: "metrics")
    try writer.write("run\tsession\nr\ts\n", to: "result/embedding.tsv", role: "embedding")
    try writer.write("{\"step\":1}\nnonsense\n", to: "result/runs/a/metrics.ndjson", role: "log")
    try writer.write("x\ty\n1\n", to: "result/runs/a/examples.tsv", role: "examples")
    try writer.write("a", to: "result/runs/gone/examples.tsv", role: "examples")
    try FileManager.default.removeItem(atPath: bundle.folder + "/result/runs/gone/examples.tsv")
    let files = Report.files(of: try ResultBundle(folder: bundle.folder), gnuplot: nil)
    let page = try #require(files.first?.text)
    for path in ["result/metrics.tsv", "result/embedding.tsv", "result/runs/a/examples.tsv"] {
      #expect(page.contains(path + " cannot be read"), "\(path)")
    }
    #expect(page.contains("result/runs/a/metrics.ndjson: 1 lines are no steps"))
    #expect(page.contains("gone/examples.tsv: there is no such file"))
  }

  @Test func `a written report is part of the bundle and can be written again`() throws {
    let scratch = try Scratch()
    let bundle = try SyntheticBundle(in: scratch.url)
    let path = try Report.write(bundle: bundle.folder)
    try Report.write(bundle: bundle.folder)
    #expect(FileManager.default.fileExists(atPath: path))
    let read = try ResultBundle(folder: bundle.folder)
    #expect(read.verify() == [])
    #expect(read.manifest.status == .complete)
    #expect(read.manifest.files.filter { $0.path == "report/index.html" }.count == 1)
    if let kept = ProcessInfo.processInfo.environment["KEEP_REPORT"] {
      try FileManager.default.copyItem(atPath: bundle.folder, toPath: kept)
    }
  }

  @Test func `a folder without a manifest is no bundle`() throws {
    let scratch = try Scratch()
    let folder = scratch.url.path
    #expect(throws: BundleError.self) { try Report.write(bundle: folder) }
  }
}
