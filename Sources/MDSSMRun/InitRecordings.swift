import Foundation
import Recordings
import SpecLanguage

/// The text of a first study of recordings.
struct InitRecordings {
  let choices: InitChoices
  /// One for every part of the choices.
  let groups: [InitFiles.Group]
  let name: String
  /// Where the spec will lie, for the commands in its head.
  let file: String

  var text: String {
    [head, datasets, models, training, runs, evaluations].joined(separator: "\n\n") + "\n"
  }

  private var surveys: [NWBSurvey] { choices.parts.flatMap(\.surveys) }

  // MARK: Head

  private var head: String {
    let file = Self.clean(file.contains(" ") ? "'\(file)'" : file)
    let what = surveys.count == 1 ? "a recording" : "\(surveys.count) recordings"
    var lines = [
      "mdssm: 1", "# A first study of \(what), to be changed.",
      "#   mdssm-run check --data \(file)   says what is wrong",
      "#   mdssm-run plan \(file)           shows what a run would do",
      "#   mdssm-run \(file)                does it", "#", "# What was found:",
    ]
    let titles = ["file", "subject", "channels", "length", "intervals"]
    lines += Terminal.table([titles] + surveys.map(row), left: 5).split(separator: "\n").map { "#   \($0)" }
    lines += [
      "study:", "  name: \(Plain.string(name).flow)",
      "  title: \(Plain.string("A first study of " + name.replacing("_", with: " ")).flow)", "  seed: 1",
    ]
    return lines.joined(separator: "\n")
  }

  private func row(_ survey: NWBSurvey) -> [String] {
    let tables = survey.tables.map { "\($0.name) \($0.starts.count)" }.joined(separator: ", ")
    let channels: String
    switch choices.source {
    case .spikes: channels = survey.units.map { "\($0.count) units, \(Self.short($0.rate)) Hz each" } ?? ""
    case .series(let path, _):
      let series = survey.series.first { $0.path == path }
      channels = series.map { "\($0.dimensions) in \($0.name), \(Self.short($0.rate ?? 0)) Hz" } ?? ""
    }
    let seconds = InitChoices.seconds(survey, choices.source)
    return [
      Self.clean((survey.file as NSString).lastPathComponent), Self.clean(survey.metadata["subject"] ?? "-"), channels,
      "\(Self.short(seconds)) s", Self.clean(tables.isEmpty ? "-" : tables),
    ]
  }

  // MARK: Datasets

  private var datasets: String {
    let all = zip(groups, choices.parts).map { InitDataset(choices: choices, part: $1, group: $0).text }
    return "datasets:\n" + all.joined(separator: "\n") + cohort
  }

  private var cohort: String {
    guard groups.count > 1 else { return "" }
    let all = groups.map { Plain.string("\($0.id)/*") }
    return "\n\ncohorts:\n  all: {include: \(Plain.list(all).flow)}"
  }

  // MARK: The model and how it is fitted

  private var models: String {
    let kind =
      choices.isFamily
      ? "# One family of dynamics for all sessions: two numbers of a session make a low-rank change to the weights."
      : "# One recording: one set of dynamics. With more sessions give the model an `embedding` and let the dynamics adapt:\n"
        + "# `adapt: {kind: low_rank, rank: 2, hyper: [64, 64]}`, `embedding: {size: 2, encoder: {kind: gru, width: 64}}`."
    let (width, hidden, encoder) = (choices.width, choices.hidden, choices.encoder)
    let adapt =
      choices.isFamily
      ? "{kind: low_rank, rank: \(choices.rank), hyper: [\(hidden), \(hidden)]}" : "{kind: shared}"
    let embedding = choices.isFamily ? "\n    embedding:   {size: 2, encoder: {kind: gru, width: \(encoder)}}" : ""
    return """
      \(kind)
      models:
        meta:
          readin:      {kind: linear, width: \(width), shared: \(width), init: data}\(embedding)
          dynamics:    {kind: mlp, latent: \(choices.latent), hidden: [\(hidden), \(hidden)], residual: true, adapt: \(adapt)}
          inference:   {kind: dkf, encoder: {kind: bigru, width: \(encoder)}, forecast_mask: 0.3}
          observation: {kind: gaussian, init: data}
      """
  }

  private var training: String {
    """
    training:
      recipe:
        optimizer: {kind: adamw, lr: \(choices.isLarge ? "1e-3" : "3e-3"), weight_decay: 0.01}
        schedule:  {kind: cosine, warmup: 50, floor: 0.02}
        clip:      200
        batch:     {trials: \(choices.batch)}   # of each session
        budget:    \(choices.isLarge ? 600 : 400) steps
        select:    {metric: valid.forecast_r2, every: 50 steps}
    """
  }

  private var runs: String {
    let on = groups.count > 1 ? "all" : groups[0].id
    return "runs:\n  fit: {train: meta, on: \(on), with: recipe}"
  }

  private var evaluations: String {
    let forecast = choices.forecast
    var lines = [
      "evaluations:", "  rebuild:  {kind: reconstruction, of: [fit]}",
      "  forecast: {kind: forecast, of: [fit], context: \(Self.time(forecast.context)), "
        + "horizon: \(Self.time(forecast.horizon))}",
    ]
    if let target = choices.parts.compactMap({ $0.behaviorNames.first?.name }).first {
      lines += [
        "  # Behaviour from what the model rebuilds, beside behaviour from the data themselves.",
        "  decode:     {kind: decode, of: [fit], target: \(target), from: reconstruction}",
        "  decode_raw: {kind: decode, of: [fit], target: \(target), from: observed}",
      ]
    }
    if choices.isFamily {
      let knowsSubjects = surveys.contains { $0.metadata["subject"] != nil }
      lines.append("  atlas:    {kind: embedding, of: [fit]\(knowsSubjects ? ", color: [subject]" : "")}")
    }
    return lines.joined(separator: "\n")
  }

  // MARK: Text

  /// `1.5 s` where that is exact, else as the language writes it.
  static func time(_ time: Nanoseconds) -> String {
    guard time.count >= 1_000_000_000, time.count % 1_000_000 == 0, time.count % 1_000_000_000 != 0 else {
      return time.description
    }
    return "\(Double(time.count / 1_000_000) / 1000) s"
  }

  /// A number with three digits or so.
  static func short(_ value: Double) -> String {
    let text = String(format: abs(value) >= 100 ? "%.0f" : abs(value) >= 10 ? "%.1f" : "%.3g", value)
    return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
  }

  /// Text from a file on one line of a comment.
  static func clean(_ text: String) -> String { clean(text, most: 200) }

  static func clean(_ text: String, most: Int) -> String {
    let line = String(text.map { $0.isNewline || $0 == "\t" ? " " : $0 })
    // Control characters and invisible marks are errors even in comments.
    let hidden: Set<Unicode.GeneralCategory> = [.control, .format, .surrogate, .privateUse, .unassigned]
    var plain = ""
    for scalar in line.unicodeScalars where !hidden.contains(scalar.properties.generalCategory) {
      plain.unicodeScalars.append(scalar)
    }
    return plain.count > most ? plain.prefix(most - 3) + "..." : plain
  }
}
