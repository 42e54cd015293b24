import Foundation
import HDF5File
import Testing

/// Files that point out of themselves: what lies in other files is not read, and nothing goes in circles.
struct ElsewhereTests {
  /// A file of 6176 bytes that libhdf5 wrote, as its stretches that are not 0: `own` and a view `inside` on it, an external
  /// link `link`, soft links `soft` to itself and `through` the external one, a hard link `loop` to the root, and datasets
  /// `raw` and `virtual` whose numbers lie in other.h5.
  private static let stretches: [(Int, String)] = [
    (
      0,
      "iUhERg0KGgoDCAgAAAAAAAAAAAD//////////yAYAAAAAAAAMAAAAAAAAADka94HT0hEUgIgrGMBa6xjAWusYwFr"
        + "rGMBa3gQEAAA3wEAAAAAAAA6AAAAAAAAAAoCAAEAAAYOAAABAANvd27DAAAAAAAAAAYXAAABCEAEbGluaw0AAG90"
        + "aGVyLmg1AC94AAYPAAABCAEEc29mdAUAL3NvZnQGEgAAAQgBB3Rocm91Z2gFAC9saW5rAAQAAAAAAADM0rPDT0hE"
        + "UgIhrGMBa6xjAWusYwFrrGMBawABARQAAAIBAQEEAAAAAAAAAAQAAAAAAAAAAxQAAREgPwAIAAAAAABAADQLADT/"
        + "AwAABQIAAQMKCBIAAAQBAAgAAAAAAAAgAAAAAAAAAACw"
    ),
    (
      475,
      "Uvj4Yk9DSEsQEAAAbQMAAAAAAAAwAAAAAAAAAAYPAAABAARsb29wMAAAAAAAAAAWBQAEAAIAAAAAALX7K3xPSERS"
        + "AiGsYwFrrGMBa6xjAWusYwFrAAEBFAAAAgEBAQQAAAAAAAAABAAAAAAAAAADFAABESA/AAgAAAAAAEAANAsANP8D"
        + "AAAFAgABAwoHKAABAQAAAAEAAQA1AwAAAAAAAAg="
    ),
    (651, "IAAAAAAAAAAIEgAABAH//////////yAAAAAAAAAAAIQ="),
    (817, "zLyOtkhFQVAAAAAAGAAAAAAAAAABAAAAAAAAAFUD"),
    (
      861,
      "b3RoZXIuaDUAAAAAAAAAAE9DSEsQEAAAuQQAAAAAAAA0AAAAAAAAABAQAAAJBgAAAAAAAC8AAAAAAAAAhk3ZXk9I"
        + "RFICIaxjAWusYwFrrGMBa6xjAWsAAQEUAAACAQEBBAAAAAAAAAAEAAAAAAAAAAMUAAERID8ACAAAAAAAQAA0CwA0"
        + "/wMAAAUCAAEDCggOAAAEAyAIAAAAAAAAAQAAAAC0"
    ),
    (
      1205,
      "EwiDBE9DSEsCEgAAAAD/////////////////////BhIAAAEAB3ZpcnR1YWydAwAAAAAAAMRlom1PSERSAiGsYwFr"
        + "rGMBa6xjAWusYwFrAAEBFAAAAgEBAQQAAAAAAAAABAAAAAAAAAADFAABESA/AAgAAAAAAEAANAsANP8DAAAFAgAB"
        + "AwoIDgAABAMgCAAAAAAAAAIAAAAAtA=="
    ),
    (1541, "i9HBDE9DSEsGDgAAAQADcmF3GQIAAAAAAAAGEQAAAQAGaW5zaWRl7QQAAAAAAADNd3D/"),
    (
      2054,
      "8D8AAAAAAAAAQAAAAAAAAAhAAAAAAAAAEEBHQ09MAQAAAAAQAAAAAAAAAQAAAAAAAAA4AAAAAAAAAAABAAAAAAAA"
        + "AG90aGVyLmg1AHgAAwAAAAEAAAAAAAAAAAAAAAMAAAABAAAAAAAAAAAAAACJ/AkRAgAAAAAAAAAzAAAAAAAAAAAB"
        + "AAAAAAAAAC4Ab3duAAMAAAABAAAAAAAAAAAAAAADAAAAAQAAAAAAAAAAAAAAOA0HXQ=="
    ),
    (2248, "YA8="),
  ]

  static func write(to path: String) throws {
    var bytes = Data(count: 6176)
    for (start, text) in stretches {
      let piece = try #require(Data(base64Encoded: text))
      bytes.replaceSubrange(start..<start + piece.count, with: piece)
    }
    try bytes.write(to: URL(fileURLWithPath: path))
  }

  private func problem(_ body: () throws(HDF5Error) -> Void) -> HDF5Error.Problem? {
    do {
      try body()
      return nil
    } catch {
      return error.problem
    }
  }

  @Test func `what lies in other files is refused, what lies inside is read`() throws {
    let scratch = try Scratch()
    let path = scratch.path("elsewhere.h5")
    try Self.write(to: path)
    let other = try HDF5Writer(path: scratch.path("other.h5"))
    try other.write([5, 6, 7, 8.0], shape: [4], to: "x")
    try other.close()
    let file = try HDF5Reader(path: path)
    #expect(try file.doubles("own") == [1, 2, 3, 4])
    #expect(try file.doubles("inside") == [1, 2, 3, 4])
    for object in ["link", "through", "soft", "raw", "virtual"] {
      let found = problem { () throws(HDF5Error) in _ = try file.doubles(object) }
      #expect(found == .leadsElsewhere, "\(object)")
    }
    #expect(!file.exists("link") && !file.exists("through") && !file.exists("soft"))
  }

  @Test func `circles are walked once`() throws {
    let scratch = try Scratch()
    let path = scratch.path("elsewhere.h5")
    try Self.write(to: path)
    let file = try HDF5Reader(path: path)
    #expect(try file.objects().map(\.path) == ["", "inside", "own", "raw", "virtual"])
    #expect(try file.doubles("loop/loop/own") == [1, 2, 3, 4])
  }
}
