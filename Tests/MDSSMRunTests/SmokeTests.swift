import Bundle
import Foundation
import Testing

/// The shipped specs of generated data run whole in their `smoke` profile.
@Suite(.serialized) struct SmokeTests {
  private static let specs = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../specs")

  @Test(arguments: ["few_shot", "limit_cycles", "bifurcations"])
  func `the smoke profile of a spec runs to its end`(spec: String) throws {
    let program = try Program()
    let run = try program.run([Self.specs.appending(path: spec + ".yaml").path, "--profile", "smoke", "--jobs", "2"])
    #expect(run.code == 0, "\(run.errors)")
    let bundle = try program.bundle(spec)
    #expect(bundle.manifest.status == .complete)
    #expect(bundle.verify() == [])
    let metrics = try #require(TSV(parsing: try bundle.text("result/metrics.tsv")))
    let values = metrics.rows.compactMap { Double($0[5]) }
    #expect(values.count == metrics.rows.count && values.contains { $0 != 0 })
  }
}
