//===- Stage.cpp - one formula over its axes as one graph.compute ------------------------------------------------===//
#include "compiler/frontend/expr/Ranges.h"
#include "compiler/frontend/expr/Tracer.h"
#include "compiler/graph/Structured.h"

using namespace mlir;
using namespace wasmind::graph;

namespace wasmind::te {
namespace {

graph::UnaryKind kindOf(te::UnaryKind kind) {
  switch (kind) {
  case te::UnaryKind::Neg:
    return graph::UnaryKind::Neg;
  case te::UnaryKind::Not:
    return graph::UnaryKind::Not;
#define WASMIND_TE_UNARY(function, kind, takes)                                                                        \
  case te::UnaryKind::kind:                                                                                            \
    return graph::UnaryKind::kind;
#include "compiler/frontend/expr/Functions.def"
  }
  llvm_unreachable("all kinds are covered");
}

graph::BinaryKind kindOf(te::BinaryKind kind) {
  switch (kind) {
  case te::BinaryKind::Add:
    return graph::BinaryKind::Add;
  case te::BinaryKind::Sub:
    return graph::BinaryKind::Sub;
  case te::BinaryKind::Mul:
    return graph::BinaryKind::Mul;
  case te::BinaryKind::And:
    return graph::BinaryKind::And;
  case te::BinaryKind::Or:
    return graph::BinaryKind::Or;
  case te::BinaryKind::Xor:
    return graph::BinaryKind::Xor;
  case te::BinaryKind::ShiftLeft:
    return graph::BinaryKind::ShiftLeft;
  case te::BinaryKind::ShiftRight:
    return graph::BinaryKind::ShiftRight;
#define WASMIND_TE_BINARY(function, kind, takes)                                                                       \
  case te::BinaryKind::kind:                                                                                           \
    return graph::BinaryKind::kind;
#include "compiler/frontend/expr/Functions.def"
  }
  llvm_unreachable("all kinds are covered");
}

// These enums have the order of the dialect's.
graph::CompareKind kindOf(te::CompareKind kind) { return graph::CompareKind(kind); }
graph::ReduceKind kindOf(te::ReduceKind kind) { return graph::ReduceKind(kind); }
static_assert(int(te::CompareKind::GreaterEqual) == int(graph::CompareKind::GreaterEqual) &&
              int(te::CompareKind::Less) == int(graph::CompareKind::Less));
static_assert(int(te::ReduceKind::Or) == int(graph::ReduceKind::Or) &&
              int(te::ReduceKind::Max) == int(graph::ReduceKind::Max));

/// What a reduction of nothing gives.
TypedAttr initialOf(graph::ReduceKind kind, Type element) {
  bool isMax = kind == graph::ReduceKind::Max, isMin = kind == graph::ReduceKind::Min;
  bool isOne = kind == graph::ReduceKind::Prod || kind == graph::ReduceKind::And;
  if (isa<FloatType>(element)) {
    double infinity = std::numeric_limits<double>::infinity();
    return FloatAttr::get(element, isMax ? -infinity : isMin ? infinity : isOne ? 1.0 : 0.0);
  }
  unsigned width = element.getIntOrFloatBitWidth();
  bool isUnsigned = element.isUnsignedInteger();
  APInt value = isMax   ? (isUnsigned ? APInt::getMinValue(width) : APInt::getSignedMinValue(width))
                : isMin ? (isUnsigned ? APInt::getMaxValue(width) : APInt::getSignedMaxValue(width))
                        : APInt(width, isOne);
  return IntegerAttr::get(element, value);
}

class Stage {
public:
  Stage(Tracer &tracer, ArrayRef<const Node *> axes, ArrayRef<Fact> facts)
      : tracer(tracer), builder(tracer.builder), axes(axes), facts(facts) {}

