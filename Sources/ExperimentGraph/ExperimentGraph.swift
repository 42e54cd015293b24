// ExperimentGraph
