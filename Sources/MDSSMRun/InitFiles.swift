import Foundation
import Recordings

/// The recordings that a first study is made for, and the paths under which its spec names them.
struct InitFiles {
  /// One entry of `datasets`: files in one folder.
  struct Group {
    var id: String
    /// As the spec writes it: a file or a pattern.
    var path: String
    var files: [String]
  }

  let files: [String]

  enum Problem: Error, Equatable {
    case missing(String)
    case nothing(String)

    var message: String {
      switch self {
      case .missing(let path): "no such file: \(path)"
      case .nothing(let path): "no NWB files: \(path)"
      }
    }
  }

  /// - Parameter paths: files, folders, or patterns; of a folder its `*.nwb`, else those one folder further down.
  init(_ paths: [String]) throws(Problem) {
    var files: [String] = []
    for path in paths {
      var isFolder: ObjCBool = false
      if FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) {
        guard isFolder.boolValue else {
          files.append(path)
          continue
        }
        let folder = Self.literal(path.hasSuffix("/") ? String(path.dropLast()) : path)
        let inside = NWBDataset.files(matching: folder + "/*.nwb")
        let below = inside.isEmpty ? NWBDataset.files(matching: folder + "/*/*.nwb") : inside
        if below.isEmpty { throw .nothing(path) }
        files += below
      } else {
        guard NWBDataset.hasPattern(path) else { throw .missing(path) }
        let found = NWBDataset.files(matching: path)
        if found.isEmpty { throw .nothing(path) }
        files += found
      }
    }
    var seen: Set<String> = []
    self.files = files.filter { seen.insert(Self.real($0)).inserted }
  }

  /// The files by folder, each group under the shortest pattern that names them and no others.
  /// - Parameter folder: the folder of the spec, which relative paths start at.
  func groups(from folder: String) -> [Group] {
    var folders: [String] = []
    for file in files where !folders.contains(Self.folder(file)) { folders.append(Self.folder(file)) }
    var groups: [Group] = []
    for place in folders {
      let own = files.filter { Self.folder($0) == place }
      for part in Self.patterns(own, in: place) {
        let name = part.files.count == 1 && own.count > 1 ? Self.stem(part.files[0]) : Self.last(place)
        var id = Self.name(name)
        var count = 1
        while groups.contains(where: { $0.id == id }) {
          count += 1
          id = "\(Self.name(name))_\(count)"
        }
        groups.append(Group(id: id, path: Self.relative(part.pattern, to: folder), files: part.files))
      }
    }
    return groups
  }

  /// A name for the study: that of the only file, else that of the folder.
  var name: String {
    files.count == 1 ? Self.name(Self.stem(files[0])) : Self.name(Self.last(Self.folder(files[0])))
  }

  /// Patterns for files of one folder: one for all if that names no others, else one for each file.
  private static func patterns(_ files: [String], in folder: String) -> [(pattern: String, files: [String])] {
    let place = literal(folder)
    if files.count > 1 {
      let names = files.map(last)
      let start = names.dropFirst().reduce(names[0]) { $0.commonPrefix(with: $1) }
      for pattern in ["\(place)/*.nwb", "\(place)/\(literal(start))*.nwb", "\(place)/*"] {
        if NWBDataset.files(matching: pattern).map(last).sorted() == names.sorted() { return [(pattern, files)] }
      }
    }
    return files.map { ("\(place)/\(literal(last($0)))", [$0]) }
  }

  /// A path whose own `*`, `?` and `[` mean no pattern: `?` stands for each of them.
  private static func literal(_ path: String) -> String { String(path.map { "*?[".contains($0) ? "?" : $0 }) }

  private static func real(_ path: String) -> String {
    guard let real = realpath(path, nil) else { return path }
    defer { free(real) }
    return String(cString: real)
  }

  /// The folder of a file, without links.
  private static func folder(_ file: String) -> String { (real(file) as NSString).deletingLastPathComponent }

  private static func last(_ path: String) -> String { (path as NSString).lastPathComponent }

  private static func stem(_ path: String) -> String { (last(path) as NSString).deletingPathExtension }

  /// An absolute path as seen from a folder; absolute still where the two share nothing but the root.
  static func relative(_ path: String, to folder: String) -> String {
    let base = real(folder).split(separator: "/")
    let steps = path.split(separator: "/")
    let shared = zip(base, steps).prefix { $0 == $1 }.count
    if shared == 0 { return path }
    return (Array(repeating: "..", count: base.count - shared) + steps.dropFirst(shared)).joined(separator: "/")
  }

  /// A relative path that started at one folder, as seen from another.
  static func moved(_ path: String, from: String, to folder: String) -> String {
    var steps: [Substring] = []
    let base = real(from)
    for step in (base + "/" + path).split(separator: "/") where step != "." {
      // Of the folders of a pattern nobody knows the parent; a path through links is left to the system.
      if step == "..", let last = steps.last, last != "..", !NWBDataset.hasPattern(String(last)) {
        steps.removeLast()
      } else {
        steps.append(step)
      }
    }
    return relative("/" + steps.joined(separator: "/"), to: folder)
  }

  /// A text as a name of the language.
  static func name(_ text: String) -> String {
    let letters = text.map { character -> Character in
      let isPlain = character.isASCII && (character.isLetter || character.isNumber || character == "-")
      return isPlain ? character : "_"
    }
    let name = String(letters.prefix(60)).trimmingCharacters(in: ["_", "-"])
    guard let first = name.first else { return "recordings" }
    return first.isLetter ? name : "r_" + name
  }
}
