import SpecLanguage

/// Says in a user's words what libyaml says about a broken text.
enum SyntaxMessage {
  static func diagnostic(_ error: SyntaxProblem, in file: SourceFile) -> Diagnostic {
    let span = Self.span(at: error.byte, in: file)
    if let tab = tab(before: error.byte, in: file) {
      return Diagnostic(
        .tab, "a tab stands where spaces are needed", at: tab, label: "a tab",
        help: ["indent with spaces; most editors can convert a file"])
    }
    var diagnostic = Diagnostic(.notYAML, "this is not YAML: \(error.problem)", at: span)
    let opening = error.contextByte.map { file.position(at: $0).line }
    if let known = known(error, span, isOneLine: opening == span.start.line) {
      diagnostic.message = known.message
      diagnostic.label = known.label
      diagnostic.help = known.help
    }
    if error.problem == "found unexpected end of stream", error.context.contains("quoted"), let byte = error.contextByte
    {
      // The file ends far away; the quote that opens is what its author looks for.
      diagnostic.span = Self.span(at: byte, in: file)
      diagnostic.label = "opens here, and nothing closes it"
      return diagnostic
    }
    if let byte = error.contextByte, byte < error.byte, file.position(at: byte).line != span.start.line {
      diagnostic.secondary = [.init(Self.span(at: byte, in: file), contextLabel(error.context))]
    }
    return diagnostic
  }

  private static func known(
    _ error: SyntaxProblem, _ span: Span, isOneLine: Bool
  ) -> (message: String, label: String, help: [String])? {
    let character = span.text
    switch error.problem {
    case "mapping values are not allowed in this context":
      return (
        "a `:` stands where no key can be", "second `:`",
        ["put text that contains `: ` in quotes, or check the indentation of this line"]
      )
    case "could not find expected ':'":
      return ("a line is neither `key: value` nor a list element", "expected `:` before this", [])
    case "did not find expected key":
      return (
        "a line does not line up with the keys above it", "expected a key",
        ["keys of one mapping begin in one column; text after a quoted value belongs inside the quotes"]
      )
    case "did not find expected '-' indicator":
      return ("a line does not line up with the list above it", "expected `- `", [])
    case "did not find expected ',' or '}'" where isOneLine && character == ":",
      "did not find expected ',' or ']'" where isOneLine && character == ":":
      return (
        "a `:` stands where no key can be", "second `:`", ["put text that contains `: ` in quotes"]
      )
    case "did not find expected ',' or ']'":
      return ("a list `[...]` is not closed or lacks a comma", "expected `,` or `]`", quoting(character))
    case "did not find expected ',' or '}'":
      return ("a mapping `{...}` is not closed or lacks a comma", "expected `,` or `}`", quoting(character))
    case "did not find expected node content":
      return ("a value is missing", "expected a value", [])
    case "block sequence entries are not allowed in this context":
      return (
        "a list element stands where no list can be", "`-` is not possible here",
        ["begin the list on a line of its own"]
      )
    case "mapping keys are not allowed in this context":
      return ("a key stands where no key can be", "`?` is not possible here", [])
    case "found character that cannot start any token":
      return ("a value cannot begin with `\(character)`", "reserved by YAML", ["put the value in quotes"])
    case "found unexpected end of stream" where error.context.contains("quoted"):
      return ("a quote is opened but never closed", "the file ends here", [])
    case "found unexpected end of stream":
      return ("the file ends in the middle of a value", "the file ends here", [])
    case "found unexpected document indicator":
      return ("a document marker stands inside a quoted text", "marker", [])
    case "found unknown escape character":
      return (
        "`\\` begins an escape that YAML does not know", "unknown escape",
        ["write `\\\\` for a backslash, or use single quotes"]
      )
    case "did not find expected hexdecimal number":
      return ("an escape needs hexadecimal digits", "not a hexadecimal digit", [])
    case "found undefined tag handle":
      return (
        "a tag uses a handle that was not declared", "unknown handle", ["types are known from the keys; remove the tag"]
      )
    case "did not find expected <document start>":
      return (
        "text stands after the end of the document", "expected nothing more", ["check the indentation of this line"]
      )
    default:
      return nil
    }
  }

  private static func quoting(_ character: String) -> [String] {
    guard ["[", "]", "{", "}", "\"", "'"].contains(character) else { return [] }
    return ["inside `[...]` and `{...}`, text that contains brackets, braces or commas needs quotes"]
  }

  private static func contextLabel(_ context: String) -> String {
    if context.contains("quoted scalar") { return "the quote opens here" }
    if context.contains("flow sequence") { return "the list opens here" }
    if context.contains("flow mapping") { return "the mapping opens here" }
    if context.contains("block mapping") { return "the mapping begins here" }
    if context.contains("block collection") || context.contains("block sequence") { return "the list begins here" }
    if context.contains("simple key") { return "this line" }
    return "begun here"
  }

  private static func span(at byte: Int, in file: SourceFile) -> Span {
    var end = min(byte + 1, file.bytes.count)
    while end < file.bytes.count, file.bytes[end] & 0xC0 == 0x80 { end += 1 }
    return Span(file, min(byte, end)..<end)
  }

  /// A tab at the problem or in the indentation of its line.
  private static func tab(before byte: Int, in file: SourceFile) -> Span? {
    let tab = UInt8(ascii: "\t")
    if byte < file.bytes.count, file.bytes[byte] == tab { return Span(file, byte..<byte + 1) }
    let line = file.lineRange(file.position(at: byte).line)
    for index in line {
      if file.bytes[index] == tab { return Span(file, index..<index + 1) }
      if file.bytes[index] != UInt8(ascii: " ") { return nil }
    }
    return nil
  }
}
