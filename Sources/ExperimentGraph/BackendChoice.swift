import SpecLanguage

/// What computes. The kind enters cache keys, the number of threads does not: results do not depend on it.
package enum BackendChoice: Hashable, Sendable {
  case native(NativeChoice)
  case reference

  package static let union = Union<Self>(
    "backend",
    .arm("native", NativeChoice.schema, Self.native) { if case .native(let value) = $0 { value } else { nil } },
    .arm("reference", "Plain loops in double precision: slow, the judge of all other backends.", Self.reference))

  package var kind: String { Self.union.kind(of: self) }
}

/// The compiled backend of this machine.
package struct NativeChoice: Hashable, Sendable {
  package var threads: Int?

  package init(threads: Int?) { self.threads = threads }

  package static let schema = Schema<Self>(
    "native", "Planned memory and fused kernels in single precision.",
    Field("threads", \.threads, .optional(.int(1...1024)), "Threads; all cores when absent."),
    notBuilt: [.init("precision", "Another precision than single.")],
    make: Self.init(threads:))
}
