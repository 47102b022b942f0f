//===- ComposeExtents.cpp - extents that a run computes, and what is taken for granted of them --------------------===//
#include "compiler/graph/Compose.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"

using namespace mlir;

namespace wasmind::graph {
namespace {

ModuleOp moduleAround(OpBuilder &builder) {
  Block *block = builder.getInsertionBlock();
  Operation *around = block ? block->getParentOp() : nullptr;
  return around ? around->getParentOfType<ModuleOp>() : ModuleOp();
}

/// Constants, then single dimensions, then the expression with fewer terms.
size_t complexityOf(AffineExpr e) {
  if (constantOf(e))
    return 0;
  return isa<AffineSymbolExpr>(e) ? 1 : 1 + termsOf(e).size();
}

/// The one dimension in an expression, if it is one.
std::optional<unsigned> onlySymbol(AffineExpr e) {
  std::optional<unsigned> symbol;
  bool isOnly = true;
  e.walk([&](AffineExpr part) {
    if (auto s = dyn_cast<AffineSymbolExpr>(part)) {
      isOnly &= !symbol || *symbol == s.getPosition();
      symbol = s.getPosition();
    }
  });
  return isOnly ? symbol : std::nullopt;
}

/// A number whose multiples make an expression of one dimension zero, for the end of a message.
std::string multipleText(AffineExpr e, const Dims &dims) {
  auto symbol = onlySymbol(e);
  if (!symbol || *symbol >= dims.size() || dims[*symbol].max > 1 << 20)
    return "";
  const NamedDim &dim = dims[*symbol];
  MLIRContext *context = e.getContext();
  for (int64_t factor = 2; factor <= 4096 && factor <= dim.max; factor *= 2) {
    bool areAllRight = true;
    int64_t seen = 0;
    for (int64_t value = llvm::alignTo(std::max<int64_t>(dim.min, 1), factor); value <= dim.max && seen < 64;
         value += factor, ++seen)
      areAllRight &= constantOf(normalise(
                         e.replace(getAffineSymbolExpr(*symbol, context), getAffineConstantExpr(value, context)))) == 0;
    if (areAllRight && seen > 0)
      return "; a multiple of " + std::to_string(factor) + " works for '" + dim.name + "'";
  }
  return "";
}

/// What helps where an extent without a name in the model is 1 and meets another.
std::string onesText(ArrayRef<AffineExpr> extents, const Dims &dims) {
  std::string text;
  for (AffineExpr extent : extents)
    if (auto symbol = dyn_cast<AffineSymbolExpr>(extent); symbol && symbol.getPosition() < dims.size())
      if (const NamedDim &dim = dims[symbol.getPosition()]; dim.unnamed && !dim.measured && dim.min <= 1)
        text += (text.empty() ? "; compile with --dim " : " or --dim ") + dim.name + "=1 where it is always 1";
  return text;
}

} // namespace

AffineExpr Compose::declareMeasured(StringRef name, int64_t min, int64_t max) {
  ModuleOp module = moduleAround(*this);
  Dims dims = getNamedDims(module);
  std::string unique = name.str();
  for (unsigned i = 2; llvm::any_of(dims, [&](const NamedDim &dim) { return dim.name == unique; }); ++i)
    unique = (name + "#" + llvm::Twine(i)).str();
  NamedDim &dim = dims.emplace_back();
  dim.name = unique;
  dim.min = std::max<int64_t>(min, 0);
  dim.max = std::clamp(max, dim.min, extentLimit - 1);
  dim.measured = true;
  setNamedDims(module, dims);
  return getAffineSymbolExpr(dims.size() - 1);
}

void Compose::measureAs(AffineExpr dim, Value scalar) {
  MeasureOp::create(*this, getLoc(), cast(reshape(scalar, Ints()), getI64Type()),
                    int64_t(::llvm::cast<AffineSymbolExpr>(dim).getPosition()));
}

AffineExpr Compose::measure(Value scalar, StringRef name, int64_t min, int64_t max) {
  if (!scalar || ::llvm::cast<RankedTensorType>(scalar.getType()).getNumElements() != 1)
    return {};
  AffineExpr dim = declareMeasured(name, min, max);
  measureAs(dim, scalar);
  return dim;
}

bool Compose::require(AffineExpr e, bool isZero, const llvm::Twine &text) {
  ModuleOp module = moduleAround(*this);
  if (!module)
    return false;
  std::string line = text.str();
  if (auto name = dyn_cast<NameLoc>(getLoc()))
    line = "node '" + name.getName().str() + "': " + line;
  Operation *around = getInsertionBlock()->getParentOp();
  while (around && !isa<IfOp, func::FuncOp>(around))
    around = around->getParentOp();
  if (isa_and_nonnull<IfOp>(around) && !isMeasuredInside(e, around)) // checked where the branch is taken
    e = e + measure(extent(getAffineConstantExpr(0)), "branch", 0, 0);
  addRequirement(module, {e, isZero, line});
  return true;
}

bool Compose::equate(AffineExpr a, AffineExpr b) {
  if (provablyEqual(a, b))
    return true;
  ModuleOp module = moduleAround(*this);
  if (!module || (constantOf(a) && constantOf(b)))
    return false;
  const Dims dims = namedDimsAt(getInsertionBlock());
  if (provablyEqual(a, b, dims))
    return true;
  AffineExpr difference = normalise(a - b);
  Interval range = boundsOf(difference, dims);
  if (range.min > 0 || range.max < 0 || isUnbounded(difference, dims))
    return false;
  return require(difference, /*isZero=*/true,
                 "the extents " + toString(normalise(a), dims) + " and " + toString(normalise(b), dims) +
                     " meet and must be equal" + multipleText(difference, dims) +
                     onesText({normalise(a), normalise(b)}, dims));
}

Value Compose::withExtent(Value x, int64_t dim, AffineExpr extent) {
  if (!x)
    return nullptr;
  Extents extents = extentsOf(x);
  if (!equate(extents[dim], extent))
    return nullptr;
  extents[dim] = extent;
  return reshape(x, extents);
}

AffineExpr Compose::quotientOf(AffineExpr extent, int64_t divisor) {
  if (auto exact = divideExactly(extent, getAffineConstantExpr(divisor)))
    return *exact;
  const AffineExpr quotient = normalise(extent.floorDiv(divisor));
  return equate(extent, quotient * divisor) ? quotient : AffineExpr();
}

Value Compose::positionsOf(Value flags, StringRef name) {
  if (!flags)
    return nullptr;
  AffineExpr total = productOf(extentsOf(flags), getContext());
  Value flat = reshape(flags, {total}), ones = cast(flat, getI64Type());
  const int64_t most = std::min(boundsOf(total, getNamedDims(moduleAround(*this))).max, extentLimit);
  AffineExpr count = measure(reduce(ReduceKind::Sum, ones, {0}, /*keepDims=*/false), name, 0, most);
  if (!count)
    return nullptr;
  require(total - count, /*isZero=*/false, "more elements are taken than there are");
  // Each true element is told the place of its position: the number of true ones before it; others go nowhere.
  Value before = ScanOp::create(*this, getLoc(), ReduceKind::Sum, ones, uint64_t(0), /*exclusive=*/true,
                                /*reversed=*/false);
  Value place = select(flat, before, reshape(extent(total), Ints{1}));
  Value positions = IotaOp::create(*this, getLoc(), makeTensorType({total}, getI64Type()), 0);
  return ScatterOp::create(*this, getLoc(), ScatterKind::Set, splat({count}, getI64Type(), 0), place, positions);
}

Value Compose::repeatOne(Value x, int64_t dim, AffineExpr extent) {
  AffineExpr own = extentsOf(x)[dim];
  const Dims dims = namedDimsAt(getInsertionBlock());
  if (!require((own - 1) * (own - extent), /*isZero=*/true,
               "the extents " + toString(own, dims) + " and " + toString(extent, dims) +
                   " meet and must be equal, or one of them 1"))
    return nullptr;
  // Element i, or the only one.
  Value place = IotaOp::create(*this, getLoc(), makeTensorType({extent}, getI64Type()), 0);
  return gather(x, minimum(place, reshape(this->extent(own - 1), Ints{1})), dim);
}

SmallVector<Value> Compose::unify(ValueRange values, bool repeatsOnes, int64_t except) {
  SmallVector<Value> result(values);
  if (llvm::is_contained(result, Value()) ||
      llvm::all_equal(llvm::map_range(result, [](Value value) { return value.getType(); })))
    return result;
  const int64_t rank = rankOf(result[0]);
  if (llvm::any_of(result, [&](Value value) { return rankOf(value) != rank; }))
    return result; // the operation says so
  for (int64_t dim = 0; dim < rank; ++dim) {
    if (dim == except)
      continue;
    auto extentAt = [&](Value value) { return extentsOf(value)[dim]; };
    AffineExpr target;
    bool differ = false;
    for (Value value : result) {
      AffineExpr extent = extentAt(value);
      if (repeatsOnes && isOne(extent))
        continue;
      differ |= target && target != extent;
      if (!target || complexityOf(extent) < complexityOf(target))
        target = extent;
    }
    if (!differ)
      continue;
    ModuleOp module = moduleAround(*this);
    const Dims dims = module ? namedDimsAt(getInsertionBlock()) : Dims();
    auto mayBeOne = [&](AffineExpr e) {
      auto symbol = dyn_cast<AffineSymbolExpr>(e);
      return repeatsOnes && symbol && symbol.getPosition() < dims.size() && dims[symbol.getPosition()].unnamed &&
             dims[symbol.getPosition()].min == 1;
    };
    const bool mayRepeat = llvm::any_of(result, [&](Value value) { return mayBeOne(extentAt(value)); }) &&
                           llvm::all_of(result, [&](Value value) { return boundsOf(extentAt(value), dims).min >= 1; });
    if (mayRepeat && !constantOf(target)) {
      // The largest: of extents that are equal or 1, it is that of the result.
      Value most;
      Interval range{1, 1};
      for (Value value : result) {
        most = most ? maximum(most, extent(extentAt(value))) : extent(extentAt(value));
        range.max = std::max(range.max, boundsOf(extentAt(value), dims).max);
      }
      auto name = dyn_cast<NameLoc>(getLoc());
      target = measure(most, ((name ? name.getName().getValue() : "joined") + "." + llvm::Twine(dim)).str(), range.min,
                       range.max);
    }
    for (Value &value : result) {
      AffineExpr own = extentAt(value);
      if (own == target || (repeatsOnes && isOne(own)))
        continue;
      if (mayRepeat && !provablyEqual(own, target, dims)) {
        if (Value repeated = repeatOne(value, dim, target))
          value = repeated;
        continue;
      }
      if (!equate(own, target))
        continue; // the operation says so
      Extents extents = extentsOf(value);
      extents[dim] = target;
      value = reshape(value, extents);
    }
  }
  return result;
}

} // namespace wasmind::graph
