import Bundle
import ArgumentParser
import Execution
import Foundation
import Planner
import SpecLanguage

/// A plan that `plan -o` wrote, which a run may be held to.
struct PlanFile {
  let path: String

  private struct Entry {
    var name: String
    var key: String
    var content: [String: JSONValue]
  }

  /// Ends the program when the plan of now is not the one of the file; says which jobs differ, and in what.
  func check(_ plan: Plan, _ loaded: LoadedSpec, json: Bool) throws {
    let before = try read()
    let now = Self.entries(plan.json) ?? []
    let (old, new) = (Set(before.map(\.key)), Set(now.map(\.key)))
    guard old != new else { return }
    var known: [String: Entry] = [:]
    for entry in before where known[entry.name] == nil { known[entry.name] = entry }
    var diagnostics: [Diagnostic] = []
    for (job, entry) in zip(plan.jobs, now) where !old.contains(entry.key) {
      let was = known.removeValue(forKey: entry.name)
      diagnostics.append(
        Diagnostic(
          .planChanged,
          was == nil ? "`\(entry.name)` is not in the plan" : "`\(entry.name)` has changed since it was planned",
          at: loaded.reading.keySpans[job.path] ?? Span(loaded.source, 0..<0), path: job.path,
          notes: ["the plan: \(path)"] + (was.map { Self.differences($0, entry) } ?? [])))
    }
    let names = Set(now.map(\.name))
    for entry in before where !new.contains(entry.key) && !names.contains(entry.name) {
      diagnostics.append(
        Diagnostic(
          .planChanged, "`\(entry.name)` was planned, but is no longer asked for", at: Span(loaded.source, 0..<0),
          notes: ["the plan: \(path)"]))
    }
    Terminal.show(diagnostics, json: json)
    if !json { Terminal.error("the plan has changed; `mdssm-run plan -o` writes a new one") }
    throw Exit.invalidSpec
  }

  private func read() throws -> [Entry] {
    guard let data = FileManager.default.contents(atPath: path) else {
      Terminal.error("error: --plan: \(path) cannot be read")
      throw Exit.noInput
    }
    guard let entries = (try? JSONValue(parsing: Array(data))).flatMap(Self.entries) else {
      Terminal.error("error: --plan: \(path) is not a plan that `mdssm-run plan -o` wrote")
      throw Exit.noInput
    }
    return entries
  }

  private static func entries(_ json: JSONValue) -> [Entry]? {
    guard let jobs = json["jobs"]?.array else { return nil }
    let entries = jobs.compactMap { job -> Entry? in
      guard let name = job["name"]?.string, let key = job["key"]?.string else { return nil }
      return Entry(name: name, key: key, content: job["content"]?.object ?? [:])
    }
    return entries.count == jobs.count ? entries : nil
  }

  /// What the keys were made of where they differ, by spec path; a job that reads another one changes with it.
  private static func differences(_ old: Entry, _ new: Entry) -> [String] {
    let paths = Set(old.content.keys).union(new.content.keys).sorted()
    return paths.compactMap { path in
      let (was, now) = (old.content[path], new.content[path])
      guard was != now else { return nil }
      return "\(path): \(was?.line ?? "nothing") became \(now?.line ?? "nothing")"
    }
  }
}
