import ArgumentParser
import ExperimentGraph
import SpecLanguage

/// Says where a value of a spec comes from.
struct Why: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "why",
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
    let loader = Loader(spec: spec, options: options)
    let loaded = try loader.load()
    let resolved = Specification.schema.write(loaded.specification)
    let origins = Origins(of: loaded.document, resolved: resolved, language: Specification.schema.description)
    guard let path else { return print(options.json ? origins.json : origins.resolvedText, terminator: "") }
    let place = SpecPath(path)
    let layered = loader.layered(loaded.source)
    let homes = [origins] + [layered.map { Origins(layered: $0) }].compactMap { $0 }
    guard let home = homes.first(where: { !$0.rows(at: place).isEmpty }) else {
      let nearest = homes.compactMap { $0.nearest(to: place) }.first
      Terminal.error("error: the spec has no `\(path)`" + (nearest.map { "; did you mean `\($0)`?" } ?? ""))
      throw Exit.usage
    }
    if options.json { return print(home.json(at: place) ?? "", terminator: "") }
    print(home.why(place) ?? "", terminator: "")
    for line in remarks(place, loaded, layered) { print("  note   \(line)") }
  }

  /// What the value at one point does not tell: that the sweep gives others, and that an `unset` removed it.
  private func remarks(_ place: SpecPath, _ loaded: LoadedSpec, _ layered: Node?) -> [String] {
    var lines: [String] = []
    for axis in loaded.expansion.axes where axis.path.isWithin(place) || place.isWithin(axis.path) {
      let values = axis.values.prefix(8).map(\.flow).joined(separator: ", ")
      let more = axis.values.count > 8 ? ", ... (\(axis.values.count) in all)" : ""
      lines.append("the sweep gives `\(axis.path)` the values \(values)\(more); above is the first point")
    }
    for depth in place.steps.indices {
      let above = layered?.node(at: SpecPath(Array(place.steps[..<depth])))
      let unset = above?["unset"]?.elements?.first { SpecPath.Step.key($0.scalar?.text ?? "") == place.steps[depth] }
      if let unset { lines.append("`unset` removes it: \(unset.span)") }
    }
    return lines
  }
}

extension SpecPath {
  /// Whether another path leads to this one.
  fileprivate func isWithin(_ other: SpecPath) -> Bool { steps.starts(with: other.steps) }
}
