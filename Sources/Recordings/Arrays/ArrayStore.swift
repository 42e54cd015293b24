import ArrayFiles
import Foundation
import HDF5File
import SpecLanguage

/// Named arrays of numbers in one file, whatever its format: HDF5 (MATLAB 7.3 too), NumPy, MATLAB, a table of text.
struct ArrayStore {
  let path: String
  let session: String
  private let source: Source
  /// Whether MATLAB wrote the HDF5 file.
  private let isMATLAB: Bool

  private enum Source {
    case hdf5(HDF5Reader)
    case numpy(NumPyFile)
    case matlab(MatlabFile)
    case table(TextTable)
  }

  /// One array as the file lists it.
  struct Listing: Hashable {
    var name: String
    var shape: [Int]
    var dtype: String
    /// A list of arrays, one per trial.
    var isList: Bool
  }

  /// - Parameter path: its first bytes say what it is; what is nothing else but text is a table.
  init(path: String, session: String) throws(DataProblem) {
    self.path = path
    self.session = session
    let head = Self.head(path)
    isMATLAB = head.starts(with: Array("MATLAB 7.3".utf8))
    do throws(ArrayFileError) {
      if head.starts(with: [0x93] + Array("NUMPY".utf8)) || head.starts(with: [0x50, 0x4B, 3, 4]) {
        source = .numpy(try NumPyFile(path: path))
        return
      }
      if head.starts(with: Array("MATLAB 5.0".utf8)) {
        source = .matlab(try MatlabFile(path: path))
        return
      }
      if Self.isText(head), ["csv", "tsv", "txt"].contains((path as NSString).pathExtension.lowercased()) {
        source = .table(try TextTable(path: path))
        return
      }
    } catch {
      throw DataProblem(error, session: session)
    }
    do throws(HDF5Error) {
      source = .hdf5(try HDF5Reader(path: path))
    } catch {
      throw DataProblem(error, session: session)
    }
  }

  private static func head(_ path: String) -> [UInt8] {
    guard let file = FileHandle(forReadingAtPath: path) else { return [] }
    defer { try? file.close() }
    return Array((try? file.read(upToCount: 512)) ?? Data())
  }

  private static func isText(_ head: [UInt8]) -> Bool {
    !head.isEmpty && head.allSatisfy { $0 == 9 || $0 == 10 || $0 == 13 || $0 >= 32 }
  }

  /// The format in the words of its makers.
  var format: FileFacts.Format {
    switch source {
    case .hdf5: .hdf5
    case .numpy: .numpy
    case .matlab: .matlab
    case .table: .table
    }
  }

  // MARK: - Arrays

  /// Every array of numbers, in file order.
  func listings() throws(DataProblem) -> [Listing] {
    switch source {
    case .hdf5(let file):
      let objects = try read { () throws(HDF5Error) in try file.objects() }
      return objects.compactMap { listing($0, file) }
    case .numpy(let file):
      return file.names.compactMap { name in
        (try? file.shape(name)).map { Listing(name: name, shape: $0.shape, dtype: $0.dtype, isList: false) }
      }
    case .matlab(let file):
      return file.variables.map { Listing(name: $0.path, shape: $0.shape, dtype: $0.dtype, isList: $0.isList) }
    case .table(let table):
      return table.names.filter { table.words[$0] == nil }.map {
        Listing(name: $0, shape: [table.rows], dtype: "float64", isList: false)
      }
    }
  }

  private func listing(_ object: StoredObject, _ file: HDF5Reader) -> Listing? {
    guard object.kind == .dataset, !object.path.hasPrefix("#"), let shape = try? file.shape(object.path),
      let kind = try? file.elementKind(object.path)
    else { return nil }
    let isList = kind == .reference && isList(object.path, file)
    guard kind.isNumber || kind == .boolean || isList else { return nil }
    return Listing(
      name: object.path, shape: isMATLAB ? shape.reversed() : shape, dtype: kind.dtype, isList: isList)
  }

  /// An array of the file.
  func array(_ name: String) throws(DataProblem) -> NumberArray {
    switch source {
    case .hdf5(let file): return try array(name, in: file)
    case .numpy(let file): return try readArrays { () throws(ArrayFileError) in try file.array(name) }
    case .matlab(let file): return try readArrays { () throws(ArrayFileError) in try file.array(name) }
    case .table(let table):
      guard let column = table.column(name) else { throw try missing(name) }
      return NumberArray(shape: [table.rows], values: column, dtype: "float64")
    }
  }

  /// Whether a name is that of a list of arrays.
  func isList(_ name: String) -> Bool {
    switch source {
    case .hdf5(let file): isList(stored(name, in: file), file)
    case .matlab(let file): file.variables.first { $0.path == name }?.isList == true
    case .numpy, .table: false
    }
  }

