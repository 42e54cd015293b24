import Models
import TensorGraph

/// A compiled graph whose inputs are parameters and one batch; results lie in storages of its own.
final class BoundGraph {
  let buffers: BatchBuffers
  private let executable: any Executable
  private let names: [String]
  private let extras: [String: Storage]
  private let outputViews: [View]
  let outputs: [Storage]

  /// What the inputs of a run are. Bind once, run often: a run allocates nothing.
  struct Binding {
    fileprivate let views: [View]
  }

  /// - Parameter extras: further inputs by name.
  /// - Parameter sinks: where outputs go that are not kept here, by output position.
  init(
    _ graph: Graph, outputs values: [ValueID], backend: any Backend, buffers: BatchBuffers,
    extras: [String: Storage] = [:],
    sinks: [Int: View] = [:]
  ) throws(BackendError) {
    executable = try backend.compile(graph, outputs: values)
    names = graph.inputs.map(graph.name(ofInput:))
    self.buffers = buffers
    self.extras = extras
    var storages: [Storage] = []
    var views: [View] = []
    for (position, value) in values.enumerated() {
      if let sink = sinks[position] {
        views.append(sink)
      } else {
        let storage = Storage(backend.precision, count: graph[value].shape.count)
        storages.append(storage)
        views.append(storage.view())
      }
    }
    outputs = storages
    outputViews = views
  }

  /// Bytes of working memory beside inputs and outputs.
  var workingMemory: Int { executable.workingMemory }

  /// The batch that lies in `buffers`, with parameters from a flat buffer.
  func bind(_ parameters: Storage, _ table: [String: Parameter]) throws(BackendError) -> Binding {
    var views: [View] = []
    views.reserveCapacity(names.count)
    for name in names {
      if let parameter = table[name] {
        views.append(parameters.view(offset: parameter.offset, count: parameter.shape.count))
      } else if let view = buffers.view(name) ?? extras[name]?.view() {
        views.append(view)
      } else {
        throw BackendError("graph input \(name) is not bound")
      }
    }
    return Binding(views: views)
  }

  func run(_ binding: Binding) throws(BackendError) {
    try executable.run(inputs: binding.views, outputs: outputViews)
  }
}

extension ParameterTable {
  var byName: [String: Parameter] {
    Dictionary(parameters.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
  }
}
