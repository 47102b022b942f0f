//===- Reductions.cpp ---------------------------------------------------------------------------------------------===//
#include "compiler/loops/Reductions.h"
#include "compiler/loops/Math.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include <limits>

using namespace mlir;
using namespace wasmind::graph;

namespace wasmind::loops {

ReductionLoop clippedLoop(Emitter &e, AffineExpr out, const SlidingDim &dim) {
  Value zero = e.i32(0), size = e.index(dim.size);
  if (dim.isInside())
    return {zero, size};
  AffineExpr first = dim.at(out, e.constantIndex(0));
  auto divideUp = [&](Value value) -> Value {
    value = arith::MaxSIOp::create(e, value, zero);
    if (isOne(dim.dilation))
      return value;
    return arith::DivUIOp::create(e, arith::AddIOp::create(e, value, e.index(normalise(dim.dilation - 1))),
                                  e.index(dim.dilation));
  };
  Value low = divideUp(e.index(normalise(-first)));
  Value high = arith::MinSIOp::create(e, divideUp(e.index(normalise(dim.extent - first))), size);
  return {low, arith::MaxSIOp::create(e, low, high)};
}

namespace {

/// acc = step(acc, k indices) over nested loops.
Value emitNest(Emitter &e, ArrayRef<ReductionLoop> loops, Value start,
               function_ref<Value(Value, ArrayRef<AffineExpr>)> step) {
  Indices indices;
  std::function<Value(unsigned, Value)> nest = [&](unsigned depth, Value running) -> Value {
    if (depth == loops.size())
      return step(running, indices);
    return e.loop(loops[depth].low, loops[depth].high, 1, running, [&](AffineExpr k, ArrayRef<Value> carried) {
      indices.push_back(k);
      Value next = nest(depth + 1, carried[0]);
      indices.pop_back();
      return SmallVector<Value>{next};
    })[0];
  };
  return nest(0, start);
}

/// Windows of at most this many elements are unrolled where they lie wholly inside the input.
constexpr int64_t unrolledWindow = 25;

/// The same over windows: straight code where it is known how many elements they have and none is absent, loops
/// elsewhere.
Value emitWindowNest(Emitter &e, ArrayRef<ReductionLoop> loops, ArrayRef<SlidingDim> dims, Value start,
                     function_ref<Value(Value, ArrayRef<AffineExpr>)> step) {
  int64_t count = 1;
  SmallVector<int64_t> sizes;
  for (const SlidingDim &dim : dims) {
    auto size = constantOf(dim.size);
    if (!size || (count *= *size) > unrolledWindow)
      return emitNest(e, loops, start, step);
    sizes.push_back(*size);
  }
  auto straight = [&] {
    Value running = start;
    for (int64_t i = 0; i < count; ++i) {
      Indices k(sizes.size());
      int64_t rest = i;
      for (int64_t d = int64_t(sizes.size()) - 1; d >= 0; --d) {
        k[d] = e.constantIndex(rest % sizes[d]);
        rest /= sizes[d];
      }
      running = step(running, k);
    }
    return running;
  };
  Value whole;
  for (auto [loop, dim, size] : llvm::zip(loops, dims, sizes)) {
    if (dim.isInside())
      continue;
    Value length = arith::SubIOp::create(e, loop.high, loop.low);
    Value all = arith::CmpIOp::create(e, arith::CmpIPredicate::eq, length, e.i32(size));
    whole = whole ? arith::AndIOp::create(e, whole, all).getResult() : all;
  }
  if (!whole)
    return straight();
  return e.choose(whole, straight, [&] { return emitNest(e, loops, start, step); });
}

Value asElement(Emitter &e, Value value, Type from, Type to) {
  auto wide = [&](Type type) { return type.isF16() || type.isBF16() ? Type(e.getF32Type()) : type; };
  return emitCast(e, value, wide(from), wide(to));
}

Value multiplyAdd(Emitter &e, Value a, Value b, Value running, Type element) {
  if (running.getType() == VectorType::get(4, e.getF32Type()) ||
      (isa<VectorType>(running.getType()) && getElementTypeOrSelf(running.getType()).isF32()))
    return vector::FMAOp::create(e, a, b, running);
  Value product = emitBinary(e, BinaryKind::Mul, a, b, isUnsigned(element));
  return emitBinary(e, BinaryKind::Add, running, product, isUnsigned(element));
}

bool dependsOn(ArrayRef<AffineExpr> indices, Lanes lanes) {
  return lanes.count > 1 && llvm::any_of(indices, [&](AffineExpr e) { return e.isFunctionOfDim(lanes.variable); });
}

/// Evaluates lane by lane where lanes would need different loop bounds or divided indices.
Value byLanes(Emitter &e, ArrayRef<AffineExpr> indices, Lanes lanes, function_ref<Value(ArrayRef<AffineExpr>)> scalar) {
  SmallVector<Value> elements;
  for (unsigned lane = 0; lane < lanes.count; ++lane) {
    Indices at;
    for (AffineExpr index : indices)
      at.push_back(normalise(index.replace(getAffineDimExpr(lanes.variable, e.getContext()),
                                           getAffineDimExpr(lanes.variable, e.getContext()) + lane)));
    elements.push_back(scalar(at));
  }
  return vector::FromElementsOp::create(e, VectorType::get(lanes.count, elements[0].getType()), elements);
}

Value emitReduce(Emitter &e, ReduceOp reduce, ArrayRef<AffineExpr> indices, Lanes lanes) {
  SmallVector<AffineExpr> extents = getExtents(reduce.getInput().getType());
  Type element = elementOf(reduce.getInput());
  SmallVector<ReductionLoop> loops;
  for (int64_t dim : reduce.getDims())
    loops.push_back({e.i32(0), e.index(extents[dim])});
  Value start = e.splat(initialValue(e, reduce.getKind(), element), lanes.count);
  return emitNest(e, loops, start, [&](Value running, ArrayRef<AffineExpr> k) {
    Indices at(extents.size());
    for (auto [dim, index] : llvm::zip(reduce.getDims(), k))
      at[dim] = index;
    unsigned next = 0;
    for (AffineExpr &index : at)
      if (!index)
        index = indices[next++];
    return combine(e, reduce.getKind(), running, e.evaluate(reduce.getInput(), at, lanes), element);
  });
}

Value emitContract(Emitter &e, ContractOp contract, ArrayRef<AffineExpr> indices, Lanes lanes) {
  SmallVector<AffineExpr> lhsExtents = getExtents(contract.getLhs().getType()),
                          rhsExtents = getExtents(contract.getRhs().getType());
  Type element = elementOf(contract.getResult());
  SmallVector<ReductionLoop> loops;
  for (int64_t dim : contract.getLhsContract())
    loops.push_back({e.i32(0), e.index(lhsExtents[dim])});
  Value start = e.splat(initialValue(e, ReduceKind::Sum, element), lanes.count);
  return emitNest(e, loops, start, [&](Value running, ArrayRef<AffineExpr> k) {
    unsigned next = contract.getLhsBatch().size();
    auto place = [&](size_t rank, ArrayRef<int64_t> batch, ArrayRef<int64_t> contracted) {
      Indices at(rank);
      for (auto [i, dim] : llvm::enumerate(batch))
        at[dim] = indices[i];
      for (auto [dim, index] : llvm::zip(contracted, k))
        at[dim] = index;
      for (AffineExpr &index : at)
        if (!index)
          index = indices[next++];
      return at;
    };
    Indices lhsAt = place(lhsExtents.size(), contract.getLhsBatch(), contract.getLhsContract());
    Indices rhsAt = place(rhsExtents.size(), contract.getRhsBatch(), contract.getRhsContract());
    Value a = asElement(e, e.evaluate(contract.getLhs(), lhsAt, lanes), elementOf(contract.getLhs()), element);
    Value b = asElement(e, e.evaluate(contract.getRhs(), rhsAt, lanes), elementOf(contract.getRhs()), element);
    return multiplyAdd(e, a, b, running, element);
  });
}

Value emitConvolve(Emitter &e, ConvolveOp convolve, ArrayRef<AffineExpr> indices, Lanes lanes) {
  SmallVector<AffineExpr> input = getExtents(convolve.getInput().getType()),
                          weights = getExtents(convolve.getWeights().getType());
  size_t spatial = input.size() - 2;
  AffineExpr groups = convolve.getGroupCount(), perGroup = *divideExactly(weights.back(), groups); // outputs
  bool divided = !isOne(groups) && !isOne(perGroup);
  if (dependsOn(indices.slice(1, spatial), lanes) || (divided && dependsOn(indices.back(), lanes)))
    return byLanes(e, indices, lanes, [&](ArrayRef<AffineExpr> at) { return emitConvolve(e, convolve, at, {}); });
  Type element = elementOf(convolve.getResult());
  SmallVector<AffineExpr> highPads = convolve.getHighPads();
  SmallVector<SlidingDim> dims;
  SmallVector<ReductionLoop> loops;
  for (size_t i = 0; i < spatial; ++i) {
    dims.push_back({weights[i], convolve.getStrides().getResult(i), convolve.getPadLow().getResult(i), highPads[i],
                    convolve.getDilations().getResult(i), input[i + 1]});
    loops.push_back(clippedLoop(e, indices[i + 1], dims[i]));
  }
  bool single = isOne(weights[spatial]);
  if (!single)
    loops.push_back({e.i32(0), e.index(weights[spatial])});
  Value start = e.splat(initialValue(e, ReduceKind::Sum, element), lanes.count);
  AffineExpr group = isOne(groups)     ? e.constantIndex(0)
                     : isOne(perGroup) ? indices.back()
                                       : indices.back().floorDiv(perGroup);
  auto step = [&](Value running, ArrayRef<AffineExpr> k) {
    Indices in{indices[0]}, w;
    for (size_t i = 0; i < spatial; ++i) {
      in.push_back(dims[i].at(indices[i + 1], k[i]));
      w.push_back(k[i]);
    }
    in.push_back(single ? group : group * weights[spatial] + k[spatial]);
    w.push_back(single ? e.constantIndex(0) : k[spatial]);
    w.push_back(indices.back());
    Value a = asElement(e, e.evaluate(convolve.getInput(), in, lanes), elementOf(convolve.getInput()), element);
    Value b = asElement(e, e.evaluate(convolve.getWeights(), w, lanes), elementOf(convolve.getWeights()), element);
    return multiplyAdd(e, a, b, running, element);
  };
  return single ? emitWindowNest(e, loops, dims, start, step) : emitNest(e, loops, start, step);
}

Value emitWindow(Emitter &e, WindowOp window, ArrayRef<AffineExpr> indices, Lanes lanes) {
  SmallVector<AffineExpr> input = getExtents(window.getInput().getType()), highPads = window.getHighPads();
  SmallVector<unsigned> sliding;
  SmallVector<SlidingDim> dims;
  for (unsigned i = 0; i < input.size(); ++i) {
    SlidingDim dim{window.getSizes().getResult(i),     window.getStrides().getResult(i),
                   window.getPadLow().getResult(i),    highPads[i],
                   window.getDilations().getResult(i), input[i]};
    if (isOne(dim.size) && constantOf(dim.padLow) == 0 && dim.isInside())
      continue;
    sliding.push_back(i);
    dims.push_back(dim);
  }
  for (unsigned i : sliding)
    if (dependsOn(indices[i], lanes))
      return byLanes(e, indices, lanes, [&](ArrayRef<AffineExpr> at) { return emitWindow(e, window, at, {}); });
  Type element = elementOf(window.getInput());
  SmallVector<ReductionLoop> loops;
  for (auto [i, dim] : llvm::zip(sliding, dims))
    loops.push_back(clippedLoop(e, indices[i], dim));
  Value start = e.splat(initialValue(e, window.getKind(), element), lanes.count);
  return emitWindowNest(e, loops, dims, start, [&](Value running, ArrayRef<AffineExpr> k) {
    Indices at;
    for (unsigned i = 0; i < input.size(); ++i)
      at.push_back(indices[i] * window.getStrides().getResult(i));
    for (auto [i, dim, index] : llvm::zip(sliding, dims, k))
      at[i] = dim.at(indices[i], index);
    return combine(e, window.getKind(), running, e.evaluate(window.getInput(), at, lanes), element);
  });
}

} // namespace

Value initialValue(Emitter &e, ReduceKind kind, Type element) {
  Type type = registerType(element);
  if (isa<FloatType>(type)) {
    double infinity = std::numeric_limits<double>::infinity();
    double value = kind == ReduceKind::Prod  ? 1.0
                   : kind == ReduceKind::Max ? -infinity
                   : kind == ReduceKind::Min ? infinity
                                             : 0.0;
    return e.floatConstant(value, type);
  }
  unsigned width = type.getIntOrFloatBitWidth();
  APInt value = APInt::getZero(width);
  switch (kind) {
  case ReduceKind::Sum:
  case ReduceKind::Or:
    break;
  case ReduceKind::Prod:
  case ReduceKind::And:
    value = APInt(width, 1);
    break;
  case ReduceKind::Max:
    value = isUnsigned(element) ? APInt::getMinValue(width) : APInt::getSignedMinValue(width);
    break;
  case ReduceKind::Min:
    value = isUnsigned(element) ? APInt::getMaxValue(width) : APInt::getSignedMaxValue(width);
    break;
  }
  return arith::ConstantOp::create(e, e.getIntegerAttr(type, value));
}

Value combine(Emitter &e, ReduceKind kind, Value a, Value b, Type element) {
  static constexpr BinaryKind kinds[] = {BinaryKind::Add, BinaryKind::Mul, BinaryKind::Max,
                                         BinaryKind::Min, BinaryKind::And, BinaryKind::Or};
  if (isa<VectorType>(a.getType()) && isa<FloatType>(getElementTypeOrSelf(a.getType()))) {
    if (kind == ReduceKind::Max)
      return emitMaxOrNaN(e, a, b);
    if (kind == ReduceKind::Min)
      return emitMinOrNaN(e, a, b);
  }
  return emitBinary(e, kinds[unsigned(kind)], a, b, isUnsigned(element));
}

Value combineLanes(Emitter &e, ReduceKind kind, Value vector, Type element) {
  int64_t lanes = cast<VectorType>(vector.getType()).getNumElements();
  while (lanes > 4) { // halves
    SmallVector<int64_t> low, high;
    for (int64_t i = 0; i < lanes / 2; ++i) {
      low.push_back(i);
      high.push_back(lanes / 2 + i);
    }
    Value a = vector::ShuffleOp::create(e, vector, vector, low), b = vector::ShuffleOp::create(e, vector, vector, high);
    vector = combine(e, kind, a, b, element);
    lanes /= 2;
  }
  // Whole registers to the end: narrower vectors would be widened and split again.
  vector =
      combine(e, kind, vector, vector::ShuffleOp::create(e, vector, vector, ArrayRef<int64_t>{2, 3, 0, 1}), element);
  vector =
      combine(e, kind, vector, vector::ShuffleOp::create(e, vector, vector, ArrayRef<int64_t>{1, 0, 3, 2}), element);
  return vector::ExtractOp::create(e, vector, int64_t(0));
}

Value reduceInVectors(Emitter &e, ReduceKind kind, Type element, AffineExpr length,
                      function_ref<Value(AffineExpr, Lanes)> at) {
  auto constant = constantOf(length);
  Value low = e.i32(0), all = e.index(length);
  Value result = initialValue(e, kind, element);
  for (unsigned lanes : {16u, 4u, 1u}) {
    Value high = constant     ? e.i32(*constant / lanes * lanes)
                 : lanes == 1 ? all
                              : arith::AndIOp::create(e, all, e.i32(-int64_t(lanes))).getResult();
    if (constant) {
      int64_t begin = lanes == 16 ? 0 : *constant / (lanes * 4) * (lanes * 4);
      if (begin == *constant / lanes * lanes)
        continue;
      low = e.i32(begin);
    }
    Value start = lanes == 1 ? result : e.splat(initialValue(e, kind, element), lanes);
    Value sum = e.loop(low, high, lanes, start, [&](AffineExpr i, ArrayRef<Value> carried) {
      return SmallVector<Value>{combine(e, kind, carried[0], at(i, {lanes, e.variableOf(i)}), element)};
    })[0];
    result = lanes == 1 ? sum : combine(e, kind, result, combineLanes(e, kind, sum, element), element);
    low = high;
  }
  return result;
}

uint64_t operationsOf(ProgramBuilder &program, Operation *op) {
  auto elements = [&](Value tensor) { return program.boundedElements(tensor.getType()); };
  auto times = [&](uint64_t count, ArrayRef<AffineExpr> extents) {
    for (AffineExpr extent : extents)
      count *= program.bound(extent);
    return count;
  };
  if (isa<UnaryOp, BinaryOp, CompareOp, SelectOp>(op))
    return elements(op->getResult(0));
  if (isa<ReduceOp, ArgReduceOp, ScanOp, TopKOp>(op))
    return elements(op->getOperand(0));
  if (auto contract = dyn_cast<ContractOp>(op)) {
    SmallVector<AffineExpr> extents = getExtents(contract.getLhs().getType());
    return times(2 * elements(contract.getResult()),
                 llvm::map_to_vector(contract.getLhsContract(), [&](int64_t dim) { return extents[dim]; }));
  }
  if (auto convolve = dyn_cast<ConvolveOp>(op))
    return times(2 * elements(convolve.getResult()), ArrayRef(getExtents(convolve.getWeights().getType())).drop_back());
  if (auto window = dyn_cast<WindowOp>(op))
    return times(elements(window.getResult()), window.getSizes().getResults());
  if (auto compute = dyn_cast<ComputeOp>(op))
    return times(elements(compute.getResult()),
                 ArrayRef(cast<StructuredOp>(op).getDomain()).take_back(cast<StructuredOp>(op).getReductionCount()));
  if (auto scatter = dyn_cast<ScatterOp>(op))
    return scatter.getKind() == ScatterKind::Set ? 0 : elements(scatter.getUpdates());
  return 0;
}

LogicalResult defineAnchor(KernelContext &context, Operation *anchor) {
  Emitter &e = context.emitter;
  if (auto convolve = dyn_cast<ConvolveOp>(anchor); convolve && convolve.getTransposed())
    return context.fail("a transposed convolution must have been expanded by the graph stage");
  auto compute = [&e, anchor](ArrayRef<AffineExpr> indices, Lanes lanes) -> Value {
    if (auto reduce = dyn_cast<ReduceOp>(anchor))
      return emitReduce(e, reduce, indices, lanes);
    if (auto contract = dyn_cast<ContractOp>(anchor))
      return emitContract(e, contract, indices, lanes);
    if (auto convolve = dyn_cast<ConvolveOp>(anchor))
      return emitConvolve(e, convolve, indices, lanes);
    return emitWindow(e, cast<WindowOp>(anchor), indices, lanes);
  };
  e.define(anchor->getResult(0), [&e, anchor, compute](ArrayRef<AffineExpr> indices, Lanes lanes) {
    return e.rounded(compute(indices, lanes), elementOf(anchor->getResult(0)));
  });
  return success();
}

} // namespace wasmind::loops
