import SpecLanguage

package enum Split: String, CaseIterable, Sendable { case train, valid, test }
package struct Trial: Sendable {
  package var length: Int; package var split: Split; package var start: Double; package var columns: [String: String]
  package init(length: Int, split: Split, start: Double, columns: [String: String]) { self.length = length; self.split = split; self.start = start; self.columns = columns }
}
package struct Behavior: Sendable { package var name: String; package var unit: String; package var dimensions: Int; package var values: [Float] }
package struct Session: Sendable {
  package var name: String; package var metadata: [String: String]; package var binWidth: Nanoseconds
  package var channels: Int; package var bins: Int; package var trials: [Trial]; package var isCounts: Bool
  package var observations: [Float]; package var behavior: [Behavior]; package var truth: [Float]?; package var notes: [String]
}
