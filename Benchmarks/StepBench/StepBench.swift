import Foundation

/// Measures the tensor engine.
///
///     step-bench motor|cycle [steps=10] [threads=2] [sessions=..] [trials=..] [bins=..] [channels=..|uneven]
///                            [memory=full|recompute] [at_once=..]
///     step-bench stream-motor|stream-cycle [bins=20000] [ahead=0]
///     step-bench errors [every=1] [threads=2]
///
/// The first times training steps of the MDSSM at a size and prints one line of `key=value` words: medians in
/// milliseconds, the arithmetic of the matrix products, peak resident memory in MiB, allocations in a step. The second
/// filters a session bin by bin on one core and prints quantiles of the time of a bin in microseconds. The third prints
/// the largest errors of the elementary functions over all floats, or over every n-th.
@main
struct StepBench {
  static func main() throws {
    let words = Array(CommandLine.arguments.dropFirst())
    guard let name = words.first else {
      stop("usage: step-bench motor|cycle|stream-motor|stream-cycle|errors [key=value ...]")
    }
    var options = Options(words.dropFirst())
    switch name {
    case "errors":
      try ElementaryErrors(every: options.number("every") ?? 1, threads: options.number("threads") ?? 2).print()
    case "stream-motor", "stream-cycle":
      guard let size = Size.named[String(name.dropFirst(7))] else { stop("there is no size \(name)") }
      try StreamTimes(size, &options).print(name)
    default:
      guard let size = Size.named[name] else { stop("there is no size \(name); use motor or cycle") }
      try StepTimes(name, size, &options).print()
    }
    if let unknown = options.rest.keys.sorted().first { stop("what is \(unknown)?") }
  }

  static func stop(_ message: String) -> Never {
    print(message)
    exit(64)
  }
}

/// Words of the form `key=value`.
struct Options {
  private(set) var rest: [String: String] = [:]

  init(_ words: some Sequence<String>) {
    for word in words {
      let parts = word.split(separator: "=", maxSplits: 1).map(String.init)
      guard parts.count == 2 else { StepBench.stop("what is \(word)?") }
      rest[parts[0]] = parts[1]
    }
  }

  mutating func word(_ key: String) -> String? { rest.removeValue(forKey: key) }

  mutating func number(_ key: String) -> Int? {
    guard let word = word(key) else { return nil }
    guard let number = Int(word) else { StepBench.stop("\(key) is a number, not \(word)") }
    return number
  }
}
