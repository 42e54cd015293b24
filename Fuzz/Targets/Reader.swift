import SpecLanguage
import YAMLReader

/// Any bytes as YAML: no crash, a document or a complaint, and complaints that can be printed in every form.
@_cdecl("LLVMFuzzerTestOneInput")
public func test(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let bytes = Array(UnsafeBufferPointer(start: start, count: count))
  let file = SourceFile(name: "fuzz", bytes: bytes)
  let result = YAML.read(file)
  precondition(result.node != nil || result.diagnostics.hasErrors, "neither a document nor a complaint")
  for diagnostic in result.diagnostics {
    let places = [diagnostic.span] + diagnostic.secondary.map(\.span)
    for span in places { precondition(span.bytes.upperBound <= bytes.count, "a place outside the text") }
  }
  precondition(Rendering().text(result.diagnostics).isEmpty == result.diagnostics.isEmpty, "a complaint without text")
  _ = Rendering.jsonLines(result.diagnostics)
  guard let node = result.node else { return 0 }
  checkPlaces(node, in: bytes.count)
  // What is written out again reads back to the same value.
  let plain = Plain(node)
  let again = YAML.read(SourceFile(name: "again", text: plain.yaml))
  if !result.diagnostics.hasErrors, let copy = again.node {
    precondition(Plain(copy) == plain, "the value changed on its way through text")
  }
  return 0
}

func checkPlaces(_ node: Node, in count: Int) {
  precondition(node.span.bytes.upperBound <= count, "a node outside the text")
  node.elements?.forEach { checkPlaces($0, in: count) }
  node.entries?.forEach { checkPlaces($0.value, in: count) }
}
