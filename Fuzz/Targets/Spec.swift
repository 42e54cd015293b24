import ExperimentGraph
import SpecLanguage
import YAMLReader

/// The bytes as files of one project: the spec and, after each line `===`, the file `a.yaml`, then `b.yaml`, and so on.
private struct Project {
  let spec: [UInt8]
  private let files: [String: [UInt8]]

  init(_ bytes: [UInt8]) {
    let lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    let parts = lines.split { $0.elementsEqual("===".utf8) }.map { Array($0.joined(separator: [0x0A])) }
    spec = parts.first ?? []
    let names = "abcdefgh".map { "/project/\($0).yaml" }
    files = Dictionary(zip(names, parts.dropFirst())) { first, _ in first }
  }

  var fragments: FragmentFiles {
    FragmentFiles(
      root: "/project", spec: "/project/spec.yaml",
      resolve: { [files] path, folder throws(FragmentFiles.Problem) in
        var parts: [Substring] = []
        for part in (folder + "/" + path).split(separator: "/") where part != "." {
          if part == ".." { _ = parts.popLast() } else { parts.append(part) }
        }
        let plain = "/" + parts.joined(separator: "/")
        if plain.hasPrefix("/project/"), plain != "/project/spec.yaml", files[plain] == nil { throw .missing }
        return plain
      },
      read: { [files, spec] path throws(FragmentFiles.Problem) in
        if path == "/project/spec.yaml" { return spec }
        guard let bytes = files[path] else { throw .unreadable("not allowed") }
        return bytes
      },
      parse: { file, layer in
        let result = YAML.read(file, layer: layer)
        return (result.node, result.diagnostics)
      })
  }
}

/// Any bytes as a whole project, with and without its profile `smoke` and an override: read, composed, expanded to its
/// points, read into types, complained about, asked for its origins.
@_cdecl("LLVMFuzzerTestOneInput")
public func test(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let project = Project(Array(UnsafeBufferPointer(start: start, count: count)))
  let result = YAML.read(SourceFile(name: "fuzz", bytes: project.spec))
  guard let node = result.node else { return 0 }
  // The first line, without its mark of a comment, as an override.
  let first = project.spec.prefix { $0 != UInt8(ascii: "\n") }.drop { $0 == UInt8(ascii: "#") }
  let line = String(decoding: first, as: UTF8.self)
  for (profile, overrides) in [("smoke", [line]), (nil, [])] as [(String?, [String])] {
    let composition = Composition(
      profile: profile, overrides: overrides, environment: ["MDSSM_DATA": "/data"], files: project.fragments
    ) { file, bytes, layer in
      let result = YAML.read(value: bytes, of: file, layer: layer)
      return (result.node, result.diagnostics)
    }
    let layers = composition.layers(of: node)
    let expansion = Sweep.expand(layers, language: Specification.schema.description)
    _ = Rendering().text(expansion.diagnostics.remarking(layers.fragments))
    check(expansion)
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
      let origins = Origins(of: point.document, resolved: written, language: Specification.schema.description)
      for entry in point.document.entries ?? [] { _ = origins.why(SpecPath([.key(entry.key)])) }
    }
  }
  return 0
}

/// The points as `check` and `plan` read them: by parts, each distinct one once. Both ways give one verdict.
private func check(_ expansion: Expansion) {
  let points = expansion.points.prefix(20)
  var parts = StudyReader(expansion)
  let read = points.map { parts.read($0) }
  _ = Rendering().text(parts.diagnostics)
  for (point, value) in zip(points, read) where value == nil {
    precondition(
      parts.diagnostics.hasErrors || expansion.diagnostics.hasErrors, "the point \(point.id) is refused in silence")
  }
  guard expansion.sweep == nil, let only = points.first else { return }
  var whole = StudyReader(expansion)
  whole.check(only)
  guard !expansion.diagnostics.hasErrors else { return }
  precondition(whole.diagnostics.hasErrors == parts.diagnostics.hasErrors, "whole and parts disagree")
  guard !whole.diagnostics.hasErrors else { return }
  precondition(
    whole.read(only) != nil && Set(whole.diagnostics) == Set(parts.diagnostics), "what is read later differs")
}
