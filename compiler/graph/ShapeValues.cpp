//===- ShapeValues.cpp - run-time shape arithmetic as expressions over the named dimensions -----------------------===//
#include "compiler/graph/ShapeValues.h"
#include "mlir/IR/BuiltinOps.h"
#include "llvm/ADT/TypeSwitch.h"
#include <cmath>

using namespace mlir;

namespace wasmind::graph {
namespace {

using Elements = std::optional<SmallVector<AffineExpr>>;
using Truths = std::optional<SmallVector<bool>>;

constexpr int64_t elementLimit = 64; // no shape is longer
constexpr unsigned depthLimit = 200;
constexpr int64_t arithmeticLimit = int64_t(1) << 56;

int64_t elementCountOf(Value value) {
  auto type = cast<RankedTensorType>(value.getType());
  return type.hasStaticShape() ? type.getNumElements() : std::numeric_limits<int64_t>::max();
}

/// Element i of an operand of an elementwise operation of `count` elements: operands are whole or single.
template <typename Vector> auto at(const Vector &elements, size_t i) { return elements[elements.size() == 1 ? 0 : i]; }

class Reader {
public:
  explicit Reader(Value value) : context(value.getContext()) {
    if (Operation *op = value.getParentRegion() ? value.getParentRegion()->getParentOp() : nullptr)
      if (auto module = isa<ModuleOp>(op) ? cast<ModuleOp>(op) : op->getParentOfType<ModuleOp>())
        dims = getNamedDims(module);
  }

  Elements read(Value value) {
    if (elementCountOf(value) > elementLimit || depth > depthLimit)
      return std::nullopt;
    if (auto found = known.find(value); found != known.end())
      return found->second;
    ++depth;
    Elements result = compute(value);
    --depth;
    known[value] = result;
    return result;
  }

  Truths truth(Value value) {
    if (elementCountOf(value) > elementLimit || depth > depthLimit)
      return std::nullopt;
    if (auto data = constantDataOf(value)) {
      SmallVector<bool> values;
      for (int64_t i = 0; i < data->elementCount; ++i)
        values.push_back(data->asInteger(i) != 0);
      return values;
    }
    ++depth;
    Truths result = computeTruth(value);
    --depth;
    return result;
  }

private:
  Elements constants(Value value) {
    auto data = constantDataOf(value);
    if (!data)
      return std::nullopt;
    SmallVector<AffineExpr> elements;
    for (int64_t i = 0; i < data->elementCount; ++i) {
      double real = data->asDouble(i);
      if (isa<FloatType>(data->element) && (std::trunc(real) != real || std::fabs(real) > 0x1p53))
        return std::nullopt;
      elements.push_back(getAffineConstantExpr(data->asInteger(i), context));
    }
    return elements;
  }

  Elements binary(BinaryOp op) {
    Elements lhs = read(op.getLhs()), rhs = read(op.getRhs());
    if (!lhs || !rhs)
      return std::nullopt;
    int64_t count = elementCountOf(op);
    bool isFloat = isa<FloatType>(op.getType().getElementType());
    if (!fits(*lhs, count) || !fits(*rhs, count))
      return std::nullopt;
    SmallVector<AffineExpr> result;
    for (int64_t i = 0; i < count; ++i) {
      AffineExpr joined = join(op.getKind(), at(*lhs, i), at(*rhs, i), isFloat);
      if (!joined)
        return std::nullopt;
      result.push_back(joined);
    }
    return result;
  }

  static bool fits(ArrayRef<AffineExpr> elements, int64_t count) {
    return elements.size() == 1 || int64_t(elements.size()) == count;
  }

  /// The value of a division by a constant that is rounded down next, for floats: floor(a / 2).
  AffineExpr quotient(AffineExpr a, AffineExpr b, bool roundsDown) {
    auto divisor = constantOf(b);
    if (auto exact = divideExactly(a, b))
      return *exact;
    if (!divisor || *divisor <= 0 || (!roundsDown && boundsOf(a, dims).min < 0))
      return {};
    return a.floorDiv(*divisor);
  }

