import Models

/// A model with the values of its parameters and the sessions they belong to.
package struct FittedModel: Sendable {
  package let model: Model
  package let sessions: SessionTable
  package let parameters: ParameterTable
  /// The flat parameter buffer.
  package var values: [Double]

  package init(model: Model, sessions: SessionTable, parameters: ParameterTable, values: [Double]) {
    precondition(values.count == parameters.count)
    self.model = model
    self.sessions = sessions
    self.parameters = parameters
    self.values = values
  }

  /// Takes over the values of parameters of `groups` from another model of the same architecture.
  mutating func adopt(_ other: FittedModel, groups: Set<ParameterGroup>) {
    for parameter in parameters.parameters where groups.contains(parameter.group) {
      guard let source = other.parameters[parameter.name], source.shape == parameter.shape else {
        preconditionFailure("\(parameter.name) has another shape in the model that is transferred")
      }
      values.replaceSubrange(parameter.range, with: other.values[source.range])
    }
  }
}
