import ArgumentParser

/// Checks, plans, executes and bundles studies.
struct Run: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Run a study. What exists is not done again; an interrupted run goes on where it stopped.")

  @Argument(help: "The study, a YAML file; `-` reads standard input. Several are run one after the other.")
  var specs: [String]

  @OptionGroup var options: SpecOptions

  @Option(help: "Folder of all results.")
  var runs = "runs"

  @Option(help: "Seconds between two checkpoints of a training.")
  var checkpointEvery = 30.0

  func validate() throws {
    guard checkpointEvery >= 0 else { throw ValidationError("--checkpoint-every is a number of seconds, 0 or more") }
  }

  func run() throws {
    if options.json { Terminal.output(#"{"type":"begin","format":1}"#) }
    try Exit.afterAll(specs, until: { Interruption.isRequested }) { spec in
      try StudyRun(
        loader: Loader(spec: spec, options: options), runs: runs, checkpointEvery: checkpointEvery, isJSON: options.json
      ).run()
    }
  }
}
