import SpecLanguage

extension Code {
  package static let testSelects = Code(
    "E2018", "a choice by test trials",
    "Test trials are for the final score alone: what is stopped, selected or ranked by them has seen them.")
}
