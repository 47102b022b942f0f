// RUN: wasmind-opt %s --graph-expand-transposed-convolve | FileCheck %s

// Stride = kernel: every input pixel becomes a block of its own.
// CHECK-LABEL: func.func @disjoint
// CHECK-NEXT: %[[P:.*]] = graph.contract %arg0, %arg1 batch [] x [] contract [3] x [2]
// CHECK-NEXT: %[[T:.*]] = graph.transpose %[[P]] [0, 1, 3, 2, 4, 5]
// CHECK-NEXT: %[[R:.*]] = graph.reshape %[[T]] : tensor<1x4x2x5x2x6xf32> -> tensor<1x8x10x6xf32>
// CHECK-NEXT: return %[[R]]
func.func @disjoint(%x: tensor<1x4x5x3xf32>, %w: tensor<2x2x3x6xf32>) -> tensor<1x8x10x6xf32> {
  %0 = graph.convolve %x, %w strides [2, 2] pad [0, 0] [0, 0] dilations [1, 1] transposed : tensor<1x4x5x3xf32>, tensor<2x2x3x6xf32>
  return %0 : tensor<1x8x10x6xf32>
}

// Elsewhere: the spread input, convolved with the reversed kernel.
// CHECK-LABEL: func.func @overlapping
// CHECK: %[[X:.*]] = graph.pad %arg0, %{{.*}} low [0, 0, 0, 0] high [0, 0, 0, 0] interior [0, 1, 1, 0]
// CHECK: %[[W:.*]] = graph.reverse %arg1 dims [0, 1]
// CHECK: graph.convolve %[[X]], %[[W]] strides [1, 1] pad [1, 1] [1, 1] dilations [1, 1] :
func.func @overlapping(%x: tensor<1x4x5x3xf32>, %w: tensor<3x3x3x6xf32>) -> tensor<1x7x9x6xf32> {
  %0 = graph.convolve %x, %w strides [2, 2] pad [1, 1] [1, 1] dilations [1, 1] transposed : tensor<1x4x5x3xf32>, tensor<3x3x3x6xf32>
  return %0 : tensor<1x7x9x6xf32>
}
