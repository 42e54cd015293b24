import SpecLanguage

// What resources say about each other and about the machine.
extension Specification {
  /// Complains about resources that nothing uses. Needs no data.
  package func checkResources(_ reading: inout Reading) {
    if evaluations.isEmpty, resources.evaluate != nil {
      reading.report(
        .idleResources, "`resources.evaluate` has no effect: the study has no evaluations",
        about: SpecPath("resources.evaluate"), help: ["remove it"])
    }
    guard case .native(let native) = backend, let threads = native.threads else { return }
    if resources.fit?.cpu != nil, resources.evaluate?.cpu != nil || evaluations.isEmpty {
      reading.report(
        .idleResources, "`threads: \(threads)` has no effect: `resources` gives every stage its `cpu`",
        about: SpecPath("backend.threads"), help: ["remove `threads`"],
        secondary: [SpecPath("resources.fit.cpu"): "given here"])
    }
  }

  /// Complains about a job that this machine can never start.
  ///
  /// - Parameter memory: bytes that the machine has.
  package func checkResources(machineMemory memory: Int, _ reading: inout Reading) {
    for (name, stage) in [("fit", resources.fit), ("evaluate", resources.evaluate)] {
      guard let wanted = stage?.memory, wanted > memory else { continue }
      reading.report(
        .tooMuchMemory,
        "a job of stage `\(name)` needs \(Self.text(wanted)), and this machine has \(Self.text(memory))",
        about: SpecPath("resources.\(name).memory"), help: ["lower it, or run the study on a larger machine"])
    }
  }

  /// Bytes for people: `1.5 GB`.
  private static func text(_ bytes: Int) -> String {
    for (unit, size) in [("GB", 1_000_000_000), ("MB", 1_000_000), ("kB", 1000)] where bytes >= size {
      let tenths = bytes / (size / 10)
      return tenths % 10 == 0 || tenths >= 1000 ? "\(tenths / 10) \(unit)" : "\(tenths / 10).\(tenths % 10) \(unit)"
    }
    return "\(bytes) B"
  }
}
