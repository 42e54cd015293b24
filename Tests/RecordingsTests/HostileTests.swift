import Foundation
import HDF5File
import Recordings
import SpecLanguage
import Testing

/// Recordings whose numbers lead nowhere. Those with damage at any place are read by a process of their own in DamageTests.
struct HostileTests {
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
