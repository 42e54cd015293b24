import CKernels
import Foundation
import Testing

/// Every table that this machine can run.
let tables: [CKernels] = [CKPortable, CKAVX2, CKAVX512].compactMap { ck_for($0)?.pointee }

/// A function with its value in Double and the largest error that it may have, in units of the last place.
struct Elementary: Sendable {
  let name: String
  let field: @Sendable (CKernels) -> CKUnary
  let exact: @Sendable (Double) -> Double
  let error: Double
}

let elementary = [
  Elementary(name: "exp", field: { $0.exp }, exact: { exp($0) }, error: 1.1),
  Elementary(name: "log", field: { $0.log }, exact: { log($0) }, error: 1),
  Elementary(name: "tanh", field: { $0.tanh }, exact: { tanh($0) }, error: 2.5),
  Elementary(name: "sigmoid", field: { $0.sigmoid }, exact: { 1 / (1 + exp(-$0)) }, error: 2.5),
  Elementary(name: "softplus", field: { $0.softplus }, exact: { max($0, 0) + log1p(exp(-abs($0))) }, error: 2),
  Elementary(name: "sqrt", field: { $0.sqrt }, exact: { $0.squareRoot() }, error: 0.5),
  Elementary(name: "reciprocal", field: { $0.reciprocal }, exact: { 1 / $0 }, error: 0.5),
]

func apply(_ function: CKUnary, _ x: [Float]) -> [Float] {
  [Float](unsafeUninitializedCapacity: x.count) { out, count in
    function(out.baseAddress, x, x.count)
    count = x.count
  }
}

/// |y - exact| in units of the last place of a Float at `exact`; 0 where both are the same infinity or not a number.
func ulps(_ y: Float, _ exact: Double) -> Double {
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

/// Every 997th float, not-a-numbers and infinities included.
let everywhere: [Float] = stride(from: UInt32(0), to: UInt32.max - 997, by: 997).map { Float(bitPattern: $0) }

@Test(arguments: elementary.indices)
func `an elementary function is within its error of the exact value over all floats`(_ index: Int) throws {
  let function = elementary[index]
  let table = try #require(tables.last)
  let y = apply(function.field(table), everywhere)
  var worst = (error: 0.0, at: Float(0))
  for (x, y) in zip(everywhere, y) {
    let error = ulps(y, function.exact(Double(x)))
    if error > worst.error { worst = (error, x) }
  }
  #expect(worst.error <= function.error, "\(function.name)(\(worst.at)) is off by \(worst.error) units")
}

@Test func `special values are those of the C library`() {
  let specials: [Float] = [
    0, -0.0, 1, -1, .infinity, -.infinity, .nan, .leastNonzeroMagnitude, -.leastNonzeroMagnitude,
    .leastNormalMagnitude, .greatestFiniteMagnitude, -.greatestFiniteMagnitude, 88.72283, 88.72284, -87.33655,
    -103.27893,
    -103.97208, -103.97209, 1e-30, -1e-30, 200, -200,
  ]
  for table in tables {
    for function in elementary {
      for (x, y) in zip(specials, apply(function.field(table), specials)) {
        let exact = function.exact(Double(x))
        #expect(
          ulps(y, exact) <= function.error, "\(table.instructionSet) \(function.name)(\(x)) is \(y), not \(exact)")
        let signs = exact == 0 ? (y.sign, exact.sign) : (.plus, .plus)
        #expect(signs.0 == signs.1, "\(function.name)(\(x)) has the wrong zero")
      }
    }
  }
}

@Test func `every instruction set gives the same bits`() {
  let wanted = elementary.map { apply($0.field(tables[0]), everywhere).map(\.bitPattern) }
  for table in tables.dropFirst() {
    for (function, wanted) in zip(elementary, wanted) {
      let found = apply(function.field(table), everywhere)
      let differing = zip(found, wanted).first { !($0.isNaN && Float(bitPattern: $1).isNaN) && $0.bitPattern != $1 }
      #expect(differing == nil, "\(function.name)")
    }
  }
}

@Test func `a value depends neither on its place nor on the length of the array`() {
  let x = (0..<70).map { Float($0) * 0.37 - 13 }
  for table in tables {
    for function in elementary {
      let whole = apply(function.field(table), x).map(\.bitPattern)
      for start in 0..<18 {
        for end in [start, start + 1, start + 7, start + 33, 70] {
          let part = apply(function.field(table), Array(x[start..<end])).map(\.bitPattern)
          let expected = Array(whole[start..<end])
          let same = zip(part, expected).allSatisfy { $0 == $1 || Float(bitPattern: $0).isNaN }
          #expect(same, "\(function.name) \(start)..<\(end)")
        }
      }
    }
  }
}

@Test func `nothing is written past the end and the input may be the output`() {
  for table in tables {
    for function in elementary {
      let before = (0..<40).map { Float($0) * 0.1 + 0.5 }
      let wanted = apply(function.field(table), before)
      var x = before
      x.withUnsafeMutableBufferPointer { function.field(table)($0.baseAddress, $0.baseAddress, 37) }
      #expect(x == Array(wanted[..<37]) + Array(before[37...]))
    }
  }
}

@Test func `the best table is the last one that can run`() {
  #expect(ck_best().pointee.instructionSet == tables.last?.instructionSet)
  #expect(tables.first?.instructionSet == CKPortable)
}
