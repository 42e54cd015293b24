import SpecChecks
import SpecLanguage
import Testing

@Suite struct RenderingTests {
  private func rendered(_ text: String, name: String = "spec.yaml", overrides: [String] = []) -> String {
    let (_, diagnostics) = MarkedSpec(text, name: name).read(as: Study.schema, overrides: overrides)
    return Rendering().text(diagnostics)
  }

  @Test func `an unknown key is shown as in the design`() {
    let text = """
      mdssm: 1
      training:
        pretraining:
          smooth: 50 ms
          budget: 20 steps
          alpha: 1
          lag: 0 s
          min_rate: 1 Hz
          # the learning rate
          learning_rate: 1e-3
      """
    #expect(
      rendered(text, name: "specs/motor_cortex.yaml") == """
        error[E1003]: unknown key `learning_rate` in training.pretraining
          --> specs/motor_cortex.yaml:10:5
           |
        10 |     learning_rate: 1e-3
           |     ^^^^^^^^^^^^^ not a key of `recipe`
           = help: did you mean `lr`?
           = note: keys of `recipe`: lr, weight_decay, smooth, lag, min_rate, budget, alpha

        1 error

        """)
  }

  @Test func `a reference to another section names that section`() {
    let text = "mdssm: 1\nmodels: {meta: {latent: 3}}\ntraining: {t: {}}\nruns: {r: {train: t, with: t}}"
    #expect(
      rendered(text) == """
        error[E1009]: `train` is `t`, which is not an entry of `models`
         --> spec.yaml:4:19
          |
        4 | runs: {r: {train: t, with: t}}
          |                   ^ no such entry
         ::: spec.yaml:3:12
          |
        3 | training: {t: {}}
          |            - an entry of `training`
          = help: `t` exists in `training`, but `train` takes an entry of `models`
          = note: entries of `models`: meta

        1 error

        """)
  }

  @Test func `an override points into its argument`() {
    let text = "mdssm: 1\nmodels: {meta: {latent: 3}}"
    #expect(
      rendered(text, overrides: ["models.meta.latent=yes"]) == """
        error[E1005]: `latent` is `yes`, which is not a whole number
         --> --set:1:20
          |
        1 | models.meta.latent=yes
          |                    ^^^ expected a whole number from 1 to 512

        1 error

        """)
  }

  @Test func `a parameter's value is shown beside its use`() {
    let text = "mdssm: 1\nparams: {n: 900}\nmodels: {meta: {latent: \"${params.n}\"}}"
    #expect(
      rendered(text) == """
        error[E1006]: `latent` is 900; use 1 to 512
         --> spec.yaml:3:25
          |
        3 | models: {meta: {latent: "${params.n}"}}
          |                         ^^^^^^^^^^^^^ expected a whole number from 1 to 512
         ::: spec.yaml:2:13
          |
        2 | params: {n: 900}
          |             --- `params.n` is given here

        1 error

        """)
  }

  @Test func `at most twenty complaints are shown, by place, and all are counted`() {
    let models = (1...30).map { "  m\($0): {latent: 0}" }.joined(separator: "\n")
    let text = rendered("mdssm: 1\nmodels:\n\(models)")
    #expect(text.split(separator: "\n").filter { $0.hasPrefix("error[") }.count == 20)
    #expect(text.hasSuffix("\n30 errors (20 shown)\n"))
  }

  @Test func `errors are not crowded out by warnings`() {
    let parameters = (1...30).map { "  p\($0): 1" }.joined(separator: "\n")
    let text = rendered("mdssm: 1\nparams:\n\(parameters)\nmodels: {meta: {latent: 0}}")
    #expect(text.contains("error[E1006]"))
    #expect(text.hasSuffix("\n1 error, 30 warnings (20 shown)\n"))
  }

  @Test func `an inherited error is shown once`() {
    let text = rendered("mdssm: 1\nmodels: {a: {latent: 0}, b: {like: a}, c: {like: b}}")
    #expect(text.hasSuffix("\n1 error\n"))
  }

  @Test func `carets stand under wide and combining characters`() {
    let text = rendered("mdssm: 1\nmodels: {meta: {x-名前: é, latent: 0}}".replacing("é", with: "e\u{301}"))
    let lines = text.split(separator: "\n").map(String.init)
    #expect(lines[4] == "  |                                    ^ expected a whole number from 1 to 512")
  }

  @Test func `text of the spec cannot command the terminal`() {
    let file = SourceFile(name: "a\u{1B}[2Jb", text: "k: \u{1B}[31mred\u{202E}\n")
    let diagnostic = Diagnostic(.wrongType, "bad \u{1B}[0m", at: Span(file, 3..<6), label: "\u{7}")
    let text = Rendering().text([diagnostic])
    #expect(!text.unicodeScalars.contains { $0.value < 0x20 && $0 != "\n" })
    #expect(!text.unicodeScalars.contains("\u{202E}"))
  }

  @Test func `long lines are cut around the carets`() {
    let filler = String(repeating: "a, ", count: 2000)
    let text = rendered("mdssm: 1\nmodels: {meta: {x-list: [\(filler)b], latent: 0, x-more: [\(filler)b]}}")
    #expect(text.split(separator: "\n").allSatisfy { $0.count < 200 })
    #expect(text.contains("latent: 0"))
  }

  @Test func `one complaint is one line of JSON`() {
    let (_, diagnostics) = MarkedSpec("mdssm: 1\nmodels: {meta: {latent: 3, activation: tanhh}}")
      .read(as: Study.schema)
    #expect(
      Rendering.jsonLines(diagnostics) == #"""
        {"type": "diagnostic", "code": "E1007", "severity": "error", "message": "`activation` is `tanhh`, which is not one of its choices", "file": "spec.yaml", "line": 2, "column": 40, "end_line": 2, "end_column": 45, "path": "models.meta.activation", "help": ["did you mean `tanh`?"], "notes": [], "secondary": [], "fix": {"file": "spec.yaml", "line": 2, "column": 40, "end_line": 2, "end_column": 45, "replacement": "tanh", "safe": true}}

        """#)
  }
}
