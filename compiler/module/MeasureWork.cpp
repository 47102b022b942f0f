// Counts per block x how often blocks run.
//
// A function is measured at the values its loops have at the upper bounds of the run-time extents: trip counts by
// scalar evolution, conditions as far as they are known, and what depends on a loop's counter in the middle of the
// loop, which blocks and borders of images resemble most. A trip count that nothing tells (loops that end by data) is
// taken as 16, an unknown condition as true half the time.
#include "compiler/module/MeasureWork.h"
#include "llvm/ADT/PostOrderIterator.h"
#include "llvm/Analysis/LoopInfo.h"
#include "llvm/Analysis/ScalarEvolution.h"
#include "llvm/Analysis/ScalarEvolutionExpressions.h"
#include "llvm/IR/CFG.h"
#include "llvm/IR/InlineAsm.h"
#include "llvm/IR/Instructions.h"
#include "llvm/IR/IntrinsicInst.h"
#include "llvm/IR/Module.h"
#include "llvm/IR/Operator.h"
#include "llvm/Passes/PassBuilder.h"

using namespace llvm;

namespace wasmind::module {
namespace {

using Number = std::optional<APInt>;
using Arguments = std::vector<Number>;

constexpr uint64_t unknownTripCount = 16, longestLoop = uint64_t(1) << 27, longestCounted = uint64_t(1) << 22;

std::optional<APInt> apply(unsigned opcode, const APInt &a, const APInt &b) {
  bool divides = opcode == Instruction::SDiv || opcode == Instruction::UDiv || opcode == Instruction::SRem ||
                 opcode == Instruction::URem;
  if (divides && b.isZero())
    return {};
  switch (opcode) {
  case Instruction::Add:
    return a + b;
  case Instruction::Sub:
    return a - b;
  case Instruction::Mul:
    return a * b;
  case Instruction::SDiv:
    return a.sdiv(b);
  case Instruction::UDiv:
    return a.udiv(b);
  case Instruction::SRem:
    return a.srem(b);
  case Instruction::URem:
    return a.urem(b);
  case Instruction::And:
    return a & b;
  case Instruction::Or:
    return a | b;
  case Instruction::Xor:
    return a ^ b;
  case Instruction::Shl:
    return a.shl(b);
  case Instruction::LShr:
    return a.lshr(b);
  case Instruction::AShr:
    return a.ashr(b);
  default:
    return {};
  }
}

/// One function at given values of its arguments.
class Invocation {
public:
  Invocation(Function &function, const Arguments &arguments, FunctionAnalysisManager &analyses,
             const Measurement &measurement)
      : function(function), arguments(arguments), loops(analyses.getResult<LoopAnalysis>(function)),
        evolution(analyses.getResult<ScalarEvolutionAnalysis>(function)), measurement(measurement),
        layout(function.getParent()->getDataLayout()) {}

  /// How often each block runs in one call.
  DenseMap<const BasicBlock *, double> frequencies() {
    DenseMap<const BasicBlock *, double> frequency;
    frequency[&function.getEntryBlock()] = 1;
    for (BasicBlock *block : ReversePostOrderTraversal<Function *>(&function)) {
      Loop *loop = loops.getLoopFor(block);
      if (loop && loop->getHeader() == block)
        frequency[block] *= tripCount(loop);
      double here = frequency[block];
      for (auto [successor, probability] : successorsOf(block))
        if (Loop *inner = loops.getLoopFor(successor);
            !inner || inner->getHeader() != successor || !inner->contains(block))
          frequency[successor] += here * probability;
    }
    return frequency;
  }

  Number valueOf(Value *value) {
    if (auto *constant = dyn_cast<ConstantInt>(value))
      return constant->getValue();
    return evolution.isSCEVable(value->getType()) ? valueOf(evolution.getSCEV(value)) : leaf(value);
  }

private:
  Function &function;
  const Arguments &arguments;
  LoopInfo &loops;
  ScalarEvolution &evolution;
  const Measurement &measurement;
  const DataLayout &layout;
  DenseMap<Loop *, double> tripCounts;
  SmallPtrSet<Value *, 8> active; ///< leaves being evaluated: one that depends on itself is unknown

