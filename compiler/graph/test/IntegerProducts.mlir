// RUN: wasmind-opt %s --split-input-file --graph-integer-products | FileCheck %s
// Products of scaled integers.

// CHECK-LABEL: @contract
// CHECK: %[[SUM:.*]] = graph.contract %arg0, %arg2 {{.*}} : tensor<4x16xui8>, tensor<16x8xi8>
// CHECK: %[[FLOAT:.*]] = graph.cast %[[SUM]] : tensor<4x8xi32> -> tensor<4x8xf32>
// CHECK: %[[SCALE:.*]] = graph.binary mul {{.*}} : tensor<1x1xf32>, tensor<1x8xf32>
// CHECK: graph.binary mul %[[FLOAT]], %[[SCALE]]
func.func @contract(%q: tensor<4x16xui8>, %s: tensor<1x1xf32>, %w: tensor<16x8xi8>, %t: tensor<1x8xf32>) -> tensor<4x8xf32> {
  %0 = graph.cast %q : tensor<4x16xui8> -> tensor<4x16xf32>
  %1 = graph.binary mul %0, %s : tensor<4x16xf32>, tensor<1x1xf32>
  %2 = graph.cast %w : tensor<16x8xi8> -> tensor<16x8xf32>
  %3 = graph.binary mul %2, %t : tensor<16x8xf32>, tensor<1x8xf32>
  %4 = graph.contract %1, %3 batch [] x [] contract [1] x [0] : tensor<4x16xf32>, tensor<16x8xf32>
  return %4 : tensor<4x8xf32>
}

// -----
// A zero point: the difference of bytes is an operand of 16 bits.
// CHECK-LABEL: @zero_point
// CHECK: %[[Q:.*]] = graph.binary sub {{.*}} : tensor<4x16xi16>, tensor<1x1xi16>
// CHECK: graph.contract %[[Q]], %arg3 {{.*}} : tensor<4x16xi16>, tensor<16x8xi8>
func.func @zero_point(%q: tensor<4x16xui8>, %z: tensor<1x1xui8>, %s: tensor<1x1xf32>, %w: tensor<16x8xi8>) -> tensor<4x8xf32> {
  %0 = graph.cast %q : tensor<4x16xui8> -> tensor<4x16xi16>
  %1 = graph.cast %z : tensor<1x1xui8> -> tensor<1x1xi16>
  %2 = graph.binary sub %0, %1 : tensor<4x16xi16>, tensor<1x1xi16>
  %3 = graph.cast %2 : tensor<4x16xi16> -> tensor<4x16xf32>
  %4 = graph.binary mul %3, %s : tensor<4x16xf32>, tensor<1x1xf32>
  %5 = graph.cast %w : tensor<16x8xi8> -> tensor<16x8xf32>
  %6 = graph.binary mul %5, %s : tensor<16x8xf32>, tensor<1x1xf32>
  %7 = graph.contract %4, %6 batch [] x [] contract [1] x [0] : tensor<4x16xf32>, tensor<16x8xf32>
  return %7 : tensor<4x8xf32>
}

// -----
// Scales along what is summed over cannot come out of the sum.
// CHECK-LABEL: @scaled_along_the_sum
// CHECK: graph.contract {{.*}} : tensor<4x16xf32>, tensor<16x8xf32>
func.func @scaled_along_the_sum(%q: tensor<4x16xui8>, %s: tensor<1x1xf32>, %w: tensor<16x8xi8>, %t: tensor<16x1xf32>) -> tensor<4x8xf32> {
  %0 = graph.cast %q : tensor<4x16xui8> -> tensor<4x16xf32>
  %1 = graph.binary mul %0, %s : tensor<4x16xf32>, tensor<1x1xf32>
  %2 = graph.cast %w : tensor<16x8xi8> -> tensor<16x8xf32>
  %3 = graph.binary mul %2, %t : tensor<16x8xf32>, tensor<16x1xf32>
  %4 = graph.contract %1, %3 batch [] x [] contract [1] x [0] : tensor<4x16xf32>, tensor<16x8xf32>
  return %4 : tensor<4x8xf32>
}

