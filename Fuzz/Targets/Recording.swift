import Foundation
import HDF5File
import Recordings
import SpecLanguage
import YAMLReader

/// Any bytes as a recording: what is in it, and one session of it as NWB and as arrays; numbers or a problem with words.
@_cdecl("LLVMFuzzerTestOneInput")
public func test(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let path = "/dev/shm/mdssm-fuzz-\(getpid()).nwb"
  let bytes = Data(bytes: UnsafeRawPointer(start ?? UnsafePointer(bitPattern: 1)!), count: count)
  guard (try? bytes.write(to: URL(fileURLWithPath: path))) != nil else { return 0 }
  defer { try? FileManager.default.removeItem(atPath: path) }
  do {
    let facts = try FileFacts(path: path)
    precondition(!facts.entries.isEmpty || facts.format == .hdf5, "nothing told of a file that reads")
  } catch {
    check([error])
  }
  for dataset in datasets(path) {
    do {
      let headers = try dataset.headers(id: "d")
      for header in headers {
        let session = try dataset.load(id: "d", session: header.name)
        precondition(session.channels == header.channels && session.bins == header.bins, "the header said otherwise")
      }
    } catch {
      check(error.problems)
    }
  }
  return 0
}

private func check(_ problems: [DataProblem]) {
  precondition(!problems.isEmpty, "a failure without a problem")
  for problem in problems {
    precondition(!problem.message.isEmpty, "a problem without words")
    // The library is lost: what comes next would be refused. libFuzzer goes on in another process.
    if ["crashed over it", "found no end in it", "was lost over"].contains(where: problem.message.contains) {
      try? FileManager.default.removeItem(atPath: "/dev/shm/mdssm-fuzz-\(getpid()).nwb")
      _exit(0)
    }
  }
}

private func datasets(_ path: String) -> [Dataset] {
  let texts = [
    """
    {kind: nwb, path: "\(path)", observe: {kind: spikes, bin: 100 ms, duplicates: 0.5}, split: {train: 1},
     behavior: {hand: {series: hand, derivative: true, filter: lowpass}}}
    """,
    """
    {kind: nwb, path: "\(path)", observe: {kind: counts, series: hand, bin: 100 ms, smooth: 100 ms, normalize: zscore},
     windows: {length: 1 s}, split: {train: 1}}
    """,
    """
    {kind: arrays, path: "\(path)", observe: {array: data.spikes, bin: 10 ms}, columns: {side: data.side}, split: {train: 1}}
    """,
  ]
  return texts.map { text in
    var reading = Reading(document: nil)
    let node = YAML.read(SourceFile(name: "fuzz", text: text)).node
    guard let dataset = node.flatMap({ Dataset.union.read($0, &reading) }) else { preconditionFailure(text) }
    return dataset
  }
}
