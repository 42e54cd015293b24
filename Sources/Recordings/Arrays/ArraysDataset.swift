import ArrayFiles
import SpecLanguage

/// Sessions read from arrays of numbers: HDF5, NumPy, MATLAB or tables of text, one session per file.
package struct ArraysDataset: Hashable, Sendable {
  package enum Axis: String, CaseIterable, Hashable, Sendable { case trial, time, channel }

  /// The array that holds the neural activity.
  package struct Observe: Hashable, Sendable {
    package var array: String
    package var axes: [Axis]?
    package var bin: Nanoseconds
    package var smooth: Nanoseconds?
    package var causal: Bool?
    package var normalize: Normalization?
    package var minRate: Double?

    package static let schema = Schema<Self>(
      "array_observation", "The array that holds the neural activity.",
      Field(
        "array", \.array, .path,
        "Name of the array in the file, such as `data.spikes`, or a pattern such as `unit_*`: every column that it names is "
          + "a channel. A cell array of MATLAB holds one array per trial."),
      Field(
        "axes", \.axes, .optional(.list(.choice(Axis.self), count: 2...3)),
        "What its axes are; `[trial, time, channel]` for three and `[time, channel]` for two where absent."),
      Field("bin", \.bin, .duration, "From one row of time to the next."),
      Smoothing.deviation(\.smooth), Smoothing.causal(\.causal), Normalization.field(\.normalize),
      Field(
        "min_rate", \.minRate, .optional(.frequency),
        "Channels with a lower mean per second of observed time in all trials are left out."),
      rules: [
        Rule("causal") { Smoothing.complaint($0.causal, $0.smooth) },
        Rule("axes") { observe in
          guard let axes = observe.axes else { return nil }
          if Set(axes).count < axes.count { return "`axes` names an axis twice" }
          return axes.contains(.time) && axes.contains(.channel) ? nil : "`axes` lacks `time` or `channel`"
        },
      ],
      make: Self.init(array:axes:bin:smooth:causal:normalize:minRate:))
  }

  package var path: String
  package var observe: Observe
  package var windows: Windows?
  package var trial: String?
  package var lengths: String?
  package var behavior: [Named<String>]
  package var columns: [Named<String>]
  package var split: SplitPlan

  package static let schema = Schema<Self>(
    "arrays", "Sessions read from arrays of numbers: HDF5, NumPy, MATLAB or tables of text, one session per file.",
    Field("path", \.path, .path, "A file, or a pattern such as `day-*.npz`; every file is a session."),
    Field("observe", \.observe, .section(Observe.schema), "The array that holds the neural activity."),
    Field(
      "windows", \.windows, .optional(.section(Windows.schema)), "Windows of one length, for arrays without trials."),
    Field(
      "trial", \.trial, .optional(.path),
      "An array with one number per row of time: rows with one number are one trial; rows without a number are left out."
    ),
    Field(
      "lengths", \.lengths, .optional(.path),
      "An array with the number of bins of every trial; later bins of a trial are padding and are masked."),
    Field(
      "behavior", \.behavior, .map(.path), default: [],
      "Signals beside the channels: a name for each and its array, with the same trials and times."),
    Field(
      "columns", \.columns, .map(.path), default: [],
      "What is known of every trial: a name for each and an array of one number or word per trial."),
    Field("split", \.split, .section(SplitPlan.schema), "Which trials are for training, choosing and scoring."),
    rules: [
      Rule("windows") { dataset in
        dataset.windows != nil && dataset.trial != nil ? "give one of `windows` and `trial`" : nil
      },
      Rule("windows") { $0.windows?.complaint(bin: $0.observe.bin) },
      Rule("split.neurons.where") { NeuronSplit.complaint($0.split) },
    ],
    make: Self.init(path:observe:windows:trial:lengths:behavior:columns:split:))
}

extension ArraysDataset {
  func headers(id: String, base: String) throws(DataProblems) -> [SessionHeader] {
    try SessionFiles.headers(path, id: id, base: base) { name, file throws(DataProblems) in
      try ArraySessionReader(dataset: self, name: name, path: file).load().header(files: [file])
    }
  }

  func load(id: String, session name: String, base: String) throws(DataProblems) -> Session {
    let file = try SessionFiles.file(path, id: id, session: name, base: base)
    return try ArraySessionReader(dataset: self, name: name, path: file).load()
  }
}

extension Session {
  /// What can be known of the session without its observations.
  func header(files: [String]) -> SessionHeader {
    SessionHeader(
      name: name, files: files, metadata: metadata, channels: channels, bins: bins, trials: trials.countsBySplit,
      binWidth: binWidth, behavior: behavior.map { ($0.name, $0.dimensions) }, isCounts: isCounts,
      heldOut: heldOut, notes: notes)
  }
}
