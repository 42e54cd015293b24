import Foundation

/// What a machine offers to the jobs that run on it.
package struct Computer: Hashable, Sendable {
  /// Processors that this process may use.
  package var cores: Int
  /// Bytes of memory that this process may use.
  package var memory: Int

  package init(cores: Int, memory: Int) {
    self.cores = cores
    self.memory = memory
  }

  /// This machine; a container's own limit of memory counts.
  package static var current: Computer {
    let process = ProcessInfo.processInfo
    let physical = Int(clamping: process.physicalMemory)
    return Computer(cores: max(1, process.activeProcessorCount), memory: min(physical, containerLimit ?? physical))
  }

  private static var containerLimit: Int? {
    for path in ["/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"] {
      guard let text = try? String(contentsOfFile: path, encoding: .utf8) else { continue }
      return Int(text.trimmingCharacters(in: .whitespacesAndNewlines))
    }
    return nil
  }
}
