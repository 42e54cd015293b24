import CZlib
import Foundation

/// Whether the sizes in a MATLAB file of version 5 to 7 are those of its bytes: libmatio believes what a file says of itself, and
/// makes room for it. Source: MathWorks, MAT-File Format, level 5.
struct MatlabSizes {
  struct Fault: Error {}

  private let bytes: MatlabBytes
  private let isSwapped: Bool

  /// - Throws: `Fault` when some part claims more than its whole holds, or is of no kind that there is.
  static func check(_ path: String) throws(Fault) {
    guard let file = try? Data(contentsOf: URL(fileURLWithPath: path), options: .mappedIfSafe), file.count > 128 else {
      throw Fault()
    }
    // The mark is the letters MI as a number in the writer's order of bytes.
    let walk = MatlabSizes(bytes: MatlabBytes(file.dropFirst(128)), isSwapped: file[126] == UInt8(ascii: "M"))
    var left = file.count - 128
    while left > 0 {
      let tag = try walk.tag(&left)
      switch tag.type {
      case 14: try walk.matrix(tag.count, depth: 0)
      case 15:
        let start = file.count - left
        let packed = MatlabBytes(packed: file[start..<start + tag.count])
        let inner = MatlabSizes(bytes: packed, isSwapped: walk.isSwapped)
        // Nothing packs better than a thousand to one.
        var most = 1032 * tag.count + 64
        let own = try inner.tag(&most)
        guard own.type == 14, own.count <= most else { throw Fault() }
        try inner.matrix(own.count, depth: 0)
        try walk.skip(tag.count)
      default: throw Fault()
      }
      left -= min(left, tag.type == 15 ? tag.count : tag.padded)
    }
  }

  private struct Tag {
    var type: Int
    var count: Int
    /// Up to four bytes that stand in the tag itself.
    var inside: [UInt8]?
    var padded: Int { inside == nil ? (count + 7) / 8 * 8 : 0 }
  }

  private func number(_ bytes: ArraySlice<UInt8>) -> Int {
    (isSwapped ? Array(bytes) : bytes.reversed()).reduce(0) { $0 << 8 | Int($1) }
  }

  private func take(_ count: Int) throws(Fault) -> [UInt8] {
    guard let taken = bytes.take(count) else { throw Fault() }
    return taken
  }

  private func skip(_ count: Int) throws(Fault) {
    guard bytes.skip(count) else { throw Fault() }
  }

  /// - Parameter left: how many bytes of the whole are left, without the tag afterwards.
  private func tag(_ left: inout Int) throws(Fault) -> Tag {
    guard left >= 8 else { throw Fault() }
    let head = try take(8)
    left -= 8
    let word = number(head[0..<4])
    if word >> 16 != 0 {
      guard word >> 16 <= 4 else { throw Fault() }
      return Tag(type: word & 0xFFFF, count: word >> 16, inside: Array(head[4..<4 + (word >> 16)]))
    }
    let count = number(head[4..<8])
    guard count <= left else { throw Fault() }
    return Tag(type: word, count: count)
  }

  /// A short part: lengths or names.
  private func part(_ left: inout Int) throws(Fault) -> [UInt8] {
    let tag = try tag(&left)
    if let inside = tag.inside { return inside }
    guard tag.count <= 1 << 20 else { throw Fault() }
    let content = try take(tag.count)
    try leave(tag, &left)
    return content
  }

  /// Goes on behind a part of which the content was taken.
  private func leave(_ tag: Tag, _ left: inout Int) throws(Fault) {
    let padded = min(tag.padded, left)
    try skip(padded - tag.count)
    left -= padded
  }

