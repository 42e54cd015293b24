import SpecChecks
import SpecLanguage
import Testing

@Suite struct UnitsTests {
  @Test(arguments: [
    ("20 ms", 20_000_000), ("0.02 s", 20_000_000), ("20000 us", 20_000_000), ("2e-2 s", 20_000_000),
    ("20ms", 20_000_000), ("1 ns", 1), ("-140 ms", -140_000_000), ("1.5 min", 90_000_000_000),
    ("2 h", 7_200_000_000_000), ("0.000000001 s", 1), ("20 µs", 20_000), ("20 μs", 20_000), ("0 s", 0),
    ("9223372036.854775807 s", Int.max), ("+3 s", 3_000_000_000), ("100000000000000000000e-20 s", 1_000_000_000),
  ])
  func `a time is a whole number of nanoseconds`(_ text: String, _ count: Int) {
    let spec = MarkedSpec("mdssm: 1\ntraining: {t: {lag: \(text)}}")
    let (value, diagnostics) = spec.read(as: Study.schema)
    #expect(value?.training[0].value.lag.count == count, "\(Rendering().text(diagnostics))")
  }

  @Test(arguments: [
    (20_000_000, "20 ms"), (1_500_000, "1500 us"), (3_000_000_000, "3 s"), (0, "0 s"), (1, "1 ns"),
    (90_000_000_000, "90 s"), (60_000_000_000, "1 min"), (-140_000_000, "-140 ms"),
  ])
  func `a time is written in its largest whole unit`(_ count: Int, _ text: String) {
    #expect(Nanoseconds(count).description == text)
  }

  @Test(arguments: [
    ("20", "write `20 ms`", "20 ms", false), ("0", "write `0 ms`", "0 ms", true),
    ("20 msec", "did you mean `ms`?", nil, false), ("3 m", "did you mean `min`?", nil, false),
    ("3 seconds", "did you mean `s`?", nil, false),
  ])
  func `a wrong unit comes with a way out`(_ text: String, _ help: String, _ fix: String?, _ isSafe: Bool) throws {
    let (_, diagnostics) = MarkedSpec("mdssm: 1\ntraining: {t: {lag: \(text)}}").read(as: Study.schema)
    let diagnostic = try #require(diagnostics.first)
    #expect(diagnostic.code == .unit)
    #expect(diagnostic.help == [help])
    #expect(diagnostic.fix?.replacement == fix)
    if let fix = diagnostic.fix { #expect(fix.isSafe == isSafe) }
  }

  @Test(arguments: [("0.5 Hz", 0.5), ("1 kHz", 1000), ("0.1 kHz", 100), ("30000 Hz", 30000), ("0 Hz", 0)])
  func `a frequency is read in hertz`(_ text: String, _ value: Double) throws {
    let spec = MarkedSpec("mdssm: 1\ntraining: {t: {min_rate: \(text)}}")
    #expect(try #require(spec.read(as: Study.schema).value).training[0].value.floor == value)
  }

  @Test(arguments: [
    ("no", "false"), ("yes", "true"), ("off", "false"), ("on", "true"), ("True", "true"), ("FALSE", "false"),
  ])
  func `a near truth value has a fix`(_ text: String, _ fix: String) {
    let (_, diagnostics) = MarkedSpec("mdssm: 1\nmodels: {m: {latent: 1, residual: \(text)}}").read(as: Study.schema)
    #expect(diagnostics.map { $0.fix?.replacement } == [fix])
  }

  @Test(arguments: [
    ("010", ["write `10` or `8`"]), ("09", ["write `9`"]), ("1_000", ["write `1000`"]), ("1:30", ["write `90`"]),
    ("007", ["write `7`"]), ("1e2", ["write `100`"]), ("\"7\"", ["write `7` without quotes"]),
  ])
  func `both readings of an ambiguous number are offered`(_ text: String, _ help: [String]) {
    let (_, diagnostics) = MarkedSpec("mdssm: 1\nmodels: {m: {latent: \(text)}}").read(as: Study.schema)
    #expect(diagnostics.map(\.help) == [help])
  }
}
