import ArrayFiles
import Foundation
import Testing

/// Small files that other programs wrote, as base64.
enum Samples {
  /// By Python's zipfile: `spikes` uint8 [2, 3, 2] of 0...11 deflated, `velocity` big-endian [2, 3] stored, `target` [5, 7],
  /// `objects` of Python objects.
  static let npz =
    "UEsDBBQAAAAIAFBHdV31zwrZVQAAAIwAAAAKAAAAc3Bpa2VzLm5weZvsF+obEMnIUMZQrZ6SWpxcpG6loF5Taqiuo6Cell9UUpSY"
    + "F59flJIKEndLzClOBYoXZyQWpAL5GkY6CsY6CkaaOgq1CuQBLgZGJmYWVjZ2Dk4ubgBQSwMEFAAAAAAAUEd1XRf0FMywAAAAsAAA"
    + "AAwAAAB2ZWxvY2l0eS5ucHmTTlVNUFkBAHYAeydkZXNjcic6ICc+ZjgnLCAnZm9ydHJhbl9vcmRlcic6IEZhbHNlLCAnc2hhcGUn"
    + "OiAoMiwgMyksIH0gICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgCj/wAAAA"
    + "AAAAQAAAAAAAAABACAAAAAAAAEAQAAAAAAAAQBQAAAAAAAB/+AAAAAAAAFBLAwQUAAAACABQR3Vdwwc+nksAAACIAAAACgAAAHRh"
    + "cmdldC5ucHmb7BfqGxDJyFDGUK2eklqcXKRupaBuk2mirqOgnpZfVFKUmBefX5SSChJ3S8wpTgWKF2ckFqQC+RpGOpo6CrUKFAAu"
    + "VgYGBnYgBgBQSwMEFAAAAAgAUEd1XW/ZAK5GAAAAgwAAAAsAAABvYmplY3RzLm5weZvsF+obEMnIUMZQrZ6SWpxcpG6loF7jr66j"
    + "oJ6WX1RSlJgXn1+UkgoSdkvMKU4FihdnJBakAvkaRjqaOgq1CpQArsSkZABQSwECFAMUAAAACABQR3Vd9c8K2VUAAACMAAAACgAA"
    + "AAAAAAAAAAAAgAEAAAAAc3Bpa2VzLm5weVBLAQIUAxQAAAAAAFBHdV0X9BTMsAAAALAAAAAMAAAAAAAAAAAAAACAAX0AAAB2ZWxv"
    + "Y2l0eS5ucHlQSwECFAMUAAAACABQR3Vdwwc+nksAAACIAAAACgAAAAAAAAAAAAAAgAFXAQAAdGFyZ2V0Lm5weVBLAQIUAxQAAAAI"
    + "AFBHdV1v2QCuRgAAAIMAAAALAAAAAAAAAAAAAACAAcoBAABvYmplY3RzLm5weVBLBQYAAAAABAAEAOMAAAA5AgAAAAA="

  /// By libmatio: the struct `data` with a cell array `spikes` of 2 x 3 and 3 x 3 numbers and `target`, and `x`.
  static let mat =
    "TUFUTEFCIDUuMCBNQVQtZmlsZSwgUGxhdGZvcm06IHg4Nl82NC1wYy1saW51eC1nbnUsIENyZWF0ZWQgYnk6IGxpYm1hdGlvIHYx"
    + "LjUuMjMgb24gU2F0IE5vdiAyMSAwODo1ODozMiAyMDI2CgAgICAgICAgICAgICAgIAABSU0PAAAAngAAAHic42NgYFjAyMDABqQ5"
    + "gJiJAQJYoXxGOGZhSEksSWQF0jBxASAuLsjMTi1mYChJLEpPLWFg4AOJI5nHiMU8JiRxkPoEBoR6NjT1ILXMSOo5gdiAAQY+2ENo"
    + "AQeoAJQWgdIcUFrCAWRPBR57mLHY4wG3RwZqjgqU1oLSClBaDUrrQGklKK0BpfXA9lsg2c+JZj96uDDB/A4VAACMVBBvDgAAAGAA"
    + "AAAGAAAACAAAAAYAAAAAAAAABQAAAAgAAAACAAAAAwAAAAEAAQB4AAAACQAAADAAAAAAAAAAAADwPwAAAAAAABBAAAAAAAAAAEAA"
    + "AAAAAAAUQAAAAAAAAAhAAAAAAAAAGEA="
}

/// A file of one test, removed at the end of its life.
final class Sample {
  let path: String

  init(_ bytes: Data, _ ending: String) throws {
    let name = "mdssm-arrays-\(ProcessInfo.processInfo.globallyUniqueString).\(ending)"
    path = FileManager.default.temporaryDirectory.appending(path: name).path
    try bytes.write(to: URL(fileURLWithPath: path))
  }

  convenience init(base64: String, _ ending: String) throws {
    try self.init(#require(Data(base64Encoded: base64)), ending)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }
}

/// What some reading complains about.
func complaint(_ body: () throws -> Void) -> String {
  do {
    try body()
    return ""
  } catch let error as ArrayFileError {
    return [error.object, error.message].compactMap { $0 }.joined(separator: ": ")
  } catch {
    return "another error: \(error)"
  }
}
