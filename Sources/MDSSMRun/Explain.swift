import ArgumentParser
import SpecLanguage

/// Says more about an error code.
struct Explain: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "explain", abstract: "Explain an error code, such as E1003.")

  @Argument(help: "The code.")
  var code: String

  func run() throws {
    guard let found = Code.all.first(where: { $0.id.lowercased() == code.lowercased() }) else {
      let match = Suggestion.nearest(to: code.uppercased(), among: Code.all.map(\.id))
      Terminal.error("error: no code \(code)" + (match.map { "; did you mean \($0.word)?" } ?? ""))
      throw Exit.usage
    }
    Terminal.output("\(found.id): \(found.title)\n\n\(found.explanation)")
  }
}
