/// Makes one document of the layers of a spec: fragments, the file, a profile, overrides; then inheritance and
/// interpolation.
///
/// Everything it needs from outside arrives as a value: the environment as a dictionary, files and the YAML reader as
/// closures. In the result `params`, `env` and `profiles` have done their work and are gone.
package struct Composition: Sendable {
  /// Reads a part of a text as YAML; the nodes get the given layer.
  package typealias ValueReader =
    @Sendable (_ file: SourceFile, _ bytes: Range<Int>, _ layer: Node.Layer) -> (node: Node?, diagnostics: [Diagnostic])

  package struct Result: Sendable {
    /// The composed document; nil if a layer could not be read.
    package var document: Node?
    package var diagnostics: [Diagnostic] = []
    /// The value of every parameter, defaults included.
    package var parameters: [Named<Plain>] = []
    /// The names of the environment variables that the spec read.
    package var variables: [String] = []
    /// The entries that others inherit from by `like`.
    package var inherited: [Reference] = []
  }

  /// The layers of a spec laid over each other: what `like`, `sweep` and `${}` have still to work on.
  package struct Layers: Sendable {
    /// With `params`, `env` and `sweep`; nil if a layer could not be read.
    package var document: Node?
    package var diagnostics: [Diagnostic] = []
    package var environment: [String: String]
    /// The files that the spec extends, in the order of their first use.
    package var fragments: [Fragment] = []
  }

  /// The version of the language.
  package static let version = 1

  /// The entry of `profiles` to lay over the file.
  package var profile: String?
  /// The arguments of `--set`, each `path=value`.
  package var overrides: [String]
  package var environment: [String: String]
  /// How fragments are read; a spec that is in no file has none.
  package var files: FragmentFiles?
  private let readValue: ValueReader

  package init(
    profile: String? = nil, overrides: [String] = [], environment: [String: String] = [:],
    files: FragmentFiles? = nil, readValue: @escaping ValueReader
  ) {
    self.profile = profile
    self.overrides = overrides
    self.environment = environment
    self.files = files
    self.readValue = readValue
  }

  /// The whole document of a spec without a sweep.
  package func compose(_ file: Node) -> Result {
    let layers = layers(of: file)
    var result = Result(document: nil, diagnostics: layers.diagnostics)
    guard var document = layers.document else { return result }
    if let entry = document.entry("sweep") {
      result.diagnostics.append(
        Diagnostic(
          .notBuilt, "key `sweep` belongs to the language, but this version does not build it yet", at: entry.keySpan,
          label: "not built yet", path: SpecPath("sweep")))
      document = document.removing(["sweep"])
    }
    var merge = Merge()
    merge.inherit(&document)
    result.diagnostics += merge.diagnostics
    result.inherited = merge.inherited
    var interpolation = Interpolation(document, environment: environment)
    document = interpolation.run()
    result.diagnostics += interpolation.diagnostics
    result.parameters = interpolation.parameters
    result.variables = interpolation.usedVariables
    result.document = document.removing(["params", "env"])
    return result
  }

  /// The fragments, the file, the profile and the overrides laid over each other.
  package func layers(of file: Node) -> Layers {
    var layers = Layers(environment: environment)
    guard file.entries != nil else {
      layers.diagnostics = [
        Diagnostic(.wrongShape, "a spec must be a mapping, found \(file.words)", at: file.span, label: "expected keys")
      ]
      return layers
    }
    guard checkVersion(of: file, &layers) else { return layers }
    var loader = FragmentLoader(files)
    var merge = Merge()
    var document: Node?
    for layer in loader.layers(below: file) + [file.removing(["extends"])] {
      document = document.map { merge.lay(layer, over: $0) } ?? layer
    }
    layers.fragments = loader.fragments
    layers.diagnostics += loader.diagnostics
    guard var document else { return layers }
    document = layProfile(over: document, &merge, &layers)
    for argument in overrides { document = lay(argument, over: document, &merge, &layers) }
    layers.diagnostics += merge.diagnostics
    if let entry = document.entry("extends") {
      layers.diagnostics.append(
        Diagnostic(
          .badExtends, "`extends` belongs to the file: a profile or an override comes too late for it",
          at: entry.keySpan, label: "has no effect here", path: SpecPath("extends")))
    }
    document = document.removing(["extends", "profiles"])
    // What a file that cannot be read would have given is not missing.
    if loader.diagnostics.hasErrors { document = document.partial }
    var growth = Growth(document, environment: environment)
    layers.document = growth.check() ? document : nil
    layers.diagnostics += growth.diagnostics
    return layers
  }

  /// Whether the spec is written in a version that this program reads; one of another version gives one complaint.
  private func checkVersion(of file: Node, _ layers: inout Layers) -> Bool {
    guard let entry = file.entry("mdssm"), entry.value.scalar != nil else { return true }
    if let problem = Self.versionProblem(entry.value) {
      layers.diagnostics.append(problem)
      return false
    }
    if let first = file.entries?.first, first.key != "mdssm" {
      layers.diagnostics.append(
        Diagnostic(
          .languageVersion, "`mdssm` must be the first key of a spec", at: entry.keySpan, label: "not first",
          path: SpecPath("mdssm"), secondary: [.init(first.keySpan, "the first key")],
          help: ["move the line `mdssm: \(Self.version)` to the top"]))
    }
    return true
  }

  static func versionProblem(_ node: Node) -> Diagnostic? {
    guard let text = node.scalar?.text, case .int(let number) = Plain(resolving: text), number != version else {
      return nil
    }
    return Diagnostic(
      .languageVersion, "the spec is written in version \(number) of the language; this program reads version 1",
      at: node.span, label: "expected 1", path: SpecPath("mdssm"))
  }

  private func layProfile(over file: Node, _ merge: inout Merge, _ layers: inout Layers) -> Node {
    guard let profile else { return file }
    let profiles = file["profiles"]
    guard let overlay = profiles?.entry(profile) else {
      let known = profiles?.entries?.map(\.key) ?? []
      let argument = SourceFile(name: "--profile", text: profile)
      let match = Suggestion.nearest(to: profile, among: known)
      layers.diagnostics.append(
        Diagnostic(
          .unknownProfile, "the spec has no profile `\(profile.shortened(to: 40))`",
          at: Span(argument, 0..<argument.bytes.count), label: "not under `profiles`",
          help: match.map { ["did you mean `\($0.word)`?"] } ?? [],
          notes: known.isEmpty ? ["the spec defines no profiles"] : ["profiles: " + known.listed]))
      return file
    }
    guard overlay.value.entries != nil else {
      layers.diagnostics.append(
        Diagnostic(
          .wrongShape, "a profile must be a mapping, found \(overlay.value.words)", at: overlay.value.span,
          label: "expected keys", path: SpecPath("profiles").appending(profile)))
      return file
    }
    return merge.lay(overlay.value.layered(.profile(profile)), over: file)
  }

  /// Lays one `path=value` over the document.
  private func lay(_ text: String, over document: Node, _ merge: inout Merge, _ layers: inout Layers) -> Node {
    let argument = SourceFile(name: "--set", text: text)
    let bytes = argument.bytes
    guard let equals = bytes.firstIndex(of: UInt8(ascii: "=")), equals > 0 else {
      layers.diagnostics.append(
        Diagnostic(
          .badOverride, "an override needs the form `path.to.key=value`", at: Span(argument, 0..<bytes.count),
          label: "no `=` after a path", help: ["for example `--set study.seed=3`"]))
      return document
    }
    var keys: [(String, Span)] = []
    var start = 0
    for end in 0...equals where end == equals || bytes[end] == UInt8(ascii: ".") {
      let key = String(decoding: bytes[start..<end], as: UTF8.self)
      let span = Span(argument, start..<end)
      guard !key.isEmpty, !key.contains("[") else {
        layers.diagnostics.append(
          Diagnostic(
            .badOverride, key.isEmpty ? "a path has an empty key" : "a path cannot point into a list",
            at: Span(argument, start..<max(end, start + 1)), label: "in this path",
            help: key.isEmpty ? [] : ["give the whole list: `path.to.list=[1, 2]`"]))
        return document
      }
      keys.append((key, span))
      start = end + 1
    }
    let value = readValue(argument, equals + 1..<bytes.count, .argument)
    layers.diagnostics += value.diagnostics
    guard var node = value.node else { return document }
    for (key, span) in keys.reversed() {
      let entry = Node.Entry(key: key, keySpan: span, value: node)
      node = Node(.mapping([entry]), span: span.joined(to: node.span), layer: .argument)
    }
    return merge.lay(node, over: document)
  }
}

extension Node {
  /// The mapping without some of its keys.
  func removing(_ keys: [String]) -> Node {
    guard let entries else { return self }
    var node = self
    node.content = .mapping(entries.filter { !keys.contains($0.key) })
    return node
  }

  /// The node and all below it, moved to a layer.
  func layered(_ layer: Layer) -> Node {
    var node = self
    node.layer = layer
    switch content {
    case .scalar: break
    case .sequence(let nodes): node.content = .sequence(nodes.map { $0.layered(layer) })
    case .mapping(let entries):
      node.content = .mapping(
        entries.map { Entry(key: $0.key, keySpan: $0.keySpan, value: $0.value.layered(layer)) })
    }
    return node
  }
}
