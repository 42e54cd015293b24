import SpecLanguage

/// Sessions in the HDF5 layouts of lfads-torch and of the Neural Latents Benchmark: trials that are binned and split.
///
/// lfads-torch: `{train,valid,test}_encod_data` is what a model may see and `..._recon_data` what it must explain, each
/// `[trials, bins, channels]`; more channels there are held-out neurons, more bins are forward bins.  Source: Sedler &
/// Pandarinath 2023.  Benchmark: `{train,eval}_spikes_{heldin,heldout}` and the same with `_forward`, in a group of the
/// name of the data set.  Source: Pei, Ye et al. 2021.
package struct LFADSDataset: Hashable, Sendable {
  package enum HeldOut: String, CaseIterable, Hashable, Sendable {
    /// Held-out neurons and forward bins are read; encoders do not see them, read-outs predict them.
    case keep
    /// Only what a model may see.
    case drop
  }

  package var path: String
  package var group: String?
  package var bin: Nanoseconds
  package var heldOut: HeldOut
  package var smooth: Nanoseconds?
  package var causal: Bool?
  package var normalize: Normalization?
  package var behavior: [Named<String>]
  package var columns: [Named<String>]
  package var valid: Double
  package var seed: UInt64

  package static let schema = Schema<Self>(
    "lfads", "Sessions in the HDF5 layouts of lfads-torch and of the Neural Latents Benchmark: binned and split.",
    Field("path", \.path, .path, "A file, or a pattern such as `*.h5`; every file is a session."),
    Field(
      "group", \.group, .optional(.path), "The group that holds the arrays, such as `mc_maze`; the root where absent."),
    Field("bin", \.bin, .duration, "Width of a bin, which the file does not say."),
    Field(
      "held_out", \.heldOut, .choice(HeldOut.self), default: .keep,
      "`keep` reads held-out neurons and forward bins, which no encoder sees and read-outs predict; `drop` leaves them out."
    ),
    Smoothing.deviation(\.smooth), Smoothing.causal(\.causal), Normalization.field(\.normalize),
    Field(
      "behavior", \.behavior, .map(.path), default: [],
      "Signals beside the channels: a name for each and its key without the split, `behavior` for `train_behavior`."),
    Field(
      "columns", \.columns, .map(.path), default: [],
      "What is known of every trial: a name for each and its key without the split, `cond_idx` for `train_cond_idx`."),
    Field(
      "valid", \.valid, .ratio, default: 0,
      "Share of the training trials that settings are chosen on, for files without a part of their own for it."),
    Field("seed", \.seed, .seed, default: 0, "Seed of the draw of `valid`."),
    rules: [
      Rule("causal") { Smoothing.complaint($0.causal, $0.smooth) },
      Rule("valid") { $0.valid < 1 ? nil : "`valid` is 1; nothing is left to train on" },
    ],
    make: Self.init(path:group:bin:heldOut:smooth:causal:normalize:behavior:columns:valid:seed:))
}

extension LFADSDataset {
  func headers(id: String, base: String) throws(DataProblems) -> [SessionHeader] {
    try SessionFiles.headers(path, id: id, base: base) { name, file throws(DataProblems) in
      try LFADSReader(dataset: self, name: name, path: file).load().header(files: [file])
    }
  }

  func load(id: String, session name: String, base: String) throws(DataProblems) -> Session {
    let file = try SessionFiles.file(path, id: id, session: name, base: base)
    return try LFADSReader(dataset: self, name: name, path: file).load()
  }
}
