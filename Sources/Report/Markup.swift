/// HTML from text: everything that comes from a bundle passes through `escaped`.
enum Markup {
  static func escaped(_ text: String) -> String {
    var out = ""
    for character in text.unicodeScalars {
      switch character {
      case "&": out += "&amp;"
      case "<": out += "&lt;"
      case ">": out += "&gt;"
      case "\"": out += "&quot;"
      case "'": out += "&#39;"
      default: out.unicodeScalars.append(character)
      }
    }
    return out
  }

  static func element(_ name: String, _ inside: String, _ attributes: (String, String)...) -> String {
    let attributes = attributes.map { " \($0)=\"\(escaped($1))\"" }.joined()
    return "<\(name)\(attributes)>\(inside)</\(name)>"
  }

  static func paragraph(_ text: String, kind: String = "") -> String {
    kind.isEmpty ? element("p", escaped(text)) : element("p", escaped(text), ("class", kind))
  }

  /// A table from cells that are markup already.
  static func table(head: [[String]], body: [[String]], kind: String) -> String {
    func section(_ name: String, _ rows: [[String]]) -> String {
      element(name, rows.map { element("tr", $0.joined()) }.joined(separator: "\n"))
    }
    let inside = section("thead", head) + section("tbody", body)
    return element("div", element("table", inside, ("class", kind)), ("class", "scroll"))
  }

  static func folded(_ summary: String, _ inside: String, isOpen: Bool = false) -> String {
    "<details\(isOpen ? " open" : "")>" + element("summary", escaped(summary)) + inside + "</details>"
  }
}

/// A name as part of a file name.
enum Slug {
  static func make(_ name: String) -> String {
    let kept = name.unicodeScalars.map { scalar -> Character in
      switch scalar {
      case "a"..."z", "A"..."Z", "0"..."9", "_", "-": Character(scalar)
      case "/": "."
      default: "-"
      }
    }
    return String(kept)
  }
}
