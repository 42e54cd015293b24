import SpecLanguage

/// What one job of each stage may use of a machine. No part of it enters a key: results do not depend on it.
package struct Resources: Hashable, Sendable {
  package var fit: StageResources?
  package var evaluate: StageResources?

  package init(fit: StageResources? = nil, evaluate: StageResources? = nil) {
    self.fit = fit
    self.evaluate = evaluate
  }

  package static let schema = Schema<Self>(
    "resources", "What one job of each stage may use.",
    Field("fit", \.fit, .optional(.section(StageResources.schema)), "Jobs that fit a model."),
    Field("evaluate", \.evaluate, .optional(.section(StageResources.schema)), "Jobs that measure a fitted model."),
    make: Self.init(fit:evaluate:))
}

/// What one job of a stage may use.
package struct StageResources: Hashable, Sendable {
  /// Threads.
  package var cpu: Int?
  /// Bytes that a job is expected to need.
  package var memory: Int?
  package var time: Nanoseconds?

  package init(cpu: Int? = nil, memory: Int? = nil, time: Nanoseconds? = nil) {
    self.cpu = cpu
    self.memory = memory
    self.time = time
  }

  package static let schema = Schema<Self>(
    "stage", "What one job of a stage may use.",
    Field(
      "cpu", \.cpu, .optional(.int(1...1024)),
      "Threads of one job; when absent, the processors are shared by the jobs that run at once."),
    Field(
      "memory", \.memory, .optional(.memory),
      "What one job needs: jobs do not run at once where together they need more than the machine has."),
    Field(
      "time", \.time, .optional(.duration),
      "A job that takes longer is ended as failed; a training keeps its state, so that the same command goes on."),
    notBuilt: [
      .init("gpu", "Devices of one job: no backend uses one."),
      .init("partition", "The queue of a cluster: jobs run on this machine."),
    ],
    rules: [Rule("memory") { ($0.memory ?? 1) > 0 ? nil : "`memory` must be above 0" }],
    make: Self.init(cpu:memory:time:))
}
