import ArrayFiles
import Foundation
import Testing

struct NumPyTests {
  /// An `.npy` file as NumPy writes it.
  static func npy(_ descr: String, _ shape: String, isFortran: Bool = false, _ data: [UInt8]) -> Data {
    var head = "{'descr': '\(descr)', 'fortran_order': \(isFortran ? "True" : "False"), 'shape': \(shape), }"
    while (head.utf8.count + 11) % 64 != 0 { head += " " }
    head += "\n"
    let size = head.utf8.count
    return Data([0x93] + Array("NUMPY".utf8) + [1, 0, UInt8(size & 255), UInt8(size >> 8)] + Array(head.utf8) + data)
  }

  @Test func `an archive lists its arrays and gives their numbers`() throws {
    let sample = try Sample(base64: Samples.npz, "npz")
    let file = try NumPyFile(path: sample.path)
    #expect(file.names == ["spikes", "velocity", "target", "objects"])
    let spikes = try file.array("spikes")
    #expect(spikes.shape == [2, 3, 2] && spikes.values == (0..<12).map(Double.init) && spikes.dtype == "uint8")
    let velocity = try file.array("velocity")
    #expect(velocity.values.prefix(5) == [1, 2, 3, 4, 5] && velocity.values[5].isNaN)
    #expect(try file.array("target").values == [5, 7])
    #expect(try file.shape("spikes").shape == [2, 3, 2])
    #expect(complaint { _ = try file.array("objects") }.contains("Python objects, which are never read"))
    #expect(complaint { _ = try file.array("speed") } == "speed: there is no such array")
  }

  @Test(
    arguments: [
      ("<f8", [0, 0, 0, 0, 0, 0, 0xF8, 0xBF], -1.5), (">f4", [0x3F, 0xC0, 0, 0], 1.5), ("<f2", [0, 0x3E], 1.5),
      ("<f2", [1, 0], 0x1p-24), ("<f2", [0, 0xFC], -.infinity), ("|b1", [2], 1), ("|i1", [0xFF], -1),
      ("|u1", [0xFF], 255),
      ("<i2", [0xFE, 0xFF], -2), (">u2", [1, 0], 256), ("<i4", [0xFF, 0xFF, 0xFF, 0x7F], 2_147_483_647),
      ("<u4", [0xFF, 0xFF, 0xFF, 0xFF], 4_294_967_295), ("<i8", [1, 0, 0, 0, 0, 0, 0, 0], 1),
      (">u8", [0, 0, 0, 0, 0, 0, 1, 0], 256),
    ] as [(String, [UInt8], Double)])
  func `every type of number is read in both orders of bytes`(_ descr: String, _ bytes: [UInt8], _ value: Double) throws
  {
    let sample = try Sample(Self.npy(descr, "(1,)", bytes), "npy")
    #expect(try NumPyFile(path: sample.path).array(NumPyFile.only).values == [value])
  }

  @Test func `Fortran order is turned into rows`() throws {
    let sample = try Sample(Self.npy("|u1", "(2, 3)", isFortran: true, [1, 4, 2, 5, 3, 6]), "npy")
    let array = try NumPyFile(path: sample.path).array(NumPyFile.only)
    #expect(array.shape == [2, 3] && array.values == [1, 2, 3, 4, 5, 6])
    let cube = NumberArray(shape: [2, 3, 2], values: (0..<12).map(Double.init), dtype: "uint8")
    #expect(cube.reordered([2, 0, 1]).values == [0, 2, 4, 6, 8, 10, 1, 3, 5, 7, 9, 11])
    #expect(cube.reordered([1, 2, 0]).reordered([2, 0, 1]) == cube)
  }

  @Test(arguments: [
    ("<f8", "(1000000000, 1000000000)"), ("<f8", "(9223372036854775807, 16)"), ("<f8", "(3,)"), ("<f8", "(-1,)"),
    ("<M8[ns]", "(1,)"), ("<c16", "(1,)"), ("|S5", "(1,)"), ("<f8", "(x,)"),
  ])
  func `what cannot be is refused`(_ descr: String, _ shape: String) throws {
    let sample = try Sample(Self.npy(descr, shape, Array(repeating: 0, count: 16)), "npy")
    let file = try NumPyFile(path: sample.path)
    #expect(complaint { _ = try file.array(NumPyFile.only) }.contains("cannot be read"))
  }

