import Bundle
import Foundation
import Planner

/// What earlier runs of a study planned and what their jobs took. The newest bundle that has a job for a run or an
/// evaluation speaks for it, so that a run of some runs alone hides nothing of the others.
struct EarlierPlans {
  private(set) var record: PlanRecord?
  /// Seconds for a unit of each kind of work.
  private(set) var rates: [String: Double] = [:]

  /// Bundles that are looked through.
  private static let limit = 20

  /// - Parameter folder: the folder of the study's bundles.
  init(_ folder: String, for plan: Plan) {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    // Their names begin with the time.
    let bundles = names.filter { !$0.hasPrefix(".") && $0 != "latest" }.sorted(by: >)
    for name in bundles.prefix(Self.limit) {
      let bundle = folder + "/" + name
      guard let data = FileManager.default.contents(atPath: bundle + "/result/plan.json"),
        let older = PlanRecord(Array(data))
      else { continue }
      record = record?.completed(by: older) ?? older
      rates.merge(older.rates(Self.seconds(bundle))) { own, _ in own }
      if record?.covers(plan) ?? false { break }
    }
  }

  /// What the jobs of a bundle took that it carried out, by name.
  private static func seconds(_ bundle: String) -> [String: Double] {
    guard let bytes = FileManager.default.contents(atPath: bundle + "/run/timing.tsv"),
      let table = TSV(parsing: String(decoding: bytes, as: UTF8.self)), let names = table.column("job"),
      let states = table.column("state"), let seconds = table.column("seconds")
    else { return [:] }
    var found: [String: Double] = [:]
    for (index, name) in names.enumerated() where states[index] == "done" { found[name] = Double(seconds[index]) }
    return found
  }
}
