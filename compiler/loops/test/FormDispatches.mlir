// RUN: wasmind-opt %s --loops-prepare --loops-form-dispatches --split-input-file | FileCheck %s

// A product, its bias and GELU are one kernel.
// CHECK-LABEL: func.func @gelu
// CHECK: %[[Y:.*]] = loops.dispatch contract(%arg0) : (tensor<4x8xf32>) -> tensor<4x2xf32> {
// CHECK: graph.contract
// CHECK: graph.yield
// CHECK-NOT: loops.dispatch
// CHECK: return %[[Y]]
func.func @gelu(%x: tensor<4x8xf32>) -> tensor<4x2xf32> {
  %w = graph.constant dense<0.5> : tensor<8x2xf32> : tensor<8x2xf32>
  %b = graph.constant dense<[[0.25, 1.0]]> : tensor<1x2xf32> : tensor<1x2xf32>
  %half = graph.constant dense<0.5> : tensor<1x1xf32> : tensor<1x1xf32>
  %root = graph.constant dense<0.70710678> : tensor<1x1xf32> : tensor<1x1xf32>
  %one = graph.constant dense<1.0> : tensor<1x1xf32> : tensor<1x1xf32>
  %0 = graph.contract %x, %w batch [] x [] contract [1] x [0] : tensor<4x8xf32>, tensor<8x2xf32>
  %1 = graph.binary add %0, %b : tensor<4x2xf32>, tensor<1x2xf32>
  %2 = graph.binary mul %1, %root : tensor<4x2xf32>, tensor<1x1xf32>
  %3 = graph.unary erf %2 : tensor<4x2xf32>
  %4 = graph.binary add %3, %one : tensor<4x2xf32>, tensor<1x1xf32>
  %5 = graph.binary mul %1, %4 : tensor<4x2xf32>, tensor<4x2xf32>
  %6 = graph.binary mul %5, %half : tensor<4x2xf32>, tensor<1x1xf32>
  return %6 : tensor<4x2xf32>
}

// -----

// A convolution takes its bias, the residual it is added to, and the activation along.
// CHECK-LABEL: func.func @residual
// CHECK: loops.dispatch convolve(%arg0, %arg1)
// CHECK-NOT: loops.dispatch
// CHECK: return
func.func @residual(%x: tensor<1x8x8x4xf32>, %r: tensor<1x8x8x6xf32>) -> tensor<1x8x8x6xf32> {
  %w = graph.constant dense<0.5> : tensor<3x3x4x6xf32> : tensor<3x3x4x6xf32>
  %b = graph.constant dense<0.25> : tensor<1x1x1x6xf32> : tensor<1x1x1x6xf32>
  %zero = graph.constant dense<0.0> : tensor<1x1x1x1xf32> : tensor<1x1x1x1xf32>
  %0 = graph.convolve %x, %w strides [1, 1] pad [1, 1] [1, 1] dilations [1, 1] : tensor<1x8x8x4xf32>, tensor<3x3x4x6xf32>
  %1 = graph.binary add %0, %b : tensor<1x8x8x6xf32>, tensor<1x1x1x6xf32>
  %2 = graph.binary add %1, %r : tensor<1x8x8x6xf32>, tensor<1x8x8x6xf32>
  %3 = graph.binary max %2, %zero : tensor<1x8x8x6xf32>, tensor<1x1x1x1xf32>
  return %3 : tensor<1x8x8x6xf32>
}

// -----

// A transposed result is stored by the product's kernel.
// CHECK-LABEL: func.func @transposed
// CHECK: loops.dispatch contract(%arg0)
// CHECK-NOT: loops.dispatch
// CHECK: return
func.func @transposed(%x: tensor<6x8xf32>) -> tensor<4x6xf32> {
  %w = graph.constant dense<0.5> : tensor<8x4xf32> : tensor<8x4xf32>
  %zero = graph.constant dense<0.0> : tensor<1x1xf32> : tensor<1x1xf32>
  %0 = graph.contract %x, %w batch [] x [] contract [1] x [0] : tensor<6x8xf32>, tensor<8x4xf32>
  %1 = graph.binary max %0, %zero : tensor<6x4xf32>, tensor<1x1xf32>
  %2 = graph.transpose %1 [1, 0] : tensor<6x4xf32>
  return %2 : tensor<4x6xf32>
}

// -----

