import Bundle
import Models
import Planner
import SpecLanguage
import TensorGraph
import Training

/// A fitted model as the files of an artifact: `model.safetensors`, `metrics.ndjson`, `fit.json`.
enum FitArtifact {
  static let weights = "model.safetensors"
  static let history = "metrics.ndjson"
  static let summary = "fit.json"

  /// One tensor per parameter; the layout of sessions in the metadata.
  static func encode(_ fit: FittedModel, precision: Precision) -> [UInt8] {
    let tensors = fit.parameters.parameters.map { parameter in
      let values = fit.values[parameter.range]
      let elements: Safetensors.Elements = precision == .float32 ? .f32(values.map { Float($0) }) : .f64(Array(values))
      return Safetensors.Tensor(parameter.name, shape: parameter.shape.dimensions, elements)
    }
    let metadata = [
      "format": "mdssm-run model 1", "sessions": fit.sessions.names.joined(separator: "\n"),
      "channels": fit.sessions.channels.map(String.init).joined(separator: "\n"),
      "model": Model.schema.write(fit.model).flow,
    ]
    return Safetensors(tensors, metadata: metadata).encoded
  }

  /// Reads a model back. The table of its parameters comes from the model and its sessions.
  static func decode(_ bytes: [UInt8], model: Model) throws -> FittedModel {
    let file = try Safetensors(decoding: bytes)
    let names = (file.metadata["sessions"] ?? "").split(separator: "\n").map(String.init)
    let channels = (file.metadata["channels"] ?? "").split(separator: "\n").compactMap { Int($0) }
    guard names.count == channels.count, !names.isEmpty else { throw FitArtifactError("it does not name its sessions") }
    let sessions = SessionTable(names: names, channels: channels)
    let table = model.parameterTable(sessions)
    var values = [Double](repeating: 0, count: table.count)
    for parameter in table.parameters {
      guard let block = file.floats(parameter.name)?.map(Double.init) ?? file.doubles(parameter.name),
        block.count == parameter.shape.count
      else { throw FitArtifactError("parameter `\(parameter.name)` is missing or has another shape") }
      values.replaceSubrange(parameter.range, with: block)
    }
    return FittedModel(model: model, sessions: sessions, parameters: table, values: values)
  }

  /// One line of the history.
  static func line(_ record: StepRecord) -> JSONValue {
    var object: [String: JSONValue] = [
      "step": .int(record.step), "epoch": .double(record.epoch), "train.loss": .double(record.loss),
      "train.reconstruction": .double(record.reconstruction), "train.kl_states": .double(record.states),
      "train.kl_embedding": .double(record.embedding), "train.penalty": .double(record.penalty),
      "grad_norm": .double(record.gradientNorm), "lr": .double(record.rate),
    ]
    if let loss = record.validLoss { object["valid.loss"] = .double(loss) }
    if let score = record.validForecastR2 { object["valid.forecast_r2"] = .double(score) }
    return .object(object)
  }
}

struct FitArtifactError: Error, CustomStringConvertible {
  let description: String
  init(_ description: String) { self.description = description }
}
