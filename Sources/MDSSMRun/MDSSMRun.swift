import ArgumentParser

@main
struct MDSSMRun: ParsableCommand {
  static let configuration = CommandConfiguration(commandName: "mdssm-run")
}
