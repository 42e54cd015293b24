import Bundle
import Foundation

/// The report of a bundle: `report/index.html`, one page without network, and `report/figures/` with each figure's
/// picture, data and script.
package enum Report {
  /// A file of the report, as text, at its path in the bundle.
  package struct File: Hashable, Sendable {
    package var path: String
    package var text: String
    package var role: String
  }

  /// All files of the report. The same bundle and the same gnuplot give the same bytes.
  /// - Parameter gnuplot: what draws; without it the page shows the tables and says what to install.
  package static func files(of bundle: ResultBundle, gnuplot: Gnuplot?) -> [File] {
    let contents = Contents(bundle)
    let drawings = figures(contents).map { draw($0, gnuplot) }
    var files = [File(path: "report/index.html", text: Page(contents, drawings).markup, role: "report")]
    for drawing in drawings {
      let stem = "report/figures/" + drawing.figure.id
      files.append(File(path: stem + ".tsv", text: drawing.figure.data.text, role: "figure data"))
      files.append(File(path: stem + ".gp", text: drawing.figure.script, role: "figure script"))
      if let svg = drawing.svg { files.append(File(path: stem + ".svg", text: svg, role: "figure")) }
    }
    return files
  }

  /// Writes the report of a finished bundle into it, replacing an older one, and lists it in the manifest.
  /// - Parameter folder: the bundle's folder.
  /// - Returns: the path of the page.
  @discardableResult
  package static func write(bundle folder: String) throws(BundleError) -> String {
    let path = ProcessInfo.processInfo.environment["PATH"] ?? ""
    let bundle = try ResultBundle(folder: folder)
    let writer = try BundleWriter(adding: folder)
    let files = files(of: bundle, gnuplot: .find(on: path))
    do {
      try writer.together {
        for file in files { try writer.write(file.text, to: file.path, role: file.role) }
      }
    } catch let error as BundleError {
      throw error
    } catch {
      throw BundleError(path: folder, problem: .cannotWrite("\(error)"))
    }
    return folder + "/report/index.html"
  }

  private static func figures(_ contents: Contents) -> [Figure] {
    let chosen = FigureName.chosen(by: contents.manifest.study)
    return FigureName.allCases.filter { chosen?.contains($0) ?? true }.flatMap { figures($0, contents) }
  }

  /// The figures of one name that the results give.
  private static func figures(_ name: FigureName, _ contents: Contents) -> [Figure] {
    switch name {
    case .forecast:
      return contents.metrics.map(\.evaluation).distinct.compactMap {
        ForecastFigure.figure(EvaluationScores($0, contents.metrics))
      }
    case .embedding:
      guard let embedding = contents.embedding else { return [] }
      return embedding.points.map(\.run).distinct.compactMap { EmbeddingFigure.figure(embedding, run: $0) }
    case .traces:
      return contents.examples.compactMap { example in
        let isOnly = contents.examples.count { $0.run == example.run } == 1
        return TraceFigure.figure(example, name: isOnly ? example.run : "\(example.run)/\(example.evaluation)")
      }
    case .fields:
      return contents.fields.map(\.evaluation).distinct.compactMap { name in
        FieldFigure.figure(name, contents.fields.filter { $0.evaluation == name })
      }
    case .grid: return contents.grids.compactMap { GridFigure.figure($0) }
    case .learning: return [LearningFigure.loss, .forecast].compactMap { $0.figure(contents.logs) }
    case .axes: return contents.sweep.map { AxisFigure.figures($0) } ?? []
    case .interaction: return contents.sweep.flatMap { InteractionFigure.figure($0) }.map { [$0] } ?? []
    case .comparison:
      guard let comparisons = contents.comparisons else { return [] }
      return comparisons.all.compactMap { ComparisonFigure.figure($0, comparisons.pairs) }
    }
  }

  private static func draw(_ figure: Figure, _ gnuplot: Gnuplot?) -> Page.Drawing {
    guard let gnuplot else {
      let advice = "The figures are not drawn because gnuplot is missing: sudo apt-get install gnuplot-nox"
      return Page.Drawing(figure: figure, svg: nil, problem: advice)
    }
    do throws(Gnuplot.Failure) {
      return Page.Drawing(figure: figure, svg: try gnuplot.draw(figure), problem: nil)
    } catch {
      return Page.Drawing(figure: figure, svg: nil, problem: "\(figure.id) is not drawn: \(error.message)")
    }
  }
}
