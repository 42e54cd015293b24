import SpecLanguage
import YAMLReader

/// A spec for tests with the expected complaints marked in its text: `⟦E1003 learning_rate⟧` says that exactly the
/// word `learning_rate` is complained about with code E1003. The marks are removed before the text is read.
package struct MarkedSpec: Sendable {
  package let file: SourceFile
  /// The marked places, each as `E1003 at 2:15-2:28`.
  package let expected: [String]

  package init(_ marked: String, name: String = "spec.yaml") {
    var text = ""
    var open: [(code: String, start: Int)] = []
    var marks: [(code: String, bytes: Range<Int>)] = []
    var rest = Substring(marked)
    while let character = rest.first {
      rest = rest.dropFirst()
      if character == "⟦" {
        let code = rest.prefix { $0 != " " }
        rest = rest.dropFirst(code.count + 1)
        open.append((String(code), text.utf8.count))
      } else if character == "⟧", let mark = open.popLast() {
        marks.append((mark.code, mark.start..<text.utf8.count))
      } else {
        text.append(character)
      }
    }
    let file = SourceFile(name: name, text: text)
    self.file = file
    marks.sort { ($0.bytes.lowerBound, $0.code) < ($1.bytes.lowerBound, $1.code) }
    expected = marks.map { Self.words($0.code, Span(file, $0.bytes)) }
  }

  /// The document and the complaints of reading it as YAML.
  package var yaml: YAML.Result { YAML.read(file) }

  /// The composed document, of the first point where there is a sweep, and every complaint up to there.
  package func composed(
    as language: SchemaDescription, profile: String? = nil, overrides: [String] = [],
    environment: [String: String] = [:]
  ) -> (document: Node?, diagnostics: [Diagnostic]) {
    let yaml = yaml
    guard let node = yaml.node else { return (nil, yaml.diagnostics) }
    let composition = Composition(
      profile: profile, overrides: overrides, environment: environment
    ) { file, bytes, layer in
      let result = YAML.read(value: bytes, of: file, layer: layer)
      return (result.node, result.diagnostics)
    }
    let expansion = Sweep.expand(composition.layers(of: node), language: language)
    return (expansion.points.first?.document, yaml.diagnostics + expansion.diagnostics)
  }

  /// The value of the composed document read by a schema, and every complaint.
  package func read<Root>(
    as schema: Schema<Root>, profile: String? = nil, overrides: [String] = [], environment: [String: String] = [:]
  ) -> (value: Root?, diagnostics: [Diagnostic]) {
    let composed = composed(as: schema.description, profile: profile, overrides: overrides, environment: environment)
    guard let document = composed.document else { return (nil, composed.diagnostics) }
    let (value, reading) = Reading.read(document, as: schema)
    let diagnostics = composed.diagnostics + reading.diagnostics
    return (diagnostics.hasErrors ? nil : value, diagnostics)
  }

  /// The complaints as the marks are written, by place.
  package static func places(_ diagnostics: [Diagnostic]) -> [String] {
    let sorted = diagnostics.sortedByPlace.sorted {
      ($0.span.bytes.lowerBound, $0.code.id) < ($1.span.bytes.lowerBound, $1.code.id)
    }
    return sorted.map { words($0.code.id, $0.span) }
  }

  private static func words(_ code: String, _ span: Span) -> String {
    let start = span.start
    let end = span.end
    return "\(code) at \(start.line):\(start.column)-\(end.line):\(end.column)"
  }
}