  /// The arrays of a list, one per trial.
  func list(_ name: String) throws(DataProblem) -> [NumberArray] {
    switch source {
    case .hdf5(let file):
      let paths = try read { () throws(HDF5Error) in try file.references(stored(name, in: file)) }
      var arrays: [NumberArray] = []
      for path in paths { arrays.append(try array(path, in: file)) }
      return arrays
    case .matlab(let file): return try readArrays { () throws(ArrayFileError) in try file.list(name) }
    case .numpy, .table: throw problem(name, "the file has no lists of arrays")
    }
  }

  /// A column of words or numbers, one for each row, as text.
  func words(_ name: String) throws(DataProblem) -> [String] {
    if case .table(let table) = source, let words = table.words[name] { return words }
    if case .hdf5(let file) = source {
      let name = stored(name, in: file)
      if (try? file.elementKind(name)) == .string {
        return try read { () throws(HDF5Error) in try file.strings(name) }
      }
      if isList(name, file) {
        let cells = try read { () throws(HDF5Error) in try file.references(name) }
        return try read { () throws(HDF5Error) in try cells.map { cell throws(HDF5Error) in try word(cell, file) } }
      }
    }
    return try array(name).values.map(Self.word)
  }

  private static func word(_ value: Double) -> String {
    value == value.rounded() && abs(value) < 1e15 ? String(Int(value)) : "\(value)"
  }

  /// What a cell of MATLAB says: a text, or a number.
  private func word(_ cell: String, _ file: HDF5Reader) throws(HDF5Error) -> String {
    let values = try file.doubles(cell)
    guard try file.text(attribute: "MATLAB_class", of: cell) == "char" else {
      return values.map(Self.word).joined(separator: " ")
    }
    if try file.number(attribute: "MATLAB_empty", of: cell) == 1 { return "" }
    return String(decoding: values.map { UInt16(clamping: Int($0)) }, as: UTF16.self)
  }

  /// The path of an array: a field of a struct is written `data.spikes` for any version of MATLAB.
  private func stored(_ name: String, in file: HDF5Reader) -> String {
    isMATLAB && !file.exists(name) ? name.replacing(".", with: "/") : name
  }

  private func isList(_ name: String, _ file: HDF5Reader) -> Bool {
    (try? file.elementKind(name)) == .reference && (try? file.text(attribute: "MATLAB_class", of: name)) == "cell"
  }

  private func array(_ name: String, in file: HDF5Reader) throws(DataProblem) -> NumberArray {
    let name = stored(name, in: file)
    guard file.exists(name) else { throw try missing(name) }
    return try read { () throws(HDF5Error) in
      let (shape, dtype) = (try file.shape(name), try file.elementKind(name).dtype)
      // Of an array without elements MATLAB writes the lengths, for HDF5 once could not hold such arrays.
      if isMATLAB, try file.number(attribute: "MATLAB_empty", of: name) == 1 {
        return NumberArray(shape: try file.ints(name), values: [], dtype: dtype)
      }
      let values = try file.doubles(name)
      // MATLAB writes its arrays with the first axis fastest: to HDF5 the axes are reversed.
      if isMATLAB { return NumberArray(columnMajor: values, shape: shape.reversed(), dtype: dtype) }
      return NumberArray(shape: shape, values: values, dtype: dtype)
    }
  }

  // MARK: - Problems

  func problem(_ object: String?, _ message: String, help: [String] = []) -> DataProblem {
    // What is not found in a file may have gone with the library.
    if case .hdf5(let file) = source, let loss = file.loss { return DataProblem(loss, session: session) }
    return DataProblem(session: session, file: path, object: object, message, help: help)
  }

  func missing(_ name: String) throws(DataProblem) -> DataProblem {
    let names = try listings().map(\.name)
    let match = Suggestion.nearest(to: name, among: names)
    let known = names.isEmpty ? "the file has no arrays of numbers" : "arrays: " + DataProblem.list(names)
    return problem(name, "there is no such array", help: [match.map { "did you mean `\($0.word)`?" } ?? known])
  }

  private func read<Value>(_ body: () throws(HDF5Error) -> Value) throws(DataProblem) -> Value {
    do throws(HDF5Error) {
      return try body()
    } catch {
      throw DataProblem(error, session: session)
    }
  }

  private func readArrays<Value>(_ body: () throws(ArrayFileError) -> Value) throws(DataProblem) -> Value {
    do throws(ArrayFileError) {
      return try body()
    } catch {
      throw DataProblem(error, session: session)
    }
  }
}

extension DataProblem {
  init(_ error: ArrayFileError, session: String?) {
    self.init(session: session, file: error.file, object: error.object, error.message, help: error.help)
  }
}
