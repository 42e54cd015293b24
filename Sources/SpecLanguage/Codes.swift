// The codes of the language itself, in the order of their numbers.
extension Code {
  package static let wrongShape = Code(
    "E1001", "a mapping, a list or a single value was expected",
    "The key takes a value of another shape than the one given: for example a list where one number is expected.")
  package static let missingKey = Code(
    "E1002", "a required key is missing",
    "Keys without a default must be given. The note says what the key means and which values it takes.")
  package static let unknownKey = Code(
    "E1003", "a key that does not exist",
    "Nothing in a spec is ignored: a key that has no effect is an error. Keys that begin with `x-` are yours and are "
      + "carried along without meaning.")
  package static let notBuilt = Code(
    "E1004", "part of the language that this version does not build yet",
    "The key or kind is defined by `mdssm: 1`, but this version of the program cannot honour it. It is refused so "
      + "that a study never runs without something that its spec asks for.")
  package static let wrongType = Code(
    "E1005", "a value of the wrong type",
    "Values stay text until the type that the key expects reads them. Nothing is guessed: quoted text is not a "
      + "number, and `yes` is not a truth value.")
  package static let outOfRange = Code(
    "E1006", "a value outside its range", "The label says which values the key takes.")
  package static let unknownChoice = Code(
    "E1007", "a word that is not one of the choices", "The key takes one of a closed list of words.")
  package static let unit = Code(
    "E1008", "a quantity without a unit or with an unknown one",
    "Times and frequencies carry their unit: `20 ms`, `0.5 Hz`. A bare number is an error because nobody can see "
      + "whether it means seconds, milliseconds or bins.")
  package static let unknownReference = Code(
    "E1009", "a name that no section defines",
    "References are typed by position: `train: meta` can only mean the entry `meta` of `models`.")
  package static let badName = Code(
    "E1010", "a name that is not an identifier",
    "Names begin with a letter and go on with letters, digits, `_` and `-`, at most 64 of them.")
  package static let wrongCount = Code(
    "E1011", "a list that is too short or too long", "The label says how many elements the list takes.")
  package static let brokenRule = Code(
    "E1012", "values that do not fit each other", "Each value is fine by itself, but they contradict each other.")
  package static let ambiguousNumber = Code(
    "E1013", "text that some readers take for a number",
    "`010`, `1_000`, `1:30` and dates mean different things to different YAML readers. Write the number that is meant.")
  package static let tooLargeNumber = Code(
    "E1014", "a number that does not fit", "Whole numbers have 64 bits, floats are IEEE doubles; this one fits neither."
  )
  package static let noValue = Code(
    "E1015", "a key without a value",
    "`null` is not a delete: remove the key, or name it under `unset` to drop an inherited one.")
  package static let lookAlike = Code(
    "E1016", "a character that only looks like another one",
    "Some characters look like ASCII but are not: curly quotes, no-break spaces, a typographic minus, Cyrillic letters."
  )

  /// Every code of reading.
  static let ofReading: [Code] = [
    .wrongShape, .missingKey, .unknownKey, .notBuilt, .wrongType, .outOfRange, .unknownChoice, .unit,
    .unknownReference, .badName, .wrongCount, .brokenRule, .ambiguousNumber, .tooLargeNumber, .noValue, .lookAlike,
  ]
}

// The codes of composition and expressions.
extension Code {
  package static let unknownSibling = Code(
    "E1201", "`like` names nothing to inherit from", "`like: <name>` inherits from an entry of the same section.")
  package static let cyclicLike = Code("E1202", "entries that inherit from each other", "`like` must end somewhere.")
  package static let nothingToUnset = Code(
    "E1203", "`unset` removes nothing", "`unset: [key]` removes keys that are inherited; this one is not.")
  package static let unknownProfile = Code(
    "E1204", "a profile that the spec does not define", "`--profile name` lays an entry of `profiles` over the spec.")
  package static let badOverride = Code(
    "E1205", "an override that cannot be read",
    "Overrides have the form `--set path.to.key=value`. Below `sweep.axes` the rest of the path is one key; elsewhere a key "
      + "with dots stands in double quotes.")
  package static let badParameter = Code(
    "E1206", "a parameter that is not declared well",
    "A parameter is a value, or `{type, default, min?, max?, choices?, doc?}`.")
  package static let badVariable = Code(
    "E1207", "an environment variable that is not declared",
    "A spec reads only the variables listed under `env`, so that a reader sees what it depends on.")
  package static let unsetVariable = Code(
    "E1208", "an environment variable that is not set",
    "Set the variable, or give a value to use instead: `${env:NAME ?? \"x\"}`.")
  package static let badExpression = Code(
    "E1209", "an expression that cannot be read",
    "Expressions have numbers, quoted texts, names, `+ - * / %`, comparisons, `and or not in`, and `min max abs exp "
      + "log sqrt`.")
  package static let noExpressionValue = Code(
    "E1210", "an expression without a value", "A part of the expression has the wrong type or no finite result.")
  package static let unknownName = Code(
    "E1211", "a name that an expression does not know",
    "The names that may be used depend on where the expression stands.")
  package static let badInterpolation = Code(
    "E1212", "an interpolation that cannot be read",
    "`${params.x}` and `${env:NAME}` stand for values; `$${` is the literal text `${`.")
  package static let languageVersion = Code(
    "E1213", "another version of the language",
    "A spec begins with `mdssm: 1`. Defaults belong to the version, so a spec means the same for as long as it is read."
  )
  package static let badExtends = Code(
    "E1214", "`extends` that is not a list of relative paths",
    "`extends: [common/rig.yaml]` lays the spec over other files. It is read before anything else: relative to the file "
      + "that says it, without `${}`, without network, never set by a profile or an override.")
  package static let noFragment = Code(
    "E1215", "a file to extend that cannot be read", "Paths are relative to the file that says `extends`.")
  package static let cyclicExtends = Code("E1216", "files that extend each other", "`extends` must end somewhere.")
  package static let outsideProject = Code(
    "E1217", "a file to extend outside the project",
    "A study is one folder that can be handed on: what it extends lies inside, also after links are followed.")
  package static let tooManyFragments = Code(
    "E1218", "too many files that extend each other", "At most 16 deep and 64 in all.")
  package static let tooMuchGrowth = Code(
    "E1219", "a spec that grows past all bounds",
    "What is inherited by `like` and filled in by `${}` makes a spec larger than its text. At most 64 entries inherit in "
      + "one chain and 20 000 values in all; at most 5000 `${}` fill in at most 256 KiB.")
  package static let unused = Code(
    "W1001", "a definition that nothing uses", "The definition has no effect. Remove it, or use it.")