  Value run(const Node &expression) {
    const bool reduces = expression.kind == NodeKind::Reduce;
    if (reduces)
      for (const Axis &axis : expression.axes) {
        if (llvm::is_contained(axes, axis.shared().get()))
          return tracer.fail(textOf(expression) + ": runs over '" + axis.name() + "' inside a reduction over it");
        axes.push_back(axis.shared().get());
      }
    for (const Node *axis : axes) {
      AffineExpr extent = tracer.extentOf(axis->operands[0].node());
      if (!extent)
        return nullptr;
      if (boundsOf(extent, tracer.dims).max < 0)
        return tracer.fail("the extent " + textOf(axis->operands[0].node()) + " of '" + axis->name + "' is negative");
      extents.push_back(extent);
    }
    Value result = scalarOf(reduces ? expression.operands[0].node() : expression);
    if (!result)
      return nullptr;
    return reduces ? finish(result, expression.axes.size(), kindOf(expression.reduce())) : finish(result, 0, {});
  }

private:
  Tracer &tracer;
  Compose &builder;
  SmallVector<const Node *> axes;
  SmallVector<Fact> facts; ///< of the branch at work
  SmallVector<AffineExpr> extents;
  SmallVector<Value> operands;
  SmallVector<SmallVector<AffineExpr>> maps;
  std::unique_ptr<Block> body = std::make_unique<Block>();
  /// What was built already, for the facts at work and those around them.
  SmallVector<llvm::DenseMap<const Node *, Value>> known = SmallVector<llvm::DenseMap<const Node *, Value>>(1);

  RankedTensorType scalarType(Type element) { return RankedTensorType::get({}, element); }

  /// Inserts into the body for its lifetime.
  struct InBody {
    OpBuilder::InsertionGuard guard;
    explicit InBody(Stage &stage) : guard(stage.builder) { stage.builder.setInsertionPointToEnd(stage.body.get()); }
  };

  Value finish(Value result, unsigned reductions, graph::ReduceKind kind) {
    Type element = cast<RankedTensorType>(result.getType()).getElementType();
    TypedAttr initial;
    if (reductions) {
      InBody inside(*this);
      Value running = body->addArgument(scalarType(element), builder.getLoc());
      result = BinaryOp::create(builder, combinerOf(kind), running, result);
      initial = initialOf(kind, element);
    }
    {
      InBody inside(*this);
      YieldOp::create(builder, result);
    }
    SmallVector<AffineMap> affineMaps;
    for (ArrayRef<AffineExpr> map : maps)
      affineMaps.push_back(AffineMap::get(axes.size(), symbolCountOf(map), map, builder.getContext()));
    auto type = makeTensorType(ArrayRef(extents).drop_back(reductions), element);
    auto compute = ComputeOp::create(builder, type, operands,
                                     AffineMap::get(0, symbolCountOf(extents), extents, builder.getContext()),
                                     uint64_t(reductions), builder.getAffineMapArrayAttr(affineMaps), initial);
    compute.getBody().push_back(body.release());
    return compute.getResult();
  }

  /// An element of a tensor as a scalar of the body.
  Value element(Value tensor, ArrayRef<AffineExpr> indices) {
    for (auto [i, operand] : llvm::enumerate(operands))
      if (operand == tensor && ArrayRef(maps[i]) == indices)
        return body->getArgument(i);
    operands.push_back(tensor);
    maps.emplace_back(indices.begin(), indices.end());
    return body->addArgument(scalarType(builder.elementOf(tensor)), builder.getLoc());
  }

  std::optional<unsigned> positionOf(const Node &axis) {
    auto at = llvm::find(axes, &axis);
    if (at != axes.end())
      return at - axes.begin();
    tracer.fail("'" + axis.name + "' is used outside " +
                (axis.isReduced ? "a reduction that runs over it" : "the compute it is an index of"));
    return std::nullopt;
  }

  //===- Scalars ------------------------------------------------------------------------------------------------===//

  Value scalarOf(const Node &node) {
    for (auto &scope : llvm::reverse(known))
      if (Value value = scope.lookup(&node))
        return value;
    Value value = built(node);
    if (value)
      known.back()[&node] = value;
    return value;
  }

