import Bundle

/// What happens while a plan is carried out.
package enum Event: Sendable {
  case started(job: String, number: Int, of: Int)
  /// The artifact exists already.
  case skipped(job: String, number: Int, of: Int)
  case resumed(job: String, step: Int)
  case progress(job: String, Progress)
  case finished(job: String, seconds: Double, detail: String)
  case failed(job: String, message: String)

  package struct Progress: Sendable {
    package var step: Int
    package var steps: Int
    package var loss: Double
    package var secondsPerStep: Double
    package var validLoss: Double?
    package var validForecastR2: Double?
  }
}

/// What became of a job.
package enum JobOutcome: Sendable {
  case done(ArtifactKey, wasStored: Bool, seconds: Double)
  case failed(Manifest.Failure)
  /// An input of the job failed.
  case left(because: String)
  case interrupted
}