// A view that two products read is read by both.
// CHECK-LABEL: func.func @shared
// CHECK: loops.dispatch contract(%arg0, %arg1)
// CHECK: graph.transpose
// CHECK: loops.dispatch contract(%arg0, %arg2)
// CHECK: graph.transpose
// CHECK-NOT: loops.dispatch
// CHECK: return
func.func @shared(%x: tensor<8x6xf32>, %a: tensor<8x4xf32>, %b: tensor<8x3xf32>) -> (tensor<6x4xf32>, tensor<6x3xf32>) {
  %0 = graph.transpose %x [1, 0] : tensor<8x6xf32>
  %1 = graph.contract %0, %a batch [] x [] contract [1] x [0] : tensor<6x8xf32>, tensor<8x4xf32>
  %2 = graph.contract %0, %b batch [] x [] contract [1] x [0] : tensor<6x8xf32>, tensor<8x3xf32>
  return %1, %2 : tensor<6x4xf32>, tensor<6x3xf32>
}

// -----

// Softmax is one pass over each row.
// CHECK-LABEL: func.func @softmax
// CHECK: loops.dispatch row(%arg0)
// CHECK-NOT: loops.dispatch
// CHECK: return
func.func @softmax(%x: tensor<4x8xf32>) -> tensor<4x8xf32> {
  %0 = graph.reduce max %x dims [1] : tensor<4x8xf32>
  %1 = graph.reshape %0 : tensor<4xf32> -> tensor<4x1xf32>
  %2 = graph.binary sub %x, %1 : tensor<4x8xf32>, tensor<4x1xf32>
  %3 = graph.unary exp %2 : tensor<4x8xf32>
  %4 = graph.reduce sum %3 dims [1] : tensor<4x8xf32>
  %5 = graph.reshape %4 : tensor<4xf32> -> tensor<4x1xf32>
  %6 = graph.binary div %3, %5 : tensor<4x8xf32>, tensor<4x1xf32>
  return %6 : tensor<4x8xf32>
}

// -----

// An expensive value that two kernels read lies in memory; a view of it is a part of both.
// CHECK-LABEL: func.func @shared
// CHECK: %[[E:.*]] = loops.dispatch elementwise(%arg0)
// CHECK: graph.unary exp
// CHECK: loops.dispatch elementwise(%[[E]])
// CHECK: graph.transpose
// CHECK: loops.dispatch elementwise(%[[E]])
// CHECK: graph.transpose
// CHECK-NOT: loops.dispatch
// CHECK: return
func.func @shared(%x: tensor<4x8xf32>) -> (tensor<8x4xf32>, tensor<8x4xf32>) {
  %0 = graph.unary exp %x : tensor<4x8xf32>
  %1 = graph.transpose %0 [1, 0] : tensor<4x8xf32>
  %2 = graph.unary neg %1 : tensor<8x4xf32>
  %3 = graph.unary sqrt %1 : tensor<8x4xf32>
  return %2, %3 : tensor<8x4xf32>, tensor<8x4xf32>
}

// -----

// A reshape is another name of memory: what stands on both sides of it are two kernels.
// CHECK-LABEL: func.func @renamed
// CHECK: %[[E:.*]] = loops.dispatch elementwise(%arg0)
// CHECK: %[[R:.*]] = graph.reshape %[[E]]
// CHECK: loops.dispatch reduce(%[[R]])
func.func @renamed(%x: tensor<4x8xf32>) -> tensor<2xf32> {
  %0 = graph.unary exp %x : tensor<4x8xf32>
  %1 = graph.reshape %0 : tensor<4x8xf32> -> tensor<2x16xf32>
  %2 = graph.reduce sum %1 dims [1] : tensor<2x16xf32>
  return %2 : tensor<2xf32>
}

// -----

// What the body of an operation reads from around it goes with it.
// CHECK-LABEL: func.func @captured
// CHECK: loops.dispatch single(%arg0)
// CHECK: %[[THREE:.*]] = graph.constant dense<3.0
// CHECK: graph.compute
// CHECK: graph.binary mul %{{.*}}, %[[THREE]]
// CHECK: return
func.func @captured(%a: tensor<3x4xf32>) -> tensor<3x4xf32> {
  %three = graph.constant dense<3.0> : tensor<f32> : tensor<f32>
  %0 = graph.compute(%a) {
  ^bb0(%x: tensor<f32>):
    %1 = graph.binary mul %x, %three : tensor<f32>, tensor<f32>
    graph.yield %1 : tensor<f32>
  } {domainMap = affine_map<() -> (3, 4)>, maps = [affine_map<(i, j) -> (i, j)>]} : (tensor<3x4xf32>) -> tensor<3x4xf32>
  return %0 : tensor<3x4xf32>
}

