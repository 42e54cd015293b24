import Evaluation
import Recordings
import SpecLanguage
import Testing

struct GridTests {
  private func grid(size: Int = 3, reach: Double = 1) -> GridSpec {
    GridSpec(of: [], split: .test, size: size, reach: reach, starts: 1, length: .milliseconds(10))
  }

  @Test func `the grid covers the range of the embeddings, laid out as on a page`() {
    let found = grid().embeddings([[0, 10, 1], [4, 20, 3]])
    #expect(
      found == [
        [0, 20, 2], [2, 20, 2], [4, 20, 2], [0, 15, 2], [2, 15, 2], [4, 15, 2], [0, 10, 2], [2, 10, 2], [4, 10, 2],
      ])
    #expect(grid(size: 2, reach: 2).embeddings([[0], [4]]) == [[-2], [6]], "one dimension gives one row")
    #expect(grid().embeddings([[7]]) == [[7], [7], [7]], "one session has no range")
  }

  @Test func `the speeds are those of the slowest and the fastest embedding`() throws {
    let slow = [[[0.0, 0], [0.3, 0.4], [0.6, 0.8]]]
    let fast = [[[0.0, 0], [3, 4]], [[0, 0], [0, 1]]]
    let scores = GridSpec.scores([slow, fast])
    #expect(scores.map(\.name) == ["speed.least", "speed.most"] && scores.allSatisfy { $0.n == 4 })
    #expect(abs(scores[0].value - 0.5) < 1e-12 && abs(scores[1].value - 3) < 1e-12)
    #expect(GridSpec.scores([slow, [[[0], [.infinity]]]]).allSatisfy { $0.value.isNaN }, "a roll-out that ran away")
  }
}
