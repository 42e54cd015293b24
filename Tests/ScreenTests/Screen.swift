import Foundation
import Testing

/// A folder of `Screens`: a study with a mistake, and what the program says about it.
///
/// `command` holds the shell lines that are typed in it, `mdssm-run check spec.yaml` where the file is absent;
/// `screen.txt` holds the lines, everything that is printed, and the exit code. The lines run in a copy of the folder
/// whose place is shown as `~`, with the program on the path and no other environment.
struct Screen: Sendable, CustomTestStringConvertible {
  var name: String
  var testDescription: String { name }

  static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()
  private static let home = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Screens")
  static let isRecording = ProcessInfo.processInfo.environment["RECORD"] == "1"

  /// Every screen, by name.
  static let all: [Screen] = {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: home.path)) ?? []
    return names.filter { !$0.hasPrefix(".") }.sorted().map { Screen(name: $0) }
  }()

  private var folder: URL { Self.home.appending(path: name) }
  private var file: URL { folder.appending(path: "screen.txt") }

  /// The screen as it was recorded; empty where there is none.
  var recorded: String { (try? String(contentsOf: file, encoding: .utf8)) ?? "" }

  func record(_ text: String) throws { try Data(text.utf8).write(to: file) }

  private var command: String {
    (try? String(contentsOf: folder.appending(path: "command"), encoding: .utf8)) ?? "mdssm-run check spec.yaml\n"
  }

  /// Types the command and gives what is seen.
  func typed() throws -> String {
    let files = FileManager.default
    let scratch = files.temporaryDirectory.appending(path: "mdssm-screen-\(UUID().uuidString)")
      .resolvingSymlinksInPath()
    try files.createDirectory(at: scratch, withIntermediateDirectories: true)
    defer { try? files.removeItem(at: scratch) }
    let place = scratch.appending(path: "study")
    try files.copyItem(at: folder, to: place)
    for own in ["screen.txt", "command"] { try? files.removeItem(at: place.appending(path: own)) }
    let printed = scratch.appending(path: "printed")
    try Data().write(to: printed)
    let output = try FileHandle(forWritingTo: printed)
    let process = Process()
    process.executableURL = URL(filePath: "/bin/sh")
    process.arguments = ["-c", command]
    process.currentDirectoryURL = place
    let binary = try Self.binary()
    process.environment = ["PATH": binary.deletingLastPathComponent().path + ":/usr/bin:/bin", "LC_ALL": "C.UTF-8"]
    // One open file for both streams, so that they come in the order of a terminal.
    process.standardOutput = output
    process.standardError = output
    process.standardInput = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    let text = String(decoding: try Data(contentsOf: printed), as: UTF8.self)
    let lines = command.split(separator: "\n").map { "$ \($0)\n" }.joined()
    return lines + text.replacing(place.path, with: "~").replacing(scratch.path, with: "~/..")
      + "exit code \(process.terminationStatus)\n"
  }

  /// The program that was built beside these tests.
  private static func binary() throws -> URL {
    var places = [CommandLine.arguments[0], Bundle.main.bundlePath, Bundle.main.executablePath ?? ""]
    places += CommandLine.arguments.filter { $0.hasSuffix(".xctest") }
    for place in places {
      var folder = URL(fileURLWithPath: place)
      while folder.path != "/" {
        let candidate = folder.appending(path: "mdssm-run")
        var isFolder: ObjCBool = false
        let isThere = FileManager.default.fileExists(atPath: candidate.path, isDirectory: &isFolder)
        if isThere, !isFolder.boolValue, folder.path.contains(".build") { return candidate }
        folder.deleteLastPathComponent()
      }
    }
    throw NotBuilt(places: places)
  }

  struct NotBuilt: Error, CustomStringConvertible {
    var places: [String]
    var description: String { "mdssm-run is not built beside the tests; looked from \(places)" }
  }
}
