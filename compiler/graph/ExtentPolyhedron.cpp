//===- ExtentPolyhedron.cpp - reading expressions as linear forms -------------------------------------------------===//
#include "compiler/graph/ExtentPolyhedron.h"
#include <algorithm>
#include <functional>

using namespace mlir;
using llvm::DynamicAPInt;

namespace wasmind::graph {
namespace {

// The simplex method takes milliseconds where products of extents have coefficients of a hundred bits.
constexpr unsigned variableLimit = 24, productVariableLimit = 10, productLimit = 4;

/// The divisor is positive wherever the quotient is used.
Range quotient(const Range &x, const Range &y) {
  DynamicAPInt low = std::max(y.min, DynamicAPInt(1)), high = std::max(y.max, DynamicAPInt(1));
  return {std::min(floorDiv(x.min, low), floorDiv(x.min, high)), std::max(floorDiv(x.max, low), floorDiv(x.max, high))};
}

bool isZero(const DynamicAPInt &value) { return value == 0; }

} // namespace

Range intersect(const Range &a, const Range &b) { return {std::max(a.min, b.min), std::min(a.max, b.max)}; }

Range product(const Range &a, const Range &b) {
  DynamicAPInt ends[] = {a.min * b.min, a.min * b.max, a.max * b.min, a.max * b.max};
  return {*std::min_element(ends, ends + 4), *std::max_element(ends, ends + 4)};
}

void trim(Linear &form) {
  while (form.size() > 1 && form.back() == 0)
    form.pop_back();
}

void addTo(Linear &sum, const Linear &other, const DynamicAPInt &scale) {
  if (sum.size() < other.size())
    sum.resize(other.size());
  for (unsigned i = 0; i < other.size(); ++i)
    sum[i] += other[i] * scale;
  trim(sum);
}

std::optional<Linear> ExtentPolyhedron::read(AffineExpr e) {
  const size_t before = variables.size(), rowsBefore = rows.size();
  isTooLarge = false;
  Linear form = readPart(e);
  if (!isTooLarge)
    return form;
  variables.resize(before);
  rows.resize(rowsBefore);
  return std::nullopt;
}

Linear ExtentPolyhedron::add(Variable variable) {
  const unsigned products = variable.isProduct() + llvm::count_if(variables, std::mem_fn(&Variable::isProduct));
  isTooLarge |= variables.size() >= (products ? productVariableLimit : variableLimit) || products > productLimit ||
                variable.range.max > DynamicAPInt(INT64_MAX) || variable.range.min < DynamicAPInt(INT64_MIN);
  if (isTooLarge)
    return constant(DynamicAPInt(0));
  variables.push_back(std::move(variable));
  return single(variables.size() - 1);
}

/// A variable that can have one value only is that value.
Linear ExtentPolyhedron::single(unsigned index) const {
  if (variables[index].range.isSingle())
    return constant(variables[index].range.min);
  Linear form(index + 2);
  form.back() = 1;
  return form;
}

Linear ExtentPolyhedron::readPart(AffineExpr e) {
  if (isTooLarge)
    return constant(DynamicAPInt(0));
  if (auto number = dyn_cast<AffineConstantExpr>(e))
    return constant(DynamicAPInt(number.getValue()));
  auto binary = dyn_cast<AffineBinaryOpExpr>(e);
  if (!binary)
    return readDimension(e);
  Linear x = readPart(binary.getLHS()), y = readPart(binary.getRHS());
  switch (binary.getKind()) {
  case AffineExprKind::Add:
    addTo(x, y, DynamicAPInt(1));
    return x;
  case AffineExprKind::Mul:
    return multiply(x, y);
  case AffineExprKind::FloorDiv:
  case AffineExprKind::CeilDiv:
    return divide(x, y, binary);
  default:
    addTo(x, multiply(y, divide(x, y, binary)), DynamicAPInt(-1));
    return x;
  }
}

Linear ExtentPolyhedron::readDimension(AffineExpr e) {
  auto found = llvm::find_if(variables, [&](const Variable &known) { return known.dimension == e; });
  if (found != variables.end())
    return single(found - variables.begin());
  Interval range = boundsInBox(e, dims);
  return add({.range = {DynamicAPInt(range.min), DynamicAPInt(range.max)}, .dimension = e});
}

Range ExtentPolyhedron::rangeOf(const Linear &form) const {
  Range total{form[0], form[0]};
  for (unsigned i = 1; i < form.size(); ++i)
    if (form[i] != 0) {
      Range term = product({form[i], form[i]}, variables[i - 1].range);
      total = {total.min + term.min, total.max + term.max};
    }
  return total;
}

Range ExtentPolyhedron::rangeOf(const Linear &form, AffineExpr e) const {
  Range range = rangeOf(form);
  Interval known = boundsInBox(e, dims);
  if (known.min > -unknownBound)
    range.min = std::max(range.min, DynamicAPInt(known.min));
  if (known.max < unknownBound)
    range.max = std::min(range.max, DynamicAPInt(known.max));
  return range;
}

/// The quotient of the operands of `e`, read as x and y.
Linear ExtentPolyhedron::divide(Linear x, const Linear &y, AffineBinaryOpExpr e) {
  Range divisor = rangeOf(y, e.getRHS()), dividend = rangeOf(x, e.getLHS());
  isTooLarge |= divisor.max < 1;
  if (isTooLarge)
    return constant(DynamicAPInt(0));
  divisor.min = std::max(divisor.min, DynamicAPInt(1));
  if (e.getKind() == AffineExprKind::CeilDiv) {
    dividend = {dividend.min + divisor.min - 1, dividend.max + divisor.max - 1};
    addTo(x, y, DynamicAPInt(1));
    x[0] -= 1;
  }
  Range range = quotient(dividend, divisor);
  if (range.isSingle())
    return constant(range.min);
  // (y*a + b) floordiv y = a + b floordiv y
  Linear whole = constant(DynamicAPInt(0));
  if (isConstant(y)) {
    whole.resize(x.size());
    DynamicAPInt common = y[0];
    for (unsigned i = 0; i < x.size(); ++i) {
      whole[i] = floorDiv(x[i], y[0]);
      x[i] = mod(x[i], y[0]);
      if (i > 0)
        common = gcd(common, x[i]);
    }
    trim(x);
    trim(whole);
    for (DynamicAPInt &coefficient : x) // what is left over of the constant is less than a step
      coefficient = floorDiv(coefficient, common);
    addTo(whole, newQuotient(x, constant(y[0] / common), range, whole), DynamicAPInt(1));
    return whole;
  }
  return newQuotient(x, y, range, whole);
}

/// x floordiv y, which is in `range` when `whole` is added.
Linear ExtentPolyhedron::newQuotient(const Linear &x, const Linear &y, const Range &range, const Linear &whole) {
  if (isConstant(x) && isConstant(y))
    return constant(floorDiv(x[0], y[0]));
  if (isConstant(y) && y[0] == 1)
    return x;
  // (x floordiv a + c) floordiv b = (x + a*c) floordiv (a*b)
  if (isConstant(y) && x.back() == 1 && llvm::all_of(ArrayRef(x).drop_front().drop_back(), isZero))
    if (const Variable &inner = variables[x.size() - 2]; !inner.divisor.empty() && isConstant(inner.divisor)) {
      Linear dividend = inner.dividend;
      dividend[0] += inner.divisor[0] * x[0];
      return newQuotient(dividend, constant(inner.divisor[0] * y[0]), range, whole);
    }
  auto isSame = [&](const Variable &known) { return known.dividend == x && known.divisor == y; };
  auto found = llvm::find_if(variables, isSame);
  if (found != variables.end())
    return single(found - variables.begin());
  Range own = quotient(rangeOf(x), rangeOf(y));
  bool isWhole = isConstant(whole);
  if (isWhole)
    own = intersect(own, {range.min - whole[0], range.max - whole[0]});
  Linear form = add({.range = own, .dividend = x, .divisor = y});
  if (isTooLarge)
    return form;
  // 0 <= x - y*q <= y - 1
  Linear rest = x, below = y;
  addTo(rest, multiply(y, form), DynamicAPInt(-1));
  addTo(below, rest, DynamicAPInt(-1));
  below[0] -= 1;
  rows.push_back(rest);
  rows.push_back(below);
  if (!isWhole) {
    Linear low = whole, high = constant(range.max);
    addTo(low, form, DynamicAPInt(1));
    addTo(high, low, DynamicAPInt(-1));
    low[0] -= range.min;
    rows.push_back(low);
    rows.push_back(high);
  }
  return form;
}

Linear ExtentPolyhedron::multiply(const Linear &a, const Linear &b) {
  Linear sum = constant(DynamicAPInt(0));
  for (unsigned i = 0; i < a.size(); ++i)
    for (unsigned j = 0; j < b.size(); ++j)
      if (a[i] != 0 && b[j] != 0 && !isTooLarge) {
        Factors factors;
        if (i > 0)
          llvm::append_range(factors, factorsOf(i - 1));
        if (j > 0)
          llvm::append_range(factors, factorsOf(j - 1));
        llvm::sort(factors);
        addTo(sum, factors.empty() ? constant(DynamicAPInt(1)) : monomial(factors), a[i] * b[j]);
      }
  return sum;
}

ExtentPolyhedron::Factors ExtentPolyhedron::factorsOf(unsigned index) const {
  return variables[index].factors.empty() ? Factors{index} : variables[index].factors;
}

Linear ExtentPolyhedron::monomial(const Factors &factors) {
  if (factors.size() == 1)
    return single(factors[0]);
  auto found = llvm::find_if(variables, [&](const Variable &known) { return known.factors == factors; });
  if (found != variables.end())
    return single(found - variables.begin());
  unsigned head = factors[0];
  if (factors.size() > 2) {
    Linear form = monomial(Factors(llvm::drop_end(factors)));
    if (isTooLarge || isConstant(form))
      return multiply(form, single(factors.back()));
    head = form.size() - 2;
  }
  Range range = product(variables[head].range, variables[factors.back()].range);
  return add({.range = range, .factors = factors, .head = head});
}

} // namespace wasmind::graph
