import CGuard
import CMatio
import Foundation

/// Variables of a MATLAB file of version 5 to 7, read by libmatio; version 7.3 is HDF5.
///
/// A path names a field of a struct as `data.spikes`; a cell array of numbers is a list of arrays, one per trial.
package struct MatlabFile {
  package let path: String
  /// The paths of everything that holds numbers, with what it is.
  package let variables: [Variable]

  package struct Variable: Hashable, Sendable {
    package var path: String
    package var shape: [Int]
    package var dtype: String
    /// Whether it is a cell array of numbers; `shape` is then that of the cells.
    package var isList: Bool
  }

  private static let deepest = 8
  private static let most = 10_000
  /// libmatio is used by one thread at a time.
  private static let lock = NSLock()

  package init(path: String) throws(ArrayFileError) {
    self.path = path
    guard Self.isOld(path) else { throw Self.unreadable(path) }
    do { try MatlabSizes.check(path) } catch { throw Self.damaged(path, nil) }
    variables = try Self.opened(path) { file throws(ArrayFileError) in
      var found: [Variable] = []
      for name in Self.names(file) {
        guard let info = Mat_VarReadInfo(file, name) else { continue }
        defer { Mat_VarFree(info) }
        if Self.isContainer(info) {
          guard let whole = Mat_VarRead(file, name) else { throw Self.damaged(path, name) }
          defer { Mat_VarFree(whole) }
          Self.list(whole, name, depth: 0, into: &found)
        } else {
          Self.list(info, name, depth: 0, into: &found)
        }
      }
      return found
    }
    if variables.isEmpty { throw ArrayFileError(path, "the MATLAB file holds no numbers that can be read") }
  }

  package func array(_ name: String) throws(ArrayFileError) -> NumberArray {
    try read(name) { variable throws(ArrayFileError) in
      guard let array = Self.numbers(variable, most: Self.mostBytes(path)) else {
        throw ArrayFileError(path, in: name, "the variable does not hold numbers")
      }
      return array
    }
  }

  /// The arrays of a cell array, in MATLAB's order.
  package func list(_ name: String) throws(ArrayFileError) -> [NumberArray] {
    try read(name) { variable throws(ArrayFileError) in
      guard variable.pointee.class_type == MAT_C_CELL else {
        throw ArrayFileError(path, in: name, "the variable is no cell array")
      }
      var arrays: [NumberArray] = []
      let most = Self.mostBytes(path)
      for index in 0..<Self.count(variable) {
        guard let cell = Mat_VarGetCell(variable, Int32(index)), let array = Self.numbers(cell, most: most) else {
          throw ArrayFileError(path, in: name, "cell \(index + 1) does not hold numbers")
        }
        arrays.append(array)
      }
      return arrays
    }
  }

  // MARK: - The library

  private static func opened<Value>(
    _ path: String, _ body: (OpaquePointer) throws(ArrayFileError) -> Value
  ) throws(ArrayFileError) -> Value {
    lock.lock()
    let label = strdup(path)
    cguard_begin(label)
    defer {
      cguard_end()
      free(label)
      lock.unlock()
    }
    guard cmatio_load() == 0 else {
      throw ArrayFileError(path, "libmatio, which reads MATLAB files, is not the one this program was built with")
    }
    if let lostOver { throw ArrayFileError(path, "not read: libmatio was lost over \(lostOver)") }
    guard isOld(path), let file = Mat_Open(path, Int32(MAT_ACC_RDONLY.rawValue)) else {
      try checkLibrary(path)
      throw Self.unreadable(path)
    }
    defer { Mat_Close(file) }
    do throws(ArrayFileError) {
      let value = try body(file)
      try checkLibrary(path)
      return value
    } catch {
      try checkLibrary(path)
      throw error
    }
  }

  /// The file that libmatio was lost over; it reads no other since.
  nonisolated(unsafe) private static var lostOver: String?

  private static func checkLibrary(_ path: String) throws(ArrayFileError) {
    let how = cmatio_lost()
    if how == 0 { return }
    lostOver = lostOver ?? path
    throw ArrayFileError(
      path,
      how == CGUARD_ENDLESS
        ? "the file is damaged: libmatio found no end in it within \(Int(cguard_seconds().rounded(.up))) s"
        : "the file is damaged: libmatio crashed over it", help: ["copy or save it again"])
  }

  /// Whether a file says that it is of version 5 to 7: a newer one is HDF5, which has its own reader and its own lock.
  private static func isOld(_ path: String) -> Bool {
    guard let file = FileHandle(forReadingAtPath: path) else { return false }
    defer { try? file.close() }
    let head = Array((try? file.read(upToCount: 128)) ?? Data())
    guard head.count == 128 else { return false }
    return head[126] == UInt8(ascii: "I") ? head[125] == 1 : head[124] == 1
  }

  private func read<Value>(
    _ name: String, _ body: (UnsafeMutablePointer<matvar_t>) throws(ArrayFileError) -> Value
  ) throws(ArrayFileError) -> Value {
    let steps = name.split(separator: ".").map(String.init)
    return try Self.opened(path) { file throws(ArrayFileError) in
      guard let first = steps.first, let top = Mat_VarRead(file, first) else {
        throw ArrayFileError(path, in: name, "there is no such variable", help: help)
      }
      defer { Mat_VarFree(top) }
      var variable = top
      for step in steps.dropFirst() {
        guard variable.pointee.class_type == MAT_C_STRUCT,
          let next = Mat_VarGetStructFieldByName(variable, step, 0)
        else { throw ArrayFileError(path, in: name, "there is no such variable", help: help) }
        variable = next
      }
      return try body(variable)
    }
  }

  private var help: [String] {
    ["variables: " + variables.prefix(20).map(\.path).joined(separator: ", ")]
  }

  private static func damaged(_ path: String, _ name: String?) -> ArrayFileError {
    ArrayFileError(path, in: name, "the \(name == nil ? "MATLAB file" : "variable") cannot be read: it is damaged")
  }

  private static func unreadable(_ path: String) -> ArrayFileError {
    ArrayFileError(path, "the MATLAB file cannot be read", help: ["save it again, or with `-v7.3`"])
  }

  private static func names(_ file: OpaquePointer) -> [String] {
    var count = 0
    guard let list = Mat_GetDir(file, &count) else { return [] }
    return (0..<count).compactMap { list[$0].map { String(cString: $0) } }
  }

  // MARK: - One variable

  private static func isContainer(_ variable: UnsafeMutablePointer<matvar_t>) -> Bool {
    variable.pointee.class_type == MAT_C_STRUCT || variable.pointee.class_type == MAT_C_CELL
  }

  private static func list(
    _ variable: UnsafeMutablePointer<matvar_t>, _ path: String, depth: Int, into found: inout [Variable]
  ) {
    guard depth < deepest, found.count < most else { return }
    let shape = shape(variable)
    if variable.pointee.class_type == MAT_C_STRUCT {
      let count = Int(Mat_VarGetNumberOfFields(variable))
      guard let names = Mat_VarGetStructFieldnames(variable) else { return }
      for index in 0..<count {
        guard let name = names[index], let field = Mat_VarGetStructFieldByName(variable, name, 0) else { continue }
        list(field, path + "." + String(cString: name), depth: depth + 1, into: &found)
      }
    } else if variable.pointee.class_type == MAT_C_CELL {
      guard let first = Mat_VarGetCell(variable, 0), let dtype = dtype(first) else { return }
      found.append(Variable(path: path, shape: shape, dtype: dtype, isList: true))
    } else if let dtype = dtype(variable) {
      found.append(Variable(path: path, shape: shape, dtype: dtype, isList: false))
    }
  }

  private static func shape(_ variable: UnsafeMutablePointer<matvar_t>) -> [Int] {
    guard let lengths = variable.pointee.dims else { return [] }
    return (0..<Int(variable.pointee.rank)).map { Int(clamping: lengths[$0]) }
  }

  private static func count(_ variable: UnsafeMutablePointer<matvar_t>) -> Int {
    shape(variable).reduce(1) { $0.multipliedReportingOverflow(by: $1).partialValue }
  }

  private static func dtype(_ variable: UnsafeMutablePointer<matvar_t>) -> String? {
    let words: [matio_classes.RawValue: String] = [
      MAT_C_DOUBLE.rawValue: "float64", MAT_C_SINGLE.rawValue: "float32", MAT_C_INT8.rawValue: "int8",
      MAT_C_UINT8.rawValue: "uint8", MAT_C_INT16.rawValue: "int16", MAT_C_UINT16.rawValue: "uint16",
      MAT_C_INT32.rawValue: "int32", MAT_C_UINT32.rawValue: "uint32", MAT_C_INT64.rawValue: "int64",
      MAT_C_UINT64.rawValue: "uint64",
    ]
    guard variable.pointee.isComplex == 0 else { return nil }
    return words[variable.pointee.class_type.rawValue]
  }

  /// No file holds more: zlib packs a thousand bytes into one at best.
  private static func mostBytes(_ path: String) -> Double {
    let size = (try? FileManager.default.attributesOfItem(atPath: path)[.size] as? Int) ?? 0
    return 1032 * Double(size)
  }

  /// The numbers of a variable; nil for one of another kind, or one that says more than it holds.
  private static func numbers(_ variable: UnsafeMutablePointer<matvar_t>, most: Double) -> NumberArray? {
    guard let dtype = dtype(variable) else { return nil }
    let shape = shape(variable)
    let count = shape.reduce(1.0) { $0 * Double($1) }
    if count == 0 { return NumberArray(shape: shape, values: [], dtype: dtype) }
    guard let data = variable.pointee.data, variable.pointee.data_size > 0,
      count * Double(variable.pointee.data_size) <= most,
      count * Double(variable.pointee.data_size) <= Double(variable.pointee.nbytes)
    else { return nil }
    let values = Self.values(data, Int(count), dtype)
    return values.map { NumberArray(columnMajor: $0, shape: shape, dtype: dtype) }
  }

  private static func values(_ data: UnsafeMutableRawPointer, _ count: Int, _ dtype: String) -> [Double]? {
    func read<Number>(_ type: Number.Type, _ convert: (Number) -> Double) -> [Double] {
      UnsafeBufferPointer(start: data.assumingMemoryBound(to: type), count: count).map(convert)
    }
    switch dtype {
    case "float64": return read(Double.self) { $0 }
    case "float32": return read(Float.self) { Double($0) }
    case "int8": return read(Int8.self) { Double($0) }
    case "uint8": return read(UInt8.self) { Double($0) }
    case "int16": return read(Int16.self) { Double($0) }
    case "uint16": return read(UInt16.self) { Double($0) }
    case "int32": return read(Int32.self) { Double($0) }
    case "uint32": return read(UInt32.self) { Double($0) }
    case "int64": return read(Int64.self) { Double($0) }
    case "uint64": return read(UInt64.self) { Double($0) }
    default: return nil
    }
  }
}