  Value built(const Node &node) {
    switch (node.kind) {
    case NodeKind::Literal:
    case NodeKind::Failure:
      return tracer.fail(node.kind == NodeKind::Failure ? node.name : "a literal has no type");
    case NodeKind::Constant:
      return constant(node);
    case NodeKind::Axis: {
      auto position = positionOf(node);
      if (!position)
        return nullptr;
      auto type = makeTensorType(extents[*position], builder.getI32Type());
      return element(IotaOp::create(builder, type, 0), builder.getAffineDimExpr(*position));
    }
    case NodeKind::Var: {
      AffineExpr symbol = tracer.symbolOf(node);
      return symbol ? element(builder.cast(builder.extent(symbol), builder.getI32Type()), {}) : nullptr;
    }
    case NodeKind::Load:
      return load(node, nullptr);
    case NodeKind::Select:
      return select(node);
    case NodeKind::Reduce:
      return reduction(node);
    case NodeKind::Unary:
    case NodeKind::Binary:
    case NodeKind::Compare:
    case NodeKind::Cast:
      break;
    }
    SmallVector<Value, 2> values;
    for (const Expr &operand : node.operands) {
      values.push_back(scalarOf(operand.node()));
      if (!values.back())
        return nullptr;
    }
    InBody inside(*this);
    switch (node.kind) {
    case NodeKind::Unary:
      return UnaryOp::create(builder, kindOf(node.unary()), values[0]);
    case NodeKind::Binary:
      return BinaryOp::create(builder, kindOf(node.binary()), values[0], values[1]);
    case NodeKind::Compare:
      return CompareOp::create(builder, kindOf(node.compare()), values[0], values[1]);
    default:
      return CastOp::create(builder, scalarType(tracer.elementType(node.dtype)), values[0]);
    }
  }

  Value constant(const Node &node) {
    InBody inside(*this);
    return scalarConstant(node);
  }
  Value scalarConstant(const Node &node) {
    Type element = tracer.elementType(node.dtype);
    std::vector<char> bytes(byteWidth(element));
    if (node.isFloat)
      storeDouble(element, node.number, bytes.data());
    else
      storeInteger(element, node.integer, bytes.data());
    return makeConstant(builder, builder.getLoc(), scalarType(element), bytes);
  }

  Value reduction(const Node &node) {
    SmallVector<const Node *> outer = axesUsed(node, axes, facts);
    Value tensor = tracer.over(outer, node, facts);
    if (!tensor)
      return nullptr;
    SmallVector<AffineExpr> indices;
    for (const Node *axis : outer)
      indices.push_back(builder.getAffineDimExpr(*positionOf(*axis)));
    return element(tensor, indices);
  }

  Value inBranch(const Node &node, Fact fact) {
    facts.push_back(fact);
    known.emplace_back();
    Value value = scalarOf(node);
    known.pop_back();
    facts.pop_back();
    return value;
  }

  Value select(const Node &node) {
    const Node &condition = node.operands[0].node(), &onTrue = node.operands[1].node(),
               &onFalse = node.operands[2].node();
    // An element where it lies inside the tensor, else a constant: an element of the padded tensor.
    if (onTrue.kind == NodeKind::Load && onFalse.kind == NodeKind::Constant)
      if (Value padded = paddedLoad(onTrue, onFalse, {&condition, true}); padded || tracer.failed())
        return padded;
    if (onFalse.kind == NodeKind::Load && onTrue.kind == NodeKind::Constant)
      if (Value padded = paddedLoad(onFalse, onTrue, {&condition, false}); padded || tracer.failed())
        return padded;
    Value test = scalarOf(condition);
    Value a = test ? inBranch(onTrue, {&condition, true}) : Value();
    Value b = a ? inBranch(onFalse, {&condition, false}) : Value();
    if (!b)
      return nullptr;
    InBody inside(*this);
    return SelectOp::create(builder, test, a, b);
  }

  //===- Indices ------------------------------------------------------------------------------------------------===//

  /// The expression as an affine one over the axes and vars; none when it is something else.
  std::optional<AffineExpr> affine(const Node &node) {
    switch (node.kind) {
    case NodeKind::Constant:
      if (node.isFloat || (node.dtype == DType::U64 && node.integer < 0))
        return std::nullopt;
      return builder.getAffineConstantExpr(node.integer);
    case NodeKind::Axis: {
      auto at = llvm::find(axes, &node);
      if (at == axes.end())
        return std::nullopt;
      return builder.getAffineDimExpr(at - axes.begin());
    }
    case NodeKind::Var: {
      AffineExpr symbol = tracer.symbolOf(node);
      return symbol ? std::optional(symbol) : std::nullopt;
    }
    case NodeKind::Cast: // to a type that holds every index
      if (node.dtype == DType::I32 || node.dtype == DType::I64)
        return affine(node.operands[0].node());
      return std::nullopt;
    case NodeKind::Unary:
      if (auto x = node.unary() == te::UnaryKind::Neg ? affine(node.operands[0].node()) : std::nullopt)
        return -*x;
      return std::nullopt;
    case NodeKind::Binary:
      break;
    default:
      return std::nullopt;
    }
    auto a = affine(node.operands[0].node()), b = a ? affine(node.operands[1].node()) : std::nullopt;
    if (!b)
      return std::nullopt;
    Ranges ranges(extents, tracer.dims);
    switch (node.binary()) {
    case te::BinaryKind::Add:
      return normalise(*a + *b);
    case te::BinaryKind::Sub:
      return normalise(*a - *b);
    case te::BinaryKind::Mul:
      if (!a->isSymbolicOrConstant() && !b->isSymbolicOrConstant())
        return std::nullopt;
      return normalise(*a * *b);
    case te::BinaryKind::FloorDiv:
    case te::BinaryKind::FloorMod:
    case te::BinaryKind::Div:
    case te::BinaryKind::Rem: {
      // Of what is never negative, truncated and floored are the same, and what kernels compute.
      if (!b->isSymbolicOrConstant() || !ranges.isNonNegative(*b - 1) || !ranges.isNonNegative(*a))
        return std::nullopt;
      bool isQuotient = node.binary() == te::BinaryKind::FloorDiv || node.binary() == te::BinaryKind::Div;
      return normalise(isQuotient ? a->floorDiv(*b) : *a % *b);
    }
    default:
      return std::nullopt;
    }
  }

