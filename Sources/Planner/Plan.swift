import Bundle
import SpecLanguage

/// What will be done: jobs in an order in which every artifact is there before it is read.
///
/// A plan covers all points of a sweep; a job that several points need is there once. A spec without a sweep is one point.
package struct Plan: Sendable {
  /// Unique by key over all points.
  package let jobs: [Job]
  /// In sweep order.
  package let points: [PlannedPoint]
  /// Unique by key over all points.
  package let sessions: [SessionInput]
  /// Whether the spec has a sweep, be it one of a single point.
  package let isSweep: Bool

  init(jobs: [Job], points: [PlannedPoint], sessions: [SessionInput], isSweep: Bool) {
    self.jobs = jobs
    self.points = points
    self.sessions = sessions
    self.isSweep = isSweep
  }

  package var fits: [FitJob] {
    jobs.compactMap { job in
      switch job {
      case .fit(let fit): fit
      case .evaluate: nil
      }
    }
  }

  /// Whether the fits of a run need folders of their own: in a sweep, and where a run has a fit for every session.
  package func isDivided(_ run: String) -> Bool {
    isSweep || points.contains { point in point.fits.filter { $0.run == run }.count > 1 }
  }

  /// Content key of the whole study.
  package var key: ArtifactKey {
    var content: [UInt8] = []
    for point in points where isSweep {
      content += point.id.utf8
      for (run, job) in point.fits { content += " \(run) \(job)".utf8 }
      for (evaluation, run, job) in point.evaluations { content += " \(evaluation) \(run) \(job)".utf8 }
      content.append(UInt8(ascii: "\n"))
    }
    return ArtifactKey(kind: "study", version: 2, content: content, inputs: jobs.map(\.key))
  }
}

/// One point of a sweep and the jobs that it needs.
package struct PlannedPoint: Sendable {
  private let point: SweepPoint
  private let isSweep: Bool
  /// Every run with its place in `Plan.jobs`; runs of one content have one job.
  package let fits: [(run: String, job: Int)]
  package let evaluations: [(evaluation: String, run: String, job: Int)]

  init(
    _ point: SweepPoint, isSweep: Bool, fits: [(run: String, job: Int)],
    evaluations: [(evaluation: String, run: String, job: Int)]
  ) {
    self.point = point
    self.isSweep = isSweep
    self.fits = fits
    self.evaluations = evaluations
  }

  /// The same point with other jobs.
  init(
    _ other: PlannedPoint, fits: [(run: String, job: Int)],
    evaluations: [(evaluation: String, run: String, job: Int)]
  ) {
    self.init(other.point, isSweep: other.isSweep, fits: fits, evaluations: evaluations)
  }

  /// The id of the sweep's point; `0` without a sweep.
  package var id: String { isSweep ? point.id : "0" }
  package var assignments: [(path: SpecPath, value: Plain)] { point.assignments }
}
