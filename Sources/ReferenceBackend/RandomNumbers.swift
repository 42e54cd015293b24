import Randomness
import TensorGraph

/// Element `i` is element `salt * 2^32 + i` of the Philox tensor named by the key.
func random(_ distribution: Distribution, _ salt: UInt32, _ shape: Shape, key: [Int]) -> Value {
  let words = key.map { UInt32(truncatingIfNeeded: $0) }
  let key = PhiloxKey(low: words[0], high: words[1])
  let first = Int(salt) << 32
  switch distribution {
  case .uniform: return .real((0..<shape.count).map { philoxUniform(key: key, first + $0) })
  case .normal: return .real((0..<shape.count).map { philoxNormal(key: key, first + $0) })
  }
}
