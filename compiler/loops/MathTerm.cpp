#include "compiler/loops/MathTerm.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"
#include "mlir/IR/Matchers.h"

using namespace mlir;

namespace wasmind::loops {
namespace {
template <typename Op> Term unary(Term x) { return {x.builder(), Op::create(x.builder(), x)}; }
template <typename Float, typename Integer> Term binary(Term a, Term b) {
  assert(a.type() == b.type() && "operands of different types");
  if (a.isFloat())
    return {a.builder(), Float::create(a.builder(), a, b)};
  return {a.builder(), Integer::create(a.builder(), a, b)};
}
template <typename Integer> Term bitwise(Term a, Term b) {
  assert(a.type() == b.type() && !a.isFloat());
  return {a.builder(), Integer::create(a.builder(), a, b)};
}
Term compare(arith::CmpFPredicate floats, arith::CmpIPredicate integers, Term a, Term b) {
  assert(a.type() == b.type() && "operands of different types");
  if (a.isFloat())
    return {a.builder(), arith::CmpFOp::create(a.builder(), floats, a, b)};
  return {a.builder(), arith::CmpIOp::create(a.builder(), integers, a, b)};
}
template <typename Op> Term convert(Term x, Type element) {
  return {x.builder(), Op::create(x.builder(), TypeRange(x.withElement(element)), ValueRange(Value(x)))};
}
SmallVector<Value> valuesOf(ArrayRef<Term> terms) { return SmallVector<Value>(terms.begin(), terms.end()); }
SmallVector<Term> termsOf(ImplicitLocOpBuilder &builder, ValueRange values) {
  return llvm::map_to_vector(values, [&](Value value) { return Term(builder, value); });
}
/// Runs `build` with `builder` at the end of a block of an operation that stands already, then puts it back.
template <typename Build> void fill(ImplicitLocOpBuilder &builder, Block &block, Build build) {
  OpBuilder::InsertionGuard guard(builder);
  builder.setInsertionPointToEnd(&block);
  build();
}
} // namespace

Type Term::withElement(Type element) const {
  auto vector = dyn_cast<VectorType>(type());
  return vector ? VectorType::get(vector.getShape(), element) : element;
}

Term Term::constantOf(int64_t v) const {
  if (isFloat())
    return constantOf(double(v));
  TypedAttr one = ops->getIntegerAttr(element(), APInt(width(), uint64_t(v), false, /*implicitTrunc=*/true));
  if (auto vector = dyn_cast<VectorType>(type()))
    one = DenseElementsAttr::get(vector, Attribute(one));
  return {*ops, arith::ConstantOp::create(*ops, one)};
}

Term Term::constantOf(double v) const {
  assert(isFloat() && "a fraction for an integer term");
  TypedAttr one = ops->getFloatAttr(element(), v);
  if (auto vector = dyn_cast<VectorType>(type()))
    one = DenseElementsAttr::get(vector, Attribute(one));
  return {*ops, arith::ConstantOp::create(*ops, one)};
}

Term Term::floor() const { return unary<math::FloorOp>(*this); }
Term Term::ceil() const { return unary<math::CeilOp>(*this); }
Term Term::nearest() const { return unary<math::RoundEvenOp>(*this); }
Term Term::trunc() const { return unary<math::TruncOp>(*this); }
Term Term::sqrt() const { return unary<math::SqrtOp>(*this); }
Term Term::abs() const { return isFloat() ? unary<math::AbsFOp>(*this) : unary<math::AbsIOp>(*this); }
Term Term::bits() const { return convert<arith::BitcastOp>(*this, ops->getIntegerType(width())); }
Term Term::asFloat() const {
  return convert<arith::BitcastOp>(*this, width() == 64 ? Type(ops->getF64Type()) : ops->getF32Type());
}
Term Term::toFloat() const {
  return convert<arith::SIToFPOp>(*this, width() == 64 ? Type(ops->getF64Type()) : ops->getF32Type());
}
Term Term::toF64() const { return convert<arith::ExtFOp>(*this, ops->getF64Type()); }
Term Term::toF32() const { return convert<arith::TruncFOp>(*this, ops->getF32Type()); }
Term Term::operator-() const { return isFloat() ? unary<arith::NegFOp>(*this) : constant(0) - *this; }
Term Term::operator~() const { return *this ^ constant(-1); }
Term Term::shiftLeft(unsigned count) const { return bitwise<arith::ShLIOp>(*this, constant(count)); }
Term Term::shiftRightSigned(unsigned count) const { return bitwise<arith::ShRSIOp>(*this, constant(count)); }
Term Term::shiftRightUnsigned(unsigned count) const { return bitwise<arith::ShRUIOp>(*this, constant(count)); }

Term operator+(Term a, Term b) { return binary<arith::AddFOp, arith::AddIOp>(a, b); }
Term operator-(Term a, Term b) { return binary<arith::SubFOp, arith::SubIOp>(a, b); }
Term operator*(Term a, Term b) { return binary<arith::MulFOp, arith::MulIOp>(a, b); }
Term operator/(Term a, Term b) {
  assert(a.isFloat() && "integer division needs its own guards");
  return {a.builder(), arith::DivFOp::create(a.builder(), a, b)};
}
Term operator&(Term a, Term b) { return bitwise<arith::AndIOp>(a, b); }
Term operator|(Term a, Term b) { return bitwise<arith::OrIOp>(a, b); }
Term operator^(Term a, Term b) { return bitwise<arith::XOrIOp>(a, b); }
Term operator<(Term a, Term b) { return compare(arith::CmpFPredicate::OLT, arith::CmpIPredicate::slt, a, b); }
Term operator<=(Term a, Term b) { return compare(arith::CmpFPredicate::OLE, arith::CmpIPredicate::sle, a, b); }
Term operator>(Term a, Term b) { return compare(arith::CmpFPredicate::OGT, arith::CmpIPredicate::sgt, a, b); }
Term operator>=(Term a, Term b) { return compare(arith::CmpFPredicate::OGE, arith::CmpIPredicate::sge, a, b); }
Term operator==(Term a, Term b) { return compare(arith::CmpFPredicate::OEQ, arith::CmpIPredicate::eq, a, b); }
Term operator!=(Term a, Term b) { return compare(arith::CmpFPredicate::UNE, arith::CmpIPredicate::ne, a, b); }
Term unsignedLess(Term a, Term b) {
  return {a.builder(), arith::CmpIOp::create(a.builder(), arith::CmpIPredicate::ult, a, b)};
}

Term select(Term condition, Term ifTrue, Term ifFalse) {
  return {condition.builder(), arith::SelectOp::create(condition.builder(), condition, ifTrue, ifFalse)};
}
Term fastMax(Term x, Term y) { return select(x < y, y, x); }
Term fastMin(Term x, Term y) { return select(y < x, y, x); }

Term multiplyAdd(Term a, Term b, Term c) {
  if (!isa<VectorType>(a.type()))
    return a * b + c;
  return {a.builder(), vector::FMAOp::create(a.builder(), a, b, c)};
}

Term polynomial(Term x, std::initializer_list<double> coefficients) {
  const double *last = coefficients.end() - 1;
  Term sum = x.constant(*last);
  while (last != coefficients.begin())
    sum = multiplyAdd(sum, x, x.constant(*--last));
  return sum;
}

Term signBit(Term x) { return x.bits() < 0; }
Term withSignOf(Term magnitude, Term sign) {
  return (magnitude.bits() | (sign.bits() & (int64_t(1) << (sign.width() - 1)))).asFloat();
}

Term anyLane(Term condition) {
  if (!isa<VectorType>(condition.type()))
    return condition;
  return {condition.builder(), vector::ReductionOp::create(condition.builder(), vector::CombiningKind::OR, condition)};
}

SmallVector<Term> when(Term condition, ArrayRef<Term> otherwise, llvm::function_ref<SmallVector<Term>()> then) {
  ImplicitLocOpBuilder &builder = condition.builder();
  SmallVector<Value> usual = valuesOf(otherwise);
  auto branch = scf::IfOp::create(builder, TypeRange(ValueRange(usual)), condition, /*addThenBlock=*/true,
                                  /*addElseBlock=*/true);
  fill(builder, *branch.thenBlock(), [&] { scf::YieldOp::create(builder, valuesOf(then())); });
  fill(builder, *branch.elseBlock(), [&] { scf::YieldOp::create(builder, usual); });
  return termsOf(builder, branch.getResults());
}

SmallVector<Term> repeatWhile(ArrayRef<Term> initial, llvm::function_ref<Term(ArrayRef<Term>)> continues,
                              llvm::function_ref<SmallVector<Term>(ArrayRef<Term>)> step) {
  ImplicitLocOpBuilder &builder = initial.front().builder();
  SmallVector<Value> start = valuesOf(initial);
  const TypeRange types = ValueRange(start).getTypes();
  auto loop = scf::WhileOp::create(builder, types, start);
  for (Region *region : {&loop.getBefore(), &loop.getAfter()})
    region->emplaceBlock().addArguments(types, SmallVector<Location>(start.size(), builder.getLoc()));
  fill(builder, loop.getBefore().front(), [&] {
    auto state = loop.getBefore().getArguments();
    scf::ConditionOp::create(builder, continues(termsOf(builder, state)), state);
  });
  fill(builder, loop.getAfter().front(),
       [&] { scf::YieldOp::create(builder, valuesOf(step(termsOf(builder, loop.getAfter().getArguments())))); });
  return termsOf(builder, loop.getResults());
}

std::optional<double> constantOf(Term x) {
  Value value = x;
  if (auto splat = value.getDefiningOp<vector::BroadcastOp>())
    value = splat.getSource();
  Attribute attribute;
  if (!matchPattern(value, m_Constant(&attribute)))
    return {};
  if (auto dense = dyn_cast<DenseElementsAttr>(attribute)) {
    if (!dense.isSplat())
      return {};
    attribute = dense.getSplatValue<Attribute>();
  }
  if (auto number = dyn_cast<FloatAttr>(attribute))
    return number.getValueAsDouble();
  if (auto number = dyn_cast<IntegerAttr>(attribute); number && number.getType().getIntOrFloatBitWidth() <= 32)
    return double(number.getValue().getSExtValue());
  return {};
}

} // namespace wasmind::loops
