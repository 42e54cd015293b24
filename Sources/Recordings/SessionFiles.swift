/// The sessions of a dataset whose files a path names, one session per file.
enum SessionFiles {
  /// Names and files, in the order of the paths.
  static func list(_ path: String, id: String, base: String) throws(DataProblems) -> [(name: String, file: String)] {
    let whole = Glob.resolve(path, base: base)
    let files = Glob.hasPattern(path) ? Glob.files(whole) : [whole]
    if files.isEmpty {
      let problem = DataProblem(
        session: id, file: whole, "no file matches the pattern",
        help: ["check `path`; a relative path starts at the folder of the spec"])
      throw DataProblems([problem])
    }
    var found = ProblemList()
    var sessions: [(name: String, file: String)] = []
    for file in files {
      let name = id + "/" + Glob.stem(file)
      if let twin = sessions.first(where: { $0.name == name }) {
        found.add(
          DataProblem(
            session: name, file: file, "the file has the same name as \(twin.file)",
            help: ["make datasets of their own for the two folders"]))
      }
      sessions.append((name, file))
    }
    try found.check()
    return sessions
  }

  /// The header of every session; the problems of all files together.
  static func headers(
    _ path: String, id: String, base: String,
    _ header: (_ name: String, _ file: String) throws(DataProblems) -> SessionHeader
  ) throws(DataProblems) -> [SessionHeader] {
    var found = ProblemList()
    var headers: [SessionHeader] = []
    for (name, file) in try list(path, id: id, base: base) {
      do throws(DataProblems) {
        headers.append(try header(name, file))
      } catch {
        found.add(error)
      }
    }
    try found.check()
    return headers
  }

  /// The file of one session.
  static func file(_ path: String, id: String, session name: String, base: String) throws(DataProblems) -> String {
    let sessions = try list(path, id: id, base: base)
    guard let session = sessions.first(where: { $0.name == name }) else {
      throw Dataset.noSession(name, known: sessions.map(\.name))
    }
    return session.file
  }
}
