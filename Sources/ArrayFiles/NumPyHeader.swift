/// The head of one array in NumPy's own format: what its numbers are and where they begin.
///
/// Source: the description of the format in NumPy's `numpy.lib.format`, versions 1.0 to 3.0.
struct NumPyHeader: Hashable {
  enum Element: Hashable {
    case float(Int)
    case signed(Int)
    case unsigned(Int)
    case bool

    var bytes: Int {
      switch self {
      case .float(let bytes), .signed(let bytes), .unsigned(let bytes): bytes
      case .bool: 1
      }
    }

    var dtype: String {
      switch self {
      case .float(let bytes): "float\(8 * bytes)"
      case .signed(let bytes): "int\(8 * bytes)"
      case .unsigned(let bytes): "uint\(8 * bytes)"
      case .bool: "bool"
      }
    }
  }

  var element: Element
  var isBigEndian: Bool
  var isColumnMajor: Bool
  var shape: [Int]
  /// Bytes before the first number.
  var length: Int

  static let magic: [UInt8] = [0x93] + Array("NUMPY".utf8)

  /// - Throws: in words, what is wrong.
  init(_ bytes: ArraySlice<UInt8>) throws(Fault) {
    let bytes = Array(bytes.prefix(1 << 16))
    guard bytes.starts(with: Self.magic), bytes.count >= 12 else { throw Fault("it does not begin like a NumPy array") }
    let isLong = bytes[6] >= 2
    let start = isLong ? 12 : 10
    let size = (0..<(isLong ? 4 : 2)).reduce(0) { $0 | Int(bytes[8 + $1]) << (8 * $1) }
    guard start + size <= bytes.count else { throw Fault("its header is cut off or longer than any header is") }
    let text = String(decoding: bytes[start..<start + size], as: UTF8.self)
    length = start + size
    guard let descr = Self.quoted(text, after: "'descr':") else {
      throw Fault("its elements are records; save plain numbers")
    }
    guard let element = Self.element(descr) else {
      throw Fault(
        descr.contains("O")
          ? "it holds Python objects, which are never read; save plain numbers"
          : "its elements are `\(descr)`; numbers are read")
    }
    self.element = element
    isBigEndian = descr.hasPrefix(">")
    guard let order = Self.word(text, after: "'fortran_order':"), let shape = Self.shape(text) else {
      throw Fault("its header is not understood")
    }
    isColumnMajor = order == "True"
    self.shape = shape
  }

  struct Fault: Error, Hashable {
    var text: String
    init(_ text: String) { self.text = text }
  }

  /// The number of elements, or nil when it is beyond counting.
  var count: Int? {
    var count = 1
    for length in shape {
      let (product, isOver) = count.multipliedReportingOverflow(by: length)
      if isOver { return nil }
      count = product
    }
    return count.multipliedReportingOverflow(by: element.bytes).overflow ? nil : count
  }

  private static func element(_ descr: String) -> Element? {
    var letters = Substring(descr)
    if let first = letters.first, "<>|=".contains(first) { letters = letters.dropFirst() }
    guard let kind = letters.first, let bytes = Int(letters.dropFirst()) else { return letters == "?" ? .bool : nil }
    switch (kind, bytes) {
    case ("f", 2), ("f", 4), ("f", 8): return .float(bytes)
    case ("i", 1), ("i", 2), ("i", 4), ("i", 8): return .signed(bytes)
    case ("u", 1), ("u", 2), ("u", 4), ("u", 8): return .unsigned(bytes)
    case ("b", 1): return .bool
    default: return nil
    }
  }

  private static func rest(_ text: String, after key: String) -> Substring? {
    guard let range = text.firstRange(of: key) else { return nil }
    return text[range.upperBound...].drop { $0 == " " }
  }

  private static func quoted(_ text: String, after key: String) -> String? {
    guard let rest = rest(text, after: key), rest.first == "'" else { return nil }
    return String(rest.dropFirst().prefix { $0 != "'" })
  }

  private static func word(_ text: String, after key: String) -> String? {
    rest(text, after: key).map { String($0.prefix { $0.isLetter }) }
  }

  private static func shape(_ text: String) -> [Int]? {
    guard let rest = rest(text, after: "'shape':"), rest.first == "(" else { return nil }
    let words = rest.dropFirst().prefix { $0 != ")" }.split(separator: ",")
    let lengths = words.map { $0.filter { $0 != " " && $0 != "L" } }.filter { !$0.isEmpty }.map { Int($0) }
    let known = lengths.compactMap { $0 }
    return known.count == lengths.count && known.allSatisfy { $0 >= 0 } && known.count <= 32 ? known : nil
  }
}

extension NumPyHeader {
  /// The numbers behind the header.
  func array(_ bytes: ArraySlice<UInt8>) throws(Fault) -> NumberArray {
    guard let count, bytes.count - length >= count * element.bytes else {
      throw Fault("it says shape \(shape), but holds fewer numbers")
    }
    var values: [Double] = []
    values.reserveCapacity(count)
    bytes.withUnsafeBytes { raw in
      for index in 0..<count { values.append(number(raw, at: length + index * element.bytes)) }
    }
    return isColumnMajor
      ? NumberArray(columnMajor: values, shape: shape, dtype: element.dtype)
      : NumberArray(shape: shape, values: values, dtype: element.dtype)
  }

  private func number(_ raw: UnsafeRawBufferPointer, at place: Int) -> Double {
    func load<Integer: FixedWidthInteger>(_: Integer.Type) -> Integer {
      let value = raw.loadUnaligned(fromByteOffset: place, as: Integer.self)
      return isBigEndian ? Integer(bigEndian: value) : Integer(littleEndian: value)
    }
    switch element {
    case .float(2): return Double(Self.half(load(UInt16.self)))
    case .float(4): return Double(Float(bitPattern: load(UInt32.self)))
    case .float: return Double(bitPattern: load(UInt64.self))
    case .signed(1): return Double(load(Int8.self))
    case .signed(2): return Double(load(Int16.self))
    case .signed(4): return Double(load(Int32.self))
    case .signed: return Double(load(Int64.self))
    case .unsigned(1): return Double(load(UInt8.self))
    case .unsigned(2): return Double(load(UInt16.self))
    case .unsigned(4): return Double(load(UInt32.self))
    case .unsigned: return Double(load(UInt64.self))
    case .bool: return load(UInt8.self) == 0 ? 0 : 1
    }
  }

  /// Half precision: 1 bit of sign, 5 of exponent, 10 of fraction.  Source: IEEE 754, binary16.
  private static func half(_ bits: UInt16) -> Float {
    let sign: Float = bits & 0x8000 == 0 ? 1 : -1
    let exponent = Int(bits >> 10 & 0x1F)
    let fraction = Float(bits & 0x3FF) / 1024
    if exponent == 31 { return fraction == 0 ? sign * .infinity : .nan }
    if exponent == 0 { return sign * fraction * Float(sign: .plus, exponent: -14, significand: 1) }
    return sign * (1 + fraction) * Float(sign: .plus, exponent: exponent - 15, significand: 1)
  }
}
