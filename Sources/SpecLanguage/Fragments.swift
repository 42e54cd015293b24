/// How the files that a spec extends are found and read; the language itself touches no file.
package struct FragmentFiles: Sendable {
  package enum Problem: Error, Hashable, Sendable {
    case missing
    case folder
    /// Why the file cannot be read, in the words of the system.
    case unreadable(String)
  }

  /// The canonical path of the folder that no fragment may lie outside of.
  package var root: String
  /// The canonical path of the spec itself.
  package var spec: String
  /// The canonical path of a path that is given relative to a canonical folder: absolute, without links and `..`.
  package var resolve: @Sendable (_ path: String, _ folder: String) throws(Problem) -> String
  /// The bytes of the file at a canonical path; at most one more than a spec may have.
  package var read: @Sendable (_ canonical: String) throws(Problem) -> [UInt8]
  /// The document of a text with everything that is wrong with it as YAML.
  package var parse: @Sendable (_ file: SourceFile, _ layer: Node.Layer) -> (node: Node?, diagnostics: [Diagnostic])

  package init(
    root: String, spec: String, resolve: @escaping @Sendable (String, String) throws(Problem) -> String,
    read: @escaping @Sendable (String) throws(Problem) -> [UInt8],
    parse: @escaping @Sendable (SourceFile, Node.Layer) -> (node: Node?, diagnostics: [Diagnostic])
  ) {
    self.root = root
    self.spec = spec
    self.resolve = resolve
    self.read = read
    self.parse = parse
  }

  func contains(_ canonical: String) -> Bool { canonical.hasPrefix(root == "/" ? "/" : root + "/") }
}

/// A file that the spec extends, directly or by way of another one.
package struct Fragment: Hashable, Sendable {
  package var file: SourceFile
  package var canonical: String
  /// The entry of `extends` that names it.
  package var span: Span

  package init(file: SourceFile, canonical: String, span: Span) {
    self.file = file
    self.canonical = canonical
    self.span = span
  }
}

/// Follows `extends` from a spec down to its lowest layer.
struct FragmentLoader {
  /// The longest chain of files that extend each other, the most files of one spec, and the most bytes of all of them.
  static let depthLimit = 16
  static let countLimit = 64
  static let sizeLimit = 1 << 18

  private struct Open {
    var canonical: String
    var span: Span
  }

  private let files: FragmentFiles?
  private(set) var fragments: [Fragment] = []
  private(set) var diagnostics: [Diagnostic] = []
  private var known: [String: Node] = [:]
  /// What has been read and not yet been looked at.
  private var contents: [String: [UInt8]] = [:]
  private var loaded = 0
  private var size = 0
  /// Whether a limit has been met, which is told once.
  private var isFull = false

  init(_ files: FragmentFiles?) { self.files = files }

  /// The documents below a spec, lowest first, each without its own `extends`.
  mutating func layers(below spec: Node) -> [Node] {
    let start = Open(canonical: files?.spec ?? "", span: spec.span)
    return layers(below: spec, [start], name: spec.span.file.name)
  }

  private mutating func layers(below node: Node, _ open: [Open], name: String) -> [Node] {
    guard let entry = node.entry("extends") else { return [] }
    guard let paths = entry.value.elements else {
      let isText = entry.value.scalar.map { !$0.isNull } ?? false
      let text = "[\(entry.value.span.text)]"
      complain(
        .badExtends, "`extends` must be a list of paths, found \(entry.value.words)", entry.value.span,
        label: "expected a list", help: isText ? ["write `\(text.shortened(to: 60))`"] : [],
        fix: isText ? .init(entry.value.span, replacement: text) : nil)
      return []
    }
    guard let files else {
      if !paths.isEmpty {
        complain(
          .badExtends, "`extends` is relative to the file, and this spec is not in one", entry.keySpan,
          label: "no folder to start from")
      }
      return []
    }
    guard fits(paths, files, open) else { return [] }
    return paths.flatMap { layers(of: $0, files, open, name: name) }
  }