  double tripCount(Loop *loop) {
    auto [known, isNew] = tripCounts.try_emplace(loop, unknownTripCount);
    if (!isNew)
      return known->second;
    const SCEV *backedges = evolution.getBackedgeTakenCount(loop);
    if (isa<SCEVCouldNotCompute>(backedges))
      backedges = evolution.getSymbolicMaxBackedgeTakenCount(loop);
    Number count = isa<SCEVCouldNotCompute>(backedges) ? countedBackedges(loop) : valueOf(backedges);
    // One less than none wraps around: a loop behind a guard that is not passed.
    if (count)
      tripCounts[loop] = count->ugt(longestLoop) ? 0 : double(count->getZExtValue()) + 1;
    return tripCounts[loop];
  }

  /// Of a loop whose counter might wrap around, for all that scalar evolution knows: the comparison at its end, as
  /// often as it holds.
  Number countedBackedges(Loop *loop) {
    BasicBlock *latch = loop->getLoopLatch();
    auto *branch = latch ? dyn_cast<BranchInst>(latch->getTerminator()) : nullptr;
    auto *compare = branch && branch->isConditional() ? dyn_cast<ICmpInst>(branch->getCondition()) : nullptr;
    if (!compare || !evolution.isSCEVable(compare->getOperand(0)->getType()))
      return {};
    auto predicate =
        branch->getSuccessor(0) == loop->getHeader() ? compare->getPredicate() : compare->getInversePredicate();
    const SCEV *counter = evolution.getSCEV(compare->getOperand(0)), *bound = evolution.getSCEV(compare->getOperand(1));
    if (!isa<SCEVAddRecExpr>(counter)) {
      std::swap(counter, bound);
      predicate = ICmpInst::getSwappedPredicate(predicate);
    }
    auto *recurrence = dyn_cast<SCEVAddRecExpr>(counter);
    if (!recurrence || recurrence->getLoop() != loop || !recurrence->isAffine() ||
        !evolution.isLoopInvariant(bound, loop))
      return {};
    Number value = valueOf(recurrence->getStart()), step = valueOf(recurrence->getStepRecurrence(evolution)),
           end = valueOf(bound);
    if (!value || !step || !end)
      return {};
    uint64_t count = 0;
    for (; count < longestCounted && ICmpInst::compare(*value, *end, predicate); ++count)
      *value += *step;
    return count < longestCounted ? Number(APInt(64, count)) : Number();
  }

  double leavingShare(Loop *loop) { return 1 / std::max(tripCount(loop), 1.0); }

  SmallVector<std::pair<BasicBlock *, double>> successorsOf(BasicBlock *block) {
    Instruction *end = block->getTerminator();
    SmallVector<std::pair<BasicBlock *, double>> result;
    unsigned count = end->getNumSuccessors();
    Loop *loop = loops.getLoopFor(block);
    unsigned leaving =
        loop ? llvm::count_if(successors(block), [&](BasicBlock *to) { return !loop->contains(to); }) : 0;
    auto *branch = dyn_cast<BranchInst>(end);
    Number condition = branch && branch->isConditional() && !leaving ? valueOf(branch->getCondition()) : Number();
    for (unsigned i = 0; i < count; ++i) {
      BasicBlock *successor = end->getSuccessor(i);
      double probability = 1.0 / count;
      if (leaving && leaving < count)
        probability =
            loop->contains(successor) ? (1 - 1 / tripCount(loop)) / (count - leaving) : 1 / tripCount(loop) / leaving;
      else if (condition)
        probability = condition->isZero() == (i == 1);
      result.push_back({successor, probability});
    }
    return result;
  }

