//===- Math.h - elementwise functions on registers ----------------------------------------------------------------===//
//
// Scalar functions of the graph dialect as straight-line arith, math and vector code, alike for scalars and 1-D vectors
// of any length. Nothing here becomes a library call on wasm32.
//
// Registers: integers are signless and as wide as the element, bool is i1, f16 and bf16 are f32. A function that has no
// meaning for an element type (the graph dialect's verifiers refuse it) gives a null Value.
//
// Errors against the exact result (ulp = units in the last place of the result), over all inputs:
//   f32: exp, log, 1/sqrt 1.5 ulp; sin, cos 2.5 (also of huge arguments); sigmoid, tan 4; tanh, erf 7 (4e-7
//        relative: rounding of the rational function just below 1); computed through f64 and thus 1 ulp: asin, acos,
//        atan, atan2, sinh, cosh, asinh, acosh, atanh, pow. Remainders are exact. Sigmoid below 2^-126 is 0.
//   f64: 1e-14 relative, most functions 5e-16. sin, cos, tan: 1e-14 absolute up to |x| = 1e6, 1e-14 relative beyond;
//   sin
//        and cos stay within [-1, 1].
//   f16, bf16: as f32, which the caller rounds (emitRound).
//
//===--------------------------------------------------------------------------------------------------------------===//
#pragma once
#include "mlir/IR/Value.h"
#include <cstdint>

namespace mlir {
class ImplicitLocOpBuilder;
namespace func {
class FuncOp;
}
} // namespace mlir
namespace wasmind::graph {
enum class UnaryKind : uint32_t;
enum class BinaryKind : uint32_t;
enum class CompareKind : uint32_t;
} // namespace wasmind::graph

namespace wasmind::loops {

/// `isUnsigned` matters for abs and sign of integers.
mlir::Value emitUnary(mlir::ImplicitLocOpBuilder &builder, graph::UnaryKind kind, mlir::Value x,
                      bool isUnsigned = false);

/// Integers wrap. Division by zero gives 0, the remainder too; the smallest integer / -1 is itself. Shifts by the width
/// or more (negative amounts count as large) give 0, or the sign for signed right shifts. An integer to a negative
/// power is the truncated quotient 1 / x^-y. max and min give NaN when either operand is NaN.
mlir::Value emitBinary(mlir::ImplicitLocOpBuilder &builder, graph::BinaryKind kind, mlir::Value a, mlir::Value b,
                       bool isUnsigned);

/// Gives i1 lanes. Comparisons with NaN are false, except `ne`.
mlir::Value emitCompare(mlir::ImplicitLocOpBuilder &builder, graph::CompareKind kind, mlir::Value a, mlir::Value b,
                        bool isUnsigned);

/// Converts registers of graph element type `from` (ui8, i1, f16, ...) into registers of `to`. Float to integer
/// truncates and saturates, NaN gives 0. To f16 and bf16 rounds once, to nearest, ties to even.
mlir::Value emitCast(mlir::ImplicitLocOpBuilder &builder, mlir::Value x, mlir::Type from, mlir::Type to);

/// f32 lanes -> round(x) + `zero`, ties to even, within [`low`, `high`], as integers of 8 or 16 bits that hold these
/// whole numbers; NaN gives 0.
mlir::Value emitQuantise(mlir::ImplicitLocOpBuilder &builder, mlir::Value x, double zero, double low, double high,
                         unsigned width);

/// i16 lanes holding f16 or bf16 (`type`) -> f32 lanes; exact.
mlir::Value emitWiden(mlir::ImplicitLocOpBuilder &builder, mlir::Value bits, mlir::Type type);
/// f32 lanes -> i16 lanes holding f16 or bf16 (`type`); to nearest, ties to even.
mlir::Value emitNarrow(mlir::ImplicitLocOpBuilder &builder, mlir::Value x, mlir::Type type);

/// f32 lanes -> the nearest numbers that f16 or bf16 (`type`) holds, ties to even, as f32; other types: x itself.
mlir::Value emitRound(mlir::ImplicitLocOpBuilder &builder, mlir::Value x, mlir::Type type);

/// exp(x) for f32 or f64 x <= 0, cheaper than `exp`; results below the smallest normal number are 0.
/// 2.5 ulp. NaN gives NaN, -inf gives 0. Good for positive x, too, as long as the result is finite.
mlir::Value emitExpNonPositive(mlir::ImplicitLocOpBuilder &builder, mlir::Value x);

/// x < y ? y : x and y < x ? y : x: one instruction each on f32 and f64 vectors. NaN in `x` stays, NaN in `y` gives
/// `x`.
mlir::Value emitMaxFast(mlir::ImplicitLocOpBuilder &builder, mlir::Value x, mlir::Value y);
mlir::Value emitMinFast(mlir::ImplicitLocOpBuilder &builder, mlir::Value x, mlir::Value y);

/// The larger and the smaller one of f32 or f64 vectors; NaN where either is NaN, of zeros either. Three instructions,
/// where `max` and `min`, which tell zeros apart, take engines about eight.
mlir::Value emitMaxOrNaN(mlir::ImplicitLocOpBuilder &builder, mlir::Value x, mlir::Value y);
mlir::Value emitMinOrNaN(mlir::ImplicitLocOpBuilder &builder, mlir::Value x, mlir::Value y);

/// Moves the vector constants that arithmetic inside loops uses in front of the outermost loop, where LLVM no longer
/// knows them. For finished functions whose loops are short of nothing else: the constants of exp, say, occupy eleven
/// registers. wasm only.
void keepConstantsInLocals(mlir::func::FuncOp function);

} // namespace wasmind::loops
