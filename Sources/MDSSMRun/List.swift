import ArgumentParser
import Bundle
import Evaluation
import Execution
import ExperimentGraph
import SpecLanguage

/// Lists what the language offers.
struct List: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list",
    abstract: "List the kinds of the language, metrics, backends, codes of complaints, or units.")

  enum What: String, ExpressibleByArgument, CaseIterable { case kinds, metrics, backends, codes, units }

  @Argument(help: "What to list.")
  var what: What

  @Flag(help: "One JSON object per line, the first naming the format.")
  var json = false

  func run() throws {
    let listing = listing
    guard json else { return Terminal.output(listing.text) }
    Terminal.output(JSONValue.object(["type": "list", "format": 1, "of": .string(what.rawValue)]).line)
    for line in listing.lines { Terminal.output(line) }
  }

  private var listing: Listing {
    switch what {
    case .backends:
      Listing(
        of: "backend", columns: ["kind", "precision"],
        rows: Executor.backends.map { [$0.kind, $0.backend.precision.rawValue] })
    case .metrics:
      Listing(
        of: "metric", columns: ["evaluation", "metric", "unit", "direction", "doc", "source"],
        rows: EvaluationSpec.metrics.flatMap { kind, metrics in
          metrics.map { [kind, $0.name, $0.unit, $0.direction.rawValue, $0.doc, $0.source] }
        })
    case .codes: Listing(of: "code", columns: ["code", "title"], rows: Code.all.map { [$0.id, $0.title] })
    case .units:
      Listing(
        of: "unit", columns: ["quantity", "unit", "meaning"],
        rows: UnitCatalogue.rows.map { [$0.quantity, $0.unit, $0.meaning] })
    case .kinds: Listing(of: "kind", columns: ["path", "kind", "state", "doc"], rows: Self.kinds)
    }
  }

  /// Every kind of every union, with the path that it is written at.
  private static let kinds: [[String]] = {
    var found = KindList()
    found.add(.section(Specification.schema.description), at: "")
    return found.rows
  }()
}

/// Rows of words for people, or objects for programs.
private struct Listing {
  /// What one row is.
  var of: String
  var columns: [String]
  var rows: [[String]]

  var text: String { Terminal.table([columns] + rows, left: columns.count) }

  var lines: [String] {
    rows.map { row in
      var object: [String: JSONValue] = ["type": .string(of)]
      for (column, cell) in zip(columns, row) { object[column] = .string(cell) }
      return JSONValue.object(object).line
    }
  }
}

private struct KindList {
  private(set) var rows: [[String]] = []
  private var seen: Set<String> = []

  mutating func add(_ kind: KindDescription, at path: String) {
    switch kind {
    case .scalar, .choice: return
    case .list(let inner, _), .paths(let inner), .optional(let inner): add(inner, at: path)
    case .map(let inner): add(inner, at: path + ".*")
    case .either(let first, let second):
      add(first, at: path)
      add(second, at: path)
    case .section(let schema): add(schema, at: path)
    case .union(let union):
      // One path may lead to different unions, of different kinds of its parent.
      guard seen.insert(path + union.arms.map { " \($0.name)" }.joined()).inserted else { return }
      rows += union.arms.map { [path, $0.name, "built", $0.doc] }
      rows += union.notBuilt.map { [path, $0.name, "not built", $0.doc] }
      for arm in union.arms { add(arm, at: path) }
    }
  }

  private mutating func add(_ schema: SchemaDescription, at path: String) {
    for field in schema.fields { add(field.kind, at: path.isEmpty ? field.name : "\(path).\(field.name)") }
  }
}
