import Evaluation
import SpecLanguage
import Testing
import YAMLReader

struct EvaluationSpecTests {
  private func read(_ text: String) -> (value: EvaluationSpec?, messages: [String]) {
    let result = YAML.read(SourceFile(name: "test.yaml", text: text))
    var reading = Reading()
    let value = result.node.flatMap { EvaluationSpec.union.read($0, &reading) }
    return (value, (result.diagnostics + reading.diagnostics).map(\.message))
  }

  private func run(_ id: String) -> Reference { Reference(section: "runs", id: id) }

  @Test(arguments: [
    (
      "{kind: reconstruction, of: [pretrain, shared], split: valid}",
      #"{"kind":"reconstruction","of":["pretrain","shared"],"split":"valid"}"#
    ),
    (
      "{kind: forecast, of: [few_shot], context: 140 ms, horizon: 0.4 s}",
      #"{"context":"140 ms","embedding":"train","horizon":"400 ms","kind":"forecast","of":["few_shot"],"#
        + #""samples":0,"split":"test"}"#
    ),
    (
      "{kind: filter, of: [online]}", #"{"ahead":1,"kind":"filter","of":["online"],"split":"test"}"#
    ),
    (
      "{kind: embedding, of: [pretrain], color: [subject, task]}",
      #"{"color":["subject","task"],"kind":"embedding","of":["pretrain"]}"#
    ),
    (
      "{kind: decode, of: [a], target: velocity}",
      #"{"context":null,"decoder":{"alpha":{"log_grid":[0.001,1000.0,7.0]},"kind":"ridge"},"#
        + #""from":"reconstruction","kind":"decode","of":["a"],"split":"test","target":"velocity"}"#
    ),
  ])
  func `the kinds of the design's example are read with their defaults`(_ text: String, _ canonical: String) throws {
    let value = try #require(read(text).value)
    #expect(String(decoding: EvaluationSpec.union.write(value).canonicalBytes, as: UTF8.self) == canonical)
  }

  @Test(arguments: [
    ("0.01", [0.01]), ("[1, 0, 10]", [1, 0, 10]), ("{log_grid: [1e-3, 1e3, 7]}", [1e-3, 1e-2, 0.1, 1, 10, 100, 1000]),
  ])
  func `alpha is one penalty, a list or a logarithmic grid`(_ text: String, _ values: [Double]) throws {
    let spec = read("{kind: decode, of: [a], target: v, decoder: {kind: ridge, alpha: \(text)}}")
    #expect(spec.messages == [])
    guard case .decode(let decode) = try #require(spec.value), case .ridge(let ridge) = decode.decoder else {
      Issue.record("not a ridge decoder")
      return
    }
    #expect(ridge.alpha.values.count == values.count)
    for (value, expected) in zip(ridge.alpha.values, values) { #expect(abs(value - expected) <= 1e-12 * expected) }
  }

  @Test(arguments: [
    ("{kind: forecast, of: [a], context: 1 s}", "horizon"),
    ("{kind: forecast, of: [a], context: 1 s, horizon: 0 s}", "0 s"),
    ("{kind: forecast, of: [], context: 1 s, horizon: 1 s}", "of"),
    ("{kind: reconstruction, of: [a], split: tests}", "tests"),
    ("{kind: reconstruction, of: [a], context: 1 s}", "context"),
    ("{kind: decode, of: [a], target: v, context: 1 s}", "`context` has no effect without `from: forecast`"),
    ("{kind: decode, of: [a], target: v, from: forecast}", "`from: forecast` needs a `context`"),
    ("{kind: decode, of: [a], target: v, decoder: {kind: ridge, alpha: {log_grid: [1, 10, 2.5]}}}", "whole number"),
    ("{kind: decode, of: [a], target: v, decoder: {kind: ridge, alpha: {log_grid: [0, 10, 3]}}}", "log_grid"),
    ("{kind: decode, of: [a], target: v, decoder: {kind: ridge, alpha: []}}", "alpha"),
    ("{kind: fixed_points, of: [a]}", "fixed_points"),
  ])
  func `what cannot be meant is refused with one complaint that names it`(_ text: String, _ word: String) {
    let spec = read(text)
    #expect(spec.value == nil || !spec.messages.isEmpty)
    #expect(spec.messages.count == 1, "\(spec.messages)")
    #expect(spec.messages.first?.contains(word) == true, "\(spec.messages)")
  }

  @Test(arguments: [
    "{kind: reconstruction, of: [a, b]}", "{kind: forecast, of: [a], context: 140 ms, horizon: 400 ms}",
    "{kind: decode, of: [a], target: v, decoder: {kind: ridge, alpha: [1, 2]}}",
    "{kind: decode, of: [a], target: v, from: forecast, context: 1 s, decoder: {kind: ridge, alpha: 3}}",
    "{kind: embedding, of: [a], color: [x]}",
  ])
  func `what is written reads back as the same value`(_ text: String) throws {
    let value = try #require(read(text).value)
    let written = String(decoding: EvaluationSpec.union.write(value).canonicalBytes, as: UTF8.self)
    let unquoted = written.replacing("\":", with: ": ").replacing("\"", with: "")
    #expect(read(unquoted).value == value)
    #expect(value.of.first == run("a"))
  }
}
