import SpecLanguage

/// The systems that can be simulated.
package enum System: Hashable, Sendable {
  case arneodo(ArneodoSystem)
  case duffing(DuffingOscillator)
  case fitzHughNagumo(FitzHughNagumo)
  case hopf(HopfBifurcation)
  case limitCycle(LimitCycle)
  case lorenz(LorenzSystem)
  case pitchfork(PitchforkBifurcation)
  case reaching(Reaching)
  case rossler(RosslerSystem)

  package static let union = Union<Self>(
    "system",
    .arm("arneodo", ArneodoSystem.schema, Self.arneodo) { if case .arneodo(let v) = $0 { v } else { nil } },
    .arm("duffing", DuffingOscillator.schema, Self.duffing) { if case .duffing(let v) = $0 { v } else { nil } },
    .arm("fitzhugh_nagumo", FitzHughNagumo.schema, Self.fitzHughNagumo) {
      if case .fitzHughNagumo(let v) = $0 { v } else { nil }
    },
    .arm("hopf", HopfBifurcation.schema, Self.hopf) { if case .hopf(let v) = $0 { v } else { nil } },
    .arm("limit_cycle", LimitCycle.schema, Self.limitCycle) { if case .limitCycle(let v) = $0 { v } else { nil } },
    .arm("lorenz", LorenzSystem.schema, Self.lorenz) { if case .lorenz(let v) = $0 { v } else { nil } },
    .arm("pitchfork", PitchforkBifurcation.schema, Self.pitchfork) {
      if case .pitchfork(let v) = $0 { v } else { nil }
    },
    .arm("reaching", Reaching.schema, Self.reaching) { if case .reaching(let v) = $0 { v } else { nil } },
    .arm("rossler", RosslerSystem.schema, Self.rossler) { if case .rossler(let v) = $0 { v } else { nil } })

  /// What simulates it; nil for the limit cycle, whose trials are as its makers published them.
  var simulator: (any GeneratedSystem)? {
    switch self {
    case .arneodo(let system): system
    case .duffing(let system): system
    case .fitzHughNagumo(let system): system
    case .hopf(let system): system
    case .limitCycle: nil
    case .lorenz(let system): system
    case .pitchfork(let system): system
    case .reaching(let system): system
    case .rossler(let system): system
    }
  }

  /// Its word in the spec.
  var name: String {
    switch self {
    case .arneodo: "arneodo"
    case .duffing: "duffing"
    case .fitzHughNagumo: "fitzhugh_nagumo"
    case .hopf: "hopf"
    case .limitCycle: "limit_cycle"
    case .lorenz: "lorenz"
    case .pitchfork: "pitchfork"
    case .reaching: "reaching"
    case .rossler: "rossler"
    }
  }

  /// Changes when the same spec gives other trials than before.
  var revision: String {
    switch self {
    // Trials start nearer to the origin.
    case .rossler: " rossler 2"
    case .arneodo, .duffing, .fitzHughNagumo, .hopf, .limitCycle, .lorenz, .pitchfork, .reaching: ""
    }
  }

  /// Length of one step.
  var step: Nanoseconds {
    switch self {
    case .limitCycle(let cycle): cycle.step
    case .arneodo, .duffing, .fitzHughNagumo, .hopf, .lorenz, .pitchfork, .reaching, .rossler:
      simulator?.step ?? Nanoseconds(1)
    }
  }

  /// Steps of integration for one trial, those before its start included; 0 where states are functions of time.
  func integrationSteps(of trial: Nanoseconds) -> Double {
    if case .limitCycle(let cycle) = self { return trial.seconds / cycle.step.seconds }
    guard let flow = simulator as? any Flow else { return 0 }
    return (flow.transient + trial.seconds) / flow.step.seconds
  }

  /// What differs between sessions.
  var parameters: [(key: String, values: SessionValues)] {
    switch self {
    case .limitCycle(let cycle): [("speed", cycle.speed)]
    case .arneodo, .duffing, .fitzHughNagumo, .hopf, .lorenz, .pitchfork, .reaching, .rossler:
      simulator?.parameters ?? []
    }
  }

  /// Whether it is known of every state where it leads.
  var knowsFlow: Bool {
    if case .limitCycle = self { return true }
    return simulator is any Flow
  }

  /// The animals that sessions are dealt to in turn; nil where there are none.
  var subjects: Int? {
    switch self {
    case .reaching(let reaching): reaching.subjects
    case .arneodo, .duffing, .fitzHughNagumo, .hopf, .limitCycle, .lorenz, .pitchfork, .rossler: nil
    }
  }
}