  /// What a fact says about affine expressions: none of the results is negative. Whether that is all it says.
  bool inequalities(Fact fact, SmallVectorImpl<AffineExpr> &results) {
    const Node &node = *fact.condition;
    if (node.kind == NodeKind::Unary && node.unary() == te::UnaryKind::Not)
      return inequalities({&node.operands[0].node(), !fact.holds}, results);
    if (node.kind == NodeKind::Binary && node.dtype == DType::Bool &&
        node.binary() == (fact.holds ? te::BinaryKind::And : te::BinaryKind::Or)) {
      bool all = inequalities({&node.operands[0].node(), fact.holds}, results);
      return inequalities({&node.operands[1].node(), fact.holds}, results) && all;
    }
    if (node.kind == NodeKind::Constant)
      return bool(node.integer) == fact.holds;
    if (node.kind != NodeKind::Compare)
      return false;
    auto a = affine(node.operands[0].node()), b = affine(node.operands[1].node());
    if (!a || !b)
      return false;
    te::CompareKind kind = node.compare();
    if (!fact.holds) {
      static constexpr te::CompareKind opposite[] = {te::CompareKind::NotEqual,     te::CompareKind::Equal,
                                                     te::CompareKind::GreaterEqual, te::CompareKind::Greater,
                                                     te::CompareKind::LessEqual,    te::CompareKind::Less};
      kind = opposite[unsigned(kind)];
    }
    switch (kind) {
    case te::CompareKind::Equal:
      results.push_back(*a - *b);
      results.push_back(*b - *a);
      return true;
    case te::CompareKind::NotEqual: { // above or below, where one of them cannot be
      Ranges ranges(extents, tracer.dims);
      if (ranges.isNonNegative(*a - *b))
        results.push_back(*a - *b - 1);
      else if (ranges.isNonNegative(*b - *a))
        results.push_back(*b - *a - 1);
      else
        return false;
      return true;
    }
    case te::CompareKind::Less:
      results.push_back(*b - *a - 1);
      return true;
    case te::CompareKind::LessEqual:
      results.push_back(*b - *a);
      return true;
    case te::CompareKind::Greater:
      results.push_back(*a - *b - 1);
      return true;
    case te::CompareKind::GreaterEqual:
      results.push_back(*a - *b);
      return true;
    }
    return false;
  }

  SmallVector<AffineExpr> inequalities() {
    SmallVector<AffineExpr> results;
    for (Fact fact : facts)
      (void)inequalities(fact, results);
    return results;
  }

  /// How far an index of one dimension leaves its tensor.
  struct Excess {
    bool isGuarded = false;    ///< only in points that conditions rule out
    int64_t low = 0, high = 0; ///< elements before and after
    bool isConstant = true;    ///< else low and high are not known
  };

