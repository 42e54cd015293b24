// What a sweep varies, for tables and figures.
extension Expansion {
  /// How the values of an axis are laid out in a figure.
  package enum Scale: String, CaseIterable, Sendable { case linear, log, category }

  /// One swept path over all points.
  package struct Axis: Sendable {
    package var path: SpecPath
    /// Every value that some point has, in the order of the points.
    package var values: [Plain]
    package var scale: Scale
  }

  /// One axis for every swept path, in the order of the file.
  package var axes: [Axis] {
    var seen: [SpecPath: Set<Plain>] = [:]
    var values: [SpecPath: [Plain]] = [:]
    for point in points {
      for (path, value) in point.assignments where seen[path, default: []].insert(value).inserted {
        values[path, default: []].append(value)
      }
    }
    return paths.map { path in
      let own = values[path] ?? []
      return Axis(path: path, values: own, scale: scale(of: path, own))
    }
  }

  /// Numbers have a scale: a logarithmic one where they are drawn so, or where the largest is a hundred times the smallest.
  /// Seeds have a name each and no order.
  private func scale(of path: SpecPath, _ values: [Plain]) -> Scale {
    let numbers = values.compactMap { value -> Double? in
      switch value {
      case .int(let number): Double(number)
      case .float(let number): number
      case .null, .bool, .string, .list, .map: nil
      }
    }
    guard numbers.count == values.count, let least = numbers.min(), let most = numbers.max() else { return .category }
    guard path != SpecPath("study.seed") else { return .category }
    for axis in sweep?.allAxes.filter({ $0.path == path }) ?? [] {
      if case .drawn(.logUniform) = axis.values.form { return .log }
    }
    return least > 0 && most >= 100 * least ? .log : .linear
  }
}
