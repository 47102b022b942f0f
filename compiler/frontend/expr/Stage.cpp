//===- Stage.cpp - one formula over its axes as one graph.compute ------------------------------------------------===//
#include "compiler/frontend/expr/Stage.h"
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

} // namespace

Value Stage::run(const Node &expression) {
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
    Interval bounds = boundsOf(extent, tracer.dims);
    if (bounds.max < 0 || bounds.min > std::numeric_limits<int32_t>::max())
      return tracer.fail("the extent " + textOf(axis->operands[0].node()) + " of '" + axis->name + "' is " +
                         (bounds.max < 0 ? "negative" : "larger than 2^31 - 1"));
    extents.push_back(extent);
  }
  Value result = scalarOf(reduces ? expression.operands[0].node() : expression);
  if (!result)
    return nullptr;
  return reduces ? finish(result, expression.axes.size(), kindOf(expression.reduce())) : finish(result, 0, {});
}

Value Stage::finish(Value result, unsigned reductions, graph::ReduceKind kind) {
  Type element = cast<RankedTensorType>(result.getType()).getElementType();
  TypedAttr initial;
  if (reductions) {
    InBody inside(*this);
    // Sums of halves are f32, rounded at the end; of two extremes one is the result.
    bool isHalf = element.isF16() || element.isBF16();
    Type kept = isHalf ? Type(builder.getF32Type()) : element;
    Value running = body->addArgument(scalarType(kept), builder.getLoc());
    if (isHalf)
      result = CastOp::create(builder, scalarType(kept), result);
    result = BinaryOp::create(builder, combinerOf(kind), running, result);
    initial = initialOf(kind, kept);
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

Value Stage::element(Value tensor, ArrayRef<AffineExpr> indices) {
  for (auto [i, operand] : llvm::enumerate(operands))
    if (operand == tensor && ArrayRef(maps[i]) == indices)
      return body->getArgument(i);
  operands.push_back(tensor);
  maps.emplace_back(indices.begin(), indices.end());
  return body->addArgument(scalarType(builder.elementOf(tensor)), builder.getLoc());
}

std::optional<unsigned> Stage::positionOf(const Node &axis) {
  auto at = llvm::find(axes, &axis);
  if (at != axes.end())
    return at - axes.begin();
  tracer.fail("'" + axis.name + "' is used outside " +
              (axis.isReduced ? "a reduction that runs over it" : "the compute it is an index of"));
  return std::nullopt;
}

Value Stage::scalarOf(const Node &node) {
  for (auto &scope : llvm::reverse(known))
    if (Value value = scope.lookup(&node))
      return value;
  Value value = built(node);
  if (value)
    known.back()[&node] = value;
  return value;
}

Value Stage::built(const Node &node) {
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

Value Stage::constant(const Node &node) {
  InBody inside(*this);
  return scalarConstant(node);
}

Value Stage::scalarConstant(const Node &node) {
  Type element = tracer.elementType(node.dtype);
  std::vector<char> bytes(byteWidth(element));
  if (node.isFloat)
    storeDouble(element, node.number, bytes.data());
  else
    storeInteger(element, node.integer, bytes.data());
  return makeConstant(builder, builder.getLoc(), scalarType(element), bytes);
}

Value Stage::reduction(const Node &node) {
  SmallVector<const Node *> outer = axesUsed(node, axes, facts);
  Value tensor = tracer.over(outer, node, facts);
  if (!tensor)
    return nullptr;
  SmallVector<AffineExpr> indices;
  for (const Node *axis : outer)
    indices.push_back(builder.getAffineDimExpr(*positionOf(*axis)));
  return element(tensor, indices);
}

Value Stage::inBranch(const Node &node, Fact fact) {
  facts.push_back(fact);
  known.emplace_back();
  Value value = scalarOf(node);
  known.pop_back();
  facts.pop_back();
  return value;
}

Value Stage::select(const Node &node) {
  const Node &condition = node.operands[0].node(), &onTrue = node.operands[1].node(),
             &onFalse = node.operands[2].node();
  // An element where it lies inside the tensor, else a constant: an element of the padded tensor.
  for (bool holds : {true, false}) {
    const Node &element = holds ? onTrue : onFalse, &border = holds ? onFalse : onTrue;
    if (element.kind != NodeKind::Load || border.kind != NodeKind::Constant)
      continue;
    Value padded = paddedLoad(element, border, {&condition, holds});
    if (!padded && !tracer.failed())
      padded = dilatedLoad(element, border, {&condition, holds});
    if (padded || tracer.failed())
      return padded;
  }
  Value test = scalarOf(condition);
  Value a = test ? inBranch(onTrue, {&condition, true}) : Value();
  Value b = a ? inBranch(onFalse, {&condition, false}) : Value();
  if (!b)
    return nullptr;
  InBody inside(*this);
  return SelectOp::create(builder, test, a, b);
}

Value Tracer::over(ArrayRef<const Node *> axes, const Node &expression, ArrayRef<Fact> facts) {
  // What was computed under no condition can be read everywhere.
  std::pair key{&expression, std::vector<const Node *>(axes.begin(), axes.end())};
  if (auto found = reductions.find(key); found != reductions.end())
    return found->second;
  constexpr unsigned mostNested = 64;
  if (nesting == mostNested)
    return fail("reductions and computed indices are nested more than " + Twine(mostNested) +
                " deep; split the formula into several computes");
  ++nesting;
  Value value = Stage(*this, axes, facts).run(expression);
  --nesting;
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
