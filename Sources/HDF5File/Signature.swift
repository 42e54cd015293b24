import Foundation

/// Guesses from its first bytes what a file is that is not HDF5, so that the error can say what happened to it.
enum Signature {
  static func guess(_ head: [UInt8]) -> String {
    if head.isEmpty { return "an empty file" }
    for (magic, name) in known where head.starts(with: magic) { return name }
    if head.allSatisfy({ $0 == 0 }) { return "a file of zeros: an unfinished download or copy" }
    let text = String(decoding: head, as: UTF8.self).lowercased()
    if text.hasPrefix("version https://git-lfs") {
      return "a Git LFS pointer: the data themselves were not downloaded"
    }
    if text.contains("/annex/objects/") { return "a git-annex pointer: the data themselves were not downloaded" }
    if text.contains("<html") || text.hasPrefix("<!doctype") {
      return "a web page: the download gave an error or login page"
    }
    if text.hasPrefix("<?xml") { return "an XML document" }
    if text.hasPrefix("{") { return "JSON text" }
    if head.allSatisfy({ $0 == 9 || $0 == 10 || $0 == 13 || (32..<127).contains($0) }) { return "plain text" }
    return "binary data of an unknown format, perhaps encrypted"
  }

  private static let known: [([UInt8], String)] = [
    (Array("MATLAB 5.0 MAT-file".utf8), "a MATLAB file of version 5 to 7; save it with `-v7.3` or convert it"),
    (Array("Salted__".utf8), "a file encrypted with OpenSSL"),
    (Array("age-encryption.org".utf8), "a file encrypted with age"),
    (Array("-----BEGIN PGP MESSAGE".utf8), "a file encrypted with PGP"),
    ([0x00] + Array("GITCRYPT".utf8) + [0x00], "a file encrypted with git-crypt"),
    (Array("LUKS".utf8) + [0xBA, 0xBE], "an encrypted disk image"),
    ([0x93] + Array("NUMPY".utf8), "a NumPy array file"),
    ([0x50, 0x4B, 0x03, 0x04], "a ZIP archive (or an .npz file)"),
    ([0x1F, 0x8B], "a gzip archive: unpack it first"),
    ([0xFD] + Array("7zXZ".utf8), "an xz archive: unpack it first"),
    ([0x28, 0xB5, 0x2F, 0xFD], "a Zstandard archive: unpack it first"),
    ([0x37, 0x7A, 0xBC, 0xAF, 0x27, 0x1C], "a 7z archive: unpack it first"),
    (Array("BZh".utf8), "a bzip2 archive: unpack it first"),
    (Array("CDF".utf8), "a classic NetCDF file"),
    (Array("SQLite format 3".utf8), "an SQLite database"),
    (Array("%PDF".utf8), "a PDF document"),
    ([0x89] + Array("PNG".utf8), "a PNG image"),
    ([0x7F] + Array("ELF".utf8), "a program"),
  ]
}