  AffineExpr join(BinaryKind kind, AffineExpr a, AffineExpr b, bool isFloat) {
    auto x = constantOf(a), y = constantOf(b);
    // Sentinels such as INT64_MAX (an open end of a slice) are compared, never computed with.
    auto isHuge = [](std::optional<int64_t> v) { return v && (*v > arithmeticLimit || *v < -arithmeticLimit); };
    bool selects = kind == BinaryKind::Max || kind == BinaryKind::Min;
    if (!selects && (isHuge(x) || isHuge(y)))
      return {};
    if (int64_t product; kind == BinaryKind::Mul && x && y && __builtin_mul_overflow(*x, *y, &product))
      return {};
    switch (kind) {
    case BinaryKind::Add:
      return a + b;
    case BinaryKind::Sub:
      return a - b;
    case BinaryKind::Mul:
      return productOf({a, b}, context);
    case BinaryKind::Div: {
      if (!isFloat)
        return x && y && *y != 0 && !(*y == -1) ? getAffineConstantExpr(*x / *y, context) : quotient(a, b, false);
      auto exact = divideExactly(a, b);
      return exact ? *exact : AffineExpr();
    }
    case BinaryKind::FloorDiv:
      return quotient(a, b, true);
    case BinaryKind::Rem:
    case BinaryKind::FloorMod: {
      if (!y || *y <= 0 || isFloat || (kind == BinaryKind::Rem && boundsOf(a, dims).min < 0))
        return {};
      return a % *y;
    }
    case BinaryKind::Max:
    case BinaryKind::Min: {
      bool wantsMin = kind == BinaryKind::Min;
      if (decide(CompareKind::LessEqual, a, b) == true)
        return wantsMin ? a : b;
      if (decide(CompareKind::GreaterEqual, a, b) == true)
        return wantsMin ? b : a;
      return {};
    }
    default:
      return {};
    }
  }

  std::optional<bool> decide(CompareKind kind, AffineExpr a, AffineExpr b) {
    auto x = constantOf(a), y = constantOf(b); // whose difference may need more than 64 bits
    int64_t sign = x && y ? (*x > *y) - (*x < *y) : 0;
    Interval range = x && y ? Interval{sign, sign} : boundsOf(a - b, dims);
    switch (kind) {
    case CompareKind::Equal:
    case CompareKind::NotEqual:
      if (range.min == range.max && range.min == 0)
        return kind == CompareKind::Equal;
      return range.min > 0 || range.max < 0 ? std::optional(kind == CompareKind::NotEqual) : std::nullopt;
    case CompareKind::Less:
      return range.max < 0 ? std::optional(true) : range.min >= 0 ? std::optional(false) : std::nullopt;
    case CompareKind::LessEqual:
      return range.max <= 0 ? std::optional(true) : range.min > 0 ? std::optional(false) : std::nullopt;
    case CompareKind::Greater:
      return range.min > 0 ? std::optional(true) : range.max <= 0 ? std::optional(false) : std::nullopt;
    case CompareKind::GreaterEqual:
      return range.min >= 0 ? std::optional(true) : range.max < 0 ? std::optional(false) : std::nullopt;
    }
    return std::nullopt;
  }

  Elements reduce(ReduceOp op) {
    Elements in = read(op.getInput());
    if (!in || op.getType().getRank() != 0 || in->empty())
      return std::nullopt;
    static constexpr std::pair<ReduceKind, BinaryKind> kinds[] = {{ReduceKind::Sum, BinaryKind::Add},
                                                                  {ReduceKind::Prod, BinaryKind::Mul},
                                                                  {ReduceKind::Max, BinaryKind::Max},
                                                                  {ReduceKind::Min, BinaryKind::Min}};
    for (auto [from, to] : kinds) {
      if (from != op.getKind())
        continue;
      AffineExpr result = in->front();
      for (AffineExpr element : ArrayRef(*in).drop_front()) {
        result = join(to, result, element, false);
        if (!result)
          return std::nullopt;
      }
      return SmallVector<AffineExpr>{result};
    }
    return std::nullopt;
  }

  Elements gather(GatherOp op) {
    Elements data = read(op.getData()), indices = read(op.getIndices());
    if (!data || !indices || cast<RankedTensorType>(op.getData().getType()).getRank() != 1 || data->empty())
      return std::nullopt;
    SmallVector<AffineExpr> result;
    for (AffineExpr index : *indices) {
      auto i = constantOf(index);
      if (!i)
        return std::nullopt;
      int64_t count = data->size(), position = *i < 0 ? *i + count : *i;
      result.push_back((*data)[std::min(std::max<int64_t>(position, 0), count - 1)]);
    }
    return result;
  }

  Elements slice(SliceOp op) {
    Elements in = read(op.getInput());
    if (!in || op.getType().getRank() != 1)
      return std::nullopt;
    auto start = constantOf(op.getStarts().getResult(0));
    if (!start)
      return std::nullopt;
    SmallVector<AffineExpr> result;
    for (int64_t i = 0; i < elementCountOf(op); ++i) {
      int64_t from = *start + i * op.getStrides()[0];
      if (from < 0 || from >= int64_t(in->size()))
        return std::nullopt;
      result.push_back((*in)[from]);
    }
    return result;
  }

