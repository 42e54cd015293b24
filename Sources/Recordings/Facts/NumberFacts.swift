import SpecLanguage

/// What an array of numbers holds: sum, mean, standard deviation, extremes, and the same by column.
///
/// Missing values (NaN) are counted and left out of everything else; the standard deviation divides by the number of
/// values. A last axis that is not the only one counts as columns.
struct NumberFacts {
  let shape: [Int]
  let values: [Double]
  /// Whether the file holds the first axis fastest, as MATLAB does: sums then run in that order.
  var isColumnMajor = false

  /// Columns of more than this are not told one by one.
  private static let mostColumns = 1024

  var entries: [(String, Plain)] {
    let there = values.filter { !$0.isNaN }
    // NumPy puts 0 in the place of what is missing, so the order of the sum is that of all values.
    let ordered = isColumnMajor && shape.count == 2 ? (0..<shape[1]).flatMap { column($0, missing: .nan) } : values
    let sum = NumPySum.of(ordered.map { $0.isNaN ? 0 : $0 })
    let mean = sum / Double(there.count)
    let squares = ordered.map { $0.isNaN ? 0 : ($0 - mean) * ($0 - mean) }
    var entries: [(String, Plain)] = [
      ("n_nan", .int(values.count - there.count)), ("sum", .float(sum)),
    ]
    guard let low = there.min(), let high = there.max() else { return entries }
    entries += [
      ("mean", .float(mean)), ("sd", .float((NumPySum.of(squares) / Double(there.count)).squareRoot())),
      ("min", .float(low)), ("max", .float(high)),
    ]
    return entries + columns
  }

  private var columns: [(String, Plain)] {
    guard shape.count == 2, shape[0] > 0, shape[1] > 0 else { return [] }
    let width = shape[1]
    var entries: [(String, Plain)] = [
      ("first_channel_sum", .float(NumPySum.of(column(0)))),
      ("last_channel_sum", .float(NumPySum.of(column(width - 1)))),
    ]
    guard width <= Self.mostColumns else { return entries }
    let counts = (0..<width).map { index in Double(column(index, missing: .nan).count { !$0.isNaN }) }
    let means = zip(columnSums { value, _ in value }, counts).map { $0 / $1 }
    let squares = columnSums { value, column in (value - means[column]) * (value - means[column]) }
    entries += [
      ("channel_mean", .list(means.map(Plain.float))),
      ("channel_sd", .list(zip(squares, counts).map { .float(($0 / $1).squareRoot()) })),
    ]
    return entries
  }

  private func column(_ index: Int, missing: Double = 0) -> [Double] {
    stride(from: index, to: values.count, by: shape[1]).map { values[$0].isNaN ? missing : values[$0] }
  }

  /// Row after row, as NumPy sums over the first axis; a single column is one long stretch to it.
  private func columnSums(_ term: (Double, Int) -> Double) -> [Double] {
    let width = shape[1]
    let terms = values.indices.map { values[$0].isNaN ? 0 : term(values[$0], $0 % width) }
    if width == 1 || isColumnMajor {
      return (0..<width).map { column in
        NumPySum.of(stride(from: column, to: terms.count, by: width).map { terms[$0] })
      }
    }
    var sums = [Double](repeating: 0, count: width)
    for place in terms.indices { sums[place % width] += terms[place] }
    return sums
  }
}

/// The same numbers of a column of a table: `mean_<name>`, or how often each text occurs as `count_<name>`.
enum ColumnFacts {
  /// Texts with more different values than this are names, not groups.
  private static let mostGroups = 64

  static func entries(_ name: String, _ values: [Plain]) -> [(String, Plain)] {
    var numbers: [Double] = []
    var groups: [String: Int] = [:]
    for value in values {
      switch value {
      case .int(let number): numbers.append(Double(number))
      case .float(let number): numbers.append(number)
      case .bool(let isTrue): numbers.append(isTrue ? 1 : 0)
      case .string(let text): groups[text, default: 0] += 1
      case .null, .list, .map: break
      }
    }
    if !numbers.isEmpty {
      let there = numbers.filter { !$0.isNaN }
      if there.isEmpty { return [] }
      let sum = NumPySum.of(numbers.map { $0.isNaN ? 0 : $0 })
      return [("mean_" + name, .float(sum / Double(there.count)))]
    }
    guard !groups.isEmpty, groups.count <= mostGroups else { return [] }
    let counts = groups.sorted { $0.key < $1.key }.map { ($0.key, Plain.int($0.value)) }
    return [("count_" + name, .map(counts))]
  }
}
