import Bundle
import SpecLanguage

/// A value of a spec that jobs carry whole, with where it stands and the digest by which it enters their keys.
///
/// All jobs that have the value share one object, so that it is written to bytes and hashed once.
package final class SpecValue<Value: Sendable>: Sendable {
  package let path: SpecPath
  package let value: Value
  /// SHA-256 of the canonical bytes of the value.
  package let digest: SHA256Digest
  private let write: @Sendable (Value) -> Plain

  init(_ value: Value, at path: SpecPath, write: @escaping @Sendable (Value) -> Plain) {
    self.value = value
    self.path = path
    self.write = write
    digest = SHA256Digest(of: write(value).canonicalBytes)
  }

  /// The value with every default, for people and for comparison.
  package var plain: Plain { write(value) }
}
