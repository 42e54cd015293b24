/// Colours that people with any colour vision tell apart, and the greys of everything else.
///
/// Source: Okabe and Ito 2008, Color Universal Design, without its yellow, which is too pale for thin lines on white;
/// for numbers the blue-to-yellow scale cividis of Nunez, Anderton and Renslow 2018.
enum Palette {
  static let colors = ["#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000"]
  /// The same hues mixed with white, for the many thin lines behind a thick one.
  static let pale = ["#B3D5E8", "#F2CFB3", "#B3E2D5", "#F0D7E5", "#F8E2B3", "#CDE9F8", "#CCCCCC"]
  static let text = "#222222"
  static let axis = "#555555"
  static let faint = "#D9D9D9"
  static let bar = "#A0A0A0"
  static let shade = "#F4F4F2"
  static let observed = "#8A8A8A"
  static let hold = "#444444"
  static let mean = "#777777"
  static let scale = "set palette defined (0 '#00204D', 0.25 '#414D6B', 0.5 '#7C7B78', 0.75 '#BCAF6F', 1 '#FFEA46')"

  static func color(_ index: Int) -> String { colors[index % colors.count] }

  /// Filled circle, square, triangle, diamond: told apart also without colour.
  static func point(_ index: Int) -> Int { [7, 5, 9, 13][index / colors.count % 4] }
}
