import Bundle
import Foundation
import Training

/// The state of an unfinished training on disk: one safetensors file that is replaced whole.
struct Checkpoint {
  private let path: String

  init(store root: String, key: ArtifactKey) {
    path = root + "/partial/" + key.hex + ".safetensors"
  }

  /// - Throws: `cannotWrite`, such as for a disk that is full.
  func save(_ state: TrainingState, history: String) throws(BundleError) {
    var tensors = [
      Safetensors.Tensor("values", shape: [state.values.count], .f64(state.values)),
      Safetensors.Tensor("first_moment", shape: [state.firstMoment.count], .f64(state.firstMoment)),
      Safetensors.Tensor("second_moment", shape: [state.secondMoment.count], .f64(state.secondMoment)),
    ]
    var metadata = [
      "step": String(state.step), "stopped_early": String(state.stoppedEarly), "history": history,
    ]
    if let best = state.best {
      tensors.append(Safetensors.Tensor("best", shape: [best.values.count], .f64(best.values)))
      metadata["best_step"] = String(best.step)
      metadata["best_score"] = String(best.score.bitPattern)
    }
    let folder = (path as NSString).deletingLastPathComponent
    let data = Data(Safetensors(tensors, metadata: metadata).encoded)
    do {
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
      try data.write(to: URL(fileURLWithPath: path), options: .atomic)
    } catch {
      throw BundleError(path: path, problem: .cannotWrite(error.localizedDescription))
    }
  }

  /// The saved state and history; nil when there is none or it does not fit the training.
  func load(count: Int) -> (state: TrainingState, history: String)? {
    guard let data = FileManager.default.contents(atPath: path), let file = try? Safetensors(decoding: Array(data)),
      let values = file.doubles("values"), let first = file.doubles("first_moment"),
      let second = file.doubles("second_moment"), let step = file.metadata["step"].flatMap({ Int($0) }),
      [values, first, second, file.doubles("best") ?? values].allSatisfy({ $0.count == count })
    else { return nil }
    var state = TrainingState(values: values)
    state.firstMoment = first
    state.secondMoment = second
    state.step = step
    state.stoppedEarly = file.metadata["stopped_early"] == "true"
    if let best = file.doubles("best"), let bestStep = file.metadata["best_step"].flatMap({ Int($0) }),
      let bits = file.metadata["best_score"].flatMap({ UInt64($0) })
    {
      state.best = .init(score: Double(bitPattern: bits), step: bestStep, values: best)
    }
    return (state, file.metadata["history"] ?? "")
  }

  func remove() { try? FileManager.default.removeItem(atPath: path) }
}
