import ArgumentParser
import SpecLanguage

/// Prints the points of a sweep, or writes each as a spec of its own.
struct SweepCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sweep", abstract: "The points of a sweep as a table, as CSV, as JSON, or as one spec for each.",
    discussion: "Runs nothing.")

  @Argument(help: "The study, a YAML file; `-` reads standard input.", completion: .specs)
  var spec: String

  @OptionGroup var options: SpecOptions

  @Flag(help: "Comma-separated values.")
  var csv = false

  @Option(
    help: "Write a complete spec without a sweep for every point, <id>.yaml, and index.tsv, into a new or empty folder."
  )
  var write: String?

  func validate() throws {
    guard write == nil || !(csv || options.json) else {
      throw ValidationError("`--write` prints no points: leave `--csv` and `--json` out")
    }
  }

  func run() throws {
    let loader = Loader(spec: spec, options: options)
    guard let folder = write else {
      return try loader.expand().write(options.json ? .json : csv ? .csv : .text) { Terminal.bytes($0) }
    }
    let loaded = try loader.load()
    let name = spec == "-" ? "a spec" : spec
    do {
      let count = try SweepFiles(expansion: loaded.expansion, name: name, base: loaded.base).write(to: folder)
      Terminal.output("wrote \(count) spec\(count == 1 ? "" : "s") and \(SweepFiles.index) to \(folder)")
    } catch {
      Terminal.error("error: \(error)")
      throw Exit.cannotWrite
    }
  }
}
