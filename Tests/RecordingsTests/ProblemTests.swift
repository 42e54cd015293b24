import Foundation
import HDF5File
import Recordings
import SpecLanguage
import Testing

struct ProblemTests {
  let scratch: Scratch
  init() throws { scratch = try Scratch() }

  func spec(_ path: String, rest: String = "") throws -> Dataset {
    try dataset("kind: nwb\npath: \"\(path)\"\nobserve: {kind: spikes, bin: 100 ms}\nsplit: {train: 1}\n" + rest)
  }

  func good(_ name: String) throws {
    let file = try SmallFile(scratch.path(name))
    try file.units([[0.05]])
    try file.trials([(0, 1)])
    try file.writer.close()
  }

  @Test func `every file with a problem is reported, not only the first`() throws {
    try good("a.nwb")
    try Data("Salted__0123".utf8).write(to: URL(filePath: scratch.path("b.nwb")))
    try Data("version https://git-lfs.github.com/spec/v1".utf8).write(to: URL(filePath: scratch.path("c.nwb")))
    let unitless = try SmallFile(scratch.path("d.nwb"))
    try unitless.writer.close()
    let found = problems { _ = try spec(scratch.path("*.nwb"), rest: "behavior: {v: velocity}\n").headers(id: "x") }
    #expect(found.map(\.session) == ["x/a", "x/b", "x/c", "x/d", "x/d", "x/d"])
    #expect(found[1].message.contains("encrypted with OpenSSL"))
    #expect(found[2].message.contains("Git LFS"))
    #expect(found[3].object == "units" && found[3].message == "the file has no units with spike times")
    #expect(found[4].object == "velocity")
    #expect(found[5].object == "intervals/trials")
    #expect(found.allSatisfy { $0.file?.hasSuffix(".nwb") == true })
  }

  @Test func `a missing file, a folder and an empty pattern have their own words`() throws {
    let missing = problems { _ = try spec(scratch.path("none.nwb")).headers(id: "x") }
    #expect(missing.first?.message == "there is no such file")
    let folder = problems { _ = try spec(scratch.folder).headers(id: "x") }
    #expect(folder.first?.message == "this is a folder, not a file")
    #expect(folder.first?.help.first?.contains("/*.nwb") == true)
    let empty = problems { _ = try spec(scratch.path("sub-*/x.nwb")).headers(id: "x") }
    #expect(empty.first?.message == "no file matches the pattern")
    #expect(empty.first?.session == "x")
  }

  @Test func `relative paths start at the base`() throws {
    try good("a.nwb")
    #expect(try spec("a.nwb").headers(id: "x", base: scratch.folder).map(\.name) == ["x/a"])
    #expect(try spec("*.nwb").headers(id: "x", base: scratch.folder).map(\.files) == [[scratch.path("a.nwb")]])
    #expect(try spec("*.nwb").load(id: "x", session: "x/a", base: scratch.folder).channels == 1)
  }

  @Test func `two files of one name are a problem`() throws {
    for folder in ["one", "two"] {
      try FileManager.default.createDirectory(atPath: scratch.path(folder), withIntermediateDirectories: true)
      try good(folder + "/a.nwb")
    }
    let found = problems { _ = try spec(scratch.path("*/a.nwb")).headers(id: "x") }
    #expect(found.first?.message == "the file has the same name as \(scratch.path("one/a.nwb"))")
  }

  @Test func `a file that is HDF5 but not NWB says so`() throws {
    let writer = try HDF5Writer(path: scratch.path("plain.h5"))
    try writer.write([1.0], shape: [1], to: "x")
    try writer.close()
    let found = problems { _ = try spec(scratch.path("plain.h5")).headers(id: "x") }
    #expect(found.first?.message.contains("not an NWB file") == true)
    let old = try HDF5Writer(path: scratch.path("old.nwb"))
    try old.write(["NWB-1.0.6"], shape: [], to: "nwb_version")
    try old.close()
    let version = problems { _ = try spec(scratch.path("old.nwb")).headers(id: "x") }
    #expect(version.first?.message == "NWB version 1.0.6 is not read, only version 2")
  }

  @Test(arguments: [
    ([1, 5], "outside of"), ([2, 1], "outside of"), ([-1, 2], "outside of"),
  ])
  func `an index that leaves its column is a problem`(ends: [Int], words: String) throws {
    let file = try SmallFile(scratch.path("i.nwb"))
    try file.writer.write([0.1, 0.2], shape: [2], to: "units/spike_times")
    try file.writer.write(ends, shape: [2], to: "units/spike_times_index")
    try file.trials([(0, 1)])
    try file.writer.close()
    let found = problems { _ = try spec(scratch.path("i.nwb")).load(id: "x", session: "x/i") }
    #expect(found.first?.message.contains(words) == true)
    #expect(found.first?.object == "units/spike_times_index")
  }

  @Test func `spike times that are not numbers are a problem`() throws {
    let file = try SmallFile(scratch.path("n.nwb"))
    try file.units([[0.1], [0.2, .nan]])
    try file.trials([(0, 1)])
    try file.writer.close()
    let found = problems { _ = try spec(scratch.path("n.nwb")).load(id: "x", session: "x/n") }
    #expect(found.first?.message == "unit 1 has spike times that are not numbers")
  }

  @Test func `a problem prints its place, its cause and its way out`() {
    let problem = DataProblem(session: "d/a", file: "a.nwb", object: "units", "no spikes", help: ["look again"])
    #expect(problem.description == "d/a, a.nwb, `units`: no spikes (look again)")
  }
}
