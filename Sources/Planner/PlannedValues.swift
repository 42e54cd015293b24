// What the planner takes out of values before they become part of a key.

import Models
import Recordings
import SpecLanguage

extension SpecValue<Model> {
  /// The model with embeddings from elsewhere; itself when that is nil.
  func taking(_ source: EmbeddingSource?) -> SpecValue<Model> {
    guard let source else { return self }
    var model = value
    model.embedding?.source = source
    return SpecValue(model, at: path) { Model.schema.write($0) }
  }
}

extension SharedAssignments {
  mutating func drop(_ paths: [SpecPath]) {
    for (index, assignment) in (point?.assignments ?? []).prefix(64).enumerated() where paths.contains(assignment.path)
    {
      mask &= ~(1 << UInt64(index))
    }
  }
}

extension Dataset {
  /// The dataset without the path of its files: what is in a file is in its digest, where it lies changes no result.
  var withoutPlace: Dataset {
    guard var split, split.file != nil || split.sessions?.file != nil else { return withoutPath }
    if split.file != nil { split.file = "" }
    if split.sessions?.file != nil { split.sessions?.file = "" }
    return with(split).withoutPath
  }

  private var withoutPath: Dataset {
    switch self {
    case .arrays(var files):
      files.path = ""
      return .arrays(files)
    case .generator: return self
    case .lfads(var files):
      files.path = ""
      return .lfads(files)
    case .nwb(var files):
      files.path = ""
      return .nwb(files)
    }
  }
}
