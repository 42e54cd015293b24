import Glibc
import SpecLanguage

extension FragmentFiles {
  /// Fragments of a spec on disk.
  ///
  /// The project is the nearest folder above the spec that holds a mark of a project, else the folder of the
  /// spec itself.
  /// - Returns: nil when the spec is no file.
  package static func onDisk(spec: String, marks: [String] = [".git"]) -> FragmentFiles? {
    guard let canonical = try? canonical(spec) else { return nil }
    let folder = parent(of: canonical)
    var root = folder
    while !marks.contains(where: { access(root + "/" + $0, F_OK) == 0 }) {
      guard root != "/" else {
        root = folder
        break
      }
      root = parent(of: root)
    }
    return FragmentFiles(
      root: root, spec: canonical,
      resolve: { path, folder throws(Problem) in try Self.canonical(folder + "/" + path) },
      read: { path throws(Problem) in try bytes(at: path) },
      parse: { file, layer in
        let result = YAML.read(file, layer: layer)
        return (result.node, result.diagnostics)
      })
  }

  private static func parent(of path: String) -> String {
    guard let slash = path.lastIndex(of: "/"), slash != path.startIndex else { return "/" }
    return String(path[..<slash])
  }

  private static func canonical(_ path: String) throws(Problem) -> String {
    guard let real = realpath(path, nil) else {
      throw errno == ENOENT || errno == ENOTDIR ? .missing : .unreadable(String(cString: strerror(errno)))
    }
    defer { free(real) }
    return String(cString: real)
  }

  /// The bytes of a regular file, cut after one more than a spec may have.
  private static func bytes(at path: String) throws(Problem) -> [UInt8] {
    let file = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
    guard file >= 0 else { throw .unreadable(String(cString: strerror(errno))) }
    defer { close(file) }
    var facts = stat()
    guard fstat(file, &facts) == 0 else { throw .unreadable(String(cString: strerror(errno))) }
    if facts.st_mode & S_IFMT == S_IFDIR { throw .folder }
    guard facts.st_mode & S_IFMT == S_IFREG else { throw .unreadable("it is not a plain file") }
    var bytes = [UInt8](repeating: 0, count: YAML.Limit.bytes + 1)
    var count = 0
    while count < bytes.count {
      let got = bytes.withUnsafeMutableBytes { buffer in
        Glibc.read(file, buffer.baseAddress.map { $0 + count }, buffer.count - count)
      }
      guard got >= 0 else { throw .unreadable(String(cString: strerror(errno))) }
      if got == 0 { break }
      count += got
    }
    bytes.removeLast(bytes.count - count)
    return bytes
  }
}
