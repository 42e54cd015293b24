import Evaluation
import Recordings
import SpecLanguage

/// Reads the points of a sweep: every distinct part once, and every distinct graph once.
///
/// A spec without a sweep is one point. What is wrong is told once however many points have it.
package struct StudyReader: Sendable {
  /// A spec read whole, with the places of its values.
  package struct Whole: Sendable {
    package let document: Node
    package let specification: Specification?
    package let reading: Reading
  }

  private struct PartKey: Hashable {
    var index: Int
    var fingerprint: Fingerprint
    /// The names that the point gives to entries, where not all points give the same.
    var names: [Int]
  }

  private struct Complaint: Hashable {
    var code: Code
    var message: String
    var span: Span
  }

  private let swept: [SpecPath]
  private let objective: (value: Objective, place: Span)?
  private var complaints: [Diagnostic] = []
  /// Complaints about what nothing uses, with the number of graphs that do not use it.
  private var unused: [(complaint: Diagnostic, graphs: Int)] = []
  private var graphCount = 0
  private var hasReadBroken = false

  private struct FormKey: Hashable {
    var index: Int
    var form: Int
    var names: [Int]
  }

  private var parts: [PartKey: SpecPart] = [:]
  /// The first part of each form: others differ from it in numbers alone.
  private var forms: [FormKey: SpecPart] = [:]
  private var partCount = 0
  private var edgeNumbers: [String: Int] = [:]
  private var edges: [Int: Int] = [:]
  private var experiments: [[Int]: Experiment] = [:]
  private var refused: Set<[Int]> = []
  private var told: Set<Complaint> = []
  private var nameNumbers: [[String]: Int] = [:]
  private var nameLists: [PartKey: Int] = [:]
  private var readings: [[Int]: Reading] = [:]
  private var last: (point: SweepPoint, parts: [SpecPart?], names: [Int], read: ReadPoint?, idle: [SpecPath])?
  /// Of each graph the entries that nothing uses, although the sweep gives values to them somewhere.
  private var idle: [[Int]: [SpecPath]] = [:]
  /// The swept paths of which it has been told that they have no effect at some point.
  private var hasIdle: Set<SpecPath> = []
  private var lastWhole: (id: String, whole: Whole)?
  /// The point that has been told about from its whole document.
  private var toldWhole: String?
  private var errorCount = 0

  /// - Parameter expansion: the sweep that the points are of.
  package init(_ expansion: Expansion = Expansion()) {
    swept = expansion.paths
    objective = expansion.sweep.flatMap { sweep in
      sweep.objective.flatMap { objective in sweep.objectivePlace.map { (objective, $0) } }
    }
  }

  /// What is wrong with the points so far.
  package var diagnostics: [Diagnostic] {
    complaints + unused.filter { $0.graphs == graphCount }.map(\.complaint)
  }

  /// Tells what is wrong with the only point of a spec without a sweep. Its values, which only a plan needs, are read when
  /// they are asked for.
  package mutating func check(_ point: SweepPoint) {
    graphCount += 1
    toldWhole = point.id
    tell(whole(point).reading.diagnostics, at: point)
  }

  /// A point as values; nil when something is wrong with it, which then stands in `diagnostics`.
  package mutating func read(_ point: SweepPoint) -> ReadPoint? {
    let names = names(point)
    let before = last?.names == names && last.map { point.isSibling(of: $0.point) } == true ? last : nil
    last = nil
    var found: [SpecPart?]
    // Numbers change no graph, so most points have that of the one before.
    var graph: Experiment?
    if let before {
      found = before.parts
      graph = before.read?.experiment
      for index in point.movingParts where !point.shares(part: index, with: before.point) {
        found[index] = part(index, of: point, names)
        if edgeNumber(found[index]) != edgeNumber(before.parts[index]) { graph = nil }
      }
    } else {
      found = (0..<point.partCount).map { part($0, of: point, names) }
    }
    let isRight = found.allSatisfy { $0?.isRight ?? true }
    let isKnown = graph != nil
    let read = isRight ? (graph ?? experiment(point, found)).map { ReadPoint(experiment: $0, parts: found) } : nil
    if !isRight, !hasReadBroken {
      hasReadBroken = true
      tell(whole(point).reading.diagnostics, at: point)
    }
    var unused = before?.idle ?? []
    if !isKnown {
      let edges = read == nil ? [] : found.map { edgeNumber($0) }
      unused = idle[edges] ?? []
    }
    for place in unused { tellIdle(place, at: point) }
    last = (point, found, names, read, unused)
    return read
  }

  /// Tells what was found about a point.
  package mutating func report(_ findings: [Finding], at point: SweepPoint) {
    guard !findings.isEmpty else { return }
    var reading = whole(point).reading
    let before = reading.diagnostics.count
    for finding in findings {
      reading.report(finding.code, finding.message, about: finding.path, help: finding.help, notes: finding.notes)
    }
    tell(point.remarking(Array(reading.diagnostics.dropFirst(before))), at: point)
  }

  /// Tells when the metric of the sweep's objective is of an evaluation that does not predict so far ahead.
  /// Tells too when its sessions are held out for the final score.
  package mutating func checkObjective(
    by evaluation: Named<EvaluationSpec>, _ headers: [SessionHeader], at point: SweepPoint
  ) {
    guard let objective, let bin = headers.first?.binWidth,
      Comparison.parts(objective.value.metric)?.evaluation == evaluation.id
    else { return }
    let path = SpecPath("sweep.objective.metric")
    var findings = evaluation.value.findings(of: objective.value.metric, about: path, bin: bin)
    if let session = headers.first(where: { $0.dealt == .test }) {
      findings.add(
        .testSelects, "the sweep would choose by sessions that are for the final score, `\(session.name)` for example",
        about: path, help: ["rank by runs on other sessions: cohorts see what `sessions` deals as `split`"])
    }
    tell(findings.map { Diagnostic($0.code, $0.message, at: objective.place, path: path, help: $0.help) }, at: point)
  }

  /// Tells complaints about a point that have their places already.
  package mutating func report(_ diagnostics: [Diagnostic], at point: SweepPoint) {
    tell(point.remarking(diagnostics), at: point)
  }

  /// A point read from its whole document, with the rules over several entries checked.
  package mutating func whole(_ point: SweepPoint) -> Whole {
    if let lastWhole, lastWhole.id == point.id { return lastWhole.whole }
    let document = point.document
    var (specification, reading) = Reading.read(document, as: Specification.schema)
    specification?.checkStructure(&reading, inherited: point.inherited, swept: swept)
    if let objective { specification?.check(objective.value, at: objective.place, &reading) }
    let whole = Whole(document: document, specification: specification, reading: reading)
    lastWhole = (point.id, whole)
    return whole
  }

  // MARK: Parts

  private mutating func part(_ index: Int, of point: SweepPoint, _ names: [Int]) -> SpecPart? {
    guard let fingerprint = point.fingerprint(ofPart: index) else { return nil }
    let key = PartKey(index: index, fingerprint: fingerprint, names: names)
    if let known = parts[key] { return known }
    let form = point.form(ofPart: index).map { FormKey(index: index, form: $0, names: names) }
    if let first = form.flatMap({ forms[$0] }),
      let part = first.changed(by: point.changes(ofPart: index), id: partCount)
    {
      partCount += 1
      parts[key] = part
      return part
    }
    guard let entry = point.entry(ofPart: index) else { return nil }
    var reading = readings[names] ?? Reading(document: point.document, language: Specification.schema.description)
    readings[names] = reading
    reading.keepsPlaces = false
    let value = Specification.schema.read(key: entry, &reading)
    if reading.diagnostics.hasErrors || value == nil {
      // Complaints know their places only from a reading that keeps them.
      var careful = readings[names] ?? reading
      _ = Specification.schema.read(key: entry, &careful)
      tell(careful.diagnostics, at: point)
    } else {
      tell(reading.diagnostics, at: point)
    }
    let entries = entry.value.entries?.map(\.key).filter { !$0.hasPrefix("x-") } ?? []
    let part = SpecPart(
      id: partCount, section: entry.key, names: entries, value: reading.diagnostics.hasErrors ? nil : value,
      references: reading.references)
    partCount += 1
    parts[key] = part
    // Numbers of other sections may decide what refers to what.
    if let form, part.isRight, ["models", "training"].contains(part.section) { forms[form] = forms[form] ?? part }
    return part
  }

  /// The names of the entries of every section, as numbers; empty where the point cannot have names of its own.
  private mutating func names(_ point: SweepPoint) -> [Int] {
    guard point.mayRename else { return [] }
    var numbers: [Int] = []
    for index in point.movingParts where !point.name(ofPart: index).utf8.contains(UInt8(ascii: ".")) {
      guard let fingerprint = point.fingerprint(ofPart: index) else {
        numbers.append(-1)
        continue
      }
      let key = PartKey(index: index, fingerprint: fingerprint, names: [])
      let number: Int
      if let known = nameLists[key] {
        number = known
      } else {
        let list = point.entry(ofPart: index)?.value.entries?.map(\.key) ?? []
        number = nameNumbers[list] ?? nameNumbers.count
        nameNumbers[list] = number
        nameLists[key] = number
      }
      numbers.append(number)
    }
    return numbers
  }

  // MARK: Graphs

  private mutating func experiment(_ point: SweepPoint, _ parts: [SpecPart?]) -> Experiment? {
    let key = parts.map { edgeNumber($0) }
    if let known = experiments[key] { return known }
    guard !refused.contains(key) else { return nil }
    let whole = whole(point)
    if toldWhole != point.id {
      graphCount += 1
      tell(whole.reading.diagnostics, at: point)
    }
    guard let specification = whole.specification, !whole.reading.diagnostics.hasErrors else {
      refused.insert(key)
      return nil
    }
    let experiment = Experiment(specification, parts)
    experiments[key] = experiment
    let places = whole.reading.diagnostics.filter { $0.code == .unused }.map(\.path)
    idle[key] = places.filter { place in swept.contains { $0.steps.starts(with: place.steps) } }
    return experiment
  }

  /// Complains about values that a point gives to an entry that nothing uses there.
  private mutating func tellIdle(_ place: SpecPath, at point: SweepPoint) {
    for (path, span) in point.sweptPaths(below: place) where hasIdle.insert(path).inserted {
      complaints += point.remarking([
        Diagnostic(
          .sweptWithoutEffect, "`\(path)` has no effect: nothing uses `\(place)`", at: span, label: "never used",
          path: SpecPath("sweep"), help: ["use `\(place)`, or give it values only `when` something does"])
      ])
    }
  }

  private mutating func edgeNumber(_ part: SpecPart?) -> Int {
    guard let part else { return -1 }
    if let origin = part.origin { return edgeNumber(origin) }
    if let known = edges[part.id] { return known }
    let text = part.edges
    let number = edgeNumbers[text] ?? edgeNumbers.count
    edgeNumbers[text] = number
    edges[part.id] = number
    return number
  }

  private mutating func tell(_ news: [Diagnostic], at point: SweepPoint) {
    for diagnostic in news {
      if diagnostic.code == .unused {
        if let place = unused.firstIndex(where: { $0.complaint.span == diagnostic.span }) {
          unused[place].graphs += 1
        } else {
          unused.append((diagnostic, 1))
        }
        continue
      }
      let complaint = Complaint(code: diagnostic.code, message: diagnostic.message, span: diagnostic.span)
      guard !diagnostic.isError || errorCount < Diagnostic.limit, told.insert(complaint).inserted else { continue }
      errorCount += diagnostic.isError ? 1 : 0
      let isSwept = point.part(at: diagnostic.path).map { point.isSwept(part: $0) } ?? false
      complaints += isSwept ? point.remarking([diagnostic]) : [diagnostic]
    }
  }
}
