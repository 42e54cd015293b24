import ExperimentGraph
import SpecChecks
import SpecLanguage
import Testing
import YAMLReader

@Suite struct DocumentTests {
  @Test func `the reference page follows the declarations`() throws {
    try WholeLanguage.expectFile("docs/reference/language.md", ReferencePage.text(WholeLanguage.description))
  }

  @Test func `every spec follows the schema, and broken ones do not`() throws {
    let specs = try WholeLanguage.specs().map(\.text)
    let broken = [
      specs.map { $0.replacing("readin:", with: "readinn:") },
      specs.map { $0.replacing("kind: dkf", with: "kind: dfk") },
      specs.map { $0.replacing("budget: ", with: "budget: about ") }, specs.map { $0 + "\nsurprise: 1\n" },
    ].flatMap { $0 }
    let schema = JSONSchema(WholeLanguage.description)
    guard let verdicts = try SchemaJudge.verdicts(on: specs + broken, schema: schema) else {
      print(SchemaJudge.absence)
      return
    }
    #expect(verdicts == specs.map { _ in true } + broken.map { _ in false })
  }

  @Test func `every spec is right`() throws {
    for (name, text) in try WholeLanguage.specs() {
      let errors = WholeLanguage.check(text).filter(\.isError)
      #expect(errors.isEmpty, "\(name)\n\(Rendering().text(errors))")
    }
  }
}
