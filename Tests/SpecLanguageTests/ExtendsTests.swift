import SpecChecks
import SpecLanguage
import Testing
import YAMLReader

/// Files in memory with marked places; a link is a path that resolves to another one.
struct MarkedProject {
  let files: [String: MarkedSpec]
  let links: [String: String]
  private let texts: [String: SourceFile]

  init(_ texts: [String: String], links: [String: String] = [:]) {
    var marked: [String: MarkedSpec] = [:]
    for (name, text) in texts { marked[name] = MarkedSpec(text, name: name) }
    files = marked
    self.links = links
    self.texts = marked.mapValues(\.file)
  }

  /// The marked places of all files, by file.
  var expected: [String] {
    files.sorted { $0.key < $1.key }.flatMap { name, spec in spec.expected.map { "\(name): \($0)" } }
  }

  /// Fragments below `/project`, seen from `/project/spec.yaml`.
  var fragments: FragmentFiles {
    FragmentFiles(
      root: "/project", spec: "/project/spec.yaml",
      resolve: { [links, texts] path, folder throws(FragmentFiles.Problem) in
        var parts: [Substring] = []
        for part in (folder + "/" + path).split(separator: "/") where part != "." {
          if part == ".." { _ = parts.popLast() } else { parts.append(part) }
        }
        let plain = "/" + parts.joined(separator: "/")
        let real = links[plain] ?? plain
        if !real.hasPrefix("/project/") { return real }
        if texts[String(real.dropFirst("/project/".count))] == nil { throw .missing }
        return real
      },
      read: { [texts] path throws(FragmentFiles.Problem) in
        guard let file = texts[String(path.dropFirst("/project/".count))] else { throw .unreadable("not allowed") }
        return file.bytes
      },
      parse: { file, layer in
        let result = YAML.read(file, layer: layer)
        return (result.node, result.diagnostics)
      })
  }

  func layers(profile: String? = nil, overrides: [String] = []) -> Composition.Layers {
    composition(profile, overrides).layers(of: node)
  }

  func composed(profile: String? = nil, overrides: [String] = []) -> (document: Node?, diagnostics: [Diagnostic]) {
    let expansion = Sweep.expand(layers(profile: profile, overrides: overrides), language: Study.schema.description)
    return (expansion.points.first?.document, expansion.diagnostics)
  }

  private var node: Node {
    guard let node = files["spec.yaml"]?.yaml.node else { preconditionFailure("the tests need spec.yaml") }
    return node
  }

  private func composition(_ profile: String?, _ overrides: [String]) -> Composition {
    Composition(profile: profile, overrides: overrides, files: fragments) { file, bytes, layer in
      let result = YAML.read(value: bytes, of: file, layer: layer)
      return (result.node, result.diagnostics)
    }
  }

  /// The complaints as the marks are written, by file.
  static func places(_ diagnostics: [Diagnostic]) -> [String] {
    let names = Set(diagnostics.map(\.span.file.name)).sorted()
    return names.flatMap { name in
      MarkedSpec.places(diagnostics.filter { $0.span.file.name == name }).map { "\(name): \($0)" }
    }
  }
}

private struct Case: Sendable {
  var files: [String: String]
  var links: [String: String] = [:]
}

private let chain: [String: String] = {
  var files = ["spec.yaml": "mdssm: 1\nextends: [f1.yaml]"]
  for index in 1...20 {
    files["f\(index).yaml"] = index == 16 ? "extends: [⟦E1218 f17.yaml⟧]" : "extends: [f\(index + 1).yaml]"
  }
  return files
}()