// -----
// 255 * 255 * 40000 does not fit i32, nor do products of any i16.
// CHECK-LABEL: @large_sums
// CHECK-COUNT-2: graph.contract {{.*}} : tensor<2x{{.*}}xf32>
func.func @large_sums(%q: tensor<2x40000xui8>, %h: tensor<2x16xi16>, %s: tensor<1x1xf32>) -> (tensor<2x2xf32>, tensor<2x2xf32>) {
  %0 = graph.cast %q : tensor<2x40000xui8> -> tensor<2x40000xf32>
  %1 = graph.binary mul %0, %s : tensor<2x40000xf32>, tensor<1x1xf32>
  %2 = graph.contract %1, %1 batch [] x [] contract [1] x [1] : tensor<2x40000xf32>, tensor<2x40000xf32>
  %3 = graph.cast %h : tensor<2x16xi16> -> tensor<2x16xf32>
  %4 = graph.binary mul %3, %s : tensor<2x16xf32>, tensor<1x1xf32>
  %5 = graph.contract %4, %4 batch [] x [] contract [1] x [1] : tensor<2x16xf32>, tensor<2x16xf32>
  return %2, %5 : tensor<2x2xf32>, tensor<2x2xf32>
}

// -----
// Movement between the scale and the product moves the integers, and scales of channels with them.
// CHECK-LABEL: @convolve
// CHECK-DAG: graph.transpose %arg3 [2, 3, 1, 0] : tensor<24x1x1x1xf32>
// CHECK-DAG: %[[X:.*]] = graph.transpose %arg0 [0, 2, 3, 1] : tensor<1x16x9x9xui8>
// CHECK-DAG: %[[W:.*]] = graph.transpose %arg2 [2, 3, 1, 0] : tensor<24x16x3x3xi8>
// CHECK: graph.convolve %[[X]], %[[W]] {{.*}} : tensor<1x9x9x16xui8>, tensor<3x3x16x24xi8>
func.func @convolve(%q: tensor<1x16x9x9xui8>, %s: tensor<1x1x1x1xf32>, %w: tensor<24x16x3x3xi8>, %t: tensor<24x1x1x1xf32>) -> tensor<1x9x9x24xf32> {
  %0 = graph.cast %q : tensor<1x16x9x9xui8> -> tensor<1x16x9x9xf32>
  %1 = graph.binary mul %0, %s : tensor<1x16x9x9xf32>, tensor<1x1x1x1xf32>
  %2 = graph.transpose %1 [0, 2, 3, 1] : tensor<1x16x9x9xf32>
  %3 = graph.cast %w : tensor<24x16x3x3xi8> -> tensor<24x16x3x3xf32>
  %4 = graph.binary mul %3, %t : tensor<24x16x3x3xf32>, tensor<24x1x1x1xf32>
  %5 = graph.transpose %4 [2, 3, 1, 0] : tensor<24x16x3x3xf32>
  %6 = graph.convolve %2, %5 strides [1, 1] pad [1, 1] [1, 1] dilations [1, 1] : tensor<1x9x9x16xf32>, tensor<3x3x16x24xf32>
  return %6 : tensor<1x9x9x24xf32>
}

// -----
// Of groups of few channels the integers are multiplied as floats.
// CHECK-LABEL: @depthwise
// CHECK: graph.convolve {{.*}} : tensor<1x9x9x16xf32>, tensor<3x3x1x16xf32>
// CHECK: graph.binary mul {{.*}} : tensor<1x9x9x16xf32>, tensor<1x1x1x1xf32>
func.func @depthwise(%q: tensor<1x9x9x16xui8>, %s: tensor<1x1x1x1xf32>, %w: tensor<3x3x1x16xi8>) -> tensor<1x9x9x16xf32> {
  %0 = graph.cast %q : tensor<1x9x9x16xui8> -> tensor<1x9x9x16xf32>
  %1 = graph.binary mul %0, %s : tensor<1x9x9x16xf32>, tensor<1x1x1x1xf32>
  %2 = graph.cast %w : tensor<3x3x1x16xi8> -> tensor<3x3x1x16xf32>
  %3 = graph.binary mul %2, %s : tensor<3x3x1x16xf32>, tensor<1x1x1x1xf32>
  %4 = graph.convolve %1, %3 strides [1, 1] pad [1, 1] [1, 1] dilations [1, 1] groups 16 : tensor<1x9x9x16xf32>, tensor<3x3x1x16xf32>
  return %4 : tensor<1x9x9x16xf32>
}

