/// What went wrong with a file of the store or of a bundle.
package struct BundleError: Error, Hashable, Sendable, CustomStringConvertible {
  package enum Problem: Hashable, Sendable {
    case missing
    case cannotRead(String)
    case cannotWrite(String)
    /// The file is there, but is not what its record says.
    case damaged(String)
  }

  package var path: String
  package var problem: Problem

  package init(path: String, problem: Problem) {
    self.path = path
    self.problem = problem
  }

  package var description: String {
    switch problem {
    case .missing: "\(path): there is no such file"
    case .cannotRead(let why): "\(path): cannot be read: \(why)"
    case .cannotWrite(let why): "\(path): cannot be written: \(why)"
    case .damaged(let what): "\(path): is damaged: \(what)"
    }
  }
}
