import Foundation

/// Which files a path with `*`, `?` and `[...]` names.
enum Glob {
  static func hasPattern(_ path: String) -> Bool { path.contains { "*?[".contains($0) } }

  /// The files that match, sorted by the bytes of their paths. Folders that match are left out.
  static func files(_ pattern: String) -> [String] {
    var found = glob_t()
    defer { globfree(&found) }
    guard glob(pattern, GLOB_NOSORT, nil, &found) == 0 else { return [] }
    let paths = (0..<Int(found.gl_pathc)).compactMap { index in found.gl_pathv[index].map { String(cString: $0) } }
    return paths.filter(isFile).sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
  }

  /// Whether a name inside a file matches a pattern.
  static func matches(_ name: String, _ pattern: String) -> Bool { fnmatch(pattern, name, 0) == 0 }

  private static func isFile(_ path: String) -> Bool {
    var isFolder: ObjCBool = false
    return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) && !isFolder.boolValue
  }

  /// A path from a spec as a path of this machine: relative ones start at `base`.
  static func resolve(_ path: String, base: String) -> String {
    path.hasPrefix("/") || base.isEmpty || base == "." ? path : base + "/" + path
  }

  /// The name of a file without folders and its last extension.
  static func stem(_ path: String) -> String {
    let name = path.split(separator: "/").last.map(String.init) ?? path
    guard let dot = name.lastIndex(of: "."), dot != name.startIndex else { return name }
    return String(name[..<dot])
  }
}
