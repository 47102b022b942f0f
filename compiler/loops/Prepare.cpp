//===- Prepare.cpp - a graph whose operations kernels can compute one by one --------------------------------------===//
#include "compiler/graph/Folding.h"
#include "compiler/loops/Gemm.h"
#include "compiler/loops/Groups.h"
#include "compiler/loops/Kernel.h"
#include "compiler/loops/Passes.h"
#include "llvm/ADT/StringSet.h"

using namespace mlir;
using namespace wasmind::graph;

namespace wasmind::loops {
#define GEN_PASS_DEF_PREPARE
#include "compiler/loops/LoopsPasses.h.inc"

namespace {

Value copied(OpBuilder &builder, Location location, Value value) {
  return BroadcastOp::create(builder, location, value.getType(), value);
}

/// Copies each result that is not computed into memory of its own (an input, a constant, another result, a second name)
/// so that every output slot is written by one kernel.
void separateResults(func::FuncOp function) {
  Operation *end = function.getBody().front().getTerminator();
  OpBuilder builder(end);
  DenseSet<Value> taken;
  for (OpOperand &operand : end->getOpOperands()) {
    Value storage = storageOf(operand.get());
    Operation *producer = storage.getDefiningOp();
    if (!producer || isa<ConstantOp>(producer) || storage != operand.get() || !taken.insert(storage).second)
      operand.set(copied(builder, end->getLoc(), operand.get()));
  }
}

/// What a loop carries is written at the end of each iteration.
void separateCarried(LoopOp loop) {
  // A carried value that becomes another carried value needs a copy that outlives the first.
  Operation *yield = loop.getBody().front().getTerminator();
  OpBuilder builder(yield);
  for (OpOperand &operand : yield->getOpOperands()) {
    auto carried = dyn_cast<OpResult>(storageOf(operand.get()));
    if (carried && carried.getOwner() == loop && operand.getOperandNumber() != carried.getResultNumber() + 1)
      operand.set(copied(builder, yield->getLoc(), operand.get()));
  }
  // The condition is carried, too, in memory of its own: the loop's operand may be needed later.
  builder.setInsertionPoint(loop);
  loop.getConditionMutable().assign(copied(builder, loop.getLoc(), loop.getCondition()));
}

/// A concat of more operands is one of several: engines take at most 1000 parameters.
constexpr unsigned concatOperandLimit = 256;

void narrowConcats(func::FuncOp function) {
  function.walk([](ConcatOp concat) {
    SmallVector<Value> inputs(concat.getInputs());
    OpBuilder builder(concat);
    while (inputs.size() > concatOperandLimit) {
      SmallVector<Value> wider;
      for (ArrayRef<Value> rest = inputs; !rest.empty();) {
        ArrayRef<Value> part = rest.take_front(concatOperandLimit);
        rest = rest.drop_front(part.size());
        wider.push_back(part.size() == 1 ? part[0] : ConcatOp::create(builder, concat.getLoc(), part, concat.getDim()));
      }
      inputs = std::move(wider);
    }
    if (inputs.size() != concat.getInputs().size())
      concat.getInputsMutable().assign(inputs);
  });
}

/// An operand of a contraction: its batch and contracted dimensions, in the order of the other operand's.
struct ContractOperand {
  Value tensor;
  SmallVector<int64_t> batch, contracted;

  ContractOperand(Value tensor, ArrayRef<int64_t> batch, ArrayRef<int64_t> contracted)
      : tensor(tensor), batch(batch), contracted(contracted) {}

  SmallVector<int64_t> freeDims() const {
    return llvm::filter_to_vector(
        llvm::seq<int64_t>(0, cast<RankedTensorType>(tensor.getType()).getRank()),
        [&](int64_t dim) { return !llvm::is_contained(batch, dim) && !llvm::is_contained(contracted, dim); });
  }
  /// Whether the free dimensions step as one, and the contracted ones.
  bool isMatrix() const {
    const SmallVector<AffineExpr> extents = getExtents(tensor.getType());
    AffineExpr flat = flatOffset(tensor.getType(), identityIndices(tensor.getType()));
    return stepsAsOne(flat, extents, freeDims()) && stepsAsOne(flat, extents, contracted);
  }
  /// Transposes to [batch, free, contracted].
  void makeMatrix(OpBuilder &builder, Location location) {
    SmallVector<int64_t> order(batch);
    llvm::append_range(order, freeDims());
    llvm::append_range(order, contracted);
    auto transpose = TransposeOp::create(builder, location, tensor, order);
    Value folded = foldToConstant(builder, transpose);
    tensor = folded ? folded : transpose.getResult();
    if (folded)
      transpose.erase();
    batch = llvm::to_vector(llvm::seq<int64_t>(0, batch.size()));
    contracted = llvm::to_vector(llvm::seq<int64_t>(order.size() - contracted.size(), order.size()));
  }
};

/// Panels are packed from matrices. One pass over an operand that is none costs less than a product without panels.
void makeMatrices(ContractOp contract) {
  ContractOperand lhs(contract.getLhs(), contract.getLhsBatch(), contract.getLhsContract());
  ContractOperand rhs(contract.getRhs(), contract.getRhsBatch(), contract.getRhsContract());
  if (!hasPanels(contract) || (lhs.isMatrix() && rhs.isMatrix()))
    return;
  OpBuilder builder(contract);
  for (ContractOperand *operand : {&lhs, &rhs})
    if (!operand->isMatrix())
      operand->makeMatrix(builder, contract.getLoc());
  auto same = ContractOp::create(builder, contract.getLoc(), contract.getType(), lhs.tensor, rhs.tensor, lhs.batch,
                                 rhs.batch, lhs.contracted, rhs.contracted);
  contract.replaceAllUsesWith(same.getResult());
  contract.erase();
}

struct Prepare : impl::PrepareBase<Prepare> {
  void runOnOperation() override {
    llvm::StringSet<> called;
    getOperation().walk([&](CallOp call) { called.insert(call.getCallee()); });
    for (auto function : getOperation().getOps<func::FuncOp>()) {
      if (called.contains(function.getName()))
        continue;
      if (failed(inlineCalls(function)) || failed(verifyAccesses(function)))
        return signalPassFailure();
      narrowConcats(function);
      function.walk(makeMatrices);
      separateResults(function);
      function.walk(separateCarried);
    }
    for (auto function : llvm::make_early_inc_range(getOperation().getOps<func::FuncOp>()))
      if (called.contains(function.getName()))
        function.erase();
  }
};

} // namespace

} // namespace wasmind::loops
