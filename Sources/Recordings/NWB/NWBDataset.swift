import SpecLanguage

/// Sessions read from files of Neurodata Without Borders, one session per file.
package struct NWBDataset: Hashable, Sendable {
  package var path: String
  package var observe: NWBObservation
  package var trials: TrialTable?
  package var windows: Windows?
  /// Names of ours and the series that they are read from.
  package var behavior: [Named<BehaviorSource>]
  package var quality: Quality?
  package var split: SplitPlan

  package static let schema = Schema<Self>(
    "nwb", "Sessions read from files of Neurodata Without Borders, one session per file.",
    Field("path", \.path, .path, "A file, or a pattern such as `sub-*/*.nwb`; every file is a session."),
    Field("observe", \.observe, .union(NWBObservation.union), "What the channels are."),
    Field(
      "trials", \.trials, .optional(.section(TrialTable.schema)),
      "Trials from a table of intervals; the table `trials` where neither this nor `windows` is given."),
    Field(
      "windows", \.windows, .optional(.section(Windows.schema)),
      "Windows of one length, for recordings without trials."),
    Field(
      "behavior", \.behavior, .map(BehaviorSource.kind), default: [],
      "Signals to read beside the channels: a name for each and the series, by path or name. A bin holds the mean of its "
        + "samples; where it has none, the value at its centre on the line between the neighbouring samples."),
    Field(
      "quality", \.quality, .optional(.section(Quality.schema)),
      "Sessions that fail one of these tests are left out, and the reason is told."),
    Field("split", \.split, .section(SplitPlan.schema), "Which trials are for training, choosing and scoring."),
    rules: [
      Rule("windows") { dataset in
        dataset.trials != nil && dataset.windows != nil ? "give one of `trials` and `windows`" : nil
      },
      Rule("trials") { $0.trials?.complaint(bin: $0.observe.bin) },
      Rule("windows") { $0.windows?.complaint(bin: $0.observe.bin) },
      Rule("split.neurons.where") { dataset in
        switch dataset.observe {
        case .spikes: nil
        case .counts: NeuronSplit.complaint(dataset.split)
        }
      },
    ],
    make: Self.init(path:observe:trials:windows:behavior:quality:split:))
}

extension NWBDataset {
  /// The headers of all files, those that `quality` leaves out with the reasons.
  func headers(id: String, base: String) throws(DataProblems) -> [SessionHeader] {
    try SessionFiles.headers(path, id: id, base: base) { name, file throws(DataProblems) in
      let reader = NWBSessionReader(dataset: self, name: name, path: file)
      var header = try reader.header()
      if let quality { header.excluded = quality.reasons(try reader.load()) }
      return header
    }
  }

  func load(id: String, session name: String, base: String) throws(DataProblems) -> Session {
    let file = try SessionFiles.file(path, id: id, session: name, base: base)
    return try NWBSessionReader(dataset: self, name: name, path: file).load()
  }
}
