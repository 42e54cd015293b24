import ArgumentParser
import Bundle
import ExperimentGraph
import Foundation
import Planner
import Recordings
import SpecLanguage
import YAMLReader

/// Reads a spec and looks at its data; says what is wrong with them.
struct Loader {
  /// The file, or `-` for standard input.
  let spec: String
  let options: SpecOptions

  /// The spec with all points of its sweep, read and checked; complaints are printed, and errors end the program.
  func load() throws(ExitCode) -> LoadedSpec {
    let source = try read()
    let (loaded, found, _) = examine(source, YAML.read(source))
    guard let loaded else { throw report(Self.reasons(found)) }
    if !found.isEmpty { Terminal.show(found, json: options.json) }
    return loaded
  }

  /// The spec with all points of its sweep and everything that can be said about them without data; nil when wrong.
  /// Beside it the names of its profiles.
  func examine(_ source: SourceFile, _ file: YAML.Result) -> (
    spec: LoadedSpec?, found: [Diagnostic], profiles: [String]
  ) {
    guard let node = file.node, !file.diagnostics.hasErrors else { return (nil, file.diagnostics, []) }
    let layers = composition.layers(of: node)
    let expansion = Sweep.expand(layers, language: Specification.schema.description)
    var reader = StudyReader(expansion)
    // A sweep that is wrong may be endless; its first points show what is wrong with the rest of the spec.
    let points = expansion.diagnostics.hasErrors ? expansion.points.prefix(100) : expansion.points[...]
    if expansion.sweep == nil {
      for point in points { reader.check(point) }
    } else {
      for point in points { _ = reader.read(point) }
    }
    let all = (file.diagnostics + expansion.diagnostics + reader.diagnostics).remarking(layers.fragments)
    guard let first = expansion.points.first, !all.hasErrors else {
      return (nil, Self.reasons(all), layers.profiles)
    }
    let whole = reader.whole(first)
    guard let specification = whole.specification else { return (nil, Self.reasons(all), layers.profiles) }
    let loaded = LoadedSpec(
      specification: specification, document: whole.document, source: source, reading: whole.reading, base: base,
      expansion: expansion, fragments: layers.fragments, reader: reader)
    return (loaded, all, layers.profiles)
  }

  /// The keys of a spec that are gone once it is composed, with their layers: `params`, `sweep` and their like.
  func layered(_ source: SourceFile) -> Node? {
    guard let file = YAML.read(source).node, var layered = composition.layers(of: file).document else { return nil }
    let own = ["extends", "profiles"].compactMap { file.entry($0) }
    layered.content = .mapping((layered.entries ?? []) + own)
    return layered
  }

  /// The folder that relative paths of the spec start at.
  var base: String {
    let folder = spec == "-" ? "" : (spec as NSString).deletingLastPathComponent
    return folder.isEmpty ? "." : folder
  }

  /// The points of the sweep of the spec; complaints are printed, and errors end the program.
  func expand() throws(ExitCode) -> Expansion {
    let file = YAML.read(try read())
    guard let node = file.node, !file.diagnostics.hasErrors else { throw report(file.diagnostics) }
    let layers = composition.layers(of: node)
    guard !layers.diagnostics.hasErrors else { throw report(file.diagnostics + layers.diagnostics) }
    let expansion = Sweep.expand(layers, language: Specification.schema.description)
    let all = file.diagnostics + layers.diagnostics + expansion.diagnostics
    guard !all.hasErrors else { throw report(all) }
    if !all.isEmpty { Terminal.show(all, json: options.json) }
    return expansion
  }

  private var composition: Composition {
    Composition(
      profile: options.profile, overrides: options.overrides, environment: ProcessInfo.processInfo.environment,
      files: spec == "-" ? nil : FragmentFiles.onDisk(spec: spec),
      readValue: { file, bytes, layer in
        let result = YAML.read(value: bytes, of: file, layer: layer)
        return (result.node, result.diagnostics)
      })
  }

  /// What a run of the spec would do, at all points of its sweep. Opens the headers of all datasets and reads every
  /// byte of the data once; complaints about the spec are printed.
  ///
  /// - Throws: `BadData`, or the exit code of an invalid spec.
  func plan(_ loaded: LoadedSpec) throws -> Plan {
    let (plan, news) = try resolve(loaded, digestsFiles: true)
    guard let plan else { throw report(Self.reasons(news)) }
    if !news.isEmpty { Terminal.show(news, json: options.json) }
    return plan
  }

