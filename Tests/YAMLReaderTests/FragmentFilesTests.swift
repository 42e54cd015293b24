import Foundation
import SpecLanguage
import Testing
import YAMLReader

/// Fragments on a real disk: which folder is the project, and what may not be read.
final class FragmentFilesTests {
  private let folder: String

  init() throws {
    let place = FileManager.default.temporaryDirectory.appending(path: "mdssm-fragments-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
    folder = place.resolvingSymlinksInPath().path
  }

  deinit { try? FileManager.default.removeItem(atPath: folder) }

  private func write(_ text: String, to name: String) throws {
    let path = URL(filePath: folder + "/" + name)
    try FileManager.default.createDirectory(at: path.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(text.utf8).write(to: path)
  }

  /// The complaints about `study/spec.yaml` that extends one path, and the title that it composes to.
  private func composed(extending path: String, marks: [String] = [".git"]) throws -> (codes: [String], title: String?)
  {
    try write("mdssm: 1\nextends: ['\(path)']\n", to: "study/spec.yaml")
    let spec = folder + "/study/spec.yaml"
    let files = try #require(FragmentFiles.onDisk(spec: spec, marks: marks))
    let node = try #require(YAML.read(SourceFile(name: spec, bytes: try files.read(spec))).node)
    let layers = Composition(files: files, readValue: { _, _, _ in (nil, []) }).layers(of: node)
    return (layers.diagnostics.map { $0.code.id + " " + $0.message }, layers.document?["title"]?.scalar?.text)
  }

  private let fragment = "title: found\n"

  @Test func `the project is the nearest folder with a mark, else the folder of the spec`() throws {
    try write(fragment, to: "common/rig.yaml")
    let (alone, none) = try composed(extending: "../common/rig.yaml")
    #expect(alone == ["E1217 `../common/rig.yaml` lies outside the project"])
    #expect(none == nil)
    // A mark above makes both one project; a nearer mark parts them again.
    try write("", to: "project.mark")
    let (codes, title) = try composed(extending: "../common/rig.yaml", marks: ["project.mark"])
    #expect(codes == [])
    #expect(title == "found")
    try write("", to: "study/project.mark")
    #expect(try composed(extending: "../common/rig.yaml", marks: ["project.mark"]).codes.count == 1)
  }

  @Test func `a folder whose name begins like that of the project is outside`() throws {
    try write(fragment, to: "study-two/rig.yaml")
    #expect(try composed(extending: "../study-two/rig.yaml").codes.first?.hasPrefix("E1217") == true)
  }

  @Test func `links are followed and stay inside`() throws {
    try write(fragment, to: "study/common/rig.yaml")
    try write(fragment, to: "outside.yaml")
    let links = [
      ("inside.yaml", "common/rig.yaml"), ("out.yaml", "../outside.yaml"), ("up", ".."), ("self.yaml", "self.yaml"),
    ]
    for (name, target) in links {
      try FileManager.default.createSymbolicLink(
        atPath: folder + "/study/" + name, withDestinationPath: target)
    }
    #expect(try composed(extending: "inside.yaml").title == "found")
    #expect(try composed(extending: "out.yaml").codes == ["E1217 `out.yaml` lies outside the project"])
    #expect(try composed(extending: "up/outside.yaml").codes == ["E1217 `up/outside.yaml` lies outside the project"])
    #expect(try composed(extending: "self.yaml").codes.first?.hasPrefix("E1215 `self.yaml` cannot be read: ") == true)
  }

  @Test func `what is no file is not read`() throws {
    try FileManager.default.createDirectory(atPath: folder + "/study/common", withIntermediateDirectories: true)
    #expect(try composed(extending: "common").codes == ["E1215 `common` is a folder, not a file"])
    #expect(try composed(extending: "rig.yaml").codes == ["E1215 there is no file `rig.yaml`"])
    #expect(try composed(extending: "spec.yaml/rig.yaml").codes == ["E1215 there is no file `spec.yaml/rig.yaml`"])
    #expect(mkfifo(folder + "/study/pipe.yaml", 0o600) == 0)
    #expect(try composed(extending: "pipe.yaml").codes == ["E1215 `pipe.yaml` cannot be read: it is not a plain file"])
  }

  @Test(.enabled(if: geteuid() != 0, "the superuser may read everything"))
  func `a file without permission is not read`() throws {
    try write(fragment, to: "study/rig.yaml")
    #expect(chmod(folder + "/study/rig.yaml", 0) == 0)
    #expect(try composed(extending: "rig.yaml").codes == ["E1215 `rig.yaml` cannot be read: Permission denied"])
  }

  @Test func `a device outside is refused before it is opened`() throws {
    try FileManager.default.createDirectory(atPath: folder + "/study", withIntermediateDirectories: true)
    try FileManager.default.createSymbolicLink(
      atPath: folder + "/study/zero.yaml", withDestinationPath: "/dev/zero")
    #expect(try composed(extending: "zero.yaml").codes == ["E1217 `zero.yaml` lies outside the project"])
  }

  @Test func `of a large file no more is read than shows that it is too large`() throws {
    try write(String(repeating: "#", count: 3 * YAML.Limit.bytes), to: "study/big.yaml")
    let files = try #require(FragmentFiles.onDisk(spec: folder + "/study/big.yaml"))
    #expect(try files.read(folder + "/study/big.yaml").count == YAML.Limit.bytes + 1)
    #expect(try composed(extending: "big.yaml").codes.map { $0.prefix(5) } == ["E1111"])
  }

  @Test func `a spec that is not there has no fragments`() {
    #expect(FragmentFiles.onDisk(spec: folder + "/none.yaml") == nil)
  }
}
