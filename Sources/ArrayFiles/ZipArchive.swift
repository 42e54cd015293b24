import CZlib
import Foundation

/// The entries of a ZIP archive, stored or deflated, with sizes beyond 4 GB.
///
/// Source: APPNOTE.TXT of PKWARE, sections 4.3 and 4.5.3.
struct ZipArchive {
  struct Entry: Hashable {
    var name: String
    var method: Int
    var checksum: UInt32
    var packed: Int
    var size: Int
    /// Where its local header begins.
    var start: Int
  }

  struct Fault: Error, Hashable {
    var text: String
    init(_ text: String) { self.text = text }
  }

  private let bytes: Data
  let entries: [Entry]

  /// No deflated byte becomes more than so many.
  private static let mostGrowth = 1032
  private static let mostEntries = 100_000

  init(_ bytes: Data) throws(Fault) {
    self.bytes = bytes
    var reader = Reader(bytes: bytes)
    let (start, count) = try Self.directory(&reader)
    guard count <= Self.mostEntries else { throw Fault("it lists \(count) entries") }
    var entries: [Entry] = []
    reader.place = start
    for _ in 0..<count { entries.append(try Self.entry(&reader)) }
    self.entries = entries
  }

  /// Where the list of entries begins and how many there are.
  private static func directory(_ reader: inout Reader) throws(Fault) -> (start: Int, count: Int) {
    let end = reader.bytes.count
    var place = end - 22
    while place >= 0, place >= end - 22 - 0xFFFF {
      reader.place = place
      if reader.u32() == 0x0605_4B50 { break }
      place -= 1
    }
    guard place >= 0, place >= end - 22 - 0xFFFF else {
      throw Fault("it is truncated: the list of its entries is missing")
    }
    reader.place = place + 10
    let count = reader.u16()
    reader.place = place + 16
    let start = reader.u32()
    guard count == 0xFFFF || start == 0xFFFF_FFFF else { return (start, count) }
    reader.place = place - 20
    guard reader.u32() == 0x0706_4B50 else { return (start, count) }
    reader.place = place - 12
    let record = try reader.offset()
    reader.place = record
    guard reader.u32() == 0x0606_4B50 else { throw Fault("the list of its entries is damaged") }
    reader.place = record + 32
    let all = try reader.offset()
    reader.place = record + 48
    return (try reader.offset(), all)
  }

  private static func entry(_ reader: inout Reader) throws(Fault) -> Entry {
    let place = reader.place
    guard reader.u32() == 0x0201_4B50 else { throw Fault("the list of its entries is damaged") }
    reader.place = place + 8
    let flags = reader.u16()
    guard flags & 1 == 0 else { throw Fault("it is encrypted") }
    let method = reader.u16()
    reader.place = place + 16
    let checksum = UInt32(reader.u32())
    var packed = reader.u32()
    var size = reader.u32()
    let (nameLength, extraLength, commentLength) = (reader.u16(), reader.u16(), reader.u16())
    reader.place = place + 42
    var start = reader.u32()
    guard let name = reader.text(at: place + 46, nameLength) else { throw Fault("the list of its entries is cut off") }
    // Sizes beyond 4 GB stand in an extra field, those that are needed, in this order.
    var field = place + 46 + nameLength
    let end = field + extraLength
    while field + 4 <= end {
      reader.place = field
      let (id, length) = (reader.u16(), reader.u16())
      if id == 1 {
        if size == 0xFFFF_FFFF { size = try reader.offset() }
        if packed == 0xFFFF_FFFF { packed = try reader.offset() }
        if start == 0xFFFF_FFFF { start = try reader.offset() }
      }
      field += 4 + length
    }
    reader.place = end + commentLength
    return Entry(name: name, method: method, checksum: checksum, packed: packed, size: size, start: start)
  }

