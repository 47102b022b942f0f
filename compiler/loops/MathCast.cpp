// Conversions between element types, and f16/bf16 by bit arithmetic (wasm has no such types; LLVM would call
// functions).
#include "compiler/loops/Math.h"
#include "compiler/loops/MathFunctions.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"
#include "llvm/Support/FormatVariadic.h"
#include <limits>

using namespace mlir;

namespace wasmind::loops {
namespace {
template <typename Op> Term convert(Term x, Type element) {
  return {x.builder(), Op::create(x.builder(), TypeRange(x.withElement(element)), ValueRange(Value(x)))};
}

bool isHalf(Type type) { return type.isF16() || type.isBF16(); }

Term floatConstant(Term shape, Type element, double number) {
  TypedAttr one = shape.builder().getFloatAttr(element, number);
  if (auto vector = dyn_cast<VectorType>(shape.withElement(element)))
    one = DenseElementsAttr::get(vector, Attribute(one));
  return {shape.builder(), arith::ConstantOp::create(shape.builder(), one)};
}

Term toFloat(Term x, bool isUnsigned, Type target) {
  if (x.width() == 1) {
    Term one = floatConstant(x, target, 1);
    return select(x, one, one.constant(0.0));
  }
  if (!x.isFloat())
    return integerToFloat(x, isUnsigned, target);
  if (x.element() == target)
    return x;
  return target.isF64() ? x.toF64() : x.toF32();
}

/// Truncates, saturates, NaN gives 0. arith.fptosi is undefined out of range; the intrinsic is one wasm instruction.
Term saturate(Term x, unsigned width, bool isUnsigned) {
  ImplicitLocOpBuilder &builder = x.builder();
  Type result = x.withElement(builder.getIntegerType(width));
  std::string lanes;
  if (auto vector = dyn_cast<VectorType>(x.type()))
    lanes = "v" + std::to_string(vector.getNumElements());
  std::string name =
      llvm::formatv("llvm.fpto{0}i.sat.{1}i{2}.{1}f{3}", isUnsigned ? "u" : "s", lanes, width, x.width());
  auto call = LLVM::CallIntrinsicOp::create(builder, result, builder.getStringAttr(name), ValueRange{x});
  return {builder, call.getResult(0)};
}

Term floatToInteger(Term x, unsigned width, bool isUnsigned) {
  if (width >= 32)
    return saturate(x, width, isUnsigned);
  Term whole = saturate(x, 32, false);
  int64_t low = isUnsigned ? 0 : -(int64_t(1) << (width - 1));
  int64_t high = low + (int64_t(1) << width) - 1;
  Term bounded(x.builder(), arith::MaxSIOp::create(x.builder(), whole, whole.constant(low)));
  bounded = {x.builder(), arith::MinSIOp::create(x.builder(), bounded, whole.constant(high))};
  return resizeInteger(bounded, width, isUnsigned);
}

// To f32 rounding to odd: of the two neighbours of a number that f32 does not hold, the one whose last bit is set. f16
// and bf16 have at least two bits less, so rounding the result to them is as if from the number itself.

Term toF32RoundingToOdd(Term x) {
  Term single = x.toF32(), back = single.toF64(), bits = single.bits();
  Term lower = select(back.abs() > x.abs(), bits - 1, bits); // towards zero
  return select(back != x, lower | 1, bits).asFloat();
}

Term integerToF32RoundingToOdd(Term x, bool isUnsigned) {
  // Where there are more digits than the float has, those that it lacks mark its last one.
  bool isWide = x.width() == 64;
  unsigned digits = isWide ? 53 : 24, excess = x.width() - digits;
  int64_t beyond = (int64_t(1) << excess) - 1;
  Term mark = select((x & beyond) != 0, beyond + 1, x.constant(0));
  Term magnitude = isUnsigned ? x : x ^ x.shiftRightSigned(x.width() - 1);
  Term marked = select(magnitude.shiftRightUnsigned(digits) != 0, (x & ~beyond) | mark, x);
  if (!isWide)
    return integerToFloat(marked, isUnsigned, x.builder().getF32Type());
  return toF32RoundingToOdd(integerToFloat(marked, isUnsigned, x.builder().getF64Type()));
}

Term widen(Term bits, Type type) {
  Term wide = resizeInteger(bits, 32, /*isUnsigned=*/true);
  if (type.isBF16())
    return wide.shiftLeft(16).asFloat();
  // Scaling by 2^112 corrects the exponent's bias and makes subnormals normal.
  Term magnitude = (wide & 0x7fff).shiftLeft(13);
  Term scaled = (magnitude.asFloat() * 0x1p112).bits();
  Term result = select(magnitude >= 0x0f800000, magnitude | 0x7f800000, scaled);
  return (result | (wide & 0x8000).shiftLeft(16)).asFloat();
}

/// To nearest even at bit `shift`.
Term roundBits(Term bits, unsigned shift) {
  Term isOdd = bits.shiftRightUnsigned(shift) & 1;
  return (bits + isOdd + ((int64_t(1) << (shift - 1)) - 1)).shiftRightUnsigned(shift);
}

Term narrow(Term x, Type type) {
  Term bits = x.bits();
  Term sign = bits.shiftRightUnsigned(16) & 0x8000;
  if (type.isBF16())
    return resizeInteger(select(x != x, sign | 0x7fc0, roundBits(bits, 16)), 16, true);
  Term magnitude = bits & 0x7fffffff;
  Term normal = roundBits(magnitude, 13) - (112 << 10);
  // Below 2^-14 a unit of f16 is 2^-24, the last bit of 0.5: the addition rounds.
  Term subnormal = (magnitude.asFloat() + 0.5).bits() - 0x3f000000;
  Term result = select(magnitude < 0x38800000, subnormal, normal);
  result = select(magnitude >= 0x477ff000, 0x7c00, result); // 65520 and above round to infinity
  result = select(magnitude > 0x7f800000, 0x7e00, result);
  return resizeInteger(result | sign, 16, true);
}

/// The nearest number that `type` holds, ties to even.
Term round(Term x, Type type) {
  if (type.isBF16()) {
    Term bits = x.bits();
    Term isOdd = bits.shiftRightUnsigned(16) & 1;
    return select(x != x, x, ((bits + isOdd + 0x7fff) & ~int64_t(0xffff)).asFloat());
  }
  // Adding and subtracting 2^13 times its power of two rounds a number to 11 digits; below 2^-14 the unit stays 2^-24.
  Term magnitude = fastMin(x.abs(), x.constant(0x1p16));
  Term power = (magnitude.bits() & 0x7f800000).asFloat();
  Term step = fastMax(power, x.constant(0x1p-14)) * 0x1p13;
  Term rounded = (magnitude + step) - step;
  rounded = select(rounded >= 0x1p16, std::numeric_limits<double>::infinity(), rounded);
  return withSignOf(rounded, x);
}
} // namespace

Term resizeInteger(Term x, unsigned width, bool isUnsigned) {
  Type target = x.builder().getIntegerType(width);
  if (width == x.width())
    return x;
  if (width < x.width())
    return convert<arith::TruncIOp>(x, target);
  return isUnsigned ? convert<arith::ExtUIOp>(x, target) : convert<arith::ExtSIOp>(x, target);
}

Term integerToFloat(Term x, bool isUnsigned, Type target) {
  // Narrow lanes are widened first; then they are signed numbers, for which there is a vector instruction.
  if (x.width() < 32)
    return convert<arith::SIToFPOp>(resizeInteger(x, 32, isUnsigned), target);
  return isUnsigned ? convert<arith::UIToFPOp>(x, target) : convert<arith::SIToFPOp>(x, target);
}

Value emitWiden(ImplicitLocOpBuilder &builder, Value bits, Type type) { return widen({builder, bits}, type); }
Value emitNarrow(ImplicitLocOpBuilder &builder, Value x, Type type) { return narrow({builder, x}, type); }
Value emitRound(ImplicitLocOpBuilder &builder, Value x, Type type) {
  return isHalf(type) ? round({builder, x}, type) : x;
}

Value emitQuantise(ImplicitLocOpBuilder &builder, Value value, double zero, double low, double high, unsigned width) {
  Term x(builder, value);
  // The bounds are whole numbers, so it does not matter that they come before the rounding. A unit of 2^23 is 1: adding
  // 3 * 2^22 rounds, and leaves the number in the low bits.
  Term bounded = fastMin(fastMax(x, x.constant(low - zero)), x.constant(high - zero));
  Term whole = (bounded + 0x1.8p23).bits() - (int64_t(0x4b400000) - int64_t(zero));
  return resizeInteger(select(x == x, whole, whole.constant(0)), width, /*isUnsigned=*/false);
}

Value emitCast(ImplicitLocOpBuilder &builder, Value value, Type from, Type to) {
  Term x(builder, value);
  if (from == to)
    return x;
  bool fromBool = from.isInteger(1), fromUnsigned = from.isUnsignedInteger() || fromBool;
  if (to.isInteger(1))
    return x.isFloat() ? x != 0.0 : x != 0;
  if (isa<IntegerType>(to))
    return x.isFloat() ? floatToInteger(x, to.getIntOrFloatBitWidth(), to.isUnsignedInteger())
                       : resizeInteger(x, to.getIntOrFloatBitWidth(), fromUnsigned);

  if (isHalf(to)) {
    // Integers that f32 does not hold are infinite in f16.
    if (to.isBF16() && isa<IntegerType>(from) && x.width() >= 32)
      return round(integerToF32RoundingToOdd(x, fromUnsigned), to);
    Term single = from.isF64() ? toF32RoundingToOdd(x) : toFloat(x, fromUnsigned, builder.getF32Type());
    return isa<IntegerType>(from) && x.width() <= 8 ? single : round(single, to);
  }
  return toFloat(x, fromUnsigned, to);
}

} // namespace wasmind::loops
