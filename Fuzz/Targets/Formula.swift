import SpecLanguage

/// Any text as an expression: a value or a complaint at a place inside it, the same one every time.
@_cdecl("LLVMFuzzerTestOneInput")
public func test(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let text = String(decoding: UnsafeBufferPointer(start: start, count: count), as: UTF8.self)
  let file = SourceFile(name: "fuzz", text: text)
  let span = Span(file, 0..<file.bytes.count)
  let known: [String: Plain] = [
    "a": 3, "b": -2.5, "name": "reach", "flag": true, "list": [1, 2, 3], "params.shots": 16, "env:HOME": "x",
  ]
  do throws(Diagnostic) {
    let expression = try Expression.parse(text, span)
    for line in expression.trace(lookup: { known[$0] }) { precondition(!line.isEmpty) }
    let value = try expression.evaluate { known[$0] }
    let again = try expression.evaluate { known[$0] }
    precondition(value == again, "two values")
    if case .float(let number) = value { precondition(number.isFinite, "a value that is not finite") }
  } catch {
    precondition(error.span.bytes.upperBound <= file.bytes.count, "a place outside the text")
    _ = Rendering().one(error)
  }
  return 0
}
