// RUN: wasmind-opt %s --graph-raise-compute | FileCheck %s

// sum over k of a[i, k] * b[k, j] is a product.
// CHECK-LABEL: func.func @product
// CHECK-NEXT: %[[P:.*]] = graph.contract %arg0, %arg1 batch [] x [] contract [1] x [0]
// CHECK-NEXT: return %[[P]]
func.func @product(%a: tensor<3x4xf32>, %b: tensor<4x5xf32>) -> tensor<3x5xf32> {
  %0 = graph.compute(%a, %b) {
  ^bb0(%x: tensor<f32>, %y: tensor<f32>, %sum: tensor<f32>):
    %1 = graph.binary mul %x, %y : tensor<f32>, tensor<f32>
    %2 = graph.binary add %sum, %1 : tensor<f32>, tensor<f32>
    graph.yield %2 : tensor<f32>
  } {domainMap = affine_map<() -> (3, 5, 4)>, reductions = 1 : i64, initial = 0.0 : f32,
     maps = [affine_map<(i, j, k) -> (i, k)>, affine_map<(i, j, k) -> (k, j)>]} : (tensor<3x4xf32>, tensor<4x5xf32>) -> tensor<3x5xf32>
  return %0 : tensor<3x5xf32>
}

// A batched product whose result has its dimensions in another order.
// CHECK-LABEL: func.func @batched
// CHECK-NEXT: %[[P:.*]] = graph.contract %arg0, %arg1 batch [0] x [1] contract [2] x [0]
// CHECK-NEXT: %[[T:.*]] = graph.transpose %[[P]] [1, 0, 2]
// CHECK-NEXT: return %[[T]]
func.func @batched(%a: tensor<2x3x4xf32>, %b: tensor<4x2x5xf32>) -> tensor<3x2x5xf32> {
  %0 = graph.compute(%a, %b) {
  ^bb0(%x: tensor<f32>, %y: tensor<f32>, %sum: tensor<f32>):
    %1 = graph.binary mul %x, %y : tensor<f32>, tensor<f32>
    %2 = graph.binary add %1, %sum : tensor<f32>, tensor<f32>
    graph.yield %2 : tensor<f32>
  } {domainMap = affine_map<() -> (3, 2, 5, 4)>, reductions = 1 : i64, initial = 0.0 : f32,
     maps = [affine_map<(i, b, j, k) -> (b, i, k)>, affine_map<(i, b, j, k) -> (k, b, j)>]} : (tensor<2x3x4xf32>, tensor<4x2x5xf32>) -> tensor<3x2x5xf32>
  return %0 : tensor<3x2x5xf32>
}

// A reduction of an elementwise function, from a start of its own.
// CHECK-LABEL: func.func @reduction
// CHECK: %[[E:.*]] = graph.unary exp %arg0
// CHECK: %[[R:.*]] = graph.reduce max %[[E]] dims [1]
// CHECK: graph.binary max %[[R]], %{{.*}}
func.func @reduction(%a: tensor<3x4xf32>) -> tensor<3xf32> {
  %0 = graph.compute(%a) {
  ^bb0(%x: tensor<f32>, %most: tensor<f32>):
    %1 = graph.unary exp %x : tensor<f32>
    %2 = graph.binary max %most, %1 : tensor<f32>, tensor<f32>
    graph.yield %2 : tensor<f32>
  } {domainMap = affine_map<() -> (3, 4)>, reductions = 1 : i64, initial = 2.0 : f32,
     maps = [affine_map<(i, j) -> (i, j)>]} : (tensor<3x4xf32>) -> tensor<3xf32>
  return %0 : tensor<3xf32>
}