// -----
// The largest element keeps its place where the scale is positive.
// CHECK-LABEL: @pool
// CHECK: graph.window max %arg0 {{.*}} : tensor<1x8x8x4xui8>
// CHECK: graph.window max {{.*}} : tensor<1x8x8x4xf32>
func.func @pool(%q: tensor<1x8x8x4xui8>) -> (tensor<1x4x4x4xf32>, tensor<1x4x4x4xf32>) {
  %s = graph.constant dense<0.5> : tensor<1x1x1x1xf32> : tensor<1x1x1x1xf32>
  %n = graph.constant dense<-0.5> : tensor<1x1x1x1xf32> : tensor<1x1x1x1xf32>
  %0 = graph.cast %q : tensor<1x8x8x4xui8> -> tensor<1x8x8x4xf32>
  %1 = graph.binary mul %0, %s : tensor<1x8x8x4xf32>, tensor<1x1x1x1xf32>
  %2 = graph.window max %1 sizes [1, 2, 2, 1] strides [1, 2, 2, 1] pad [0, 0, 0, 0] [0, 0, 0, 0] dilations [1, 1, 1, 1] : tensor<1x8x8x4xf32>
  %3 = graph.binary mul %0, %n : tensor<1x8x8x4xf32>, tensor<1x1x1x1xf32>
  %4 = graph.window max %3 sizes [1, 2, 2, 1] strides [1, 2, 2, 1] pad [0, 0, 0, 0] [0, 0, 0, 0] dilations [1, 1, 1, 1] : tensor<1x8x8x4xf32>
  return %2, %4 : tensor<1x4x4x4xf32>, tensor<1x4x4x4xf32>
}

// -----
// What is quantised again is divided once, in the factors; numbers that are no scaled integers as the standard says.
// CHECK-LABEL: @requantise
// CHECK: %[[FACTOR:.*]] = graph.binary div %arg1, {{.*}} : tensor<1x8xf32>, tensor<1x1xf32>
// CHECK: %[[SCALED:.*]] = graph.binary mul {{.*}}, %[[FACTOR]] : tensor<4x8xf32>, tensor<1x8xf32>
// CHECK: %[[OFFSET:.*]] = graph.binary div %arg2, {{.*}} : tensor<1x8xf32>, tensor<1x1xf32>
// CHECK: %[[SUM:.*]] = graph.binary add %[[SCALED]], %[[OFFSET]]
// CHECK: graph.unary round %[[SUM]]
// CHECK: %[[PLAIN:.*]] = graph.binary div %arg3, {{.*}} : tensor<4x8xf32>, tensor<1x1xf32>
// CHECK: graph.unary round %[[PLAIN]]
func.func @requantise(%sums: tensor<4x8xi32>, %s: tensor<1x8xf32>, %bias: tensor<1x8xf32>, %x: tensor<4x8xf32>) -> (tensor<4x8xf32>, tensor<4x8xf32>) {
  %t = graph.constant dense<0.1> : tensor<1x1xf32> : tensor<1x1xf32>
  %0 = graph.cast %sums : tensor<4x8xi32> -> tensor<4x8xf32>
  %1 = graph.binary mul %0, %s : tensor<4x8xf32>, tensor<1x8xf32>
  %2 = graph.binary add %1, %bias : tensor<4x8xf32>, tensor<1x8xf32>
  %3 = graph.binary div %2, %t : tensor<4x8xf32>, tensor<1x1xf32>
  %4 = graph.unary round %3 : tensor<4x8xf32>
  %5 = graph.binary div %x, %t : tensor<4x8xf32>, tensor<1x1xf32>
  %6 = graph.unary round %5 : tensor<4x8xf32>
  return %4, %6 : tensor<4x8xf32>, tensor<4x8xf32>
}