// -----

// Layer norm reads each row twice, in one kernel.
// CHECK-LABEL: func.func @layer_norm
// CHECK: loops.dispatch row(%arg0)
// CHECK-NOT: loops.dispatch
// CHECK: return
func.func @layer_norm(%x: tensor<4x8xf32>) -> tensor<4x8xf32> {
  %scale = graph.constant dense<0.125> : tensor<1x1xf32> : tensor<1x1xf32>
  %small = graph.constant dense<1.0e-5> : tensor<1x1xf32> : tensor<1x1xf32>
  %0 = graph.reduce sum %x dims [1] : tensor<4x8xf32>
  %1 = graph.reshape %0 : tensor<4xf32> -> tensor<4x1xf32>
  %mean = graph.binary mul %1, %scale : tensor<4x1xf32>, tensor<1x1xf32>
  %2 = graph.binary sub %x, %mean : tensor<4x8xf32>, tensor<4x1xf32>
  %3 = graph.binary mul %2, %2 : tensor<4x8xf32>, tensor<4x8xf32>
  %4 = graph.reduce sum %3 dims [1] : tensor<4x8xf32>
  %5 = graph.reshape %4 : tensor<4xf32> -> tensor<4x1xf32>
  %variance = graph.binary mul %5, %scale : tensor<4x1xf32>, tensor<1x1xf32>
  %6 = graph.binary add %variance, %small : tensor<4x1xf32>, tensor<1x1xf32>
  %7 = graph.unary rsqrt %6 : tensor<4x1xf32>
  %8 = graph.binary mul %2, %7 : tensor<4x8xf32>, tensor<4x1xf32>
  return %8 : tensor<4x8xf32>
}

// -----

// A concat of convolutions copies what they computed.
// CHECK-LABEL: func.func @concat
// CHECK-DAG: %[[A:.*]] = loops.dispatch convolve(%arg0)
// CHECK-DAG: %[[B:.*]] = loops.dispatch convolve(%arg0)
// CHECK: loops.dispatch single(%[[A]], %[[B]])
// CHECK: graph.concat
// CHECK-NOT: loops.dispatch
// CHECK: return
func.func @concat(%x: tensor<1x8x8x4xf32>) -> tensor<1x8x8x10xf32> {
  %v = graph.constant dense<0.5> : tensor<1x1x4x4xf32> : tensor<1x1x4x4xf32>
  %w = graph.constant dense<0.25> : tensor<3x3x4x6xf32> : tensor<3x3x4x6xf32>
  %0 = graph.convolve %x, %v strides [1, 1] pad [0, 0] [0, 0] dilations [1, 1] : tensor<1x8x8x4xf32>, tensor<1x1x4x4xf32>
  %1 = graph.convolve %x, %w strides [1, 1] pad [1, 1] [1, 1] dilations [1, 1] : tensor<1x8x8x4xf32>, tensor<3x3x4x6xf32>
  %2 = graph.concat %0, %1 dim 3 : tensor<1x8x8x4xf32>, tensor<1x8x8x6xf32>
  return %2 : tensor<1x8x8x10xf32>
}

// -----

// Loops stay around the dispatches of their bodies.
// CHECK-LABEL: func.func @loop
// CHECK: %[[GO:.*]] = loops.dispatch elementwise(%arg1)
// CHECK: graph.loop %arg0 while %[[GO]] carry %arg2
// CHECK: loops.dispatch elementwise
// CHECK: graph.unary tanh
// CHECK: return
func.func @loop(%n: tensor<i64>, %go: tensor<i1>, %x: tensor<4xf32>) -> tensor<4xf32> {
  %0 = graph.loop %n while %go carry %x : tensor<4xf32> {
  ^bb0(%i: tensor<i64>, %a: tensor<4xf32>):
    %1 = graph.unary tanh %a : tensor<4xf32>
    %2 = graph.binary add %1, %x : tensor<4xf32>, tensor<4xf32>
    graph.yield %go, %2 : tensor<i1>, tensor<4xf32>
  } : tensor<i64>, tensor<i1> -> tensor<4xf32>
  return %0 : tensor<4xf32>
}
