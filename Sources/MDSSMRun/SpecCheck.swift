import SpecLanguage

/// Everything that can be known to be wrong with a spec without running it: as YAML, in its layers, at every point of
/// its sweep, and on request against the headers of its recordings.
struct SpecCheck {
  let loader: Loader
  /// Whether the headers of the recordings are opened too.
  let opensData: Bool

  /// Complaints about the text, in no order.
  func run(_ source: SourceFile) -> [Diagnostic] {
    let (loaded, found) = loader.examine(source)
    guard opensData, let loaded else { return found }
    do {
      return found + (try loader.resolve(loaded, digestsFiles: false).news)
    } catch let error as BadData {
      return found + error.faults.map(loaded.diagnostic)
    } catch {
      preconditionFailure("a plan at headers fails on bad data alone: \(error)")
    }
  }
}
