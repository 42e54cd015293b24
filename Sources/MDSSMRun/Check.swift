import ArgumentParser
import SpecLanguage

/// Says everything that can be known about specs without running them.
struct Check: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Check specs; `--data` also opens the headers of their recordings. Writes nothing.")

  @Argument(help: "Studies, YAML files; `-` reads standard input.")
  var specs: [String]

  @OptionGroup var options: SpecOptions

  @Flag(help: "Also open the recordings.")
  var data = false

  func run() throws {
    try Exit.afterAll(specs) { spec in
      let loader = Loader(spec: spec, options: options)
      let loaded = try loader.load()
      if data { _ = try loader.ending(loaded) { try loader.plan(loaded, digestsFiles: false) } }
      if !options.json { Terminal.output("\(loaded.source.name): no errors") }
    }
  }
}

extension Exit {
  /// Does something with every spec; ends with the first exit code that is not success, or that of an interruption.
  static func afterAll(_ specs: [String], until isOver: () -> Bool = { false }, _ body: (String) throws -> Void) throws
  {
    var first: ExitCode?
    for spec in specs where !isOver() {
      do {
        try body(spec)
      } catch let code as ExitCode {
        let isInterruption = code == interrupted || code == terminated
        first = isInterruption ? code : first ?? code
      }
    }
    if let first { throw first }
  }
}
