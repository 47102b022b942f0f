// RUN: wasmind-opt %s --loops-prepare --loops-join-parts --loops-form-dispatches --split-input-file | FileCheck %s

// Two convolutions write side by side, the pool reads them together; no kernel concatenates.
// CHECK-LABEL: func.func @fire
// CHECK: %[[A:.*]] = loops.dispatch convolve(%arg0)
// CHECK: %[[B:.*]] = loops.dispatch convolve(%arg0)
// CHECK: %[[Y:.*]] = loops.join %[[A]], %[[B]] dim 3
// CHECK: loops.dispatch window(%[[Y]])
// CHECK-NOT: loops.dispatch
// CHECK: return
func.func @fire(%x: tensor<1x8x8x4xf32>) -> tensor<1x4x4x12xf32> {
  %w = graph.constant dense<0.5> : tensor<1x1x4x4xf32> : tensor<1x1x4x4xf32>
  %v = graph.constant dense<0.5> : tensor<3x3x4x8xf32> : tensor<3x3x4x8xf32>
  %zero = graph.constant dense<0.0> : tensor<1x1x1x1xf32> : tensor<1x1x1x1xf32>
  %0 = graph.convolve %x, %w strides [1, 1] pad [0, 0] [0, 0] dilations [1, 1] : tensor<1x8x8x4xf32>, tensor<1x1x4x4xf32>
  %1 = graph.binary max %0, %zero : tensor<1x8x8x4xf32>, tensor<1x1x1x1xf32>
  %2 = graph.convolve %x, %v strides [1, 1] pad [1, 1] [1, 1] dilations [1, 1] : tensor<1x8x8x4xf32>, tensor<3x3x4x8xf32>
  %3 = graph.binary max %2, %zero : tensor<1x8x8x8xf32>, tensor<1x1x1x1xf32>
  %4 = graph.concat %1, %3 dim 3 : tensor<1x8x8x4xf32>, tensor<1x8x8x8xf32>
  %5 = graph.window max %4 sizes [1, 2, 2, 1] strides [1, 2, 2, 1] pad [0, 0, 0, 0] [0, 0, 0, 0] dilations [1, 1, 1, 1] : tensor<1x8x8x12xf32>
  return %5 : tensor<1x4x4x12xf32>
}

// -----

// What others read by its elements or as an image may lie in a join; a part of a join may be one.
// CHECK-LABEL: func.func @dense
// CHECK: %[[A:.*]] = loops.dispatch convolve(%arg0)
// CHECK: %[[B:.*]] = loops.dispatch convolve(%[[A]])
// CHECK: %[[C:.*]] = loops.join %[[A]], %[[B]] dim 3
// CHECK: %[[D:.*]] = loops.dispatch convolve(%[[C]])
// CHECK: %[[E:.*]] = loops.join %[[C]], %[[D]] dim 3
// CHECK: loops.dispatch elementwise(%[[E]])
// CHECK-NOT: loops.dispatch
// CHECK: return
func.func @dense(%x: tensor<1x8x8x4xf32>) -> tensor<1x8x8x12xf32> {
  %w = graph.constant dense<0.5> : tensor<3x3x4x4xf32> : tensor<3x3x4x4xf32>
  %v = graph.constant dense<0.5> : tensor<3x3x8x4xf32> : tensor<3x3x8x4xf32>
  %0 = graph.convolve %x, %w strides [1, 1] pad [1, 1] [1, 1] dilations [1, 1] : tensor<1x8x8x4xf32>, tensor<3x3x4x4xf32>
  %1 = graph.convolve %0, %w strides [1, 1] pad [1, 1] [1, 1] dilations [1, 1] : tensor<1x8x8x4xf32>, tensor<3x3x4x4xf32>
  %2 = graph.concat %0, %1 dim 3 : tensor<1x8x8x4xf32>, tensor<1x8x8x4xf32>
  %3 = graph.convolve %2, %v strides [1, 1] pad [1, 1] [1, 1] dilations [1, 1] : tensor<1x8x8x8xf32>, tensor<3x3x8x4xf32>
  %4 = graph.concat %2, %3 dim 3 : tensor<1x8x8x8xf32>, tensor<1x8x8x4xf32>
  %5 = graph.unary tanh %4 : tensor<1x8x8x12xf32>
  return %5 : tensor<1x8x8x12xf32>
}

// -----

// An input is copied to its place; half of a tensor is convolved where it lies.
// CHECK-LABEL: func.func @halves
// CHECK: %[[A:.*]] = loops.dispatch convolve(%arg0)
// CHECK: graph.slice
// CHECK: graph.convolve
// CHECK: %[[B:.*]] = loops.dispatch elementwise(%arg0)
// CHECK: graph.broadcast
// CHECK: loops.join %[[A]], %[[B]] dim 3
// CHECK-NOT: loops.dispatch
// CHECK: return
func.func @halves(%x: tensor<1x8x8x8xf32>) -> tensor<1x8x8x12xf32> {
  %w = graph.constant dense<0.5> : tensor<3x3x4x4xf32> : tensor<3x3x4x4xf32>
  %0 = graph.slice %x from affine_map<() -> (0, 0, 0, 4)> by [1, 1, 1, 1] : tensor<1x8x8x8xf32> -> tensor<1x8x8x4xf32>
  %1 = graph.convolve %0, %w strides [1, 1] pad [1, 1] [1, 1] dilations [1, 1] : tensor<1x8x8x4xf32>, tensor<3x3x4x4xf32>
  %2 = graph.concat %1, %x dim 3 : tensor<1x8x8x4xf32>, tensor<1x8x8x8xf32>
  return %2 : tensor<1x8x8x12xf32>
}

// -----

// Inputs that nobody computes are concatenated by one kernel, with what is computed of them element by element.
// CHECK-LABEL: func.func @inputs
// CHECK: loops.dispatch single(%arg1, %arg0)
// CHECK: graph.concat
// CHECK-NOT: loops.
// CHECK: return
func.func @inputs(%x: tensor<4x8xf32>, %y: tensor<4x3xf32>) -> tensor<4x11xf32> {
  %0 = graph.unary tanh %y : tensor<4x3xf32>
  %1 = graph.concat %x, %0 dim 1 : tensor<4x8xf32>, tensor<4x3xf32>
  return %1 : tensor<4x11xf32>
}

// -----

// Rows of a product that would not lie behind one another as its result: the concatenation stays.
// CHECK-LABEL: func.func @rows
// CHECK: loops.dispatch contract
// CHECK: loops.dispatch single
// CHECK: return
func.func @rows(%x: tensor<2x4x8xf32>, %w: tensor<8x8xf32>) -> tensor<2x8x8xf32> {
  %0 = graph.contract %x, %w batch [] x [] contract [2] x [0] : tensor<2x4x8xf32>, tensor<8x8xf32>
  %1 = graph.concat %x, %0 dim 1 : tensor<2x4x8xf32>, tensor<2x4x8xf32>
  return %1 : tensor<2x8x8xf32>
}
