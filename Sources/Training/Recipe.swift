import Glibc
import SpecLanguage

/// How a model is fitted: optimiser, schedule, batches, length and stopping.
package struct Recipe: Hashable, Sendable {
  package var optimizer: Optimizer
  package var schedule: Schedule
  package var clip: Double?
  package var batch: BatchRecipe
  package var budget: Extent
  package var select: Selection?
  package var memory: GradientMemory
  package var divergenceWarmup: Extent?

  package init(
    optimizer: Optimizer, schedule: Schedule, clip: Double?, batch: BatchRecipe, budget: Extent, select: Selection?,
    memory: GradientMemory = .full, divergenceWarmup: Extent? = nil
  ) {
    self.optimizer = optimizer
    self.schedule = schedule
    self.clip = clip
    self.batch = batch
    self.budget = budget
    self.select = select
    self.memory = memory
    self.divergenceWarmup = divergenceWarmup
  }

  package static let schema = Schema<Self>(
    "training", "How a model is fitted.",
    Field("optimizer", \.optimizer, .union(Optimizer.union), "The rule that turns gradients into steps."),
    Field(
      "schedule", \.schedule, .union(Schedule.union), default: .constant(ConstantSchedule(warmup: 0)),
      "How the learning rate changes over the budget."),
    Field("clip", \.clip, .optional(.positive), "Largest norm of the whole gradient; longer ones are shortened to it."),
    Field("batch", \.batch, .section(BatchRecipe.schema), "What one step sees."),
    Field("budget", \.budget, .extent(.steps, .epochs), "How long to train: `2000 steps` or `50 epochs`."),
    Field(
      "select", \.select, .optional(.section(Selection.schema)),
      "Which state of the training is kept, and when to stop."),
    Field(
      "memory", \.memory, .choice(GradientMemory.self), default: .full,
      "What the gradient keeps of recurrences: `full` every bin; `recompute` the square root of their number, for long trials."
    ),
    Field(
      "kl_warmup", \.divergenceWarmup, .optional(.extent(.steps, .epochs)),
      "How long the divergences of states and embeddings rise from nothing to their whole weight."),
    make: Self.init(optimizer:schedule:clip:batch:budget:select:memory:divergenceWarmup:))
}

/// What the gradient keeps of recurrences.
package enum GradientMemory: String, CaseIterable, Hashable, Sendable {
  /// What it needs of every bin.
  case full
  /// States of about sqrt(bins) bins; what lies between is computed again.
  case recompute
}

/// What one step sees.
package struct BatchRecipe: Hashable, Sendable {
  package var trials: Int
  package var sessions: Int?
  package var atOnce: Int?

  package init(trials: Int, sessions: Int?, atOnce: Int? = nil) {
    self.trials = trials
    self.sessions = sessions
    self.atOnce = atOnce
  }

  package static let schema = Schema<Self>(
    "batch", "What one step sees.",
    Field("trials", \.trials, .int(1...4096), "Trials of each session; a session with fewer gives all it has."),
    Field("sessions", \.sessions, .optional(.int(1...4096)), "Sessions of a step, drawn at random; all when absent."),
    Field(
      "at_once", \.atOnce, .optional(.int(1...4096)),
      "Sessions of a step that are in memory together; the gradients of the others are added. All when absent."),
    make: Self.init(trials:sessions:atOnce:))
}

/// The rule that turns gradients into steps.
package enum Optimizer: Hashable, Sendable {
  case adamw(AdamW)

  package static let union = Union<Self>(
    "optimizer",
    .arm("adamw", AdamW.schema, Self.adamw) {
      switch $0 {
      case .adamw(let value): value
      }
    },
    notBuilt: [.init("adam", "Adam without decoupled decay."), .init("sgd", "Gradient descent with momentum.")])
}

