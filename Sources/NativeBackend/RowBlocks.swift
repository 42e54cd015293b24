/// The plan by which blocks of rows run through a loop body on their own.
struct RowBlocks {
  let cuts: RowCuts
  let rowsPerBlock: Int
  /// Buffers that live within one step: each worker has its own, of the rows of one block.
  let local: [Local]
  /// Where the workers' memory begins in the arena of the body, and floats per worker.
  let start: Int
  let count: Int
  /// One table of addresses per worker.
  let tables: [Bases]

  struct Local {
    var buffer: Int
    var offset: Int
    var floatsPerRow: Int
  }

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

  /// Runs all instructions on some rows.
  func run(
    _ instructions: [Instruction], rows: Range<Int>, _ bases: Bases, _ machine: Machine,
    _ scratch: UnsafeMutablePointer<Float>
  ) {
    for index in instructions.indices {
      let cut = cuts.cuts[index]
      let range = rows.lowerBound * cut.unit..<rows.upperBound * cut.unit
      machine.perform(instructions[index].work, axis: cut.axis, range, item: 0, bases, scratch)
    }
  }

  /// Rows per block: as many as keep a block's values in the cache, and so that the workers have equal shares.
  static func rowsPerBlock(rows: Int, floatsPerRow: Int, workers: Int) -> Int {
    let cached = min(96, max(1, 65_536 / max(1, floatsPerRow)))
    let most = max(1, min(cached, (rows + workers - 1) / workers))
    // Row tiles of products have 12 rows; a block costs a little by itself.
    func cost(_ block: Int) -> Double {
      let blocks = (rows + block - 1) / block
      let perWorker = (blocks + workers - 1) / workers
      let padded = block > 4 ? (block + 11) / 12 * 12 : block
      return Double(perWorker) * (Double(padded) + 2 * Double(max(1, rows)) / 640)
    }
    return (1...most).min { cost($0) < cost($1) } ?? 1
  }
}
