//===- FormDispatches.cpp - which operations become one kernel ----------------------------------------------------===//
#include "compiler/graph/Folding.h"
#include "compiler/loops/Gemm.h"
#include "compiler/loops/Groups.h"
#include "compiler/loops/Images.h"
#include "compiler/loops/Passes.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/Transforms/RegionUtils.h"

using namespace mlir;
using namespace wasmind::graph;

namespace wasmind::loops {
#define GEN_PASS_DEF_FORMDISPATCHES
#include "compiler/loops/LoopsPasses.h.inc"

namespace {

/// A kernel is cut here: LLVM's work grows with the square of a function's length and more, and registers run out long
/// before. Far beyond what models put between two operations that need memory.
constexpr unsigned costLimit = 256;

bool isView(Operation *op) { return isa<TransposeOp, SliceOp, BroadcastOp, ReverseOp>(op) || isUnitReshape(op); }

/// About as many instructions as one element takes, of those that a kernel's length comes from.
unsigned costOf(Operation *op) {
  if (isa<ReduceOp>(op))
    return 8;
  if (auto binary = dyn_cast<BinaryOp>(op))
    return binary.getKind() == BinaryKind::Pow || binary.getKind() == BinaryKind::Atan2 ? 32 : 1;
  auto unary = dyn_cast<UnaryOp>(op);
  if (!unary)
    return 1;
  switch (unary.getKind()) {
  case UnaryKind::Neg:
  case UnaryKind::Abs:
  case UnaryKind::Sign:
  case UnaryKind::Sqrt:
  case UnaryKind::Rsqrt:
  case UnaryKind::Reciprocal:
  case UnaryKind::Floor:
  case UnaryKind::Ceil:
  case UnaryKind::Round:
  case UnaryKind::Trunc:
  case UnaryKind::Not:
  case UnaryKind::IsNaN:
  case UnaryKind::Bits:
    return 1;
  default:
    return 32;
  }
}

/// A group whose members are still chosen.
struct Draft : Group {
  unsigned cost = 0; ///< of its members, about instructions per element
};

/// Fusion in one block, from the results backwards: an operation joins the kernel of its users where that repeats no
/// work. Reshapes that move dimensions other than those of extent 1 join none: they are other names of memory.
class FusionPlanner {
public:
  explicit FusionPlanner(Block &block) : block(block) {}

  void run() {
    for (Operation &op : llvm::reverse(block.without_terminator()))
      visit(&op);
    for (auto [i, op] : llvm::enumerate(block))
      positions[&op] = i;
    for (Operation &op : llvm::make_early_inc_range(block))
      if (auto found = rootOf.find(&op); found != rootOf.end() && !isa<LoopOp, IfOp, MeasureOp>(op))
        makeDispatch(groups[found->second]);
    for (Operation &op : llvm::make_early_inc_range(llvm::reverse(block)))
      if (op.use_empty() && isMemoryEffectFree(&op) && !op.hasTrait<OpTrait::IsTerminator>())
        op.erase();
  }

private:
  Block &block;
  std::vector<Draft> groups;
  DenseMap<Operation *, unsigned> rootOf;                         ///< root -> group
  DenseMap<Operation *, llvm::SmallSetVector<unsigned, 2>> homes; ///< member -> groups
  DenseSet<Value> inMemory;                                       ///< must be materialised
  DenseMap<Operation *, size_t> positions;                        ///< in the block

  unsigned newGroup(Operation *root, DispatchKind kind) {
    groups.emplace_back();
    groups.back().kind = kind;
    groups.back().root = root;
    unsigned id = groups.size() - 1;
    rootOf[root] = id;
    join(root, id);
    return id;
  }
  void join(Operation *op, unsigned group) {
    if (groups[group].members.insert(op))
      groups[group].cost += costOf(op);
    homes[op].insert(group);
  }

