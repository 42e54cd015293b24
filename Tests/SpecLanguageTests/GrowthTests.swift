import SpecChecks
import SpecLanguage
import Testing
import YAMLReader

/// What would make a spec grow past its text is refused before it grows: the tests would not end otherwise.
@Suite(.timeLimit(.minutes(20))) struct GrowthTests {
  private func layers(_ text: String) -> (codes: [String], document: Node?) {
    let result = MarkedSpec(text).composed(as: Study.schema.description)
    return (result.diagnostics.filter(\.isError).map(\.code.id), result.document)
  }

  @Test func `a chain of like ends at its limit`() {
    func chain(_ count: Int) -> String {
      "mdssm: 1\nmodels:\n  m0: {latent: 3}\n" + (1...count).map { "  m\($0): {like: m\($0 - 1)}\n" }.joined()
    }
    let (codes, document) = layers(chain(64))
    #expect(codes == [])
    #expect(document?["models"]?["m64"]?["latent"]?.scalar?.text == "3")
    #expect(layers(chain(65)).codes == ["E1219"])
    #expect(layers(chain(990)).codes == ["E1219"])
  }

  @Test func `circles of like keep their own complaint`() {
    #expect(layers("mdssm: 1\nmodels: {a: {like: b}, b: {like: c}, c: {like: a}}").codes == ["E1202"])
  }

  @Test func `what heirs copy is counted`() {
    func heirs(_ count: Int, of size: Int) -> String {
      "mdssm: 1\nmodels:\n  m: {x-list: [" + Array(repeating: "1", count: size).joined(separator: ", ") + "]}\n"
        + (1...count).map { "  m\($0): {like: m}\n" }.joined()
    }
    #expect(layers(heirs(10, of: 1000)).codes == [])
    #expect(layers(heirs(400, of: 1000)).codes == ["E1219"])
  }

  @Test func `parameters that double end at the limit`() {
    let doubling = (1...60).map { "p\($0): \"${params.p\($0 - 1)}${params.p\($0 - 1)}\"" }.joined(separator: ", ")
    #expect(layers("mdssm: 1\nparams: {p0: laugh, \(doubling)}\ntitle: \"${params.p60}\"").codes.contains("E1219"))
    // Sums of texts grow in the same way.
    let sums = (1...60).map { "p\($0): \"${params.p\($0 - 1) + params.p\($0 - 1)}\"" }.joined(separator: ", ")
    #expect(layers("mdssm: 1\nparams: {p0: laugh, \(sums)}\ntitle: \"${params.p60}\"").codes.contains("E1210"))
    let lists = (1...60).map { "p\($0): [\"${params.p\($0 - 1)}\", \"${params.p\($0 - 1)}\"]" }.joined(separator: ", ")
    #expect(layers("mdssm: 1\nparams: {p0: laugh, \(lists)}\ntitle: \"${params.p60}\"").codes.contains("E1219"))
  }

  @Test func `one text filled in many times is counted piece by piece`() {
    let long = String(repeating: "a", count: 100_000)
    let uses = String(repeating: "${params.a}", count: 4500)
    #expect(layers("mdssm: 1\nparams: {a: \(long)}\ntitle: \"\(uses)\"").codes == ["E1219"])
    #expect(layers("mdssm: 1\nparams: {a: b}\ntitle: \"\(uses)\"").codes == [])
    #expect(layers("mdssm: 1\nparams: {a: b}\ntitle: \"\(uses)\(uses)\"").codes == ["E1219"])
  }

  @Test func `a large parameter in many places is counted before it is filled in`() {
    let list = Array(repeating: "0", count: 5000).joined(separator: ", ")
    let models = (1...900).map { "m\($0): \"${params.a}\"" }.joined(separator: ", ")
    #expect(layers("mdssm: 1\nparams: {a: [\(list)]}\nmodels: {\(models)}").codes == ["E1219"])
  }

  @Test func `layers that are small alone may be too large together`() throws {
    let names = (1...2).map { file in (1...600).map { "a\(file)_\($0): {latent: 3}" }.joined(separator: ", ") }
    let project = MarkedProject([
      "spec.yaml": "mdssm: 1\nextends: [one.yaml, two.yaml]\n", "one.yaml": "models: {\(names[0])}\n",
      "two.yaml": "models: {\(names[1])}\n",
    ])
    let layers = project.layers()
    #expect(layers.diagnostics.map(\.code.id) == ["E1219"])
    #expect(layers.document == nil)
  }

  @Test func `an expression of any length costs no more than its limit`() {
    for text in [
      String(repeating: "1 + ", count: 250_000) + "1", "\"" + String(repeating: "a", count: 1_000_000) + "\" + 1",
      String(repeating: "not ", count: 250_000) + "true", String(repeating: "-", count: 1_000_000) + "1",
    ] {
      let span = Span(SourceFile(name: "e", text: text), 0..<text.utf8.count)
      do throws(Diagnostic) {
        _ = try Expression.parse(text, span)
        Issue.record("an expression of \(text.utf8.count) bytes was read")
      } catch {
        #expect(error.code == .badExpression)
        #expect(error.message.contains("4096 bytes"))
      }
    }
  }
}
