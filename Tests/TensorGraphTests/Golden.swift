import BackendChecks
import Testing

/// Compares a text with `Golden/<name>.txt`; RECORD=1 writes the file and fails.
func expectGolden(_ name: String, _ text: String, sourceLocation: SourceLocation = #_sourceLocation) throws {
  let difference = try goldenDifference(name, text, beside: #filePath)
  #expect(difference == nil, sourceLocation: sourceLocation)
}
