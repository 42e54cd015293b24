import Foundation
import HDF5File
import Testing

struct FaultTests {
  let scratch: Scratch

  init() throws { scratch = try Scratch() }

  func problem(_ body: () throws(HDF5Error) -> Void) -> HDF5Error.Problem? {
    do {
      try body()
      return nil
    } catch {
      return error.problem
    }
  }

  func small(_ name: String = "small.h5") throws -> String {
    let path = scratch.path(name)
    let writer = try HDF5Writer(path: path)
    try writer.write((0..<500).map(Double.init), shape: [500], to: "g/x", layout: .chunked([100], gzip: 4))
    try writer.write(["a"], shape: [1], to: "g/s")
    try writer.write([0.5], shape: [1], to: "g/half")
    try writer.close()
    return path
  }

  @Test func `a missing file and a folder have their own errors`() throws {
    #expect(problem { () throws(HDF5Error) in _ = try HDF5Reader(path: scratch.path("none.h5")) } == .noSuchFile)
    #expect(problem { () throws(HDF5Error) in _ = try HDF5Reader(path: scratch.folder.path) } == .isFolder)
  }

  @Test(
    arguments: [
      ([], "an empty file"),
      (Array("version https://git-lfs.github.com/spec/v1\noid".utf8), "Git LFS"),
      (Array("/annex/objects/SHA256E-s1--00.nwb\n".utf8), "git-annex"),
      (Array("MATLAB 5.0 MAT-file, Platform".utf8), "MATLAB"),
      ([0x93] + Array("NUMPY".utf8), "NumPy"),
      (Array("Salted__12345678".utf8), "encrypted with OpenSSL"),
      (Array("<!DOCTYPE html><html>".utf8), "web page"),
      (Array("{\"a\": 1}".utf8), "JSON"),
      (Array("just text\n".utf8), "plain text"),
      ([0, 0, 0, 0, 0, 0], "zeros"),
      ([1, 200, 3, 250, 17], "unknown format"),
    ] as [([UInt8], String)])
  func `a file that is not HDF5 says what it looks like`(bytes: [UInt8], word: String) throws {
    let path = try scratch.write(bytes, to: "odd.nwb")
    guard case .notHDF5(let looks) = problem({ () throws(HDF5Error) in _ = try HDF5Reader(path: path) }) else {
      Issue.record("not recognised as something else than HDF5")
      return
    }
    #expect(looks.contains(word))
  }

  @Test func `a truncated file is called truncated`() throws {
    let whole = try Data(contentsOf: URL(filePath: small()))
    for fraction in [0.2, 0.5, 0.99] {
      let part = Array(whole.prefix(Int(Double(whole.count) * fraction)))
      let path = try scratch.write(part, to: "part.h5")
      #expect(problem { () throws(HDF5Error) in _ = try HDF5Reader(path: path) } == .truncated)
    }
  }

  @Test func `damaged compressed data are an error and not other numbers`() throws {
    let path = scratch.path("large.h5")
    let writer = try HDF5Writer(path: path)
    let values = (0..<50_000).map { Double(($0 &* 2_654_435_761) & 0xFFFF_FFFF) }
    try writer.write(values, shape: [50_000], to: "x", layout: .chunked([5_000], gzip: 1))
    try writer.close()
    var bytes = try Data(contentsOf: URL(filePath: path))
    bytes[bytes.count / 2] ^= 0xFF  // more than nine tenths of this file are compressed data
    try bytes.write(to: URL(filePath: path))
    let reader = try HDF5Reader(path: path)
    guard case .damaged = problem({ () throws(HDF5Error) in _ = try reader.doubles("x") }) else {
      Issue.record("damage went unnoticed")
      return
    }
  }

