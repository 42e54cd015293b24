/// What a spec expands to: complete specs without a sweep, and what is wrong with the sweep.
package struct Expansion: Sendable {
  /// In the order of the sweep. Where there are errors, as many as could be made, so that they can be checked too.
  package private(set) var points: [SweepPoint] = []
  package var diagnostics: [Diagnostic] = []
  /// The swept paths in the order of the file: the columns of a table of points.
  package let paths: [SpecPath]
  /// The sweep as written; nil where there is none or it cannot be read.
  package let sweep: Sweep?
  /// The parts that documents are made of, in the order of the spec: sections, or their entries (`models.meta`).
  package let partNames: [String]
  /// The places of the parts that may differ between points; every other part is the same at all of them.
  package let movingParts: [Int]

  package init(diagnostics: [Diagnostic] = []) {
    self.diagnostics = diagnostics
    paths = []
    sweep = nil
    partNames = []
    movingParts = []
  }

  init(_ columns: SweepPoints.Columns, _ composer: SectionComposer, sweep: Sweep?, diagnostics: [Diagnostic]) {
    let all = SweepPoints(columns, composer, isSwept: sweep != nil)
    points = (0..<columns.count).map { SweepPoint($0, of: all) }
    paths = composer.table.paths.map(\.path)
    partNames = composer.names
    movingParts = composer.moving
    self.sweep = sweep
    self.diagnostics = diagnostics
  }
}