  /// Whether the files of a list are small enough together; those that are not are refused before any is looked at.
  private mutating func fits(_ paths: [Node], _ files: FragmentFiles, _ open: [Open]) -> Bool {
    guard paths.count > 1, let folder = open.last.map({ Self.folder(of: $0.canonical) }) else { return true }
    var total = size
    for entry in paths.prefix(Self.countLimit) {
      guard let path = entry.scalar?.text, Self.reason(against: path) == nil,
        let canonical = try? files.resolve(path, folder), files.contains(canonical),
        known[canonical] == nil, contents[canonical] == nil, let bytes = try? files.read(canonical)
      else { continue }
      contents[canonical] = bytes
      // A file that is too large by itself has a complaint of its own.
      total += bytes.count > Self.sizeLimit ? 0 : bytes.count
      guard total <= Self.sizeLimit else {
        complainOfSize(entry)
        return false
      }
    }
    return true
  }

  private mutating func complainOfSize(_ entry: Node) {
    guard !isFull else { return }
    isFull = true
    complain(
      .tooManyFragments, "the files that the spec extends have more than \(Self.sizeLimit) bytes together",
      entry.span, label: "too many by this one")
  }

  /// The documents of one entry of `extends`: what it extends itself, then its own.
  private mutating func layers(of entry: Node, _ files: FragmentFiles, _ open: [Open], name: String) -> [Node] {
    guard let path = checked(entry), let folder = open.last.map({ Self.folder(of: $0.canonical) }) else { return [] }
    let shown = Self.joined(Self.folder(of: name), path)
    let canonical: String
    do throws(FragmentFiles.Problem) {
      canonical = try files.resolve(path, folder)
    } catch {
      complain(error, path, entry.span, shown)
      return []
    }
    guard files.contains(canonical) else {
      complain(
        .outsideProject, "`\(path.shortened(to: 60))` lies outside the project", entry.span, label: "outside",
        notes: ["the project is \(files.root)", "the file is \(canonical)"])
      return []
    }
    if let place = open.firstIndex(where: { $0.canonical == canonical }) {
      let circle = open[(place + 1)...].map { Diagnostic.Remark($0.span, "on the way here") }
      complain(
        .cyclicExtends, "`\(path.shortened(to: 60))` extends itself", entry.span, label: "closes the circle",
        remarks: circle)
      return []
    }
    guard open.count <= Self.depthLimit, loaded < Self.countLimit else {
      let isDeep = open.count > Self.depthLimit
      guard !isFull else { return [] }
      isFull = true
      complain(
        .tooManyFragments,
        isDeep
          ? "files extend each other more than \(Self.depthLimit) deep"
          : "the spec extends more than \(Self.countLimit) files", entry.span, label: "one too many")
      return []
    }
    loaded += 1
    guard let node = document(at: canonical, shown, entry, files) else { return [] }
    let below = layers(below: node, open + [Open(canonical: canonical, span: entry.span)], name: shown)
    return below + [node.removing(["extends", "mdssm"])]
  }

  private mutating func document(at canonical: String, _ name: String, _ entry: Node, _ files: FragmentFiles) -> Node? {
    if let node = known[canonical] { return node }
    let bytes: [UInt8]
    do throws(FragmentFiles.Problem) {
      if let read = contents.removeValue(forKey: canonical) { bytes = read } else { bytes = try files.read(canonical) }
    } catch {
      complain(error, entry.scalar?.text ?? name, entry.span, name)
      return nil
    }
    size += bytes.count
    guard size <= Self.sizeLimit || size == bytes.count else {
      complainOfSize(entry)
      return nil
    }
    let file = SourceFile(name: name, bytes: bytes)
    fragments.append(Fragment(file: file, canonical: canonical, span: entry.span))
    let (node, found) = files.parse(file, .extended(name))
    diagnostics += found
    guard let node, !found.hasErrors else { return nil }
    guard node.entries != nil else {
      complain(.wrongShape, "a spec must be a mapping, found \(node.words)", node.span, label: "expected keys")
      return nil
    }
    if let version = node["mdssm"], let problem = Composition.versionProblem(version) {
      diagnostics.append(problem)
      return nil
    }
    known[canonical] = node
    return node
  }

