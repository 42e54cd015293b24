import Foundation
import SpecLanguage
import Testing
import YAMLReader

/// The corpora of the fuzz targets, among them everything that once broke one: nothing crashes, hangs or is refused in
/// silence.
@Suite(.timeLimit(.minutes(20))) struct CorpusTests {
  private static func files(_ target: String) throws -> [(name: String, bytes: [UInt8])] {
    let folder = WholeLanguage.root.appending(path: "Fuzz/Corpus/\(target)")
    let names = try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
    return try names.map { ($0, Array(try Data(contentsOf: folder.appending(path: $0)))) }
  }

  @Test func `texts of the reader are read or complained about`() throws {
    let files = try Self.files("Reader")
    #expect(files.count > 50)
    for (name, bytes) in files {
      let result = YAML.read(SourceFile(name: name, bytes: bytes))
      #expect(result.node != nil || result.diagnostics.hasErrors, "\(name)")
      #expect(Rendering().text(result.diagnostics).isEmpty == result.diagnostics.isEmpty, "\(name)")
    }
  }

  @Test func `expressions have a value or a complaint inside them`() throws {
    let files = try Self.files("Formula")
    #expect(files.count > 50)
    for (name, bytes) in files {
      let text = String(decoding: bytes, as: UTF8.self)
      let span = Span(SourceFile(name: name, text: text), 0..<text.utf8.count)
      do throws(Diagnostic) {
        let expression = try Expression.parse(text, span)
        _ = expression.trace { _ in 3 }
        _ = try expression.evaluate { _ in 3 }
      } catch {
        #expect(error.span.bytes.upperBound <= text.utf8.count, "\(name)")
      }
    }
  }

  @Test func `specs are checked to their end`() throws {
    let files = try Self.files("Spec")
    #expect(files.count > 50)
    for (_, bytes) in files {
      _ = Rendering().text(WholeLanguage.check(String(decoding: bytes, as: UTF8.self)))
    }
  }
}
