import Bundle
import Foundation
import Planner
import Recordings
import SpecLanguage

/// A plan as one JSON object per line: all of it, however many points there are.
struct PlanLines {
  private let outlook: PlanOutlook
  private let leakGuard: LeakGuard

  init(_ outlook: PlanOutlook) {
    self.outlook = outlook
    leakGuard = LeakGuard(outlook.plan)
  }

  func write() {
    let plan = outlook.plan
    var buffer = ""
    func line(_ value: JSONValue) {
      buffer += value.line + "\n"
      if buffer.utf8.count > 1 << 16 { flush() }
    }
    func flush() {
      print(buffer, terminator: "")
      buffer = ""
    }
    line([
      "type": "begin", "format": 1, "points": .int(plan.points.count), "jobs": .int(plan.jobs.count),
      "new": .int(outlook.newCount),
    ])
    for session in plan.sessions { line(Self.session(session)) }
    for (index, job) in plan.jobs.enumerated() { line(self.job(index, job)) }
    for point in plan.points { line(self.point(point)) }
    line(Self.costs(outlook.total, ["type": "end"]))
    flush()
  }

  private static func session(_ session: SessionInput) -> JSONValue {
    let header = session.header
    var trials: [String: JSONValue] = [:]
    for split in Split.allCases { trials[split.rawValue] = .int(header.trials[split] ?? 0) }
    var object: [String: JSONValue] = [
      "type": "session", "session": .string(header.name), "channels": .int(header.channels), "bins": .int(header.bins),
      "bin_ns": .int(header.binWidth.count), "trials": .object(trials), "counts": .bool(header.isCounts),
      "notes": .array(header.notes.map(JSONValue.string)),
    ]
    if let subject = header.subject { object["subject"] = .string(subject) }
    if let dealt = header.dealt { object["dealt"] = .string(dealt.rawValue) }
    if let heldOut = header.heldOut {
      object["held_out"] = ["channels": .array(heldOut.channels.map(JSONValue.int)), "bins": .int(heldOut.bins)]
    }
    return .object(object)
  }

  private func job(_ index: Int, _ job: Job) -> JSONValue {
    let state = outlook.state(index)
    var object: [String: JSONValue] = [
      "type": "job", "job": .string(job.name), "kind": .string(job.kind.rawValue), "key": .string(job.key.hex),
      "run": .string(job.fit.run), "state": state == "cached" ? "cached" : "new",
      "inputs": .array(job.inputs.map { .string($0.hex) }), "guard": leakGuard.json(job),
    ]
    if case .evaluate(let evaluate) = job { object["evaluation"] = .string(evaluate.evaluation) }
    guard outlook.isNew(index) else { return .object(object) }
    object["reason"] = .string(String(state.dropFirst("new: ".count)))
    return Self.costs(outlook.estimate(index), object)
  }

  private func point(_ point: PlannedPoint) -> JSONValue {
    var object = outlook.plan.json(point).object ?? [:]
    object["type"] = "point"
    return .object(object)
  }

  private static func costs(_ estimate: Estimate, _ object: [String: JSONValue]) -> JSONValue {
    var object = object
    object["seconds"] = .double((estimate.seconds * 100).rounded() / 100)
    object["memory_bytes"] = .int(Int(estimate.memory))
    object["disk_bytes"] = .int(Int(estimate.disk))
    return .object(object)
  }
}
