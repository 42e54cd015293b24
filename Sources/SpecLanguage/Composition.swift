/// Lays the layers of a spec over each other: fragments, the file, a profile, overrides. `Sweep.expand` makes complete
/// documents of them.
///
/// Everything it needs from outside arrives as a value: the environment as a dictionary, files and the YAML reader as
/// closures.
package struct Composition: Sendable {
  /// Reads a part of a text as YAML; the nodes get the given layer.
  package typealias ValueReader =
    @Sendable (_ file: SourceFile, _ bytes: Range<Int>, _ layer: Node.Layer) -> (node: Node?, diagnostics: [Diagnostic])

  /// The layers of a spec laid over each other: what `like`, `sweep` and `${}` have still to work on.
  package struct Layers: Sendable {
    /// With `params`, `env` and `sweep`; nil if a layer could not be read.
    package var document: Node?
    package var diagnostics: [Diagnostic] = []
    package var environment: [String: String]
    /// The files that the spec extends, in the order of their first use.
    package var fragments: [Fragment] = []
    /// The names of all profiles.
    package var profiles: [String] = []
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
    // What an override says of a profile is part of it.
    let isOfProfile = overrides.map { $0.hasPrefix("profiles.") || $0.hasPrefix("profiles=") }
    for (argument, isFirst) in zip(overrides, isOfProfile) where isFirst {
      document = lay(argument, over: document, &merge, &layers)
    }
    layers.profiles = document["profiles"]?.entries?.map(\.key).filter { !$0.hasPrefix("x-") } ?? []
    document = layProfile(over: document, &merge, &layers)
    for (argument, isFirst) in zip(overrides, isOfProfile) where !isFirst {
      document = lay(argument, over: document, &merge, &layers)
    }
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
    let profiles = file["profiles"]
    if let profiles, profiles.entries == nil {
      layers.diagnostics.append(
        Diagnostic(
          .wrongShape, "`profiles` must be a mapping, found \(profiles.words)", at: profiles.span,
          label: "expected names with overlays", path: SpecPath("profiles")))
      return file
    }
    guard let profile else { return file }
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

  /// The value of an override; nil where it has none, or where a comment would cut it.
  private func value(of argument: SourceFile, after equals: Int, _ layers: inout Layers) -> (
    node: Node?, diagnostics: [Diagnostic]
  )? {
    let bytes = argument.bytes
    let path = argument.text(in: 0..<equals)
    let space = UInt8(ascii: " ")
    guard let start = bytes[(equals + 1)...].firstIndex(where: { $0 != space }) else {
      layers.diagnostics.append(
        Diagnostic(
          .badOverride, "the override gives `\(path.shortened(to: 60))` no value", at: Span(argument, 0..<bytes.count),
          label: "nothing behind the `=`", help: ["for empty text write `--set \(path.shortened(to: 60))='\"\"'`"]))
      return nil
    }
    let value = readValue(argument, equals + 1..<bytes.count, .argument)
    let isComment = bytes[start] == UInt8(ascii: "#")
    let end = isComment ? start : value.node.map { max(start, $0.span.bytes.upperBound) }
    let rest = end.flatMap { end in bytes[end...].firstIndex { $0 != space } }
    if isComment || !value.diagnostics.hasErrors, let rest, bytes[rest] == UInt8(ascii: "#") {
      let text = argument.text(in: start..<bytes.count)
      layers.diagnostics.append(
        Diagnostic(
          .badOverride, "`#` begins a comment, and an override has no place for one",
          at: Span(argument, rest..<bytes.count), label: "would be left out",
          help: text.contains("\"") ? [] : ["if it belongs to the value, write `--set '\(path)=\"\(text)\"'`"]))
      return nil
    }
    layers.diagnostics += value.diagnostics
    return value
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
    let path: OverridePath
    do throws(Diagnostic) {
      path = try OverridePath(argument, before: equals)
    } catch {
      layers.diagnostics.append(error)
      return document
    }
    guard let found = value(of: argument, after: equals, &layers), var node = found.node else { return document }
    for key in path.keys.reversed() {
      let entry = Node.Entry(key: key.text, keySpan: key.span, value: node)
      node = Node(.mapping([entry]), span: key.span.joined(to: node.span), layer: .argument)
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
