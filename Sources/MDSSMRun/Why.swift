import ArgumentParser
import ExperimentGraph
import SpecLanguage

/// Says where a value of a spec comes from.
struct Why: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Value, type and origin chain of a field; `--all` prints the resolved spec with origins.")

  @Argument(help: "The study, a YAML file; `-` reads standard input.", completion: .specs)
  var spec: String

  @Argument(help: "The path of a value or section, such as models.meta.dynamics.latent.")
  var path: String?

  @Flag(help: "The whole resolved spec, with the origin of every value behind it.")
  var all = false

  @OptionGroup var options: SpecOptions

  func validate() throws {
    guard (path == nil) == all else { throw ValidationError("give a path, or --all") }
  }

  func run() throws {
    let loaded = try Loader(spec: spec, options: options).load()
    let resolved = Specification.schema.write(loaded.specification)
    let origins = Origins(of: loaded.document, resolved: resolved, language: Specification.schema.description)
    guard let path else { return print(options.json ? origins.json : origins.resolvedText, terminator: "") }
    guard let text = origins.why(SpecPath(path)) else {
      let nearest = origins.nearest(to: SpecPath(path))
      Terminal.error("error: the spec has no `\(path)`" + (nearest.map { "; did you mean `\($0)`?" } ?? ""))
      throw Exit.usage
    }
    print(text, terminator: "")
  }
}
