// RUN: wasmind-opt %s --loops-prepare --loops-form-dispatches --loops-choose-strategy --split-input-file | FileCheck %s --check-prefixes=CHECK,DIRECT
// RUN: wasmind-opt %s --loops-prepare --loops-form-dispatches --loops-choose-strategy=winograd=true --split-input-file | FileCheck %s --check-prefixes=CHECK,WINOGRAD

// CHECK-LABEL: func.func @convolutions
// CHECK: loops.dispatch convolve by "im2col_gemm"(%arg0)
// CHECK: loops.dispatch convolve by "depthwise"(%arg0)
// CHECK: loops.dispatch convolve by "naive"(%arg0)
func.func @convolutions(%x: tensor<1x8x8x8xf32>) -> (tensor<1x8x8x8xf32>, tensor<1x8x8x8xf32>, tensor<1x8x8x16xf32>) {
  %w = graph.constant dense<0.5> : tensor<3x3x8x8xf32> : tensor<3x3x8x8xf32>
  %d = graph.constant dense<0.5> : tensor<3x3x1x8xf32> : tensor<3x3x1x8xf32>
  %m = graph.constant dense<0.5> : tensor<3x3x1x16xf32> : tensor<3x3x1x16xf32>
  %0 = graph.convolve %x, %w strides [1, 1] pad [1, 1] [1, 1] dilations [1, 1] : tensor<1x8x8x8xf32>, tensor<3x3x8x8xf32>
  %1 = graph.convolve %x, %d strides [1, 1] pad [1, 1] [1, 1] dilations [1, 1] groups 8 : tensor<1x8x8x8xf32>, tensor<3x3x1x8xf32>
  %2 = graph.convolve %x, %m strides [1, 1] pad [1, 1] [1, 1] dilations [1, 1] groups 8 : tensor<1x8x8x8xf32>, tensor<3x3x1x16xf32>
  return %0, %1, %2 : tensor<1x8x8x8xf32>, tensor<1x8x8x8xf32>, tensor<1x8x8x16xf32>
}

// -----

// Integers of up to 16 bits have the tiles of depthwise convolutions as well, if channels fill the lanes.
// CHECK-LABEL: func.func @integers
// CHECK: loops.dispatch convolve by "depthwise"(%arg0)
// CHECK: loops.dispatch convolve by "naive"(%arg1)
func.func @integers(%x: tensor<1x8x8x12xui8>, %y: tensor<1x8x8x6xi8>) -> (tensor<1x8x8x12xi32>, tensor<1x8x8x6xi32>) {
  %w = graph.constant dense<3> : tensor<3x3x1x12xi8> : tensor<3x3x1x12xi8>
  %v = graph.constant dense<3> : tensor<3x3x1x6xi8> : tensor<3x3x1x6xi8>
  %0 = graph.convolve %x, %w strides [1, 1] pad [1, 1] [1, 1] dilations [1, 1] groups 12 : tensor<1x8x8x12xui8>, tensor<3x3x1x12xi8>
  %1 = graph.convolve %y, %v strides [1, 1] pad [1, 1] [1, 1] dilations [1, 1] groups 6 : tensor<1x8x8x6xi8>, tensor<3x3x1x6xi8>
  return %0, %1 : tensor<1x8x8x12xi32>, tensor<1x8x8x6xi32>
}

// -----

// Transforms are chosen where they pay and are allowed.
// CHECK-LABEL: func.func @large
// CHECK: loops.dispatch convolve by
// DIRECT-SAME: "im2col_gemm"
// WINOGRAD-SAME: "winograd4"
func.func @large(%x: tensor<1x64x64x64xf32>) -> tensor<1x64x64x64xf32> {
  %w = graph.constant dense<0.5> : tensor<3x3x64x64xf32> : tensor<3x3x64x64xf32>
  %0 = graph.convolve %x, %w strides [1, 1] pad [1, 1] [1, 1] dilations [1, 1] : tensor<1x64x64x64xf32>, tensor<3x3x64x64xf32>
  return %0 : tensor<1x64x64x64xf32>
}

// -----

// CHECK-LABEL: func.func @products
// CHECK: loops.dispatch contract by "gemm"(%arg0, %arg1)
// CHECK: loops.dispatch contract by "naive"(%arg2, %arg3)
func.func @products(%x: tensor<4x8xf32>, %y: tensor<8x6xf32>, %v: tensor<4x8xf64>, %w: tensor<8x6xf64>) -> (tensor<4x6xf32>, tensor<4x6xf64>) {
  %0 = graph.contract %x, %y batch [] x [] contract [1] x [0] : tensor<4x8xf32>, tensor<8x6xf32>
  %1 = graph.contract %v, %w batch [] x [] contract [1] x [0] : tensor<4x8xf64>, tensor<8x6xf64>
  return %0, %1 : tensor<4x6xf32>, tensor<4x6xf64>
}

// -----

// CHECK-LABEL: func.func @others
// CHECK: loops.dispatch elementwise by "elementwise"
// CHECK: loops.dispatch reduce by "reduce"
// CHECK: loops.dispatch single by "concat"
// CHECK: loops.dispatch single by "scan"
func.func @others(%x: tensor<4x8xf32>) -> (tensor<4x8xf32>, tensor<4xf32>, tensor<8x8xf32>, tensor<4x8xf32>) {
  %0 = graph.unary tanh %x : tensor<4x8xf32>
  %1 = graph.reduce sum %x dims [1] : tensor<4x8xf32>
  %2 = graph.concat %x, %x dim 0 : tensor<4x8xf32>, tensor<4x8xf32>
  %3 = graph.scan sum %x dim 1 : tensor<4x8xf32>
  return %0, %1, %2, %3 : tensor<4x8xf32>, tensor<4xf32>, tensor<8x8xf32>, tensor<4x8xf32>
}
