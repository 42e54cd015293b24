import ArgumentParser
import Bundle
import SpecLanguage

/// Says everything that can be known about specs without running them.
struct Check: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check",
    abstract: "Check specs; `--data` also opens the headers of their recordings. Without `--fix` it writes nothing.")

  @Argument(help: "Studies, YAML files; `-` reads standard input.", completion: .specs)
  var specs: [String]

  @OptionGroup var options: SpecOptions

  @Flag(help: "Also open the recordings.")
  var data = false

  @Flag(
    help:
      "Apply the safe fixes to the files, comments and layout kept; the text of standard input goes to standard output."
  )
  var fix = false

  func validate() throws {
    guard fix, specs.contains("-") else { return }
    guard specs.count == 1 else { throw ValidationError("with `--fix`, `-` must be the only spec") }
    guard !options.json else { throw ValidationError("with `--fix`, `-` prints the text: leave `--json` out") }
  }

  func run() throws {
    try Exit.afterAll(specs) { spec in
      let loader = Loader(spec: spec, options: options)
      let check = SpecCheck(loader: loader, opensData: data)
      let source = try loader.read()
      let left = fix ? try mend(source, check, isStream: spec == "-") : check.run(source)
      if !left.isEmpty { Terminal.show(left, json: options.json) }
      if left.hasErrors { throw left.contains { $0.isError && $0.code != .badData } ? Exit.invalidSpec : Exit.noInput }
      if !options.json, spec != "-" || !fix { Terminal.output("\(source.name): no errors") }
    }
  }

  /// Applies the safe fixes of one spec and says which. Returns what is still wrong.
  private func mend(_ source: SourceFile, _ check: SpecCheck, isStream: Bool) throws -> [Diagnostic] {
    let outcome = Repair(check: check.run).run(source)
    if isStream {
      Terminal.text(outcome.file.text(in: 0..<outcome.file.bytes.count))
    } else if outcome.hasChanged {
      do {
        try Disk().replace(source.name, with: outcome.file.bytes)
      } catch {
        Terminal.error("error: \(error)")
        throw Exit.cannotWrite
      }
    }
    for diagnostic in outcome.applied {
      guard let fix = diagnostic.fix else { continue }
      if options.json {
        Terminal.output(Rendering.json(diagnostic, type: "fixed"))
      } else {
        let words = "\(fix.span): fixed \(diagnostic.code): \(change(fix))"
        if isStream { Terminal.error(words) } else { Terminal.output(words) }
      }
    }
    if !options.json { adviseFragments(outcome) }
    return outcome.left
  }

  /// `lr` for `learning_rate`, on one line.
  private func change(_ fix: Diagnostic.Fix) -> String {
    let texts = [fix.span.text, fix.replacement].map { text in
      let line = text.split(whereSeparator: \.isNewline).joined(separator: " ")
      return "`\(line.count > 60 ? line.prefix(57) + "..." : line)`"
    }
    if fix.replacement.isEmpty { return "removed \(texts[0])" }
    return fix.span.bytes.isEmpty ? "added \(texts[1])" : "\(texts[0]) is now \(texts[1])"
  }

  /// Other specs may extend a fragment too, so it is changed only where it is named.
  private func adviseFragments(_ outcome: Repair.Outcome) {
    var files: [String] = []
    for fix in outcome.left.compactMap(\.fix) where fix.isSafe && fix.span.file != outcome.file {
      if !fix.span.file.name.hasPrefix("--"), !files.contains(fix.span.file.name) { files.append(fix.span.file.name) }
    }
    for file in files {
      Terminal.error("note: a fix belongs to \(file), which other specs may extend: mdssm-run check --fix \(file)")
    }
  }
}

extension Exit {
  /// Does something with every spec or file; ends with the first exit code that is not success, or that of an interruption.
  static func afterAll<Item>(
    _ items: [Item], until isOver: () -> Bool = { false }, _ body: (Item) throws -> Void
  ) throws {
    var first: ExitCode?
    for item in items where !isOver() {
      do {
        try body(item)
      } catch let code as ExitCode {
        let isInterruption = code == interrupted || code == terminated
        first = isInterruption ? code : first ?? code
      }
    }
    if let first { throw first }
  }
}