  Elements compute(Value value) {
    Operation *op = value.getDefiningOp();
    if (!op)
      return std::nullopt;
    return llvm::TypeSwitch<Operation *, Elements>(op)
        .Case([&](ConstantOp) { return constants(value); })
        .Case([&](ExtentOp extent) { return SmallVector<AffineExpr>{extent.getExpression().getResult(0)}; })
        .Case([&](ReshapeOp reshape) { return read(reshape.getInput()); })
        .Case([&](CastOp cast) -> Elements {
          // A float to an integer truncates; the expressions are integers already. Narrow types might wrap.
          Type to = cast.getType().getElementType();
          unsigned bits = to.getIntOrFloatBitWidth();
          if (cast.getInput().getType().getElementType().isInteger(1)) {
            Truths in = truth(cast.getInput());
            if (!in)
              return Elements();
            return Elements(llvm::map_to_vector(
                *in, [&](bool element) -> AffineExpr { return getAffineConstantExpr(element, context); }));
          }
          return bits >= 32 ? read(cast.getInput()) : Elements();
        })
        .Case([&](UnaryOp unary) { return rounded(unary); })
        .Case([&](BinaryOp binary) { return this->binary(binary); })
        .Case([&](ReduceOp reduce) { return this->reduce(reduce); })
        .Case([&](GatherOp gather) { return this->gather(gather); })
        .Case([&](SliceOp slice) { return this->slice(slice); })
        .Case([&](BroadcastOp broadcast) -> Elements {
          Elements in = read(broadcast.getInput());
          int64_t count = elementCountOf(broadcast);
          if (!in || !fits(*in, count))
            return std::nullopt;
          SmallVector<AffineExpr> result;
          for (int64_t i = 0; i < count; ++i)
            result.push_back(at(*in, i));
          return result;
        })
        .Case([&](ReverseOp reverse) -> Elements {
          Elements in = read(reverse.getInput());
          if (!in || reverse.getType().getRank() != 1 || reverse.getDims().size() != 1)
            return std::nullopt;
          return SmallVector<AffineExpr>(llvm::reverse(*in));
        })
        .Case([&](IotaOp iota) -> Elements {
          if (iota.getType().getRank() != 1)
            return std::nullopt;
          SmallVector<AffineExpr> result;
          for (int64_t i = 0; i < elementCountOf(iota); ++i)
            result.push_back(getAffineConstantExpr(i, context));
          return result;
        })
        .Case([&](ConcatOp concat) -> Elements {
          if (concat.getType().getRank() != 1)
            return std::nullopt;
          SmallVector<AffineExpr> result;
          for (Value input : concat.getInputs()) {
            Elements part = read(input);
            if (!part)
              return std::nullopt;
            llvm::append_range(result, *part);
          }
          return result;
        })
        .Case([&](SelectOp select) -> Elements {
          Truths condition = truth(select.getCondition());
          if (!condition)
            return std::nullopt;
          // Only the side that is taken has to be known.
          int64_t count = elementCountOf(select);
          Elements sides[2];
          SmallVector<AffineExpr> result;
          for (int64_t i = 0; i < count; ++i) {
            bool which = at(*condition, i);
            Elements &side = sides[which];
            if (!side)
              side = read(which ? select.getOnTrue() : select.getOnFalse());
            if (!side || !fits(*side, count))
              return std::nullopt;
            result.push_back(at(*side, i));
          }
          return result;
        })
        .Default([](Operation *) { return Elements(); });
  }

  Elements rounded(UnaryOp op) {
    bool down = op.getKind() == UnaryKind::Floor, up = op.getKind() == UnaryKind::Ceil;
    if (op.getKind() == UnaryKind::Neg || op.getKind() == UnaryKind::Abs) {
      Elements in = read(op.getInput());
      if (!in)
        return std::nullopt;
      for (AffineExpr &element : *in) {
        if (op.getKind() == UnaryKind::Neg)
          element = element * -1;
        else if (boundsOf(element, dims).min < 0)
          return std::nullopt;
      }
      return in;
    }
    if (!down && !up && op.getKind() != UnaryKind::Round && op.getKind() != UnaryKind::Trunc)
      return std::nullopt;
    if (Elements whole = read(op.getInput()))
      return whole;
    auto division = op.getInput().getDefiningOp<BinaryOp>();
    if (!division || division.getKind() != BinaryKind::Div || (!down && !up))
      return std::nullopt;
    Elements lhs = read(division.getLhs()), rhs = read(division.getRhs());
    int64_t count = elementCountOf(op);
    if (!lhs || !rhs || !fits(*lhs, count) || !fits(*rhs, count))
      return std::nullopt;
    SmallVector<AffineExpr> result;
    for (int64_t i = 0; i < count; ++i) {
      auto divisor = constantOf(at(*rhs, i));
      if (!divisor || *divisor <= 0)
        return std::nullopt;
      AffineExpr numerator = at(*lhs, i);
      result.push_back(down ? numerator.floorDiv(*divisor) : numerator.ceilDiv(*divisor));
    }
    return result;
  }

