import SpecLanguage
import Training

// The codes of a whole study: rules over several nodes, and over nodes and data.
extension Code {
  package static let cyclicRuns = Code(
    "E2001", "runs that transfer each other",
    "A transfer starts from a run that was trained: the chain must end in a `train`.")
  package static let noSessions = Code(
    "E2002", "a cohort or dataset without sessions",
    "No session has a name that the globs match, or `where` leaves all of them out; the notes say what it gave.")
  package static let noBehavior = Code(
    "E2003", "behaviour that the sessions do not have",
    "Decoding needs the behaviour series in every session of the run.")
  package static let notCounts = Code(
    "E2004", "a count likelihood for data that are not counts",
    "Poisson read-outs need spike counts; smoothed or real-valued data take a Gaussian one.")
  package static let noEmbedding = Code(
    "E2005", "an embedding that the model does not have", "Only a model with `embedding` has one to report.")
  package static let noTrials = Code(
    "E2006", "a split without trials", "The evaluation or the training needs trials of this split.")
  package static let badHorizon = Code(
    "E2007", "a forecast that does not fit the trials",
    "Context and horizon together may not be longer than the longest trial, and are whole numbers of bins.")
  package static let unfit = Code(
    "E2008", "sessions that do not fit together", "Sessions of one run share one bin width.")
  package static let noValidationTrials = Code(
    "E2009", "selection without validation trials", "`select` needs validation trials in the splits of the datasets.")
  package static let unknownMetric = Code(
    "E2010", "a metric that the evaluation does not give",
    "A metric is written `<evaluation>.<metric>`, such as `forecast.r2@10`; `mdssm-run list metrics` lists those of each kind."
  )
  package static let notEvaluated = Code(
    "E2011", "a comparison of a run that its evaluation does not measure",
    "The runs of a comparison stand under `of` of the evaluation that gives its metric.")
  package static let unknownLabel = Code(
    "E2012", "a label that values cannot be paired by",
    "Values are paired by `session`, `seed`, `split`, `trials`, or a path that the sweep gives values to.")
  package static let noPairs = Code(
    "E2013", "a comparison without pairs", "A pair is two values of two runs with the same labels.")

  package static let severalSources = Code(
    "E2014", "a transfer of several fits", "A transfer takes one model over, not one per session or one per repetition."
  )
  package static let notCausal = Code(
    "E2015", "a filter whose model reads ahead",
    "A filter follows a trial as it happens, so the encoder of its model may not read later bins.")
  package static let unknownColor = Code(
    "E2016", "metadata that no session has", "An embedding is set against what is known of the sessions of its runs.")
  package static let partBehavior = Code(
    "W2301", "behaviour that only some sessions have", "Decoding leaves out the sessions that do not have its target.")

  package static let noTruth = Code(
    "E2017", "true states that no session has",
    "Only generated sessions whose system has equations of motion know their true states; recordings do not.")
  package static let heldOutSession = Code(
    "E2019", "a training on sessions that are held out",
    "`sessions` of a split keeps sessions from what sessions share; they are for transfers and for models of their own."
  )
  package static let nothingHeldOut = Code(
    "E2020", "co-smoothing where nothing is held out",
    "What encoders do not see is declared with the data: `neurons` of a split, or a file that says it.")
  package static let leftOutSessions = Code(
    "W2302", "sessions that a run or an evaluation leaves out",
    "They lack what it needs: training trials, true states, or something that is held out.")

  package static let idleResources = Code(
    "E2031", "a resource that nothing uses", "Every stage has its own threads already, or there is no job of the stage."
  )
  package static let tooMuchMemory = Code(
    "E2032", "a job that needs more memory than the machine has", "The job could never start on this machine.")

  /// Every code of this room, by number.
  package static let ofExperiment: [Code] = [
    .cyclicRuns, .noSessions, .noBehavior, .notCounts, .noEmbedding, .noTrials, .badHorizon, .unfit,
    .noValidationTrials, .unknownMetric, .notEvaluated, .unknownLabel, .noPairs, .severalSources, .notCausal,
    .unknownColor, .noTruth, .testSelects, .heldOutSession, .nothingHeldOut, .partBehavior,
    .leftOutSessions, .idleResources, .tooMuchMemory,
  ]
}
