import CKernels

/// The plan by which blocks of rows run through a loop body on their own.
struct RowBlocks {
  let cuts: RowCuts
  let rowsPerBlock: Int
  /// Buffers that live within one step: each worker has its own, of the rows of one block.
  let local: [Local]
  /// Buffers that every block has for itself over all steps, and that are added in the end.
  let own: [Own]
  /// Where the workers' memory begins in the arena of the body, and floats per worker. The blocks' memory follows.
  let start: Int
  let count: Int
  /// One table of addresses per worker.
  let tables: [Bases]

  struct Local {
    var buffer: Int
    var offset: Int
    var floatsPerRow: Int
  }

  struct Own {
    var buffer: Int
    var offset: Int
    var count: Int
  }

  private var ownCount: Int { own.reduce(0) { $0 + $1.count } }
  /// Floats for all workers and all blocks.
  var arenaCount: Int { count * tables.count + ownCount * items }

  var items: Int { (cuts.rows + rowsPerBlock - 1) / rowsPerBlock }

  func rows(of block: Int) -> Range<Int> {
    block * rowsPerBlock..<min(cuts.rows, (block + 1) * rowsPerBlock)
  }

  /// Readies a worker's table for a block: local buffers lie so that row numbers stay those of the whole tensor.
  func bind(_ bases: Bases, worker: Int, arena: UnsafeMutablePointer<Float>, rows: Range<Int>) {
    let memory = arena + start + worker * count
    for buffer in local {
      bases[buffer.buffer] = memory + (buffer.offset - rows.lowerBound * buffer.floatsPerRow)
    }
  }

  /// Where a block collects what is added in the end.
  func address(_ buffer: Own, block: Int, arena: UnsafeMutablePointer<Float>) -> UnsafeMutablePointer<Float> {
    arena + start + count * tables.count + ownCount * block + buffer.offset
  }

  /// Runs all instructions on some rows.
  func run(
    _ instructions: [Instruction], rows: Range<Int>, _ bases: Bases, _ machine: Machine,
    _ scratch: UnsafeMutablePointer<Float>, ahead: UnsafeMutablePointer<CKAhead>?
  ) {
    for index in instructions.indices {
      let cut = cuts.cuts[index]
      let range = rows.lowerBound * cut.unit..<rows.upperBound * cut.unit
      machine.perform(instructions[index].work, axis: cut.axis, range, item: 0, bases, scratch, ahead: ahead)
    }
  }

  /// Rows per block: as many as keep a block's values in the cache, and so that two, four and eight workers have about
  /// equal shares. The number of workers at hand has no say, because sums over rows are added block by block.
  static func rowsPerBlock(rows: Int, floatsPerRow: Int) -> Int {
    let most = max(1, min(rows, 96, 65_536 / max(1, floatsPerRow)))
    // Calling the kernels of a step takes as long as their work on this many floats.
    let calls = 3000 / Double(max(1, floatsPerRow))
    func cost(_ block: Int) -> Double {
      let blocks = (rows + block - 1) / block
      return [2, 4, 8].reduce(0) { sum, workers in
        sum + Double((blocks + workers - 1) / workers * workers) * (Double(block) + calls)
      }
    }
    return (1...most).min { cost($0) < cost($1) } ?? 1
  }
}

extension Lowering {
  /// Places the buffers of a step for blocks of rows.
  func rowBlocks(_ cuts: RowCuts, _ local: [Int], _ lives: [MemoryPlan.Request], start: Int) -> RowBlocks {
    let perRow = MemoryPlan(
      lives.map { .init(count: $0.count / cuts.rows, first: $0.first, last: $0.last) }, alignment: 1)
    let rowsPerBlock = RowBlocks.rowsPerBlock(rows: cuts.rows, floatsPerRow: perRow.count)
    let plan = MemoryPlan(
      lives.map { .init(count: $0.count / cuts.rows * rowsPerBlock, first: $0.first, last: $0.last) })
    let buffers = zip(zip(local, lives), plan.offsets).map { pair, offset in
      RowBlocks.Local(buffer: pair.0, offset: offset, floatsPerRow: pair.1.count / cuts.rows)
    }
    let tables = (0..<workers).map { _ in
      descriptors.reserve(UnsafeMutablePointer<Float>?.self, count: self.buffers.count)
    }
    var own: [RowBlocks.Own] = []
    for buffer in cuts.own.sorted() {
      own.append(.init(buffer: buffer, offset: own.reduce(0) { $0 + $1.count }, count: self.buffers[buffer].count))
    }
    return RowBlocks(
      cuts: cuts, rowsPerBlock: rowsPerBlock, local: buffers, own: own, start: start, count: plan.count, tables: tables)
  }
}
