import Bundle
import Foundation
import Report
import Testing

/// The page of a sweep.
struct SweepReportTests {
  private static let gnuplot = Gnuplot.find(on: ProcessInfo.processInfo.environment["PATH"] ?? "")

  private func report(_ folder: String, gnuplot: Gnuplot? = nil) throws -> [String: String] {
    let files = Report.files(of: try ResultBundle(folder: folder), gnuplot: gnuplot)
    return Dictionary(files.map { ($0.path, $0.text) }, uniquingKeysWith: { first, _ in first })
  }

  private func page(_ files: [String: String]) throws -> String { try #require(files["report/index.html"]) }

  @Test func `the page says what was swept, what is best and what failed`() throws {
    let scratch = try Scratch()
    let sweep = try SyntheticSweep(in: scratch.url)
    let page = try page(report(sweep.folder))
    #expect(page.contains("120 points of a grid over 4 paths: 118 complete, 2 failed."))
    #expect(page.contains("0.0001, 0.0003, 0.001, 0.003, 0.01"))
    #expect(page.contains("maximize the mean of forecast.r2 over runs and sessions"))
    #expect(page.contains("the loss is &lt;not&gt; a number"))
    #expect(page.contains("\(sweep.points[5]) \(sweep.points[17])"))
    #expect(page.contains("study.yaml:12:3"))
    #expect(!page.contains("<shared>"))
    #expect(page.contains("All 120 points"))
    #expect(page.contains("href=\"../result/trials.tsv\""))
  }

  @Test func `the best point is the one with the best aggregate, and the rest of the page is about it`() throws {
    let scratch = try Scratch()
    let sweep = try SyntheticSweep(in: scratch.url)
    let files = try report(sweep.folder)
    let table = try #require(TSV(parsing: try ResultBundle(folder: sweep.folder).text("result/metrics.tsv")))
    var sums: [String: (sum: Double, count: Double)] = [:]
    for row in table.rows where row[4] == "forecast.r2" {
      let known = sums[row[0]] ?? (0, 0)
      sums[row[0]] = (known.sum + (Double(row[5]) ?? .nan), known.count + 1)
    }
    let best = try #require(sums.max { $0.value.sum / $0.value.count < $1.value.sum / $1.value.count }).key
    #expect(try page(files).contains("below are those of point \(best): training.recipe.optimizer.lr: 0.001"))
    // Traces and embedding are those of the best point alone.
    let traces = try #require(files["report/figures/traces-few_shot.tsv"])
    #expect(traces.contains("s/\(best)"))
    #expect(files.keys.filter { $0.contains("traces-") && $0.hasSuffix(".gp") }.count == 1)
    let embedding = try #require(files["report/figures/embedding-pretrain.tsv"])
    #expect(embedding.components(separatedBy: "centre_out/").count == 7)
    // Learning curves are those of every fit, those of the best point in colour.
    let learning = try #require(files["report/figures/learning-loss.gp"])
    #expect(learning.components(separatedBy: "linecolor '#D9D9D9'").count - 1 == 2 * 100 - 2)
  }

  @Test func `a point that failed in part is listed apart and not ranked`() throws {
    let scratch = try Scratch()
    let sweep = try SyntheticSweep(in: scratch.url, axes: [SyntheticSweep.rate], failed: [1], diverged: [])
    let writer = try BundleWriter(adding: sweep.folder)
    // Of its two runs the one that was done is better than all others.
    var table = try #require(TSV(parsing: try ResultBundle(folder: sweep.folder).text("result/metrics.tsv")))
    table.append([.text(sweep.points[1]), "pretrain", "centre_out/sub-00", "test", "forecast.r2", .double(0.99), 960])
    try writer.write(table.text, to: "result/metrics.tsv", role: "metrics")
    let page = try page(report(sweep.folder))
    #expect(page.contains("The best 4 of 4 complete points with a score"))
    #expect(!page.contains("below are those of point \(sweep.points[1])"))
    let parts = page.components(separatedBy: "Points that are not complete")
    #expect(parts.count == 2)
    #expect(!parts[0].contains("<code>\(sweep.points[1])</code>"))
    #expect(parts[1].contains("<code>\(sweep.points[1])</code></th><td class=\"status failed\">failed</td>"))
  }

  @Test func `a seed is shown with all its digits`() throws {
    let scratch = try Scratch()
    let seeds = SyntheticSweep.Axis(
      path: "study.seed", values: ["363768266", "18446744073709551615"], scale: "category")
    let page = try page(report(try SyntheticSweep(in: scratch.url, axes: [seeds], failed: [], diverged: []).folder))
    for seed in seeds.values { #expect(page.contains(">\(seed)</td>")) }
    #expect(!page.contains("363800000"))
  }

  @Test func `every axis has a figure with all points and the means of each value`() throws {
    let scratch = try Scratch()
    let files = try report(try SyntheticSweep(in: scratch.url, diverged: []).folder)
    let axis = try #require(files["report/figures/axes-models-meta-dynamics-latent.tsv"])
    let rows = axis.split(separator: "\n").map { $0.split(separator: "\t", omittingEmptySubsequences: false) }
    #expect(rows.filter { $0.first == "point" }.count == 118)
    let means = rows.filter { $0.first == "mean" }
    // Four values in two colours, of 15 points less the failed ones.
    #expect(means.count == 8)
    #expect(means.map { Int($0[7]) ?? 0 }.reduce(0, +) == 118)
    for mean in means {
      let scores = rows.filter { $0.first == "point" && $0[2] == mean[2] && $0[3] == mean[3] }.compactMap {
        Double($0[5])
      }
      let average = scores.reduce(0, +) / Double(scores.count)
      let spread = scores.reduce(0) { $0 + ($1 - average) * ($1 - average) } / Double(scores.count - 1)
      #expect(abs((Double(mean[5]) ?? .nan) - average) < 1e-12)
      #expect(abs((Double(mean[6]) ?? .nan) - (spread / Double(scores.count)).squareRoot()) < 1e-12)
    }
    #expect(files["report/figures/axes-training-recipe-optimizer-lr.gp"]?.contains("set logscale x") == true)
    #expect(files["report/figures/axes-study-seed.gp"]?.contains("'11' 1, '12' 2, '13' 3") == true)
  }

  @Test func `two axes of numbers have an interaction figure, and drawn ones have not`() throws {
    let scratch = try Scratch()
    let grid = try report(try SyntheticSweep(in: scratch.url, diverged: []).folder)
    let table = try #require(grid["report/figures/interaction.tsv"])
    let rows = table.split(separator: "\n").map { $0.split(separator: "\t", omittingEmptySubsequences: false) }
    #expect(rows.dropFirst().count == 20)
    #expect(rows.dropFirst().compactMap { Int($0[5]) }.reduce(0, +) == 118)
    let other = try Scratch()
    let drawn = try report(try SyntheticSweep(in: other.url, drawn: true).folder)
    #expect(drawn["report/figures/interaction.tsv"] == nil)
    #expect(drawn["report/figures/axes-training-recipe-optimizer-lr.tsv"]?.contains("mean") == false)
  }

  @Test func `without an objective points are shown and not ranked`() throws {
    let scratch = try Scratch()
    let files = try report(try SyntheticSweep(in: scratch.url, objective: false).folder)
    let page = try page(files)
    #expect(
      page.contains("The sweep has no objective, so points are not ranked; figures show the mean of forecast.r2."))
    #expect(!page.contains("Best points"))
    #expect(page.contains("Scores of one point"))
    #expect(files["report/figures/axes-study-seed.tsv"] != nil)
  }

  @Test func `comparisons stand with intervals and corrected p`() throws {
    let scratch = try Scratch()
    let files = try report(try SyntheticSweep(in: scratch.url).folder)
    let page = try page(files)
    #expect(page.contains("few_shot − few_shot_shared"))
    #expect(page.contains("<td>0.051 to 0.118</td>"))
    #expect(page.contains("<td>&lt; 0.0001</td><td>0.00027</td>"))
    #expect(page.contains("18 (1 without a value left out)"))
    #expect(page.contains("Wilcoxon signed-rank test."))
    #expect(page.contains("<td>–</td>"))
    let pairs = try #require(files["report/figures/comparison-gain.tsv"])
    #expect(pairs.components(separatedBy: "seed 2").count == 1 + 3 * 6 * 3)
    #expect(files["report/figures/comparison-empty.tsv"] == nil)
  }

  @Test(arguments: [
    (["axes"], ["axes-"]), (["comparison", "learning"], ["comparison-", "learning-"]), ([], []),
  ])
  func `only the figures that the study asks for are drawn`(_ names: [String], _ stems: [String]) throws {
    let scratch = try Scratch()
    let files = try report(try SyntheticSweep(in: scratch.url, figures: names).folder)
    let scripts = files.keys.filter { $0.hasSuffix(".gp") }
    #expect(scripts.allSatisfy { path in stems.contains { path.contains("figures/" + $0) } })
    #expect(scripts.isEmpty == stems.isEmpty)
    #expect(try page(files).contains("All 120 points"))
  }

  @Test(.enabled(if: gnuplot != nil, "gnuplot is not installed"), arguments: [false, true])
  func `every figure is drawn`(_ isDrawn: Bool) throws {
    let scratch = try Scratch()
    let sweep = try SyntheticSweep(in: scratch.url, drawn: isDrawn)
    let files = try report(sweep.folder, gnuplot: Self.gnuplot)
    #expect(try !page(files).contains("not drawn"))
    for script in files.keys where script.hasSuffix(".gp") {
      let svg = try #require(files[script.replacing(".gp", with: ".svg")], "\(script)")
      #expect(svg.contains("<path"), "\(script) drew nothing")
    }
    if let kept = ProcessInfo.processInfo.environment["KEEP_REPORT"] {
      try Report.write(bundle: sweep.folder)
      try FileManager.default.copyItem(atPath: sweep.folder, toPath: kept + (isDrawn ? "-drawn" : "-grid"))
    }
  }

  @Test func `a sweep with nothing but failures still has its page`() throws {
    let scratch = try Scratch()
    let files = try report(
      try SyntheticSweep(in: scratch.url, axes: [SyntheticSweep.latent], failed: [0, 1, 2, 3], diverged: []).folder)
    #expect(try page(files).contains("4 points of a grid over 1 path: 4 failed."))
    #expect(files.keys.filter { $0.contains("axes-") }.isEmpty)
  }

  @Test func `damaged files of a sweep are named on the page`() throws {
    let scratch = try Scratch()
    let sweep = try SyntheticSweep(in: scratch.url, axes: [SyntheticSweep.latent], failed: [], diverged: [])
    let writer = try BundleWriter(adding: sweep.folder)
    try writer.write("[", to: "result/sweep.json", role: "sweep")
    try writer.write("{}", to: "result/comparisons.json", role: "comparisons")
    let page = try page(report(sweep.folder))
    for path in ["result/sweep.json", "result/comparisons.json"] {
      #expect(page.contains(path + " cannot be read as what it should be"), "\(path)")
    }
  }
}
