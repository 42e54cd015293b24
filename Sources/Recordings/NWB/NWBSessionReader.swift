import HDF5File
import SpecLanguage

/// Reads one NWB file as one session: trials first, then splits, then channels, then behaviour.
struct NWBSessionReader {
  let dataset: NWBDataset
  let name: String
  let path: String

  /// What is known before any signal is read.
  struct Plan {
    var nwb: NWBFile
    var source: Source
    var trials: [Trial]
    var notes: [String]
    var behavior: [(name: String, series: NWBSeries, source: BehaviorSource)]

    var bins: Int { trials.map(\.length).max() ?? 0 }
  }

  enum Source {
    case spikes(SpikeTable)
    case counts(CountSeries)

    var channels: Int {
      switch self {
      case .spikes(let table): table.units
      case .counts(let series): series.columns.count
      }
    }
  }

  func header() throws(DataProblems) -> SessionHeader {
    let plan = try plan()
    var channels = Array(0..<plan.source.channels)
    var isCounts = dataset.observe.smooth == nil && dataset.observe.normalize == nil
    var notes = plan.notes
    // Which channels stay, and whether numbers are counts, is in the signals themselves here.
    if needsSignals(plan.source) {
      let read = try observations(plan)
      channels = read.origins
      isCounts = read.isCounts
      notes += read.notes
    } else if case .spikes(let table) = plan.source {
      notes += table.notes
    }
    notes += try missingBehavior(plan)
    let heldOut = try heldOut(channels, plan)
    return SessionHeader(
      name: name, files: [path], metadata: plan.nwb.metadata, channels: channels.count, bins: plan.bins,
      trials: plan.trials.countsBySplit, binWidth: dataset.observe.bin,
      behavior: plan.behavior.map { ($0.name, $0.series.dimensions) }, isCounts: isCounts, heldOut: heldOut,
      notes: notes)
  }

  func load() throws(DataProblems) -> Session {
    let plan = try plan()
    var found = ProblemList()
    var channels: Channels?
    do throws(DataProblems) {
      channels = try observations(plan)
    } catch {
      found.add(error)
    }
    var behavior: [Behavior] = []
    for (name, series, source) in plan.behavior {
      let read = found.attempt { () throws(DataProblem) -> Behavior in
        try self.behavior(name, series, source, plan)
      }
      if let read { behavior.append(read) }
    }
    try found.check()
    guard let channels else { throw DataProblems(found.problems) }
    return Session(
      name: name, metadata: plan.nwb.metadata, binWidth: dataset.observe.bin, channels: channels.count, bins: plan.bins,
      trials: plan.trials, isCounts: channels.isCounts, observations: channels.values, behavior: behavior,
      heldOut: try heldOut(channels.origins, plan), notes: plan.notes + channels.notes)
  }

  /// - Parameter channels: which of the channels of the source each one is.
  private func heldOut(_ channels: [Int], _ plan: Plan) throws(DataProblems) -> HeldOut? {
    guard let neurons = dataset.split.neurons else { return nil }
    do throws(DataProblem) {
      guard let condition = neurons.where, case .spikes(let table) = plan.source else {
        return try neurons.heldOut(of: channels.count, session: name, file: path)
      }
      let chosen = Set(try table.places(where: condition, plan.nwb))
      let places = channels.indices.filter { chosen.contains(channels[$0]) }
      guard !places.isEmpty, places.count < channels.count else {
        let share = places.isEmpty ? "none" : "all"
        throw plan.nwb.problem(
          table.object, "`neurons.where` holds \(share) of the \(channels.count) units out",
          help: ["hold some units out, and leave some for the encoders"])
      }
      return HeldOut(channels: places)
    } catch {
      throw DataProblems([error])
    }
  }

  /// Says where behaviour has no value; a signal without any value in the trials is a problem.
  private func missingBehavior(_ plan: Plan) throws(DataProblems) -> [String] {
    var found = ProblemList()
    var notes: [String] = []
    let bins = plan.trials.reduce(0) { $0 + $1.length }
    for (name, series, source) in plan.behavior {
      let read = found.attempt { () throws(DataProblem) -> Behavior in
        try self.behavior(name, series, source, plan)
      }
      guard let read else { continue }
      let missing = bins - Self.completeBins(read, plan)
      if missing == bins {
        found.add(
          plan.nwb.problem(
            series.object + "/data", "`\(name)` has no value in any bin of the trials",
            help: ["the samples are NaN or lie outside of the trials; leave `\(name)` out of `behavior`"]))
      } else if missing > 0 {
        let file = path.split(separator: "/").last ?? ""
        let share = "`\(name)` has no value in \(missing) of \(bins) bins; decoding leaves them out"
        notes.append("\(file), `\(series.object)/data`: \(share)")
      }
    }
    try found.check()
    return notes
  }

  /// The bins in which every dimension has a value.
  private static func completeBins(_ behavior: Behavior, _ plan: Plan) -> Int {
    var complete = 0
    for (number, trial) in plan.trials.enumerated() {
      complete += (0..<trial.length).count { bin in
        (0..<behavior.dimensions).allSatisfy {
          !behavior.values[($0 * plan.trials.count + number) * plan.bins + bin].isNaN
        }
      }
    }
    return complete
  }

  private func needsSignals(_ source: Source) -> Bool {
    if dataset.observe.minRate != nil || dataset.observe.normalize != nil { return true }
    switch source {
    case .spikes: return false
    case .counts: return dataset.observe.smooth == nil
    }
  }

  // MARK: - Plan

