import Foundation
import HDF5File
import Testing

struct RoundTripTests {
  let scratch: Scratch
  let path: String

  init() throws {
    scratch = try Scratch()
    path = scratch.path("round.h5")
  }

  @Test(arguments: [Layout.contiguous, .chunked([2, 2], gzip: nil), .chunked([3, 100], gzip: 4)])
  func `every kind of array comes back as it was written`(layout: Layout) throws {
    let writer = try HDF5Writer(path: path)
    try writer.write([1.5, -2, .infinity, 4, 5, 6e300], shape: [2, 3], to: "a/b/double", layout: layout)
    try writer.write([Float(0.1), 2, 3, 4], shape: [2, 2], to: "a/float", layout: layout)
    try writer.write([Int.min, -1, 0, Int.max], shape: [4, 1], to: "ints", layout: layout)
    try writer.write([true, false], shape: [1, 2], to: "bools", layout: layout)
    try writer.write(["", "Grüße", "two words"], shape: [3, 1], to: "strings", layout: layout)
    try writer.close()
    let reader = try HDF5Reader(path: path)
    #expect(try reader.doubles("/a/b/double") == [1.5, -2, .infinity, 4, 5, 6e300])
    #expect(try reader.floats("a/float") == [0.1, 2, 3, 4])
    #expect(try reader.ints("ints") == [Int.min, -1, 0, Int.max])
    #expect(try reader.bools("bools") == [true, false])
    #expect(try reader.doubles("bools") == [1, 0])
    #expect(try reader.strings("strings") == ["", "Grüße", "two words"])
    #expect(try reader.shape("a/b/double") == [2, 3])
    #expect(try reader.elementKind("a/float") == .float(bytes: 4))
    #expect(try reader.elementKind("bools") == .boolean)
    #expect(try reader.elementKind("ints") == .integer(bytes: 8, isSigned: true))
  }

  @Test func `a scalar has no axes and an empty array has no elements`() throws {
    let writer = try HDF5Writer(path: path)
    try writer.write([7.5], shape: [], to: "scalar")
    try writer.write([Double](), shape: [0, 3], to: "empty", layout: .chunked([1, 3], gzip: 1))
    try writer.write(["word"], shape: [], to: "word")
    try writer.close()
    let reader = try HDF5Reader(path: path)
    #expect(try reader.shape("scalar") == [])
    #expect(try reader.doubles("scalar") == [7.5])
    #expect(try reader.shape("empty") == [0, 3])
    #expect(try reader.doubles("empty") == [])
    #expect(try reader.strings("word") == ["word"])
  }

  @Test func `a slab is the rectangle it names`() throws {
    let writer = try HDF5Writer(path: path)
    try writer.write(Array(0..<20), shape: [4, 5], to: "grid", layout: .chunked([3, 2], gzip: 6))
    try writer.write(["a", "b", "c", "d"], shape: [4], to: "letters")
    try writer.close()
    let reader = try HDF5Reader(path: path)
    #expect(try reader.ints("grid", in: Slab(start: [1, 2], count: [2, 3])) == [7, 8, 9, 12, 13, 14])
    #expect(try reader.floats("grid", in: Slab(start: [3, 4], count: [1, 1])) == [19])
    #expect(try reader.ints("grid", in: Slab(start: [4, 0], count: [0, 5])) == [])
    #expect(try reader.strings("letters", in: Slab(start: [1], count: [2])) == ["b", "c"])
    for wrong in [
      Slab(start: [3, 0], count: [2, 1]), Slab(start: [0], count: [1]), Slab(start: [-1, 0], count: [1, 1]),
    ] {
      #expect(throws: HDF5Error.self) { try reader.ints("grid", in: wrong) }
    }
  }

