import ArgumentParser
import Bundle
import Report

/// Writes the report of a bundle again.
struct ReportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "report", abstract: "Write the report of a bundle again.")

  @Argument(help: "The folder of the bundle, such as runs/aplysia/latest.")
  var bundle: String

  func run() throws {
    do throws(BundleError) {
      Terminal.output(try Report.write(bundle: bundle))
    } catch {
      Terminal.error("error: \(error)")
      switch error.problem {
      case .missing, .cannotRead, .damaged: throw Exit.noInput
      case .cannotWrite: throw Exit.cannotWrite
      }
    }
  }
}
