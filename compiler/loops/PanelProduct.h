//===- PanelProduct.h - the product of a panel of A and a panel of B ----------------------------------------------===//
//
// Nearly all time of convolutions and matrix products is spent in one loop, so its code is laid out for the register
// allocators of both engines by hand. What they need (Cranelift 0.137, V8 14.6):
//
//   - Cranelift places arithmetic as late in a block as its uses allow: after all loads of the block, whose results
//     are then alive together and spill. So a block holds one group of rows of one step of k. It ends at an "edge": a
//     branch that is never taken and would change the group's sums, so that they must be ready there.
//   - A load and a splat become one instruction (vbroadcastss from memory) only where each is used once and the loads
//     stand in the order of their uses. So the elements of A for the next group are loaded ahead of the edge.
//   - The order in which the sums are first named after an edge is the order of the block's parameters, and decides the
//     registers they get.
//
// The loop is one function of a program, whatever its kernels do with the sums, so that their epilogues take no part in
// how its registers are allocated.
//
//===--------------------------------------------------------------------------------------------------------------===//
#pragma once
#include "compiler/loops/Kernel.h"

namespace wasmind::loops {

/// The function (iterations, a, b, sums) that multiplies panels of `panelTile` and stores the tile's sums as
/// [rows][columns] at `sums`; returns its name. One iteration is `panelTile.unroll` steps of k. Elements are f32, or
/// with `ofPairs` pairs of i16 (Packing.h) whose sums are i32. Reads 4 bytes past the end of A's panel.
std::string emitPanelProduct(ProgramBuilder &program, bool ofPairs);

} // namespace wasmind::loops
