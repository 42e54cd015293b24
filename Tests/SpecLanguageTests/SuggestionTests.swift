import SpecLanguage
import Testing

@Suite struct SuggestionTests {
  private static let keys = [
    "lr", "betas", "eps", "weight_decay", "latent", "hidden", "activation", "budget", "width", "train", "select",
  ]

  @Test(arguments: [
    ("learning_rate", "lr"), ("learningRate", "lr"), ("LR", "lr"), ("weight-decay", "weight_decay"),
    ("weightdecay", "weight_decay"), ("wieght_decay", "weight_decay"), ("latnet", "latent"), ("Hidden", "hidden"),
    ("activatoin", "activation"), ("bugdet", "budget"), ("l2", "weight_decay"), ("hidden_size", "hidden"),
    ("esp", "eps"), ("n_epochs", "budget"),
  ])
  func `the meant word is found`(_ written: String, _ meant: String) {
    #expect(Suggestion.nearest(to: written, among: Self.keys)?.word == meant)
  }

  @Test(arguments: ["zebra", "x", "", "lat", "decay_of_nothing_at_all", "wi"])
  func `a far word gets no suggestion`(_ written: String) {
    #expect(Suggestion.nearest(to: written, among: Self.keys) == nil)
  }

  @Test func `only sure suggestions may be applied unasked`() {
    #expect(Suggestion.nearest(to: "Latent", among: Self.keys)?.isCertain == true)
    #expect(Suggestion.nearest(to: "latnet", among: Self.keys)?.isCertain == true)
    #expect(Suggestion.nearest(to: "lantetn", among: Self.keys)?.isCertain == false)
  }
}