  std::optional<Excess> excessOf(const Node &node, unsigned dim, AffineExpr index, AffineExpr extent,
                                 ArrayRef<AffineExpr> guards) {
    Ranges ranges(extents, tracer.dims);
    AffineExpr room = extent - 1 - index;
    bool isLowFine = ranges.isNonNegative(index), isHighFine = ranges.isNonNegative(room);
    if (isLowFine && isHighFine)
      return Excess();
    if (!ranges.isNonNegative(index, guards) || !ranges.isNonNegative(room, guards)) {
      tracer.fail(textOf(node) + ": the index " + tracer.toString(index, axes) + " of dimension " + Twine(dim) +
                  " may lie outside 0 <= index < " + tracer.toString(extent, {}) +
                  "; change the shape or put it into a select whose condition bounds it");
      return std::nullopt;
    }
    Excess excess{true};
    auto amount = [&](bool isFine, AffineExpr distance) -> int64_t {
      if (isFine)
        return 0;
      auto lowest = ranges.lowest(distance);
      auto constant = lowest ? constantOf(*lowest) : std::nullopt;
      constexpr int64_t most = 1 << 20; // a larger border is not worth its memory
      excess.isConstant &= constant && *constant >= -most;
      return constant ? std::max<int64_t>(-*constant, 0) : 0;
    };
    excess.low = amount(isLowFine, index);
    excess.high = amount(isHighFine, room);
    return excess;
  }

  //===- Elements of tensors ------------------------------------------------------------------------------------===//

  /// `tensor[index]` when `fact` holds, else `otherwise`, where that is an element of the tensor padded with it: the
  /// fact says no more and no less than that the indices are inside. Null, without an error, where it is not.
  Value paddedLoad(const Node &node, const Node &otherwise, Fact fact) {
    SmallVector<AffineExpr> said;
    if (!inequalities(fact, said))
      return nullptr;
    Value tensor = tracer.valueOf(*node.tensor);
    if (!tensor)
      return nullptr;
    Ranges ranges(extents, tracer.dims);
    SmallVector<AffineExpr> needed;
    for (auto [index, extent] : llvm::zip(node.operands, builder.extentsOf(tensor))) {
      auto at = affine(index.node());
      if (!at)
        return nullptr;
      for (AffineExpr inside : {*at, extent - 1 - *at})
        if (!ranges.isNonNegative(inside))
          needed.push_back(normalise(inside));
    }
    for (AffineExpr &inequality : said)
      inequality = normalise(inequality);
    for (AffineExpr inside : needed)
      if (!llvm::is_contained(said, inside))
        return nullptr;
    for (AffineExpr inequality : said)
      if (!llvm::is_contained(needed, inequality) && !ranges.isNonNegative(inequality))
        return nullptr;
    facts.push_back(fact);
    Value value = load(node, &otherwise);
    facts.pop_back();
    return value;
  }

  /// \param border  what elements outside are, when they matter: only padding is tried then.
  Value load(const Node &node, const Node *border) {
    Value tensor = tracer.valueOf(*node.tensor);
    if (!tensor)
      return nullptr;
    SmallVector<AffineExpr> shape = builder.extentsOf(tensor), guards = inequalities();
    unsigned rank = shape.size();
    SmallVector<AffineExpr> indices(rank);
    SmallVector<int64_t> low(rank), high(rank), gathered;
    for (auto [i, operand] : llvm::enumerate(node.operands)) {
      auto index = affine(operand.node());
      if (tracer.failed())
        return nullptr;
      if (!index) {
        gathered.push_back(i);
        continue;
      }
      auto excess = excessOf(node, i, *index, shape[i], guards);
      if (!excess)
        return nullptr;
      if (!excess->isConstant) {
        if (border)
          return nullptr;
        gathered.push_back(i);
        continue;
      }
      low[i] = excess->low;
      high[i] = excess->high;
      indices[i] = normalise(*index + excess->low);
    }
    if (llvm::any_of(low, [](int64_t n) { return n > 0; }) || llvm::any_of(high, [](int64_t n) { return n > 0; })) {
      Value value = border ? scalarConstant(*border) : builder.scalar(builder.elementOf(tensor), 0);
      tensor = builder.pad(tensor, value, low, high);
    }
    return gathered.empty() ? element(tensor, indices) : gather(node, tensor, indices, gathered);
  }

  /// The index of one dimension as a tensor over the axes it depends on, of a type that gather takes.
  Value indexTensor(const Node &index, ArrayRef<const Node *> over) {
    Value tensor = tracer.over(over, index, facts);
    if (!tensor || index.dtype == DType::I32 || index.dtype == DType::I64)
      return tensor;
    return builder.cast(tensor, builder.getI64Type());
  }

