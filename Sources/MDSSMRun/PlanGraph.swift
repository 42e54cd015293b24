import Planner
import SpecLanguage

/// The graph of a plan for drawing programs: what reads what, once for all points.
struct PlanGraph {
  private struct Node {
    let name: String
    let label: String
    let isNew: Bool
    let isFit: Bool
  }

  private var nodes: [Node] = []
  private var edges: [(from: String, to: String)] = []

  init(_ outlook: PlanOutlook) {
    let plan = outlook.plan
    for group in outlook.groups {
      let count = group.count > 1 ? " x \(group.count)" : ""
      nodes.append(
        Node(
          name: group.name, label: group.name + count, isNew: group.newCount > 0,
          isFit: group.kind == .fit))
      switch plan.jobs[group.first] {
      case .fit(let fit):
        if let source = fit.source { edges.append((source.run, group.name)) }
        var datasets: [String] = []
        for session in fit.sessions where !datasets.contains(session.dataset.id) { datasets.append(session.dataset.id) }
        for dataset in datasets { edges.append(("datasets." + dataset, group.name)) }
      case .evaluate: edges.append((group.run, group.name))
      }
    }
  }

  private var datasets: [String] {
    var names: [String] = []
    for edge in edges where edge.from.hasPrefix("datasets.") && !names.contains(edge.from) { names.append(edge.from) }
    return names
  }

  /// For Graphviz. What is cached has a dashed border.
  var dot: String {
    var lines = ["digraph plan {", "  rankdir=LR;", "  node [fontname=\"sans-serif\"];"]
    for dataset in datasets { lines.append("  \(JSON.quoted(dataset)) [shape=cylinder];") }
    for node in nodes {
      let shape = node.isFit ? "box" : "ellipse"
      let style = node.isNew ? "" : ", style=dashed"
      lines.append("  \(JSON.quoted(node.name)) [label=\(JSON.quoted(node.label)), shape=\(shape)\(style)];")
    }
    for edge in edges { lines.append("  \(JSON.quoted(edge.from)) -> \(JSON.quoted(edge.to));") }
    return (lines + ["}"]).joined(separator: "\n")
  }

  /// For Mermaid. What is cached has the class `cached`.
  var mermaid: String {
    var names: [String: String] = [:]
    var lines = ["flowchart LR"]
    for name in datasets + nodes.map(\.name) { names[name] = "n\(names.count)" }
    func name(_ node: String) -> String { names[node] ?? node }
    for dataset in datasets { lines.append("  \(name(dataset))[(\(JSON.quoted(dataset)))]") }
    for node in nodes {
      let label = JSON.quoted(node.label)
      lines.append(
        "  \(name(node.name))" + (node.isFit ? "[\(label)]" : "([\(label)])") + (node.isNew ? "" : ":::cached"))
    }
    for edge in edges { lines.append("  \(name(edge.from)) --> \(name(edge.to))") }
    return (lines + ["  classDef cached stroke-dasharray: 4 4"]).joined(separator: "\n")
  }
}