  /// The groups of all users, or none when a user is no member of a group (a reshape, the terminator, a region).
  std::optional<llvm::SmallSetVector<unsigned, 2>> consumers(Operation *op) {
    llvm::SmallSetVector<unsigned, 2> result;
    for (Operation *user : op->getUsers()) {
      auto found = homes.find(user);
      if (user->getBlock() != &block || found == homes.end())
        return std::nullopt;
      result.insert(found->second.begin(), found->second.end());
    }
    return result;
  }

  /// Whether neighbours in the innermost dimension are neighbours where they are gathered from, so that they are read
  /// together.
  static bool gathersRows(Operation *op) {
    auto gather = dyn_cast<GatherOp>(op);
    if (!gather)
      return false;
    const auto type = cast<RankedTensorType>(gather.getIndices().getType());
    const int64_t first = gather.getDim() + type.getRank() - gather.getBatchDims();
    return llvm::any_of(ArrayRef(getExtents(gather.getResult().getType())).drop_front(first),
                        [](AffineExpr extent) { return !isOne(extent); });
  }

  bool hasRoom(unsigned group, Operation *op) const { return groups[group].cost + costOf(op) <= costLimit; }

  /// Whether `user` can take its operands from registers.
  bool acceptsRegisters(Operation *user, Operation *producer) {
    if (auto gather = dyn_cast<GatherOp>(user))
      return isView(producer) || gathersRows(producer) || llvm::all_of(gather.getData().getUsers(), [&](Operation *) {
               return gather.getData().getDefiningOp() != producer;
             });
    if (isPointwise(user) || isa<ReduceOp, ConcatOp>(user))
      return true;
    if (auto pad = dyn_cast<PadOp>(user))
      return pad.getInput().getDefiningOp() == producer || isView(producer);
    if (auto contract = dyn_cast<ContractOp>(user))
      return isView(producer);
    if (auto convolve = dyn_cast<ConvolveOp>(user))
      return readsPixels(convolve, producer);
    return false;
  }

  /// Whether the image of a convolution can be read where `producer` takes it from: some channels of a tensor.
  static bool readsPixels(ConvolveOp convolve, Operation *producer) {
    auto slice = dyn_cast<SliceOp>(producer);
    if (!slice || convolve.getWeights() == slice.getResult() || slice.getInput().getDefiningOp<ConstantOp>())
      return false;
    auto at = operandIndices(slice, 0, identityIndices(slice.getType()));
    return pixelsAt(flatOffset(slice.getInput(), *at), getExtents(slice.getType())).has_value();
  }

  /// Repeating an element costs nothing when only inner dimensions repeat it: it is computed outside their loops.
  bool repeatsOuter(Operation *producer) {
    if (isTableOfFactors(producer))
      return false;
    SmallVector<AffineExpr> extents = getExtents(producer->getResult(0).getType());
    for (Operation *user : producer->getUsers()) {
      SmallVector<AffineExpr> wide = getExtents(user->getResult(0).getType());
      if (auto gather = dyn_cast<GatherOp>(user);
          gather && gather.getIndices() == producer->getResult(0) &&
          llvm::any_of(ArrayRef(wide).take_front(gather.getDim()), [](AffineExpr extent) { return !isOne(extent); }))
        return gather.getBatchDims() == 0;
      if (!isElementwise(user) && !isa<BroadcastOp>(user))
        continue;
      bool narrow = false; // seen (from inside) a dimension of the producer
      for (int64_t i = extents.size() - 1; i >= 0; --i) {
        if (isOne(extents[i]) && !isOne(wide[i]) && narrow)
          return true;
        narrow |= !isOne(extents[i]);
      }
    }
    return false;
  }

