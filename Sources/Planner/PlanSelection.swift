import Bundle

extension Plan {
  /// The names of all runs, in the order of the points.
  package var runs: [String] {
    var names: [String] = []
    var known: Set<String> = []
    for point in points {
      for (run, _) in point.fits where known.insert(Self.run(run)).inserted { names.append(Self.run(run)) }
    }
    return names
  }

  /// The run of a fit: `few_shot` for `few_shot#2`.
  package static func run(_ name: String) -> String { String(name.prefix { $0 != "#" }) }

  /// The part of the plan that some runs need: they, the runs that they transfer, and the evaluations of the former.
  package func selecting(_ runs: Set<String>) -> Plan {
    var places: [ArtifactKey: Int] = [:]
    for (place, job) in jobs.enumerated() { places[job.key] = place }
    let points = points.map { point in
      var needed: [Int: Set<String>] = [:]
      for (run, job) in point.fits where runs.contains(Self.run(run)) {
        var next: (run: String, job: Int)? = (run, job)
        while let (run, job) = next {
          // The source of a run may be a job that another run of the same content gave its name.
          let name = point.fits.contains { $0.job == job && $0.run == run }
          needed[job, default: []].insert(name ? run : point.fits.first { $0.job == job }?.run ?? run)
          next = jobs[job].fit.source.flatMap { source in places[source.key].map { (source.run, $0) } }
        }
      }
      return PlannedPoint(
        point, fits: point.fits.filter { needed[$0.job]?.contains($0.run) ?? false },
        evaluations: point.evaluations.filter { runs.contains(Self.run($0.run)) })
    }
    let kept = Set(points.flatMap { $0.fits.map(\.job) + $0.evaluations.map(\.job) }).sorted()
    var moved: [Int: Int] = [:]
    for (new, old) in kept.enumerated() { moved[old] = new }
    let chosen = kept.map { jobs[$0] }
    let used = Set(chosen.flatMap { $0.fit.sessions.map(\.key) })
    return Plan(
      jobs: chosen,
      points: points.map { point in
        PlannedPoint(
          point, fits: point.fits.map { ($0.run, moved[$0.job] ?? 0) },
          evaluations: point.evaluations.map { ($0.evaluation, $0.run, moved[$0.job] ?? 0) })
      }, sessions: sessions.filter { used.contains($0.key) }, isSweep: isSweep)
  }
}
