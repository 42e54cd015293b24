import Foundation

/// Arrays that NumPy saved: one in an `.npy` file, named ones in an `.npz` archive.
package struct NumPyFile {
  package let path: String
  private let content: Content

  private enum Content {
    case single(Data)
    case archive(ZipArchive)
  }

  /// - Parameter path: its first bytes say which of the two it is.
  package init(path: String) throws(ArrayFileError) {
    self.path = path
    guard let bytes = try? Data(contentsOf: URL(fileURLWithPath: path), options: .mappedIfSafe) else {
      throw ArrayFileError(path, "the file cannot be read")
    }
    if bytes.starts(with: NumPyHeader.magic) {
      content = .single(bytes)
      return
    }
    do throws(ZipArchive.Fault) {
      content = .archive(try ZipArchive(bytes))
    } catch {
      throw ArrayFileError(path, "the archive cannot be read: \(error.text)")
    }
  }

  /// The name of the only array of an `.npy` file.
  package static let only = "array"

  package var names: [String] {
    switch content {
    case .single: [Self.only]
    case .archive(let zip):
      zip.entries.map(\.name).filter { $0.hasSuffix(".npy") }.map { String($0.dropLast(4)) }
    }
  }

  /// Shape and type of an array, without its numbers.
  package func shape(_ name: String) throws(ArrayFileError) -> (shape: [Int], dtype: String) {
    let header = try header(try bytes(name, first: 1 << 12), name)
    return (header.shape, header.element.dtype)
  }

  package func array(_ name: String) throws(ArrayFileError) -> NumberArray {
    let bytes = try bytes(name, first: nil)
    let header = try header(bytes, name)
    do throws(NumPyHeader.Fault) {
      return try header.array(bytes)
    } catch {
      throw ArrayFileError(path, in: name, "the array cannot be read: \(error.text)")
    }
  }

  private func header(_ bytes: ArraySlice<UInt8>, _ name: String) throws(ArrayFileError) -> NumPyHeader {
    do throws(NumPyHeader.Fault) {
      return try NumPyHeader(bytes)
    } catch {
      throw ArrayFileError(path, in: name, "the array cannot be read: \(error.text)")
    }
  }

  private func bytes(_ name: String, first: Int?) throws(ArrayFileError) -> ArraySlice<UInt8> {
    switch content {
    case .single(let bytes): return Array(first.map { bytes.prefix($0) } ?? bytes)[...]
    case .archive(let zip):
      guard let entry = zip.entries.first(where: { $0.name == name + ".npy" }) else {
        throw ArrayFileError(
          path, in: name, "there is no such array", help: ["arrays: " + names.joined(separator: ", ")])
      }
      do throws(ZipArchive.Fault) {
        return try zip.content(entry, first: first)[...]
      } catch {
        throw ArrayFileError(path, in: name, error.text)
      }
    }
  }
}