  void visit(Operation *op) {
    if (isa<ConstantOp>(op))
      return;
    if (op->use_empty() && isMemoryEffectFree(op))
      return;
    bool needed = inMemory.contains(op->getResults().empty() ? Value() : op->getResult(0));
    if (isa<JoinOp>(op)) { // its parts' memory
      inMemory.insert(op->operand_begin(), op->operand_end());
      return;
    }
    if (isa<ReshapeOp>(op) && (!isUnitReshape(op) || needed || !inlinable(op))) { // another name of the memory
      inMemory.insert(cast<ReshapeOp>(op).getInput());
      return;
    }
    if (isPointwise(op)) {
      if (!needed && inlinable(op))
        return;
      newGroup(op, DispatchKind::Elementwise);
      return needOperands(op);
    }
    if (!needed && joinAsAnchor(op))
      return needOperands(op);
    DispatchKind kind = isa<ContractOp>(op)   ? DispatchKind::Contract
                        : isa<ConvolveOp>(op) ? DispatchKind::Convolve
                        : isa<WindowOp>(op)   ? DispatchKind::Window
                        : isa<ReduceOp>(op)   ? DispatchKind::Reduce
                                              : DispatchKind::Single;
    unsigned id = newGroup(op, kind);
    if (kind != DispatchKind::Single)
      groups[id].anchors.push_back(op);
    needOperands(op);
  }

  /// Operands that the operation reads from memory only.
  void needOperands(Operation *op) {
    for (Value operand : op->getOperands())
      if (Operation *producer = operand.getDefiningOp(); producer && !acceptsRegisters(op, producer))
        inMemory.insert(operand);
    for (Region &region : op->getRegions())
      region.walk([&](Operation *inner) {
        for (Value operand : inner->getOperands())
          if (operand.getParentBlock() == &block)
            inMemory.insert(operand);
      });
  }

  bool inlinable(Operation *op) {
    auto users = consumers(op);
    if (!users || users->empty() || !llvm::all_of(*users, [&](unsigned id) { return hasRoom(id, op); }))
      return false;
    for (Operation *user : op->getUsers())
      if (!acceptsRegisters(user, op))
        return false;
    bool free = isView(op) || isa<IotaOp, ExtentOp>(op);
    if (!free && (users->size() > 1 || repeatsOuter(op)))
      return false;
    if (isView(op) && users->size() > 1 &&
        !isa<ConstantOp, IotaOp>(op->getOperand(0).getDefiningOp() ? op->getOperand(0).getDefiningOp() : op))
      inMemory.insert(op->getOperand(0));
    // Convolutions, contractions and windows keep epilogues over their own elements only.
    bool readByAnchor = false;
    for (unsigned id : *users)
      if (groups[id].kind == DispatchKind::Convolve || groups[id].kind == DispatchKind::Window ||
          groups[id].kind == DispatchKind::Contract) {
        auto readsForAnchor = [&](Operation *user) {
          return llvm::is_contained(groups[id].anchors, user) || viewOfAnchor.contains(user);
        };
        auto own =
            llvm::make_filter_range(op->getUsers(), [&](Operation *user) { return groups[id].members.contains(user); });
        if (llvm::any_of(own, readsForAnchor)) {
          // Panels are packed from memory, where only views of it reach the anchor; of convolutions one.
          if (!isView(op) || !llvm::all_of(own, readsForAnchor) ||
              (groups[id].kind == DispatchKind::Convolve &&
               !llvm::all_of(own, [](Operation *user) { return isa<ConvolveOp>(user); })))
            return false;
          if (auto contract = dyn_cast<ContractOp>(groups[id].anchors[0]); contract && hasPanels(contract)) {
            Draft trial = groups[id];
            trial.members.insert(op);
            if (!readsMatrices(trial, contract))
              return false;
          }
          readByAnchor = true;
          continue;
        }
        if (!isa<ReshapeOp>(op) && !isElementwise(op))
          return false;
        Draft trial = groups[id];
        trial.members.insert(op);
        if (!epilogueFits(trial, trial.anchors[0]))
          return false;
      }
    if (readByAnchor)
      viewOfAnchor.insert(op);
    for (unsigned id : *users)
      join(op, id);
    if (isa<GatherOp>(op))
      needOperands(op);
    return true;
  }
  DenseSet<Operation *> viewOfAnchor;