// Elementwise: each operand in the order of the result.
// CHECK-LABEL: func.func @elementwise
// CHECK: %[[T:.*]] = graph.transpose %arg0 [1, 0]
// CHECK: %[[B:.*]] = graph.reshape %arg1 : tensor<4xf32> -> tensor<4x1xf32>
// CHECK: graph.binary sub %[[T]], %[[B]]
func.func @elementwise(%a: tensor<3x4xf32>, %b: tensor<4xf32>) -> tensor<4x3xf32> {
  %0 = graph.compute(%a, %b) {
  ^bb0(%x: tensor<f32>, %y: tensor<f32>):
    %1 = graph.binary sub %x, %y : tensor<f32>, tensor<f32>
    graph.yield %1 : tensor<f32>
  } {domainMap = affine_map<() -> (4, 3)>,
     maps = [affine_map<(i, j) -> (j, i)>, affine_map<(i, j) -> (i)>]} : (tensor<3x4xf32>, tensor<4xf32>) -> tensor<4x3xf32>
  return %0 : tensor<4x3xf32>
}

// Without channels a sum over neighbours is contiguous as it is.
// CHECK-LABEL: func.func @stencil
// CHECK: graph.compute
func.func @stencil(%a: tensor<6xf32>, %b: tensor<3xf32>) -> tensor<4xf32> {
  %0 = graph.compute(%a, %b) {
  ^bb0(%x: tensor<f32>, %y: tensor<f32>, %sum: tensor<f32>):
    %1 = graph.binary mul %x, %y : tensor<f32>, tensor<f32>
    %2 = graph.binary add %sum, %1 : tensor<f32>, tensor<f32>
    graph.yield %2 : tensor<f32>
  } {domainMap = affine_map<() -> (4, 3)>, reductions = 1 : i64, initial = 0.0 : f32,
     maps = [affine_map<(i, k) -> (i + k)>, affine_map<(i, k) -> (k)>]} : (tensor<6xf32>, tensor<3xf32>) -> tensor<4xf32>
  return %0 : tensor<4xf32>
}

// A sliding index, and a product: a convolution; zeros around the image become its padding.
// CHECK-LABEL: func.func @convolution
// CHECK: %[[R:.*]] = graph.convolve %arg0, %arg1 strides [2, 2] pad [1, 1] [1, 1] dilations [1, 1]
// CHECK-NEXT: return %[[R]]
func.func @convolution(%a: tensor<2x9x9x4xf32>, %w: tensor<3x3x4x8xf32>) -> tensor<2x5x5x8xf32> {
  %zero = graph.constant dense<0.0> : tensor<f32> : tensor<f32>
  %p = graph.pad %a, %zero low [0, 1, 1, 0] high [0, 1, 1, 0] interior [0, 0, 0, 0] : tensor<2x9x9x4xf32>, tensor<f32>
  %0 = graph.compute(%p, %w) {
  ^bb0(%x: tensor<f32>, %y: tensor<f32>, %sum: tensor<f32>):
    %1 = graph.binary mul %x, %y : tensor<f32>, tensor<f32>
    %2 = graph.binary add %sum, %1 : tensor<f32>, tensor<f32>
    graph.yield %2 : tensor<f32>
  } {domainMap = affine_map<() -> (2, 5, 5, 8, 3, 3, 4)>, reductions = 3 : i64, initial = 0.0 : f32,
     maps = [affine_map<(n, y, x, o, ky, kx, c) -> (n, y * 2 + ky, x * 2 + kx, c)>,
             affine_map<(n, y, x, o, ky, kx, c) -> (ky, kx, c, o)>]}
    : (tensor<2x11x11x4xf32>, tensor<3x3x4x8xf32>) -> tensor<2x5x5x8xf32>
  return %0 : tensor<2x5x5x8xf32>
}

// Channels that divide by the output's group: a grouped convolution.
// CHECK-LABEL: func.func @grouped
// CHECK: graph.convolve {{.*}} strides [1] pad [0] [0] dilations [2] groups 2
func.func @grouped(%a: tensor<2x4x10xf32>, %w: tensor<6x2x3xf32>) -> tensor<2x6x6xf32> {
  %0 = graph.compute(%a, %w) {
  ^bb0(%x: tensor<f32>, %y: tensor<f32>, %sum: tensor<f32>):
    %1 = graph.binary mul %x, %y : tensor<f32>, tensor<f32>
    %2 = graph.binary add %sum, %1 : tensor<f32>, tensor<f32>
    graph.yield %2 : tensor<f32>
  } {domainMap = affine_map<() -> (2, 6, 6, 2, 3)>, reductions = 2 : i64, initial = 0.0 : f32,
     maps = [affine_map<(n, o, x, c, k) -> (n, (o floordiv 3) * 2 + c, x + k * 2)>,
             affine_map<(n, o, x, c, k) -> (o, c, k)>]} : (tensor<2x4x10xf32>, tensor<6x2x3xf32>) -> tensor<2x6x6xf32>
  return %0 : tensor<2x6x6xf32>
}