  Truths computeTruth(Value value) {
    int64_t count = elementCountOf(value);
    if (auto compare = value.getDefiningOp<CompareOp>()) {
      Elements lhs = read(compare.getLhs()), rhs = read(compare.getRhs());
      if (!lhs || !rhs || !fits(*lhs, count) || !fits(*rhs, count))
        return std::nullopt;
      SmallVector<bool> result;
      for (int64_t i = 0; i < count; ++i) {
        auto decided = decide(compare.getKind(), at(*lhs, i), at(*rhs, i));
        if (!decided)
          return std::nullopt;
        result.push_back(*decided);
      }
      return result;
    }
    if (auto unary = value.getDefiningOp<UnaryOp>(); unary && unary.getKind() == UnaryKind::Not) {
      Truths in = truth(unary.getInput());
      if (in)
        for (bool &element : *in)
          element = !element;
      return in;
    }
    if (auto reshape = value.getDefiningOp<ReshapeOp>())
      return truth(reshape.getInput());
    if (auto cast = value.getDefiningOp<CastOp>()) { // to bool
      if (cast.getInput().getType().getElementType().isInteger(1))
        return truth(cast.getInput());
      Elements in = read(cast.getInput());
      if (!in)
        return std::nullopt;
      SmallVector<bool> result;
      for (AffineExpr element : *in) {
        auto decided = decide(CompareKind::NotEqual, element, getAffineConstantExpr(0, context));
        if (!decided)
          return std::nullopt;
        result.push_back(*decided);
      }
      return result;
    }
    if (auto binary = value.getDefiningOp<BinaryOp>()) {
      Truths lhs = truth(binary.getLhs()), rhs = truth(binary.getRhs());
      bool isAnd = binary.getKind() == BinaryKind::And;
      if (!isAnd && binary.getKind() != BinaryKind::Or)
        return std::nullopt;
      for (Truths *side : {&lhs, &rhs}) // one side alone may decide
        if (*side && (*side)->size() == 1 && (**side)[0] != isAnd)
          return SmallVector<bool>(count, !isAnd);
      if (!lhs || !rhs || (lhs->size() != 1 && int64_t(lhs->size()) != count) ||
          (rhs->size() != 1 && int64_t(rhs->size()) != count))
        return std::nullopt;
      SmallVector<bool> result;
      for (int64_t i = 0; i < count; ++i)
        result.push_back(isAnd ? at(*lhs, i) && at(*rhs, i) : at(*lhs, i) || at(*rhs, i));
      return result;
    }
    if (auto reduce = value.getDefiningOp<ReduceOp>(); reduce && reduce.getType().getRank() == 0) {
      Truths in = truth(reduce.getInput());
      if (!in)
        return std::nullopt;
      bool isAnd = reduce.getKind() == ReduceKind::And;
      bool found = llvm::is_contained(*in, !isAnd);
      return SmallVector<bool>{isAnd ? !found : found};
    }
    return std::nullopt;
  }

  MLIRContext *context;
  Dims dims;
  llvm::DenseMap<Value, Elements> known;
  unsigned depth = 0;
};
} // namespace

std::optional<SmallVector<AffineExpr>> shapeValue(Value value) {
  auto type = dyn_cast<RankedTensorType>(value.getType());
  if (!type || type.getRank() > 1 || !isa<IntegerType>(type.getElementType()))
    return std::nullopt;
  return shapeElements(value);
}

std::optional<SmallVector<AffineExpr>> shapeElements(Value value) {
  auto type = cast<RankedTensorType>(value.getType());
  if (type.getElementType().isInteger(1))
    return std::nullopt;
  auto elements = Reader(value).read(value);
  if (elements)
    for (AffineExpr &element : *elements)
      element = productOf({element}, value.getContext());
  return elements;
}

std::optional<SmallVector<bool>> truthValue(Value value) {
  return cast<RankedTensorType>(value.getType()).getElementType().isInteger(1) ? Reader(value).truth(value)
                                                                               : std::nullopt;
}

} // namespace wasmind::graph
