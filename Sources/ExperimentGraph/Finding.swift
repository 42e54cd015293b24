import SpecLanguage

/// Something wrong with a study, said of a path of its spec; the place in the text is looked up when it is told.
package struct Finding: Hashable, Sendable {
  package var code: Code
  package var message: String
  package var path: SpecPath
  package var help: [String]
  package var notes: [String]

  package init(_ code: Code, _ message: String, about path: SpecPath, help: [String] = [], notes: [String] = []) {
    self.code = code
    self.message = message
    self.path = path
    self.help = help
    self.notes = notes
  }
}

extension [Finding] {
  mutating func add(
    _ code: Code, _ message: String, about path: SpecPath, help: [String] = [], notes: [String] = []
  ) {
    append(Finding(code, message, about: path, help: help, notes: notes))
  }
}
