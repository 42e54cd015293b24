import Bundle
import Foundation
import HDF5File
import Testing

/// Recordings with damage at every kind of place, read by the program itself: each ends in facts or in an error that names the
/// file, within bounds of time and memory. The libraries that read them crash over some and find no end in others.
struct DamageTests {
  /// What the program said of every file.
  private struct Outcome {
    var told = 0
    var refused = 0
    var crashed = 0
    var endless = 0
  }

  /// Reads copies of a file with one byte changed. Where a library is lost a new process goes on behind that file.
  private func outcome(of bytes: Data, _ ending: String, at places: [Int]) throws -> Outcome {
    let program = try Program()
    var names: [String] = []
    for place in places {
      for change in [UInt8(0xFF), 0x01, 0x80] {
        var damaged = bytes
        damaged[place] ^= change
        let name = "\(place)-\(change).\(ending)"
        try damaged.write(to: URL(fileURLWithPath: program.path(name)))
        names.append(name)
      }
    }
    var outcome = Outcome()
    while !names.isEmpty {
      let run = try program.run(
        ["data", "--json"] + names, environment: ["MDSSM_READ_SECONDS": "0.1"], kilobytes: 8_000_000)
      let told = run.objects
      try #require(run.code == 0 || run.code == 66, "\(run.code) at \(names[min(told.count, names.count - 1)])")
      var next = names.count
      if told.count < names.count {
        // What the library did to the memory was too bad to go on.
        let words = "error: a damaged file broke the memory of this program while it was read: "
        try #require(run.errors.contains(words), "\(names[told.count]) ended the program: \(run.errors)")
        next = told.count + 1
        outcome.crashed += 1
      }
      for (index, (name, object)) in zip(names, told).enumerated() {
        #expect(object["file"]?.string == name)
        guard object["type"]?.string == "error" else {
          outcome.told += 1
          continue
        }
        outcome.refused += 1
        let message = object["message"]?.string ?? ""
        if message.contains("crashed over it") { outcome.crashed += 1 }
        if message.contains("found no end in it") { outcome.endless += 1 }
        if message.contains("crashed over it") || message.contains("found no end in it") {
          next = index + 1
          break
        }
        #expect(!message.contains("lost over"), "\(name): \(message)")
      }
      names.removeFirst(next)
    }
    return outcome
  }

  @Test func `a recording with a changed byte`() throws {
    let program = try Program()
    let path = program.path("whole.nwb")
    try Recording(trials: 2).write(to: path)
    let whole = try Data(contentsOf: URL(fileURLWithPath: path))
    let found = try outcome(of: whole, "nwb", at: Array(stride(from: 0, to: whole.count, by: 83)))
    #expect(found.told > 100 && found.refused > 10, "\(found)")
    // The heap of texts, in which many versions of the library go in circles or crash.
    let heap = try #require(whole.range(of: Data("GCOL".utf8))).lowerBound
    print("damaged heap of texts: \(try outcome(of: whole, "nwb", at: Array(heap..<heap + 120)))")
  }

  @Test func `sessions of a recording with a changed byte`() throws {
    let program = try Program()
    try program.prepare(Recording(trials: 4))
    let whole = try Data(contentsOf: URL(fileURLWithPath: program.path("data/rat.nwb")))
    var specs: [String] = []
    for place in stride(from: 0, to: whole.count, by: 223) {
      var damaged = whole
      damaged[place] ^= [0xFF, 0x01, 0x80][specs.count % 3]
      try damaged.write(to: URL(fileURLWithPath: program.path("data/\(place).nwb")))
      try program.write(Recording.study.replacing("data/rat.nwb", with: "data/\(place).nwb"), to: "\(place).yaml")
      specs.append("\(place).yaml")
    }
    // Behind a library that was lost the other specs of a process are refused.
    for start in stride(from: 0, to: specs.count, by: 10) {
      let some = Array(specs[start..<min(start + 10, specs.count)])
      let run = try program.run(["data"] + some, environment: ["MDSSM_READ_SECONDS": "0.1"], kilobytes: 8_000_000)
      #expect([0, 65, 66].contains(run.code), "\(some): \(run.code)\n\(run.errors)")
      #expect(run.code == 0 || run.errors.contains("error"))
    }
  }

  @Test func `a MATLAB file with a changed byte`() throws {
    let whole = try #require(Data(base64Encoded: Self.mat))
    let found = try outcome(of: whole, "mat", at: Array(stride(from: 0, to: whole.count, by: 2)))
    #expect(found.told > 100 && found.refused > 50, "\(found)")
    // Its sizes are checked before libmatio believes them.
    #expect(found.crashed == 0 && found.endless == 0, "\(found)")
  }

  /// Of version 5, by SciPy: `x` of 2 x 3, `data.spikes` a cell array of two arrays, `data.target`.
  private static let mat =
    "TUFUTEFCIDUuMCBNQVQtZmlsZSBQbGF0Zm9ybTogcG9zaXgsIENyZWF0ZWQgb246IFNhdCBOb3YgMjEgMTE6NDE6MTEgMjAyNgAAAAAA"
    + "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAABSU0OAAAAYAAAAAYAAAAIAAAABgAAAAAAAAAFAAAA"
    + "CAAAAAIAAAADAAAAAQABAHgAAAAJAAAAMAAAAAAAAAAAAAAAAAAAAAAACEAAAAAAAADwPwAAAAAAABBAAAAAAAAAAEAAAAAAAAAUQA4A"
    + "AABoAQAABgAAAAgAAAACAAAAAAAAAAUAAAAIAAAAAQAAAAEAAAABAAQAZGF0YQUABAAHAAAAAQAAAA4AAABzcGlrZXMAdGFyZ2V0AAAA"
    + "DgAAAOAAAAAGAAAACAAAAAEAAAAAAAAABQAAAAgAAAABAAAAAgAAAAEAAAAAAAAADgAAAEgAAAAGAAAACAAAAAYAAAAAAAAABQAAAAgA"
    + "AAABAAAAAwAAAAEAAAAAAAAACQAAABgAAAAAAAAAAADwPwAAAAAAAABAAAAAAAAACEAOAAAAYAAAAAYAAAAIAAAABgAAAAAAAAAFAAAA"
    + "CAAAAAIAAAADAAAAAQAAAAAAAAAJAAAAMAAAAAAAAAAAAAAAAAAAAAAACEAAAAAAAADwPwAAAAAAABBAAAAAAAAAAEAAAAAAAAAUQA4A"
    + "AAAwAAAABgAAAAgAAAAJAAAAAAAAAAUAAAAIAAAAAQAAAAIAAAABAAAAAAAAAAIAAgADAQAA"
}
