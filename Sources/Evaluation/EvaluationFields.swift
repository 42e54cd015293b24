import Recordings
import SpecLanguage

/// The keys that kinds of evaluations share.
enum EvaluationFields {
  /// - Parameter doc: what the runs must be like, where not every run will do.
  static func of<Root>(
    _ path: @autoclosure @escaping FieldPath<Root, [Reference]>, _ doc: String = "The runs."
  ) -> Field<Root, [Reference]> {
    Field("of", path(), .list(.reference(to: "runs"), count: 1...1000), doc)
  }

  static func split<Root>(
    _ path: @autoclosure @escaping FieldPath<Root, Split>, _ doc: String = "The trials."
  ) -> Field<Root, Split> {
    Field("split", path(), .choice(Split.self), default: .test, doc)
  }
}
