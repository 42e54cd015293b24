import NativeBackend
import Randomness
import Testing

@Test func `buffers that live at the same time do not overlap`() {
  var stream = Stream(seed: 1, path: ["memory plan"])
  for _ in 0..<200 {
    let requests = (0..<stream.int(below: 40)).map { _ in
      let first = stream.int(below: 30)
      return MemoryPlan.Request(count: stream.int(below: 300), first: first, last: first + stream.int(below: 12))
    }
    let plan = MemoryPlan(requests)
    for (i, a) in requests.enumerated() {
      #expect(plan.offsets[i] % 16 == 0 && plan.offsets[i] + a.count <= plan.count)
      for (j, b) in requests.enumerated() where i < j && a.first <= b.last && b.first <= a.last {
        let apart = plan.offsets[i] + a.count <= plan.offsets[j] || plan.offsets[j] + b.count <= plan.offsets[i]
        #expect(apart || a.count == 0 || b.count == 0)
      }
    }
  }
}

@Test func `memory is used again after a buffer's last use`() {
  let chain = (0..<50).map { MemoryPlan.Request(count: 1000, first: $0, last: $0 + 1) }
  #expect(MemoryPlan(chain).count <= 2 * 1008)
}
