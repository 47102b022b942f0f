//===- Groups.cpp - fusion, from the results backwards ------------------------------------------------------------===//
#include "compiler/loops/Groups.h"
#include "compiler/graph/Folding.h"
#include <set>

using namespace mlir;
using namespace wasmind::graph;

namespace wasmind::loops {

Value storageOf(Value value) {
  for (;;) {
    if (auto reshape = value.getDefiningOp<ReshapeOp>()) {
      value = reshape.getInput();
      continue;
    }
    auto argument = dyn_cast<BlockArgument>(value);
    auto loop = argument ? dyn_cast_or_null<LoopOp>(argument.getOwner()->getParentOp()) : LoopOp();
    if (!loop || argument.getArgNumber() == 0)
      return value;
    value = loop.getResult(argument.getArgNumber() - 1); // a carried value lives where the loop's result will
  }
}

Indices identityIndices(Type tensor, unsigned first) {
  Indices indices;
  for (AffineExpr extent : getExtents(tensor)) {
    indices.push_back(isOne(extent) ? getAffineConstantExpr(0, tensor.getContext())
                                    : getAffineDimExpr(first, tensor.getContext()));
    ++first;
  }
  return indices;
}

static Indices withoutUnits(ArrayRef<AffineExpr> extents) {
  Indices kept;
  for (AffineExpr extent : extents)
    if (!isOne(extent))
      kept.push_back(extent);
  return kept;
}

std::optional<Indices> rowDomain(ReduceOp reduce) {
  SmallVector<AffineExpr> extents = getExtents(reduce.getInput().getType());
  Indices kept;
  int64_t last = -1, reduced = 0;
  for (auto [i, extent] : llvm::enumerate(extents)) {
    if (isOne(extent))
      continue;
    last = i;
    kept.push_back(extent);
    reduced += llvm::is_contained(reduce.getDims(), int64_t(i));
  }
  if (last < 0 || reduced != 1 || !llvm::is_contained(reduce.getDims(), last))
    return std::nullopt;
  return kept;
}

bool walkReads(const Group &group, Value value, ArrayRef<AffineExpr> indices,
               function_ref<void(Value, ArrayRef<AffineExpr>)> read) {
  std::set<std::pair<const void *, std::vector<const void *>>> seen; // what several operands share is walked once
  std::function<bool(Value, ArrayRef<AffineExpr>)> walk = [&](Value from, ArrayRef<AffineExpr> at) {
    std::vector<const void *> key;
    for (AffineExpr index : at)
      key.push_back(index.getAsOpaquePointer());
    if (!seen.insert({from.getAsOpaquePointer(), std::move(key)}).second)
      return true;
    Operation *op = from.getDefiningOp();
    if (op && isa<ConstantOp>(op) && cast<ShapedType>(from.getType()).getNumElements() == 1)
      return true;
    // The index of an iota must stay an index of its own.
    if (!op || !group.members.contains(op) || llvm::is_contained(group.anchors, op) || isa<IotaOp>(op)) {
      read(from, at);
      return true;
    }
    if (isa<ExtentOp>(op))
      return true;
    for (unsigned i = 0, e = op->getNumOperands(); i < e; ++i) {
      auto mapped = operandIndices(op, i, at);
      if (!mapped || !walk(op->getOperand(i), *mapped))
        return false;
    }
    return true;
  };
  return walk(value, indices);
}

namespace {

bool isElementwise(Operation *op) { return isa<UnaryOp, BinaryOp, CompareOp, SelectOp, CastOp>(op); }
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

class Former {
public:
  explicit Former(Block &block) : block(block) {}

  SmallVector<Group> run() {
    for (Operation &op : llvm::reverse(block.without_terminator()))
      visit(&op);
    SmallVector<Group> ordered;
    for (Operation &op : block)
      if (auto found = rootOf.find(&op); found != rootOf.end())
        ordered.push_back(finish(found->second));
    return ordered;
  }

private:
  Block &block;
  std::vector<Group> groups;
  DenseMap<Operation *, unsigned> rootOf;                         ///< root -> group
  DenseMap<Operation *, llvm::SmallSetVector<unsigned, 2>> homes; ///< member -> groups
  DenseSet<Value> inMemory;                                       ///< must be materialised