  /// Whether all the epilogue's reads move through memory as the anchor's result does: the dimensions before the last
  /// count as one. Windows keep their dimensions, so that what is read beside their elements is free.
  bool epilogueFits(const Draft &group, Operation *anchor) {
    Value result = anchor->getResult(0), root = group.root->getResult(0);
    auto placed = rootIndices(group, anchor);
    if (!placed || (*placed != identityIndices(result.getType()) && !storesInAnyOrder(anchor)))
      return false;
    bool fits = isa<WindowOp>(anchor) || stepsAsMatrix(anchor, flatOffset(root, *placed));
    bool affine = walkReads(group, root, *placed, [&](Value value, ArrayRef<AffineExpr> at) {
      if (value == result)
        return;
      if (isa<WindowOp>(anchor))
        return;
      if (value.getDefiningOp() && isa<IotaOp>(value.getDefiningOp())) {
        fits = false;
        return;
      }
      fits &= stepsAsMatrix(anchor, flatOffset(value, at));
    });
    return affine && fits;
  }

  /// Whether the anchor's kernel computes in an order of its own, so that a transposed result is stored by it.
  static bool storesInAnyOrder(Operation *anchor) {
    auto convolve = dyn_cast<ConvolveOp>(anchor);
    if (!convolve && !isa<ContractOp>(anchor))
      return false;
    return hasPanels(anchor) &&
           (!convolve || (isOne(convolve.getGroupCount()) && getExtents(convolve.getType()).size() <= 4));
  }

  bool joinAsAnchor(Operation *op) {
    if (!isa<ContractOp, ConvolveOp, WindowOp, ReduceOp>(op))
      return false;
    auto users = consumers(op);
    if (!users || users->size() != 1 || !hasRoom(users->front(), op))
      return false;
    Draft &group = groups[(*users)[0]];
    for (Operation *user : op->getUsers())
      if (!isElementwise(user) && !isUnitReshape(user) && !isa<ReduceOp, BroadcastOp, TransposeOp>(user))
        return false;
    if (auto reduce = dyn_cast<ReduceOp>(op))
      return joinReduce(group, reduce, (*users)[0]);
    if (group.kind != DispatchKind::Elementwise)
      return false;
    Draft trial = group;
    trial.members.insert(op);
    trial.anchors.push_back(op);
    if (!epilogueFits(trial, op))
      return false;
    group.kind = isa<ContractOp>(op)   ? DispatchKind::Contract
                 : isa<ConvolveOp>(op) ? DispatchKind::Convolve
                                       : DispatchKind::Window;
    group.anchors.push_back(op);
    join(op, (*users)[0]);
    return true;
  }

  bool joinReduce(Draft &group, ReduceOp reduce, unsigned id) {
    Indices outer = withoutUnits(getExtents(reduce.getResult().getType()));
    Indices rootDomain = withoutUnits(getExtents(group.root->getResult(0).getType()));
    bool plainEpilogue = group.kind == DispatchKind::Elementwise && rootDomain == outer && epilogueOf(group, reduce);
    if (plainEpilogue) {
      group.kind = DispatchKind::Reduce;
      group.anchors.push_back(reduce);
      join(reduce, id);
      return true;
    }
    auto row = rowDomain(reduce);
    if (!row || (group.kind != DispatchKind::Elementwise && group.kind != DispatchKind::Reduce &&
                 group.kind != DispatchKind::Row))
      return false;
    for (Operation *anchor : group.anchors)
      if (rowDomain(cast<ReduceOp>(anchor)) != row)
        return false;
    Indices rowOuter(row->begin(), row->end() - 1);
    if (rootDomain != *row && rootDomain != rowOuter)
      return false;
    Draft trial = group;
    trial.members.insert(reduce);
    trial.anchors.push_back(reduce);
    if (!rowFits(trial, *row))
      return false;
    group.kind = DispatchKind::Row;
    group.anchors.insert(group.anchors.begin(), reduce);
    join(reduce, id);
    return true;
  }

