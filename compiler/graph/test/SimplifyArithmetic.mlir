// RUN: wasmind-opt %s --graph-simplify-arithmetic --canonicalize | FileCheck %s

// Layer normalisation in pieces: one reciprocal root per row instead of a division per element.
// CHECK-LABEL: func.func @normalise
// CHECK: %[[S:.*]] = graph.binary mul %arg0, %arg0
// CHECK: %[[R:.*]] = graph.unary rsqrt %arg1
// CHECK: graph.binary mul %[[S]], %[[R]] : tensor<4x8xf32>, tensor<4x1xf32>
func.func @normalise(%x: tensor<4x8xf32>, %v: tensor<4x1xf32>) -> tensor<4x8xf32> {
  %two = graph.constant dense<2.0> : tensor<1x1xf32> : tensor<1x1xf32>
  %0 = graph.binary pow %x, %two : tensor<4x8xf32>, tensor<1x1xf32>
  %1 = graph.unary sqrt %v : tensor<4x1xf32>
  %2 = graph.binary div %0, %1 : tensor<4x8xf32>, tensor<4x1xf32>
  return %2 : tensor<4x8xf32>
}

// Factors join.
// CHECK-LABEL: func.func @factors
// CHECK: %[[C:.*]] = graph.constant dense<7.500000e-01>
// CHECK: graph.binary mul %arg0, %[[C]]
// CHECK-NOT: graph.binary
// CHECK: return
func.func @factors(%x: tensor<4x8xf32>) -> tensor<4x8xf32> {
  %a = graph.constant dense<4.0> : tensor<1x1xf32> : tensor<1x1xf32>
  %b = graph.constant dense<3.0> : tensor<1x1xf32> : tensor<1x1xf32>
  %0 = graph.binary div %x, %a : tensor<4x8xf32>, tensor<1x1xf32>
  %1 = graph.binary mul %b, %0 : tensor<1x1xf32>, tensor<4x8xf32>
  return %1 : tensor<4x8xf32>
}

// A quantisation divides as it is written: ties would round elsewhere.
// CHECK-LABEL: func.func @quantise
// CHECK: graph.binary div
// A division of integers, and one by a value that may be tiny, stay as well.
// CHECK-LABEL: func.func @others
// CHECK: graph.binary div
// CHECK: graph.binary div
func.func @quantise(%x: tensor<4x8xf32>) -> tensor<4x8xf32> {
  %a = graph.constant dense<3.0> : tensor<1x1xf32> : tensor<1x1xf32>
  %0 = graph.binary div %x, %a : tensor<4x8xf32>, tensor<1x1xf32>
  %1 = graph.unary round %0 : tensor<4x8xf32>
  return %1 : tensor<4x8xf32>
}
func.func @others(%x: tensor<4x8xi32>, %y: tensor<4x8xf32>, %z: tensor<4x1xf32>) -> (tensor<4x8xi32>, tensor<4x8xf32>) {
  %a = graph.constant dense<3> : tensor<1x1xi32> : tensor<1x1xi32>
  %0 = graph.binary div %x, %a : tensor<4x8xi32>, tensor<1x1xi32>
  %1 = graph.binary div %y, %z : tensor<4x8xf32>, tensor<4x1xf32>
  return %0, %1 : tensor<4x8xi32>, tensor<4x8xf32>
}

// A root of what a square or another positive value ends in is its power; of any other value it is not: -inf and -0.
// CHECK-LABEL: func.func @roots
// CHECK: graph.unary rsqrt
// CHECK-NOT: graph.binary pow
// CHECK-LABEL: func.func @powers
// CHECK: graph.binary pow
// CHECK: graph.binary pow
func.func @roots(%x: tensor<4x8xf32>) -> tensor<4x1xf32> {
  %two = graph.constant dense<2.0> : tensor<1x1xf32> : tensor<1x1xf32>
  %half = graph.constant dense<-0.5> : tensor<1x1xf32> : tensor<1x1xf32>
  %small = graph.constant dense<1.0e-5> : tensor<1x1xf32> : tensor<1x1xf32>
  %0 = graph.binary pow %x, %two : tensor<4x8xf32>, tensor<1x1xf32>
  %1 = graph.reduce sum %0 dims [1] : tensor<4x8xf32>
  %2 = graph.reshape %1 : tensor<4xf32> -> tensor<4x1xf32>
  %3 = graph.binary add %2, %small : tensor<4x1xf32>, tensor<1x1xf32>
  %4 = graph.binary pow %3, %half : tensor<4x1xf32>, tensor<1x1xf32>
  return %4 : tensor<4x1xf32>
}
func.func @powers(%x: tensor<4x8xf32>) -> (tensor<4x8xf32>, tensor<4x8xf32>) {
  %half = graph.constant dense<0.5> : tensor<1x1xf32> : tensor<1x1xf32>
  %inverse = graph.constant dense<-0.5> : tensor<1x1xf32> : tensor<1x1xf32>
  %0 = graph.binary pow %x, %half : tensor<4x8xf32>, tensor<1x1xf32>
  %1 = graph.binary pow %x, %inverse : tensor<4x8xf32>, tensor<1x1xf32>
  return %0, %1 : tensor<4x8xf32>, tensor<4x8xf32>
}

