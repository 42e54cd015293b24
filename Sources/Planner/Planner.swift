import Bundle
import Evaluation
import ExperimentGraph
import Models
import Recordings
import SpecLanguage
import Training

/// Makes the jobs of the points of a sweep, each once.
///
/// Nothing is kept per point but the numbers of its jobs: a run is looked up by the numbers of the values that it sees,
/// and only a new combination of values makes a job.
package struct Planner {
  /// The sessions of a dataset, from the headers of its files.
  package typealias Headers = (Named<Dataset>) throws -> [SessionHeader]
  /// SHA-256 of a file, by path.
  package typealias Digest = (String) throws -> SHA256Digest

  private struct RunKey: Hashable {
    var run: Int
    var model: Int
    var recipe: Int
    var study: Int
    var backend: Int
    var sessions: Int
    var source: Int
  }

  private struct EvaluationKey: Hashable {
    var evaluation: Int
    var outputs: Int
    var fit: Int
    /// The run, by whose name something may be wrong.
    var run: Int
  }

  /// The sessions of a run.
  private struct Chosen {
    /// Place in `groups`.
    var group: Int
    /// What the condition of the cohort gave for sessions that it leaves out.
    var leftOut: [String]
    /// Sessions that are left out because they have no training trials, by which their own read-in could be fitted.
    var untrained: [String]
    /// False when the condition has no value for some session: then the run has none, which need not be told.
    var isRight: Bool
  }

  private var reader: StudyReader
  private let headers: Headers
  private let digest: Digest
  private var jobs: [Job] = []
  private var places: [ArtifactKey: Int] = [:]
  private var uses: [SharedAssignments] = []
  private var fits: [RunKey: [Int]] = [:]
  private var evaluations: [EvaluationKey: Int] = [:]
  private var models = SpecValues<Model>("models") { Model.schema.write($0) }
  private var recipes = SpecValues<Recipe>("training") { Recipe.schema.write($0) }
  private var specs: [Int: SpecValue<EvaluationSpec>] = [:]
  private var sessions: [SessionInput] = []
  private var sessionPlaces: [ArtifactKey: Int] = [:]
  private var ofDataset: [Int: [Int]] = [:]
  private var groups: [SessionGroup] = []
  private var groupPlaces: [[Int]: Int] = [:]
  private var chosen: [[Int]: Chosen] = [:]
  private var compared: Set<[Int]> = []
  /// What has been looked at beside its sessions, whatever the seed.
  private var checkedRuns: Set<RunKey> = []
  private var checkedEvaluations: Set<EvaluationKey> = []
  private var digests: [String: SHA256Digest] = [:]
  /// The lengths of trainings whose states are to be kept, by job.
  private var lengths: [Int: StepPlan] = [:]

  private init(_ reader: StudyReader, _ headers: @escaping Headers, _ digest: @escaping Digest) {
    self.reader = reader
    self.headers = headers
    self.digest = digest
  }

  /// Plans all points; the plan is nil when something is wrong with one of them.
  ///
  /// - Parameter reader: may have read the points already.
  /// - Throws: what `headers` and `digest` throw.
  package static func plan(
    _ points: [SweepPoint], isSweep: Bool, reader: StudyReader = StudyReader(), headers: Headers, digest: Digest
  ) throws -> (plan: Plan?, diagnostics: [Diagnostic]) {
    try withoutActuallyEscaping(headers) { headers in
      try withoutActuallyEscaping(digest) { digest in
        var planner = Planner(reader, headers, digest)
        var planned: [PlannedPoint] = []
        planned.reserveCapacity(points.count)
        for point in points {
          if let point = try planner.plan(point, isSweep) { planned.append(point) }
        }
        let diagnostics = planner.reader.diagnostics
        guard planned.count == points.count, !diagnostics.hasErrors else { return (nil, diagnostics) }
        return (planner.finish(planned, points, isSweep), diagnostics)
      }
    }
  }

  private mutating func plan(_ point: SweepPoint, _ isSweep: Bool) throws -> PlannedPoint? {
    guard let read = reader.read(point) else { return nil }
    let graph = read.experiment
    var fitted: [(run: String, job: Int)] = []
    fitted.reserveCapacity(graph.runs.count)
    var jobsOfRuns: [[Int]] = []
    jobsOfRuns.reserveCapacity(graph.runs.count)
    for run in graph.runs {
      let own = try fit(run, read, point, source: run.source.flatMap { jobsOfRuns[$0].first })
      for (number, job) in own.enumerated() {
        use(job, at: point, isSweep)
        fitted.append((name(run, number, read), job))
      }
      jobsOfRuns.append(own)
    }
    var measured: [(evaluation: String, run: String, job: Int)] = []
    for evaluation in graph.evaluations {
      for place in evaluation.runs {
        for (number, fit) in jobsOfRuns[place].enumerated() {
          let job = try evaluate(evaluation, place, fit, read, point)
          use(job, at: point, isSweep)
          measured.append((evaluation.id, name(graph.runs[place], number, read), job))
        }
      }
    }
    for place in graph.comparisons { try check(place, read, point) }
    if let checkpoints = read.section(\.outputs, graph.outputs)?.checkpoints {
      check(checkpoints, of: fitted, point)
    }
    return PlannedPoint(point, isSweep: isSweep, fits: fitted, evaluations: measured)
  }

  /// The name of a fit of a run: that of the run, with its number where the run has repetitions.
  private func name(_ edges: Experiment.RunEdges, _ number: Int, _ read: ReadPoint) -> String {
    edges.isRepeated ? "\(edges.id)#\(number + 1)" : edges.id
  }

  // MARK: Jobs

  /// The fits of a run: one, or one per session, or one per repetition.
  private mutating func fit(
    _ edges: Experiment.RunEdges, _ read: ReadPoint, _ point: SweepPoint, source: Int?
  ) throws -> [Int] {
    let graph = read.experiment
    let chosen = try sessions(of: edges, read, point)
    let group = chosen.group
    let key = RunKey(
      run: read.number(edges.run), model: read.number(edges.model), recipe: read.number(edges.recipe),
      study: read.number(graph.study), backend: read.number(graph.backend), sessions: group, source: source ?? -1)
    if let known = fits[key] { return known }
    let idle = RunKey(
      run: key.run, model: key.model, recipe: key.recipe, study: 0, backend: 0, sessions: group, source: 0)
    if chosen.isRight, checkedRuns.insert(idle).inserted {
      let every = edges.datasets.flatMap { ofDataset[read.number($0)] ?? [] }.map { sessions[$0].name }
      let findings = resolved(edges, read, groups[group]).findings(
        among: every, leftOut: chosen.leftOut, untrained: chosen.untrained)
      reader.report(findings, at: point)
    }
    let run = read.entry(\.runs, edges.run).value
    let model = models(edges.model, read, \.models).taking(run.embedding)
    let recipe = recipes(edges.recipe, read, \.training)
    func job(_ sessions: SessionGroup, repetition: Int?) -> Job {
      let content = FitJob.Content(
        run: edges.id, model: model, recipe: recipe, sessions: sessions,
        source: source.map { FitJob.Source(key: jobs[$0].key, run: jobs[$0].fit.run) },
        fit: source == nil ? ParameterGroup.allCases : run.fit ?? [], trials: run.trials,
        seed: read.section(\.study, graph.study)?.seed ?? 0,
        backend: read.section(\.backend, graph.backend) ?? .native(NativeChoice(threads: nil)),
        repetition: repetition, isPerSession: run.per != nil,
        checkpoints: read.section(\.outputs, graph.outputs)?.checkpoints?.every)
      return .fit(FitJob(content))
    }
    var own: [Int] = []
    switch run.per {
    case .session:
      for session in groups[group].sessions {
        let alone = self.group(sessionPlaces[session.key].map { [$0] } ?? [])
        own.append(add(job(groups[alone], repetition: nil)))
      }
    case nil:
      let count = run.repeats ?? 1
      for number in 1...count { own.append(add(job(groups[group], repetition: run.repeats == nil ? nil : number))) }
    }
    fits[key] = own
    return own
  }

  private mutating func evaluate(
    _ edges: Experiment.EvaluationEdges, _ run: Int, _ fit: Int, _ read: ReadPoint, _ point: SweepPoint
  ) throws -> Int {
    let graph = read.experiment
    let key = EvaluationKey(
      evaluation: read.number(edges.evaluation), outputs: read.number(graph.outputs), fit: fit,
      run: read.number(graph.runs[run].run))
    if let known = evaluations[key] { return known }
    let group = try sessions(of: graph.runs[run], read, point).group
    if checkedEvaluations.insert(EvaluationKey(evaluation: key.evaluation, outputs: 0, fit: group, run: key.run))
      .inserted
    {
      let named = read.entry(\.evaluations, edges.evaluation)
      reader.report(resolved(graph.runs[run], read, groups[group]).findings(of: named), at: point)
      reader.checkObjective(by: named, groups[group].sessions.map(\.header), at: point)
    }
    let spec = spec(edges.evaluation, read)
    let areWanted = read.section(\.outputs, graph.outputs)?.predictions ?? true
    let predictions = spec.value.predictsTrials && areWanted
    let fit = jobs[fit].fit
    let content = EvaluateJob.Content(evaluation: edges.id, spec: spec, fit: fit, predictions: predictions)
    let job = add(.evaluate(EvaluateJob(content, fit: fit)))
    evaluations[key] = job
    return job
  }

  /// Looks at a comparison beside the sessions of its runs, once for all points where these are the same.
  private mutating func check(_ place: Experiment.Place, _ read: ReadPoint, _ point: SweepPoint) throws {
    let graph = read.experiment
    let comparison = read.entry(\.comparisons, place)
    let name = Comparison.parts(comparison.value.metric)?.evaluation
    let evaluation = graph.evaluations.first { $0.id == name }
    var key = [read.number(place), evaluation.map { read.number($0.evaluation) } ?? -1]
    for run in comparison.value.of {
      guard let edges = graph.runs.first(where: { $0.id == run.id }) else { return }
      key.append(try sessions(of: edges, read, point).group)
    }
    guard compared.insert(key).inserted else { return }
    let headers = key.dropFirst(2).map { groups[$0].sessions.map(\.header) }
    let spec = evaluation.map { read.entry(\.evaluations, $0.evaluation).value }
    reader.report(comparison.findings(spec, headers: headers), at: point)
  }

  /// Looks whether some training of a point is as long as the distance between states that are to be kept.
  private mutating func check(_ checkpoints: CheckpointPlan, of fits: [(run: String, job: Int)], _ point: SweepPoint) {
    for (_, job) in fits where lengths[job] == nil { lengths[job] = FitShape(jobs[job].fit).plan }
    reader.report(
      checkpoints.findings(of: fits.compactMap { fit in lengths[fit.job].map { (fit.run, $0) } }), at: point)
  }

  private mutating func add(_ job: Job) -> Int {
    if let known = places[job.key] { return known }
    jobs.append(job)
    uses.append(.none)
    places[job.key] = jobs.count - 1
    return jobs.count - 1
  }

  /// Notes that a point needs a job.
  private mutating func use(_ job: Int, at point: SweepPoint, _ isSweep: Bool) {
    guard isSweep else { return }
    if let first = uses[job].point {
      guard uses[job].mask != 0, !first.isSame(as: point) else { return }
      uses[job].mask = first.agreement(with: point, on: uses[job].mask)
    } else {
      uses[job] = SharedAssignments(point: point, mask: point.agreement(with: point))
    }
  }

  private func finish(_ planned: [PlannedPoint], _ points: [SweepPoint], _ isSweep: Bool) -> Plan {
    // What all points have tells no job from another.
    var common: [SpecPath] = []
    if let first = points.first, points.count > 1 {
      let mask = points.dropFirst().reduce(first.agreement(with: first)) { first.agreement(with: $1, on: $0) }
      common = first.assignments(mask).map(\.path)
    }
    var finished = jobs
    for index in finished.indices {
      var assignments = uses[index]
      if !common.isEmpty { assignments.drop(common) }
      switch finished[index] {
      case .fit(var job):
        job.assignments = assignments
        finished[index] = .fit(job)
      case .evaluate(var job):
        job.assignments = assignments
        finished[index] = .evaluate(job)
      }
    }
    return Plan(jobs: finished, points: planned, sessions: sessions, isSweep: isSweep)
  }

  // MARK: Values

  private mutating func spec(_ place: Experiment.Place, _ read: ReadPoint) -> SpecValue<EvaluationSpec> {
    let number = read.number(place)
    if let known = specs[number] { return known }
    let entry = read.entry(\.evaluations, place)
    let path = SpecPath([.key("evaluations"), .key(entry.id)])
    let value = SpecValue(entry.value, at: path) { $0.content }
    specs[number] = value
    return value
  }

  private func resolved(_ edges: Experiment.RunEdges, _ read: ReadPoint, _ group: SessionGroup) -> ResolvedRun {
    let model = read.entry(\.models, edges.model)
    let recipe = read.entry(\.training, edges.recipe)
    return ResolvedRun(
      id: edges.id, run: read.entry(\.runs, edges.run).value, modelID: model.id, model: model.value,
      recipeID: recipe.id, recipe: recipe.value, headers: group.sessions.map(\.header))
  }

  // MARK: Sessions

  /// The sessions that a run is on.
  private mutating func sessions(
    of edges: Experiment.RunEdges, _ read: ReadPoint, _ point: SweepPoint
  ) throws -> Chosen {
    var key = edges.datasets.map { read.number($0) }
    key.append(edges.cohort.map { read.number($0) } ?? -1)
    if let known = chosen[key] { return known }
    var places: [Int] = []
    for dataset in edges.datasets { places += try inputs(dataset, read) }
    var members = CohortMembers(sessions: Array(places.indices))
    if let place = edges.cohort {
      let cohort = read.entry(\.cohorts, place)
      let candidates = places.map { place in
        Cohort.Candidate(dataset: sessions[place].dataset.id, header: sessions[place].header)
      }
      members = cohort.value.members(cohort.id, among: candidates)
      reader.report(members.problems, at: point)
    }
    let taken = members.sessions.map { places[$0] }
    let trained = taken.filter { sessions[$0].header.trials[.train] ?? 0 > 0 }
    let untrained = taken.filter { sessions[$0].header.trials[.train] ?? 0 == 0 }.map { sessions[$0].name }
    let found = Chosen(
      group: group(trained.isEmpty ? taken : trained), leftOut: members.leftOut,
      untrained: trained.isEmpty ? [] : untrained, isRight: members.problems.isEmpty)
    chosen[key] = found
    return found
  }

  /// The number of a group of sessions.
  private mutating func group(_ members: [Int]) -> Int {
    if let known = groupPlaces[members] { return known }
    groups.append(SessionGroup(members.map { sessions[$0] }))
    groupPlaces[members] = groups.count - 1
    return groups.count - 1
  }

  /// The sessions of a dataset in one of its states, looked at once.
  private mutating func inputs(_ place: Experiment.Place, _ read: ReadPoint) throws -> [Int] {
    let number = read.number(place)
    if let known = ofDataset[number] { return known }
    let dataset = read.entry(\.datasets, place)
    let path = SpecPath([.key("datasets"), .key(dataset.id)])
    let value = SpecValue(dataset.value, at: path) { Dataset.union.write($0.withoutPlace) }
    var found: [Int] = []
    for header in try headers(dataset) {
      let own = try header.files.map { file in
        let known = try digests[file] ?? digest(file)
        digests[file] = known
        return known
      }
      let inputs = ([value.digest] + own).map { ArtifactKey($0) }
      // What a session is dealt to hangs on the others, so neither its files nor its dataset tell.
      let content = header.name + (header.dealt.map { " " + $0.rawValue } ?? "") + dataset.value.revision
      let key = ArtifactKey(kind: "session", version: 2, content: Array(content.utf8), inputs: inputs)
      if let known = sessionPlaces[key] {
        found.append(known)
        continue
      }
      sessionPlaces[key] = sessions.count
      found.append(sessions.count)
      sessions.append(SessionInput(source: value, dataset: dataset, header: header, digests: own, key: key))
    }
    ofDataset[number] = found
    return found
  }
}
