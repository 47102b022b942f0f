//===- FoldConstants.cpp - evaluates what depends on constants alone ----------------------------------------------===//
#include "compiler/graph/Folding.h"
#include "compiler/graph/InterpreterKernels.h"
#include "compiler/graph/Passes.h"
#include "compiler/graph/ShapeValues.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

using namespace mlir;

namespace wasmind::graph {
#define GEN_PASS_DEF_FOLDCONSTANTS
#include "compiler/graph/GraphPasses.h.inc"

namespace {

constexpr int64_t freeBytes = 64 << 10;
constexpr int64_t productLimit = int64_t(1) << 30; // multiplications worth doing at compile time, of one operation
constexpr int64_t allProductsLimit = int64_t(1) << 32;

/// What one pass may spend: small files can ask for much, one moderate operation after the other.
struct Budget {
  int64_t bytes, products = allProductsLimit;
};

bool isElementwise(Operation *op) { return isa<UnaryOp, BinaryOp, CompareOp, SelectOp, CastOp>(op); }

/// Operations that only move elements: of equal elements they make equal elements.
bool keepsSplat(Operation *op) {
  return isa<TransposeOp, ReshapeOp, BroadcastOp, SliceOp, ReverseOp, GatherOp, ConcatOp>(op);
}

int64_t bytesOf(Type type) {
  auto tensor = cast<RankedTensorType>(type);
  return tensor.getNumElements() * byteWidth(tensor.getElementType());
}

bool isWorthwhile(Operation *op, Budget *budget) {
  int64_t operandBytes = 0, resultBytes = 0;
  for (Value operand : op->getOperands())
    operandBytes += bytesOf(operand.getType());
  for (Type type : op->getResultTypes())
    resultBytes += bytesOf(type);
  // Widening constant weights once beats widening them in every run.
  int64_t growth = isa<CastOp>(op) ? 8 : 2;
  if (resultBytes > freeBytes && resultBytes > growth * operandBytes)
    return false;
  if (isTableOfFactors(op))
    return false;
  int64_t work = 0;
  if (auto contract = dyn_cast<ContractOp>(op)) {
    work = contract.getType().getNumElements();
    for (int64_t dim : contract.getLhsContract())
      work *= contract.getLhs().getType().getDimSize(dim);
  } else if (auto convolve = dyn_cast<ConvolveOp>(op)) {
    auto weights = convolve.getWeights().getType();
    work = convolve.getType().getNumElements() * (weights.getNumElements() / weights.getShape().back());
  }
  if (!budget)
    return work <= productLimit;
  if (work > std::min(productLimit, budget->products) || budget->bytes <= 0)
    return false;
  budget->products -= work;
  return true;
}

bool foldableOperation(Operation *op) {
  return isa_and_nonnull<GraphDialect>(op->getDialect()) && op->getNumRegions() == 0 && op->getNumResults() > 0 &&
         !isa<ConstantOp, CallOp>(op) &&
         llvm::all_of(op->getResultTypes(), [](Type type) { return cast<RankedTensorType>(type).hasStaticShape(); });
}

SmallVector<Value> foldResults(OpBuilder &builder, Operation *op, Budget *budget = nullptr) {
  if (!foldableOperation(op))
    return {};
  SmallVector<ConstantData> data;
  bool allSplat = op->getNumOperands() > 0;
  for (Value operand : op->getOperands()) {
    auto constant = constantDataOf(operand);
    if (!constant)
      return {};
    allSplat &= constant->splat || constant->elementCount == 1;
    data.push_back(std::move(*constant));
  }
  auto type = cast<RankedTensorType>(op->getResult(0).getType());
  bool sameValue = llvm::all_of(data, [&](const ConstantData &d) { return d.bytes.equals(data[0].bytes); });
  if (!isWorthwhile(op, budget))
    return {};
  if (allSplat && type.getNumElements() > 0 && keepsSplat(op) && (isa<GatherOp>(op) || sameValue))
    return {makeConstant(builder, op->getLoc(), type, data[0].bytes)};

  // Elementwise operands with equal elements take part as one element.
  SmallVector<interpreter::View> views;
  SmallVector<std::vector<char>> expanded(data.size());
  SmallVector<int64_t> ones(type.getRank(), 1);
  bool elementwise = isElementwise(op), asScalars = elementwise && allSplat && type.getNumElements() > 0;
  for (auto [i, operand] : llvm::enumerate(op->getOperands())) {
    const ConstantData &d = data[i];
    if (asScalars || (elementwise && d.splat)) {
      views.emplace_back(d.element, ones, d.bytes);
      continue;
    }
    ArrayRef<char> bytes = d.bytes;
    if (d.splat) {
      for (int64_t j = 0; j < d.elementCount; ++j)
        expanded[i].insert(expanded[i].end(), bytes.begin(), bytes.end());
      bytes = expanded[i];
    }
    views.emplace_back(d.element, cast<RankedTensorType>(operand.getType()).getShape(), bytes);
  }
  std::optional<ArrayRef<int64_t>> shape;
  if (asScalars)
    shape = ones;
  auto results = interpreter::evaluateViews(op, views, {}, shape);
  if (!results) { // such as the largest of no elements: run time will tell
    llvm::consumeError(results.takeError());
    return {};
  }
  SmallVector<Value> constants;
  for (auto [tensor, result] : llvm::zip(*results, op->getResults())) {
    if (budget)
      budget->bytes -= int64_t(tensor.bytes.size());
    constants.push_back(
        makeConstant(builder, op->getLoc(), cast<RankedTensorType>(result.getType()), std::move(tensor.bytes)));
  }
  return constants;
}

/// Moves the operations of the branch that is taken in front of the `if`.
void inlineBranch(IfOp op, bool taken) {
  Block &block = (taken ? op.getThenRegion() : op.getElseRegion()).front();
  Operation *terminator = block.getTerminator();
  SmallVector<Value> results(terminator->getOperands());
  terminator->erase();
  op->getBlock()->getOperations().splice(op->getIterator(), block.getOperations());
  op.replaceAllUsesWith(results);
  op.erase();
}

struct FoldConstants : impl::FoldConstantsBase<FoldConstants> {
  Budget budget{};

