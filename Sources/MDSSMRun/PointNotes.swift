import Bundle
import Execution
import Planner
import SpecLanguage

/// Says of complaints about a job which points of the sweep it belongs to.
struct PointNotes {
  private let plan: Plan
  private let points: [Int: [Int]]
  private let places: [ArtifactKey: Int]
  private static let shown = 3

  init(_ plan: Plan) {
    self.plan = plan
    points = plan.pointsOfJobs
    var places: [ArtifactKey: Int] = [:]
    for (place, job) in plan.jobs.enumerated() { places[job.key] = place }
    self.places = places
  }

  func noting(_ diagnostics: [Diagnostic], _ failure: JobFailure) -> [Diagnostic] {
    let own = places[failure.key].flatMap { points[$0] } ?? []
    var notes = own.prefix(Self.shown).map { place in "at the point " + words(plan.points[place]) }
    if own.count > Self.shown { notes.append("and at \(own.count - Self.shown) more points") }
    return diagnostics.map { diagnostic in
      var diagnostic = diagnostic
      diagnostic.notes += notes
      return diagnostic
    }
  }

  private func words(_ point: PlannedPoint) -> String {
    point.id + ": " + point.assignments.map { "\($0.path): \($0.value.flow)" }.joined(separator: ", ")
  }
}
