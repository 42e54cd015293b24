/// Gradients of loops, products and programs: graphs as training runs them.
let gradientCases: [GraphCase] = {
  let forward = programCases + drawnProgramCases + scanCases + nestedScanCases + contractionCases
  return forward.filter { $0.closeness == .tensor }.map(\.gradient)
}()
