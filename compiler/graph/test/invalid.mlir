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
  // expected-error @+1 {{leaves the input in dimension 0: 2 elements from 2 on, 2 apart, of 4}}
  %0 = graph.slice %x from affine_map<() -> (2)> by [2] : tensor<4xf32> -> tensor<2xf32>
  return
}

// -----

func.func @stride(%x: tensor<1x4x3xf32>, %w: tensor<3x3x8xf32>) {
  // expected-error @+1 {{convolve: strides that are not constant need the result's extents}}
  %0 = graph.convolve %x, %w strides affine_map<()[s0] -> (s0)> pad [0] [0] dilations [1] : tensor<1x4x3xf32>, tensor<3x3x8xf32>
  return
}

// -----

func.func @dims(%x: tensor<1x4x3xf32>, %w: tensor<3x3x8xf32>) {
  // expected-error @+1 {{convolve: strides, pads and dilations need 1 entries}}
  %0 = graph.convolve %x, %w strides affine_map<(d0) -> (d0)> pad [0] [0] dilations [1] : tensor<1x4x3xf32>, tensor<3x3x8xf32>
  return
}

// -----

func.func @zero(%x: tensor<1x4x3xf32>) {
  // expected-error @+1 {{window: strides and dilations must be positive, pads within 32 bits}}
  %0 = graph.window max %x sizes [1, 2, 1] strides [1, 0, 1] pad [0, 0, 0] [0, 0, 0] dilations [1, 1, 1] : tensor<1x4x3xf32>
  return
}

// -----

func.func @negative(%x: tensor<1x4x3xf32>) {
  // expected-error @+1 {{window: the result would have a negative extent}}
  %0 = graph.window max %x sizes [1, 2, 1] strides [1, 1, 1] pad [0, 0, 0] extents [1, -1, 3] dilations [1, 1, 1] : tensor<1x4x3xf32>
  return
}

// -----

func.func @groups(%x: tensor<1x4x?xf32, affine_map<()[s0] -> (1, 4, s0 * 2)>>, %w: tensor<3x2x?xf32, affine_map<()[s0] -> (3, 2, s0)>>) {
  // expected-error @+1 {{convolve: s0 outputs do not divide into s0 groups}}
  %0 = graph.convolve %x, %w strides [1] pad [0] [0] dilations [1] groups affine_map<()[s0] -> (s0)> : tensor<1x4x?xf32, affine_map<()[s0] -> (1, 4, s0 * 2)>>, tensor<3x2x?xf32, affine_map<()[s0] -> (3, 2, s0)>>
  return
}

// -----

func.func @transposed(%x: tensor<1x4x3xf32>, %w: tensor<3x3x8xf32>) {
  // expected-error @+1 {{convolve: a transposed convolution needs constant strides, pads, dilations and kernel extents}}
  %0 = graph.convolve %x, %w strides [2] pad affine_map<()[s0] -> (s0)> [0] dilations [1] transposed : tensor<1x4x3xf32>, tensor<3x3x8xf32>
  return
}

// -----

module attributes {graph.dims = [{name = "n", min = 1, max = 8}]} {
func.func @fixed(%x: tensor<?xf32, affine_map<()[s0] -> (s0)>>) {
  // expected-error @+1 {{leaves the input in dimension 0: 5 elements from 0 on, 1 apart, of 'n' (1..8); compile with --dim n=5..8}}
  %0 = graph.slice %x from affine_map<() -> (0)> by [1] : tensor<?xf32, affine_map<()[s0] -> (s0)>> -> tensor<5xf32>
  return
}
}

// -----

module attributes {graph.dims = [{name = "n", min = 1, max = 8}]} {
func.func @tail(%x: tensor<?xf32, affine_map<()[s0] -> (s0)>>) {
  // expected-error @+1 {{leaves the input in dimension 0: 3 elements from 'n - 3' (-2..5) on, 1 apart, of 'n' (1..8); compile with --dim n=3..8}}
  %0 = graph.slice %x from affine_map<()[s0] -> (s0 - 3)> by [1] : tensor<?xf32, affine_map<()[s0] -> (s0)>> -> tensor<3xf32>
  return
}
}

// -----

module attributes {graph.dims = [{name = "n", min = 1, max = 8}]} {
func.func @last_of_every_second(%x: tensor<?xf32, affine_map<()[s0] -> (s0)>>) {
  %0 = graph.slice %x from affine_map<() -> (1)> by [2] : tensor<?xf32, affine_map<()[s0] -> (s0)>> -> tensor<?xf32, affine_map<()[s0] -> (s0 floordiv 2)>>
  // expected-error @+1 {{leaves the input in dimension 0}}
  %1 = graph.slice %x from affine_map<() -> (1)> by [2] : tensor<?xf32, affine_map<()[s0] -> (s0)>> -> tensor<?xf32, affine_map<()[s0] -> ((s0 + 1) floordiv 2)>>
  return
}
}