/// How the learning rate changes: linear warm-up, then constant or cosine.
package enum Schedule: Hashable, Sendable {
  case constant(ConstantSchedule)
  case cosine(CosineSchedule)

  package static let union = Union<Self>(
    "schedule",
    .arm("constant", ConstantSchedule.schema, Self.constant) {
      if case .constant(let value) = $0 { value } else { nil }
    },
    .arm("cosine", CosineSchedule.schema, Self.cosine) { if case .cosine(let value) = $0 { value } else { nil } })

  /// The factor on the learning rate at a step (0 is the first) of `total`.
  package func factor(step: Int, of total: Int) -> Double {
    switch self {
    case .constant(let value): return min(1, Double(step + 1) / Double(value.warmup + 1))
    case .cosine(let value):
      if step < value.warmup { return Double(step + 1) / Double(value.warmup + 1) }
      let progress = min(1, Double(step - value.warmup) / Double(max(1, total - value.warmup)))
      let share: Double = 0.5 * (1 + cos(Double.pi * progress))
      return value.floor + (1 - value.floor) * share
    }
  }
}

/// A constant learning rate after a linear warm-up.
package struct ConstantSchedule: Hashable, Sendable {
  package var warmup: Int

  package init(warmup: Int) { self.warmup = warmup }

  package static let schema = Schema<Self>(
    "constant", "A constant learning rate.",
    Field("warmup", \.warmup, .int(0...1_000_000), default: 0, "Steps over which the rate rises from zero."),
    make: Self.init(warmup:))
}

/// A half cosine from the full learning rate down to `floor` of it. Source: Loshchilov & Hutter 2017.
package struct CosineSchedule: Hashable, Sendable {
  package var warmup: Int
  package var floor: Double

  package init(warmup: Int, floor: Double) {
    self.warmup = warmup
    self.floor = floor
  }

  package static let schema = Schema<Self>(
    "cosine", "A half cosine from the full learning rate down.",
    Field("warmup", \.warmup, .int(0...1_000_000), default: 0, "Steps over which the rate rises from zero."),
    Field("floor", \.floor, .ratio, default: 0, "Share of the learning rate that is left at the end."),
    make: Self.init(warmup:floor:))
}

/// Which state of a training is kept, and when to stop early.
package struct Selection: Hashable, Sendable {
  package var metric: Metric
  package var every: Extent
  package var patience: Extent?

  /// What is measured on the validation split.
  package enum Metric: String, CaseIterable, Hashable, Sendable {
    case loss = "valid.loss"
    case forecastR2 = "valid.forecast_r2"
  }

  package init(metric: Metric, every: Extent, patience: Extent?) {
    self.metric = metric
    self.every = every
    self.patience = patience
  }

  package static let schema = Schema<Self>(
    "select", "Which state of the training is kept, and when to stop early.",
    Field("metric", \.metric, metricKind, "What is measured on the validation split."),
    Field(
      "every", \.every, .extent(.steps, .epochs), default: .steps(50),
      "How often it is measured."),
    Field(
      "patience", \.patience, .optional(.extent(.steps, .epochs)),
      "Stop when the metric has not improved for this long."),
    make: Self.init(metric:every:patience:))

  /// One of the metrics; those of the test split are refused by name.
  private static let metricKind: ValueKind<Metric> = {
    let metrics = ValueKind<Metric>.choice(Metric.self)
    return ValueKind(
      metrics.description,
      read: { node, reading in
        if let word = node.scalar?.text, word.hasPrefix("test.") {
          let own = Metric(rawValue: "valid." + word.dropFirst("test.".count))
          reading.report(
            .testSelects, "`\(word.prefix(40))` would select the model by test trials", at: node.span,
            label: "a metric of the test split", help: ["use `\((own ?? .loss).rawValue)`"],
            notes: ["metrics: " + Metric.allCases.map(\.rawValue).joined(separator: ", ")])
          return nil
        }
        return metrics.read(node, &reading)
      }, write: metrics.write)
  }()
}
