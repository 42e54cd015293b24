import Bundle
import ExperimentGraph
import Planner
import Recordings
import SpecLanguage

extension Specification {
  /// The whole spec with every default.
  var plain: Plain { Specification.schema.write(self) }
}

extension LoadedSpec {
  /// Where every value that the author gave comes from: its layer, line and column.
  var origins: JSONValue {
    var object: [String: JSONValue] = [:]
    for (path, span) in reading.spans {
      guard document.node(at: path)?.scalar != nil else { continue }
      let start = span.start
      object[path.description] = [
        "layer": .string(reading.layers[path].map(Self.word) ?? "file"), "line": .int(start.line),
        "column": .int(start.column),
      ]
    }
    return .object(object)
  }

  private static func word(_ layer: Node.Layer) -> String {
    switch layer {
    case .extended(let file): "extends \(file)"
    case .file: "file"
    case .profile(let name): "profile \(name)"
    case .argument: "set"
    case .sweep: "sweep"
    }
  }

  /// What the data said when the run was planned: digests of files, and every size that the spec leaves to them.
  func lock(_ plan: Plan) -> JSONValue {
    let sessions: [JSONValue] = plan.sessions.map { session in
      let header = session.header
      let files: [JSONValue] = zip(header.files, session.digests).map { file, digest in
        let name = file.split(separator: "/").last.map(String.init) ?? file
        return ["name": .string(name), "sha256": .string(digest.hex)]
      }
      var trials: [String: JSONValue] = [:]
      for split in Split.allCases { trials[split.rawValue] = .int(header.trials[split] ?? 0) }
      let behavior = header.behavior.map { ($0.name, JSONValue.int($0.dimensions)) }
      return [
        "session": .string(session.name), "files": .array(files), "channels": .int(header.channels),
        "bins": .int(header.bins), "bin_ns": .int(header.binWidth.count), "trials": .object(trials),
        "behavior": .object(Dictionary(behavior, uniquingKeysWith: { first, _ in first })),
        "counts": .bool(header.isCounts), "notes": .array(header.notes.map(JSONValue.string)),
      ]
    }
    return ["format": 1, "sessions": .array(sessions)]
  }
}