  @Test(arguments: [0, 512]) func `numbers that lie in one piece are read without the library`(_ head: Int) throws {
    let writer = try HDF5Writer(path: path)
    let values = (0..<1000).map { Double($0) / 3 }
    try writer.write(values, shape: [1000], to: "whole")
    try writer.write(values, shape: [1000], to: "pieces", layout: .chunked([100], gzip: nil))
    try writer.write(values, shape: [500, 2], to: "rows")
    try writer.write(values.map(Float.init), shape: [1000], to: "narrow")
    try writer.write([Double](), shape: [0], to: "empty")
    try writer.close()
    // A head of the user's, such as MATLAB's, moves everything.
    let bytes = try Data(contentsOf: URL(filePath: path))
    try (Data(count: head) + bytes).write(to: URL(filePath: path))
    let reader = try HDF5Reader(path: path)
    let stored = try #require(try reader.storedDoubles("whole"))
    #expect(stored.count == 1000)
    var part = [Double](repeating: 0, count: 10)
    try stored.read(from: 990, into: &part)
    #expect(part == Array(values.suffix(10)))
    #expect(try reader.doubles("whole") == values)
    for name in ["pieces", "rows", "narrow", "empty"] { #expect(try reader.storedDoubles(name) == nil) }
  }

  @Test func `children come in the order of their names`() throws {
    let writer = try HDF5Writer(path: path)
    for name in ["zeta", "alpha", "Beta", "mid10", "mid2"] { try writer.group("g/\(name)") }
    try writer.write([1], shape: [1], to: "g/data")
    try writer.group("g/alpha")
    try writer.close()
    let reader = try HDF5Reader(path: path)
    #expect(try reader.children("g") == ["Beta", "alpha", "data", "mid10", "mid2", "zeta"])
    #expect(try reader.children("") == ["g"])
    #expect(try reader.kind("g") == .group)
    #expect(try reader.kind("/") == .group)
    #expect(try reader.kind("g/data") == .dataset)
    #expect(reader.exists("g/data"))
    #expect(!reader.exists("g/data/deeper"))
    #expect(!reader.exists("g/none"))
  }

  @Test func `attributes come back as text, integers or numbers`() throws {
    let writer = try HDF5Writer(path: path)
    try writer.group("g")
    try writer.attribute("unit", of: "g", .text(["mm/s"]))
    try writer.attribute("columns", of: "g", .text(["a", "bc"]))
    try writer.attribute("rate", of: "g", .numbers([22.5]))
    try writer.attribute("count", of: "g", .integers([3]))
    try writer.attribute("count", of: "g", .integers([4]))
    try writer.close()
    let reader = try HDF5Reader(path: path)
    #expect(try reader.text(attribute: "unit", of: "g") == "mm/s")
    #expect(try reader.attribute("columns", of: "g") == .text(["a", "bc"]))
    #expect(try reader.text(attribute: "columns", of: "g") == nil)
    #expect(try reader.number(attribute: "rate", of: "g") == 22.5)
    #expect(try reader.number(attribute: "count", of: "g") == 4)
    #expect(try reader.attribute("none", of: "g") == nil)
  }

  @Test func `equal calls give equal bytes`() throws {
    var files: [Data] = []
    for name in ["one.h5", "two.h5"] {
      let writer = try HDF5Writer(path: scratch.path(name))
      try writer.write([1.0, 2, 3], shape: [3], to: "g/x", layout: .chunked([3], gzip: 4))
      try writer.write(["a", "b"], shape: [2], to: "g/s")
      try writer.attribute("unit", of: "g", .text(["s"]))
      try writer.close()
      files.append(try Data(contentsOf: URL(filePath: scratch.path(name))))
      Thread.sleep(forTimeInterval: 1.1)  // longer than the resolution of the time stamps that must not be there
    }
    #expect(files[0] == files[1])
  }

  @Test func `many threads read one file`() async throws {
    let writer = try HDF5Writer(path: path)
    let values = (0..<1000).map(Double.init)
    try writer.write(values, shape: [1000], to: "x", layout: .chunked([10], gzip: 1))
    try writer.close()
    let reader = try HDF5Reader(path: path)
    let path = path
    try await withThrowingTaskGroup(of: Bool.self) { group in
      for _ in 0..<16 {
        group.addTask { try reader.doubles("x") == values && HDF5Reader(path: path).doubles("x") == values }
      }
      for try await isRight in group { #expect(isRight) }
    }
  }
}
