import SpecChecks
import SpecLanguage
import Testing

@Suite struct RepairTests {
  private func check(_ file: SourceFile) -> [Diagnostic] {
    MarkedSpec(file.text(in: 0..<file.bytes.count)).read(as: Study.schema).diagnostics.map { diagnostic in
      // The reading made its own file of the same text: the fixes belong to this one.
      var diagnostic = diagnostic
      diagnostic.fix = diagnostic.fix.map { fix in
        var fix = fix
        fix.span.file = file
        return fix
      }
      return diagnostic
    }
  }

  private func repaired(_ text: String) -> (text: String, applied: Int, left: [String]) {
    let outcome = Repair(check: check).run(SourceFile(name: "spec.yaml", text: text))
    let all = outcome.file.text(in: 0..<outcome.file.bytes.count)
    return (all, outcome.applied.count, outcome.left.map(\.code.id))
  }

  @Test func `all safe fixes are applied, comments and layout kept`() {
    let (text, applied, left) = repaired(
      """
      mdssm: 1
      # The model.
      models:
        m:   {latnet: 3,  # dimensions
              residual: yes, activaton: Tanh}   # a remark
      training:

        t: {learning_rate: 1e-3, lag: 0}
      """)
    #expect(
      text == """
        mdssm: 1
        # The model.
        models:
          m:   {latent: 3,  # dimensions
                residual: true, activation: tanh}   # a remark
        training:

          t: {lr: 1e-3, lag: 0 ms}
        """)
    #expect(applied == 6 && left == [])
  }

  @Test(arguments: [
    ("mdssm: 1\nmodels: {m: {latent: 0}}", ["E1006"]), ("mdssm: 1\ntraining: {t: {smooth: 20}}", ["E1008"]),
    ("mdssm: 1\n", []), ("mdssm: [", ["E1100"]),
  ])
  func `what has no safe fix is left as it is`(_ text: String, _ codes: [String]) {
    let outcome = repaired(text)
    #expect(outcome.text == text && outcome.applied == 0 && outcome.left == codes)
  }

  @Test func `a fix may uncover the next one`() {
    let outcome = repaired("mdssm: 1\nmodels: {m: {latent: 3, adapt: low_rank}}")
    #expect(outcome.text == "mdssm: 1\nmodels: {m: {latent: 3, adapt: {kind: low_rank}}}")
    #expect(outcome.left == ["E1002"])
  }

  @Test func `a fix that does not help is not applied for ever`() {
    let file = SourceFile(name: "spec.yaml", text: "a")
    let outcome = Repair { file in
      let span = Span(file, 0..<file.bytes.count)
      return [Diagnostic(.wrongType, "never right", at: span, fix: .init(span, replacement: "a"))]
    }.run(file)
    #expect(!outcome.hasChanged && outcome.left.count == 1)
  }

  @Test func `a key is not renamed to one that stands beside it`() {
    let twice = repaired("mdssm: 1\nmodels: {m: {latent: 3, latnet: 4}}")
    #expect(twice.applied == 0 && twice.left == ["E1003"])
  }
}