// Channels of both and of the result: a depthwise convolution of a run-time batch and width.
// CHECK-LABEL: func.func @depthwise
// CHECK: graph.convolve {{.*}} strides [1, 1] pad [0, 0] [0, 0] dilations [1, 1] groups 8
func.func @depthwise(%a: tensor<?x6x?x8xf32, affine_map<()[s0, s1] -> (s0, 6, s1, 8)>>, %w: tensor<3x3x8xf32>)
    -> tensor<?x4x?x8xf32, affine_map<()[s0, s1] -> (s0, 4, s1 - 2, 8)>> {
  %0 = graph.compute(%a, %w) {
  ^bb0(%x: tensor<f32>, %y: tensor<f32>, %sum: tensor<f32>):
    %1 = graph.binary mul %y, %x : tensor<f32>, tensor<f32>
    %2 = graph.binary add %sum, %1 : tensor<f32>, tensor<f32>
    graph.yield %2 : tensor<f32>
  } {domainMap = affine_map<()[s0, s1] -> (s0, 4, s1 - 2, 8, 3, 3)>, reductions = 2 : i64, initial = 0.0 : f32,
     maps = [affine_map<(n, y, x, c, ky, kx) -> (n, y + ky, x + kx, c)>, affine_map<(n, y, x, c, ky, kx) -> (ky, kx, c)>]}
    : (tensor<?x6x?x8xf32, affine_map<()[s0, s1] -> (s0, 6, s1, 8)>>, tensor<3x3x8xf32>)
      -> tensor<?x4x?x8xf32, affine_map<()[s0, s1] -> (s0, 4, s1 - 2, 8)>>
  return %0 : tensor<?x4x?x8xf32, affine_map<()[s0, s1] -> (s0, 4, s1 - 2, 8)>>
}

// A sliding index alone: windows; what is absent for a maximum becomes their padding. Channels go last.
// CHECK-LABEL: func.func @pooling
// CHECK: %[[T:.*]] = graph.transpose %arg0 [0, 2, 3, 1]
// CHECK: %[[W:.*]] = graph.window max %[[T]] sizes [1, 3, 3, 1] strides [1, 2, 2, 1] pad [0, 1, 1, 0] [0, 1, 1, 0] dilations [1, 1, 1, 1]
// CHECK: graph.transpose %[[W]] [0, 3, 1, 2]
func.func @pooling(%a: tensor<2x4x7x7xf32>) -> tensor<2x4x4x4xf32> {
  %low = graph.constant dense<0xFF800000> : tensor<f32> : tensor<f32>
  %p = graph.pad %a, %low low [0, 0, 1, 1] high [0, 0, 1, 1] interior [0, 0, 0, 0] : tensor<2x4x7x7xf32>, tensor<f32>
  %0 = graph.compute(%p) {
  ^bb0(%x: tensor<f32>, %most: tensor<f32>):
    %1 = graph.binary max %most, %x : tensor<f32>, tensor<f32>
    graph.yield %1 : tensor<f32>
  } {domainMap = affine_map<() -> (2, 4, 4, 4, 3, 3)>, reductions = 2 : i64, initial = 0xFF800000 : f32,
     maps = [affine_map<(n, c, y, x, ky, kx) -> (n, c, y * 2 + ky, x * 2 + kx)>]} : (tensor<2x4x9x9xf32>) -> tensor<2x4x4x4xf32>
  return %0 : tensor<2x4x4x4xf32>
}

