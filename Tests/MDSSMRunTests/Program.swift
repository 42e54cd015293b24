import Bundle
import Foundation
import Testing

/// The built program, run in a scratch folder.
final class Program {
  /// The scratch folder, where the program runs.
  let folder: String

  struct Outcome {
    var code: Int32
    var output: String
    var errors: String

    /// The objects of an output of `--json`.
    var objects: [JSONValue] {
      output.split(separator: "\n").compactMap { try? JSONValue(parsing: Array($0.utf8)) }
    }
  }

  init() throws {
    let name = "mdssm-program-\(ProcessInfo.processInfo.globallyUniqueString)"
    folder = FileManager.default.temporaryDirectory.appending(path: name).path
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: folder) }

  func path(_ name: String) -> String { folder + "/" + name }

  func write(_ text: String, to name: String) throws {
    try text.write(toFile: path(name), atomically: true, encoding: .utf8)
  }

  /// The program that was built beside these tests.
  static func binary() throws -> URL {
    var places = [
      CommandLine.arguments[0], Foundation.Bundle.main.bundlePath, Foundation.Bundle.main.executablePath ?? "",
    ]
    places += CommandLine.arguments.filter { $0.hasSuffix(".xctest") }
    for place in places {
      var folder = URL(fileURLWithPath: place)
      while folder.path != "/" {
        let candidate = folder.appending(path: "mdssm-run")
        var isFolder: ObjCBool = false
        if FileManager.default.fileExists(atPath: candidate.path, isDirectory: &isFolder), !isFolder.boolValue,
          folder.path.contains(".build")
        {
          return candidate
        }
        folder.deleteLastPathComponent()
      }
    }
    throw NotBuilt(places: places)
  }

  struct NotBuilt: Error, CustomStringConvertible {
    var places: [String]
    var description: String { "mdssm-run is not built beside the tests; looked from \(places)" }
  }

  /// Runs to the end.
  @discardableResult
  func run(_ arguments: [String], input: String? = nil) throws -> Outcome {
    try start(arguments, input: input).end()
  }

  /// Runs to the end with variables of the environment and in so much address space.
  func run(_ arguments: [String], environment: [String: String], kilobytes: Int) throws -> Outcome {
    let all = ProcessInfo.processInfo.environment.merging(environment) { $1 }
    let limited = ["-c", "ulimit -v \(kilobytes); exec \"$0\" \"$@\"", try Self.binary().path] + arguments
    return try Running(
      binary: URL(fileURLWithPath: "/bin/sh"), arguments: limited, folder: folder, input: nil, environment: all
    ).end()
  }

  func start(_ arguments: [String], input: String? = nil) throws -> Running {
    try Running(binary: Self.binary(), arguments: arguments, folder: folder, input: input)
  }

  /// The newest bundle of a study.
  func bundle(_ study: String = "small", runs: String = "runs") throws -> ResultBundle {
    try ResultBundle(folder: path("\(runs)/\(study)/latest"))
  }

  /// Content of every file under `result/`, by path.
  func results(_ study: String = "small", runs: String = "runs") throws -> [String: Data] {
    let folder = path("\(runs)/\(study)/latest/result")
    var files: [String: Data] = [:]
    for name in try FileManager.default.subpathsOfDirectory(atPath: folder) {
      var isFolder: ObjCBool = false
      guard FileManager.default.fileExists(atPath: folder + "/" + name, isDirectory: &isFolder), !isFolder.boolValue
      else { continue }
      files[name] = try Data(contentsOf: URL(fileURLWithPath: folder + "/" + name))
    }
    return files
  }
}

/// A process of the program; what it prints goes to files, so that no pipe can fill.
final class Running {
  private let process = Process()
  private let output: String
  private let errors: String

  init(
    binary: URL, arguments: [String], folder: String, input: String?, environment: [String: String]? = nil
  ) throws {
    let name = folder + "/printed-" + ProcessInfo.processInfo.globallyUniqueString
    output = name + ".out"
    errors = name + ".err"
    for path in [output, errors] { try Data().write(to: URL(fileURLWithPath: path)) }
    process.executableURL = binary
    if let environment { process.environment = environment }
    process.arguments = arguments
    process.currentDirectoryURL = URL(fileURLWithPath: folder)
    process.standardOutput = try FileHandle(forWritingTo: URL(fileURLWithPath: output))
    process.standardError = try FileHandle(forWritingTo: URL(fileURLWithPath: errors))
    if let input {
      try Data(input.utf8).write(to: URL(fileURLWithPath: name + ".in"))
      process.standardInput = try FileHandle(forReadingFrom: URL(fileURLWithPath: name + ".in"))
    } else {
      process.standardInput = FileHandle.nullDevice
    }
    try process.run()
  }

  /// Waits until the program has printed a text; false when it ended before.
  func waitUntil(printed text: String, times: Int = 1) -> Bool {
    while true {
      let isOver = !process.isRunning
      let printed = (try? String(contentsOfFile: output, encoding: .utf8)) ?? ""
      if printed.components(separatedBy: text).count > times { return true }
      if isOver { return false }
      usleep(5000)
    }
  }

  func send(_ signal: Int32) { kill(process.processIdentifier, signal) }

  /// Waits for the end. The code of a process that a signal ended is minus the signal.
  func end() throws -> Program.Outcome {
    process.waitUntilExit()
    let code = process.terminationReason == .exit ? process.terminationStatus : -process.terminationStatus
    return Program.Outcome(
      code: code, output: try String(contentsOfFile: output, encoding: .utf8),
      errors: try String(contentsOfFile: errors, encoding: .utf8))
  }
}

/// The quickstart study in seconds.
enum Quickstart {
  static let spec = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appending(path: "specs/quickstart.yaml").path

  /// Arguments that make it tiny.
  static func arguments(steps: Int) -> [String] {
    [
      "training.recipe.budget=\(steps) steps", "training.recipe.select.every=100 steps",
      "training.recipe.schedule.warmup=2", "training.recipe.batch.trials=4", "datasets.cycles.sessions=2",
      "datasets.cycles.channels=[3, 4]", "datasets.cycles.system.speed=[1, 2]", "datasets.cycles.trials.count=10",
      "datasets.cycles.trials.length=300 ms", "models.meta.readin.width=4", "models.meta.readin.shared=4",
      "models.meta.embedding.encoder.width=4", "models.meta.dynamics.hidden=[4, 4]",
      "models.meta.dynamics.adapt.hyper=[4, 4]", "models.meta.inference.encoder.width=4",
      "evaluations.forecast.context=150 ms", "evaluations.forecast.horizon=150 ms",
      "backend={kind: native, threads: 1}",
    ].flatMap { ["--set", $0] }
  }
}
