/// The points of an expansion, in columns: a point itself is a number in them.
final class SweepPoints: Sendable {
  /// The points while they are made.
  struct Columns: Sendable {
    /// The values of all points, one point behind the other.
    fileprivate var values: [SweptValue] = []
    fileprivate var ends: [Int] = [0]
    fileprivate var names: [Fingerprint] = []
    /// The moving parts of all points, one point behind the other.
    fileprivate var states: [SectionComposer.State] = []
    /// The few points whose first twelve digits another point has already.
    fileprivate var alike: Set<Int> = []
    private var taken: Set<UInt64> = []

    var count: Int { names.count }

    mutating func append(_ values: [SweptValue], _ states: [SectionComposer.State], name: Fingerprint) {
      if !taken.insert(name.high >> 16).inserted { alike.insert(count) }
      self.values += values
      self.states += states
      names.append(name)
      ends.append(self.values.count)
    }
  }

  let composer: SectionComposer
  private let columns: Columns
  private let isSwept: Bool

  init(_ columns: Columns, _ composer: SectionComposer, isSwept: Bool) {
    self.columns = columns
    self.composer = composer
    self.isSwept = isSwept
  }

  func id(_ point: Int) -> String {
    isSwept ? columns.names[point].hex(columns.alike.contains(point) ? 32 : 12) : "0"
  }

  func values(_ point: Int) -> ArraySlice<SweptValue> { columns.values[columns.ends[point]..<columns.ends[point + 1]] }

  func document(_ point: Int) -> Node {
    let width = composer.moving.count
    return composer.document(Array(columns.states[point * width..<(point + 1) * width]), Array(values(point)))
  }

  /// What a part was composed as at a point, and its fingerprint there.
  func state(_ point: Int, part: Int) -> SectionComposer.State {
    guard let place = composer.place[part] else { return composer.base(part) }
    return columns.states[point * composer.moving.count + place]
  }

  func entry(_ point: Int, part: Int) -> Node.Entry? {
    composer.entry(part, state(point, part: part), Array(values(point)))
  }

  /// What makes a part out of others of its form: the numbers that are drawn for it.
  func changes(_ point: Int, part: Int) -> [Change] {
    guard let made = composer.made[Int(state(point, part: part).made)] else { return [] }
    let values = Array(values(point))
    return made.holes.compactMap { hole in
      DrawnPlaces.value(hole.source, values).map { Change(path: hole.path, node: composer.table.node($0)) }
    }
  }

  /// The parts of a point whole.
  func parts(_ point: Int) -> [ComposedPart] {
    let values = Array(values(point))
    return composer.names.indices.map { composer.composed($0, state(point, part: $0), values) }
  }
}
