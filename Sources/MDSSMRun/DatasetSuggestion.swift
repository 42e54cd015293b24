import Foundation
import Recordings
import SpecLanguage

/// The entry of `datasets` that would read a recording.
struct DatasetSuggestion {
  let file: String
  let facts: FileFacts

  /// Nil where there is nothing to model.
  var text: String? {
    switch facts.format {
    case .nwb: recording
    case .hdf5, .numpy, .matlab, .table: arrays
    }
  }

  private var recording: String? {
    guard let survey = try? NWBSurvey(path: file), let files = try? InitFiles([file]) else { return nil }
    for cutsTables in [true, false] {
      guard let choices = InitChoices([[survey]], cutsTables: cutsTables), let part = choices.parts.first,
        let group = files.groups(from: ".").first
      else { continue }
      return "datasets:\n" + InitDataset(choices: choices, part: part, group: group).text
    }
    return nil
  }

  /// An array that is likely activity: that of the lfads-torch layout, else the one with the most channels.
  private var arrays: String? {
    let key = facts.format == .matlab ? "variables" : "datasets"
    guard case .map(let all)? = PlainMap(facts.entries)[key] else { return nil }
    let name = InitFiles.name(((file as NSString).lastPathComponent as NSString).deletingPathExtension)
    let path = Plain.string(file.replacing("${", with: "$${")).flow
    if let own = all.keys.first(where: { $0.hasSuffix("train_encod_data") || $0.hasSuffix("train_spikes_heldin") }) {
      let group = own.contains("/") ? "\n    group: \(own.prefix { $0 != "/" })" : ""
      return """
        datasets:
          \(name):
            kind: lfads
            path: \(path)\(group)
            bin: 20 ms   # the file does not say it
        """
    }
    let candidates = all.entries.compactMap { entry -> (name: String, shape: [Int])? in
      guard case .list(let lengths)? = entry.value["shape"] else { return nil }
      let shape = lengths.compactMap { if case .int(let length) = $0 { length } else { nil } }
      let isList = entry.value["is_list"] == true
      return isList || shape.count == 3 || shape.count == 2 && shape[0] > 1 && shape[1] > 1 ? (entry.key, shape) : nil
    }
    guard let best = candidates.max(by: { ($0.shape.last ?? 0) < ($1.shape.last ?? 0) }) else { return nil }
    let isList = all[best.name]?["is_list"] == true
    let cut =
      isList || best.shape.count == 3
      ? "" : "\n    windows: {length: 1 s}   # or `trial:` with an array that numbers the trials"
    let others = all.keys.filter { $0 != best.name }.prefix(8).joined(separator: ", ")
    return """
      datasets:
        \(name):
          kind: arrays
          path: \(path)
          observe: {array: \(Plain.string(best.name).flow), bin: 20 ms}   # the file does not say how long a bin is\(cut)
          # Other arrays, for `behavior` and `columns`: \(InitRecordings.clean(others))
          split: {train: 0.7, valid: 0.1, test: 0.2, by: trial, seed: 3}
      """
  }
}