// -----
// The next layer's difference from the zero point, and what becomes a float again, of what is never NaN.
// CHECK-LABEL: @between_layers
// CHECK: %[[ROUND:.*]] = graph.unary round
// CHECK: %[[LOW:.*]] = graph.binary max %[[ROUND]], %[[MIN:.*]] :
// CHECK: %[[BOTH:.*]] = graph.binary min %[[LOW]], %[[MAX:.*]] :
// CHECK: graph.cast %[[BOTH]] : tensor<4x8xf32> -> tensor<4x8xi16>
// CHECK: return {{.*}}, %[[BOTH]]
func.func @between_layers(%sums: tensor<4x8xi32>) -> (tensor<4x8xi16>, tensor<4x8xf32>) {
  %s = graph.constant dense<0.1> : tensor<1x1xf32> : tensor<1x1xf32>
  %z = graph.constant dense<3.0> : tensor<1x1xf32> : tensor<1x1xf32>
  %low = graph.constant dense<0.0> : tensor<1x1xf32> : tensor<1x1xf32>
  %high = graph.constant dense<255.0> : tensor<1x1xf32> : tensor<1x1xf32>
  %zero = graph.constant dense<3> : tensor<1x1xi16> : tensor<1x1xi16>
  %f = graph.cast %sums : tensor<4x8xi32> -> tensor<4x8xf32>
  %x = graph.binary mul %f, %s : tensor<4x8xf32>, tensor<1x1xf32>
  %0 = graph.unary round %x : tensor<4x8xf32>
  %1 = graph.binary add %0, %z : tensor<4x8xf32>, tensor<1x1xf32>
  %2 = graph.binary max %1, %low : tensor<4x8xf32>, tensor<1x1xf32>
  %3 = graph.binary min %2, %high : tensor<4x8xf32>, tensor<1x1xf32>
  %4 = graph.cast %3 : tensor<4x8xf32> -> tensor<4x8xui8>
  %5 = graph.cast %4 : tensor<4x8xui8> -> tensor<4x8xi16>
  %6 = graph.binary sub %5, %zero : tensor<4x8xi16>, tensor<1x1xi16>
  %7 = graph.cast %6 : tensor<4x8xi16> -> tensor<4x8xf32>
  return %6, %7 : tensor<4x8xi16>, tensor<4x8xf32>
}

// -----
// Of what may be NaN the integer is 0.
// CHECK-LABEL: @not_a_number
// CHECK: %[[INTEGER:.*]] = graph.cast {{.*}} -> tensor<4x8xui8>
// CHECK: graph.cast %[[INTEGER]] : tensor<4x8xui8> -> tensor<4x8xf32>
func.func @not_a_number(%x: tensor<4x8xf32>) -> tensor<4x8xf32> {
  %low = graph.constant dense<0.0> : tensor<1x1xf32> : tensor<1x1xf32>
  %high = graph.constant dense<255.0> : tensor<1x1xf32> : tensor<1x1xf32>
  %0 = graph.unary round %x : tensor<4x8xf32>
  %1 = graph.binary max %0, %low : tensor<4x8xf32>, tensor<1x1xf32>
  %2 = graph.binary min %1, %high : tensor<4x8xf32>, tensor<1x1xf32>
  %3 = graph.cast %2 : tensor<4x8xf32> -> tensor<4x8xui8>
  %4 = graph.cast %3 : tensor<4x8xui8> -> tensor<4x8xf32>
  return %4 : tensor<4x8xf32>
}

// -----
// One element may be the factor of the other as well as the other way round: it stays as it is.
// CHECK-LABEL: @one_element
// CHECK: graph.binary add %arg2, %{{.*}}
// CHECK: graph.binary div
func.func @one_element(%sums: tensor<1x1xi32>, %s: tensor<1x1xf32>, %bias: tensor<1x1xf32>) -> tensor<1x1xf32> {
  %t = graph.constant dense<0.1> : tensor<1x1xf32> : tensor<1x1xf32>
  %0 = graph.cast %sums : tensor<1x1xi32> -> tensor<1x1xf32>
  %1 = graph.binary mul %0, %s : tensor<1x1xf32>, tensor<1x1xf32>
  %2 = graph.binary add %bias, %1 : tensor<1x1xf32>, tensor<1x1xf32>
  %3 = graph.binary div %2, %t : tensor<1x1xf32>, tensor<1x1xf32>
  %4 = graph.unary round %3 : tensor<1x1xf32>
  return %4 : tensor<1x1xf32>
}

// -----
// The product of the scales is no number of f32.
// CHECK-LABEL: @large_scales
// CHECK: graph.contract {{.*}} : tensor<4x16xf32>, tensor<16x8xf32>
func.func @large_scales(%q: tensor<4x16xui8>, %w: tensor<16x8xi8>) -> tensor<4x8xf32> {
  %s = graph.constant dense<1.0e20> : tensor<1x1xf32> : tensor<1x1xf32>
  %0 = graph.cast %q : tensor<4x16xui8> -> tensor<4x16xf32>
  %1 = graph.binary mul %0, %s : tensor<4x16xf32>, tensor<1x1xf32>
  %2 = graph.cast %w : tensor<16x8xi8> -> tensor<16x8xf32>
  %3 = graph.binary mul %2, %s : tensor<16x8xf32>, tensor<1x1xf32>
  %4 = graph.contract %1, %3 batch [] x [] contract [1] x [0] : tensor<4x16xf32>, tensor<16x8xf32>
  return %4 : tensor<4x8xf32>
}
