import Foundation
import HDF5File
import Recordings
import SpecLanguage
import Testing

struct CountTests {
  let scratch: Scratch
  let path: String

  init() throws {
    scratch = try Scratch()
    path = scratch.path("c.nwb")
  }

  /// 20 bins of 45 ms by 3 channels; bin b of channel c is 10 c + b mod 7.
  func build(
    rate: Double? = 1 / 0.045, stamps: [Double]? = nil, _ change: (inout [Double]) -> Void = { _ in },
    fill: (SmallFile) throws -> Void = { _ in }
  ) throws {
    let file = try SmallFile(path)
    var values = (0..<20).flatMap { bin in (0..<3).map { Double(10 * $0 + bin % 7) } }
    change(&values)
    try file.series("processing/ecephys/counts", values, width: 3, rate: rate, start: 1, stamps: stamps)
    try file.trials([(1, 1.225), (1.45, 1.9)])
    try file.writer.write([true, false, true], shape: [3], to: "general/extracellular_ephys/electrodes/good")
    try file.writer.write([true, false], shape: [2], to: "general/extracellular_ephys/electrodes/short")
    try fill(file)
    try file.writer.close()
  }

  func spec(_ more: String = "", bin: String = "45 ms", rest: String = "") throws -> Dataset {
    try dataset(
      """
      kind: nwb
      path: \(path)
      observe: {kind: counts, series: counts, bin: \(bin)\(more)}
      split: {train: 1}
      \(rest)
      """)
  }

  @Test func `bins are taken from the rows that the trials name`() throws {
    try build()
    let session = try spec().load(id: "d", session: "d/c")
    #expect(session.trials.map(\.length) == [5, 10])
    #expect(session.channels == 3 && session.isCounts)
    #expect(session.bins(channel: 1, trial: 0).prefix(5) == [10, 11, 12, 13, 14])
    #expect(session.bins(channel: 0, trial: 1) == [3, 4, 5, 6, 0, 1, 2, 3, 4, 5])
    #expect(session.bins(channel: 0, trial: 0)[5].isNaN)
  }

  @Test func `a column of the electrodes chooses the channels`() throws {
    try build()
    let session = try spec(", channels: good").load(id: "d", session: "d/c")
    #expect(session.channels == 2)
    #expect(session.bins(channel: 1, trial: 0)[0] == 20)
    let short = problems { _ = try spec(", channels: short").headers(id: "d") }
    #expect(short.first?.message.contains("2 electrodes") == true && short.first?.message.contains("3 columns") == true)
    let none = problems { _ = try spec(", channels: bad").headers(id: "d") }
    #expect(none.first?.help == ["`/general/extracellular_ephys/electrodes` holds: good, short"])
  }

  @Test func `a bin that is not the file's names both`() throws {
    try build()
    let found = problems { _ = try spec(bin: "50 ms").headers(id: "d") }
    #expect(found.first?.message == "`bin` is 50 ms, but the series has a bin every 45 ms (rate 22.222222222 Hz)")
    #expect(found.first?.help == ["write `bin: 45 ms`"])
    #expect(found.first?.object == "processing/ecephys/counts")
  }

  @Test func `bins outside of the series are missing`() throws {
    try build()
    let session = try spec(rest: "trials: {window: [-90 ms, 90 ms]}").load(id: "d", session: "d/c")
    #expect(session.bins(channel: 0, trial: 0).map(\.isNaN) == [true, true, false, false])
    let windows = try spec(rest: "windows: {length: 450 ms}").load(id: "d", session: "d/c")
    #expect(windows.trials.map(\.start) == [1, 1.45])
    #expect(windows.observations.allSatisfy { !$0.isNaN })
  }

  @Test func `a missing count is masked and noted`() throws {
    try build { $0[3 * 12 + 2] = .nan }
    let session = try spec().load(id: "d", session: "d/c")
    #expect(session.isCounts)
    #expect(
      session.notes == ["`processing/ecephys/counts` has no value in 1 of \(session.observations.count) places: masked"]
    )
    // Where no trial or channel uses it, it is not spoken of.
    try build { $0[3 * 12 + 1] = .nan }
    let good = try spec(", channels: good").load(id: "d", session: "d/c")
    #expect(good.channels == 2 && good.notes == [])
  }

  @Test func `numbers that are no counts are real-valued and noted`() throws {
    try build { $0[0] = 0.5 }
    let session = try spec().load(id: "d", session: "d/c")
    #expect(!session.isCounts && session.notes.count == 1)
    #expect(try !spec().headers(id: "d")[0].isCounts)
  }

  @Test func `smoothed counts are real-valued`() throws {
    try build()
    let session = try spec(", smooth: 90 ms").load(id: "d", session: "d/c")
    #expect(!session.isCounts && session.notes == [])
  }

  @Test func `evenly spaced time stamps are as good as a rate, others are not`() throws {
    let even = (0..<20).map { 1 + 0.045 * Double($0) }
    try build(rate: nil, stamps: even)
    #expect(try spec().load(id: "d", session: "d/c").bins(channel: 1, trial: 0)[4] == 14)
    try build(rate: nil, stamps: even.prefix(10) + even.suffix(10).map { $0 + 0.02 })
    let found = problems { _ = try spec().headers(id: "d") }
    #expect(found.first?.message.contains("not evenly spaced") == true)
  }
}
