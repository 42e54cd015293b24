import CLibYAML
import SpecLanguage

/// One event of libyaml in our words, with its place.
struct Event {
  enum Kind {
    case streamStart, streamEnd, documentStart, documentEnd
    case alias(String)
    case scalar(Scalar)
    case sequenceStart, sequenceEnd
    case mappingStart, mappingEnd
  }

  var kind: Kind
  var span: Span
  var anchor: String?
  /// The tag as written out in full; nil when there is none.
  var tag: String?
  var isFlow = false
}

/// What libyaml says about a text that it cannot read.
struct SyntaxProblem: Error {
  var problem: String
  var byte: Int
  var context: String
  var contextByte: Int?
}

/// Hands out libyaml's events of one text. Owns the parser and the copy of the text that it reads.
final class EventReader {
  private let file: SourceFile
  private let parser: UnsafeMutablePointer<yaml_parser_t>
  private let text: UnsafeMutableBufferPointer<UInt8>
  /// The byte of every scalar, for texts that are not ASCII: libyaml counts scalars.
  private let offsets: [Int32]

  init(_ file: SourceFile) {
    self.file = file
    let body = file.bytes.dropFirst(file.markLength)
    text = .allocate(capacity: max(1, body.count))
    _ = text.initialize(from: body)
    if body.count == 0 { text.initializeElement(at: 0, to: UInt8(ascii: "\n")) }
    offsets = Self.offsets(body)
    parser = .allocate(capacity: 1)
    parser.initialize(to: yaml_parser_t())
    yaml_parser_initialize(parser)
    yaml_parser_set_encoding(parser, YAML_UTF8_ENCODING)
    yaml_parser_set_input_string(parser, text.baseAddress, body.count)
  }

  deinit {
    yaml_parser_delete(parser)
    parser.deinitialize(count: 1)
    parser.deallocate()
    text.deallocate()
  }

  func next() throws(SyntaxProblem) -> Event {
    var event = yaml_event_t()
    guard yaml_parser_parse(parser, &event) == 1 else { throw problem() }
    defer { yaml_event_delete(&event) }
    let start = byte(event.start_mark)
    let span = Span(file, start..<max(start, byte(event.end_mark)))
    switch event.type {
    case YAML_STREAM_START_EVENT: return Event(kind: .streamStart, span: span)
    case YAML_DOCUMENT_START_EVENT: return Event(kind: .documentStart, span: span)
    case YAML_DOCUMENT_END_EVENT: return Event(kind: .documentEnd, span: span)
    case YAML_ALIAS_EVENT: return Event(kind: .alias(string(event.data.alias.anchor) ?? ""), span: span)
    case YAML_SCALAR_EVENT: return scalar(event, span)
    case YAML_SEQUENCE_START_EVENT:
      let data = event.data.sequence_start
      return Event(
        kind: .sequenceStart, span: span, anchor: string(data.anchor), tag: string(data.tag),
        isFlow: data.style == YAML_FLOW_SEQUENCE_STYLE)
    case YAML_SEQUENCE_END_EVENT: return Event(kind: .sequenceEnd, span: span)
    case YAML_MAPPING_START_EVENT:
      let data = event.data.mapping_start
      return Event(
        kind: .mappingStart, span: span, anchor: string(data.anchor), tag: string(data.tag),
        isFlow: data.style == YAML_FLOW_MAPPING_STYLE)
    case YAML_MAPPING_END_EVENT: return Event(kind: .mappingEnd, span: span)
    default: return Event(kind: .streamEnd, span: span)
    }
  }

  private func scalar(_ event: yaml_event_t, _ span: Span) -> Event {
    let data = event.data.scalar
    let bytes = UnsafeBufferPointer(start: data.value, count: data.value == nil ? 0 : data.length)
    let style: Scalar.Style =
      switch data.style {
      case YAML_SINGLE_QUOTED_SCALAR_STYLE: .single
      case YAML_DOUBLE_QUOTED_SCALAR_STYLE: .double
      case YAML_LITERAL_SCALAR_STYLE: .literal
      case YAML_FOLDED_SCALAR_STYLE: .folded
      default: .plain
      }
    let scalar = Scalar(String(decoding: bytes, as: UTF8.self), style: style)
    return Event(kind: .scalar(scalar), span: span, anchor: string(data.anchor), tag: string(data.tag))
  }

  private func problem() -> SyntaxProblem {
    let state = parser.pointee
    let context = state.context.map { String(cString: $0) }
    return SyntaxProblem(
      problem: state.problem.map { String(cString: $0) } ?? "memory is exhausted", byte: byte(state.problem_mark),
      context: context ?? "", contextByte: context == nil ? nil : byte(state.context_mark))
  }

  private func byte(_ mark: yaml_mark_t) -> Int {
    let index = Int(clamping: mark.index)
    let offset = offsets.isEmpty ? index : Int(offsets[min(index, offsets.count - 1)])
    return min(file.markLength + offset, file.bytes.count)
  }

  private func string(_ text: UnsafeMutablePointer<yaml_char_t>?) -> String? {
    text.map { String(cString: $0) }
  }

  private static func offsets(_ bytes: ArraySlice<UInt8>) -> [Int32] {
    guard bytes.contains(where: { $0 >= 0x80 }) else { return [] }
    var offsets: [Int32] = []
    for (offset, byte) in bytes.enumerated() where byte & 0xC0 != 0x80 { offsets.append(Int32(offset)) }
    offsets.append(Int32(bytes.count))
    return offsets
  }
}
