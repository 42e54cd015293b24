import Foundation

/// Python as a judge of tests: it knows other people's implementations of what we implement.
///
/// It is that of the environment variable `MDSSM_PYTHON`, else `python3`. A virtual environment will do:
/// `python3 -m venv FOLDER && FOLDER/bin/pip install jsonschema scipy`, then `MDSSM_PYTHON=FOLDER/bin/python3`.
package enum Python {
  package struct Broken: Error, CustomStringConvertible {
    package var description: String
  }

  /// What a test prints that goes without its judge.
  package static func absence(of package: String) -> String {
    "skipped: no python3 with the package \(package); MDSSM_PYTHON may name one"
  }

  /// What a program prints; nil when Python or the package is not there. Anything else that goes wrong is thrown.
  package static func output(of program: String, needing package: String, _ arguments: [String] = []) throws -> String?
  {
    let process = Process()
    let python = ProcessInfo.processInfo.environment["MDSSM_PYTHON"] ?? "python3"
    let name = package.split(separator: ".").first ?? ""
    let guarded = """
      sys = __import__("sys")
      try:
          \(name) = __import__("\(package)")
      except ImportError:
          sys.exit(3)
      \(program)
      """
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = [python, "-c", guarded] + arguments
    let output = Pipe()
    process.standardOutput = output
    do { try process.run() } catch { return nil }
    let data = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    switch process.terminationStatus {
    case 0: return String(decoding: data, as: UTF8.self)
    // 3: no package; 126 and 127: no Python.
    case 3, 126, 127: return nil
    default: throw Broken(description: "\(python) ended with \(process.terminationStatus)")
    }
  }
}
