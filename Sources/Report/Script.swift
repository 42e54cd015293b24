import Foundation

/// A gnuplot script: the style that all figures share, and panels on a grid measured in pixels.
struct Script {
  /// Panels of one size, `columns` abreast, with room around each for its labels.
  struct Grid {
    var columns: Int
    var rows: Int
    var panelWidth = 236.0
    var panelHeight = 150.0
    /// Left of each panel, for the numbers on its axis.
    var left = 62.0
    /// Right of each panel.
    var right = 18.0
    /// Above each panel, for its title.
    var top = 26.0
    /// Below each panel, for the numbers on its axis.
    var bottom = 28.0
    /// Above everything, for the key.
    var head = 22.0
    /// Below everything, for the name of the axis.
    var foot = 18.0

    var width: Double { Double(columns) * (left + panelWidth + right) }
    var height: Double { head + Double(rows) * (top + panelHeight + bottom) + foot }

    /// As many panels abreast as fit the page, each as wide as the page allows.
    static func fitting(_ panels: Int, abreast: Int = 3) -> Grid {
      let columns = panels == 4 ? 2 : max(1, min(abreast, panels))
      var grid = Grid(columns: columns, rows: max(1, (panels + columns - 1) / columns))
      if columns == 1 { grid.panelWidth = 560 }
      if columns == 2 { grid.panelWidth = 300 }
      return grid
    }
  }

  private(set) var text: String
  private let grid: Grid
  var width: Double { grid.width }

  init(_ id: String, _ grid: Grid) {
    self.grid = grid
    let size = "\(Self.number(grid.width)),\(Self.number(grid.height))"
    text = """
      # Draws \(id).svg from \(id).tsv: gnuplot -d \(id).gp
      set terminal svg size \(size) dynamic noenhanced font 'sans-serif,11' linewidth 1 name '\(Self.word(id))' background '#ffffff'
      set encoding utf8
      set output '\(id).svg'
      set datafile separator tab
      set border 3 linewidth 0.7 linecolor '\(Palette.axis)'
      set errorbars 0
      set tics nomirror out scale 0.4 textcolor '\(Palette.text)'
      set xtics offset 0,0.3
      set ytics offset 0.4,0
      set key off
      set multiplot

      """
  }

  mutating func add(_ line: String) { text += line + "\n" }

  /// Opens panel `index`, counted row by row, and gives it a title.
  mutating func panel(_ index: Int, title: String) {
    let left = Double(index % grid.columns) * (grid.left + grid.panelWidth + grid.right) + grid.left
    let top = grid.head + Double(index / grid.columns) * (grid.top + grid.panelHeight + grid.bottom) + grid.top
    add("")
    add("set lmargin at screen \(Self.number(left / grid.width))")
    add("set rmargin at screen \(Self.number((left + grid.panelWidth) / grid.width))")
    add("set tmargin at screen \(Self.number(1 - top / grid.height))")
    add("set bmargin at screen \(Self.number(1 - (top + grid.panelHeight) / grid.height))")
    if index > 0 { add("unset label; unset arrow") }
    if !title.isEmpty {
      add(
        "set label 1 \(Self.quoted(title)) at graph 0, graph 1 offset 0,0.9 left textcolor '\(Palette.text)'")
    }
  }

  /// Draws a key into the strip above all panels: a short line in each style beside its name.
  /// - Parameter title: what the entries are values of.
  mutating func key(_ entries: [(name: String, style: String)], title: String = "") {
    let y = Self.number(1 - 9 / grid.height)
    var x = grid.left
    if !title.isEmpty {
      let at = "screen \(Self.number(x / grid.width)), screen \(y)"
      add("set label 100 \(Self.quoted(title)) at \(at) left textcolor '\(Palette.axis)'")
      x += 6.2 * Double(title.count) + 16
    }
    for (index, entry) in entries.enumerated() {
      let ends = [x, x + 22].map { Self.number($0 / grid.width) }
      add(
        "set arrow \(101 + index) from screen \(ends[0]), screen \(y) to screen \(ends[1]), screen \(y) nohead \(entry.style)"
      )
      let at = "screen \(Self.number((x + 28) / grid.width)), screen \(y)"
      add("set label \(101 + index) \(Self.quoted(entry.name)) at \(at) left textcolor '\(Palette.text)'")
      x += 28 + 6.2 * Double(entry.name.count) + 24
    }
  }

