// RUN: wasmind-opt %s --graph-fold-batch-norm --canonicalize | FileCheck %s

// Batch normalisation after a convolution with a bias: scaled weights and one offset.
// CHECK-LABEL: func.func @convolution
// CHECK-DAG: %[[W:.*]] = graph.constant dense<{{\[\[\[\[}}2.000000e+00, 9.000000e+00]]]]> : tensor<1x1x1x2xf32>
// CHECK-DAG: %[[B:.*]] = graph.constant dense<[{{.*}}1.200000e+01, 2.100000e+01{{.*}}]> : tensor<1x1x1x2xf32>
// CHECK: %[[C:.*]] = graph.convolve %arg0, %[[W]]
// CHECK: %[[Y:.*]] = graph.binary add %[[C]], %[[B]]
// CHECK: return %[[Y]]
func.func @convolution(%x: tensor<1x4x4x1xf32>) -> tensor<1x4x4x2xf32> {
  %w = graph.constant dense<[[[[1.0, 3.0]]]]> : tensor<1x1x1x2xf32> : tensor<1x1x1x2xf32>
  %b = graph.constant dense<[[[[1.0, 2.0]]]]> : tensor<1x1x1x2xf32> : tensor<1x1x1x2xf32>
  %s = graph.constant dense<[[[[2.0, 3.0]]]]> : tensor<1x1x1x2xf32> : tensor<1x1x1x2xf32>
  %o = graph.constant dense<[[[[10.0, 15.0]]]]> : tensor<1x1x1x2xf32> : tensor<1x1x1x2xf32>
  %0 = graph.convolve %x, %w strides [1, 1] pad [0, 0] [0, 0] dilations [1, 1] : tensor<1x4x4x1xf32>, tensor<1x1x1x2xf32>
  %1 = graph.binary add %0, %b : tensor<1x4x4x2xf32>, tensor<1x1x1x2xf32>
  %2 = graph.binary mul %1, %s : tensor<1x4x4x2xf32>, tensor<1x1x1x2xf32>
  %3 = graph.binary add %2, %o : tensor<1x4x4x2xf32>, tensor<1x1x1x2xf32>
  return %3 : tensor<1x4x4x2xf32>
}

// The spelling (y - mean) / deviation, after a product whose weights have their channels first.
// CHECK-LABEL: func.func @product
// CHECK-DAG: %[[W:.*]] = graph.constant dense<{{\[}}[5.000000e-01], [2.500000e-01]]> : tensor<2x1xf32>
// CHECK-DAG: %[[B:.*]] = graph.constant dense<{{\[}}[-1.000000e+00, -2.500000e-01]]> : tensor<1x2xf32>
// CHECK: %[[C:.*]] = graph.contract %arg0, %[[W]]
// CHECK: graph.binary add %[[C]], %[[B]]
func.func @product(%x: tensor<3x1xf32>) -> tensor<3x2xf32> {
  %w = graph.constant dense<1.0> : tensor<2x1xf32> : tensor<2x1xf32>
  %mean = graph.constant dense<[[2.0, 1.0]]> : tensor<1x2xf32> : tensor<1x2xf32>
  %deviation = graph.constant dense<[[2.0, 4.0]]> : tensor<1x2xf32> : tensor<1x2xf32>
  %0 = graph.contract %x, %w batch [] x [] contract [1] x [1] : tensor<3x1xf32>, tensor<2x1xf32>
  %1 = graph.binary sub %0, %mean : tensor<3x2xf32>, tensor<1x2xf32>
  %2 = graph.binary div %1, %deviation : tensor<3x2xf32>, tensor<1x2xf32>
  return %2 : tensor<3x2xf32>
}

// Someone else reads the unscaled value: nothing moves.
// CHECK-LABEL: func.func @shared
// CHECK: graph.binary mul
func.func @shared(%x: tensor<3x1xf32>) -> (tensor<3x2xf32>, tensor<3x2xf32>) {
  %w = graph.constant dense<[[1.0, 2.0]]> : tensor<1x2xf32> : tensor<1x2xf32>
  %0 = graph.contract %x, %w batch [] x [] contract [1] x [0] : tensor<3x1xf32>, tensor<1x2xf32>
  %1 = graph.binary mul %0, %w : tensor<3x2xf32>, tensor<1x2xf32>
  return %0, %1 : tensor<3x2xf32>, tensor<3x2xf32>
}

// Halves are rounded between the steps, too: nothing moves.
// CHECK-LABEL: func.func @halves
// CHECK: graph.contract
// CHECK: graph.binary mul
// CHECK: graph.binary add
func.func @halves(%x: tensor<3x1xf16>) -> tensor<3x2xf16> {
  %w = graph.constant dense<[[1.0, 2.0]]> : tensor<1x2xf16> : tensor<1x2xf16>
  %0 = graph.contract %x, %w batch [] x [] contract [1] x [0] : tensor<3x1xf16>, tensor<1x2xf16>
  %1 = graph.binary mul %0, %w : tensor<3x2xf16>, tensor<1x2xf16>
  %2 = graph.binary add %1, %w : tensor<3x2xf16>, tensor<1x2xf16>
  return %2 : tensor<3x2xf16>
}
