import ExperimentGraph
import SpecLanguage
import YAMLReader

// The codes of what only the program that runs a study can find.
extension Code {
  static let badData = Code(
    "E3001", "data that are missing, damaged, or not what the spec asks for",
    "The notes name the session, the file and the object inside the file.")
  static let failedJob = Code(
    "E4001", "a job that failed",
    "The other jobs are done all the same; those that read from this one are left. The bundle lists both.")

  static let planChanged = Code(
    "E4002", "a plan that is no longer the one of the file",
    "`--plan` runs exactly what was planned: a value of the spec or the data have changed since. Plan again to go on.")

  static let ofRunning: [Code] = [.badData, .failedJob, .planChanged]

  /// Every code of the program, by number: what `explain` knows.
  package static let all: [Code] = (ofLanguage + ofYAML + ofExperiment + ofRunning).sorted { $0.id < $1.id }
}
