/// A quantity that a text holds where no kind says what it should be: its unit tells what it measures.
///
/// `30 ms`, `0.03 s` and `30000 us` are one quantity.
struct Quantity: Hashable, Sendable {
  enum Measure: Hashable, Sendable { case time, bins, steps, epochs, frequency, memory }

  let measure: Measure
  /// In nanoseconds, hertz or bytes, or as counted.
  let amount: Double
  /// The one spelling of all that are equal.
  let text: String

  /// Nil for text that is no number with a known unit.
  init?(_ text: String) {
    guard let first = text.utf8.first, let last = text.utf8.last, Self.beginsNumber(first), Self.isLetter(last) else {
      return nil
    }
    let letters = text.utf8.lastIndex { !Self.isLetter($0) }.map(text.utf8.index(after:)) ?? text.startIndex
    let unit = text[letters...]
    let scalar = Scalar(text)
    do throws(ScalarProblem) {
      switch unit {
      case "Hz", "kHz":
        let value = try QuantityText.frequency(scalar)
        self.init(.frequency, value, QuantityText.text(frequency: value))
      case "bins", "steps", "epochs":
        switch try QuantityText.extent(scalar, [.bins, .steps, .epochs]) {
        case .time: return nil
        case .bins(let count): self.init(.bins, Double(count), "\(count) bins")
        case .steps(let count): self.init(.steps, Double(count), "\(count) steps")
        case .epochs(let count): self.init(.epochs, Double(count), "\(count) epochs")
        }
      default:
        if TimeUnit(rawValue: String(unit)) != nil {
          let time = try QuantityText.time(scalar)
          self.init(.time, Double(time.count), time.description)
        } else if QuantityText.memoryUnits.contains(String(unit)) {
          let bytes = try QuantityText.memory(scalar)
          self.init(.memory, Double(bytes), "\(bytes) B")
        } else {
          return nil
        }
      }
    } catch {
      return nil
    }
  }

  private init(_ measure: Measure, _ amount: Double, _ text: String) {
    self.measure = measure
    self.amount = amount
    self.text = text
  }

  /// Whether some key takes both, so that asking whether they are equal makes sense.
  func canStand(for other: Quantity) -> Bool { measure == other.measure || (isLength && other.isLength) }

  private var isLength: Bool {
    switch measure {
    case .time, .bins, .steps, .epochs: true
    case .frequency, .memory: false
    }
  }

  /// What it is, in words.
  var words: String {
    switch measure {
    case .time: "a time"
    case .bins: "a number of bins"
    case .steps: "a number of steps"
    case .epochs: "a number of epochs"
    case .frequency: "a frequency"
    case .memory: "an amount of memory"
    }
  }

  private static func beginsNumber(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "."): true
    default: false
    }
  }

  private static func isLetter(_ byte: UInt8) -> Bool {
    let lower = byte | 0x20
    return lower >= UInt8(ascii: "a") && lower <= UInt8(ascii: "z")
  }
}

// One spelling for the quantities of a document.
extension Node {
  /// The node with each quantity in its one spelling where the language takes quantities: equal for equal values.
  func spelledAlike(_ place: LanguagePlace?) -> Node {
    guard let place, holdsLooseQuantity else { return self }
    var node = self
    switch content {
    case .scalar(let scalar):
      guard place.kind.takesQuantity, let quantity = Quantity(scalar.text) else { return self }
      node.content = .scalar(Scalar(quantity.text))
    case .sequence(let nodes):
      let element = place.kind.element.map { LanguagePlace(kind: $0, doc: "", fallback: nil) }
      node.content = .sequence(nodes.map { $0.spelledAlike(element) })
    case .mapping(let entries):
      node.content = .mapping(
        entries.map { entry in
          let below = try? place.below(entry.key, self, 0, needsEntries: false)
          return Entry(key: entry.key, keySpan: entry.keySpan, value: entry.value.spelledAlike(below))
        })
    }
    return node
  }

  /// Whether some text in it is a quantity in another spelling than the one of all that are equal.
  private var holdsLooseQuantity: Bool {
    switch content {
    case .scalar(let scalar): Quantity(scalar.text).map { $0.text != scalar.text } ?? false
    case .sequence(let nodes): nodes.contains(where: \.holdsLooseQuantity)
    case .mapping(let entries): entries.contains { $0.value.holdsLooseQuantity }
    }
  }
}

extension KindDescription {
  /// Whether a number with a unit may stand here.
  fileprivate var takesQuantity: Bool {
    switch self {
    case .scalar(let type, _, _):
      switch type {
      case .time, .frequency, .memory, .extent: true
      case .int, .float, .bool, .string, .id, .path, .seed, .expression, .reference, .any: false
      }
    case .optional(let inner): inner.takesQuantity
    case .either(let first, let second): first.takesQuantity || second.takesQuantity
    case .choice, .list, .map, .paths, .section, .union: false
    }
  }

  /// The kind of the elements where a list may stand here.
  fileprivate var element: KindDescription? {
    switch self {
    case .list(let element, _): element
    case .optional(let inner): inner.element
    case .either(let first, let second): first.element ?? second.element
    case .scalar, .choice, .map, .paths, .section, .union: nil
    }
  }
}

extension Plain {
  /// A quantity in its one spelling; anything else as it is.
  var spelledAlike: Plain { word.flatMap { Quantity($0) }.map { .string($0.text) } ?? self }
}
