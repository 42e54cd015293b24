import AllocationCount
import Foundation
import Models
import NativeBackend
import Randomness
import Training

/// Times causal inference bin by bin.
struct StreamTimes {
  private let size: Size
  private let bins, ahead: Int

  init(_ size: Size, _ options: inout Options) {
    self.size = size
    bins = options.number("bins") ?? 20_000
    ahead = options.number("ahead") ?? 0
  }

  func print(_ name: String) throws {
    let model = size.model(.gru(.init(width: size.width)))
    let sessions = SessionTable(
      names: (0..<size.sessions).map(String.init), channels: [Int](repeating: size.channels, count: size.sessions))
    let table = model.parameterTable(sessions)
    var stream = Stream(seed: 1, path: ["stream"])
    let fit = FittedModel(
      model: model, sessions: sessions, parameters: table, values: table.initialValues(stream.child("initial")))
    let embedding = (0..<size.embedding).map { _ in stream.normal() }
    let filter = try CausalFilter(
      fit, session: size.sessions / 2, embedding: embedding, ahead: ahead, backend: NativeBackend(threads: 1))
    let data = (0..<256 * size.channels).map { _ in Float(stream.normal()) }
    var times = [UInt64](repeating: 0, count: bins)
    try data.withUnsafeBufferPointer { data in
      for bin in 0..<500 + bins {
        let start = bin % 256 * size.channels
        let values = UnsafeBufferPointer(rebasing: data[start..<start + size.channels])
        let began = DispatchTime.now().uptimeNanoseconds
        try filter.step(values)
        if bin >= 500 { times[bin - 500] = DispatchTime.now().uptimeNanoseconds - began }
      }
    }
    let before = allocations_of_process()
    try data.withUnsafeBufferPointer { try filter.step(UnsafeBufferPointer(rebasing: $0[..<size.channels])) }
    let allocations = allocations_of_process() - before
    times.sort()
    func quantile(_ share: Double) -> String {
      String(format: "%.1f", Double(times[min(times.count - 1, Int(share * Double(times.count)))]) / 1000)
    }
    let words = [
      "size=\(name)", "channels=\(size.channels)", "ahead=\(ahead)", "bins=\(bins)", "p50_us=\(quantile(0.5))",
      "p90_us=\(quantile(0.9))", "p99_us=\(quantile(0.99))", "p999_us=\(quantile(0.999))", "max_us=\(quantile(1))",
      "allocations=\(allocations)",
    ]
    Swift.print(words.joined(separator: " "))
  }
}
