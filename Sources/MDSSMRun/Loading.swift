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

  /// The spec; complaints are printed, and errors end the program.
  func load() throws(ExitCode) -> LoadedSpec {
    let source = try read()
    let file = YAML.read(source)
    guard let node = file.node, !file.diagnostics.hasErrors else { throw report(file.diagnostics) }
    let composed = composition.compose(node)
    guard let document = composed.document else { throw report(file.diagnostics + composed.diagnostics) }
    var (specification, reading) = Reading.read(document, as: Specification.schema)
    specification?.checkStructure(&reading, inherited: composed.inherited)
    let all = file.diagnostics + composed.diagnostics + reading.diagnostics
    guard let specification, !all.hasErrors else { throw report(all) }
    if !all.isEmpty { Terminal.show(all, json: options.json) }
    let base = spec == "-" ? "" : (spec as NSString).deletingLastPathComponent
    return LoadedSpec(
      specification: specification, document: document, source: source, reading: reading,
      base: base.isEmpty ? "." : base)
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

  /// Opens the headers of all datasets and joins them with the spec; complaints about the spec are printed.
  ///
  /// - Throws: `BadData`, or the exit code of an invalid spec.
  func resolve(_ loaded: LoadedSpec) throws -> Experiment {
    var headers: [String: [SessionHeader]] = [:]
    var faults: [BadData.Fault] = []
    for dataset in loaded.specification.datasets {
      do {
        headers[dataset.id] = try dataset.value.headers(id: dataset.id, base: loaded.base)
      } catch {
        faults += error.problems.map { BadData.Fault(dataset: dataset.id, problem: $0) }
      }
    }
    if !faults.isEmpty { throw BadData(faults: faults) }
    var reading = loaded.reading
    let before = reading.diagnostics.count
    let experiment = Experiment(loaded.specification, headers: headers, &reading)
    let news = Array(reading.diagnostics.dropFirst(before))
    guard let experiment else { throw report(news) }
    if !news.isEmpty { Terminal.show(news, json: options.json) }
    return experiment
  }

  /// What a run of the spec would do. Reads every byte of the data once.
  ///
  /// - Throws: `BadData`, or the exit code of an invalid spec.
  func plan(_ loaded: LoadedSpec) throws -> Plan {
    let experiment = try resolve(loaded)
    return try Plan(experiment) { path in
      do {
        return try Self.digest(path)
      } catch {
        let session = experiment.sessions.first { $0.header.files.contains(path) }
        let problem = DataProblem(session: session?.name, file: path, "the file cannot be read: \(error)")
        throw BadData(faults: [BadData.Fault(dataset: session?.dataset.id ?? "", problem: problem)])
      }
    }
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

  private func read() throws(ExitCode) -> SourceFile {
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
