import ArgumentParser
import Bundle

@main
struct MDSSMRun: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "mdssm-run",
    abstract: "Runs studies of latent neural dynamics that are written as YAML.",
    discussion: "`mdssm-run SPEC.yaml` is `mdssm-run run SPEC.yaml`.",
    version: ToolVersion.current,
    subcommands: [
      Run.self, Check.self, PlanCommand.self, List.self, Explain.self, ReportCommand.self, Why.self, SweepCommand.self,
      SchemaCommand.self, Init.self, DataCommand.self,
    ],
    defaultSubcommand: Run.self)
}
