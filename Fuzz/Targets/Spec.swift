import ExperimentGraph
import SpecLanguage
import YAMLReader

/// Any bytes as a whole spec, with and without its profile `smoke`: read, composed, expanded to its points, read into
/// types, complained about.
@_cdecl("LLVMFuzzerTestOneInput")
public func test(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let bytes = Array(UnsafeBufferPointer(start: start, count: count))
  let result = YAML.read(SourceFile(name: "fuzz", bytes: bytes))
  guard let node = result.node else { return 0 }
  // The first line, without its mark of a comment, as an override.
  let line = String(decoding: bytes.prefix { $0 != UInt8(ascii: "\n") }.drop { $0 == UInt8(ascii: "#") }, as: UTF8.self)
  for (profile, overrides) in [("smoke", [line]), (nil, [])] as [(String?, [String])] {
    let composition = Composition(
      profile: profile, overrides: overrides, environment: ["MDSSM_DATA": "/data"]
    ) { file, bytes, layer in
      let result = YAML.read(value: bytes, of: file, layer: layer)
      return (result.node, result.diagnostics)
    }
    let expansion = Sweep.expand(composition.layers(of: node), language: Specification.schema.description)
    _ = Rendering().text(expansion.diagnostics)
    for point in expansion.points.prefix(3) {
      var (value, reading) = Reading.read(point.document, as: Specification.schema)
      precondition(
        value != nil || reading.diagnostics.hasErrors || expansion.diagnostics.hasErrors, "refused in silence")
      value?.checkStructure(&reading)
      _ = Rendering().text(point.remarking(reading.diagnostics))
      _ = Rendering.jsonLines(reading.diagnostics)
      guard let value, !reading.diagnostics.hasErrors, !expansion.diagnostics.hasErrors else { continue }
      // The resolved spec is a spec with the same content.
      let written = Specification.schema.write(value)
      let again = YAML.read(SourceFile(name: "again", text: written.yaml))
      let copy = again.node.flatMap { Reading.read($0, as: Specification.schema).value }
      precondition(copy.map(Specification.schema.write) == written, "the resolved spec reads otherwise")
    }
  }
  return 0
}