  /// An element whose indices along the dimensions `gathered` are computed; `indices` holds the others.
  Value gather(const Node &node, Value tensor, SmallVector<AffineExpr> indices, ArrayRef<int64_t> gathered) {
    SmallVector<const Node *> over;
    for (const Node *axis : axes)
      if (llvm::any_of(gathered, [&](int64_t dim) {
            return llvm::is_contained(axesUsed(node.operands[dim].node(), axes, facts), axis);
          }))
        over.push_back(axis);
    SmallVector<AffineExpr> own;
    for (const Node *axis : over)
      own.push_back(builder.getAffineDimExpr(*positionOf(*axis)));

    int64_t dim = gathered[0];
    Value at;
    if (gathered.size() == 1) {
      at = indexTensor(node.operands[dim].node(), over);
    } else {
      // Several: one index into those dimensions taken together, each put inside its own first.
      SmallVector<int64_t> order(gathered);
      for (int64_t i = 0, rank = builder.rankOf(tensor); i < rank; ++i)
        if (!llvm::is_contained(gathered, i))
          order.push_back(i);
      SmallVector<AffineExpr> shape = builder.extentsOf(tensor), flat{builder.getAffineConstantExpr(1)}, rest;
      for (int64_t g : gathered) {
        Value index = indexTensor(node.operands[g].node(), over);
        if (!index)
          return nullptr;
        index = builder.cast(index, builder.getI64Type());
        Value extent = builder.extent(shape[g]), zero = builder.scalar(builder.getI64Type(), 0);
        Value wrapped =
            builder.select(builder.compare(graph::CompareKind::Less, index, zero), builder.add(index, extent), index);
        wrapped = builder.maximum(
            builder.minimum(wrapped, builder.sub(extent, builder.scalar(builder.getI64Type(), 1))), zero);
        at = at ? builder.add(builder.mul(at, extent), wrapped) : wrapped;
        flat[0] = flat[0] * shape[g];
      }
      tensor = builder.transpose(tensor, order);
      for (size_t i = gathered.size(); i < order.size(); ++i) {
        flat.push_back(shape[order[i]]);
        rest.push_back(indices[order[i]]);
      }
      tensor = builder.reshape(tensor, flat);
      indices.assign({AffineExpr()});
      llvm::append_range(indices, rest);
      dim = 0;
    }
    if (!at)
      return nullptr;
    Value result = builder.gather(tensor, at, dim);
    if (!result)
      return nullptr;
    SmallVector<AffineExpr> map(indices.begin(), indices.begin() + dim);
    llvm::append_range(map, own);
    map.append(indices.begin() + dim + 1, indices.end());
    return element(result, map);
  }
};

} // namespace

Value Tracer::over(ArrayRef<const Node *> axes, const Node &expression, ArrayRef<Fact> facts) {
  // What was computed under no condition can be read everywhere.
  std::pair key{&expression, std::vector<const Node *>(axes.begin(), axes.end())};
  if (auto found = reductions.find(key); found != reductions.end())
    return found->second;
  Value value = Stage(*this, axes, facts).run(expression);
  if (facts.empty())
    reductions[key] = value;
  return value;
}

namespace {
/// The axes an expression depends on: those it reads and does not run over itself.
struct FreeAxes {
  using Set = llvm::SmallDenseSet<const Node *, 4>;
  llvm::DenseMap<const Node *, Set> known;
  bool hasLoads = false;

  const Set &of(const Node &node) {
    if (auto found = known.find(&node); found != known.end())
      return found->second;
    Set set;
    hasLoads |= node.kind == NodeKind::Load;
    if (node.kind == NodeKind::Axis)
      set.insert(&node);
    else // the extent of an axis has none
      for (const Expr &operand : node.operands) {
        const Set &inner = of(operand.node());
        set.insert(inner.begin(), inner.end());
      }
    for (const Axis &axis : node.axes)
      set.erase(axis.shared().get());
    return known[&node] = std::move(set);
  }
};
} // namespace

SmallVector<const Node *> axesUsed(const Node &expression, ArrayRef<const Node *> all, ArrayRef<Fact> facts) {
  FreeAxes free;
  FreeAxes::Set axes = free.of(expression);
  if (free.hasLoads) // whose indices may be inside thanks to a condition on these
    for (Fact fact : facts) {
      const FreeAxes::Set &more = free.of(*fact.condition);
      axes.insert(more.begin(), more.end());
    }
  for (const Axis &axis : expression.axes)
    axes.erase(axis.shared().get());
  SmallVector<const Node *> used;
  for (const Node *axis : all)
    if (axes.contains(axis))
      used.push_back(axis);
  return used;
}

} // namespace wasmind::te
