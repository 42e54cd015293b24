import CKernels
import Dispatch
import Foundation
import Synchronization

/// The largest errors of the elementary functions over the floats, against the C library in Double, for every instruction
/// set of this processor.
struct ElementaryErrors {
  /// Every n-th float is looked at.
  private let every: Int
  private let threads: Int

  /// A function and its value in Double, good to a few units in the last place of a Double.
  private struct Function: Sendable {
    let name: String
    let field: @Sendable (CKernels) -> CKUnary
    let exact: @Sendable (Double) -> Double
  }

  private static let functions = [
    Function(name: "exp", field: { $0.exp }, exact: { exp($0) }),
    Function(name: "log", field: { $0.log }, exact: { log($0) }),
    Function(name: "tanh", field: { $0.tanh }, exact: { tanh($0) }),
    Function(name: "sigmoid", field: { $0.sigmoid }, exact: { $0 < 0 ? exp($0) / (1 + exp($0)) : 1 / (1 + exp(-$0)) }),
    Function(name: "softplus", field: { $0.softplus }, exact: { max($0, 0) + log1p(exp(-abs($0))) }),
    Function(name: "sqrt", field: { $0.sqrt }, exact: { $0.squareRoot() }),
    Function(name: "reciprocal", field: { $0.reciprocal }, exact: { 1 / $0 }),
  ]

  private struct Worst {
    var error = 0.0
    var place: Float = 0
    /// Results with other bits than those of the first instruction set, not-a-numbers of any kind being one.
    var differing = 0
  }

  init(every: Int, threads: Int) {
    self.every = max(1, every)
    self.threads = max(1, threads)
  }

  func print() throws {
    let sets = [CKPortable, CKAVX2, CKAVX512].compactMap { ck_for($0)?.pointee }
    Swift.print(
      "function   instructions  max error (ulp)  at               other bits than \(String(cString: sets[0].name))")
    for function in Self.functions {
      for (set, worst) in zip(sets, measure(function, sets)) {
        let place = String(format: "%.9g", worst.place)
        let columns = [
          pad(function.name, 11), pad(String(cString: set.name), 14), pad(String(format: "%.4f", worst.error), 17),
          pad(place, 17), String(worst.differing),
        ]
        Swift.print(columns.joined())
      }
    }
  }

  private func pad(_ text: String, _ width: Int) -> String {
    text + String(repeating: " ", count: max(1, width - text.count))
  }

  private func measure(_ function: Function, _ sets: [CKernels]) -> [Worst] {
    let block = 1 << 16
    let blocks = (Int(UInt32.max) / every + 1 + block - 1) / block
    let total = Mutex([Worst](repeating: Worst(), count: sets.count))
    let (every, sets) = (every, sets)
    DispatchQueue.concurrentPerform(iterations: threads) { thread in
      var own = [Worst](repeating: Worst(), count: sets.count)
      var (x, first, y) = ([Float](), [Float](repeating: 0, count: block), [Float](repeating: 0, count: block))
      for number in stride(from: thread, to: blocks, by: threads) {
        x.removeAll(keepingCapacity: true)
        for index in 0..<block {
          let bits = (number * block + index) * every
          if bits <= Int(UInt32.max) { x.append(Float(bitPattern: UInt32(bits))) }
        }
        for (position, set) in sets.enumerated() {
          function.field(set)(&y, x, x.count)
          if position == 0 {
            swap(&first, &y)
            Self.judge(function, x, first, &own[0])
          } else if let more = Self.differing(first, y, x.count) {
            own[position].differing += more
            Self.judge(function, x, y, &own[position])
          }
        }
      }
      total.withLock { total in
        for position in own.indices {
          total[position].differing += own[position].differing
          if own[position].error > total[position].error {
            (total[position].error, total[position].place) = (own[position].error, own[position].place)
          }
        }
      }
    }
    var result = total.withLock { $0 }
    // Where all bits are those of the first set, so are the errors.
    for position in result.indices where result[position].differing == 0 { result[position] = result[0] }
    return result
  }

  private static func judge(_ function: Function, _ x: [Float], _ y: [Float], _ worst: inout Worst) {
    for index in x.indices {
      let error = ulps(y[index], function.exact(Double(x[index])))
      if error > worst.error { (worst.error, worst.place) = (error, x[index]) }
    }
  }

  /// How many results have other bits; nil for none.
  private static func differing(_ a: [Float], _ b: [Float], _ count: Int) -> Int? {
    let number = (0..<count).reduce(0) { sum, index in
      let isSame = a[index].bitPattern == b[index].bitPattern || (a[index].isNaN && b[index].isNaN)
      return isSame ? sum : sum + 1
    }
    return number == 0 ? nil : number
  }

  /// |y - exact| in units of the last place of a Float at `exact`; infinite where one alone is not a number.
  private static func ulps(_ y: Float, _ exact: Double) -> Double {
    if exact.isNaN || y.isNaN { return exact.isNaN && y.isNaN ? 0 : .infinity }
    let nearest = Float(exact)
    if nearest.isInfinite || y.isInfinite {
      // An overflow one unit early or late is one unit of error.
      let last = Double(Float.greatestFiniteMagnitude)
      let clamp = { (v: Double) in Swift.min(Swift.max(v, -last - last.ulp * 0x1p29), last + last.ulp * 0x1p29) }
      return abs(clamp(Double(y)) - clamp(exact)) / Double(Float.greatestFiniteMagnitude.ulp)
    }
    return abs(Double(y) - exact) / Double(nearest.ulp)
  }
}
