/// The version of the program: `--version` prints it, and bundles say which one made them.
package enum ToolVersion {
  package static let current = "0.1.0"
}