private let cases: [Case] = [
  Case(files: ["spec.yaml": "mdssm: 1\nextends: [a.yaml]", "a.yaml": "models: {m: {latent: ⟦E1005 six⟧}}"]),
  Case(files: ["spec.yaml": "mdssm: 1\nextends: [a.yaml]", "a.yaml": "mdssm: 1\nmodels: {m: {latent: 6}}"]),
  Case(files: ["spec.yaml": "mdssm: 1\nextends: [a.yaml]", "a.yaml": "mdssm: ⟦E1213 2⟧\nmodels: {m: 6}"]),
  Case(files: ["spec.yaml": "mdssm: 1\nextends: [a.yaml]", "a.yaml": "a: {b: ⟦E1100 ]⟧"]),
  Case(files: ["spec.yaml": "mdssm: 1\nextends: [a.yaml]", "a.yaml": "⟦E1001 [1]⟧"]),
  Case(files: ["spec.yaml": "mdssm: 1\nextends: ⟦E1214 a.yaml⟧", "a.yaml": "title: t"]),
  Case(files: ["spec.yaml": "mdssm: 1\nextends: [⟦E1215 b.yaml⟧]"]),
  Case(files: ["spec.yaml": "mdssm: 1\nextends: [⟦E1214 https://example.org/a.yaml⟧]"]),
  Case(files: ["spec.yaml": "mdssm: 1\nextends: [⟦E1214 /etc/passwd⟧, ⟦E1214 ~/a.yaml⟧, ⟦E1214 'C:\\a.yaml'⟧]"]),
  Case(files: ["spec.yaml": "mdssm: 1\nextends: [⟦E1214 \"${params.a}.yaml\"⟧, ⟦E1214 {a: 1}⟧, ⟦E1214 ''⟧]"]),
  Case(files: ["spec.yaml": "mdssm: 1\nextends: [⟦E1217 ../../etc/passwd⟧]"]),
  Case(files: ["spec.yaml": "mdssm: 1\nextends: [⟦E1217 a.yaml⟧]"], links: ["/project/a.yaml": "/etc/passwd"]),
  Case(files: ["spec.yaml": "mdssm: 1\nextends: [⟦E1216 spec.yaml⟧]"]),
  Case(files: ["spec.yaml": "mdssm: 1\nextends: [a.yaml]", "a.yaml": "extends: [⟦E1216 ./a.yaml⟧]"]),
  Case(
    files: [
      "spec.yaml": "mdssm: 1\nextends: [a.yaml]", "a.yaml": "extends: [b.yaml]", "b.yaml": "extends: [⟦E1216 c⟧]",
    ],
    links: ["/project/c": "/project/a.yaml"]),
  Case(files: chain),
]

@Suite struct ExtendsTests {
  @Test(arguments: cases.indices)
  func `a project gives exactly the marked complaints`(_ index: Int) throws {
    let project = MarkedProject(cases[index].files, links: cases[index].links)
    let composed = project.composed()
    var diagnostics = composed.diagnostics
    if let document = composed.document { diagnostics += Reading.read(document, as: Study.schema).reading.diagnostics }
    #expect(MarkedProject.places(diagnostics) == project.expected, "\(Rendering().text(diagnostics))")
  }

