/// Finds the word that was probably meant.
package enum Suggestion {
  /// Words that other tools use for ours, both folded.
  static let synonyms: [String: [String]] = [
    "learningrate": ["lr"], "stepsize": ["lr"], "eta": ["lr"],
    "batchsize": ["batch", "trials"], "epochs": ["budget"], "steps": ["budget"], "maxepochs": ["budget"],
    "nepochs": ["budget"], "iterations": ["budget"], "weightdecay": ["weight_decay"], "l2": ["weight_decay"],
    "decay": ["weight_decay"], "wd": ["weight_decay"], "hiddensize": ["hidden", "width"], "units": ["width", "hidden"],
    "hiddendim": ["hidden", "width"], "layers": ["hidden"], "latentdim": ["latent"], "latentsize": ["latent"],
    "nlatent": ["latent"], "embeddingdim": ["size"], "embeddingsize": ["size"], "dim": ["size", "latent", "width"],
    "dimension": ["size", "latent", "width"], "nonlinearity": ["activation"], "act": ["activation"],
    "type": ["kind"], "name": ["kind"], "class": ["kind"], "file": ["path"], "files": ["path"], "glob": ["path"],
    "filename": ["path"], "binsize": ["bin"], "binwidth": ["bin"], "dt": ["bin"], "randomseed": ["seed"],
    "rngseed": ["seed"], "dataset": ["on", "datasets"], "data": ["on", "datasets"], "model": ["models", "train"],
    "optim": ["optimizer"], "recipe": ["with"], "earlystopping": ["select", "patience"], "observations": ["observe"],
    "encoder": ["inference"], "decoder": ["observation"], "sessions": ["on"], "finetune": ["transfer"],
    "val": ["valid"], "validation": ["valid"], "testing": ["test"], "training": ["train"],
    "sec": ["s"], "second": ["s"], "seconds": ["s"], "secs": ["s"], "msec": ["ms"], "millisecond": ["ms"],
    "milliseconds": ["ms"], "msecs": ["ms"], "usec": ["us"], "microsecond": ["us"], "microseconds": ["us"],
    "nanosecond": ["ns"], "nanoseconds": ["ns"], "nsec": ["ns"], "m": ["min"], "mins": ["min"], "minute": ["min"],
    "minutes": ["min"], "hour": ["h"], "hours": ["h"], "hr": ["h"], "hrs": ["h"], "hertz": ["Hz"],
    "kilohertz": ["kHz"], "epoch": ["epochs"], "step": ["steps"], "updates": ["steps"],
    "inherit": ["like"], "inherits": ["like"], "base": ["like"], "parent": ["like"],
  ]

  /// How sure a suggestion is; only a certain one may be applied without asking.
  package struct Match: Hashable, Sendable {
    package var word: String
    package var isCertain: Bool
  }

  /// The nearest of the words: folded equal, then close in spelling, then a synonym; nil when nothing is near.
  package static func nearest(to word: String, among words: [String]) -> Match? {
    let folded = fold(word)
    let others = words.filter { $0 != word }.map { (word: $0, folded: fold($0)) }
    if let same = others.first(where: { $0.folded == folded }) { return Match(word: same.word, isCertain: true) }
    var best: (word: String, distance: Int)?
    if folded.count >= 3 {
      var bound = max(1, folded.count / 3)
      for (candidate, letters) in others {
        guard let distance = distance(folded, letters, atMost: min(bound, letters.count - 1)) else { continue }
        best = (candidate, distance)
        bound = distance - 1
        guard bound > 0 else { break }
      }
    }
    if let best { return Match(word: best.word, isCertain: best.distance == 1 && folded.count >= 4) }
    for synonym in synonyms[plainFold(word)] ?? [] {
      if words.contains(synonym) { return Match(word: synonym, isCertain: true) }
    }
    return nil
  }

  /// Case and `-`/`_` folded: two spellings of one word become equal. The letters are Unicode scalars.
  private static func fold(_ word: String) -> [UInt32] {
    let dash = UInt32(UInt8(ascii: "-"))
    let under = UInt32(UInt8(ascii: "_"))
    guard word.utf8.allSatisfy({ $0 < 0x80 }) else {
      return word.lowercased().unicodeScalars.map { $0.value == dash ? under : $0.value }
    }
    return word.utf8.map { byte in
      let isUpper = (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte)
      let letter = UInt32(isUpper ? byte | 0x20 : byte)
      return letter == dash ? under : letter
    }
  }

  private static func plainFold(_ word: String) -> String {
    var plain = String.UnicodeScalarView()
    for letter in fold(word) {
      if let scalar = Unicode.Scalar(letter), scalar != "_", scalar != " " { plain.append(scalar) }
    }
    return String(plain)
  }

  /// Damerau-Levenshtein distance in its optimal string alignment form: insertions, deletions, substitutions and
  /// swaps of neighbours count 1 each (Damerau 1964). Nil when it is greater than a bound.
  private static func distance(_ left: [UInt32], _ right: [UInt32], atMost bound: Int) -> Int? {
    // So many letters more are at least so far away.
    guard abs(left.count - right.count) <= bound else { return nil }
    guard !left.isEmpty, !right.isEmpty else { return max(left.count, right.count) }
    var beforeLast = [Int](repeating: 0, count: right.count + 1)
    var last = Array(0...right.count)
    var current = beforeLast
    var leastOfLast = 0
    for row in 1...left.count {
      current[0] = row
      var least = row
      for column in 1...right.count {
        let cost = left[row - 1] == right[column - 1] ? 0 : 1
        var best = min(last[column] + 1, current[column - 1] + 1, last[column - 1] + cost)
        let isSwap =
          row > 1 && column > 1 && left[row - 1] == right[column - 2] && left[row - 2] == right[column - 1]
        if isSwap { best = min(best, beforeLast[column - 2] + 1) }
        current[column] = best
        least = min(least, best)
      }
      // Every later row is made of these two.
      guard min(least, leastOfLast) <= bound else { return nil }
      leastOfLast = least
      (beforeLast, last, current) = (last, current, beforeLast)
    }
    return last[right.count] <= bound ? last[right.count] : nil
  }
}
