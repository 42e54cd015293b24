/// What went wrong with one object of one HDF5 file.
package struct HDF5Error: Error, Hashable, Sendable, CustomStringConvertible {
  package enum Problem: Hashable, Sendable {
    case noSuchFile
    case isFolder
    case unreadable(String)
    /// The bytes are something else, for example "a Git LFS pointer: the data were not downloaded".
    case notHDF5(looksLike: String)
    case truncated
    /// The file opens, but the library cannot follow its structure.
    case damaged(String)
    /// The library crashed over it.
    case crashed
    /// The library computed for so long without an end.
    case endless(seconds: Double)
    /// The library crashed or did not end over another object, earlier in this run.
    case lostBefore(String)
    /// `parent` is the deepest group on the way that exists, `names` what it holds.
    case noSuchObject(parent: String, names: [String])
    /// A link or dataset whose content lies in another file, or nowhere.
    case leadsElsewhere
    case noSuchAttribute(String)
    case wrongKind(expected: ObjectKind, found: ObjectKind)
    case wrongType(expected: String, found: String)
    case wrongShape(expected: String, found: [Int])
    case missingFilter(String)
    case cannotWrite(String)
  }

  package var file: String
  package var object: String
  package var problem: Problem

  package init(file: String, object: String, problem: Problem) {
    self.file = file
    self.object = object
    self.problem = problem
  }

  /// The problem in words, without file and object.
  package var message: String {
    switch problem {
    case .noSuchFile: "there is no such file"
    case .isFolder: "this is a folder, not a file"
    case .unreadable(let why): "the file cannot be read: \(why)"
    case .notHDF5(let looks): "this is not an HDF5 file; it looks like \(looks)"
    case .truncated: "the file is truncated: it is shorter than its own header says"
    case .damaged(let why): "the file is damaged: \(why)"
    case .crashed: "the file is damaged: the HDF5 library crashed over it"
    case .endless(let seconds):
      "the file is damaged: the HDF5 library found no end in it within \(Int(seconds.rounded(.up))) s"
    case .lostBefore(let place): "not read: the HDF5 library was lost over \(place)"
    case .noSuchObject(let parent, _): "there is no such object; the path ends at `\(parent)`"
    case .leadsElsewhere: "it leads to another file or to nothing; only what lies in the file itself is read"
    case .noSuchAttribute(let name): "the object has no attribute `\(name)`"
    case .wrongKind(let expected, let found): "expected a \(expected.rawValue), found a \(found.rawValue)"
    case .wrongType(let expected, let found): "expected \(expected), found \(found)"
    case .wrongShape(let expected, let found): "expected \(expected), found shape \(found)"
    case .missingFilter(let name): "the data are compressed with \(name), which this HDF5 library cannot undo"
    case .cannotWrite(let why): "the file cannot be written: \(why)"
    }
  }

  /// File and object.
  package var place: String { object.isEmpty ? file : "\(file), `\(object)`" }

  package var description: String {
    object.isEmpty ? "\(file): \(message)" : "\(file): `\(object)`: \(message)"
  }
}

/// What a path inside a file leads to.
package enum ObjectKind: String, Hashable, Sendable, CaseIterable {
  case group, dataset
  case other = "named type"
}

/// What the elements of a dataset are.
package enum ElementKind: Hashable, Sendable, CustomStringConvertible {
  case integer(bytes: Int, isSigned: Bool)
  case float(bytes: Int)
  case string
  /// An enumeration of FALSE and TRUE, which is how Python writes truth values.
  case boolean
  case enumeration, reference, compound, other

  package var description: String {
    switch self {
    case .integer(let bytes, let isSigned): "\(isSigned ? "" : "unsigned ")integers of \(8 * bytes) bits"
    case .float(let bytes): "floating-point numbers of \(8 * bytes) bits"
    case .string: "text"
    case .boolean: "truth values"
    case .enumeration: "an enumeration"
    case .reference: "references"
    case .compound: "compound records"
    case .other: "elements of another type"
    }
  }

  /// The word of NumPy for it, such as `float64`.
  package var dtype: String {
    switch self {
    case .integer(let bytes, let isSigned): "\(isSigned ? "" : "u")int\(8 * bytes)"
    case .float(let bytes): "float\(8 * bytes)"
    case .string, .reference, .other: "object"
    case .boolean: "bool"
    case .enumeration: "enum"
    case .compound: "void"
    }
  }

  package var isNumber: Bool {
    switch self {
    case .integer, .float: true
    case .string, .boolean, .enumeration, .reference, .compound, .other: false
    }
  }
}