  unsigned newGroup(Operation *root, GroupKind kind) {
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

  bool hasRoom(unsigned group, Operation *op) const { return groups[group].cost + costOf(op) <= groupCostLimit; }

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
    return false;
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
    if (isa<ReshapeOp>(op) && (!isUnitReshape(op) || needed || !inlinable(op))) { // another name of the memory
      inMemory.insert(cast<ReshapeOp>(op).getInput());
      return;
    }
    if (isPointwise(op)) {
      if (!needed && inlinable(op))
        return;
      newGroup(op, GroupKind::Elementwise);
      return needOperands(op);
    }
    if (!needed && joinAsAnchor(op))
      return needOperands(op);
    GroupKind kind = isa<ContractOp>(op)   ? GroupKind::Contract
                     : isa<ConvolveOp>(op) ? GroupKind::Convolve
                     : isa<WindowOp>(op)   ? GroupKind::Window
                     : isa<ReduceOp>(op)   ? GroupKind::Reduce
                                           : GroupKind::Single;
    unsigned id = newGroup(op, kind);
    if (kind != GroupKind::Single)
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
    for (unsigned id : *users)
      if (groups[id].kind == GroupKind::Convolve || groups[id].kind == GroupKind::Window ||
          groups[id].kind == GroupKind::Contract) {
        auto readsForAnchor = [&](Operation *user) {
          return llvm::is_contained(groups[id].anchors, user) || viewOfAnchor.contains(user);
        };
        if (llvm::any_of(op->getUsers(), readsForAnchor)) {
          // Panels are packed from memory, where only views of it reach the anchor.
          if (!isView(op) || !llvm::all_of(op->getUsers(), readsForAnchor))
            return false;
          viewOfAnchor.insert(op);
          continue;
        }
        if (!isa<ReshapeOp>(op) && !isElementwise(op))
          return false;
        Group trial = groups[id];
        trial.members.insert(op);
        if (!epilogueFits(trial, trial.anchors[0]))
          return false;
      }
    for (unsigned id : *users)
      join(op, id);
    if (isa<GatherOp>(op))
      needOperands(op);
    return true;
  }
  DenseSet<Operation *> viewOfAnchor;

  /// Whether all the epilogue's reads move through memory as the anchor's result does: the dimensions before the last
  /// count as one. Windows keep their dimensions, so that what is read beside their elements is free.
  bool epilogueFits(const Group &group, Operation *anchor) {
    Value result = anchor->getResult(0);
    if (getExtents(result.getType()) != getExtents(group.root->getResult(0).getType()))
      return false;
    int64_t batch = 0;
    if (auto contract = dyn_cast<ContractOp>(anchor))
      batch = contract.getLhsBatch().size();
    int64_t lhsFree = 0, rank = cast<RankedTensorType>(result.getType()).getRank();
    if (auto contract = dyn_cast<ContractOp>(anchor))
      lhsFree =
          cast<RankedTensorType>(contract.getLhs().getType()).getRank() - batch - contract.getLhsContract().size();
    else
      lhsFree = rank - 1;
    Indices indices = identityIndices(result.getType());
    SmallVector<AffineExpr> extents = getExtents(result.getType());
    bool fits = true;
    bool affine = walkReads(group, group.root->getResult(0), indices, [&](Value value, ArrayRef<AffineExpr> at) {
      if (value == result) {
        fits &= at == ArrayRef(indices);
        return;
      }
      if (isa<WindowOp>(anchor))
        return;
      if (value.getDefiningOp() && isa<IotaOp>(value.getDefiningOp())) {
        fits = false;
        return;
      }
      AffineExpr flat = flatOffset(value.getType(), at);
      fits &= mergeable(flat, extents, batch, batch + lhsFree) && mergeable(flat, extents, batch + lhsFree, rank);
    });
    return affine && fits;
  }