// Factors that do not depend on what is summed over leave the sum; a dimension of one operand alone is summed there.
// CHECK-LABEL: func.func @factors
// CHECK: %[[S:.*]] = graph.reduce sum %arg0 dims [2]
// CHECK: %[[P:.*]] = graph.contract %[[S]], %arg1 batch [] x [] contract [1] x [0]
// CHECK: %[[F:.*]] = graph.reshape %arg2 : tensor<5xf32> -> tensor<1x5xf32>
// CHECK: graph.binary mul %[[P]], %[[F]]
func.func @factors(%a: tensor<3x4x2xf32>, %b: tensor<4x5xf32>, %c: tensor<5xf32>) -> tensor<3x5xf32> {
  %0 = graph.compute(%a, %b, %c) {
  ^bb0(%x: tensor<f32>, %y: tensor<f32>, %z: tensor<f32>, %sum: tensor<f32>):
    %1 = graph.binary mul %x, %z : tensor<f32>, tensor<f32>
    %2 = graph.binary mul %1, %y : tensor<f32>, tensor<f32>
    %3 = graph.binary add %sum, %2 : tensor<f32>, tensor<f32>
    graph.yield %3 : tensor<f32>
  } {domainMap = affine_map<() -> (3, 5, 4, 2)>, reductions = 2 : i64, initial = 0.0 : f32,
     maps = [affine_map<(i, j, k, h) -> (i, k, h)>, affine_map<(i, j, k, h) -> (k, j)>, affine_map<(i, j, k, h) -> (j)>]}
    : (tensor<3x4x2xf32>, tensor<4x5xf32>, tensor<5xf32>) -> tensor<3x5xf32>
  return %0 : tensor<3x5xf32>
}

// A row with itself is a reduction, not a product.
// CHECK-LABEL: func.func @squares
// CHECK: %[[M:.*]] = graph.binary mul %arg0, %arg0
// CHECK: graph.reduce sum %[[M]] dims [1]
func.func @squares(%a: tensor<3x4xf32>) -> tensor<3xf32> {
  %0 = graph.compute(%a) {
  ^bb0(%x: tensor<f32>, %sum: tensor<f32>):
    %1 = graph.binary mul %x, %x : tensor<f32>, tensor<f32>
    %2 = graph.binary add %sum, %1 : tensor<f32>, tensor<f32>
    graph.yield %2 : tensor<f32>
  } {domainMap = affine_map<() -> (3, 4)>, reductions = 1 : i64, initial = 0.0 : f32,
     maps = [affine_map<(i, k) -> (i, k)>]} : (tensor<3x4xf32>) -> tensor<3xf32>
  return %0 : tensor<3xf32>
}

// i8 factors are widened by the product itself, and the lowest i32 is no start worth joining.
// CHECK-LABEL: func.func @narrow
// CHECK-NEXT: %[[P:.*]] = graph.contract %arg0, %arg1 batch [] x [] contract [1] x [0] : tensor<3x4xi8>, tensor<4x5xi8>
// CHECK-NEXT: %[[M:.*]] = graph.reduce max %[[P]] dims [1]
// CHECK-NEXT: return %[[M]]
func.func @narrow(%a: tensor<3x4xi8>, %b: tensor<4x5xi8>) -> tensor<3xi32> {
  %0 = graph.compute(%a, %b) {
  ^bb0(%x: tensor<i8>, %y: tensor<i8>, %sum: tensor<i32>):
    %1 = graph.cast %x : tensor<i8> -> tensor<i32>
    %2 = graph.cast %y : tensor<i8> -> tensor<i32>
    %3 = graph.binary mul %1, %2 : tensor<i32>, tensor<i32>
    %4 = graph.binary add %sum, %3 : tensor<i32>, tensor<i32>
    graph.yield %4 : tensor<i32>
  } {domainMap = affine_map<() -> (3, 5, 4)>, reductions = 1 : i64, initial = 0 : i32,
     maps = [affine_map<(i, j, k) -> (i, k)>, affine_map<(i, j, k) -> (k, j)>]} : (tensor<3x4xi8>, tensor<4x5xi8>) -> tensor<3x5xi32>
  %1 = graph.compute(%0) {
  ^bb0(%x: tensor<i32>, %most: tensor<i32>):
    %2 = graph.binary max %most, %x : tensor<i32>, tensor<i32>
    graph.yield %2 : tensor<i32>
  } {domainMap = affine_map<() -> (3, 5)>, reductions = 1 : i64, initial = -2147483648 : i32,
     maps = [affine_map<(i, j) -> (i, j)>]} : (tensor<3x5xi32>) -> tensor<3xi32>
  return %1 : tensor<3xi32>
}

