import ArgumentParser
import Foundation
import SpecLanguage

/// Checks, plans, executes and bundles studies.
struct Run: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run",
    abstract: "Run a study, all points of its sweep. What exists is not done again; an interrupted run goes on.")

  @Argument(
    help:
      "The study, a YAML file; `-` reads standard input. Several are checked together, then run one after the other.",
    completion: .specs)
  var specs: [String]

  @OptionGroup var options: SpecOptions
  @OptionGroup var ways: RunOptions

  func run() throws {
    try refuseCommands()
    if options.json { Terminal.output(#"{"type":"begin","format":1}"#) }
    var ready: [StudyRun.Ready] = []
    // What is wrong with one of them is told before the first job of any.
    try Exit.afterAll(specs) { spec in
      let study = StudyRun(loader: Loader(spec: spec, options: options), options: ways, isJSON: options.json)
      ready.append(try study.prepare())
    }
    Interruption.install()
    try Exit.afterAll(ready, until: { Interruption.isRequested }) { try $0.run() }
  }

  /// Ends the program when a word is no file but a command, maybe misspelt: `plna study.yaml` must not train.
  private func refuseCommands() throws {
    let commands = MDSSMRun.configuration.subcommands.map { $0._commandName } + ["help"]
    for word in specs where word != "-" && !word.contains(where: { "./".contains($0) }) {
      guard !FileManager.default.fileExists(atPath: word) else { continue }
      let isCommand = commands.contains(word)
      guard let command = isCommand ? word : Suggestion.nearest(to: word, among: commands)?.word else { continue }
      let hint = isCommand ? "the command `\(command)` stands first" : "did you mean the command `\(command)`?"
      Terminal.error("error: no such file: \(word); \(hint)")
      throw Exit.usage
    }
  }
}

/// How a study is run. Nothing of it changes a result.
struct RunOptions: ParsableArguments {
  @Option(help: "Folder of all results.")
  var runs = "runs"

  @Option(
    help: "Jobs at once. Without it: `launcher.jobs`, else one per processor for a sweep and one for a single study.")
  var jobs: Int?

  @Option(help: "Only this run, what it needs, and its evaluations. Give it several times for several runs.")
  var only: [String] = []

  @Option(help: "Run exactly the plan that `plan -o` wrote to this file; refuse if it is another one by now.")
  var plan: String?

  @Flag(help: "Do everything again, also what is stored.")
  var fresh = false

  @Flag(help: "End at the first failure. Without it a failed job stops only what reads from it.")
  var failFast = false

  @Option(help: "Seconds between two checkpoints of a training.")
  var checkpointEvery = 30.0

  func validate() throws {
    guard checkpointEvery >= 0 else { throw ValidationError("--checkpoint-every is a number of seconds, 0 or more") }
    guard (1...1024).contains(jobs ?? 1) else { throw ValidationError("--jobs is a number from 1 to 1024") }
  }
}