  Number valueOf(const SCEV *expression) {
    unsigned width = evolution.getTypeSizeInBits(expression->getType());
    auto fold = [&](auto combine) -> Number {
      Number result;
      for (const SCEV *operand : cast<SCEVNAryExpr>(expression)->operands()) {
        Number value = valueOf(operand);
        if (!value)
          return {};
        result = result ? combine(*result, *value) : *value;
      }
      return result;
    };
    auto inner = [&] { return valueOf(cast<SCEVCastExpr>(expression)->getOperand()); };
    switch (expression->getSCEVType()) {
    case scConstant:
      return cast<SCEVConstant>(expression)->getAPInt();
    case scTruncate:
    case scPtrToInt:
      if (Number value = inner())
        return value->zextOrTrunc(width);
      return {};
    case scZeroExtend:
      if (Number value = inner())
        return value->zext(width);
      return {};
    case scSignExtend:
      if (Number value = inner())
        return value->sext(width);
      return {};
    case scAddExpr:
      return fold([](const APInt &a, const APInt &b) { return a + b; });
    case scMulExpr:
      return fold([](const APInt &a, const APInt &b) { return a * b; });
    case scUMaxExpr:
      return fold([](const APInt &a, const APInt &b) { return APIntOps::umax(a, b); });
    case scSMaxExpr:
      return fold([](const APInt &a, const APInt &b) { return APIntOps::smax(a, b); });
    case scUMinExpr:
    case scSequentialUMinExpr:
      return fold([](const APInt &a, const APInt &b) { return APIntOps::umin(a, b); });
    case scSMinExpr:
      return fold([](const APInt &a, const APInt &b) { return APIntOps::smin(a, b); });
    case scUDivExpr: {
      auto *division = cast<SCEVUDivExpr>(expression);
      Number a = valueOf(division->getLHS()), b = valueOf(division->getRHS());
      return a && b ? apply(Instruction::UDiv, *a, *b) : Number();
    }
    case scAddRecExpr: {
      auto *recurrence = cast<SCEVAddRecExpr>(expression);
      uint64_t middle = uint64_t(tripCount(const_cast<Loop *>(recurrence->getLoop()))) / 2;
      Type *type = evolution.getEffectiveSCEVType(expression->getType());
      return valueOf(recurrence->evaluateAtIteration(evolution.getConstant(type, middle), evolution));
    }
    case scUnknown:
      return leaf(cast<SCEVUnknown>(expression)->getValue());
    default:
      return {};
    }
  }

  /// What scalar evolution does not look into.
  Number leaf(Value *value) {
    if (!active.insert(value).second)
      return {};
    Number result = instruction(value);
    active.erase(value);
    // Loops run between a pointer and the same pointer plus something: any address does.
    if (!result && value->getType()->isPointerTy())
      return APInt(layout.getPointerSizeInBits(), 1 << 20);
    return result;
  }

  Number instruction(Value *value) {
    if (auto *constant = dyn_cast<ConstantInt>(value))
      return constant->getValue();
    if (auto *argument = dyn_cast<Argument>(value))
      return argument->getArgNo() < arguments.size() ? arguments[argument->getArgNo()] : Number();
    if (auto *load = dyn_cast<LoadInst>(value))
      return extentAt(load);
    if (auto *freeze = dyn_cast<FreezeInst>(value))
      return valueOf(freeze->getOperand(0));
    if (auto *call = dyn_cast<CallInst>(value); call && call->isInlineAsm() && call->arg_size() == 1 &&
                                                cast<InlineAsm>(call->getCalledOperand())->getAsmString().empty())
      return valueOf(call->getArgOperand(0)); // hides from the optimiser what a value is
    if (auto *select = dyn_cast<SelectInst>(value)) {
      Number condition = valueOf(select->getCondition());
      return condition ? valueOf(condition->isZero() ? select->getFalseValue() : select->getTrueValue()) : Number();
    }
    if (auto *compare = dyn_cast<ICmpInst>(value)) {
      Number a = valueOf(compare->getOperand(0)), b = valueOf(compare->getOperand(1));
      return a && b ? Number(APInt(1, ICmpInst::compare(*a, *b, compare->getPredicate()))) : Number();
    }
    if (auto *cast = dyn_cast<CastInst>(value); cast && cast->getType()->isIntegerTy()) {
      Number operand = valueOf(cast->getOperand(0));
      unsigned width = cast->getType()->getIntegerBitWidth();
      if (operand && isa<SExtInst>(cast))
        return operand->sextOrTrunc(width);
      return operand ? Number(operand->zextOrTrunc(width)) : Number();
    }
    if (auto *binary = dyn_cast<BinaryOperator>(value); binary && binary->getType()->isIntegerTy()) {
      Number a = valueOf(binary->getOperand(0)), b = valueOf(binary->getOperand(1));
      return a && b ? apply(binary->getOpcode(), *a, *b) : Number();
    }
    return {};
  }

