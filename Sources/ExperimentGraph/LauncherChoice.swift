import SpecLanguage

/// Where jobs run. It enters no key.
package enum LauncherChoice: Hashable, Sendable {
  case local(LocalLauncher)

  package static let union = Union<Self>(
    "launcher",
    .arm("local", LocalLauncher.schema, Self.local) {
      switch $0 {
      case .local(let value): value
      }
    },
    notBuilt: [.init("slurm", "Jobs on the nodes of a cluster.")])

  /// Jobs at once; nil where the spec leaves it to the program.
  package var jobs: Int? {
    switch self {
    case .local(let value): value.jobs
    }
  }
}

/// Jobs on this machine, inside one process.
package struct LocalLauncher: Hashable, Sendable {
  package var jobs: Int?

  package init(jobs: Int?) { self.jobs = jobs }

  package static let schema = Schema<Self>(
    "local", "Jobs on this machine.",
    Field(
      "jobs", \.jobs, .optional(.int(1...1024)),
      "Jobs at once; when absent, as many as there are processors for a sweep, and one otherwise."),
    make: Self.init(jobs:))
}