  static let ofComposition: [Code] = [
    .unknownSibling, .cyclicLike, .nothingToUnset, .unknownProfile, .badOverride, .badParameter, .badVariable,
    .unsetVariable, .badExpression, .noExpressionValue, .unknownName, .badInterpolation, .languageVersion, .badExtends,
    .noFragment, .cyclicExtends, .outsideProject, .tooManyFragments, .tooMuchGrowth, .unused,
  ]

  /// Every code of the language itself, by number.
  package static let ofLanguage: [Code] = (ofReading + ofComposition + ofSweeps).sorted { $0.id < $1.id }
}

// The codes of sweeps.
extension Code {
  package static let badSweep = Code(
    "E1301", "values of a sweep that cannot be read",
    "Values are a list, or one of `{range: [from, to], step: s}`, `{linspace: [a, b, n]}`, `{log_grid: [a, b, n]}`, "
      + "`{seeds: n}`, `{uniform: [a, b]}`, `{log_uniform: [a, b]}`, `{int_uniform: [a, b]}`, `{normal: [mean, sd]}`, "
      + "`{choice: [...]}`.")
  package static let unknownSweptPath = Code(
    "E1302", "a sweep over a path that does not exist",
    "A swept path is written from the top of the spec, such as `models.meta.dynamics.latent`, and its entry exists.")
  package static let sweptWithoutEffect = Code(
    "E1303", "a swept path without effect at some point of the sweep",
    "At some point the key means nothing, because another `kind` is chosen there or nothing uses the parameter. Axes "
      + "that exist only where they mean something stand under `when`.")
  package static let sweptTwice = Code(
    "E1304", "a path that is swept twice", "At every point each path has one value.")
  package static let zipLengths = Code(
    "E1305", "columns of different length under `zip`", "The columns of one item of `zip` move together, row by row.")
  package static let tooManyPoints = Code(
    "E1306", "a sweep with more points than its limit",
    "`limit` (1000 unless the spec says otherwise) guards against a product that is larger than it looks.")
  package static let strategyMismatch = Code(
    "E1307", "a strategy that does not fit the values",
    "Lists enumerate, distributions draw: `random` and `sobol` need a distribution, and a distribution needs them.")
  package static let conditionOnDraw = Code(
    "E1308", "a condition on a value that is drawn later",
    "`when` and `exclude` come before the draws, so that every point that is left gets all of its draws.")
  package static let emptySweep = Code(
    "E1309", "a sweep without points",
    "A sweep gives some path a value, and its `exclude` leaves at least one point. Only `include` adds points that "
      + "`exclude` does not see.")
  package static let nothingExcluded = Code(
    "W1301", "an `exclude` that removes nothing", "No point of the sweep has these values.")
  package static let neverHolds = Code(
    "W1302", "a `when` that never holds", "Its axes are in no point of the sweep.")
  package static let includedAlready = Code(
    "W1303", "an `include` that adds nothing", "The sweep has a point with the same content.")
  package static let overrideSwept = Code(
    "W1304", "an override that the sweep replaces", "The sweep lies above all other layers.")

  static let ofSweeps: [Code] = [
    .badSweep, .unknownSweptPath, .sweptWithoutEffect, .sweptTwice, .zipLengths, .tooManyPoints, .strategyMismatch,
    .conditionOnDraw, .emptySweep, .nothingExcluded, .neverHolds, .includedAlready, .overrideSwept,
  ]
}
