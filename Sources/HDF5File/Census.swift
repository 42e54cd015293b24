import CHDF5

/// One object of a file under its first path.
package struct StoredObject: Hashable, Sendable {
  package var path: String
  package var kind: ObjectKind
}

extension HDF5Reader {
  /// More objects than this are taken for damage.
  package static let mostObjects = 500_000

  /// Every object that hard links lead to, each once, the root with the path "" first; soft and external links are
  /// not followed, so that neither circles nor other files are entered.
  package func objects() throws(HDF5Error) -> [StoredObject] {
    try locked("/") { () throws(HDF5Error) -> [StoredObject] in
      var census = Census()
      let status = withUnsafeMutablePointer(to: &census) { pointer in
        chdf5_visit(
          file,
          { name, type, client in
            guard let name, let client else { return -1 }
            return client.assumingMemoryBound(to: Census.self).pointee.add(name, type)
          }, pointer)
      }
      guard Library.succeeded(status) else { throw damaged("/") }
      if census.isFull {
        throw HDF5Error(file: path, object: "/", problem: .damaged("it lists more than \(Self.mostObjects) objects"))
      }
      return census.objects
    }
  }
}

private struct Census {
  var objects: [StoredObject] = []
  var isFull = false

  mutating func add(_ name: UnsafePointer<CChar>, _ type: H5O_type_t) -> herr_t {
    guard objects.count < HDF5Reader.mostObjects else {
      isFull = true
      return 1
    }
    let text = String(cString: name)
    let kind: ObjectKind = type == H5O_TYPE_GROUP ? .group : type == H5O_TYPE_DATASET ? .dataset : .other
    objects.append(StoredObject(path: text == "." ? "" : text, kind: kind))
    return 0
  }
}
