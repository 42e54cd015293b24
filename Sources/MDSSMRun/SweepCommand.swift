import ArgumentParser
import SpecLanguage

/// Prints the points of a sweep.
struct SweepCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sweep", abstract: "The points of a sweep as a table, as CSV or as JSON. Runs nothing.")

  @Argument(help: "The study, a YAML file; `-` reads standard input.")
  var spec: String

  @OptionGroup var options: SpecOptions

  @Flag(help: "Comma-separated values.")
  var csv = false

  func run() throws {
    let expansion = try Loader(spec: spec, options: options).expand()
    print(options.json ? expansion.jsonLines : csv ? expansion.csv : expansion.text, terminator: "")
  }
}
