// RUN: wasmind-opt %s --loops-lower-dispatches --split-input-file --verify-diagnostics

func.func @run(%x: tensor<4xf32>) -> tensor<4xf32> {
  // expected-error @+1 {{stands in no dispatch; --loops-form-dispatches makes them}}
  %0 = graph.unary exp %x : tensor<4xf32>
  return %0 : tensor<4xf32>
}

// -----

// expected-error @+1 {{has no function @run}}
module {
}
