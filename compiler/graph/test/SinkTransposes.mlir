// RUN: wasmind-opt %s --split-input-file --graph-sink-transposes | FileCheck %s

// The layout transposes between two convolutions cancel through the activation; one stays at each end.
// CHECK-LABEL: func.func @between_convolutions
// CHECK-NEXT: %[[W:.*]] = graph.constant
// CHECK-NEXT: %[[ZERO:.*]] = graph.constant
// CHECK-NEXT: %[[X:.*]] = graph.transpose %arg0 [0, 2, 3, 1]
// CHECK-NEXT: %[[A:.*]] = graph.convolve %[[X]], %[[W]]
// CHECK-NEXT: %[[B:.*]] = graph.binary max %[[A]], %[[ZERO]]
// CHECK-NEXT: %[[C:.*]] = graph.convolve %[[B]], %[[W]]
// CHECK-NEXT: %[[Y:.*]] = graph.transpose %[[C]] [0, 3, 1, 2]
// CHECK-NEXT: return %[[Y]]
func.func @between_convolutions(%x: tensor<1x4x5x6xf32>) -> tensor<1x4x5x6xf32> {
  %w = graph.constant dense<0.5> : tensor<1x1x4x4xf32> : tensor<1x1x4x4xf32>
  %zero = graph.constant dense<0.0> : tensor<1x1x1x1xf32> : tensor<1x1x1x1xf32>
  %0 = graph.transpose %x [0, 2, 3, 1] : tensor<1x4x5x6xf32>
  %1 = graph.convolve %0, %w strides [1, 1] pad [0, 0] [0, 0] dilations [1, 1] : tensor<1x5x6x4xf32>, tensor<1x1x4x4xf32>
  %2 = graph.transpose %1 [0, 3, 1, 2] : tensor<1x5x6x4xf32>
  %3 = graph.binary max %2, %zero : tensor<1x4x5x6xf32>, tensor<1x1x1x1xf32>
  %4 = graph.transpose %3 [0, 2, 3, 1] : tensor<1x4x5x6xf32>
  %5 = graph.convolve %4, %w strides [1, 1] pad [0, 0] [0, 0] dilations [1, 1] : tensor<1x5x6x4xf32>, tensor<1x1x4x4xf32>
  %6 = graph.transpose %5 [0, 3, 1, 2] : tensor<1x5x6x4xf32>
  return %6 : tensor<1x4x5x6xf32>
}

// A squeeze-and-excitation block: the pooled [N, C, 1, 1] changes its layout by reshapes alone.
// CHECK-LABEL: func.func @squeeze_and_excite
// CHECK-NOT: graph.transpose
// CHECK: graph.reduce sum %arg0 dims [1, 2]
// CHECK-NOT: graph.transpose
// CHECK: graph.binary mul %arg0, %{{.*}} : tensor<1x5x6x4xf32>, tensor<1x1x1x4xf32>
// CHECK-NOT: graph.transpose
// CHECK: return
func.func @squeeze_and_excite(%y: tensor<1x5x6x4xf32>) -> tensor<1x5x6x4xf32> {
  %w = graph.constant dense<0.5> : tensor<1x1x4x4xf32> : tensor<1x1x4x4xf32>
  %x = graph.transpose %y [0, 3, 1, 2] : tensor<1x5x6x4xf32>
  %0 = graph.reduce sum %x dims [2, 3] : tensor<1x4x5x6xf32>
  %1 = graph.reshape %0 : tensor<1x4xf32> -> tensor<1x4x1x1xf32>
  %2 = graph.transpose %1 [0, 2, 3, 1] : tensor<1x4x1x1xf32>
  %3 = graph.convolve %2, %w strides [1, 1] pad [0, 0] [0, 0] dilations [1, 1] : tensor<1x1x1x4xf32>, tensor<1x1x4x4xf32>
  %4 = graph.transpose %3 [0, 3, 1, 2] : tensor<1x1x1x4xf32>
  %5 = graph.unary sigmoid %4 : tensor<1x4x1x1xf32>
  %6 = graph.binary mul %x, %5 : tensor<1x4x5x6xf32>, tensor<1x4x1x1xf32>
  %7 = graph.transpose %6 [0, 2, 3, 1] : tensor<1x4x5x6xf32>
  return %7 : tensor<1x5x6x4xf32>
}

// Per-channel constants are transposed at compile time.
// CHECK-LABEL: func.func @constant_operand
// CHECK: %[[C:.*]] = graph.constant dense<{{.*}}> : tensor<1x1x1x2xf32>
// CHECK: %[[S:.*]] = graph.binary mul %arg0, %[[C]]
// CHECK: graph.transpose %[[S]] [0, 3, 1, 2]
func.func @constant_operand(%y: tensor<1x5x6x2xf32>) -> tensor<1x2x5x6xf32> {
  %c = graph.constant dense<[[[[1.0]], [[2.0]]]]> : tensor<1x2x1x1xf32> : tensor<1x2x1x1xf32>
  %x = graph.transpose %y [0, 3, 1, 2] : tensor<1x5x6x2xf32>
  %0 = graph.binary mul %x, %c : tensor<1x2x5x6xf32>, tensor<1x2x1x1xf32>
  return %0 : tensor<1x2x5x6xf32>
}

