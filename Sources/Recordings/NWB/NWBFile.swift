import HDF5File

/// One NWB file: its metadata, and reading with errors that name the session.
struct NWBFile {
  let file: HDF5Reader
  let session: String

  init(path: String, session: String) throws(DataProblem) {
    self.session = session
    do throws(HDF5Error) {
      file = try HDF5Reader(path: path)
    } catch {
      throw DataProblem(error, session: session)
    }
  }

  /// Runs a reading; its error becomes a problem of this session.
  func read<Value>(_ body: (HDF5Reader) throws(HDF5Error) -> Value) throws(DataProblem) -> Value {
    do throws(HDF5Error) {
      return try body(file)
    } catch {
      throw DataProblem(error, session: session)
    }
  }

  func problem(_ object: String?, _ message: String, help: [String] = []) -> DataProblem {
    // What is not found in a file may have gone with the library.
    if let loss = file.loss { return DataProblem(loss, session: session) }
    return DataProblem(session: session, file: file.path, object: object, message, help: help)
  }

  /// What the file says about the recording, under short names; what it does not say is absent.
  var metadata: [String: String] {
    var found: [String: String] = ["kind": "nwb"]
    for (name, object) in Self.places {
      guard file.exists(object), let text = try? file.strings(object), let value = text.first, !value.isEmpty else {
        continue
      }
      found[name] = value
    }
    if let start = found["session_start_time"] { found["date"] = String(start.prefix(10)) }
    return found
  }

  private static let places = [
    ("subject", "general/subject/subject_id"), ("species", "general/subject/species"), ("sex", "general/subject/sex"),
    ("age", "general/subject/age"), ("session_id", "general/session_id"), ("identifier", "identifier"),
    ("session_start_time", "session_start_time"), ("lab", "general/lab"), ("institution", "general/institution"),
  ]

  /// What the root says; some writers store it as a list of one text.
  func version() throws(DataProblem) -> (text: String, isList: Bool)? {
    try read { file throws(HDF5Error) in
      guard let text = try file.text(attribute: "nwb_version", of: "/") else { return nil }
      return (text, try file.isList(attribute: "nwb_version", of: "/"))
    }
  }

  /// Whether the root says that this is an NWB file; files of version 1 say it in a dataset.
  func checkFormat() throws(DataProblem) {
    let version = try version()?.text
    if let version, version.hasPrefix("2") { return }
    if version != nil || file.exists("nwb_version") {
      let word = version ?? (try? file.strings("nwb_version"))?.first?.replacing("NWB-", with: "") ?? "1"
      throw problem(
        "nwb_version", "NWB version \(word) is not read, only version 2",
        help: ["get the recording in NWB 2, or read its arrays as `kind: arrays`"])
    }
    throw problem("/", "this HDF5 file is not an NWB file: its root has no attribute `nwb_version`")
  }
}
