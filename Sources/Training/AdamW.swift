import SpecLanguage
import TensorGraph

/// Adam with decoupled weight decay.
///
///     m' = b1 m + (1 - b1) g,   v' = b2 v + (1 - b2) g^2
///     p' = p - lr (decay p + m' / c1 / (sqrt(v' / c2) + eps)),   c_i = 1 - b_i^t
///
/// Source: Loshchilov & Hutter 2019.
package struct AdamW: Hashable, Sendable {
  package var lr: Double
  package var betas: [Double]
  package var eps: Double
  package var weightDecay: Double

  package init(lr: Double, betas: [Double], eps: Double, weightDecay: Double) {
    self.lr = lr
    self.betas = betas
    self.eps = eps
    self.weightDecay = weightDecay
  }

  package static let schema = Schema<Self>(
    "adamw", "Adam with decoupled weight decay.",
    Field("lr", \.lr, .positive, default: 1e-3, "Learning rate."),
    Field(
      "betas", \.betas, .list(.float(0...0.999999), count: 2...2), default: [0.9, 0.999], "Decay of the two moments."),
    Field("eps", \.eps, .positive, default: 1e-8, "Added to the root of the second moment."),
    Field(
      "weight_decay", \.weightDecay, .nonNegative, default: 0.01, "Share of a weight that a step takes off, times lr."),
    make: Self.init(lr:betas:eps:weightDecay:))
}

/// One update of all parameters as a graph over flat buffers.
package struct UpdateGraph {
  package let graph: Graph
  package let outputs: [ValueID]

  /// Inputs: parameters, gradient, two moments, trainable (0 or 1), each `[count]`; lr, c1, c2 scalars.
  /// Outputs: parameters, two moments, norm of the gradient.
  package init(_ optimizer: AdamW, count: Int, clip: Double?) {
    let builder = Builder()
    let parameters = builder.input("parameters", [count])
    let rawGradient = builder.input("gradient", [count])
    let first = builder.input("first_moment", [count])
    let second = builder.input("second_moment", [count])
    let trainable = builder.input("trainable", [count])
    let rate = builder.input("lr", [])
    let correction1 = builder.input("correction1", [])
    let correction2 = builder.input("correction2", [])

    let norm = (rawGradient * trainable).square.total.squareRoot
    var gradient = rawGradient
    if let clip { gradient = rawGradient * (clip / (norm + 1e-12)).minimum(1) }
    let (beta1, beta2) = (optimizer.betas[0], optimizer.betas[1])
    let newFirst = beta1 * first + (1 - beta1) * gradient
    let newSecond = beta2 * second + (1 - beta2) * gradient.square
    let direction = (newFirst / correction1) / ((newSecond / correction2).squareRoot + optimizer.eps)
    let change = rate * (direction + optimizer.weightDecay * parameters)
    let updated = parameters - trainable * change
    graph = builder.graph
    outputs = [updated.id, newFirst.id, newSecond.id, norm.id]
  }
}