// Concatenation, padding, slicing and gathering are done in the other order, with their entries permuted.
// CHECK-LABEL: func.func @movement
// CHECK: %[[CAT:.*]] = graph.concat %arg0, %arg0 dim 3
// CHECK: %[[PAD:.*]] = graph.pad %[[CAT]], %{{.*}} low [0, 2, 3, 1] high [0, 0, 0, 0] interior [0, 0, 1, 0]
// CHECK: %[[SLICE:.*]] = graph.slice %[[PAD]] from #{{.*}} by [1, 1, 2, 1]
// CHECK-SAME: tensor<1x7x14x5xf32> -> tensor<1x6x3x5xf32>
// CHECK: graph.gather %[[SLICE]], %{{.*}} dim 1
// CHECK-NOT: graph.transpose
// CHECK: return
func.func @movement(%y: tensor<1x5x6x2xf32>, %i: tensor<4xi64>) -> tensor<1x4x3x5xf32> {
  %zero = graph.constant dense<0.0> : tensor<f32> : tensor<f32>
  %x = graph.transpose %y [0, 3, 1, 2] : tensor<1x5x6x2xf32>
  %0 = graph.concat %x, %x dim 1 : tensor<1x2x5x6xf32>, tensor<1x2x5x6xf32>
  %1 = graph.pad %0, %zero low [0, 1, 2, 3] high [0, 0, 0, 0] interior [0, 0, 0, 1] : tensor<1x4x5x6xf32>, tensor<f32>
  %2 = graph.slice %1 from affine_map<() -> (0, 0, 1, 2)> by [1, 1, 1, 2] : tensor<1x5x7x14xf32> -> tensor<1x5x6x3xf32>
  %3 = graph.gather %2, %i dim 2 : tensor<1x5x6x3xf32>, tensor<4xi64>
  %4 = graph.transpose %3 [0, 2, 3, 1] : tensor<1x5x4x3xf32>
  return %4 : tensor<1x4x3x5xf32>
}

// The spatial dimensions of an image become one (as patches do), without a transpose.
// CHECK-LABEL: func.func @patches
// CHECK-NEXT: %[[R:.*]] = graph.reshape %arg0 : tensor<2x5x6x4xf32> -> tensor<2x30x4xf32>
// CHECK-NEXT: return %[[R]]
func.func @patches(%y: tensor<2x5x6x4xf32>) -> tensor<2x30x4xf32> {
  %x = graph.transpose %y [0, 3, 1, 2] : tensor<2x5x6x4xf32>
  %0 = graph.reshape %x : tensor<2x4x5x6xf32> -> tensor<2x4x30xf32>
  %1 = graph.transpose %0 [0, 2, 1] : tensor<2x4x30xf32>
  return %1 : tensor<2x30x4xf32>
}

// Flattening mixes channels and pixels: the transpose stays.
// CHECK-LABEL: func.func @flatten
// CHECK: graph.transpose
// CHECK: graph.reshape
func.func @flatten(%y: tensor<2x5x6x4xf32>) -> tensor<2x120xf32> {
  %x = graph.transpose %y [0, 3, 1, 2] : tensor<2x5x6x4xf32>
  %0 = graph.reshape %x : tensor<2x4x5x6xf32> -> tensor<2x120xf32>
  return %0 : tensor<2x120xf32>
}

// Attention: the head transposes of query and key become the product's dimension lists.
// CHECK-LABEL: func.func @attention
// CHECK-NEXT: %[[P:.*]] = graph.contract %arg0, %arg1 batch [0, 2] x [0, 2] contract [3] x [3]
// CHECK-NEXT: return %[[P]]
func.func @attention(%q: tensor<2x7x3x8xf32>, %k: tensor<2x7x3x8xf32>) -> tensor<2x3x7x7xf32> {
  %0 = graph.transpose %q [0, 2, 1, 3] : tensor<2x7x3x8xf32>
  %1 = graph.transpose %k [0, 2, 3, 1] : tensor<2x7x3x8xf32>
  %2 = graph.contract %0, %1 batch [0, 1] x [0, 1] contract [3] x [2] : tensor<2x3x7x8xf32>, tensor<2x3x8x7xf32>
  return %2 : tensor<2x3x7x7xf32>
}

// A sum of a transposed and a plain value that is wanted transposed back: one transpose instead of two.
// CHECK-LABEL: func.func @hoist
// CHECK-NEXT: %[[T:.*]] = graph.transpose %arg1 [0, 2, 1]
// CHECK-NEXT: %[[S:.*]] = graph.binary add %arg0, %[[T]]
// CHECK-NEXT: return %[[S]]
func.func @hoist(%a: tensor<2x5x4xf32>, %b: tensor<2x4x5xf32>) -> tensor<2x5x4xf32> {
  %0 = graph.transpose %a [0, 2, 1] : tensor<2x5x4xf32>
  %1 = graph.binary add %0, %b : tensor<2x4x5xf32>, tensor<2x4x5xf32>
  %2 = graph.transpose %1 [0, 2, 1] : tensor<2x4x5xf32>
  return %2 : tensor<2x5x4xf32>
}
