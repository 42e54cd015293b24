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
  /// Where every value comes from: its layer and place where it was given, else that it is a default. Of a sweep the first
  /// point speaks.
  var origins: String {
    let origins = Origins(of: document, resolved: specification.plain, language: Specification.schema.description)
    return origins.json(naming: nameBelowBase)
  }

  /// The complete spec; of a sweep that of the first point.
  var resolved: String {
    let yaml = specification.plain.yaml
    guard isSweep, let point = expansion.points.first else { return yaml }
    return "# Point \(point.id), the first of \(expansion.points.count): `mdssm-run sweep --write` gives every one.\n"
      + yaml
  }

  /// The files that the spec extends, in the order of their first use, each with a name of its own.
  var fragmentFiles: [(name: String, bytes: [UInt8])] {
    fragments.enumerated().map { place, fragment in
      let number = (place < 9 ? "0" : "") + String(place + 1)
      let name = fragment.canonical.split(separator: "/").last.map(String.init) ?? "fragment.yaml"
      return (number + "-" + name, fragment.file.bytes)
    }
  }

  /// The name of a file as seen from the folder of the spec, so that a result does not say where that lies.
  private func nameBelowBase(_ file: String) -> String {
    file.hasPrefix(base + "/") ? String(file.dropFirst(base.count + 1)) : file
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