  /// The bytes of an entry.
  /// - Parameter first: how many of them, all where nil.
  func content(_ entry: Entry, first: Int? = nil) throws(Fault) -> [UInt8] {
    var reader = Reader(bytes: bytes)
    reader.place = entry.start
    guard reader.u32() == 0x0403_4B50 else { throw Fault("the entry `\(entry.name)` is damaged") }
    reader.place = entry.start + 26
    let start = entry.start + 30 + reader.u16() + reader.u16()
    guard start <= bytes.count, entry.packed <= bytes.count - start else {
      throw Fault("the entry `\(entry.name)` is cut off")
    }
    guard entry.size / Self.mostGrowth <= entry.packed else {
      throw Fault("the entry `\(entry.name)` says that it is larger than it can be")
    }
    let wanted = min(first ?? entry.size, entry.size)
    let packed = bytes[bytes.startIndex + start..<bytes.startIndex + start + entry.packed]
    let content: [UInt8]
    switch entry.method {
    case 0:
      guard entry.packed == entry.size else { throw Fault("the entry `\(entry.name)` is damaged") }
      content = Array(packed.prefix(wanted))
    case 8: content = try Self.inflate(packed, size: wanted, name: entry.name)
    default: throw Fault("the entry `\(entry.name)` is compressed in a way that is not read (\(entry.method))")
    }
    if first == nil {
      let sum = content.withUnsafeBufferPointer { crc32_z(0, $0.baseAddress, $0.count) }
      guard UInt32(truncatingIfNeeded: sum) == entry.checksum else {
        throw Fault("the entry `\(entry.name)` is damaged: its checksum differs")
      }
    }
    return content
  }

  private static func inflate(_ packed: Data, size: Int, name: String) throws(Fault) -> [UInt8] {
    var source = Array(packed)
    var content = [UInt8](repeating: 0, count: size)
    var made = 0
    var stream = z_stream()
    guard czlib_start_raw(&stream) == Z_OK else { throw Fault("zlib does not start") }
    defer { inflateEnd(&stream) }
    source.withUnsafeMutableBufferPointer { source in
      content.withUnsafeMutableBufferPointer { content in
        var read = 0
        while made < size {
          let room = min(size - made, 1 << 30)
          let rest = min(source.count - read, 1 << 30)
          stream.next_in = source.baseAddress.map { $0 + read }
          stream.avail_in = UInt32(rest)
          stream.next_out = content.baseAddress.map { $0 + made }
          stream.avail_out = UInt32(room)
          let status = CZlib.inflate(&stream, Z_NO_FLUSH)
          let used = rest - Int(stream.avail_in)
          let gained = room - Int(stream.avail_out)
          read += used
          made += gained
          if status != Z_OK || used + gained == 0 { break }
        }
      }
    }
    guard made == size else { throw Fault("the entry `\(name)` is damaged: it unpacks to fewer bytes than it says") }
    return content
  }

  /// Little-endian numbers at a place; beyond the end all are 0.
  private struct Reader {
    let bytes: Data
    var place = 0

    init(bytes: Data) { self.bytes = bytes }

    mutating func number(_ length: Int) -> UInt64 {
      defer { place += length }
      guard place >= 0, place <= bytes.count - length else { return 0 }
      return (0..<length).reduce(0) { $0 | UInt64(bytes[bytes.startIndex + place + $1]) << (8 * UInt64($1)) }
    }

    mutating func u16() -> Int { Int(number(2)) }
    mutating func u32() -> Int { Int(number(4)) }

    mutating func offset() throws(Fault) -> Int {
      guard let value = Int(exactly: number(8)), value < 1 << 60 else {
        throw Fault("the list of its entries is damaged")
      }
      return value
    }

    func text(at place: Int, _ length: Int) -> String? {
      guard place >= 0, place <= bytes.count - length else { return nil }
      return String(decoding: bytes[bytes.startIndex + place..<bytes.startIndex + place + length], as: UTF8.self)
    }
  }
}
