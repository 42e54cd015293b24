import SpecLanguage

/// Reads YAML 1.2 as strictly as a spec needs it: every node with its place, every trap with its own complaint.
package enum YAML {
  /// What a reading of one text gave: the document if its structure could be understood, and every complaint.
  package struct Result: Sendable {
    /// Present even beside errors that leave the structure clear, such as a key given twice.
    package var node: Node?
    package var diagnostics: [Diagnostic]
  }

  /// The limits that keep a hostile text from costing more than an honest one.
  package enum Limit {
    package static let bytes = 1 << 18
    package static let depth = 64
    package static let aliases = 64
    /// Expanded size over source size.
    package static let expansion = 10
    /// Keys of one mapping; what comes later may look each of them up among all.
    package static let keys = 1000
    /// Values in all: scalars, lists and mappings.
    package static let values = 10_000
    package static let complaints = Diagnostic.limit
  }

  /// Reads one document.
  /// - Parameter layer: the layer of the composed document that its nodes belong to.
  package static func read(_ file: SourceFile, layer: Node.Layer = .file) -> Result {
    var check = TextCheck(file)
    guard check.run() else { return Result(node: nil, diagnostics: check.diagnostics) }
    var composer = NodeComposer(file, layer: layer)
    let node = composer.document()
    return Result(node: node, diagnostics: (check.diagnostics + composer.diagnostics).sortedByPlace)
  }

  /// Reads the value of an argument, such as the `[1, 2]` of `--set models.meta.layers=[1, 2]`; an empty one is null.
  package static func read(value bytes: Range<Int>, of file: SourceFile, layer: Node.Layer) -> Result {
    let part = SourceFile(name: file.name, bytes: Array(file.bytes[bytes]))
    guard !part.bytes.allSatisfy({ $0 == UInt8(ascii: " ") }) else {
      return Result(node: Node(.scalar(Scalar("")), span: Span(file, bytes), layer: layer), diagnostics: [])
    }
    let result = read(part, layer: layer)
    let mover = SpanMover(from: part, to: file, by: bytes.lowerBound)
    return Result(node: result.node.map(mover.move), diagnostics: result.diagnostics.map(mover.move))
  }
}

/// Moves places from a part of a text to the whole of it.
private struct SpanMover {
  var from: SourceFile
  var to: SourceFile
  var by: Int

  init(from: SourceFile, to: SourceFile, by: Int) {
    self.from = from
    self.to = to
    self.by = by
  }

  func move(_ span: Span) -> Span {
    guard span.file === from else { return span }
    return Span(to, span.bytes.lowerBound + by..<span.bytes.upperBound + by)
  }

  func move(_ node: Node) -> Node {
    var node = node
    node.span = move(node.span)
    switch node.content {
    case .scalar: break
    case .sequence(let nodes): node.content = .sequence(nodes.map(move))
    case .mapping(let entries):
      node.content = .mapping(
        entries.map { Node.Entry(key: $0.key, keySpan: move($0.keySpan), value: move($0.value)) })
    }
    return node
  }

  func move(_ diagnostic: Diagnostic) -> Diagnostic {
    var diagnostic = diagnostic
    diagnostic.span = move(diagnostic.span)
    diagnostic.secondary = diagnostic.secondary.map { .init(move($0.span), $0.label) }
    diagnostic.fix = diagnostic.fix.map { .init(move($0.span), replacement: $0.replacement, isSafe: $0.isSafe) }
    return diagnostic
  }
}
