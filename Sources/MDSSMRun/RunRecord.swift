import Bundle
import Execution
import Foundation
import Planner

/// What a bundle says about the run itself.
enum RunRecord {
  static func status(_ outcomes: [JobOutcome]) -> Manifest.Status {
    var status = Manifest.Status.complete
    for outcome in outcomes {
      switch outcome {
      case .done: continue
      case .interrupted: return .interrupted
      case .failed, .left: status = .failed
      }
    }
    return status
  }

  /// Whether a job failed because its result could not be written.
  static func hasFullDisk(_ outcomes: [JobOutcome]) -> Bool {
    outcomes.contains { outcome in
      if case .failed(let failure) = outcome { failure.isOfTheDisk } else { false }
    }
  }

  static func timing(_ plan: Plan, _ outcomes: [JobOutcome]) -> TSV {
    var table = TSV(columns: ["job", "state", "seconds"])
    for (job, outcome) in zip(plan.jobs, outcomes) {
      switch outcome {
      case .done(_, let wasStored, let seconds):
        table.append([.text(job.name), .text(wasStored ? "cached" : "done"), .double(seconds)])
      case .failed: table.append([.text(job.name), .text("failed"), .empty])
      case .left: table.append([.text(job.name), .text("left"), .empty])
      case .interrupted: table.append([.text(job.name), .text("interrupted"), .empty])
      }
    }
    return table
  }

  static var environment: JSONValue {
    let process = ProcessInfo.processInfo
    return [
      "version": .string(ToolVersion.current), "host": .string(process.hostName),
      "system": .string(process.operatingSystemVersionString),
      "cores": .int(process.activeProcessorCount), "peak_memory_bytes": .int(peakMemory),
      "arguments": .array(process.arguments.map(JSONValue.string)),
    ]
  }

  /// Largest resident memory of this process so far, bytes.
  private static var peakMemory: Int {
    var usage = rusage()
    getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
    return usage.ru_maxrss * 1024
  }
}
