import Foundation
import Recordings
import SpecLanguage
import Testing

/// The recordings beside the checkout against the numbers that pynwb and numpy found in them.
@Suite(.enabled(if: sharedData != nil, "needs the folder shared/data beside the checkout"))
struct SharedDataTests {
  let data = sharedData ?? ""

  func load(_ file: String, _ rest: String) throws -> Session {
    let spec = try dataset("kind: nwb\npath: \(data)/\(file)\nsplit: {train: 1}\n" + rest)
    let stem = file.split(separator: "/").last?.replacing(".nwb", with: "") ?? ""
    return try spec.load(id: "d", session: "d/\(stem)")
  }

  @Test func `all 24 Aplysia files have the units and spikes of the facts`() throws {
    let names = try FileManager.default.contentsOfDirectory(atPath: data + "/aplysia").filter { $0.hasSuffix(".nwb") }
    #expect(names.count == 24)
    var spikes = 0.0
    for name in names.sorted() {
      let facts = try facts("aplysia/" + name)
      let units = try #require(facts["units"] as? [String: Any])
      // One bin that holds the whole recording.
      let whole = "observe: {kind: spikes, bin: 122723 ms}\nwindows: {length: 122723 ms, from: 0 s}\n"
      let session = try load("aplysia/" + name, whole)
      #expect(session.channels == units["n_units"] as? Int)
      #expect(session.total == (units["n_spikes"] as? Double))
      #expect(session.observations.first == (units["spikes_first_unit"] as? NSNumber)?.floatValue)
      #expect(session.observations.last == (units["spikes_last_unit"] as? NSNumber)?.floatValue)
      #expect(session.observations.max() == (units["max_spikes_per_unit"] as? NSNumber)?.floatValue)
      #expect(session.observations.min() == (units["min_spikes_per_unit"] as? NSNumber)?.floatValue)
      #expect(session.metadata["subject"] == facts["subject_id"] as? String)
      #expect(session.metadata["session_id"] == facts["session_id"] as? String)
      spikes += session.total
      // The first and last spike lie in the microseconds that the facts say, and nothing before or after them.
      let first = Int(try #require(units["first_spike_time"] as? Double) * 1e6)
      let last = Int(try #require(units["last_spike_time"] as? Double) * 1e6)
      for (from, length, isEmpty) in [
        (0, first, true), (first, 1, false), (last, 1, false), (last + 1, 122_723_000 - last - 1, true),
      ] {
        let cut = "observe: {kind: spikes, bin: \(length) us}\nwindows: {length: \(length) us, from: \(from) us, "
        #expect((try load("aplysia/" + name, cut + "to: \(from + length) us}\n").total == 0) == isEmpty)
      }
    }
    #expect(spikes == 490_785)
  }

  @Test func `Aplysia windows and the counts of its nerve`() throws {
    let spec = try dataset(
      """
      kind: nwb
      path: \(data)/aplysia/sub-Jun0914_*.nwb
      observe: {kind: spikes, bin: 100 ms, smooth: 500 ms, min_rate: 0.01 Hz}
      windows: {length: 10 s, from: 33 s, to: 122 s}
      behavior: {nerve: nerve_P10_counts}
      split: {train: 0.7, valid: 0.1, test: 0.2, by: block}
      """)
    let headers = try spec.headers(id: "a")
    #expect(headers.map(\.name) == ["a/sub-Jun0914_ses-da01", "a/sub-Jun0914_ses-da02", "a/sub-Jun0914_ses-da03"])
    #expect(headers.allSatisfy { $0.trials == [.train: 5, .valid: 1, .test: 2] })
    let raw = try load(
      "aplysia/sub-Jun0914_ses-da02.nwb",
      "observe: {kind: spikes, bin: 100 ms}\nwindows: {length: 87 s, from: 33 s, to: 120 s}\nbehavior: {nerve: nerve_P10_counts}\n"
    )
    #expect(raw.total == 17_017)
    // Ten samples of 10 ms in each bin: the sum of the means is a tenth of the sum.
    let nerve = raw.behavior[0].values.reduce(0.0) { $0 + Double($1) }
    #expect(abs(nerve - 1021.8) < 1e-2)
  }

  @Test func `the Aplysia files have no trials and say how to go on`() throws {
    let found = problems {
      _ = try dataset("kind: nwb\npath: \(data)/aplysia/*.nwb\nobserve: {kind: spikes, bin: 1 s}\nsplit: {train: 1}")
        .headers(id: "a")
    }
    #expect(found.count == 24)
    #expect(found.allSatisfy { $0.object == "intervals/trials" })
  }

  @Test func `all seven blocks of the centre-out session have the counts of the facts`() throws {
    var totals = (trials: 0, bins: 0, counts: 0.0)
    let names = try FileManager.default.contentsOfDirectory(atPath: data + "/centre_out_bci").filter {
      $0.hasSuffix(".nwb")
    }
    for name in names.sorted() {
      let session = try load(
        "centre_out_bci/" + name,
        """
        observe: {kind: counts, series: processing/ecephys/spike_counts, bin: 45 ms}
        behavior: {position: cursor_position, velocity: BehavioralTimeSeries/decoded_velocity}
        """.replacing("BehavioralTimeSeries/", with: "processing/behavior/BehavioralTimeSeries/"))
      let facts = try facts("centre_out_bci/" + name)
      #expect(session.trials.count == facts["n_trials"] as? Int)
      let series = try #require(facts["time_series"] as? [String: [String: Any]])
      #expect(session.total == series["processing/ecephys/spike_counts"]?["sum"] as? Double)
      let bins = session.trials.reduce(0) { $0 + $1.length }
      let velocity = session.behavior[1].values.filter { !$0.isNaN }
      #expect(velocity.count == 2 * bins)
      let sum = try #require(series["processing/behavior/BehavioralTimeSeries/decoded_velocity"]?["sum"] as? Double)
      #expect(abs(velocity.reduce(0.0) { $0 + Double($1) } - sum) < 1)
      // Position is missing in the first bin of each trial, in both dimensions.
      let position = session.behavior[0].values.filter { !$0.isNaN }.count
      let missing = try #require(series["processing/behavior/Position/cursor_position"]?["n_nan"] as? Int)
      #expect(position == 2 * bins - missing)
      totals.trials += session.trials.count
      totals.bins += bins
      totals.counts += session.total
    }
    #expect(totals == (1252, 38_015, 7_882_609))
  }

  @Test func `good electrodes and windows around movement onset`() throws {
    let session = try load(
      "centre_out_bci/block2_baselineEvaluation.nwb",
      """
      observe: {kind: counts, series: spike_counts, bin: 45 ms, channels: good}
      trials: {align: move_onset_time, window: [-90 ms, 360 ms], where: result == "success"}
      """)
    #expect(session.channels == 93)
    #expect(session.bins == 10 && session.trials.count == 160)
    #expect(session.total == 388_064)
    #expect(session.notes.count == 1 && session.notes[0].contains("reach beyond the rows"))
    #expect(session.trials[0].columns["target_index"] != nil)
    let wrong = problems {
      _ = try load(
        "centre_out_bci/block2_baselineEvaluation.nwb", "observe: {kind: counts, series: spike_counts, bin: 50 ms}\n")
    }
    #expect(wrong.first?.help == ["write `bin: 45 ms`"])
  }

  @Test func `segments of the redundancy data`() throws {
    for (name, counts, segments) in [("block1_intuitive", 812_432.0, 334), ("block2_perturbed", 1_263_169, 439)] {
      let session = try load(
        "bci_redundancy/\(name).nwb",
        """
        observe: {kind: counts, series: spike_counts, bin: 45 ms}
        trials: {table: contiguous_segments}
        behavior: {velocity: cursor_velocity}
        """)
      #expect(session.trials.count == segments && session.channels == 87)
      #expect(session.total == counts)
      let series = try #require(try facts("bci_redundancy/\(name).nwb")["time_series"] as? [String: [String: Any]])
      let sum = try #require(series["processing/behavior/BehavioralTimeSeries/cursor_velocity"]?["sum"] as? Double)
      let found = session.behavior[0].values.reduce(0.0) { $1.isNaN ? $0 : $0 + Double($1) }
      #expect(abs(found - sum) < 1)
      #expect(session.trials.allSatisfy { String($0.length) == $0.columns["n_bins"] })
    }
  }

  @Test func `reach and grasp counts per bin, with nothing in the artificial gaps`() throws {
    let file = "reach_grasp/reach_grasp.nwb"
    let session = try load(file, "observe: {kind: spikes, bin: 100 ms}\n")
    #expect(session.channels == 93 && session.trials.count == 134 && session.bins == 15)
    #expect(session.bins(channel: 0, trial: 0) == [1, 3, 3, 3, 1, 1, 0, 1, 1, 1, 1, 0, 0, 0, 0])
    var sums = [Double](repeating: 0, count: 15)
    for (place, value) in session.observations.enumerated() { sums[place % 15] += Double(value) }
    #expect(
      sums == [18001, 18103, 17510, 17717, 17535, 17129, 16703, 16771, 16523, 16583, 17217, 17805, 18236, 18906, 21362])
    #expect(session.total == 266_101)
    let grips = session.trials.map { $0.columns["grip_type"] }
    #expect(grips.count { $0 == "side" } == 70 && grips.count { $0 == "precision" } == 64)
    let around = try load(
      file,
      """
      observe: {kind: spikes, bin: 100 ms}
      trials: {align: go_time, window: [-500 ms, 500 ms], where: grip_type == "precision"}
      """)
    #expect(around.trials.count == 64 && around.total == 46_411)
    for trial in [0, 63] {
      let missing = around.bins(channel: 5, trial: trial).map(\.isNaN)
      #expect(missing == Array(repeating: false, count: 5) + Array(repeating: true, count: 5))
    }
    let loud = try load(file, "observe: {kind: spikes, bin: 100 ms, min_rate: 1 Hz}\n")
    #expect(loud.channels == 89)
    #expect(loud.notes == ["left out 4 of 93 channels: fewer than 1 Hz"])
  }

  @Test func `real-valued series are observations too`() throws {
    let bold = try load(
      "fmri/sub-NAP_001.nwb", "observe: {kind: counts, series: bold, bin: 2 s}\nwindows: {length: 710 s}\n")
    #expect(!bold.isCounts && bold.channels == 94 && bold.bins == 355)
    #expect(abs(bold.total / Double(94 * 355) - 8779.6053) < 0.01)
    let song = try load(
      "calcium_hvc/hvc_song.nwb",
      "observe: {kind: counts, series: Deconvolved, bin: 33333333 ns}\nwindows: {length: 2199999978 ns}\nbehavior: {song: song_spectrogram}\n"
    )
    #expect(song.channels == 75 && song.trials.count == 10 && song.behavior[0].dimensions == 141)
  }

  @Test func `files of other programs give their units or a problem that names the object`() throws {
    let other = try load(
      "nwb_compat/pynapple_A8604-211122.nwb",
      "observe: {kind: spikes, bin: 1 s}\nwindows: {length: 1088 s, from: 0 s, to: 1088 s}\n")
    #expect(other.channels == 3 && other.total == 21_354)
    let names = try FileManager.default.contentsOfDirectory(atPath: data + "/nwb_compat").filter {
      $0.hasSuffix(".nwb")
    }
    for name in names.sorted() where !name.contains("pynapple") {
      let found = problems { _ = try load("nwb_compat/" + name, "observe: {kind: spikes, bin: 1 s}\n") }
      #expect(found.first?.object == "units", "\(name)")
      #expect(found.first?.message == "the file has no units with spike times", "\(name)")
    }
  }
}
