//===- PolyhedralBounds.cpp - integer programming over the named dimensions ---------------------------------------===//
//
// An expression is a linear form over the variables of an ExtentPolyhedron. Its relaxation, solved by the simplex
// method, gives a bound; of a product the relaxation knows the envelope of McCormick (Mathematical Programming 10,
// 1976). Branching on a variable that is not integral there, or on a factor of a product that is not the product of its
// factors there, gives better bounds until one is the value at some point, which makes it exact, or the count of
// branches is spent: every bound on the way is sound.
//
//===--------------------------------------------------------------------------------------------------------------===//
#include "compiler/graph/ExtentPolyhedron.h"
#include "mlir/Analysis/Presburger/Simplex.h"
#include "llvm/ADT/SmallBitVector.h"
#include <algorithm>

using namespace mlir;

namespace wasmind::graph {
namespace {

using llvm::DynamicAPInt;
using presburger::Fraction;
using presburger::Simplex;
using Variable = ExtentPolyhedron::Variable;

constexpr unsigned factLimit = 16, linearBranches = 150, productBranches = 16;
constexpr int64_t splitLimit = 64;

class Minimiser {
public:
  explicit Minimiser(ExtentPolyhedron &polyhedron) : variables(polyhedron.variables), rows(polyhedron.rows) {}

  /// None when no point satisfies the rows.
  std::optional<Interval> bounds(Linear form, Interval outer) {
    rewriteByEquations(form);
    auto low = lowest(form, DynamicAPInt(outer.min));
    if (!low)
      return std::nullopt;
    Linear negative = constant(DynamicAPInt(0));
    addTo(negative, form, DynamicAPInt(-1));
    auto high = lowest(negative, DynamicAPInt(-outer.max));
    if (!high || *low > -*high)
      return std::nullopt;
    const DynamicAPInt limit(unknownBound);
    return Interval{int64_t(std::clamp(*low, -limit, limit)), int64_t(std::clamp(-*high, -limit, limit))};
  }

private:
  ArrayRef<Variable> variables;
  std::vector<Linear> &rows;
  unsigned branchesLeft = 0;
  // Of the form that is minimised:
  std::optional<DynamicAPInt> attained; // by some point
  DynamicAPInt outer, step;             // a lower bound, and what divides all differences of its values

  static DynamicAPInt stepOf(const Linear &form) {
    DynamicAPInt step(0);
    for (const DynamicAPInt &coefficient : llvm::drop_begin(form))
      step = gcd(step, abs(coefficient));
    return step == 0 ? DynamicAPInt(1) : step;
  }

  /// a*x + b >= 0 for integers x: the same as a/g*x + b floordiv g >= 0.
  static void tighten(Linear &row) {
    const DynamicAPInt step = stepOf(row);
    for (DynamicAPInt &coefficient : row)
      coefficient = floorDiv(coefficient, step);
  }

  /// Two rows that say a = 0 give a variable of coefficient 1 in terms of others: put in its place everywhere else, it
  /// shows what is divisible.
  void rewriteByEquations(Linear &form) {
    for (Linear &row : rows)
      tighten(row);
    llvm::SmallBitVector isReplaced(variables.size() + 1);
    for (unsigned i = 0; i < rows.size(); ++i) {
      Linear negative = constant(DynamicAPInt(0));
      addTo(negative, rows[i], DynamicAPInt(-1));
      if (isConstant(negative) || !llvm::is_contained(llvm::drop_begin(rows, i + 1), negative))
        continue;
      const Linear equation = rows[i];
      unsigned unit = 1;
      while (unit < equation.size() && (abs(equation[unit]) != 1 || isReplaced[unit]))
        ++unit;
      if (unit == equation.size())
        continue;
      isReplaced.set(unit);
      auto replaceIn = [&](Linear &other) {
        if (unit < other.size() && other[unit] != 0)
          addTo(other, equation, -other[unit] * equation[unit]);
      };
      replaceIn(form);
      for (Linear &row : rows)
        if (row != equation && row != negative) {
          replaceIn(row);
          tighten(row);
        }
    }
  }

  //===- Minimising -----------------------------------------------------------------------------------------------===//

  SmallVector<DynamicAPInt, 16> toRow(const Linear &form) const {
    SmallVector<DynamicAPInt, 16> row(variables.size() + 1);
    std::copy(form.begin() + 1, form.end(), row.begin());
    row.back() = form[0];
    return row;
  }

  /// Branches narrow the envelopes of products soon where these are small, hardly where they are large.
  unsigned branchLimit() const {
    auto isWide = [&](unsigned factor) {
      return variables[factor].range.max - variables[factor].range.min > splitLimit;
    };
    unsigned limit = linearBranches;
    for (const Variable &variable : variables)
      if (variable.isProduct())
        limit = std::min(limit, llvm::any_of(variable.factors, isWide) ? 0 : productBranches);
    return limit;
  }

  void addBounds(Simplex &simplex, unsigned index, const Range &range) const {
    SmallVector<DynamicAPInt, 16> row(variables.size() + 1);
    row[index] = 1;
    row.back() = -range.min;
    simplex.addInequality(row);
    row[index] = -1;
    row.back() = range.max;
    simplex.addInequality(row);
  }

