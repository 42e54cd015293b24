/// A gnuplot script: the style that all figures share, and panels on a grid measured in pixels.
struct Script {
  /// Panels of one size, `columns` abreast, with room around each for its labels.
  struct Grid {
    var columns: Int
    var rows: Int
    var panelWidth = 250.0
    var panelHeight = 150.0
    /// Left of each panel, for the numbers on its axis.
    var left = 52.0
    /// Right of each panel.
    var right = 14.0
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
      let columns = max(1, min(abreast, panels))
      var grid = Grid(columns: columns, rows: max(1, (panels + columns - 1) / columns))
      if columns == 1 { grid.panelWidth = 380 }
      if columns == 2 { grid.panelWidth = 300 }
      return grid
    }
  }

  private(set) var text: String
  private let grid: Grid

  init(_ id: String, _ grid: Grid) {
    self.grid = grid
    let size = "\(Self.number(grid.width)),\(Self.number(grid.height))"
    text = """
      # Draws \(id).svg from \(id).tsv: gnuplot -d \(id).gp
      set terminal svg size \(size) dynamic noenhanced font 'sans-serif,11' linewidth 1 name '\(id)' background '#ffffff'
      set encoding utf8
      set output '\(id).svg'
      set datafile separator tab
      set border 3 linewidth 0.7 linecolor '\(Palette.axis)'
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
    add("unset label")
    add("set label 1 \(Self.quoted(title)) at graph 0, graph 1 offset 0,0.9 left textcolor '\(Palette.text)'")
  }

  /// Puts the key into the strip above all panels.
  mutating func keyAbove() {
    let left = Self.number(grid.left / grid.width)
    let middle = Self.number(1 - 0.5 * grid.head / grid.height)
    add(
      "set key at screen \(left),\(middle) left center horizontal Left reverse samplen 1.6 width 1 spacing 1 noautotitle"
    )
  }

  /// Names both axes once for the whole figure.
  mutating func axes(x: String, y: String) {
    let style = "textcolor '\(Palette.text)'"
    add("set label 2 \(Self.quoted(x)) at screen 0.5, screen \(Self.number(8 / grid.height)) center \(style)")
    add("set label 3 \(Self.quoted(y)) at screen \(Self.number(12 / grid.width)), screen 0.5 center rotate \(style)")
  }

  mutating func plot(_ parts: [String]) { add("plot " + parts.joined(separator: ", \\\n     ")) }

  var finished: String { text + "\nunset multiplot\n" }

  /// Text as a gnuplot string: single quotes take everything but themselves and line ends as it is.
  static func quoted(_ text: String) -> String {
    let line = text.split(whereSeparator: \.isNewline).joined(separator: " ")
    return "'" + line.replacing("'", with: "''") + "'"
  }

  /// A number with as many digits as a figure needs.
  static func number(_ value: Double) -> String {
    let rounded = (value * 1e5).rounded() / 1e5
    return rounded == rounded.rounded() && abs(rounded) < 1e15 ? String(Int(rounded)) : String(rounded)
  }
}
