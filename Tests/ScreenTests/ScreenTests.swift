import Foundation
import MDSSMRun
import SpecLanguage
import Testing

/// Golden screens: exactly what a user sees for every mistake the program knows. RECORD=1 writes them and fails.
@Suite(.timeLimit(.minutes(20))) struct ScreenTests {
  @Test(arguments: Screen.all) func `the program answers as recorded`(_ screen: Screen) throws {
    let seen = try screen.typed()
    if Screen.isRecording {
      guard seen != screen.recorded else { return }
      try screen.record(seen)
      Issue.record("\(screen.name) was written; look at the difference")
      return
    }
    #expect(seen == screen.recorded, "\(screen.name) differs: read it, then run this test with RECORD=1\n\(seen)")
  }

  @Test func `every code has a screen`() {
    let shown = Set(Screen.all.compactMap(\.code))
    let missing = Code.all.map(\.id).filter { !shown.contains($0) }
    #expect(missing == [])
    #expect(shown.subtracting(Code.all.map(\.id)) == [])
  }

  @Test(arguments: Screen.all) func `a screen shows its code, its place and no control character`(_ screen: Screen) {
    let text = screen.recorded
    #expect(!text.unicodeScalars.contains { $0.value < 0x20 && $0 != "\n" })
    guard let code = screen.code else { return }
    #expect(text.contains("[\(code)]: ") || text.contains("\"code\": \"\(code)\""))
    #expect(text.contains("--> ") || text.contains("\"line\": "))
  }

  @Test func `the error catalogue follows the codes`() throws {
    #expect(Set(Code.all.map(\.id)).count == Code.all.count)
    let page = Screen.root.appending(path: "docs/reference/errors.md")
    let text = ReferencePage.text(Code.all)
    let found = (try? String(contentsOf: page, encoding: .utf8)) ?? ""
    if Screen.isRecording, found != text {
      try Data(text.utf8).write(to: page)
      Issue.record("docs/reference/errors.md was written; look at the difference")
      return
    }
    #expect(found == text, "docs/reference/errors.md is stale: run this test with RECORD=1")
  }
}

extension Screen {
  /// The code that it is about, the first word of its name; nil for one about the look of screens.
  var code: String? {
    let word = name.prefix { $0 != "-" }
    guard let first = word.first, first == "E" || first == "W", word.count == 5 else { return nil }
    return word.dropFirst().allSatisfy(\.isNumber) ? String(word) : nil
  }
}