  /// The value of a run-time extent, where the load reads one.
  Number extentAt(LoadInst *load) {
    if (!load->getType()->isIntegerTy(32))
      return {};
    APInt offset(layout.getIndexTypeSizeInBits(load->getPointerOperandType()), 0);
    Value *base = load->getPointerOperand()->stripAndAccumulateConstantOffsets(layout, offset, true);
    if (!measurement.extentTable.empty() && base->hasName() && base->getName() == measurement.extentTable)
      return APInt(32, measurement.tableValue);
    auto *address = dyn_cast<Operator>(base);
    auto *constant = address && address->getOpcode() == Instruction::IntToPtr
                         ? dyn_cast<ConstantInt>(address->getOperand(0))
                         : nullptr;
    if (!constant)
      return {};
    auto found = measurement.extents.find(uint32_t(constant->getZExtValue() + offset.getSExtValue()));
    return found != measurement.extents.end() ? Number(APInt(32, found->second, true)) : Number();
  }
};

class WorkMeasurement {
public:
  WorkMeasurement(llvm::Module &code, const BlockCounts &counts, const Measurement &measurement)
      : code(code), counts(counts), measurement(measurement) {
    builder.registerFunctionAnalyses(analyses);
  }

  std::vector<Work> run() {
    std::vector<Work> work;
    for (const std::string &name : measurement.functions) {
      Function *function = code.getFunction(name);
      // What LLVM found to do nothing is no longer there.
      bool exists = function && !function->isDeclaration();
      work.push_back(exists ? workOf(*function, Arguments(function->arg_size())) : Work());
    }
    return work;
  }

private:
  llvm::Module &code;
  const BlockCounts &counts;
  const Measurement &measurement;
  PassBuilder builder;
  FunctionAnalysisManager analyses;
  using Key = std::pair<Function *, std::vector<std::optional<int64_t>>>;
  std::map<Key, Work> known;

  Work workOf(Function &function, const Arguments &arguments) {
    Key key{&function, {}};
    for (const Number &argument : arguments)
      key.second.push_back(argument && argument->getBitWidth() <= 64 ? std::optional(argument->getSExtValue())
                                                                     : std::nullopt);
    auto [found, isNew] = known.try_emplace(key);
    if (!isNew)
      return found->second;
    Invocation invocation(function, arguments, analyses, measurement);
    Work work;
    auto frequencies = invocation.frequencies();
    for (BasicBlock &block : function) {
      double frequency = frequencies.lookup(&block);
      work += counts.lookup(&block) * frequency;
      for (Instruction &instruction : block)
        if (auto *call = dyn_cast<CallInst>(&instruction)) {
          Function *callee = call->getCalledFunction();
          if (!callee || callee->isDeclaration() || frequency == 0)
            continue;
          Arguments values;
          for (Value *argument : call->args())
            values.push_back(argument->getType()->isIntegerTy() ? invocation.valueOf(argument) : Number());
          work += workOf(*callee, values) * frequency;
        }
    }
    return known[key] = work;
  }
};

} // namespace

std::vector<Work> measureWork(llvm::Module &code, const BlockCounts &counts, const Measurement &measurement) {
  return WorkMeasurement(code, counts, measurement).run();
}

} // namespace wasmind::module
