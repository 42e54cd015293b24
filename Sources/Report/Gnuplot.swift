import Foundation

/// The program that draws.
package struct Gnuplot: Sendable {
  /// Why a figure was not drawn, in gnuplot's words.
  struct Failure: Error { var message: String }

  private let program: URL

  /// The first gnuplot on a search path such as `PATH`; nil when there is none.
  package static func find(on path: String) -> Gnuplot? {
    for folder in path.split(separator: ":") {
      let program = URL(fileURLWithPath: String(folder)).appending(path: "gnuplot")
      if FileManager.default.isExecutableFile(atPath: program.path) { return Gnuplot(program: program) }
    }
    return nil
  }

  /// The figure as SVG. Runs in a folder of its own, which is removed again, without the user's start-up files.
  func draw(_ figure: Figure) throws(Failure) -> String {
    let folder = FileManager.default.temporaryDirectory.appending(path: "figure-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: folder) }
    do {
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
      try Data(figure.data.text.utf8).write(to: folder.appending(path: figure.id + ".tsv"))
      try Data(figure.script.utf8).write(to: folder.appending(path: figure.id + ".gp"))
      let complaint = try run(["-d", figure.id + ".gp"], in: folder)
      if let complaint { throw Failure(message: complaint) }
      return try String(contentsOf: folder.appending(path: figure.id + ".svg"), encoding: .utf8)
    } catch let failure as Failure {
      throw failure
    } catch {
      throw Failure(message: "\(figure.id): \(error.localizedDescription)")
    }
  }

  /// What the program said when it failed; nil when it did not.
  private func run(_ arguments: [String], in folder: URL) throws -> String? {
    let process = Process()
    let errors = Pipe()
    process.executableURL = program
    process.arguments = arguments
    process.currentDirectoryURL = folder
    process.environment = ["LC_ALL": "C.UTF-8", "HOME": folder.path]
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = FileHandle.nullDevice
    process.standardError = errors
    try process.run()
    let said = errors.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    guard process.terminationStatus != 0 else { return nil }
    return String(decoding: said, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
  }
}