// -----

module attributes {graph.dims = [{name = "n", min = 1, max = 8}]} {
func.func @crop(%x: tensor<?xf32, affine_map<()[s0] -> (s0)>>, %v: tensor<f32>) {
  // expected-error @+1 {{gives a tensor whose extent in dimension 0 may be negative: 'n - 3' (-2..5); compile with --dim n=3..8}}
  %0 = graph.pad %x, %v low [-2] high [-1] interior [0] : tensor<?xf32, affine_map<()[s0] -> (s0)>>, tensor<f32>
  return
}
}

// -----

module attributes {graph.dims = [{name = "n", min = 0, max = 8}]} {
func.func @interleave(%x: tensor<?xf32, affine_map<()[s0] -> (s0)>>, %v: tensor<f32>) {
  // expected-error @+1 {{interleaves dimension 0 of extent 'n' (0..8), which may be empty; compile with --dim n=1..8}}
  %0 = graph.pad %x, %v low [1] high [1] interior [1] : tensor<?xf32, affine_map<()[s0] -> (s0)>>, tensor<f32>
  return
}
}

// -----

module attributes {graph.dims = [{name = "n", min = 1, max = 8}]} {
func.func @window(%x: tensor<?xf32, affine_map<()[s0] -> (s0)>>) {
  // expected-error @+1 {{gives a tensor whose extent in dimension 0 may be negative: 'n - 3' (-2..5); compile with --dim n=3..8}}
  %0 = graph.window max %x sizes [4] strides [1] pad [0] [0] dilations [1] : tensor<?xf32, affine_map<()[s0] -> (s0)>>
  return
}
}

// -----

module attributes {graph.dims = [{name = "n", min = 1, max = 8}]} {
func.func @divided(%x: tensor<?xf32, affine_map<()[s0] -> (s0)>>) {
  // expected-error @+1 {{gives a tensor whose extent in dimension 0 may be a part of something negative}}
  %0 = graph.window max %x sizes [2] strides [3] pad [0] [0] dilations [1] : tensor<?xf32, affine_map<()[s0] -> (s0)>>
  return
}
}

// -----

module attributes {graph.dims = [{name = "n", min = 1, max = 8}]} {
func.func @kernel(%x: tensor<1x?x3xf32, affine_map<()[s0] -> (1, s0, 3)>>, %w: tensor<3x3x8xf32>) {
  // expected-error @+1 {{gives a tensor whose extent in dimension 1 may be negative: 'n - 2' (-1..6); compile with --dim n=2..8}}
  %0 = graph.convolve %x, %w strides [1] pad [0] [0] dilations [1] : tensor<1x?x3xf32, affine_map<()[s0] -> (1, s0, 3)>>, tensor<3x3x8xf32>
  return
}
}

// -----

module attributes {graph.dims = [{name = "n", min = 0, max = 8}]} {
func.func @nothing(%x: tensor<?xf32, affine_map<()[s0] -> (s0)>>, %one: tensor<1xi64>, %all: tensor<?xi64, affine_map<()[s0] -> (s0)>>, %more: tensor<?xi64, affine_map<()[s0] -> (s0 * 8)>>) {
  %0 = graph.gather %x, %all dim 0 : tensor<?xf32, affine_map<()[s0] -> (s0)>>, tensor<?xi64, affine_map<()[s0] -> (s0)>>
  %2 = graph.gather %x, %more dim 0 : tensor<?xf32, affine_map<()[s0] -> (s0)>>, tensor<?xi64, affine_map<()[s0] -> (s0 * 8)>>
  // expected-error @+1 {{takes elements of dimension 0 of extent 'n' (0..8), which may be empty; compile with --dim n=1..8}}
  %1 = graph.gather %x, %one dim 0 : tensor<?xf32, affine_map<()[s0] -> (s0)>>, tensor<1xi64>
  return
}
}

// -----

module attributes {graph.dims = [{name = "n", min = 1, max = 8}]} {
func.func @largest(%x: tensor<?xf32, affine_map<()[s0] -> (s0)>>) {
  // expected-error @+1 {{takes 3 of 'n' (1..8) elements; compile with --dim n=3..8}}
  %0, %1 = graph.top_k %x k 3 : tensor<?xf32, affine_map<()[s0] -> (s0)>>
  return
}
}
