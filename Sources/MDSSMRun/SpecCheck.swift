import SpecLanguage
import YAMLReader

/// Everything that can be known to be wrong with a spec without running it: as YAML, in its layers, with each of its
/// profiles, at every point of its sweep, and on request against the headers of its recordings.
struct SpecCheck {
  let loader: Loader
  /// Whether the headers of the recordings are opened too.
  let opensData: Bool

  private struct Complaint: Hashable {
    var code: Code
    var message: String
    var span: Span

    init(_ diagnostic: Diagnostic) {
      code = diagnostic.code
      message = diagnostic.message
      span = diagnostic.span
    }
  }

  /// Complaints about the text, in no order.
  func run(_ source: SourceFile) -> [Diagnostic] {
    let file = YAML.read(source)
    let (loaded, found, profiles) = loader.examine(source, file)
    let others = profiles.filter { $0 != loader.options.profile }
    let all = found + errors(of: others, source, file, beyond: found)
    guard opensData, let loaded else { return all }
    do {
      return all + (try loader.resolve(loaded, digestsFiles: false).news)
    } catch let error as BadData {
      return all + error.faults.map(loaded.diagnostic)
    } catch {
      preconditionFailure("a plan at headers fails on bad data alone: \(error)")
    }
  }

  /// What only profiles that are not asked for have wrong, each with a note of which. They may be meant for other
  /// places, where other variables are set.
  private func errors(
    of profiles: [String], _ source: SourceFile, _ file: YAML.Result, beyond known: [Diagnostic]
  ) -> [Diagnostic] {
    var told = Set(known.map(Complaint.init))
    var errors: [Diagnostic] = []
    for profile in profiles {
      var options = loader.options
      options.profiles = [profile]
      let (_, found, _) = Loader(spec: loader.spec, options: options).examine(source, file)
      for var diagnostic in found where diagnostic.isError && diagnostic.code != .unsetVariable {
        guard told.insert(Complaint(diagnostic)).inserted else { continue }
        diagnostic.notes.append("with `--profile \(profile)`")
        errors.append(diagnostic)
      }
    }
    return errors
  }
}
