//===- JoinParts.cpp - concatenations whose parts are computed where they belong ----------------------------------===//
#include "compiler/loops/Images.h"
#include "compiler/loops/LoopsOps.h"
#include "compiler/loops/Passes.h"
#include "compiler/loops/Storage.h"

using namespace mlir;
using namespace wasmind::graph;

namespace wasmind::loops {
#define GEN_PASS_DEF_JOINPARTS
#include "compiler/loops/LoopsPasses.h.inc"

namespace {

class Joiner {
public:
  Joiner(ConcatOp concat, const Dims &dims) : concat(concat), dims(dims), dim(concat.getDim()) {}

  /// Replaces the concatenation where that saves copies.
  void run() {
    if (!isPlaceKnown() || stateOf(concat.getInputs().front())) // a state that grows keeps its rows where they are
      return;
    SmallVector<Value> parts(concat.getInputs());
    SmallVector<unsigned> copies; // parts for which a kernel is left that copies
    double saved = 0, copied = 0; // elements
    AffineExpr start = getAffineConstantExpr(0, concat.getContext());
    for (auto [i, part] : llvm::enumerate(parts)) {
      const double count = double(boundedElementCount(part.getType(), dims).value_or(0));
      if (!canBePart(part, start))
        copies.push_back(i);
      (isCopiedFromMemory(part) && !llvm::is_contained(copies, i) ? saved : copied) += count;
      start = normalise(start + getExtents(part.getType())[dim]);
    }
    if (saved == 0 || (saved < copied && copies.size() > 1))
      return;
    OpBuilder builder(concat);
    for (unsigned i : copies)
      parts[i] = BroadcastOp::create(builder, concat.getLoc(), parts[i].getType(), parts[i]);
    auto join = JoinOp::create(builder, concat.getLoc(), concat.getType(), parts, dim);
    concat.replaceAllUsesWith(join.getResult());
    concat.erase();
  }

private:
  ConcatOp concat;
  const Dims &dims;
  const uint64_t dim;

  /// Where a part begins, and its strides, must be known when it is computed.
  bool isPlaceKnown() {
    return llvm::all_of(getExtents(concat.getType()),
                        [&](AffineExpr extent) { return lastMeasured(extent, dims) < 0; });
  }

  /// The element offset of the part's `indices`.
  AffineExpr flatOf(AffineExpr start, ArrayRef<AffineExpr> indices) {
    Indices at(indices);
    at[dim] = at[dim] + start;
    return flatOffset(concat.getResult(), at);
  }

  bool canBePart(Value part, AffineExpr start) {
    Indices indices = identityIndices(part.getType());
    Value computed = part;
    if (auto reshape = part.getDefiningOp<ReshapeOp>()) { // another name of memory, should it not be fused
      computed = reshape.getInput();
      auto merged = mergedIndices(reshape, identityIndices(computed.getType()));
      if (!merged || !part.hasOneUse() || !computed.hasOneUse())
        return false;
      indices = *merged;
    }
    Operation *producer = computed.getDefiningOp();
    if (!producer || producer->getBlock() != concat->getBlock() || computed != producer->getResult(0) ||
        isa<ReshapeOp>(producer))
      return false;
    const AffineExpr flat = flatOf(start, indices);
    const bool isProduct = isa<ContractOp, ConvolveOp>(producer);
    if (isProduct ? !stepsAsMatrix(producer, flat)
                  : !isPointwise(producer) && !isa<WindowOp, ReduceOp, ConcatOp, PadOp, ComputeOp>(producer))
      return false;
    return llvm::count(concat.getInputs(), part) == 1 &&
           llvm::all_of(part.getUsers(), [&](Operation *user) { return user == concat || reads(user, part, flat); });
  }

  /// Whether an operation can read a tensor in memory whose elements lie at `flat`.
  bool reads(Operation *user, Value part, AffineExpr flat) {
    if (user->getBlock() != concat->getBlock())
      return false;
    if (auto convolve = dyn_cast<ConvolveOp>(user))
      return convolve.getWeights() != part && pixelsAt(flat, getExtents(part.getType()));
    if (auto slice = dyn_cast<SliceOp>(user))
      return llvm::all_of(slice->getUsers(),
                          [](Operation *next) { return takesElements(next) || isa<ConvolveOp>(next); });
    return takesElements(user);
  }
  static bool takesElements(Operation *op) { return isElementwise(op) || isa<WindowOp, ReduceOp, PadOp, ConcatOp>(op); }

  /// Whether a concatenation would copy the part from memory: others read it, too, or it comes from a kernel that
  /// computes no concatenations.
  bool isCopiedFromMemory(Value part) {
    Operation *producer = part.getDefiningOp();
    if (!producer)
      return false;
    if ((isElementwise(producer) && !producer->hasOneUse()) || (isa<ReshapeOp>(producer) && !isUnitReshape(producer)))
      return true;
    // What the concatenation's kernel would compute for the part: elementwise operations that nobody else needs.
    llvm::SmallSetVector<Operation *, 8> cone;
    cone.insert(producer);
    for (size_t at = 0; at < cone.size(); ++at) {
      if (!isElementwise(cone[at])) {
        if (isa<ContractOp, ConvolveOp, WindowOp, ReduceOp, PadOp, ConcatOp, JoinOp, ComputeOp>(cone[at]))
          return true;
        continue;
      }
      for (Value operand : cone[at]->getOperands())
        if (Operation *from = operand.getDefiningOp();
            from && (isElementwise(from) || isa<ContractOp, ConvolveOp, WindowOp>(from)) &&
            llvm::all_of(from->getUsers(), [&](Operation *user) { return cone.contains(user); }))
          cone.insert(from);
    }
    return false;
  }
};

struct JoinParts : impl::JoinPartsBase<JoinParts> {
  void runOnOperation() override {
    const Dims dims = getNamedDims(getOperation());
    SmallVector<ConcatOp> concats;
    getOperation().walk([&](ConcatOp concat) { concats.push_back(concat); });
    for (ConcatOp concat : llvm::reverse(concats)) // a part of a part lies where the outer one does
      Joiner(concat, dims).run();
  }
};

} // namespace
} // namespace wasmind::loops
