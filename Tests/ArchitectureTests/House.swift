/// The rooms as `Package.swift` lists them, and what their files import.
struct House {
  struct Room {
    var name: String
    var folder: String
    var uses: [String]
  }

  /// In the order of `Package.swift`, ground floor first.
  var rooms: [Room]

  /// Modules that come with the toolchain.
  static let systemModules: Set<String> = [
    "Dispatch", "Foundation", "FoundationEssentials", "Glibc", "Synchronization",
  ]
  /// Rooms that hold values only: no files, clocks or environment, and no slow start.
  static let pureRooms: Set<String> = ["SpecLanguage", "Randomness", "TensorGraph"]
  static let emptyNames: Set<String> = ["Utilities", "Utils", "Common", "Core", "Helpers", "Manager"]

  /// Reads the list of targets between `targets: [` and `] + tests`.
  init(package: String) {
    let start = package.firstRange(of: "targets: [")?.upperBound ?? package.startIndex
    let end = package.firstRange(of: "] + tests")?.lowerBound ?? package.endIndex
    var rest = package[start..<max(start, end)]
    var chunks: [Substring] = []
    while let next = Self.nextTarget(rest) {
      let following = Self.nextTarget(rest[next.upperBound...])
      chunks.append(rest[next.lowerBound..<(following?.lowerBound ?? rest.endIndex)])
      rest = rest[(following?.lowerBound ?? rest.endIndex)...]
    }
    rooms = chunks.compactMap(Self.room)
  }

  /// Where a target begins; names of functions in comments do not count.
  private static func nextTarget(_ text: Substring) -> Range<Substring.Index>? {
    let starts = ["room(", "system(", ".target(", ".executableTarget("]
    return starts.compactMap { text.firstRange(of: $0) }.min { $0.lowerBound < $1.lowerBound }
  }

  private static func room(_ chunk: Substring) -> Room? {
    guard let name = quoted(chunk).first else { return nil }
    var uses: [String] = []
    let key = chunk.hasPrefix("room(") ? "[" : "dependencies: ["
    if let open = chunk.firstRange(of: key)?.upperBound, let close = chunk[open...].firstIndex(of: "]") {
      for piece in chunk[open..<close].split(separator: ",") where !piece.contains("package: ") {
        uses += quoted(piece).prefix(1)
      }
    }
    let path = chunk.firstRange(of: "path: ").flatMap { quoted(chunk[$0.upperBound...]).first }
    return Room(name: name, folder: path ?? "Sources/" + name, uses: uses)
  }

  private static func quoted(_ text: Substring) -> [String] {
    let pieces = text.split(separator: "\"", omittingEmptySubsequences: false)
    return stride(from: 1, to: max(1, pieces.count - 1), by: 2).map { String(pieces[$0]) }
  }

  /// Arrows in `Package.swift` that do not run down.
  func upwardArrows() -> [String] {
    rooms.enumerated().flatMap { place, room in
      let below = Set(rooms[..<place].map(\.name))
      let known = Set(rooms.map(\.name))
      return room.uses.filter { known.contains($0) && !below.contains($0) }
        .map { "\(room.name) uses \($0), which Package.swift lists after it" }
    }
  }

  /// What the imports of one source file break.
  func problems(of source: String, in room: Room, path: String) -> [String] {
    Self.imports(source).compactMap { module in
      if Self.pureRooms.contains(room.name), module.hasPrefix("Foundation") {
        return "\(path) imports \(module); \(room.name) holds values only"
      }
      if Self.systemModules.contains(module) || module == room.name || room.uses.contains(module) { return nil }
      return "\(path) imports \(module), which \(room.name) does not declare in Package.swift"
    }
  }

  /// The modules that a source file imports, whatever stands before `import`.
  static func imports(_ source: String) -> [String] {
    source.split(separator: "\n").compactMap { line in
      var words = line.split(whereSeparator: { $0 == " " || $0 == "\t" })
      let prefixes: Set<Substring> = ["private", "fileprivate", "internal", "package", "public"]
      while let first = words.first, first.hasPrefix("@") || prefixes.contains(first) { words.removeFirst() }
      guard words.first == "import", words.count >= 2 else { return nil }
      let kinds: Set<Substring> = ["struct", "class", "enum", "protocol", "func", "var", "let", "typealias"]
      let module = kinds.contains(words[1]) && words.count > 2 ? words[2] : words[1]
      return module.split(separator: ".").first.map(String.init)
    }
  }
}