  @Test func `no damage of one byte and no cut ends in anything but an error or numbers`() throws {
    let bytes = try #require(Data(base64Encoded: Samples.npz))
    var refused = 0
    for place in stride(from: 0, to: bytes.count, by: 7) {
      for change in [UInt8(0xFF), 1, 0x80] {
        var damaged = bytes
        damaged[place] ^= change
        refused += try Self.refusals(damaged)
      }
      refused += try Self.refusals(bytes.prefix(place))
    }
    #expect(refused > 200)
  }

  private static func refusals(_ bytes: Data) throws -> Int {
    let sample = try Sample(bytes, "npz")
    guard let file = try? NumPyFile(path: sample.path) else { return 1 }
    return file.names.count { (try? file.array($0)) == nil } > 1 ? 1 : 0
  }
}

struct MatlabTests {
  @Test func `structs are addressed by path and cells are lists`() throws {
    let sample = try Sample(base64: Samples.mat, "mat")
    let file = try MatlabFile(path: sample.path)
    #expect(file.variables.map(\.path).sorted() == ["data.spikes", "data.target", "x"])
    #expect(try file.array("x") == NumberArray(shape: [2, 3], values: [1, 2, 3, 4, 5, 6], dtype: "float64"))
    let trials = try file.list("data.spikes")
    #expect(trials.map(\.shape) == [[2, 3], [3, 3]])
    #expect(trials[0].values == [1, 2, 3, 4, 5, 6] && trials[1].values == [7, 8, 9, 10, 11, 12, 13, 14, 15])
    #expect(try file.array("data.target") == NumberArray(shape: [1, 2], values: [3, 1], dtype: "uint8"))
    #expect(complaint { _ = try file.array("data.spike") } == "data.spike: there is no such variable")
    #expect(complaint { _ = try file.array("data.spikes") } == "data.spikes: the variable does not hold numbers")
    #expect(complaint { _ = try file.list("x") } == "x: the variable is no cell array")
  }

  @Test func `a cut file is an error`() throws {
    let bytes = try #require(Data(base64Encoded: Samples.mat))
    for length in [0, 64, 127] {
      let sample = try Sample(bytes.prefix(length), "mat")
      #expect(complaint { _ = try MatlabFile(path: sample.path) }.hasPrefix("the MATLAB file "))
    }
  }
}

struct TextTableTests {
  func table(_ text: String) throws -> TextTable {
    let sample = try Sample(Data(text.utf8), "csv")
    return try TextTable(path: sample.path)
  }

  @Test func `names, numbers, words and what is missing`() throws {
    let table = try table(
      "\u{FEFF}# made by hand\r\ntime, unit_1,\"unit \"\"2\"\"\",what\r\n0,1,,go\r\n0.5,NA,2e3,\"a, b\"\r\n")
    #expect(table.names == ["time", "unit_1", "unit \"2\"", "what"])
    #expect(table.rows == 2)
    #expect(table.column("time") == [0, 0.5])
    #expect(table.column("unit_1")?.first == 1 && table.column("unit_1")?.last?.isNaN == true)
    #expect(table.column("unit \"2\"")?.last == 2000)
    #expect(table.words["what"] == ["go", "a, b"] && table.column("what") == nil)
  }

  @Test func `a table without names, between tabs`() throws {
    let table = try table("1\t2\n3\t-\n")
    #expect(table.names == ["column_1", "column_2"])
    #expect(table.column("column_1") == [1, 3] && table.column("column_2")?[1].isNaN == true)
  }

  @Test(arguments: [
    ("", "the table is empty"), ("a,b\n1\n", "line 2 has 1 fields, the first has 2"),
    ("a,a\n1,2\n", "a: two columns have the name `a`"), ("a,b\n\"1,2\n", "line 2 has a quote that is not closed"),
  ])
  func `what is no table is refused`(_ text: String, _ message: String) {
    #expect(complaint { _ = try self.table(text) } == message)
  }
}
