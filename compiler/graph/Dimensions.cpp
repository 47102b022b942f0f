//===- Dimensions.cpp - extents as polynomials over the named dimensions ------------------------------------------===//
#include "compiler/graph/ExtentBounds.h"
#include "compiler/graph/Graph.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/BuiltinAttributes.h"
#include <algorithm>
#include <limits>
#include <map>

using namespace mlir;

namespace wasmind::graph {
namespace {

// A polynomial with integer coefficients whose variables are symbols, or divisions and remainders taken as a whole.
// Two equal extents have one normal form, so that extents compare by pointer after `normalise`.
struct VariableOrder {
  static std::pair<int64_t, std::string> key(AffineExpr e) {
    if (auto symbol = dyn_cast<AffineSymbolExpr>(e))
      return {symbol.getPosition(), ""};
    if (auto dim = dyn_cast<AffineDimExpr>(e))
      return {(int64_t(1) << 32) + dim.getPosition(), ""};
    std::string text;
    llvm::raw_string_ostream stream(text);
    e.print(stream);
    return {std::numeric_limits<int64_t>::max(), text};
  }
  bool operator()(AffineExpr a, AffineExpr b) const { return key(a) < key(b); }
};
struct MonomialOrder {
  bool operator()(const std::vector<AffineExpr> &a, const std::vector<AffineExpr> &b) const {
    if (a.size() != b.size())
      return a.size() > b.size();
    return std::lexicographical_compare(a.begin(), a.end(), b.begin(), b.end(), VariableOrder());
  }
};
using Polynomial = std::map<std::vector<AffineExpr>, int64_t, MonomialOrder>;

AffineExpr toExpression(const Polynomial &polynomial, MLIRContext *context) {
  AffineExpr sum = getAffineConstantExpr(0, context);
  for (auto &[monomial, coefficient] : polynomial) {
    AffineExpr term;
    for (AffineExpr variable : monomial)
      term = term ? term * variable : variable;
    term = term ? term * coefficient : getAffineConstantExpr(coefficient, context);
    sum = sum + term;
  }
  return sum;
}

Polynomial toPolynomial(AffineExpr e) {
  Polynomial result;
  if (auto constant = dyn_cast<AffineConstantExpr>(e)) {
    if (constant.getValue() != 0)
      result[{}] = constant.getValue();
    return result;
  }
  auto binary = dyn_cast<AffineBinaryOpExpr>(e);
  if (binary && binary.getKind() == AffineExprKind::Add) {
    result = toPolynomial(binary.getLHS());
    for (auto &[monomial, coefficient] : toPolynomial(binary.getRHS()))
      if ((result[monomial] += coefficient) == 0)
        result.erase(monomial);
    return result;
  }
  if (binary && binary.getKind() == AffineExprKind::Mul) {
    Polynomial lhs = toPolynomial(binary.getLHS()), rhs = toPolynomial(binary.getRHS());
    for (auto &[a, x] : lhs)
      for (auto &[b, y] : rhs) {
        std::vector<AffineExpr> monomial(a);
        monomial.insert(monomial.end(), b.begin(), b.end());
        std::sort(monomial.begin(), monomial.end(), VariableOrder());
        if ((result[monomial] += x * y) == 0)
          result.erase(monomial);
      }
    return result;
  }
  if (binary) { // a division or remainder: its operands in normal form, the whole as one variable
    MLIRContext *context = e.getContext();
    Polynomial dividend = toPolynomial(binary.getLHS());
    // What is subtracted leaves the remainder that as many times the divisor less one leave, which is not negative.
    auto divisor = dyn_cast<AffineConstantExpr>(binary.getRHS());
    if (divisor && divisor.getValue() > 0 && binary.getKind() == AffineExprKind::Mod)
      for (auto &[monomial, coefficient] : dividend)
        if (coefficient < 0)
          coefficient = llvm::mod(coefficient, divisor.getValue());
    std::erase_if(dividend, [](const auto &term) { return term.second == 0; });
    AffineExpr lhs = toExpression(dividend, context);
    AffineExpr rhs = toExpression(toPolynomial(binary.getRHS()), context);
    AffineExpr whole = getAffineBinaryOpExpr(binary.getKind(), lhs, rhs);
    if (isa<AffineConstantExpr>(whole))
      return toPolynomial(whole);
    auto kept = dyn_cast<AffineBinaryOpExpr>(whole);
    if (kept && (kept.getKind() == AffineExprKind::Add || kept.getKind() == AffineExprKind::Mul))
      return toPolynomial(whole);
    result[{whole}] = 1;
    return result;
  }
  result[{e}] = 1;
  return result;
}

unsigned symbolCount(ArrayRef<AffineExpr> expressions) {
  unsigned count = 0;
  for (AffineExpr e : expressions)
    e.walk([&](AffineExpr part) {
      if (auto symbol = dyn_cast<AffineSymbolExpr>(part))
        count = std::max(count, symbol.getPosition() + 1);
    });
  return count;
}

constexpr llvm::StringLiteral attributeName = "graph.dims", requirementsName = "graph.requirements";
} // namespace

AffineExpr normalise(AffineExpr e) { return toExpression(toPolynomial(e), e.getContext()); }

SmallVector<Term> termsOf(AffineExpr e) {
  SmallVector<Term> terms;
  for (auto &[monomial, coefficient] : toPolynomial(e))
    terms.push_back({SmallVector<AffineExpr>(monomial.begin(), monomial.end()), coefficient});
  return terms;
}

static NamedDim dimOf(Attribute entry) {
  auto dictionary = dyn_cast<DictionaryAttr>(entry);
  if (!dictionary)
    return {};
  auto name = dictionary.getAs<StringAttr>("name");
  auto min = dictionary.getAs<IntegerAttr>("min"), max = dictionary.getAs<IntegerAttr>("max");
  return {name ? name.str() : "", min ? min.getInt() : 0, max ? max.getInt() : 0, dictionary.contains("measured"),
          dictionary.contains("unnamed")};
}

static std::optional<Requirement> requirementOf(Attribute entry) {
  auto dictionary = dyn_cast<DictionaryAttr>(entry);
  auto map = dictionary ? dictionary.getAs<AffineMapAttr>("expression") : AffineMapAttr();
  auto text = dictionary ? dictionary.getAs<StringAttr>("text") : StringAttr();
  if (!map || map.getValue().getNumResults() != 1)
    return std::nullopt;
  return Requirement{map.getValue().getResult(0), dictionary.contains("zero"), text ? text.str() : std::string()};
}

static void readDims(ArrayRef<Attribute> dimEntries, ArrayRef<Attribute> requirementEntries, Dims &dims) {
  for (Attribute entry : dimEntries)
    dims.push_back(dimOf(entry));
  for (Attribute entry : requirementEntries)
    if (auto requirement = requirementOf(entry)) {
      dims.facts.push_back(requirement->expression);
      if (requirement->isZero)
        dims.facts.push_back(normalise(requirement->expression * -1));
    }
}

Dims RememberedDims::of(ArrayAttr dims, ArrayAttr requirements) {
  ArrayRef<Attribute> newDims, newRequirements;
  if (dims)
    newDims = dims.getValue();
  if (requirements)
    newRequirements = requirements.getValue();
  auto starts = [](ArrayRef<Attribute> all, ArrayRef<Attribute> known) {
    return all.size() >= known.size() && all.take_front(known.size()) == known;
  };
  std::lock_guard lock(mutex);
  // Most changes add to the end.
  if (!starts(newDims, dimEntries) || !starts(newRequirements, requirementEntries)) {
    known = Dims();
    dimEntries.clear();
    requirementEntries.clear();
  }
  readDims(newDims.drop_front(dimEntries.size()), newRequirements.drop_front(requirementEntries.size()), known);
  dimEntries.assign(newDims.begin(), newDims.end());
  requirementEntries.assign(newRequirements.begin(), newRequirements.end());
  return known;
}

Dims getNamedDims(ModuleOp module) {
  auto dims = module->getAttrOfType<ArrayAttr>(attributeName);
  auto requirements = module->getAttrOfType<ArrayAttr>(requirementsName);
  if (!dims && !requirements)
    return {};
  auto *dialect = module.getContext()->getLoadedDialect<GraphDialect>();
  if (auto *remembered = dialect ? dialect->getRegisteredInterface<RememberedDims>() : nullptr)
    return remembered->of(dims, requirements);
  Dims result;
  readDims(dims ? dims.getValue() : ArrayRef<Attribute>(),
           requirements ? requirements.getValue() : ArrayRef<Attribute>(), result);
  return result;
}

/// Adds what the measurements of zeros ahead of `op` (null = the end) in a block stand for.
static void addFactsOf(Block *block, Operation *op, Dims &dims) {
  MLIRContext *context = block->getParentOp()->getContext();
  for (MeasureOp measure : block->getOps<MeasureOp>()) {
    const uint64_t dim = measure.getDim();
    if (dim >= dims.size() || dims[dim].max != 0 || (op && !measure->isBeforeInBlock(op)))
      continue;
    AffineExpr symbol = getAffineSymbolExpr(dim, context);
    for (size_t i = 0, count = dims.facts.size(); i < count; ++i)
      if (dims.facts[i].isFunctionOfSymbol(dim))
        dims.facts.push_back(normalise(dims.facts[i].replace(symbol, getAffineConstantExpr(0, context))));
  }
}

static Dims dimsWhere(Block *block, Operation *op) {
  Operation *around = block ? block->getParentOp() : nullptr;
  auto module = dyn_cast_or_null<ModuleOp>(around);
  if (around && !module)
    module = around->getParentOfType<ModuleOp>();
  if (!module)
    return Dims();
  Dims dims = getNamedDims(module);
  if (llvm::any_of(dims, [](const NamedDim &dim) { return dim.measured && dim.max == 0; }))
    for (; block && block->getParentOp() && block->getParentOp() != module; block = op ? op->getBlock() : nullptr) {
      addFactsOf(block, op, dims);
      op = block->getParentOp();
    }
  return dims;
}

Dims namedDimsAround(Operation *op) { return dimsWhere(op->getBlock(), op); }
Dims namedDimsAt(Block *block) { return dimsWhere(block, nullptr); }

bool areProvablyEqual(ArrayRef<AffineExpr> a, ArrayRef<AffineExpr> b, const Dims &dims) {
  return a.size() == b.size() && llvm::all_of(llvm::zip(a, b), [&](auto pair) {
           return provablyEqual(std::get<0>(pair), std::get<1>(pair), dims);
         });
}

static Attribute entryOf(const NamedDim &dim, Builder &builder) {
  SmallVector<NamedAttribute> entry{
      builder.getNamedAttr("name", builder.getStringAttr(dim.name)),
      builder.getNamedAttr("min", builder.getI64IntegerAttr(dim.min)),
      builder.getNamedAttr("max", builder.getI64IntegerAttr(dim.max)),
  };
  if (dim.measured)
    entry.push_back(builder.getNamedAttr("measured", builder.getUnitAttr()));
  if (dim.unnamed)
    entry.push_back(builder.getNamedAttr("unnamed", builder.getUnitAttr()));
  return builder.getDictionaryAttr(entry);
}

void setNamedDims(ModuleOp module, ArrayRef<NamedDim> dims) {
  Builder builder(module.getContext());
  SmallVector<Attribute> entries;
  // What stays as it was keeps its entry.
  const Dims old = getNamedDims(module);
  auto oldEntries = module->getAttrOfType<ArrayAttr>(attributeName);
  auto isSame = [](const NamedDim &a, const NamedDim &b) {
    return std::tie(a.name, a.min, a.max, a.measured, a.unnamed) ==
           std::tie(b.name, b.min, b.max, b.measured, b.unnamed);
  };
  for (auto [i, dim] : llvm::enumerate(dims))
    entries.push_back(i < old.size() && isSame(old[i], dim) ? oldEntries[i] : entryOf(dim, builder));
  module->setAttr(attributeName, builder.getArrayAttr(entries));
}

SmallVector<Requirement> getRequirements(ModuleOp module) {
  SmallVector<Requirement> requirements;
  if (auto array = module->getAttrOfType<ArrayAttr>(requirementsName))
    for (Attribute entry : array)
      if (auto requirement = requirementOf(entry))
        requirements.push_back(std::move(*requirement));
  return requirements;
}

void addRequirement(ModuleOp module, const Requirement &requirement) {
  Builder builder(module.getContext());
  AffineExpr expression = normalise(requirement.expression);
  SmallVector<Attribute> entries;
  if (auto array = module->getAttrOfType<ArrayAttr>(requirementsName))
    llvm::append_range(entries, array);
  SmallVector<NamedAttribute> entry{
      builder.getNamedAttr("expression", AffineMapAttr::get(AffineMap::get(0, symbolCount({expression}), expression))),
      builder.getNamedAttr("text", builder.getStringAttr(requirement.text))};
  if (requirement.isZero)
    entry.push_back(builder.getNamedAttr("zero", builder.getUnitAttr()));
  Attribute added = builder.getDictionaryAttr(entry);
  if (llvm::is_contained(entries, added))
    return;
  entries.push_back(added);
  module->setAttr(requirementsName, builder.getArrayAttr(entries));
}

int64_t lastMeasured(AffineExpr e, ArrayRef<NamedDim> dims) {
  int64_t last = -1;
  e.walk([&](AffineExpr part) {
    if (auto symbol = dyn_cast<AffineSymbolExpr>(part); symbol && symbol.getPosition() < dims.size())
      if (dims[symbol.getPosition()].measured)
        last = std::max<int64_t>(last, symbol.getPosition());
  });
  return last;
}

bool isMeasuredInside(AffineExpr e, Operation *op) {
  return op
      ->walk([&](MeasureOp measure) {
        return e.isFunctionOfSymbol(measure.getDim()) ? WalkResult::interrupt() : WalkResult::advance();
      })
      .wasInterrupted();
}

SmallVector<AffineExpr> factsFor(AffineExpr e, const Dims &dims) {
  if (llvm::none_of(dims, [](const NamedDim &dim) { return dim.measured; }))
    return dims.facts;
  const int64_t last = lastMeasured(e, dims);
  return llvm::filter_to_vector(dims.facts, [&](AffineExpr fact) { return lastMeasured(fact, dims) <= last; });
}

AffineExpr declareDim(ModuleOp module, StringRef name, int64_t min, int64_t max) {
  Dims dims = getNamedDims(module);
  for (auto [i, dim] : llvm::enumerate(dims))
    if (dim.name == name)
      return getAffineSymbolExpr(i, module.getContext());
  dims.push_back({name.str(), min, max});
  setNamedDims(module, dims);
  return getAffineSymbolExpr(dims.size() - 1, module.getContext());
}

SmallVector<AffineExpr> getExtents(Type type) {
  auto tensor = cast<RankedTensorType>(type);
  SmallVector<AffineExpr> extents;
  if (auto map = dyn_cast_or_null<AffineMapAttr>(tensor.getEncoding())) {
    llvm::append_range(extents, map.getValue().getResults());
    return extents;
  }
  for (int64_t extent : tensor.getShape())
    extents.push_back(getAffineConstantExpr(extent, type.getContext()));
  return extents;
}

RankedTensorType makeTensorType(ArrayRef<AffineExpr> extents, Type element) {
  SmallVector<int64_t> shape;
  SmallVector<AffineExpr> normal;
  bool isStatic = true;
  for (AffineExpr extent : extents) {
    normal.push_back(normalise(extent));
    auto constant = constantOf(normal.back());
    isStatic &= constant.has_value();
    shape.push_back(constant ? *constant : ShapedType::kDynamic);
  }
  if (isStatic)
    return RankedTensorType::get(shape, element);
  auto map = AffineMap::get(0, symbolCount(normal), normal, element.getContext());
  return RankedTensorType::get(shape, element, AffineMapAttr::get(map));
}

RankedTensorType makeTensorType(MLIRContext *context, ArrayRef<int64_t> extents, Type element) {
  return RankedTensorType::get(extents, element);
}

RankedTensorType withElement(Type tensor, Type element) {
  auto ranked = cast<RankedTensorType>(tensor);
  return RankedTensorType::get(ranked.getShape(), element, ranked.getEncoding());
}

std::optional<int64_t> constantOf(AffineExpr extent) {
  if (auto constant = dyn_cast<AffineConstantExpr>(extent))
    return constant.getValue();
  return std::nullopt;
}

bool isOne(AffineExpr extent) { return constantOf(extent) == 1; }

AffineExpr productOf(ArrayRef<AffineExpr> extents, MLIRContext *context) {
  AffineExpr result = getAffineConstantExpr(1, context);
  for (AffineExpr extent : extents)
    result = toExpression(toPolynomial(result * extent), context);
  return result;
}

std::optional<AffineExpr> divideExactly(AffineExpr value, AffineExpr divisor) {
  Polynomial dividend = toPolynomial(value), by = toPolynomial(divisor), quotient;
  if (by.empty())
    return std::nullopt;
  if (by.size() > 1) { // only the whole polynomial, times a constant, is recognised
    auto [monomial, coefficient] = *by.begin();
    auto found = dividend.find(monomial);
    if (found == dividend.end() || found->second % coefficient != 0)
      return std::nullopt;
    int64_t factor = found->second / coefficient;
    for (auto &[m, c] : by)
      if (!dividend.count(m) || dividend[m] != c * factor)
        return std::nullopt;
    if (dividend.size() != by.size())
      return std::nullopt;
    return getAffineConstantExpr(factor, value.getContext());
  }
  auto [monomial, coefficient] = *by.begin();
  for (auto &[m, c] : dividend) {
    if (c % coefficient != 0)
      return std::nullopt;
    std::vector<AffineExpr> rest(m);
    for (AffineExpr variable : monomial) {
      auto at = std::find(rest.begin(), rest.end(), variable);
      if (at == rest.end())
        return std::nullopt;
      rest.erase(at);
    }
    quotient[rest] = c / coefficient;
  }
  return toExpression(quotient, value.getContext());
}

bool provablyEqual(AffineExpr a, AffineExpr b) { return a == b || normalise(a) == normalise(b); }

static AffineExpr toExpression(const Term &term, MLIRContext *context) {
  AffineExpr product = getAffineConstantExpr(term.coefficient, context);
  for (AffineExpr variable : term.variables)
    product = product * variable;
  return product;
}

/// `e` with `whole` replaced by what it is equal to, also inside products.
static AffineExpr replaceWhole(AffineExpr e, AffineExpr whole, AffineExpr by) {
  constexpr unsigned most = 16;
  for (unsigned i = 0; i < most; ++i) {
    std::optional<AffineExpr> factor;
    for (const Term &term : termsOf(e))
      if ((factor = divideExactly(toExpression(term, e.getContext()), whole)))
        break;
    if (!factor)
      break;
    e = normalise(e - *factor * whole + *factor * by);
  }
  return e;
}

/// `e` with divisions replaced by what they are equal to by requirement: its expression and the negative one are facts.
static AffineExpr withoutDivisions(AffineExpr e, ArrayRef<AffineExpr> facts) {
  const SmallVector<Term> own = termsOf(e);
  if (llvm::none_of(own, [](const Term &term) {
        return llvm::any_of(term.variables, [](AffineExpr v) { return isa<AffineBinaryOpExpr>(v); });
      }))
    return e;
  SmallVector<AffineExpr> zeros =
      llvm::filter_to_vector(facts, [&](AffineExpr fact) { return llvm::is_contained(facts, normalise(fact * -1)); });
  for (auto [i, zero] : llvm::enumerate(zeros)) {
    auto replace = [&](AffineExpr whole, AffineExpr by) {
      e = replaceWhole(e, whole, by);
      for (AffineExpr &later : MutableArrayRef(zeros).drop_front(i + 1))
        later = replaceWhole(later, whole, by);
    };
    const SmallVector<Term> terms = termsOf(zero);
    for (const Term &term : terms) {
      auto found = llvm::find_if(term.variables, [](AffineExpr v) { return isa<AffineBinaryOpExpr>(v); });
      if (found == term.variables.end())
        continue;
      auto division = cast<AffineBinaryOpExpr>(*found);
      AffineExpr whole = toExpression(term, e.getContext());
      replace(whole, normalise(whole - zero));
      const bool isMod = division.getKind() == AffineExprKind::Mod && terms.size() == 1 && term.variables.size() == 1;
      if (isMod) // x mod c = 0: c * (x floordiv c) = x
        replace(division.getLHS().floorDiv(division.getRHS()) * division.getRHS(), division.getLHS());
      break;
    }
  }
  return e;
}

bool provablyEqual(AffineExpr a, AffineExpr b, const Dims &dims) {
  if (provablyEqual(a, b))
    return true;
  AffineExpr difference = normalise(a - b), negative = normalise(b - a);
  auto facts = factsFor(difference, dims);
  if (llvm::is_contained(facts, difference) && llvm::is_contained(facts, negative))
    return true;
  if (constantOf(withoutDivisions(difference, facts)) == 0)
    return true;
  Interval range = boundsOf(difference, dims);
  return range.min == 0 && range.max == 0;
}

std::optional<int64_t> boundedElementCount(Type tensor, const Dims &dims) {
  __int128 count = 1;
  for (AffineExpr extent : getExtents(tensor)) {
    // A dimension alone counts at its bound: what is required of it is checked when its tensor is there.
    auto symbol = dyn_cast<AffineSymbolExpr>(extent);
    const bool isDim = symbol && symbol.getPosition() < dims.size();
    count *= std::max<int64_t>(isDim ? dims[symbol.getPosition()].max : boundsOf(extent, dims).max, 0);
    if (count > (__int128(1) << 40))
      return std::nullopt;
  }
  return int64_t(count);
}

std::string outsideText(const NamedDim &dim) {
  return "'" + dim.name + "' is outside its bounds " + std::to_string(dim.min) + ".." + std::to_string(dim.max) +
         "; compile with --dim " + dim.name + "=MIN..MAX";
}

/// The negative of a negative constant or multiple, else null.
static AffineExpr withoutMinus(AffineExpr e) {
  if (auto constant = constantOf(e); constant && *constant < 0 && *constant > std::numeric_limits<int64_t>::min())
    return getAffineConstantExpr(-*constant, e.getContext());
  auto product = dyn_cast<AffineBinaryOpExpr>(e);
  if (!product || product.getKind() != AffineExprKind::Mul)
    return {};
  AffineExpr factor = withoutMinus(product.getRHS());
  return factor ? product.getLHS() * factor : AffineExpr();
}

std::string toString(AffineExpr e, const Dims &dims) {
  if (auto constant = dyn_cast<AffineConstantExpr>(e))
    return std::to_string(constant.getValue());
  if (auto symbol = dyn_cast<AffineSymbolExpr>(e))
    return symbol.getPosition() < dims.size() ? dims[symbol.getPosition()].name
                                              : "s" + std::to_string(symbol.getPosition());
  auto binary = cast<AffineBinaryOpExpr>(e);
  std::string lhs = toString(binary.getLHS(), dims), rhs = toString(binary.getRHS(), dims);
  auto inner = [](AffineExpr part, const std::string &text) {
    return isa<AffineBinaryOpExpr>(part) ? "(" + text + ")" : text;
  };
  switch (binary.getKind()) {
  case AffineExprKind::Add:
    if (AffineExpr less = withoutMinus(binary.getRHS()))
      return lhs + " - " + toString(less, dims);
    if (AffineExpr less = withoutMinus(binary.getLHS()))
      return rhs + " - " + toString(less, dims);
    return lhs + " + " + rhs;
  case AffineExprKind::Mul:
    return inner(binary.getLHS(), lhs) + "*" + inner(binary.getRHS(), rhs);
  case AffineExprKind::FloorDiv:
    return inner(binary.getLHS(), lhs) + "/" + inner(binary.getRHS(), rhs);
  case AffineExprKind::CeilDiv:
    return "ceil(" + lhs + "/" + rhs + ")";
  default:
    return inner(binary.getLHS(), lhs) + "%" + inner(binary.getRHS(), rhs);
  }
}

} // namespace wasmind::graph