  @Test func `an array that claims more than the file can hold is refused`() throws {
    let path = scratch.path("claim.h5")
    let writer = try HDF5Writer(path: path)
    try writer.write([1.0, 2, 3], shape: [3], to: "x", layout: .chunked([3], gzip: nil))
    try writer.close()
    var bytes = Array(try Data(contentsOf: URL(filePath: path)))
    // The length 3 of the only axis, as the eight bytes of the dataspace message and of the limit after it.
    let length: [UInt8] = [3, 0, 0, 0, 0, 0, 0, 0]
    let place = bytes.indices.first { Array(bytes[$0...].prefix(16)) == length + length }
    bytes[try #require(place) + 5] = 1
    try Data(bytes).write(to: URL(filePath: path))
    let reader = try HDF5Reader(path: path)
    guard case .wrongShape(_, let found) = problem({ () throws(HDF5Error) in _ = try reader.doubles("x") }) else {
      Issue.record("memory was asked for a size that cannot be")
      return
    }
    #expect(found == [3 + 1 << 40])
  }

  @Test func `texts that all point at one long text do not fill the memory`() throws {
    let path = scratch.path("texts.h5")
    let writer = try HDF5Writer(path: path)
    // One text of a megabyte, then entries of the file that name it, as many as there are others.
    let count = 4096
    try writer.write([String(repeating: "a", count: 1 << 20)] + (1..<count).map { "\($0)" }, shape: [count], to: "x")
    try writer.close()
    var bytes = try Data(contentsOf: URL(filePath: path))
    // An entry is the length of the text, the address of its heap and its number there; the first one is the long text.
    let length = Data([0, 0, 16, 0])
    let first = try #require(
      bytes.indices.first { bytes[$0...].starts(with: length) && bytes[($0 + 16)...].starts(with: [1, 0, 0, 0]) })
    let entry = bytes[first..<first + 16]
    for place in 1..<count { bytes.replaceSubrange(first + 16 * place..<first + 16 * (place + 1), with: entry) }
    try bytes.write(to: URL(filePath: path))
    let reader = try HDF5Reader(path: path)
    guard case .damaged = problem({ () throws(HDF5Error) in _ = try reader.strings("x") }) else {
      Issue.record("four gigabytes of text were read from \(bytes.count) bytes")
      return
    }
    #expect(try reader.strings("x", in: Slab(start: [0], count: [2])).map(\.count) == [1 << 20, 1 << 20])
  }

  @Test func `a missing object names where its path ends and what is there`() throws {
    let reader = try HDF5Reader(path: small())
    let found = problem { () throws(HDF5Error) in _ = try reader.doubles("g/y") }
    #expect(found == .noSuchObject(parent: "/g", names: ["half", "s", "x"]))
    #expect(
      problem { () throws(HDF5Error) in _ = try reader.children("h/i/j") } == .noSuchObject(parent: "/", names: ["g"]))
    #expect(
      problem { () throws(HDF5Error) in _ = try reader.shape("g") } == .wrongKind(expected: .dataset, found: .group))
    #expect(
      problem { () throws(HDF5Error) in _ = try reader.children("g/x") }
        == .wrongKind(expected: .group, found: .dataset))
  }

  @Test func `a wrong type names both types`() throws {
    let reader = try HDF5Reader(path: small())
    #expect(
      problem { () throws(HDF5Error) in _ = try reader.doubles("g/s") }
        == .wrongType(expected: "numbers", found: "text"))
    let half = problem { () throws(HDF5Error) in _ = try reader.ints("g/half") }
    #expect(half == .wrongType(expected: "integers", found: "floating-point numbers of 64 bits"))
    guard case .wrongType = problem({ () throws(HDF5Error) in _ = try reader.strings("g/x") }) else {
      Issue.record("numbers read as text")
      return
    }
  }

  @Test func `an error names file and object`() throws {
    let path = try small()
    let reader = try HDF5Reader(path: path)
    do {
      _ = try reader.doubles("g/y")
      Issue.record("no error")
    } catch {
      #expect(error.file == path)
      #expect(error.object == "g/y")
      #expect(error.description.contains(path))
    }
  }

  @Test func `a file that cannot be created says why`() throws {
    let path = scratch.path("none/below.h5")
    guard case .cannotWrite(let why) = problem({ () throws(HDF5Error) in _ = try HDF5Writer(path: path) }) else {
      Issue.record("created in a folder that does not exist")
      return
    }
    #expect(why.contains("No such file or directory"))
  }

  @Test func `writing after the end is an error`() throws {
    let writer = try HDF5Writer(path: scratch.path("closed.h5"))
    try writer.close()
    try writer.close()
    guard case .cannotWrite = problem({ () throws(HDF5Error) in try writer.group("g") }) else {
      Issue.record("wrote to a closed file")
      return
    }
  }
}
