import ArgumentParser

/// Checks, plans, executes and bundles studies.
struct Run: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Run a study, all points of its sweep. What exists is not done again; an interrupted run goes on.")

  @Argument(
    help: "The study, a YAML file; `-` reads standard input. Several are run one after the other.", completion: .specs)
  var specs: [String]

  @OptionGroup var options: SpecOptions
  @OptionGroup var ways: RunOptions

  func run() throws {
    if options.json { Terminal.output(#"{"type":"begin","format":1}"#) }
    try Exit.afterAll(specs, until: { Interruption.isRequested }) { spec in
      try StudyRun(loader: Loader(spec: spec, options: options), options: ways, isJSON: options.json).run()
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
