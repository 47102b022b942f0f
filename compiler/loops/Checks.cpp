//===- Checks.cpp -------------------------------------------------------------------------------------------------===//
#include "compiler/loops/Checks.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include <set>

using namespace mlir;
using namespace wasmind::graph;

namespace wasmind::loops {

Checks::Checks(Kernels &kernels) : kernels(kernels) {
  auto requirements = getRequirements(kernels.graph);
  empty = requirements.empty() && llvm::none_of(kernels.dims, [](const NamedDim &dim) { return dim.measured; });
  if (empty)
    return;
  for (Requirement &requirement : requirements) {
    uint32_t text = addText(requirement.text);
    rules.push_back({requirement, lastMeasured(requirement.expression, kernels.dims), text});
  }
  // What was built and dropped again while importing leaves dimensions that nothing measures.
  std::set<uint64_t> measured;
  kernels.graph.walk([&](MeasureOp measure) { measured.insert(measure.getDim()); });
  for (uint64_t dim : measured)
    outside[dim] = addText(outsideText(kernels.dims[dim]));
  nothing = addText("");
}

uint32_t Checks::addText(std::string text) {
  auto bytes = std::make_shared<std::vector<char>>(text.begin(), text.end());
  bytes->push_back('\0');
  return kernels.addWeights(*bytes, bytes);
}

bool Checks::areRequired(int64_t last) const {
  return llvm::any_of(rules, [&](const Rule &rule) { return rule.last == last; });
}

Value Checks::required(Emitter &e, const MemoryPlan &plan, int64_t last) const {
  Value text = e.i32(0);
  for (const Rule &rule : llvm::reverse(rules)) { // the first that is broken decides
    if (rule.last != last)
      continue;
    auto holds = rule.requirement.isZero ? arith::CmpIPredicate::eq : arith::CmpIPredicate::sge;
    Value zero = arith::ConstantIntOp::create(e, e.getI64Type(), 0);
    Value isRight = arith::CmpIOp::create(e, holds, e.wideIndex(rule.requirement.expression), zero);
    text = arith::SelectOp::create(e, isRight, text, e.i32(plan.addressOfWeights(rule.text)));
  }
  return text;
}

Value Checks::measured(Emitter &e, const MemoryPlan &plan, unsigned dim, Value value) const {
  const NamedDim &bounds = kernels.dims[dim];
  auto constant = [&](int64_t number) -> Value { return arith::ConstantIntOp::create(e, e.getI64Type(), number); };
  Value isInside =
      arith::AndIOp::create(e, arith::CmpIOp::create(e, arith::CmpIPredicate::sge, value, constant(bounds.min)),
                            arith::CmpIOp::create(e, arith::CmpIPredicate::sle, value, constant(bounds.max)));
  // Whatever follows may rely on the bounds, so that a value outside them is not stored.
  Value stored = arith::SelectOp::create(e, isInside, value, constant(bounds.min));
  e.storeAt(arith::TruncIOp::create(e, e.getI32Type(), stored), e.addressOfExtent(dim), 4);
  return arith::SelectOp::create(e, isInside, required(e, plan, dim),
                                 e.i32(plan.addressOfWeights(outside.lookup(dim))));
}

static Value addressOfStatus(Emitter &e, const MemoryPlan &plan) {
  return LLVM::IntToPtrOp::create(e, e.pointerType(), e.i32(plan.addressOfStatus()));
}

Value Checks::status(Emitter &e, const MemoryPlan &plan) const {
  return e.loadAt(addressOfStatus(e, plan), e.getI32Type(), 4);
}

void Checks::setStatus(Emitter &e, const MemoryPlan &plan, Value text) const {
  e.storeAt(text, addressOfStatus(e, plan), 4);
}

void Checks::emitErrorText(ModuleOp code, Location location, const MemoryPlan &plan, const ExtentTable &extents) const {
  Emitter e(code, location, "wasmind_error", {}, extents, /*noinline=*/false);
  e.function.setPublic();
  e.function->setAttr("wasmind.export", e.getStringAttr("wasmind_error"));
  e.function.setType(e.getFunctionType({}, e.getI32Type()));
  Value text = status(e, plan);
  Value hasFailed = arith::CmpIOp::create(e, arith::CmpIPredicate::ne, text, e.i32(0));
  Value address = arith::SelectOp::create(e, hasFailed, text, e.i32(plan.addressOfWeights(nothing)));
  func::ReturnOp::create(e, ValueRange(address));
}

} // namespace wasmind::loops
