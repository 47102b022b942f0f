// RUN: wasmind-opt %s --module-lower-to-llvm --split-input-file | FileCheck %s

// A constant part of an index becomes a getelementptr of its own; the dynamic part keeps its flags.
// CHECK-LABEL: llvm.func internal @split
// CHECK: %[[BASE:.*]] = llvm.getelementptr %arg0[%arg1] : (!llvm.ptr, i32) -> !llvm.ptr, f32
// CHECK-NEXT: %[[MOVED:.*]] = llvm.getelementptr inbounds|nuw %[[BASE]][4] : (!llvm.ptr) -> !llvm.ptr, f32
// CHECK-NEXT: llvm.load %[[MOVED]] {alignment = 4 : i64} : !llvm.ptr -> vector<4xf32>
func.func @split(%p: !llvm.ptr, %i: i32) -> vector<4xf32> {
  %c4 = arith.constant 4 : i32
  %j = arith.addi %i, %c4 : i32
  %q = llvm.getelementptr %p[%j] : (!llvm.ptr, i32) -> !llvm.ptr, f32
  %v = llvm.load %q : !llvm.ptr -> vector<4xf32>
  return %v : vector<4xf32>
}

// -----

// A negative constant stays where it is: offsets of loads do not wrap.
// CHECK-LABEL: llvm.func internal @negative
// CHECK: llvm.add
// CHECK-NEXT: llvm.getelementptr %arg0[%{{.*}}] : (!llvm.ptr, i32) -> !llvm.ptr, f32
// CHECK-NEXT: llvm.getelementptr %{{.*}}[-1] : (!llvm.ptr) -> !llvm.ptr, f32
// CHECK-NEXT: llvm.load %{{.*}} {alignment = 16 : i64}
func.func @negative(%p: !llvm.ptr, %i: i32) -> vector<4xf32> {
  %c = arith.constant -4 : i32
  %j = arith.addi %i, %c : i32
  %q = llvm.getelementptr %p[%j] : (!llvm.ptr, i32) -> !llvm.ptr, f32
  %r = llvm.getelementptr %q[-1] : (!llvm.ptr) -> !llvm.ptr, f32
  %v = llvm.load %r {alignment = 16 : i64} : !llvm.ptr -> vector<4xf32>
  return %v : vector<4xf32>
}

// -----

// index is 32 bits wide, and nothing is left to cast.
// CHECK-LABEL: llvm.func internal @index
// CHECK-SAME: (%arg0: i32) -> i32
// CHECK-NOT: unrealized
// CHECK-NOT: i64
// CHECK: llvm.return
func.func @index(%n: i32) -> i32 {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %e = arith.index_cast %n : i32 to index
  %z = arith.constant 0 : i32
  %r = scf.for %i = %c0 to %e step %c1 iter_args(%s = %z) -> (i32) {
    %j = arith.index_cast %i : index to i32
    %t = arith.addi %s, %j : i32
    scf.yield %t : i32
  }
  return %r : i32
}

// -----

// Both spellings of a multiply-add are fmuladd: fused only where that is one instruction.
// CHECK-LABEL: llvm.func internal @fma
// CHECK: llvm.intr.fmuladd(%arg0, %arg1, %arg0) : (vector<8xf32>, vector<8xf32>, vector<8xf32>) -> vector<8xf32>
// CHECK: llvm.intr.fmuladd(%{{.*}}, %arg1, %arg0)
// CHECK-NOT: llvm.intr.fma(
func.func @fma(%a: vector<8xf32>, %b: vector<8xf32>) -> vector<8xf32> {
  %c = vector.fma %a, %b, %a : vector<8xf32>
  %d = math.fma %c, %b, %a : vector<8xf32>
  return %d : vector<8xf32>
}

// -----

// maxnumf and minnumf are a compare and a select, in the operand order of pmax and pmin.
// CHECK-LABEL: llvm.func internal @maxnum
// CHECK: %[[LESS:.*]] = llvm.fcmp "olt" %arg0, %arg1
// CHECK-NEXT: %[[MAX:.*]] = llvm.select %[[LESS]], %arg1, %arg0
// CHECK-NEXT: %[[LESS2:.*]] = llvm.fcmp "olt" %arg0, %[[MAX]]
// CHECK-NEXT: llvm.select %[[LESS2]], %arg0, %[[MAX]]
func.func @maxnum(%a: vector<4xf32>, %b: vector<4xf32>) -> vector<4xf32> {
  %m = arith.maxnumf %a, %b : vector<4xf32>
  %r = arith.minnumf %m, %a : vector<4xf32>
  return %r : vector<4xf32>
}

// -----

// A reduction halves by shuffles, the accumulator comes last.
// CHECK-LABEL: llvm.func internal @reduce
// CHECK: llvm.shufflevector %arg0, %arg0 [0, 1, 2, 3]
// CHECK: llvm.shufflevector %arg0, %arg0 [4, 5, 6, 7]
// CHECK: llvm.fadd
// CHECK: llvm.shufflevector %{{.*}}, %{{.*}} [2, 3, 0, 1]
// CHECK: llvm.fadd
// CHECK: llvm.shufflevector %{{.*}}, %{{.*}} [1, 2, 3, 0]
// CHECK: llvm.fadd
// CHECK: llvm.extractelement
// CHECK: llvm.fadd %{{.*}}, %arg1
// CHECK-NOT: llvm.intr.vector.reduce
func.func @reduce(%a: vector<8xf32>, %s: f32) -> f32 {
  %r = vector.reduction <add>, %a, %s : vector<8xf32> into f32
  return %r : f32
}

// -----

// Exported functions tell the linker their name, kernels stay out of line, everything else is internal.
// CHECK: llvm.func internal @kernel() attributes {{.*}}passthrough = ["noinline"]
// CHECK: llvm.func @entry() -> i32 attributes {{.*}}passthrough = {{\[\[}}"wasm-export-name", "run"]]
func.func @kernel() attributes {passthrough = ["noinline"]} {
  return
}
func.func @entry() -> i32 attributes {wasmind.export = "run"} {
  func.call @kernel() : () -> ()
  %c0 = arith.constant 0 : i32
  return %c0 : i32
}