  private func matrix(_ count: Int, depth: Int) throws(Fault) {
    if count == 0 { return }
    guard depth < 32 else { throw Fault() }
    var left = count
    let flags = try part(&left)
    guard flags.count == 8 else { throw Fault() }
    let kind = number(flags[0..<4])
    // Objects of newer classes have no lengths.
    if kind & 0xFF == 17 { return try skip(left) }
    let lengths = try part(&left)
    guard lengths.count >= 8, lengths.count <= 128, lengths.count % 4 == 0 else { throw Fault() }
    let dims = stride(from: 0, to: lengths.count, by: 4).map { number(lengths[$0..<$0 + 4]) }
    let total = dims.reduce(1.0) { $0 * Double($1) }
    _ = try part(&left)
    switch kind & 0xFF {
    case 1: try children(total, &left, depth)
    case 2, 3:
      if kind & 0xFF == 3 { _ = try part(&left) }
      let length = try part(&left)
      guard length.count == 4, (1...4096).contains(number(length[...])) else { throw Fault() }
      let width = number(length[...])
      let names = try part(&left)
      let fields = names.count / width
      guard names.count % width == 0, (0..<fields).allSatisfy({ names[$0 * width..<($0 + 1) * width].contains(0) })
      else { throw Fault() }
      try children(total * Double(fields), &left, depth)
    case 4, 6...15:
      for _ in 0..<(kind & 0x800 != 0 ? 2 : 1) where left > 0 || total > 0 { try values(total, &left) }
    // Sparse matrices, functions and objects hold no numbers for us; libmatio sizes them by their parts.
    default: break
    }
    try skip(left)
  }

  private func children(_ count: Double, _ left: inout Int, _ depth: Int) throws(Fault) {
    guard count <= Double(left / 8) else { throw Fault() }
    for _ in 0..<Int(count) {
      let tag = try tag(&left)
      guard tag.type == 14, tag.inside == nil else { throw Fault() }
      try matrix(tag.count, depth: depth + 1)
      try leave(tag, &left)
    }
  }

  /// Bytes of a number, by its type in the file; the last three are letters.
  private static let sizes = [1: 1, 2: 1, 3: 2, 4: 2, 5: 4, 6: 4, 7: 4, 9: 8, 12: 8, 13: 8, 16: 1, 17: 2, 18: 4]

  private func values(_ most: Double, _ left: inout Int) throws(Fault) {
    let tag = try tag(&left)
    guard let size = Self.sizes[tag.type], most <= Double(tag.count / size) else { throw Fault() }
    if tag.inside != nil { return }
    try skip(tag.count)
    try leave(tag, &left)
  }
}

/// Bytes one after the other, unpacked on the way where they are packed.
private final class MatlabBytes {
  private let source: [UInt8]
  private let whole: Data
  private let isPacked: Bool
  private var place = 0
  private var stream = z_stream()

  init(_ bytes: Data) {
    (whole, source, isPacked) = (bytes, [], false)
  }

  init(packed: Data) {
    (whole, source, isPacked) = (packed, Array(packed), true)
    guard czlib_start(&stream) == Z_OK else { preconditionFailure("zlib does not start") }
  }

  deinit { if isPacked { inflateEnd(&stream) } }

  func take(_ count: Int) -> [UInt8]? {
    if isPacked { return unpack(count) }
    guard count <= whole.count - place else { return nil }
    defer { place += count }
    return Array(whole[whole.startIndex + place..<whole.startIndex + place + count])
  }

  func skip(_ count: Int) -> Bool {
    guard isPacked else {
      place += count
      return place <= whole.count
    }
    var left = count
    while left > 0 {
      let step = min(left, 1 << 16)
      guard unpack(step) != nil else { return false }
      left -= step
    }
    return true
  }

  private func unpack(_ count: Int) -> [UInt8]? {
    var made = [UInt8](repeating: 0, count: count)
    let got = made.withUnsafeMutableBufferPointer { made in
      source.withUnsafeBufferPointer { source -> Int in
        stream.next_in = UnsafeMutablePointer(mutating: source.baseAddress.map { $0 + place })
        stream.avail_in = UInt32(clamping: source.count - place)
        stream.next_out = made.baseAddress
        stream.avail_out = UInt32(made.count)
        while stream.avail_out > 0, CZlib.inflate(&stream, Z_NO_FLUSH) == Z_OK {}
        place = source.count - Int(stream.avail_in)
        return made.count - Int(stream.avail_out)
      }
    }
    return got == count ? made : nil
  }
}