  /// The path of an entry, unless it could mean a place that a spec may not read.
  private mutating func checked(_ entry: Node) -> String? {
    guard let scalar = entry.scalar, !scalar.isNull, !scalar.text.isEmpty else {
      complain(.badExtends, "`extends` must be a list of paths, found \(entry.words)", entry.span, label: "not a path")
      return nil
    }
    let path = scalar.text
    if let reason = Self.reason(against: path) {
      complain(
        .badExtends, "`\(path.shortened(to: 60))` \(reason)", entry.span, label: "not a relative path",
        help: ["a path is relative to the file that says `extends`, such as `common/synthetic.yaml`"])
      return nil
    }
    return path
  }

  private static func reason(against path: String) -> String? {
    if path.contains("${") { return "holds a `${`, but `extends` is read before anything is filled in" }
    if path.contains("://") { return "is a URL, and a spec reads nothing from the network" }
    let bytes = Array(path.utf8)
    let isDrive = bytes.count > 1 && bytes[1] == UInt8(ascii: ":")
    if path.hasPrefix("/") || path.hasPrefix("~") || isDrive { return "is an absolute path" }
    if bytes.contains(UInt8(ascii: "\\")) { return "holds a backslash; folders are parted by `/`" }
    if bytes.contains(where: { $0 < 0x20 || $0 == 0x7F }) { return "holds a control character" }
    return bytes.count > 1000 ? "is longer than any path" : nil
  }

  /// - Parameter place: the path from where the program runs, for people.
  private mutating func complain(
    _ problem: FragmentFiles.Problem, _ path: String, _ span: Span, _ place: String
  ) {
    let shown = path.shortened(to: 60)
    let notes = place == path ? [] : ["looked for \(place.shortened(to: 200))"]
    switch problem {
    case .missing: complain(.noFragment, "there is no file `\(shown)`", span, label: "no such file", notes: notes)
    case .folder: complain(.noFragment, "`\(shown)` is a folder, not a file", span, label: "a folder")
    case .unreadable(let why): complain(.noFragment, "`\(shown)` cannot be read: \(why)", span, label: "not readable")
    }
  }

  private mutating func complain(
    _ code: Code, _ message: String, _ span: Span, label: String, remarks: [Diagnostic.Remark] = [],
    help: [String] = [], notes: [String] = [], fix: Diagnostic.Fix? = nil
  ) {
    diagnostics.append(
      Diagnostic(
        code, message, at: span, label: label, path: SpecPath("extends"), secondary: remarks, help: help, notes: notes,
        fix: fix))
  }

  private static func folder(of path: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return "" }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }

  /// A relative path behind a folder, for people: `.` and `..` are worked out where that is possible.
  private static func joined(_ folder: String, _ path: String) -> String {
    var parts = folder.split(separator: "/").map(String.init)
    for part in path.split(separator: "/").map(String.init) where part != "." {
      if part == "..", let last = parts.last, last != ".." { parts.removeLast() } else { parts.append(part) }
    }
    return (folder.hasPrefix("/") ? "/" : "") + parts.joined(separator: "/")
  }
}

extension [Diagnostic] {
  /// The complaints with a remark on those that stand in a fragment: how it came into the spec.
  package func remarking(_ fragments: [Fragment]) -> [Diagnostic] {
    guard !fragments.isEmpty else { return self }
    return map { diagnostic in
      var diagnostic = diagnostic
      var file = diagnostic.span.file
      var way: [Diagnostic.Remark] = []
      for _ in 0..<FragmentLoader.depthLimit {
        guard let fragment = fragments.first(where: { $0.file == file }) else { break }
        let isKnown = diagnostic.secondary.contains { $0.span == fragment.span }
        if !isKnown { way.append(.init(fragment.span, "`\(fragment.file.name)` is extended here")) }
        file = fragment.span.file
      }
      // Of a long way, its two ends.
      diagnostic.secondary += way.count > 4 ? way.prefix(2) + way.suffix(1) : way[...]
      return diagnostic
    }
  }
}
