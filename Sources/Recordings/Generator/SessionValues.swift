import Randomness
import SpecLanguage

/// One number per session: the same for all, a list, evenly spaced, or drawn.
package enum SessionValues: Hashable, Sendable {
  case constant(Double)
  case list([Double])
  /// From the first to the last session.
  case linspace(Double, Double)
  case uniform(Double, Double)

  package static let kind: ValueKind<Self> = .either(
    .float, as: Self.constant, from: { if case .constant(let value) = $0 { value } else { nil } },
    or: .either(
      .list(.float, count: 1...Int.max), as: Self.list, from: { if case .list(let list) = $0 { list } else { nil } },
      or: .converted(.section(Spread.schema), to: Self.init(spread:), from: \.spread)))

  /// The complaint about a list that does not have one value per session.
  func complaint(_ key: String, sessions: Int) -> String? {
    guard case .list(let list) = self, list.count != sessions else { return nil }
    return "`\(key)` lists \(list.count) values for `sessions: \(sessions)`"
  }

  func value(session: Int, of sessions: Int, stream: Stream) -> Double {
    switch self {
    case .constant(let value): return value
    case .list(let list): return list[min(session, list.count - 1)]
    case .linspace(let first, let last):
      return sessions == 1 ? first : first + (last - first) * Double(session) / Double(sessions - 1)
    case .uniform(let low, let high):
      var stream = stream
      return low + (high - low) * stream.uniform()
    }
  }

  /// The long forms as keys.
  struct Spread: Hashable, Sendable {
    var linspace: [Double]?
    var uniform: [Double]?

    static let schema = Schema<Self>(
      "session_values", "One number per session, evenly spaced or drawn.",
      Field(
        "linspace", \.linspace, .optional(.list(.float, count: 2...2)),
        "First and last value; the sessions between are evenly spaced."),
      Field(
        "uniform", \.uniform, .optional(.list(.float, count: 2...2)),
        "Bounds between which each session's value is drawn."),
      rules: [
        Rule("linspace") { spread in
          (spread.linspace == nil) != (spread.uniform == nil) ? nil : "give one of `linspace` and `uniform`"
        },
        Rule("uniform") { spread in
          spread.uniform.map { $0[0] <= $0[1] } ?? true ? nil : "`uniform` begins above its end"
        },
      ],
      make: Self.init(linspace:uniform:))
  }

  private init(spread: Spread) {
    if let ends = spread.linspace {
      self = .linspace(ends[0], ends[1])
    } else {
      let bounds = spread.uniform ?? [0, 0]
      self = .uniform(bounds[0], bounds[1])
    }
  }

  private var spread: Spread {
    switch self {
    case .linspace(let first, let last): Spread(linspace: [first, last], uniform: nil)
    case .uniform(let low, let high): Spread(linspace: nil, uniform: [low, high])
    case .constant, .list: Spread(linspace: nil, uniform: nil)
    }
  }
}

/// How many channels each generated session has.
package enum ChannelCounts: Hashable, Sendable {
  case constant(Int)
  case list([Int])
  /// Drawn for each session, both ends included.
  case uniform(Int, Int)

  package static let kind: ValueKind<Self> = .either(
    .count, as: Self.constant, from: { if case .constant(let value) = $0 { value } else { nil } },
    or: .either(
      .list(.count, count: 1...Int.max), as: Self.list, from: { if case .list(let list) = $0 { list } else { nil } },
      or: .converted(
        .section(Draw.schema), to: { .uniform($0.intUniform[0], $0.intUniform[1]) },
        from: {
          if case .uniform(let low, let high) = $0 { Draw(intUniform: [low, high]) } else { Draw(intUniform: []) }
        })))

  func complaint(_ key: String, sessions: Int) -> String? {
    guard case .list(let list) = self, list.count != sessions else { return nil }
    return "`\(key)` lists \(list.count) values for `sessions: \(sessions)`"
  }

  func value(session: Int, stream: Stream) -> Int {
    switch self {
    case .constant(let value): return value
    case .list(let list): return list[min(session, list.count - 1)]
    case .uniform(let low, let high):
      var stream = stream
      return low + stream.int(below: max(1, high - low + 1))
    }
  }

  struct Draw: Hashable, Sendable {
    var intUniform: [Int]

    static let schema = Schema<Self>(
      "channel_draw", "A number of channels drawn for each session.",
      Field("int_uniform", \.intUniform, .list(.count, count: 2...2), "Bounds of the draw, both included."),
      rules: [
        Rule("int_uniform") { draw in
          draw.intUniform[0] <= draw.intUniform[1] ? nil : "`int_uniform` begins above its end"
        }
      ],
      make: Self.init(intUniform:))
  }
}
