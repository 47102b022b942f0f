// RUN: wasmind-opt %s --split-input-file --verify-diagnostics

func.func @extents(%x: tensor<3xf32>, %y: tensor<4xf32>) {
  // expected-error @+1 {{binary: extents 3 and 4 of dimension 0 are neither equal nor 1}}
  %0 = graph.binary add %x, %y : tensor<3xf32>, tensor<4xf32>
  return
}

// -----

func.func @reshape(%x: tensor<3xf32>) {
  // expected-error @+1 {{of 3 elements to 4}}
  %0 = graph.reshape %x : tensor<3xf32> -> tensor<4xf32>
  return
}

// -----

func.func @contract(%x: tensor<3x4xf32>, %y: tensor<5x6xf32>) {
  // expected-error @+1 {{contract: extents 4 and 5 of paired dimensions 1 and 0 differ}}
  %0 = graph.contract %x, %y batch [] x [] contract [1] x [0] : tensor<3x4xf32>, tensor<5x6xf32>
  return
}

// -----

func.func @convolve(%x: tensor<1x4x4x3xf32>, %w: tensor<3x3x4x8xf32>) {
  // expected-error @+1 {{convolve: 3 input channels, but weights for 4 x 1 groups}}
  %0 = graph.convolve %x, %w strides [1, 1] pad [0, 0] [0, 0] dilations [1, 1] : tensor<1x4x4x3xf32>, tensor<3x3x4x8xf32>
  return
}

// -----

func.func @slice(%x: tensor<4xf32>) {
  // expected-error @+1 {{leaves the input in dimension 0}}
  %0 = graph.slice %x from affine_map<() -> (2)> by [2] : tensor<4xf32> -> tensor<2xf32>
  return
}