  /// Whether the root reads the reduction's elements at its own indices.
  bool epilogueOf(const Draft &group, ReduceOp reduce) {
    Draft trial = group;
    trial.members.insert(reduce);
    trial.anchors.push_back(reduce);
    bool fits = true;
    Indices rootIndices = identityIndices(group.root->getResult(0).getType());
    Indices own;
    for (AffineExpr index : rootIndices)
      if (!isa<AffineConstantExpr>(index))
        own.push_back(index);
    bool affine = walkReads(trial, group.root->getResult(0), rootIndices, [&](Value value, ArrayRef<AffineExpr> at) {
      if (value != reduce.getResult())
        return;
      Indices seen;
      for (auto [index, extent] : llvm::zip(at, getExtents(value.getType())))
        if (!isOne(extent))
          seen.push_back(index);
      fits &= seen == own;
    });
    return affine && fits;
  }

  /// Whether every reduction result is read at the outer indices of its row, from the root and from other rows.
  bool rowFits(const Draft &group, ArrayRef<AffineExpr> row) {
    MLIRContext *context = group.root->getContext();
    unsigned outerRank = row.size() - 1;
    auto indicesFor = [&](Type tensor) {
      Indices indices;
      unsigned next = 0;
      for (AffineExpr extent : getExtents(tensor))
        indices.push_back(isOne(extent) ? getAffineConstantExpr(0, context) : getAffineDimExpr(next++, context));
      return indices;
    };
    bool fits = true;
    auto check = [&](Value from) {
      fits &= walkReads(group, from, indicesFor(from.getType()), [&](Value value, ArrayRef<AffineExpr> at) {
        if (!llvm::is_contained(group.anchors, value.getDefiningOp()))
          return;
        unsigned next = 0;
        for (auto [index, extent] : llvm::zip(at, getExtents(value.getType())))
          if (!isOne(extent))
            fits &= index == getAffineDimExpr(next++, context);
        fits &= next == outerRank;
      });
    };
    check(group.root->getResult(0));
    for (Operation *anchor : group.anchors)
      check(anchor->getOperand(0));
    return fits;
  }

  /// Operands, and what a body reads from outside.
  static llvm::SetVector<Value> readBy(Operation *op) {
    llvm::SetVector<Value> read(op->operand_begin(), op->operand_end());
    getUsedValuesDefinedAbove(op->getRegions(), read);
    return read;
  }

  /// Moves a copy of the members to a dispatch at the place of the root, as views may be members of several groups.
  void makeDispatch(const Draft &group) {
    SmallVector<Operation *> members(group.members.begin(), group.members.end());
    llvm::sort(members, [&](Operation *a, Operation *b) { return positions[a] < positions[b]; });
    llvm::SetVector<Value> inputs;
    for (Operation *op : members)
      for (Value value : readBy(op))
        if (Operation *producer = value.getDefiningOp();
            !producer || !(group.members.contains(producer) || isa<ConstantOp>(producer)))
          inputs.insert(value);

    OpBuilder builder(group.root);
    const Location location = group.root->getLoc();
    auto dispatch = DispatchOp::create(builder, location, group.root->getResultTypes(), group.kind, StringAttr(),
                                       inputs.getArrayRef());
    Block *body = builder.createBlock(&dispatch.getBody());
    IRMapping mapping;
    for (Value input : inputs)
      mapping.map(input, body->addArgument(input.getType(), input.getLoc()));
    for (Operation *op : members) {
      for (Value value : readBy(op))
        if (auto constant = value.getDefiningOp<ConstantOp>(); constant && !mapping.contains(value))
          builder.clone(*constant, mapping);
      builder.clone(*op, mapping);
    }
    SmallVector<Value> results;
    for (Value result : group.root->getResults())
      results.push_back(mapping.lookup(result));
    YieldOp::create(builder, location, results);
    group.root->replaceAllUsesWith(dispatch.getOutputs());
  }
};

void formIn(Block &block) {
  FusionPlanner(block).run();
  for (Operation &op : block)
    if (!isa<DispatchOp>(op))
      for (Region &region : op.getRegions())
        for (Block &inner : region)
          formIn(inner);
}

struct FormDispatches : impl::FormDispatchesBase<FormDispatches> {
  void runOnOperation() override {
    for (auto function : getOperation().getOps<func::FuncOp>())
      for (Block &block : function.getBody())
        formIn(block);
  }
};

} // namespace
} // namespace wasmind::loops
