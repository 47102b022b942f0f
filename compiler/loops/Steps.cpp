#include "compiler/loops/Steps.h"
#include <map>

using namespace mlir;
using namespace wasmind::graph;

namespace wasmind::loops {
namespace {

constexpr StringLiteral stepAttribute = "loops.step";

/// The named extents in the types of tensors.
void addDims(abi::Step &step, const Dims &dims, ArrayRef<Type> tensors) {
  llvm::SmallSetVector<unsigned, 4> positions;
  for (Type tensor : tensors)
    for (AffineExpr extent : getExtents(tensor))
      extent.walk([&](AffineExpr each) {
        if (auto symbol = dyn_cast<AffineSymbolExpr>(each))
          positions.insert(symbol.getPosition());
      });
  for (unsigned position : positions)
    step.dims.push_back(dims[position].name);
}

std::string kindOf(Operation *step) { return step->getName().stripDialect().str(); }

/// Adds those that are not there.
void addNodes(std::vector<std::string> &nodes, ArrayRef<std::string> more) {
  for (const std::string &node : more)
    if (!llvm::is_contained(nodes, node))
      nodes.push_back(node);
}

} // namespace

void describe(Operation *step, const abi::Step &description) {
  Builder builder(step->getContext());
  NamedAttrList list;
  for (auto [name, text] : {std::pair("kind", &description.kind),
                            {"strategy", &description.strategy},
                            {"tile", &description.tile},
                            {"shape", &description.shape}})
    if (!text->empty())
      list.append(name, builder.getStringAttr(*text));
  for (auto [name, number] : {std::pair("flops", description.flops), {"bytes", description.bytes}})
    if (number)
      list.append(name, builder.getI64IntegerAttr(number));
  if (!description.dims.empty())
    list.append("dims",
                builder.getStrArrayAttr(SmallVector<StringRef>(description.dims.begin(), description.dims.end())));
  step->setAttr(stepAttribute, list.getDictionary(step->getContext()));
}

abi::Step callStep(const Group &group, const KernelRecord &kernel, const Dims &dims) {
  abi::Step step{kernel.name, kernel.kind, kernel.strategy, kernel.tile, kernel.shape};
  step.flops = kernel.flops;
  step.bytes = kernel.bytes;
  SmallVector<Type> tensors;
  for (Operation *member : group.members) {
    llvm::append_range(tensors, member->getOperandTypes());
    llvm::append_range(tensors, member->getResultTypes());
  }
  addDims(step, dims, tensors);
  return step;
}

abi::Step copyStep(RankedTensorType tensor, const Dims &dims) {
  abi::Step step;
  step.bytes = 2 * boundedElementCount(tensor, dims).value_or(uint64_t(1) << 40) * byteWidth(tensor.getElementType());
  addDims(step, dims, Type(tensor));
  return step;
}

bool isSchedule(func::FuncOp entry) {
  return llvm::all_of(entry.getOps(), [](Operation &op) {
    return op.hasTrait<IsStep>() || isa<BufferOp, ViewOp, PrepareOp, ConstantOp, func::ReturnOp>(op);
  });
}

abi::Step stepOf(Operation *op) {
  abi::Step step;
  step.kind = isa<WhileOp>(op) ? "loop" : isa<BranchOp>(op) ? "branch" : kindOf(op);
  if (auto call = dyn_cast<KernelCallOp>(op))
    step.kernel = call.getCallee().str();
  if (auto description = op->getAttrOfType<DictionaryAttr>(stepAttribute)) {
    auto text = [&](StringRef name, std::string &into) {
      if (auto attribute = description.getAs<StringAttr>(name))
        into = attribute.str();
    };
    auto number = [&](StringRef name) -> uint64_t {
      auto attribute = description.getAs<IntegerAttr>(name);
      return attribute ? attribute.getInt() : 0;
    };
    text("kind", step.kind);
    text("strategy", step.strategy);
    text("tile", step.tile);
    text("shape", step.shape);
    step.flops = number("flops");
    step.bytes = number("bytes");
    if (auto dims = description.getAs<ArrayAttr>("dims"))
      for (Attribute dim : dims)
        if (auto name = dyn_cast<StringAttr>(dim))
          step.dims.push_back(name.str());
  }
  llvm::SetVector<StringAttr> nodes;
  appendNodes(op->getLoc(), nodes);
  for (StringAttr node : nodes)
    step.nodes.push_back(node.str());
  return step;
}

SmallVector<Operation *> stepsIn(Block &block) {
  SmallVector<Operation *> steps;
  for (Operation &op : block)
    if (op.hasTrait<IsStep>())
      steps.push_back(&op);
  return steps;
}

std::vector<abi::Step> stepsOf(func::FuncOp schedule, bool withPreparations) {
  std::vector<abi::Step> steps;
  abi::Step prepare;
  prepare.kind = "prepare";
  schedule.walk([&](PrepareOp each) {
    addNodes(prepare.nodes, stepOf(each).nodes);
    prepare.bytes += each.getMemory().getType().getNumElements();
  });
  if (withPreparations && prepare.bytes)
    steps.push_back(prepare);
  for (Operation *op : stepsIn(schedule.getBody().front())) {
    abi::Step step = stepOf(op);
    if (isa<WhileOp, BranchOp>(op)) {
      size_t kernels = 0;
      op->walk<WalkOrder::PreOrder>([&](Operation *inside) {
        kernels += isa<KernelCallOp>(inside);
        if (inside->hasTrait<IsStep>())
          addNodes(step.nodes, stepOf(inside).nodes);
      });
      step.shape = std::to_string(kernels) + " kernels inside";
    }
    steps.push_back(std::move(step));
  }
  return steps;
}

std::vector<KernelRecord> kernelsOf(func::FuncOp schedule) {
  std::vector<KernelRecord> kernels;
  std::map<std::pair<std::string, std::string>, size_t> positions;
  schedule.walk<WalkOrder::PreOrder>([&](KernelCallOp call) {
    const abi::Step step = stepOf(call);
    auto [found, isNew] = positions.try_emplace({step.kernel, step.shape}, kernels.size());
    if (isNew)
      kernels.push_back({step.kernel, step.kind, step.strategy, step.tile, step.shape, step.flops, step.bytes});
    ++kernels[found->second].calls;
  });
  return kernels;
}

Value memoryOf(Value value) {
  while (auto view = value.getDefiningOp<ViewOp>())
    value = view.getMemory();
  return value;
}

} // namespace wasmind::loops
