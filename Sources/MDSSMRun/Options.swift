import ArgumentParser

/// What every command on a spec takes beside the spec.
struct SpecOptions: ParsableArguments {
  @Option(name: .customLong("set"), help: "Override a value: `models.meta.dynamics.latent=20`.")
  var overrides: [String] = []

  @Option(name: .customLong("profile"), help: "Lay an entry of `profiles` over the spec.")
  var profiles: [String] = []

  @Flag(help: "One JSON object per line.")
  var json = false

  /// The entry of `profiles` to lay over the spec.
  var profile: String? { profiles.first }

  func validate() throws {
    guard profiles.count < 2 else {
      throw ValidationError("`--profile` takes one profile, found \(profiles.joined(separator: " and "))")
    }
  }
}

extension CompletionKind {
  /// What a shell offers where a spec is expected.
  static var specs: CompletionKind { .file(extensions: ["yaml", "yml"]) }
}

extension SpecOptions {
  /// Nothing beside the spec.
  static var none: SpecOptions { (try? SpecOptions.parse([])) ?? SpecOptions() }
}

/// The exit codes that scripts may rely on.
enum Exit {
  static let someJobFailed = ExitCode(1)
  static let difference = ExitCode(2)
  static let usage = ExitCode(64)
  static let invalidSpec = ExitCode(65)
  static let noInput = ExitCode(66)
  static let cannotWrite = ExitCode(73)
  static let interrupted = ExitCode(130)
  static let terminated = ExitCode(143)
}
