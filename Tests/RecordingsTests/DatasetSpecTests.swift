import Recordings
import SpecLanguage
import Testing

struct DatasetSpecTests {
  let limitCycle = """
    kind: generator
    system: {kind: limit_cycle, speed: {linspace: [-5, 5]}}
    sessions: 4
    channels: [20, 30, 40, 50]
    observe: {kind: gaussian, noise: 0.1}
    trials: {count: 192, length: 3 s}
    bin: 30 ms
    split: {train: 0.6, valid: 0.1, test: 0.3}
    """

  let nwb = """
    kind: nwb
    path: data/*.nwb
    observe: {kind: spikes, bin: 20 ms, smooth: 50 ms, min_rate: 0.5 Hz}
    behavior: {velocity: cursor_vel}
    trials: {align: move_onset_time, window: [-140 ms, 560 ms], where: result == "R", lead: 100 ms}
    split: {train: 0.8, valid: 0.1, test: 0.1, by: trial, seed: 3}
    """

  @Test func `the datasets of the language are read`() throws {
    guard case .generator(let made) = try dataset(limitCycle), case .nwb(let read) = try dataset(nwb) else {
      Issue.record("wrong kinds")
      return
    }
    #expect(made.channels == .list([20, 30, 40, 50]))
    #expect(made.bin == .milliseconds(30))
    #expect(made.split.by == .trial)
    #expect(read.behavior == [Named(id: "velocity", value: "cursor_vel")])
    #expect(read.trials?.window?.from == .milliseconds(-140))
    guard case .spikes(let spikes) = read.observe else {
      Issue.record("not spikes")
      return
    }
    #expect(spikes.bin == .milliseconds(20) && spikes.smooth == .milliseconds(50) && spikes.minRate == 0.5)
  }

  @Test func `what is written reads back`() throws {
    for yaml in [limitCycle, nwb] {
      let value = try dataset(yaml)
      let written = Dataset.union.write(value)
      #expect(written["kind"] == .string(Dataset.union.kind(of: value)))
      #expect(written["split"]?["train"] != nil)
    }
  }

  @Test(arguments: [
    ("30 ms", "35 ms", "`trials.length` is 3 s, which is not a whole number of bins of 35 ms; use 2975 ms or 3010 ms"),
    ("30 ms", "25 ms", "`bin` is 25 ms, which is not a whole number of system steps of 10 ms"),
    ("sessions: 4", "sessions: 3", "`channels` lists 4 values for `sessions: 3`"),
    ("{linspace: [-5, 5]}", "[1, 2]", "`system.speed` lists 2 values for `sessions: 4`"),
    ("{linspace: [-5, 5]}", "{linspace: [-5, 5], uniform: [0, 1]}", "give one of `linspace` and `uniform`"),
    ("[20, 30, 40, 50]", "{int_uniform: [5, 3]}", "`int_uniform` begins above its end"),
    ("test: 0.3", "test: 0.4", "`train`, `valid` and `test` add up to 1.1, not 1"),
    ("limit_cycle", "hopf", "unknown key `speed`"),
  ])
  func `rules of generated data`(old: String, new: String, message: String) {
    let text = complaints(limitCycle.replacing(old, with: new))
    #expect(text.contains(message), "\(text)")
  }

  @Test(arguments: [
    (
      "560 ms", "555 ms",
      "`trials.window` is 695 ms, which is not a whole number of bins of 20 ms; use 680 ms or 700 ms"
    ),
    ("560 ms", "-200 ms", "`window` ends at -200 ms, not after its start -140 ms"),
    ("lead: 100 ms", "max: 1 s", "`max` has no effect beside `window`"),
    ("window: [-140 ms, 560 ms], ", "", "`align` has no effect without `window`"),
    ("path: data", "windows: {length: 1 s}\npath: data", "give one of `trials` and `windows`"),
    ("path: data", "quality: {}\npath: data", "`quality` asks for nothing"),
    ("by: trial", "by: column", "`by: column` needs `column`"),
    ("result ==", "result = =", "is left over"),
  ])
  func `rules of recorded data`(old: String, new: String, message: String) {
    let text = complaints(nwb.replacing(old, with: new))
    #expect(text.contains(message), "\(text)")
  }

  @Test func `windows are whole numbers of bins`() {
    let base = """
      kind: nwb
      path: x.nwb
      observe: {kind: spikes, bin: 30 ms}
      split: {train: 1}

      """
    #expect(complaints(base + "windows: {length: 100 ms}").contains("use 90 ms or 120 ms"))
    #expect(complaints(base + "windows: {length: 10 ms}").contains("; use 30 ms"))
    #expect(complaints(base + "windows: {length: 90 ms, stride: 40 ms}").contains("`windows.stride` is 40 ms"))
    #expect(complaints(base + "windows: {length: 90 ms, from: 1 s, to: 1050 ms}").contains("no window of 90 ms fits"))
    #expect(complaints(base + "windows: {length: 90 ms, from: 1 s, to: 1090 ms}") == "")
  }
}