// Operands are cut, reversed, split and merged first.
// CHECK-LABEL: func.func @views
// CHECK: %[[R:.*]] = graph.reverse %arg0 dims [0]
// CHECK: %[[S:.*]] = graph.slice %[[R]] from #{{.*}} by [2] : tensor<8xf32> -> tensor<3xf32>
// CHECK: %[[P:.*]] = graph.reshape %arg1 : tensor<12xf32> -> tensor<3x4xf32>
// CHECK: graph.reshape %arg2 : tensor<2x2xf32> -> tensor<1x4xf32>
// CHECK-NOT: graph.compute
func.func @views(%a: tensor<8xf32>, %b: tensor<12xf32>, %c: tensor<2x2xf32>) -> tensor<3x4xf32> {
  %0 = graph.compute(%a, %b, %c) {
  ^bb0(%x: tensor<f32>, %y: tensor<f32>, %z: tensor<f32>):
    %1 = graph.binary add %x, %y : tensor<f32>, tensor<f32>
    %2 = graph.binary mul %1, %z : tensor<f32>, tensor<f32>
    graph.yield %2 : tensor<f32>
  } {domainMap = affine_map<() -> (3, 4)>,
     maps = [affine_map<(i, j) -> (6 - i * 2)>, affine_map<(i, j) -> (i * 4 + j)>,
             affine_map<(i, j) -> (j floordiv 2, j mod 2)>]} : (tensor<8xf32>, tensor<12xf32>, tensor<2x2xf32>) -> tensor<3x4xf32>
  return %0 : tensor<3x4xf32>
}

// A diagonal is none of these.
// CHECK-LABEL: func.func @diagonal
// CHECK: graph.compute
func.func @diagonal(%a: tensor<4x4xf32>) -> tensor<4xf32> {
  %0 = graph.compute(%a) {
  ^bb0(%x: tensor<f32>):
    graph.yield %x : tensor<f32>
  } {domainMap = affine_map<() -> (4)>, maps = [affine_map<(i) -> (i, i)>]} : (tensor<4x4xf32>) -> tensor<4xf32>
  return %0 : tensor<4xf32>
}

// Sums of halves are kept in f32, by the primitives too.
// CHECK-LABEL: func.func @halves
// CHECK: graph.contract %arg0, %arg1 batch [] x [] contract [1] x [0] : tensor<3x4xf16>, tensor<4x5xf16>
// CHECK-NOT: graph.compute
func.func @halves(%a: tensor<3x4xf16>, %b: tensor<4x5xf16>) -> tensor<3x5xf16> {
  %0 = graph.compute(%a, %b) {
  ^bb0(%x: tensor<f16>, %y: tensor<f16>, %sum: tensor<f32>):
    %1 = graph.binary mul %x, %y : tensor<f16>, tensor<f16>
    %2 = graph.cast %1 : tensor<f16> -> tensor<f32>
    %3 = graph.binary add %sum, %2 : tensor<f32>, tensor<f32>
    graph.yield %3 : tensor<f32>
  } {domainMap = affine_map<() -> (3, 5, 4)>, reductions = 1 : i64, initial = 0.0 : f32,
     maps = [affine_map<(i, j, k) -> (i, k)>, affine_map<(i, j, k) -> (k, j)>]} : (tensor<3x4xf16>, tensor<4x5xf16>) -> tensor<3x5xf16>
  return %0 : tensor<3x5xf16>
}
