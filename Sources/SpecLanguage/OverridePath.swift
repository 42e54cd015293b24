/// The path of an override, such as the `models.meta.latent` of `models.meta.latent=4`.
///
/// A key in double quotes may hold dots. The keys of `sweep.axes` are paths themselves, so that what stands below it is
/// one key where none is quoted: `sweep.axes.study.seed=[1, 2]`, but `sweep.axes."study.seed".range=[1, 9]`.
struct OverridePath {
  struct Key {
    var text: String
    var span: Span
    var isQuoted = false
  }

  private(set) var keys: [Key] = []

  /// - Parameter equals: the place of the `=` behind the path.
  init(_ argument: SourceFile, before equals: Int) throws(Diagnostic) {
    var start = 0
    while start <= equals {
      let key = try Self.key(argument, start, equals)
      keys.append(key)
      start = key.span.bytes.upperBound + 1
    }
    joinAxis(argument)
  }

  /// The key that begins at a byte.
  private static func key(_ argument: SourceFile, _ start: Int, _ equals: Int) throws(Diagnostic) -> Key {
    let bytes = argument.bytes
    let (quote, dot) = (UInt8(ascii: "\""), UInt8(ascii: "."))
    if bytes[start] == quote, let end = bytes[start + 1..<max(start + 1, equals)].firstIndex(of: quote),
      end > start + 1, end + 1 == equals || bytes[end + 1] == dot
    {
      return Key(text: argument.text(in: start + 1..<end), span: Span(argument, start..<end + 1), isQuoted: true)
    }
    let end = bytes[start..<equals].firstIndex(of: dot) ?? equals
    let text = argument.text(in: start..<end)
    guard !text.isEmpty, !text.contains("[") else {
      throw Diagnostic(
        .badOverride, text.isEmpty ? "a path has an empty key" : "a path cannot point into a list",
        at: Span(argument, start..<max(end, start + 1)), label: "in this path",
        help: text.isEmpty ? [] : ["give the whole list: `path.to.list=[1, 2]`"])
    }
    return Key(text: text, span: Span(argument, start..<end))
  }

  private mutating func joinAxis(_ argument: SourceFile) {
    let isOfProfile = keys.first?.text == "profiles" && keys.count > 2
    let section = isOfProfile ? 2 : 0
    let axis = keys.dropFirst(section + 2)
    guard keys.dropFirst(section).prefix(2).map(\.text) == ["sweep", "axes"], axis.allSatisfy({ !$0.isQuoted }),
      let first = axis.first, let last = axis.last
    else { return }
    let bytes = first.span.bytes.lowerBound..<last.span.bytes.upperBound
    keys.removeLast(axis.count)
    keys.append(Key(text: argument.text(in: bytes), span: Span(argument, bytes)))
  }
}
