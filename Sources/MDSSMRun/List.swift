import ArgumentParser
import Execution
import ExperimentGraph
import Models
import Recordings
import SpecLanguage

/// Lists what the language offers.
struct List: ParsableCommand {
  static let configuration = CommandConfiguration(abstract: "List kinds or backends.")

  enum What: String, ExpressibleByArgument, CaseIterable { case kinds, backends }

  @Argument(help: "What to list: kinds or backends.")
  var what: What

  func run() throws {
    switch what {
    case .backends:
      let rows = Executor.backends.map { [$0.kind, $0.backend.precision.rawValue] }
      Terminal.output(Terminal.table([["backend", "precision"]] + rows, left: 2))
    case .kinds:
      Terminal.output(Terminal.table(Self.kinds(.section(Specification.schema.description), seen: []), left: 3))
    }
  }

  /// Every union of the language with its kinds.
  private static func kinds(_ kind: KindDescription, seen: Set<String>) -> [[String]] {
    switch kind {
    case .scalar, .choice: return []
    case .list(let inner, _), .map(let inner), .paths(let inner), .optional(let inner): return kinds(inner, seen: seen)
    case .either(let first, let second): return kinds(first, seen: seen) + kinds(second, seen: seen)
    case .section(let schema): return schema.fields.flatMap { kinds($0.kind, seen: seen) }
    case .union(let union):
      return union.arms.flatMap { arm in
        [[union.name, arm.name, arm.doc]] + arm.fields.flatMap { kinds($0.kind, seen: seen) }
      }
    }
  }
}
