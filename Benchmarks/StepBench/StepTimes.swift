import AllocationCount
import Foundation
import Models
import NativeBackend
import Randomness
import Synchronization
import TensorGraph
import Training

/// Times training steps of one size.
struct StepTimes {
  private let name: String
  private var size: Size
  private let steps, threads: Int
  private let seed: UInt64
  private var isUneven = false
  private let memory: GradientMemory
  private let atOnce: Int?

  init(_ name: String, _ size: Size, _ options: inout Options) {
    self.name = name
    self.size = size
    steps = options.number("steps") ?? 10
    threads = options.number("threads") ?? 2
    seed = UInt64(options.number("seed") ?? 1)
    self.size.sessions = options.number("sessions") ?? size.sessions
    self.size.trials = options.number("trials") ?? size.trials
    self.size.bins = options.number("bins") ?? size.bins
    if let channels = options.word("channels") {
      isUneven = channels == "uneven"
      self.size.channels = Int(channels) ?? size.channels
    }
    memory = options.word("memory").flatMap(GradientMemory.init) ?? .full
    atOnce = options.number("at_once")
  }

  func print() throws {
    let sessions = size.randomSessions(isUneven: isUneven, seed: seed)
    let data = Self.peakMemory
    let stream = Stream(seed: seed, path: ["bench"])
    let timed = TimedBackend(backend: NativeBackend(threads: threads))
    let began = Self.now
    let trainer = try Trainer(
      model: size.model, recipe: size.recipe(steps: steps + 2, memory: memory, atOnce: atOnce),
      trials: TrialSet(sessions, limit: nil, selects: false, stream: stream), start: nil,
      fit: Set(ParameterGroup.allCases),
      backend: timed, stream: stream, path: "bench")
    let ready = Self.now - began
    var loss = 0.0
    for _ in 0..<2 { loss = try trainer.step().loss }
    var times: [Double] = []
    times.reserveCapacity(steps)
    var allocations = allocations_of_process()
    for _ in 0..<steps {
      let start = Self.now
      loss = try trainer.step().loss
      times.append(Self.now - start)
    }
    allocations = allocations_of_process() - allocations
    times.sort()
    let median = times.isEmpty ? 0 : times[times.count / 2]
    let words = [
      "size=\(name)", "sessions=\(size.sessions)", "trials=\(size.trials)", "bins=\(size.bins)",
      "channels=\(isUneven ? "uneven" : String(size.channels))", "threads=\(threads)",
      "parameters=\(trainer.parameters.count)", "start_ms=\(short(1000 * ready))",
      "compile_ms=\(short(1000 * timed.seconds.withLock { $0 }))", "median_ms=\(short(1000 * median))",
      "min_ms=\(short(1000 * (times.first ?? 0)))", "gflop=\(short(size.gigaflop))",
      "gflops=\(short(size.gigaflop / median))", "peak_mib=\(short(Self.peakMemory))", "data_mib=\(short(data))",
      "arena_mib=\(short(Double(trainer.workingMemory) / 1_048_576))",
      "allocations=\(short(Double(allocations) / Double(max(1, steps))))", "loss=\(short(loss))",
    ]
    Swift.print(words.joined(separator: " "))
  }

  fileprivate static var now: Double { Double(DispatchTime.now().uptimeNanoseconds) * 1e-9 }
  private func short(_ value: Double) -> String { String(format: "%.2f", value) }

  /// Peak resident memory of this process in MiB.
  private static var peakMemory: Double {
    var usage = rusage()
    getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
    return Double(usage.ru_maxrss) / 1024
  }
}

/// A backend that adds up the time that compiling takes.
private final class TimedBackend: Backend {
  let seconds = Mutex(0.0)
  private let backend: NativeBackend

  init(backend: NativeBackend) { self.backend = backend }

  var kind: String { backend.kind }
  var precision: Precision { backend.precision }

  func compile(_ graph: Graph, outputs: [ValueID]) throws(BackendError) -> any Executable {
    let began = StepTimes.now
    let executable = try backend.compile(graph, outputs: outputs)
    let ended = StepTimes.now
    seconds.withLock { $0 += ended - began }
    return executable
  }
}