  @Test func `layers lie in the order of the language`() throws {
    let project = MarkedProject([
      "spec.yaml": """
      mdssm: 1
      extends: [low.yaml, sub/high.yaml]
      title: file
      models: {m: {latent: 3}}
      profiles: {p: {title: profile, models: {m: {residual: true}}}}
      """,
      "low.yaml": "title: low\nseed: 1\nmodels: {m: {latent: 1, hidden: [1], forecast_mask: 0.1}}",
      "sub/high.yaml": "extends: [base.yaml]\ntitle: high\nmodels: {m: {latent: 2, hidden: [2]}}",
      "sub/base.yaml": "title: base\nseed: 4\nmodels: {m: {hidden: [0], activation: relu}, n: {latent: 9}}",
    ])
    let composed = project.composed(profile: "p", overrides: ["seed=5"])
    let document = try #require(composed.document)
    #expect(composed.diagnostics.isEmpty)
    #expect(
      document["title"]?.chain.map(\.layer.words) == [
        "extends low.yaml", "extends sub/base.yaml", "extends sub/high.yaml", "file", "profile p",
      ])
    let study = try #require(Reading.read(document, as: Study.schema).value)
    #expect(study.title == "profile" && study.seed == 5)
    let model = study.models[0].value
    #expect(
      model.latent == 3 && model.hidden == [2] && model.mask == 0.1 && model.activation == .relu && model.residual)
    #expect(study.models.map(\.id) == ["m", "n"])
    #expect(document["seed"]?.chain.map(\.span.description) == ["low.yaml:2:7", "sub/base.yaml:2:7", "--set:1:6"])
  }

  @Test func `the file may unset what it extends`() throws {
    let project = MarkedProject([
      "spec.yaml": "mdssm: 1\nextends: [a.yaml]\nmodels: {unset: [n], m: {unset: [hidden]}}",
      "a.yaml": "models: {m: {latent: 1, hidden: [1]}, n: {latent: 2}}",
    ])
    let document = try #require(project.composed().document)
    #expect(Plain(document)["models"] == ["m": ["latent": 1]])
  }

  @Test func `one fragment may be extended by two`() throws {
    let project = MarkedProject([
      "spec.yaml": "mdssm: 1\nextends: [a.yaml, b.yaml]", "a.yaml": "extends: [c.yaml]\ntitle: a",
      "b.yaml": "extends: [c.yaml]\nseed: 2", "c.yaml": "title: c\nseed: 1",
    ])
    let document = try #require(project.composed().document)
    #expect(Plain(document)["title"] == "c" && Plain(document)["seed"] == 2)
    #expect(project.layers().fragments.map(\.file.name) == ["a.yaml", "c.yaml", "b.yaml"])
  }

  @Test func `many small files cannot become many layers`() {
    var files = ["spec.yaml": "mdssm: 1\nextends: [f1.yaml, f1.yaml]"]
    for index in 1...15 { files["f\(index).yaml"] = "extends: [f\(index + 1).yaml, f\(index + 1).yaml]" }
    files["f16.yaml"] = "title: t"
    let codes = Set(MarkedProject(files).composed().diagnostics.map(\.code))
    #expect(codes == [.tooManyFragments])
  }

  @Test func `a profile or an override cannot extend`() {
    let project = MarkedProject(["spec.yaml": "mdssm: 1\nprofiles: {p: {extends: [a.yaml]}}", "a.yaml": "seed: 1"])
    #expect(project.composed(profile: "p").diagnostics.map(\.code) == [.badExtends])
    let set = project.composed(overrides: ["extends=[a.yaml]"]).diagnostics
    #expect(set.map(\.span.description) == ["--set:1:1"])
  }

  @Test func `a spec without a file cannot extend`() throws {
    let spec = MarkedSpec("mdssm: 1\n⟦E1214 extends⟧: [a.yaml]")
    #expect(MarkedSpec.places(spec.read(as: Study.schema).diagnostics) == spec.expected)
  }

  @Test func `a complaint in a fragment shows how the fragment came in`() throws {
    let project = MarkedProject([
      "spec.yaml": "mdssm: 1\nextends: [common/a.yaml]", "common/a.yaml": "extends: [b.yaml]",
      "common/b.yaml": "models: {m: {latnet: 6}}",
    ])
    let composed = project.composed()
    let reading = Reading.read(try #require(composed.document), as: Study.schema).reading
    let diagnostics = (composed.diagnostics + reading.diagnostics).remarking(project.layers().fragments)
    #expect(
      Rendering().text(diagnostics) == """
        error[E1003]: unknown key `latnet` in models.m
         --> common/b.yaml:1:14
          |
        1 | models: {m: {latnet: 6}}
          |              ^^^^^^ not a key of `model`
         ::: common/a.yaml:1:11
          |
        1 | extends: [b.yaml]
          |           ------ `common/b.yaml` is extended here
         ::: spec.yaml:2:11
          |
        2 | extends: [common/a.yaml]
          |           ------------- `common/a.yaml` is extended here
          = help: did you mean `latent`?
          = note: keys of `model`: latent, hidden, activation, residual, forecast_mask, adapt

        1 error

        """)
  }

  @Test func `a key that does not fit the kind shows where the kind was picked`() throws {
    let project = MarkedProject([
      "spec.yaml": "mdssm: 1\nextends: [a.yaml]\nmodels: {m: {adapt: {rank: 6}}}",
      "a.yaml": "models: {m: {latent: 6, adapt: {kind: shared}}}",
    ])
    let reading = Reading.read(try #require(project.composed().document), as: Study.schema).reading
    let found = try #require(reading.diagnostics.first)
    #expect(found.span.description == "spec.yaml:3:22")
    #expect(found.secondary.map(\.span.description) == ["a.yaml:1:39"])
  }
}
