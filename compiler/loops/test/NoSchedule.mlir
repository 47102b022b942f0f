// RUN: wasmind-opt %s --loops-emit-operator-entry=name=f --split-input-file --verify-diagnostics

// expected-error @+1 {{has no schedule @run; --loops-lower-dispatches makes one}}
module {
func.func @run(%x: tensor<4xf32>) -> tensor<4xf32> {
  %0 = graph.unary exp %x : tensor<4xf32>
  return %0 : tensor<4xf32>
}
}
