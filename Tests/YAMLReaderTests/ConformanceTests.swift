import Foundation
import SpecLanguage
import Testing
import YAMLReader

/// The yaml-test-suite (tag data-2022-01-17): every case is read without a crash or a hang, and its complaints print.
@Suite(.timeLimit(.minutes(2))) struct ConformanceTests {
  private static var suite: URL {
    URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appending(path: "shared/conformance/yaml-test-suite")
  }

  private static var cases: [URL] {
    let files = FileManager.default.enumerator(at: suite, includingPropertiesForKeys: nil)
    let all = files?.compactMap { $0 as? URL } ?? []
    return all.filter { $0.lastPathComponent == "in.yaml" }.sorted { $0.path < $1.path }
  }

  static var isPresent: Bool { FileManager.default.fileExists(atPath: suite.path) }

  @Test(.enabled(if: isPresent, "shared/conformance is absent"))
  func `no case crashes or hangs, and each gives a document or a complaint`() throws {
    let cases = Self.cases
    #expect(cases.count == 402)
    for file in cases {
      let result = YAML.read(SourceFile(name: file.path, bytes: Array(try Data(contentsOf: file))))
      #expect(result.node != nil || !result.diagnostics.isEmpty, "\(file.path)")
      #expect(!Rendering().text(result.diagnostics).isEmpty || result.diagnostics.isEmpty)
    }
  }
}
