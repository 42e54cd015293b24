import ArgumentParser
import SpecLanguage

/// Says everything that can be known about a spec without running it.
struct Check: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Check a spec; `--data` also opens the headers of its recordings. Writes nothing.")

  @OptionGroup var options: SpecOptions

  @Flag(help: "Also open the recordings.")
  var data = false

  func run() throws {
    let loader = Loader(options: options)
    let loaded = try loader.load()
    if data { _ = try loader.resolve(loaded) }
    if !options.json { print("\(options.spec): no errors") }
  }
}
