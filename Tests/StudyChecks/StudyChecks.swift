import Bundle
import ExperimentGraph
import Planner
import Recordings
import SpecLanguage
import YAMLReader

/// A study in memory, for tests of planning and execution. Generated data only, or headers given by hand.
package struct CheckedStudy: Sendable {
  package struct Refused: Error, CustomStringConvertible {
    package let description: String
    var diagnostics: [Diagnostic] = []

    init(description: String) { self.description = description }

    init(diagnostics: [Diagnostic]) {
      self.diagnostics = diagnostics
      description = Rendering().text(diagnostics)
    }
  }

  package let text: String
  /// The sessions that stand in for those of recordings, by dataset.
  private let recordings: [String: [SessionHeader]]

  package init(_ text: String = CheckedStudy.tiny, recordings: [String: [SessionHeader]] = [:]) {
    self.text = text
    self.recordings = recordings
  }

  /// The text with one piece replaced, which must be there.
  package func replacing(_ old: String, with new: String) throws -> CheckedStudy {
    guard text.contains(old) else { throw Refused(description: "the study does not say `\(old)`") }
    return CheckedStudy(text.replacing(old, with: new), recordings: recordings)
  }

  /// Another text over the same recordings.
  package func with(_ text: String) -> CheckedStudy { CheckedStudy(text, recordings: recordings) }

  /// The plan; complaints of any kind are thrown as text.
  package func plan(_ overrides: [String] = []) throws -> Plan {
    let expansion = try expand(overrides)
    return try plan(expansion.points, isSweep: expansion.sweep != nil, StudyReader(expansion))
  }

  /// The plan of some points alone.
  package func plan(
    _ points: [SweepPoint], isSweep: Bool, _ reader: StudyReader = StudyReader()
  ) throws -> Plan {
    let (plan, diagnostics) = try planned(points, isSweep: isSweep, reader)
    guard let plan else { throw Refused(diagnostics: diagnostics) }
    return plan
  }

  /// Every complaint, warnings included.
  package func diagnostics(_ overrides: [String] = []) throws -> [Diagnostic] {
    do {
      let expansion = try expand(overrides)
      let (points, isSweep) = (expansion.points, expansion.sweep != nil)
      return expansion.diagnostics + (try planned(points, isSweep: isSweep, StudyReader(expansion)).diagnostics)
    } catch let refused as Refused {
      return refused.diagnostics
    }
  }

  /// The points of the sweep; a spec without one is one point. What is wrong with them is thrown.
  package func expand(_ overrides: [String] = []) throws -> Expansion {
    let file = YAML.read(SourceFile(name: "study.yaml", text: text))
    guard let node = file.node, !file.diagnostics.hasErrors else { throw Refused(diagnostics: file.diagnostics) }
    let layers = Composition(overrides: overrides, environment: ["MDSSM_DATA": "data"]) { file, bytes, layer in
      let result = YAML.read(value: bytes, of: file, layer: layer)
      return (result.node, result.diagnostics)
    }.layers(of: node)
    let expansion = Sweep.expand(layers, language: Specification.schema.description)
    guard !expansion.diagnostics.hasErrors else {
      let points = try planned(Array(expansion.points.prefix(100)), isSweep: true, StudyReader(expansion)).diagnostics
      throw Refused(diagnostics: file.diagnostics + expansion.diagnostics + points)
    }
    return expansion
  }

  private func planned(
    _ points: [SweepPoint], isSweep: Bool, _ reader: StudyReader
  ) throws -> (plan: Plan?, diagnostics: [Diagnostic]) {
    try Planner.plan(
      points, isSweep: isSweep, reader: reader,
      headers: { dataset in try recordings[dataset.id] ?? dataset.value.headers(id: dataset.id) },
      digest: { path in SHA256Digest(of: Array(path.utf8)) })
  }

  /// Two small collections, a training, the same training under another name, a transfer, and evaluations of all.
  package static let tiny = """
    mdssm: 1
    study: {name: tiny, title: A study for tests, seed: 7}
    datasets:
      cycles:
        kind: generator
        system: {kind: limit_cycle, speed: [1, 2], step: 10 ms}
        sessions: 2
        channels: [3, 4]
        observe: {kind: gaussian, noise: 0.1}
        trials: {count: 10, length: 300 ms}
        bin: 30 ms
        split: {train: 0.6, valid: 0.2, test: 0.2}
      later:
        kind: generator
        system: {kind: limit_cycle, speed: 3, step: 10 ms}
        channels: 5
        observe: {kind: gaussian, noise: 0.1}
        trials: {count: 10, length: 300 ms}
        bin: 30 ms
        split: {train: 0.6, valid: 0.2, test: 0.2}
    models:
      meta:
        readin:      {kind: mlp, width: 4, shared: 3}
        embedding:   {size: 1, encoder: {kind: gru, width: 4}}
        dynamics:    {kind: mlp, latent: 2, hidden: [4, 4], adapt: {kind: low_rank, rank: 1, hyper: [4, 4]}}
        inference:   {kind: dkf, encoder: {kind: bigru, width: 4}}
        observation: {kind: gaussian, init: data}
    training:
      pretraining:
        optimizer: {kind: adamw, lr: 3e-3}
        batch:     {trials: 4}
        budget:    6 steps
        select:    {metric: valid.forecast_r2, every: 2 steps}
      adapting: {like: pretraining, optimizer: {lr: 1e-2}}
    runs:
      pretrain: {train: meta, on: cycles, with: pretraining}
      twin:     {train: meta, on: cycles, with: pretraining}
      transfer: {transfer: pretrain, on: later, with: adapting, trials: 4, fit: [readin, observation]}
    evaluations:
      rebuild: {kind: reconstruction, of: [pretrain, twin, transfer]}
      atlas:   {kind: embedding, of: [pretrain, twin], color: [speed]}
    backend: {kind: native, threads: 1}

    """
}
