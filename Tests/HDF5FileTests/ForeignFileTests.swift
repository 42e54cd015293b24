import Foundation
import HDF5File
import Testing

/// Files that other programs wrote; the expected numbers are in facts.json and come from h5py and pynwb.
@Suite(.enabled(if: sharedData != nil, "needs the folder shared/data beside the checkout"))
struct ForeignFileTests {
  func open(_ name: String) throws -> HDF5Reader {
    try HDF5Reader(path: (sharedData ?? "") + "/" + name)
  }

  @Test func `compressed counts of one byte sum as pynwb says`() throws {
    let file = try open("centre_out_bci/block2_baselineEvaluation.nwb")
    let counts = try file.ints("processing/ecephys/spike_counts/data")
    #expect(counts.reduce(0, +) == 751_911)
    #expect(try file.elementKind("processing/ecephys/spike_counts/data") == .integer(bytes: 1, isSigned: false))
    let rate = try file.number(attribute: "rate", of: "processing/ecephys/spike_counts/starting_time")
    #expect(rate == 22.22222222222222)
    let position = try file.doubles("processing/behavior/Position/cursor_position/data")
    #expect(position.count { $0.isNaN } == 320)
  }

  @Test func `truth values of Python are truth values`() throws {
    let file = try open("centre_out_bci/block2_baselineEvaluation.nwb")
    let good = "general/extracellular_ephys/electrodes/good"
    #expect(try file.elementKind(good) == .boolean)
    #expect(try file.bools(good).count { $0 } == 93)
  }

  @Test func `references lead to paths`() throws {
    let file = try open("centre_out_bci/block2_baselineEvaluation.nwb")
    let groups = try file.references("general/extracellular_ephys/electrodes/group")
    #expect(Set(groups) == ["/general/extracellular_ephys/array"])
  }

  @Test func `text of variable and of fixed length is read`() throws {
    let new = try open("aplysia/sub-Jun0214_ses-da01.nwb")
    #expect(try new.strings("general/subject/subject_id") == ["Jun0214"])
    #expect(try new.strings("intervals/epochs/label") == ["spontaneous", "stimulus", "evoked"])
    let old = try open("nwb_compat/matnwb_S1.nwb")
    #expect(try old.strings("identifier").map(\.count) == [13])
    #expect(try old.strings("session_start_time").map(\.count) == [15])
  }

  @Test func `attributes that are arrays of length 1 read as one value`() throws {
    let old = try open("nwb_compat/matnwb_S1.nwb")
    #expect(try old.text(attribute: "nwb_version", of: "/") == "2.0b")
    let new = try open("aplysia/sub-Jun0214_ses-da01.nwb")
    #expect(try new.text(attribute: "nwb_version", of: "") == "2.11.0")
    #expect(try new.attribute(".specloc", of: "") == .other("references"))
  }

  @Test func `three axes and single precision`() throws {
    let lorenz = try open(
      "lorenz/"
        + (try FileManager.default.contentsOfDirectory(
          atPath: (sharedData ?? "") + "/lorenz"
        ).first { $0.hasSuffix(".h5") } ?? ""))
    #expect(try lorenz.shape("train_encod_data") == [160, 50, 50])
    #expect(try lorenz.doubles("train_encod_data").reduce(0, +) == 7067)
    let song = try open("calcium_hvc/hvc_song.nwb")
    #expect(try song.elementKind("processing/behavior/song_spectrogram/data") == .float(bytes: 4))
    let sum = try song.doubles("processing/behavior/song_spectrogram/data").reduce(0, +)
    #expect(abs(sum - 54444.51760415968) < 1e-3)
  }
}