  private func plan() throws(DataProblems) -> Plan {
    var found = ProblemList()
    let nwb = found.attempt { () throws(DataProblem) -> NWBFile in
      let nwb = try NWBFile(path: path, session: name)
      try nwb.checkFormat()
      return nwb
    }
    guard let nwb else { throw DataProblems(found.problems) }
    let source = found.attempt { () throws(DataProblem) -> Source in try self.source(nwb) }
    var behavior: [(name: String, series: NWBSeries, source: BehaviorSource)] = []
    for entry in dataset.behavior {
      let series = found.attempt { () throws(DataProblem) -> NWBSeries in try NWBSeries(entry.value.series, in: nwb) }
      if let series { behavior.append((entry.id, series, entry.value)) }
    }
    var layout: TrialLayout?
    if source != nil || dataset.windows == nil {
      layout = found.attempt { () throws(DataProblem) -> TrialLayout in try self.layout(nwb, source) }
    }
    try found.check()
    guard let source, let layout else { throw DataProblems(found.problems) }
    let splits = found.attempt { () throws(DataProblem) -> [Split] in try self.splits(layout, nwb) }
    guard let splits else { throw DataProblems(found.problems) }
    let trials = zip(layout.slots, splits).map {
      Trial(length: $0.bins, split: $1, start: $0.start, columns: $0.columns)
    }
    return Plan(nwb: nwb, source: source, trials: trials, notes: layout.notes, behavior: behavior)
  }

  private func splits(_ layout: TrialLayout, _ nwb: NWBFile) throws(DataProblem) -> [Split] {
    do throws(DataProblem) {
      return try dataset.split.assign(
        starts: layout.slots.map(\.start), columns: layout.slots.map(\.columns), session: name)
    } catch {
      throw nwb.problem(nil, error.message, help: error.help + layout.notes)
    }
  }

  private func source(_ nwb: NWBFile) throws(DataProblem) -> Source {
    switch dataset.observe {
    case .spikes(let spec):
      var table = try SpikeTable(nwb)
      try table.choose(spec, nwb)
      return .spikes(table)
    case .counts(let spec): return .counts(try CountSeries(spec, in: nwb))
    }
  }

  private func layout(_ nwb: NWBFile, _ source: Source?) throws(DataProblem) -> TrialLayout {
    let bin = dataset.observe.bin
    if let windows = dataset.windows {
      guard let source else { throw nwb.problem(nil, "the recording has no channels to cut windows from") }
      let recorded = try recorded(windows, source, nwb)
      return try TrialLayout(windows, bin: bin, recorded: recorded, in: nwb)
    }
    if let trials = dataset.trials { return try TrialLayout(trials, bin: bin, in: nwb) }
    guard nwb.file.exists("intervals/trials") else {
      throw nwb.problem(
        "intervals/trials", "the file has no table of trials, and the spec does not say how to cut the recording",
        help: [
          "for a continuous recording give `windows: {length: 10 s}`",
          "for another table give `trials: {table: ...}`",
        ])
    }
    return try TrialLayout(TrialTable.standard, bin: bin, in: nwb)
  }

  private func recorded(
    _ windows: Windows, _ source: Source, _ nwb: NWBFile
  ) throws(DataProblem) -> (start: Double, end: Double) {
    switch source {
    case .counts(let series):
      return (series.start, series.start + Double(series.series.samples) / series.rate)
    case .spikes(let table):
      if let observed = table.observed {
        return (observed.compactMap(\.first).min() ?? 0, observed.compactMap(\.last).max() ?? 0)
      }
      if windows.to != nil { return (0, 0) }
      return (0, try table.times(nwb).compactMap(\.last).max() ?? 0)
    }
  }

  // MARK: - Signals

  private func observations(_ plan: Plan) throws(DataProblems) -> Channels {
    var found = ProblemList()
    let read = found.attempt { () throws(DataProblem) -> Channels in
      var channels =
        switch plan.source {
        case .spikes(let table): try spikes(table, plan)
        case .counts(let series): try counts(series, plan)
        }
      do throws(Channels.Failure) {
        try channels.dropQuiet(dataset.observe.minRate, bin: dataset.observe.bin)
      } catch {
        throw plan.nwb.problem(nil, "`min_rate` leaves out \(error.text)", help: [error.help])
      }
      channels.smooth(dataset.observe.filter)
      channels.normalize(dataset.observe.normalize, splits: plan.trials.map(\.split))
      return channels
    }
    guard let read else { throw DataProblems(found.problems) }
    return read
  }

  /// The bins of a trial on the clock of the channels.
  func grid(_ trial: Trial, leading: Bool = true) -> BinGrid {
    let lead = leading ? dataset.trials?.lead.seconds ?? 0 : 0
    return BinGrid(start: trial.start - lead, width: dataset.observe.bin.seconds, count: trial.length)
  }

  private func behavior(
    _ name: String, _ series: NWBSeries, _ source: BehaviorSource, _ plan: Plan
  ) throws(DataProblem) -> Behavior {
    let times = try series.times(plan.nwb)
    var samples = try series.values(plan.nwb)
    if source.derivative { samples = times.slopes(of: samples, dimensions: series.dimensions) }
    let sampling = BehaviorSampling(
      times: times, samples: series.samples, dimensions: series.dimensions, values: samples,
      lowPass: source.filter == .lowpass ? LowPass(width: dataset.observe.bin.seconds) : nil)
    let size = plan.trials.count * plan.bins
    var values = [Float](repeating: .nan, count: series.dimensions * size)
    for (number, trial) in plan.trials.enumerated() {
      sampling.fill(grid(trial, leading: false), into: &values, offset: number * plan.bins, step: size)
    }
    let unit = source.derivative && !series.unit.isEmpty ? series.unit + "/s" : series.unit
    return Behavior(name: name, unit: unit, dimensions: series.dimensions, values: values)
  }
}
