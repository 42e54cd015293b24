import Foundation
import HDF5File
import Recordings
import SpecLanguage
import Testing

/// Damaged recordings end in numbers or in a problem, never in anything else.
struct HostileTests {
  @Test func `no damage of a recording is more than a problem`() throws {
    let scratch = try Scratch()
    let path = scratch.path("small.nwb")
    let file = try SmallFile(path)
    try file.units([[0.1, 0.2, 0.9], [0.5]], observed: [[(0, 1)], [(0, 1)]])
    try file.trials([(0, 0.5), (0.5, 1)])
    try file.series("processing/behavior/x", (0..<20).map(Double.init), rate: 20)
    try file.writer.close()
    let whole = try Data(contentsOf: URL(fileURLWithPath: path))
    let spec = try dataset(
      "kind: nwb\npath: \(scratch.path("bad.nwb"))\nobserve: {kind: spikes, bin: 100 ms}\nbehavior: {x: x}\nsplit: {train: 1}\n"
    )
    var refused = 0
    // Every 131st byte, three kinds of damage, and cuts: the same in every run.
    for place in stride(from: 0, to: whole.count, by: 131) {
      for change in [UInt8(0xFF), 0x01, 0x80] {
        var bytes = whole
        bytes[place] ^= change
        if place % 3 == 0 { bytes = bytes.prefix(bytes.count - place) }
        try bytes.write(to: URL(fileURLWithPath: scratch.path("bad.nwb")))
        let facts = try? FileFacts(path: scratch.path("bad.nwb"))
        let session = try? spec.load(id: "d", session: "d/bad")
        if facts == nil || session == nil { refused += 1 }
      }
    }
    #expect(refused > 10)
  }

  @Test(arguments: [[UInt64(1) << 62], [1 << 40, 1 << 40], [UInt64.max]])
  func `an index beyond all spikes is a problem`(_ ends: [UInt64]) throws {
    let scratch = try Scratch()
    let path = scratch.path("i.nwb")
    let writer = try HDF5Writer(path: path)
    try writer.attribute("nwb_version", of: "/", .text(["2.6.0"]))
    try writer.write([0.5], shape: [1], to: "units/spike_times")
    try writer.write(ends.map { Int(truncatingIfNeeded: $0) }, shape: [ends.count], to: "units/spike_times_index")
    try writer.close()
    let found = problems {
      _ = try dataset(
        "kind: nwb\npath: \(path)\nobserve: {kind: spikes, bin: 100 ms}\nwindows: {length: 1 s}\nsplit: {train: 1}\n"
      ).headers(id: "d")
    }
    #expect(found.first?.object == "units/spike_times_index", "\(found)")
  }
}
