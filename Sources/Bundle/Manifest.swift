/// `manifest.json` of a bundle: its status and every file that is complete.
package struct Manifest: Hashable, Sendable {
  package static let format = 1

  /// A bundle says `interrupted` from its first moment on, so that it is true also after a power cut.
  package enum Status: String, Hashable, Sendable, CaseIterable { case complete, failed, interrupted }

  package struct File: Hashable, Sendable {
    package var path: String
    package var sha256: String
    package var bytes: Int
    package var role: String

    package init(path: String, sha256: String, bytes: Int, role: String) {
      self.path = path
      self.sha256 = sha256
      self.bytes = bytes
      self.role = role
    }
  }

  /// A job that gave no result, and where the fault lies if it lies in the data.
  package struct Failure: Hashable, Sendable {
    package var job: String
    package var message: String
    /// Where in the spec it was asked for: `study.yaml:41:3`.
    package var place: String?
    package var session: String?
    package var file: String?
    package var object: String?
    /// The points of a sweep that the job belongs to.
    package var trials: [String]

    package init(
      job: String, message: String, place: String? = nil, session: String? = nil, file: String? = nil,
      object: String? = nil, trials: [String] = []
    ) {
      self.job = job
      self.message = message
      self.place = place
      self.session = session
      self.file = file
      self.object = object
      self.trials = trials
    }
  }

  package var status: Status
  package var study: JSONValue
  /// Sorted by path.
  package var files: [File]
  package var failures: [Failure]

  package init(status: Status, study: JSONValue, files: [File] = [], failures: [Failure] = []) {
    self.status = status
    self.study = study
    self.files = files
    self.failures = failures
  }

  package var json: JSONValue {
    let files = files.sorted { $0.path.utf8.lexicographicallyPrecedes($1.path.utf8) }.map(\.json)
    return [
      "format": .int(Self.format), "status": .string(status.rawValue), "study": study, "files": .array(files),
      "failures": .array(failures.map(\.json)),
    ]
  }

  /// Nil when this is not a manifest of a format that this program knows.
  package init?(_ json: JSONValue) {
    guard json["format"]?.int == Self.format, let status = json["status"]?.string.flatMap(Status.init(rawValue:)),
      let files = json["files"]?.array, let failures = json["failures"]?.array
    else { return nil }
    self.status = status
    study = json["study"] ?? .null
    self.files = files.compactMap(File.init)
    self.failures = failures.compactMap(Failure.init)
    guard self.files.count == files.count, self.failures.count == failures.count else { return nil }
  }
}

extension Manifest.File {
  fileprivate var json: JSONValue {
    ["path": .string(path), "sha256": .string(sha256), "bytes": .int(bytes), "role": .string(role)]
  }

  fileprivate init?(_ json: JSONValue) {
    guard let path = json["path"]?.string, let sha = json["sha256"]?.string, let bytes = json["bytes"]?.int,
      let role = json["role"]?.string
    else { return nil }
    self.init(path: path, sha256: sha, bytes: bytes, role: role)
  }
}

extension Manifest.Failure {
  fileprivate var json: JSONValue {
    var map: [String: JSONValue] = ["job": .string(job), "message": .string(message)]
    map["place"] = place.map(JSONValue.string)
    map["session"] = session.map(JSONValue.string)
    map["file"] = file.map(JSONValue.string)
    map["object"] = object.map(JSONValue.string)
    if !trials.isEmpty { map["trials"] = .array(trials.map(JSONValue.string)) }
    return .object(map)
  }

  fileprivate init?(_ json: JSONValue) {
    guard let job = json["job"]?.string, let message = json["message"]?.string else { return nil }
    self.init(
      job: job, message: message, place: json["place"]?.string, session: json["session"]?.string,
      file: json["file"]?.string, object: json["object"]?.string,
      trials: json["trials"]?.array?.compactMap(\.string) ?? [])
  }
}
