import Foundation
import Recordings
import SpecLanguage
import Testing

struct BinningTests {
  let scratch: Scratch
  init() throws { scratch = try Scratch() }

  func load(
    _ times: [[Double]], observed: [[(Double, Double)]]? = nil, rows: [(Double, Double)] = [(0, 1)],
    observe: String = "bin: 100 ms", rest: String = ""
  ) throws -> Session {
    let path = scratch.path("small.nwb")
    let file = try SmallFile(path)
    try file.units(times, observed: observed)
    try file.trials(rows)
    try file.writer.close()
    let spec = "kind: nwb\npath: \(path)\nobserve: {kind: spikes, \(observe)}\nsplit: {train: 1}\n" + rest
    return try dataset(spec).load(id: "s", session: "s/small")
  }

  @Test func `a spike on an edge belongs to the later bin`() throws {
    let session = try load([[0, 0.1, 0.3, 0.999, 1.0]])
    #expect(session.bins(channel: 0, trial: 0) == [1, 1, 0, 1, 0, 0, 0, 0, 0, 1])
  }

  @Test func `a spike on an edge stays there whatever the rounding of its grid`() throws {
    // k * 0.1 has rounding noise on both sides of the edge; every bin must get exactly its own spike.
    let session = try load(
      [
        (0..<5000).map { Double($0) * 0.1 }, (0..<5000).map { Double($0) / 10 },
        (0..<5000).map { Double($0) * 0.05 + Double($0) * 0.05 },
      ],
      rows: [(0, 500)])
    for channel in 0..<3 { #expect(session.bins(channel: channel, trial: 0).allSatisfy { $0 == 1 }) }
  }

  @Test func `a spike a nanosecond before an edge belongs to the earlier bin`() throws {
    let session = try load([[0.1 - 1e-9, 0.2 - 0.4e-9]])
    #expect(session.bins(channel: 0, trial: 0).prefix(3) == [1, 0, 1])
  }

  @Test func `unsorted spikes are counted as sorted ones`() throws {
    let session = try load([[0.95, 0.05, 0.55, 0.51]])
    #expect(session.bins(channel: 0, trial: 0) == [1, 0, 0, 0, 0, 2, 0, 0, 0, 1])
  }

  @Test func `bins that were not observed are missing`() throws {
    let session = try load(
      [[0.05, 0.55], [0.05]], observed: [[(0.0, 0.3), (0.3, 0.45), (0.5, 2)], [(0.1, 0.2)]])
    let first = session.bins(channel: 0, trial: 0)
    #expect(first.map(\.isNaN) == [false, false, false, false, true, false, false, false, false, false])
    #expect(first[0] == 1 && first[5] == 1)
    let second = session.bins(channel: 1, trial: 0)
    #expect(second.map(\.isNaN) == [true, false, true, true, true, true, true, true, true, true])
  }

  @Test func `trials of different length end in missing bins`() throws {
    let session = try load([[0.05, 2.05]], rows: [(0, 0.5), (2, 2.3), (3, 3.2999999)])
    #expect(session.bins == 5)
    #expect(session.trials.map(\.length) == [5, 3, 3])
    #expect(session.bins(channel: 0, trial: 1).map(\.isNaN) == [false, false, false, true, true])
    #expect(session.bins(channel: 0, trial: 1)[0] == 1)
    #expect(session.isCounts)
  }

  @Test func `long rows are cut and short ones left out with a note`() throws {
    let session = try load([[0.05]], rows: [(0, 5), (5, 5.2), (6, 7)], rest: "trials: {max: 2 s, min: 500 ms}\n")
    #expect(session.trials.map(\.length) == [20, 10])
    #expect(session.trials.map(\.start) == [0, 6])
    #expect(session.notes == ["left out 1 trials: shorter than 500 ms"])
  }

  @Test func `lead takes the neural bins earlier`() throws {
    let plain = try load([[0.45, 0.62]], rest: "trials: {window: [200 ms, 700 ms]}\n")
    let led = try load([[0.45, 0.62]], rest: "trials: {window: [200 ms, 700 ms], lead: 100 ms}\n")
    #expect(plain.bins(channel: 0, trial: 0) == [0, 0, 1, 0, 1])
    #expect(led.bins(channel: 0, trial: 0) == [0, 0, 0, 1, 0])
    #expect(led.trials[0].start == 0.2)
  }

  @Test func `quiet channels are left out by their observed rate`() throws {
    // Half of the second is observed: 1 spike is 2 Hz there.
    let observed = [[(0.0, 0.5)], [(0.0, 1.0)], [(0.0, 1.0)]]
    let session = try load([[0.05], [0.05], [0.1, 0.2]], observed: observed, observe: "bin: 100 ms, min_rate: 1.5 Hz")
    #expect(session.channels == 2)
    #expect(session.bins(channel: 1, trial: 0)[2] == 1)
    #expect(session.notes == ["left out 1 of 3 channels: fewer than 1.5 Hz"])
    let found = problems { _ = try load([[0.05]], observe: "bin: 100 ms, min_rate: 9 Hz") }
    #expect(found.first?.message.contains("`min_rate` leaves out 1 of 1 channels") == true)
  }

  @Test func `smoothing is the weighted mean of observed bins and stays within the trial and its gaps`() throws {
    let times = [[0.05, 0.15, 0.15, 0.95, 1.05, 1.55]]
    let observed = [[(0.0, 0.6), (0.7, 2.0)]]
    let rows = [(0.0, 1.0), (1.0, 2.0)]
    let raw = try load(times, observed: observed, rows: rows)
    let smooth = try load(times, observed: observed, rows: rows, observe: "bin: 100 ms, smooth: 150 ms")
    #expect(raw.isCounts && !smooth.isCounts)
    for (trial, stretches) in [[0..<6, 7..<10], [0..<10]].enumerated() {
      let bins = raw.bins(channel: 0, trial: trial).map(Double.init)
      let found = smooth.bins(channel: 0, trial: trial)
      for stretch in stretches {
        for place in stretch {
          var sum = 0.0
          var weight = 0.0
          for other in stretch where abs(other - place) <= 6 {
            let factor = exp(-0.5 * Double((other - place) * (other - place)) / (1.5 * 1.5))
            sum += factor * bins[other]
            weight += factor
          }
          #expect(abs(Double(found[place]) - sum / weight) < 1e-6)
        }
      }
    }
    #expect(smooth.bins(channel: 0, trial: 0)[6].isNaN)
  }
}
