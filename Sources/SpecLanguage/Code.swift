/// The name of a kind of complaint, with what `mdssm-run explain` says about it.
///
/// `E10..` reading into types, `E11..` YAML, `E12..` composition and expressions, `W1...` warnings. Other rooms
/// add their own codes as static members and list them beside these.
package struct Code: Hashable, Sendable {
  package let id: String
  package let title: String
  package let explanation: String

  package init(_ id: String, _ title: String, _ explanation: String) {
    self.id = id
    self.title = title
    self.explanation = explanation
  }
}

extension Code: CustomStringConvertible {
  package var description: String { id }
}