  void runOnOperation() override {
    // Weights may be cast, turned and packed, each time anew; what is made of little stays little.
    budget = {int64_t(64) << 20};
    getOperation().walk([&](ConstantOp op) { budget.bytes += 8 * int64_t(dataOf(op.getValue()).bytes.size()); });
    for (auto function : getOperation().getOps<func::FuncOp>())
      for (Block &block : function.getBody())
        fold(block);
  }

  void fold(Block &block) {
    OpBuilder builder(&getContext());
    for (auto it = block.begin(); it != block.end();) {
      Operation *op = &*it;
      if (auto branch = dyn_cast<IfOp>(op)) {
        if (auto condition = truthValue(branch.getCondition())) {
          // Continue with the first operation that was inlined.
          Block::iterator before = it == block.begin() ? block.end() : std::prev(it);
          inlineBranch(branch, condition->front());
          it = before == block.end() ? block.begin() : std::next(before);
          continue;
        }
      }
      ++it;
      for (Region &region : op->getRegions())
        for (Block &inner : region)
          fold(inner);
      if (isa<ConstantOp>(op) || op->hasTrait<OpTrait::IsTerminator>())
        continue;
      builder.setInsertionPoint(op);
      SmallVector<Value> constants = foldResults(builder, op, &budget);
      if (constants.empty())
        continue;
      op->replaceAllUsesWith(constants);
      op->erase();
    }
    for (Operation &op : llvm::make_early_inc_range(llvm::reverse(block)))
      if (isOpTriviallyDead(&op))
        op.erase();
  }
};
} // namespace

static bool isProduct(Operation *op) {
  auto binary = dyn_cast<BinaryOp>(op);
  return binary && binary.getKind() == BinaryKind::Mul;
}

/// Whether what the run computes is multiplied by it, perhaps after other factors, and nothing else becomes of it.
static bool isOnlyFactor(Value value) {
  return !value.use_empty() && llvm::all_of(value.getUsers(), [&](Operation *user) {
    if (isa<TransposeOp, ReshapeOp>(user))
      return isOnlyFactor(user->getResult(0));
    if (!isProduct(user))
      return false;
    const Value other = user->getOperand(user->getOperand(0) == value ? 1 : 0);
    return !constantDataOf(other) || isOnlyFactor(user->getResult(0));
  });
}

bool isTableOfFactors(Operation *op) {
  if (!isProduct(op))
    return false;
  const SmallVector<AffineExpr> whole = getExtents(op->getResult(0).getType());
  auto repeats = [&](Value line) {
    return llvm::any_of(llvm::zip(getExtents(line.getType()), whole),
                        [](auto pair) { return isOne(std::get<0>(pair)) && !isOne(std::get<1>(pair)); });
  };
  return llvm::all_of(op->getOperands(), repeats) && isOnlyFactor(op->getResult(0));
}

Value foldToConstant(OpBuilder &builder, Operation *op) {
  if (op->getNumResults() != 1)
    return nullptr;
  SmallVector<Value> constants = foldResults(builder, op);
  return constants.empty() ? nullptr : constants[0];
}

} // namespace wasmind::graph