  static bool mergeable(AffineExpr flat, ArrayRef<AffineExpr> extents, int64_t first, int64_t end) {
    std::optional<AffineExpr> inner;
    for (int64_t i = end - 1; i >= first; --i) {
      if (isOne(extents[i]))
        continue;
      auto coefficient = coefficientOf(flat, i);
      if (!coefficient)
        return false;
      if (inner && !provablyEqual(*coefficient, *inner))
        return false;
      inner = normalise(*coefficient * extents[i]);
    }
    return true;
  }

  bool joinAsAnchor(Operation *op) {
    if (!isa<ContractOp, ConvolveOp, WindowOp, ReduceOp>(op))
      return false;
    auto users = consumers(op);
    if (!users || users->size() != 1 || !hasRoom(users->front(), op))
      return false;
    Group &group = groups[(*users)[0]];
    for (Operation *user : op->getUsers())
      if (!isElementwise(user) && !isUnitReshape(user) && !isa<ReduceOp, BroadcastOp>(user))
        return false;
    if (auto reduce = dyn_cast<ReduceOp>(op))
      return joinReduce(group, reduce, (*users)[0]);
    if (group.kind != GroupKind::Elementwise)
      return false;
    Group trial = group;
    trial.members.insert(op);
    trial.anchors.push_back(op);
    if (!epilogueFits(trial, op))
      return false;
    group.kind = isa<ContractOp>(op)   ? GroupKind::Contract
                 : isa<ConvolveOp>(op) ? GroupKind::Convolve
                                       : GroupKind::Window;
    group.anchors.push_back(op);
    join(op, (*users)[0]);
    return true;
  }

  bool joinReduce(Group &group, ReduceOp reduce, unsigned id) {
    Indices outer = withoutUnits(getExtents(reduce.getResult().getType()));
    Indices rootDomain = withoutUnits(getExtents(group.root->getResult(0).getType()));
    bool plainEpilogue = group.kind == GroupKind::Elementwise && rootDomain == outer && epilogueOf(group, reduce);
    if (plainEpilogue) {
      group.kind = GroupKind::Reduce;
      group.anchors.push_back(reduce);
      join(reduce, id);
      return true;
    }
    auto row = rowDomain(reduce);
    if (!row ||
        (group.kind != GroupKind::Elementwise && group.kind != GroupKind::Reduce && group.kind != GroupKind::Row))
      return false;
    for (Operation *anchor : group.anchors)
      if (rowDomain(cast<ReduceOp>(anchor)) != row)
        return false;
    Indices rowOuter(row->begin(), row->end() - 1);
    if (rootDomain != *row && rootDomain != rowOuter)
      return false;
    Group trial = group;
    trial.members.insert(reduce);
    trial.anchors.push_back(reduce);
    if (!rowFits(trial, *row))
      return false;
    group.kind = GroupKind::Row;
    group.anchors.insert(group.anchors.begin(), reduce);
    join(reduce, id);
    return true;
  }

  /// Whether the root reads the reduction's elements at its own indices.
  bool epilogueOf(const Group &group, ReduceOp reduce) {
    Group trial = group;
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
  bool rowFits(const Group &group, ArrayRef<AffineExpr> row) {
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

  Group finish(unsigned id) {
    Group group = std::move(groups[id]);
    llvm::SetVector<Value> inputs;
    // A single number is computed with instead of loaded; kernels of contractions and the like want all of an operand.
    auto isInCode = [&](Operation *op, Value operand) {
      auto data = constantDataOf(operand);
      return data && (data->splat || data->elementCount == 1) && group.kind != GroupKind::Single &&
             !isa<ContractOp, ConvolveOp>(op);
    };
    for (Operation *op : group.members)
      for (Value operand : op->getOperands()) {
        Operation *producer = operand.getDefiningOp();
        if ((!producer || !group.members.contains(producer)) && !isInCode(op, operand))
          inputs.insert(operand);
      }
    group.inputs.assign(inputs.begin(), inputs.end());
    return group;
  }
};

} // namespace

SmallVector<Group> formGroups(Block &block) { return Former(block).run(); }

} // namespace wasmind::loops