  /// Names both axes once for the whole figure.
  mutating func axes(x: String, y: String) {
    let style = "textcolor '\(Palette.text)'"
    let middle = Double(grid.columns) * (grid.left + grid.panelWidth + grid.right) / 2 + (grid.left - grid.right) / 2
    let foot = "screen \(Self.number(middle / grid.width)), screen \(Self.number(9 / grid.height))"
    add("set label 91 \(Self.quoted(x)) at \(foot) center \(style)")
    for row in 0..<grid.rows where !y.isEmpty {
      let top = grid.head + Double(row) * (grid.top + grid.panelHeight + grid.bottom) + grid.top
      let height = Self.number(1 - (top + grid.panelHeight / 2) / grid.height)
      let side = "screen \(Self.number(10 / grid.width)), screen \(height)"
      add("set label \(92 + row) \(Self.quoted(y)) at \(side) center rotate \(style)")
    }
  }

  /// The range of an axis and about `count` steps on it, each 1, 2 or 5 times a power of ten, at least two marks.
  mutating func range(_ axis: String, _ low: Double, _ high: Double, steps count: Int) {
    let isFlat = !(high > low)
    let (low, high) = isFlat ? (low - 1, low + 1) : (low, high)
    add("set \(axis)range [\(Self.number(low)):\(Self.number(high))]")
    let rough = (high - low) / Double(count)
    var unit = 1.0
    while unit > rough { unit /= 10 }
    while unit * 10 <= rough { unit *= 10 }
    let steps = [0.5, 1, 2, 5, 10].map { $0 * unit }.filter { (high / $0).rounded(.down) > (low / $0).rounded(.up) }
    let step = steps.min { abs($0 - rough) < abs($1 - rough) } ?? unit
    let isLarge = max(abs(low), abs(high)) >= 1e5
    add("set \(axis)tics \(Self.number(step)) format '\(isLarge ? "%.1s%c" : "%g")'")
  }

  /// Marks of an axis with their own words.
  mutating func marks(_ axis: String, _ marks: [(name: String, place: Double)]) {
    let list = marks.map { "\(Self.quoted($0.name)) \(Self.number($0.place))" }
    add("set \(axis)tics (\(list.joined(separator: ", ")))")
  }

  /// A logarithmic axis from one number to another: marks at few values, else at powers of ten.
  mutating func logRange(_ axis: String, _ low: Double, _ high: Double, marks values: [Double]) {
    let air = log(high / low) * 0.06
    add("set logscale \(axis)")
    add("set \(axis)range [\(Self.number(low / exp(air))):\(Self.number(high * exp(air)))]")
    if values.count <= 8 {
      marks(axis, Self.apart(values, low: low, high: high, isLog: true).map { (ScoreTables.compact($0), $0) })
    } else {
      add("set \(axis)tics 10 format '%g'")
    }
  }

  /// The values that have room for a word each, from the first on.
  static func apart(_ values: [Double], low: Double, high: Double, isLog: Bool = false) -> [Double] {
    var kept: [Double] = []
    let whole = isLog ? log(high / low) : high - low
    for value in values {
      guard let last = kept.last else {
        kept.append(value)
        continue
      }
      let step = isLog ? log(value / last) : value - last
      if step >= 0.11 * whole { kept.append(value) }
    }
    return kept
  }

  mutating func plot(_ parts: [String]) { add("plot " + parts.joined(separator: ", \\\n     ")) }

  var finished: String { text + "\nunset multiplot\n" }

  /// The letters, digits and underscores that the terminal takes as the name of a picture.
  private static func word(_ id: String) -> String {
    String(
      id.unicodeScalars.map {
        $0.isASCII && $0.properties.isAlphabetic || ("0"..."9").contains($0) ? Character($0) : "_"
      })
  }

  /// Text as a gnuplot string: single quotes take everything but themselves and line ends as it is.
  static func quoted(_ text: String) -> String {
    let line = text.split(whereSeparator: \.isNewline).joined(separator: " ")
    return "'" + line.replacing("'", with: "''") + "'"
  }

  /// A number with as many digits as a figure needs: six that count.
  static func number(_ value: Double) -> String {
    guard value.isFinite, value != 0 else { return "0" }
    var scale = 1.0
    while abs(value) * scale < 1e5 { scale *= 10 }
    let rounded = (value * scale).rounded() / scale
    return rounded == rounded.rounded() && abs(rounded) < 1e15 ? String(Int(rounded)) : String(rounded)
  }
}
