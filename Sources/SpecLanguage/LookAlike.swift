/// Characters that look like ASCII but are not.
package enum LookAlike {
  /// The name of the character and the ASCII text that was meant; nil for a harmless one.
  package static func meaning(of scalar: Unicode.Scalar) -> (name: String, ascii: String)? {
    switch scalar.value {
    case 0x00A0, 0x2007, 0x202F: ("no-break space", " ")
    case 0x2000...0x2006, 0x2008...0x200A, 0x205F, 0x3000, 0x1680: ("wide space", " ")
    case 0x200B, 0x200C, 0x200D, 0x2060, 0xFEFF, 0x00AD: ("invisible character", "")
    case 0x2018, 0x2019, 0x201A, 0x02BC, 0x2032: ("curly quote", "'")
    case 0x201C, 0x201D, 0x201E, 0x2033: ("curly quote", "\"")
    case 0x2010, 0x2011, 0x2012, 0x2013, 0x2014, 0x2212, 0xFE63, 0xFF0D: ("dash", "-")
    case 0xFF1A, 0xFE55, 0xA789, 0x2236: ("wide colon", ":")
    case 0xFF0C, 0x3001, 0x201B: ("wide comma", ",")
    case 0xFF0E, 0x3002: ("wide full stop", ".")
    case 0xFF3B: ("wide bracket", "[")
    case 0xFF3D: ("wide bracket", "]")
    case 0xFF5B: ("wide brace", "{")
    case 0xFF5D: ("wide brace", "}")
    case 0xFF10...0xFF19: ("wide digit", String(scalar.value - 0xFF10))
    case 0xFF21...0xFF3A, 0xFF41...0xFF5A: ("wide letter", ascii(scalar.value - 0xFEE0))
    default: letters[scalar].map { ("letter of another alphabet", $0) }
    }
  }

  /// Invisible marks that turn the reading direction: text that shows them does not say what it seems to say.
  package static func isDirectionMark(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x200E, 0x200F, 0x202A...0x202E, 0x2066...0x2069: true
    default: false
    }
  }

  /// The first look-alike in a text, with the text as it was meant.
  package static func first(in text: String) -> (scalar: Unicode.Scalar, name: String, repaired: String)? {
    var found: (Unicode.Scalar, String)?
    var repaired = ""
    for scalar in text.unicodeScalars {
      if !scalar.isASCII, let meaning = meaning(of: scalar) {
        if found == nil { found = (scalar, meaning.name) }
        repaired += meaning.ascii
      } else {
        repaired.unicodeScalars.append(scalar)
      }
    }
    return found.map { ($0.0, $0.1, repaired) }
  }

  /// `U+00A0` for a character.
  package static func codePoint(_ scalar: Unicode.Scalar) -> String {
    let hex = String(scalar.value, radix: 16, uppercase: true)
    return "U+" + String(repeating: "0", count: max(0, 4 - hex.count)) + hex
  }

  private static func ascii(_ value: UInt32) -> String {
    Unicode.Scalar(value).map { String(Character($0)) } ?? ""
  }

  /// Cyrillic and Greek letters with the shape of a Latin one.
  private static let letters: [Unicode.Scalar: String] = [
    "\u{0430}": "a", "\u{0435}": "e", "\u{043E}": "o", "\u{0440}": "p", "\u{0441}": "c", "\u{0443}": "y",
    "\u{0445}": "x", "\u{0456}": "i", "\u{0458}": "j", "\u{0455}": "s", "\u{04BB}": "h", "\u{0501}": "d",
    "\u{0410}": "A", "\u{0412}": "B", "\u{0415}": "E", "\u{041A}": "K", "\u{041C}": "M", "\u{041D}": "H",
    "\u{041E}": "O", "\u{0420}": "P", "\u{0421}": "C", "\u{0422}": "T", "\u{0425}": "X", "\u{0406}": "I",
    "\u{03BF}": "o", "\u{03B9}": "i", "\u{03BD}": "v", "\u{0391}": "A", "\u{0392}": "B", "\u{0395}": "E",
    "\u{0397}": "H", "\u{0399}": "I", "\u{039A}": "K", "\u{039C}": "M", "\u{039D}": "N", "\u{039F}": "O",
    "\u{03A1}": "P", "\u{03A4}": "T", "\u{03A7}": "X", "\u{0396}": "Z",
  ]
}