  /// The plan, nil when spec and data do not fit together, with what is new to say about the spec.
  ///
  /// - Parameter digestsFiles: false to leave the data at their headers; the keys of such a plan mean nothing.
  /// - Throws: `BadData`.
  func resolve(_ loaded: LoadedSpec, digestsFiles: Bool) throws -> (plan: Plan?, news: [Diagnostic]) {
    var faults: [BadData.Fault] = []
    var owners: [String: (dataset: String, session: String)] = [:]
    let known = Set(loaded.reader.diagnostics)
    let (plan, diagnostics) = try Planner.plan(
      loaded.expansion.points, isSweep: loaded.isSweep, reader: loaded.reader,
      headers: { dataset in
        do {
          let headers = try dataset.value.headers(id: dataset.id, base: loaded.base)
          for header in headers { for file in header.files { owners[file] = (dataset.id, header.name) } }
          return headers
        } catch let error as DataProblems {
          faults += error.problems.map { BadData.Fault(dataset: dataset.id, problem: $0) }
          return []
        }
      },
      digest: { path in
        guard digestsFiles else { return SHA256Digest(of: []) }
        do {
          return try Self.digest(path)
        } catch {
          let problem = DataProblem(session: owners[path]?.session, file: path, "the file cannot be read: \(error)")
          throw BadData(faults: [BadData.Fault(dataset: owners[path]?.dataset ?? "", problem: problem)])
        }
      })
    if !faults.isEmpty { throw BadData(faults: faults) }
    return (plan, diagnostics.filter { !known.contains($0) })
  }

  /// For commands that leave no bundle: prints what is wrong with the data and ends the program.
  func ending<Value>(_ loaded: LoadedSpec, _ body: () throws -> Value) throws -> Value {
    do {
      return try body()
    } catch let error as BadData {
      Terminal.show(error.faults.map(loaded.diagnostic), json: options.json)
      throw Exit.noInput
    }
  }

  private static func digest(_ path: String) throws -> SHA256Digest {
    let file = try FileHandle(forReadingFrom: URL(fileURLWithPath: path))
    defer { try? file.close() }
    var hasher = SHA256()
    while let piece = try file.read(upToCount: 1 << 20), !piece.isEmpty { hasher.update(Array(piece)) }
    return hasher.finish()
  }

  /// The text of the spec.
  func read() throws(ExitCode) -> SourceFile {
    if spec == "-" {
      return SourceFile(name: "standard input", bytes: Self.bytes(of: .standardInput) ?? [])
    }
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: spec, isDirectory: &isFolder) else {
      Terminal.error("error: no such file: \(spec)")
      throw Exit.noInput
    }
    guard !isFolder.boolValue, let bytes = FileHandle(forReadingAtPath: spec).flatMap(Self.bytes) else {
      Terminal.error("error: \(spec) is \(isFolder.boolValue ? "a folder, not a spec" : "not readable")")
      throw Exit.noInput
    }
    return SourceFile(name: spec, bytes: bytes)
  }

  /// What a file holds, cut after one byte more than a spec may have; nil when it cannot be read.
  private static func bytes(of file: FileHandle) -> [UInt8]? {
    var bytes: [UInt8] = []
    while bytes.count <= YAML.Limit.bytes {
      do {
        guard let piece = try file.read(upToCount: YAML.Limit.bytes + 1 - bytes.count), !piece.isEmpty else { break }
        bytes += piece
      } catch {
        return nil
      }
    }
    return bytes
  }

  /// What a spec is refused for; a refusal without a reason is a mistake of this program.
  private static func reasons(_ diagnostics: [Diagnostic]) -> [Diagnostic] {
    guard diagnostics.hasErrors else { fatalError("a spec is refused, but nothing says why") }
    return diagnostics
  }

  /// Prints complaints and gives the exit code of an invalid spec.
  private func report(_ diagnostics: [Diagnostic]) -> ExitCode {
    Terminal.show(diagnostics, json: options.json)
    return Exit.invalidSpec
  }
}

/// Data that a study cannot be planned with.
struct BadData: Error {
  struct Fault {
    var dataset: String
    var problem: DataProblem
  }

  var faults: [Fault]
}
