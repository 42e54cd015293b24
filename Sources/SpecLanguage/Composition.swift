/// Makes one document of the layers of a spec: the file, a profile, overrides, inheritance, then interpolation.
///
/// Everything it needs from outside arrives as a value: the environment as a dictionary, the YAML reader as a closure.
/// In the result `params`, `env` and `profiles` have done their work and are gone.
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
  }

  /// The entry of `profiles` to lay over the file.
  package var profile: String?
  /// The arguments of `--set`, each `path=value`.
  package var overrides: [String]
  package var environment: [String: String]
  private let readValue: ValueReader

  package init(
    profile: String? = nil, overrides: [String] = [], environment: [String: String] = [:],
    readValue: @escaping ValueReader
  ) {
    self.profile = profile
    self.overrides = overrides
    self.environment = environment
    self.readValue = readValue
  }

  package func compose(_ file: Node) -> Result {
    var result = Result()
    guard file.entries != nil else {
      result.diagnostics = [
        Diagnostic(.wrongShape, "a spec must be a mapping, found \(file.words)", at: file.span, label: "expected keys")
      ]
      return result
    }
    var merge = Merge()
    var document = refuseLater(file, &result)
    document = layProfile(over: document, &merge, &result)
    for argument in overrides { document = lay(argument, over: document, &merge, &result) }
    merge.inherit(&document)
    result.diagnostics += merge.diagnostics
    var interpolation = Interpolation(document, environment: environment)
    document = interpolation.run()
    result.diagnostics += interpolation.diagnostics
    result.parameters = interpolation.parameters
    result.variables = interpolation.usedVariables
    result.document = document.removing(["params", "env", "profiles"])
    return result
  }

  /// Refuses the layers that belong to the language but are not built yet.
  private func refuseLater(_ file: Node, _ result: inout Result) -> Node {
    for key in ["extends", "sweep"] {
      guard let entry = file.entry(key) else { continue }
      result.diagnostics.append(
        Diagnostic(
          .notBuilt, "key `\(key)` belongs to the language, but this version does not build it yet", at: entry.keySpan,
          label: "not built yet", path: SpecPath([.key(key)])))
    }
    return file.removing(["extends", "sweep"])
  }

  private func layProfile(over file: Node, _ merge: inout Merge, _ result: inout Result) -> Node {
    guard let profile else { return file }
    let profiles = file["profiles"]
    guard let overlay = profiles?.entry(profile) else {
      let known = profiles?.entries?.map(\.key) ?? []
      let argument = SourceFile(name: "--profile", text: profile)
      let match = Suggestion.nearest(to: profile, among: known)
      result.diagnostics.append(
        Diagnostic(
          .unknownProfile, "the spec has no profile `\(profile.shortened(to: 40))`",
          at: Span(argument, 0..<argument.bytes.count), label: "not under `profiles`",
          help: match.map { ["did you mean `\($0.word)`?"] } ?? [],
          notes: known.isEmpty ? ["the spec defines no profiles"] : ["profiles: " + known.listed]))
      return file
    }
    guard overlay.value.entries != nil else {
      result.diagnostics.append(
        Diagnostic(
          .wrongShape, "a profile must be a mapping, found \(overlay.value.words)", at: overlay.value.span,
          label: "expected keys", path: SpecPath("profiles").appending(profile)))
      return file
    }
    return merge.lay(overlay.value.layered(.profile(profile)), over: file)
  }

  /// Lays one `path=value` over the document.
  private func lay(_ text: String, over document: Node, _ merge: inout Merge, _ result: inout Result) -> Node {
    let argument = SourceFile(name: "--set", text: text)
    let bytes = argument.bytes
    guard let equals = bytes.firstIndex(of: UInt8(ascii: "=")), equals > 0 else {
      result.diagnostics.append(
        Diagnostic(
          .badOverride, "an override needs the form `path.to.key=value`", at: Span(argument, 0..<bytes.count),
          label: "no `=` after a path"))
      return document
    }
    var keys: [(String, Span)] = []
    var start = 0
    for end in 0...equals where end == equals || bytes[end] == UInt8(ascii: ".") {
      let key = String(decoding: bytes[start..<end], as: UTF8.self)
      let span = Span(argument, start..<end)
      guard !key.isEmpty, !key.contains("[") else {
        result.diagnostics.append(
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
    result.diagnostics += value.diagnostics
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
