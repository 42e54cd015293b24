/// The name of an artifact: the hash of everything that can change its content, and of nothing else.
package struct ArtifactKey: Hashable, Sendable, Comparable, CustomStringConvertible {
  package let digest: SHA256Digest

  /// - Parameter kind: the kind of the job, for example `fit`. - Parameter version: raised when the job's meaning
  ///   changes. - Parameter content: canonical bytes of exactly the values that the job sees.
  /// - Parameter inputs: the keys of what it reads, in the job's own order.
  ///
  /// Every part goes in behind its length, so that no two different lists of parts give the same bytes.
  package init(kind: String, version: Int, content: [UInt8], inputs: [ArtifactKey] = []) {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(64 + content.count + 40 * inputs.count)
    func append(_ part: some Collection<UInt8>) {
      bytes += String(part.count).utf8
      bytes.append(UInt8(ascii: ":"))
      bytes += part
    }
    append("mdssm artifact 1".utf8)
    append(kind.utf8)
    append(String(version).utf8)
    append(content)
    for input in inputs {
      bytes += "32:".utf8
      input.digest.append(to: &bytes)
    }
    digest = SHA256Digest(of: bytes)
  }

  package init(_ digest: SHA256Digest) { self.digest = digest }

  package init?(hex: String) {
    guard let digest = SHA256Digest(hex: hex) else { return nil }
    self.digest = digest
  }

  package var hex: String { digest.hex }

  /// The first digits, enough for people: the names of run folders use six.
  package func short(_ digits: Int = 6) -> String { String(hex.prefix(digits)) }

  package var description: String { hex }

  package static func < (left: ArtifactKey, right: ArtifactKey) -> Bool {
    left.digest < right.digest
  }
}
