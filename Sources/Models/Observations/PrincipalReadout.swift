import Randomness

/// A read-out and a read-in estimated from the activity of one session before training.
///
/// Counts are smoothed along time (Gaussian, 2 bins) and, for a log-linear read-out, turned into log(count + 1e-3); principal
/// components scaled to unit variance are the first guess of the states; the read-out is their least-squares map to the
/// (transformed) activity. Without it log-linear Poisson read-outs collapse to the mean rate at cortical rates.
/// Source: science notes on the collapse of Poisson read-outs and its cure.
package struct PrincipalReadout: Sendable {
  /// `[channels, latent]`
  package let weight: [Double]
  /// `[channels]`
  package let bias: [Double]
  /// Mean squared residual per channel: `[channels]`.
  package let residual: [Double]
  /// Maps activity to the components with unit variance, after `bias` is taken off: `[channels, latent]`.
  package let inverse: [Double]

  /// - Parameter activity: `[channels, samples]` rows of observed bins, already transformed.
  package init(activity: [[Double]], latent: Int, stream: Stream) {
    let channels = activity.count
    let samples = activity.first?.count ?? 0
    let means = activity.map { row in row.reduce(0, +) / Double(max(samples, 1)) }
    let centred = zip(activity, means).map { row, mean in row.map { $0 - mean } }
    let covariance = Self.covariance(centred, samples: samples)
    let components = Self.leadingComponents(covariance, count: min(latent, channels), stream: stream)
    var weight = [Double](repeating: 0, count: channels * latent)
    var inverse = weight
    var residual = (0..<channels).map { covariance[$0][$0] }
    for (position, component) in components.enumerated() {
      let scale = component.variance.squareRoot()
      for channel in 0..<channels {
        weight[channel * latent + position] = component.direction[channel] * scale
        inverse[channel * latent + position] = scale > 1e-6 ? component.direction[channel] / scale : 0
        residual[channel] -= component.direction[channel] * component.direction[channel] * component.variance
      }
    }
    self.weight = weight
    self.bias = means
    self.inverse = inverse
    self.residual = residual.map { max($0, 1e-6) }
  }

  private static func covariance(_ centred: [[Double]], samples: Int) -> [[Double]] {
    let channels = centred.count
    var covariance = [[Double]](repeating: [Double](repeating: 0, count: channels), count: channels)
    for i in 0..<channels {
      for j in 0...i {
        var sum = 0.0
        centred[i].withUnsafeBufferPointer { a in
          centred[j].withUnsafeBufferPointer { b in
            for sample in 0..<samples { sum += a[sample] * b[sample] }
          }
        }
        covariance[i][j] = sum / Double(max(samples, 1))
        covariance[j][i] = covariance[i][j]
      }
    }
    return covariance
  }

  private struct Component {
    var direction: [Double]
    var variance: Double
  }

  /// Orthogonal iteration with the largest-entry-positive sign convention.
  private static func leadingComponents(_ matrix: [[Double]], count: Int, stream: Stream) -> [Component] {
    var stream = stream
    let size = matrix.count
    var basis = (0..<count).map { _ in (0..<size).map { _ in stream.normal() } }
    orthonormalise(&basis)
    for _ in 0..<60 {
      basis = basis.map { vector in product(matrix, vector) }
      orthonormalise(&basis)
    }
    return basis.map { vector in
      let image = product(matrix, vector)
      let variance = max(zip(vector, image).reduce(0) { $0 + $1.0 * $1.1 }, 0)
      let largest = vector.max { abs($0) < abs($1) } ?? 1
      return Component(direction: largest < 0 ? vector.map { -$0 } : vector, variance: variance)
    }
  }

  private static func product(_ matrix: [[Double]], _ vector: [Double]) -> [Double] {
    matrix.map { row in
      var sum = 0.0
      for index in row.indices { sum += row[index] * vector[index] }
      return sum
    }
  }

  private static func orthonormalise(_ basis: inout [[Double]]) {
    for i in basis.indices {
      for _ in 0..<2 {
        for j in 0..<i {
          let overlap = zip(basis[i], basis[j]).reduce(0) { $0 + $1.0 * $1.1 }
          for index in basis[i].indices { basis[i][index] -= overlap * basis[j][index] }
        }
      }
      let norm = basis[i].reduce(0) { $0 + $1 * $1 }.squareRoot()
      for index in basis[i].indices { basis[i][index] = norm > 1e-12 ? basis[i][index] / norm : 0 }
    }
  }
}
