import HDF5File
import SpecLanguage

/// Everything that one file holds, in numbers, as nested entries whose names are words of Python's NWB tools.
///
/// Every object of a file is told once, under its first path; soft and external links are not followed.
package struct FileFacts {
  package enum Format: String, Hashable, Sendable, CaseIterable {
    case nwb, hdf5, numpy, matlab, table

    /// In the words of its makers.
    package var title: String {
      switch self {
      case .nwb: "NWB"
      case .hdf5: "HDF5"
      case .numpy: "NumPy"
      case .matlab: "MATLAB"
      case .table: "table"
      }
    }
  }

  package private(set) var format: Format
  package let entries: [(String, Plain)]

  /// - Throws: what the file is, when it is nothing that this program reads.
  package init(path: String) throws(DataProblem) {
    let store = try ArrayStore(path: path, session: Glob.stem(path))
    format = store.format
    guard format == .hdf5 else {
      let key = format == .matlab ? "variables" : "datasets"
      entries = [(key, .map(try store.listings().map { ($0.name, store.facts(of: $0)) }))]
      return
    }
    let file = try NWBFile(path: path, session: Glob.stem(path))
    let objects = try file.read { file throws(HDF5Error) in try file.objects() }
    var entries: [(String, Plain)]
    if try file.version() != nil || file.file.exists("nwb_version") {
      try file.checkFormat()
      format = .nwb
      entries = try RecordingFacts(nwb: file, objects: objects).entries
    } else {
      let arrays = objects.filter { $0.kind == .dataset }
      entries = [("datasets", .map(arrays.compactMap { array in file.facts(of: array.path).map { (array.path, $0) } }))]
    }
    // The schemas that a writer of NWB keeps in the file are no data.
    let own = objects.filter { $0.path != "" && ($0.path + "/").hasPrefix("specifications/") == false }
    entries += [
      ("n_groups", .int(own.count { $0.kind == .group })), ("n_datasets", .int(own.count { $0.kind == .dataset })),
    ]
    self.entries = entries
    try file.read { file throws(HDF5Error) in try file.checkLoss() }
  }
}

extension ArrayStore {
  /// Shape, type and numbers of an array, as far as it can be read.
  func facts(of listing: Listing) -> Plain {
    var entries: [(String, Plain)] = [
      ("shape", .list(listing.shape.map(Plain.int))), ("dtype", .string(listing.dtype)),
    ]
    if listing.isList {
      entries.append(("is_list", true))
    } else if listing.shape.reduce(1.0, { $0 * Double($1) }) > Double(NWBFile.mostNumbers) {
      entries.append(("left_out", "sums and extremes, for the array is large"))
    } else if let array = try? array(listing.name) {
      entries += NumberFacts(shape: array.shape, values: array.values, isColumnMajor: format == .matlab).entries
    }
    return .map(entries)
  }
}

extension NWBFile {
  /// Arrays of more numbers than this are told without their sums and extremes.
  static let mostNumbers = 1 << 25

  /// Shape, type and numbers of a dataset; nil for one that cannot be read at all.
  func facts(of dataset: String) -> Plain? {
    guard let shape = try? file.shape(dataset), let kind = try? file.elementKind(dataset) else { return nil }
    var entries: [(String, Plain)] = [("shape", .list(shape.map(Plain.int))), ("dtype", .string(kind.dtype))]
    let count = shape.reduce(1.0) { $0 * Double($1) }
    guard kind.isNumber || kind == .boolean else { return .map(entries) }
    if count > Double(Self.mostNumbers) {
      entries.append(("left_out", "sums and extremes, for the array is large"))
    } else if let values = try? file.doubles(dataset) {
      entries += NumberFacts(shape: shape, values: values).entries
    }
    return .map(entries)
  }
}
