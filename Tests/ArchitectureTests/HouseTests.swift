import Testing

/// The checks on the checker: each shows a house that is broken in one way.
struct HouseTests {
  private let package = """
    let package = Package(
      dependencies: [.package(url: "https://example.org/parser", from: "1.0.0")],
      targets: [
        // ground: a room(
        room("Values", []),
        system("CThing", pkgConfig: "thing", debian: "libthing-dev"),
        .target(name: "CLoops", cSettings: [.unsafeFlags(["-Wall"])]),
        room("Reader", ["Values", "CThing"]),
        room(
          "Science",
          [
            "Values", "Reader",
          ]),
        .executableTarget(
          name: "Door",
          dependencies: [
            "Science", .product(name: "Parser", package: "parser-package"),
          ]),
        .target(
          name: "Checks", dependencies: ["Values"], path: "Tests/Checks"),
      ] + tests
    )
    func room(_ name: String) {}
    """

  @Test func `the rooms, their folders and their arrows are read in order`() {
    let house = House(package: package)
    #expect(house.rooms.map(\.name) == ["Values", "CThing", "CLoops", "Reader", "Science", "Door", "Checks"])
    #expect(
      house.rooms.map(\.uses) == [
        [], [], [], ["Values", "CThing"], ["Values", "Reader"], ["Science", "Parser"], ["Values"],
      ])
    #expect(house.rooms.last?.folder == "Tests/Checks")
    #expect(house.rooms.first?.folder == "Sources/Values")
    #expect(house.upwardArrows() == [])
  }

  @Test func `an arrow that runs up is found`() {
    let upward = package.replacing("room(\"Values\", [])", with: "room(\"Values\", [\"Reader\"])")
    #expect(
      House(package: upward).upwardArrows() == ["Values uses Reader, which Package.swift lists after it"])
  }

  @Test(arguments: [
    ("import Values", []), ("import Foundation", []), ("@preconcurrency import CThing", []),
    ("package import struct Values.Value", []), ("// import Science", []),
    ("import Science", ["Reader/x.swift imports Science, which Reader does not declare in Package.swift"]),
    ("internal import CLoops", ["Reader/x.swift imports CLoops, which Reader does not declare in Package.swift"]),
  ])
  func `an import needs an arrow`(_ line: String, _ problems: [String]) throws {
    let house = House(package: package)
    let reader = try #require(house.rooms.first { $0.name == "Reader" })
    #expect(house.problems(of: "// head\n\(line)\nlet x = 1\n", in: reader, path: "Reader/x.swift") == problems)
  }

  @Test(arguments: ["Foundation", "FoundationEssentials"])
  func `a pure room does not import Foundation`(_ module: String) {
    let house = House(package: package)
    let pure = House.Room(name: "Randomness", folder: "", uses: [])
    #expect(house.problems(of: "import \(module)", in: pure, path: "a.swift").count == 1)
    #expect(house.problems(of: "import Glibc", in: pure, path: "a.swift") == [])
  }
}
