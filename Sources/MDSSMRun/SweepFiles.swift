import Bundle
import ExperimentGraph
import Foundation
import SpecLanguage

/// The points of a sweep as specs of their own: complete, without a sweep, each in its file.
struct SweepFiles {
  let expansion: Expansion
  /// The spec that was expanded, as its user calls it.
  let name: String
  /// The folder that relative paths of the spec start at.
  let base: String

  static let index = "index.tsv"

  /// Writes `<id>.yaml` for every point and `index.tsv`, which says what each is.
  ///
  /// - Parameter folder: a folder that does not exist yet, or is empty.
  /// - Returns: how many specs were written.
  func write(to folder: String) throws -> Int {
    guard try FileManager.default.isEmptyOrMissing(folder) else { throw NotEmpty(folder: folder) }
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    let columns = expansion.paths.map(\.description)
    var table = TSV(columns: ["id", "file"] + columns)
    for point in expansion.points {
      let file = point.id + ".yaml"
      try text(point, from: folder).write(toFile: folder + "/" + file, atomically: false, encoding: .utf8)
      var cells: [String: String] = [:]
      for (path, value) in point.assignments { cells[path.description] = value.flow }
      table.append([.text(point.id), .text(file)] + columns.map { cells[$0].map(TSV.Cell.text) ?? .empty })
    }
    // Written last: a folder with an index is whole.
    try table.text.write(toFile: folder + "/" + Self.index, atomically: true, encoding: .utf8)
    return expansion.points.count
  }

  private func text(_ point: SweepPoint, from folder: String) -> String {
    let words = point.assignments.isEmpty ? "" : ": " + point.words
    let head = InitRecordings.clean("Point \(point.id) of \(name)\(words)", most: 2000)
    return "# \(head)\n" + moved(ordered(Plain(point.document)), to: folder).literal.yaml
  }

  /// The spec with its sections in the order of the language, so that `mdssm` comes first whatever it extends.
  private func ordered(_ document: Plain) -> Plain {
    guard case .map(let map) = document else { return document }
    return .map(
      Specification.schema.description.fields.compactMap { field in map[field.name].map { (field.name, $0) } })
  }

  /// The spec with relative paths of data as seen from another folder.
  private func moved(_ document: Plain, to folder: String) -> Plain {
    guard case .map(var map) = document, case .map(var datasets)? = map["datasets"] else { return document }
    for entry in datasets.entries {
      datasets[entry.key] = Self.files.reduce(entry.value) { moved($0, $1[...], to: folder) }
    }
    map["datasets"] = .map(datasets)
    return .map(map)
  }

  /// The keys of a dataset that name files.
  private static let files = [["path"], ["split", "file"], ["split", "sessions", "file"]]

  /// A value with the relative path at some keys below it as seen from another folder.
  private func moved(_ value: Plain, _ keys: ArraySlice<String>, to folder: String) -> Plain {
    guard let key = keys.first else {
      guard case .string(let path) = value, !path.hasPrefix("/") else { return value }
      return .string(InitFiles.moved(path, from: base, to: folder))
    }
    guard case .map(var map) = value, let below = map[key] else { return value }
    map[key] = moved(below, keys.dropFirst(), to: folder)
    return .map(map)
  }

  struct NotEmpty: Error, CustomStringConvertible {
    var folder: String
    var description: String { "\(folder) is not an empty folder; name one that is, or that does not exist yet" }
  }
}

extension Plain {
  /// The value with every `${` written as `$${`: nothing of it is left to fill in.
  fileprivate var literal: Plain {
    switch self {
    case .string(let text): .string(text.replacing("${", with: "$${"))
    case .list(let values): .list(values.map(\.literal))
    case .map(let map): .map(map.entries.map { ($0.key, $0.value.literal) })
    case .null, .bool, .int, .float: self
    }
  }
}

extension FileManager {
  fileprivate func isEmptyOrMissing(_ folder: String) throws -> Bool {
    var isFolder: ObjCBool = false
    guard fileExists(atPath: folder, isDirectory: &isFolder) else { return true }
    return try isFolder.boolValue && contentsOfDirectory(atPath: folder).isEmpty
  }
}