  /// (x - x.min)*(y - y.min) >= 0 and the three like it.
  void addEnvelope(Simplex &simplex, unsigned index, ArrayRef<Range> ranges) const {
    unsigned x = variables[index].head, y = variables[index].factors.back();
    for (bool atLowX : {true, false})
      for (bool atLowY : {true, false}) {
        SmallVector<DynamicAPInt, 16> row(variables.size() + 1);
        const DynamicAPInt a = atLowX ? ranges[x].min : ranges[x].max, b = atLowY ? ranges[y].min : ranges[y].max;
        const DynamicAPInt sign(atLowX == atLowY ? 1 : -1);
        row[index] += sign;
        row[x] -= sign * b;
        row[y] -= sign * a;
        row.back() = sign * a * b;
        simplex.addInequality(row);
      }
  }

  std::optional<DynamicAPInt> lowest(const Linear &form, const DynamicAPInt &outerBound) {
    attained.reset();
    outer = outerBound;
    step = stepOf(form);
    branchesLeft = branchLimit();
    if (isConstant(form))
      return attained = form[0];
    Simplex simplex(variables.size());
    SmallVector<Range> ranges;
    for (auto [i, variable] : llvm::enumerate(variables)) {
      ranges.push_back(variable.range);
      addBounds(simplex, i, variable.range);
    }
    for (auto [i, variable] : llvm::enumerate(variables))
      if (variable.isProduct())
        addEnvelope(simplex, i, ranges);
    for (const Linear &row : rows)
      simplex.addInequality(toRow(row));
    return search(simplex, form, ranges);
  }

  /// A lower bound of the form, none where there is no point. Exact unless the branches are spent.
  std::optional<DynamicAPInt> search(Simplex &simplex, const Linear &form, ArrayRef<Range> ranges) {
    if (simplex.isEmpty())
      return std::nullopt;
    auto optimum = simplex.computeOptimum(Simplex::Direction::Down, toRow(form));
    if (!optimum.isBounded())
      return std::nullopt;
    // The values of the form are `step` apart.
    DynamicAPInt bound = std::max(outer, ceilDiv(ceil(*optimum) - form[0], step) * step + form[0]);
    if (attained && bound >= *attained)
      return *attained;
    SmallVector<Fraction, 8> sample = *simplex.getRationalSample();
    tryPoint(sample, form);
    if (attained == bound || branchesLeft == 0)
      return bound;
    auto split = splitAt(sample, ranges);
    if (!split)
      return bound;
    --branchesLeft;
    auto [index, at] = *split;
    std::optional<DynamicAPInt> least;
    for (bool isLow : {true, false}) {
      SmallVector<Range> halved(ranges);
      if (isLow)
        halved[index].max = at;
      else
        halved[index].min = at + 1;
      unsigned snapshot = simplex.getSnapshot();
      addBounds(simplex, index, halved[index]);
      for (auto [i, variable] : llvm::enumerate(variables))
        if (llvm::is_contained(variable.factors, index)) {
          halved[i] = intersect(halved[i], product(halved[variable.head], halved[variable.factors.back()]));
          addEnvelope(simplex, i, halved);
        }
      auto found = search(simplex, form, halved);
      simplex.rollback(snapshot);
      if (found && (!least || *found < *least))
        least = found;
    }
    return least;
  }

  /// The variable to branch on, and the largest value of its lower half.
  std::optional<std::pair<unsigned, DynamicAPInt>> splitAt(ArrayRef<Fraction> sample, ArrayRef<Range> ranges) const {
    for (auto [i, variable] : llvm::enumerate(variables))
      if (!variable.isProduct() && sample[i].num % sample[i].den != 0)
        return std::pair<unsigned, DynamicAPInt>(i, floor(sample[i]));
    for (auto [i, variable] : llvm::enumerate(variables)) {
      if (!variable.isProduct())
        continue;
      const Fraction &head = sample[variable.head], &last = sample[variable.factors.back()];
      if (sample[i] == Fraction(head.num * last.num, head.den * last.den))
        continue;
      for (unsigned factor : variable.factors)
        if (!ranges[factor].isSingle()) {
          DynamicAPInt at = floor(sample[factor]);
          return std::pair<unsigned, DynamicAPInt>(factor, at < ranges[factor].max ? at : at - 1);
        }
    }
    return std::nullopt;
  }

  /// The form's value at the dimensions nearest below the sample, when the facts hold there.
  void tryPoint(ArrayRef<Fraction> sample, const Linear &form) {
    SmallVector<DynamicAPInt> values;
    auto evaluate = [&](const Linear &form) {
      DynamicAPInt value = form[0];
      for (unsigned i = 1; i < form.size(); ++i)
        if (form[i] != 0)
          value += form[i] * values[i - 1];
      return value;
    };
    for (auto [i, variable] : llvm::enumerate(variables))
      if (variable.dimension)
        values.push_back(floor(sample[i]));
      else if (variable.isProduct())
        values.push_back(values[variable.head] * values[variable.factors.back()]);
      else if (DynamicAPInt divisor = evaluate(variable.divisor); divisor > 0)
        values.push_back(floorDiv(evaluate(variable.dividend), divisor));
      else
        return;
    if (llvm::any_of(rows, [&](const Linear &row) { return evaluate(row) < 0; }))
      return;
    DynamicAPInt value = evaluate(form);
    if (!attained || value < *attained)
      attained = value;
  }
};

} // namespace

std::optional<Interval> polyhedralBounds(AffineExpr e, ArrayRef<AffineExpr> facts, const Dims &dims, Interval outer) {
  ExtentPolyhedron polyhedron(dims);
  auto form = polyhedron.read(e);
  if (!form)
    return std::nullopt;
  for (AffineExpr fact : facts.take_front(factLimit))
    if (auto atLeastZero = polyhedron.read(fact))
      polyhedron.rows.push_back(*atLeastZero);
  return Minimiser(polyhedron).bounds(*form, outer);
}

} // namespace wasmind::graph
