import ArgumentParser
import ExperimentGraph
import SpecLanguage

/// Prints the language as JSON Schema, for editors.
struct SchemaCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "schema", abstract: "Print the language as JSON Schema (draft-07), for completion in editors.")

  func run() {
    print(JSONSchema(Specification.schema.description).text, terminator: "")
  }
}
