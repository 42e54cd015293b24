import SpecLanguage

// The codes of YAML itself, in the order of their numbers.
extension Code {
  package static let notYAML = Code(
    "E1100", "text that is not YAML", "The structure of the file cannot be understood at this place.")
  package static let duplicateKey = Code(
    "E1101", "a key given twice", "A mapping has each key once. Other readers silently keep one of the two values.")
  package static let unknownAlias = Code(
    "E1102", "an alias without its anchor", "`*name` repeats the node that `&name` marked earlier in the same file.")
  package static let tooManyAliases = Code(
    "E1103", "too many aliases", "A spec has at most 64 aliases and grows at most tenfold through them.")
  package static let cyclicAlias = Code(
    "E1104", "a node that contains itself", "An alias may not stand inside the node that its anchor marks.")
  package static let mergeKey = Code(
    "E1105", "the merge key `<<`", "`<<` left YAML with version 1.2. Inside a section, `like: <name>` inherits.")
  package static let foreignTag = Code(
    "E1106", "a tag that is not YAML's own",
    "Tags name types of some programming language; a spec is data. The types of the keys are known without tags.")
  package static let severalDocuments = Code(
    "E1107", "more than one document", "One spec is one file with one document; `---` may stand at its start only.")
  package static let keyNotText = Code(
    "E1108", "a key that is not text", "Keys are words. A key that looks like a number or a truth value needs quotes.")
  package static let tab = Code(
    "E1109", "a tab where spaces are needed", "YAML forbids tabs in indentation, because their width is unknown.")
  package static let conflictMarker = Code(
    "E1110", "a merge conflict", "Version control left both versions in the file. Keep one and delete the markers.")
  package static let tooLarge = Code("E1111", "a file that is too large", "A spec has at most 256 KiB.")
  package static let tooDeep = Code("E1112", "a file that is nested too deeply", "A spec has at most 64 levels.")
  package static let notUTF8 = Code(
    "E1113", "bytes that are not UTF-8", "Specs are UTF-8 text. Save the file in that encoding.")
  package static let controlCharacter = Code(
    "E1114", "a control character", "NUL bytes and control characters have no place in a spec.")
  package static let emptyDocument = Code("E1115", "an empty spec", "The file holds no key.")
  package static let directionMark = Code(
    "E1116", "an invisible mark that changes the reading direction",
    "Text with such marks does not say what it seems to say. Remove the mark.")

  package static let tooManyValues = Code(
    "E1117", "too many keys or values", "A mapping has at most 1000 keys, and a spec at most 50 000 values.")

  /// Every code of this room.
  package static let ofYAML: [Code] = [
    .notYAML, .duplicateKey, .unknownAlias, .tooManyAliases, .cyclicAlias, .mergeKey, .foreignTag,
    .severalDocuments, .keyNotText, .tab, .conflictMarker, .tooLarge, .tooDeep, .notUTF8, .controlCharacter,
    .emptyDocument, .directionMark, .tooManyValues,
  ]
}
