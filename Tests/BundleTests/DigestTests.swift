import Bundle
import Testing

struct DigestTests {
  /// Examples of FIPS 180-4 as published by NIST.
  @Test(arguments: [
    ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
    ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
    (
      "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
      "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
    ),
  ])
  func `the published examples come out`(text: String, hex: String) {
    #expect(SHA256Digest(of: Array(text.utf8)).hex == hex)
    #expect(SHA256Digest(hex: hex) == SHA256Digest(of: Array(text.utf8)))
  }

  @Test func `a digest by pieces is the digest of the whole`() {
    let bytes = (0..<1000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
    var hasher = SHA256()
    for start in stride(from: 0, to: 1000, by: 77) { hasher.update(Array(bytes[start..<min(1000, start + 77)])) }
    #expect(hasher.finish() == SHA256Digest(of: bytes))
  }

  @Test func `only 64 lower-case digits are a digest`() {
    #expect(SHA256Digest(hex: String(repeating: "a", count: 63)) == nil)
    #expect(SHA256Digest(hex: String(repeating: "G", count: 64)) == nil)
  }

  @Test func `every part of a key changes it and no parts can be confused`() {
    let base = ArtifactKey(kind: "fit", version: 1, content: [1, 2])
    let other = ArtifactKey(kind: "x", version: 1, content: [])
    let keys = [
      base, ArtifactKey(kind: "fit", version: 2, content: [1, 2]),
      ArtifactKey(kind: "fi", version: 1, content: [1, 2]),
      ArtifactKey(kind: "fit", version: 1, content: [1, 2, 3]),
      ArtifactKey(kind: "fit", version: 1, content: [1, 2], inputs: [other]),
      ArtifactKey(kind: "fit", version: 1, content: [1, 2], inputs: [base, other]),
      ArtifactKey(kind: "fit", version: 1, content: [1, 2], inputs: [other, base]),
      ArtifactKey(kind: "fit", version: 1, content: [1, 2] + other.digest.bytes),
    ]
    #expect(Set(keys).count == keys.count)
    #expect(base == ArtifactKey(kind: "fit", version: 1, content: [1, 2]))
    #expect(ArtifactKey(hex: base.hex) == base)
    #expect(base.short() == String(base.hex.prefix(6)))
  }

  @Test func `a key stays what it is from version to version`() {
    let key = ArtifactKey(kind: "fit", version: 1, content: Array("abc".utf8))
    let bytes = "16:mdssm artifact 13:fit1:13:abc"
    #expect(key.digest == SHA256Digest(of: Array(bytes.utf8)))
  }
}
