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

// A sliding index is none of these.
// CHECK-LABEL: func.func @sliding
// CHECK: graph.compute
func.func @sliding(%a: tensor<6xf32>, %b: tensor<3xf32>) -> tensor<4xf32> {
  %0 = graph.compute(%a, %b) {
  ^bb0(%x: tensor<f32>, %y: tensor<f32>, %sum: tensor<f32>):
    %1 = graph.binary mul %x, %y : tensor<f32>, tensor<f32>
    %2 = graph.binary add %sum, %1 : tensor<f32>, tensor<f32>
    graph.yield %2 : tensor<f32>
  } {domainMap = affine_map<() -> (4, 3)>, reductions = 1 : i64, initial = 0.0 : f32,
     maps = [affine_map<(i, k) -> (i + k)>, affine_map<(i, k) -> (k)>]} : (tensor<6xf32>, tensor<3xf32>) -> tensor<4xf32>
  return %0 : tensor<4xf32>
}