// An ulp of a half is much: of these only the square is spelt otherwise, whose product is the same number.
// CHECK-LABEL: func.func @halves
// CHECK: graph.binary mul %arg0, %arg0
// CHECK: graph.binary div
// CHECK: graph.binary mul
// CHECK: graph.binary pow
func.func @halves(%x: tensor<4x8xbf16>) -> tensor<4x8xbf16> {
  %a = graph.constant dense<3.0> : tensor<1x1xbf16> : tensor<1x1xbf16>
  %two = graph.constant dense<2.0> : tensor<1x1xbf16> : tensor<1x1xbf16>
  %0 = graph.binary pow %x, %two : tensor<4x8xbf16>, tensor<1x1xbf16>
  %1 = graph.binary div %0, %a : tensor<4x8xbf16>, tensor<1x1xbf16>
  %2 = graph.binary mul %1, %a : tensor<4x8xbf16>, tensor<1x1xbf16>
  %3 = graph.binary pow %2, %a : tensor<4x8xbf16>, tensor<1x1xbf16>
  return %3 : tensor<4x8xbf16>
}

// Ones at given indices times rows look the rows up; indices without a row give zeros.
// CHECK-LABEL: func.func @look_up
// CHECK-NOT: graph.contract
// CHECK: %[[FOUND:.*]] = graph.gather {{.*}} dim 0
// CHECK: graph.select %{{.*}}, %[[FOUND]]
func.func @look_up(%i: tensor<2x1xi32>) -> tensor<2x2xf32> {
  %rows = graph.constant dense<[[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]> : tensor<3x2xf32> : tensor<3x2xf32>
  %range = graph.constant dense<[[0, 1, 2]]> : tensor<1x3xi32> : tensor<1x3xi32>
  %hot = graph.compare eq %i, %range : tensor<2x1xi32>, tensor<1x3xi32>
  %ones = graph.cast %hot : tensor<2x3xi1> -> tensor<2x3xf32>
  %0 = graph.contract %ones, %rows batch [] x [] contract [1] x [0] : tensor<2x3xf32>, tensor<3x2xf32>
  return %0 : tensor<2x2xf32>
}

// Zero times infinity is no zero, and these are no row numbers.
// CHECK-LABEL: func.func @no_look_up
// CHECK-COUNT-2: graph.contract
func.func @no_look_up(%i: tensor<2x1xi32>) -> (tensor<2x2xf32>, tensor<2x2xf32>) {
  %infinite = graph.constant dense<[[1.0, 2.0], [0x7F800000, 0x40800000], [5.0, 6.0]]> : tensor<3x2xf32> : tensor<3x2xf32>
  %rows = graph.constant dense<[[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]> : tensor<3x2xf32> : tensor<3x2xf32>
  %range = graph.constant dense<[[0, 1, 2]]> : tensor<1x3xi32> : tensor<1x3xi32>
  %odd = graph.constant dense<[[1, 3, 5]]> : tensor<1x3xi32> : tensor<1x3xi32>
  %hot = graph.compare eq %i, %range : tensor<2x1xi32>, tensor<1x3xi32>
  %ones = graph.cast %hot : tensor<2x3xi1> -> tensor<2x3xf32>
  %0 = graph.contract %ones, %infinite batch [] x [] contract [1] x [0] : tensor<2x3xf32>, tensor<3x2xf32>
  %other = graph.compare eq %i, %odd : tensor<2x1xi32>, tensor<1x3xi32>
  %ones2 = graph.cast %other : tensor<2x3xi1> -> tensor<2x3xf32>
  %1 = graph.contract %ones2, %rows batch [] x [] contract [1] x [0] : tensor<2x3xf32>, tensor<3x2xf32>
  return %0, %1 : tensor<2x2xf32>, tensor<2x2xf32>
}
