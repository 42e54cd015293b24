import Foundation
import Recordings
import SpecLanguage
import StudyChecks

/// The specs that users start from, with stand-ins for their recordings.
enum UserSpec: String, CaseIterable {
  case quickstart, aplysia, bifurcations
  case motorCortex = "motor_cortex"
  case fewShot = "few_shot"
  case limitCycles = "limit_cycles"

  func study() throws -> CheckedStudy {
    let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../specs")
    let text = try String(contentsOf: folder.appending(path: rawValue + ".yaml"), encoding: .utf8)
    return CheckedStudy(text, recordings: recordings)
  }

  private var recordings: [String: [SessionHeader]] {
    switch self {
    case .quickstart, .bifurcations, .fewShot, .limitCycles: [:]
    case .aplysia:
      ["aplysia": ["sub-Oct1314_ses-da01", "sub-Oct1514_ses-da01"].map { header("aplysia/\($0)", bin: 200, bins: 25) }]
    case .motorCortex:
      Dictionary(
        uniqueKeysWithValues: ["centre_out", "grasp", "redundancy"].map { dataset in
          (dataset, ["a", "b"].map { header("\(dataset)/\($0)", bin: 45, bins: 30) })
        })
    }
  }

  /// - Parameter bin: milliseconds.
  private func header(_ name: String, bin: Int, bins: Int) -> SessionHeader {
    SessionHeader(
      name: name, files: ["\(name).nwb"], metadata: ["subject": "C"], channels: 7, bins: bins,
      trials: [.train: 70, .valid: 10, .test: 20],
      binWidth: Nanoseconds(bin * 1_000_000), behavior: [("velocity", 2)], isCounts: false)
  }
}

/// A sweep in which all transfers of one seed share what they transfer, and the studies of it alone.
enum Transfers {
  static let axes = """
    sweep:
      axes:
        runs.transfer.trials: [2, 3, 4]
        study.seed: [7, 8]

    """

  static var study: CheckedStudy { CheckedStudy(CheckedStudy.tiny + axes) }
}
