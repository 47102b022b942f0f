//===- Checks.cpp -------------------------------------------------------------------------------------------------===//
#include "compiler/loops/Checks.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"

using namespace mlir;
using namespace wasmind::graph;

namespace wasmind::loops {

SmallVector<Requirement> requirementsAfter(ModuleOp module, int64_t last) {
  const Dims dims = getNamedDims(module);
  return llvm::filter_to_vector(getRequirements(module), [&](const Requirement &requirement) {
    return lastMeasured(requirement.expression, dims) == last;
  });
}

Checks::Checks(ModuleOp module, func::FuncOp schedule, const MemoryParts &parts)
    : module(module), dims(getNamedDims(module)), statusAddress(parts.statusAddress()) {
  schedule.walk([&](Operation *step) {
    if (auto measure = dyn_cast<SetDimOp>(step))
      anyText = measure.getOutside();
    if (auto check = dyn_cast<CheckOp>(step))
      anyText = check.getTexts().front();
  });
}

Value Checks::required(Emitter &e, int64_t last, ValueRange texts) const {
  Value found = e.i32(0);
  const SmallVector<Requirement> requirements = requirementsAfter(module, last);
  for (const auto &[requirement, text] : llvm::reverse(llvm::zip_equal(requirements, texts))) { // the first decides
    auto holds = requirement.isZero ? arith::CmpIPredicate::eq : arith::CmpIPredicate::sge;
    Value zero = arith::ConstantIntOp::create(e, e.getI64Type(), 0);
    Value isRight = arith::CmpIOp::create(e, holds, e.wideIndex(requirement.expression), zero);
    found = arith::SelectOp::create(e, isRight, found, e.i32(addressOf(text)));
  }
  return found;
}

Value Checks::found(Emitter &e, CheckOp check) const { return required(e, -1, check.getTexts()); }

Value Checks::found(Emitter &e, SetDimOp measure) const {
  const unsigned dim = measure.getDim();
  const NamedDim &bounds = dims[dim];
  auto constant = [&](int64_t number) -> Value { return arith::ConstantIntOp::create(e, e.getI64Type(), number); };
  Value value = e.loadAt(e.pointerTo(addressOf(measure.getValue())), e.getI64Type(), 8);
  Value isInside =
      arith::AndIOp::create(e, arith::CmpIOp::create(e, arith::CmpIPredicate::sge, value, constant(bounds.min)),
                            arith::CmpIOp::create(e, arith::CmpIPredicate::sle, value, constant(bounds.max)));
  // Whatever follows may rely on the bounds, so that a value outside them is not stored.
  Value stored = arith::SelectOp::create(e, isInside, value, constant(bounds.min));
  e.storeAt(arith::TruncIOp::create(e, e.getI32Type(), stored), e.addressOfExtent(dim), 4);
  return arith::SelectOp::create(e, isInside, required(e, dim, measure.getTexts()),
                                 e.i32(addressOf(measure.getOutside())));
}

Value Checks::status(Emitter &e) const { return e.loadAt(e.pointerTo(statusAddress), e.getI32Type(), 4); }

void Checks::setStatus(Emitter &e, Value text) const { e.storeAt(text, e.pointerTo(statusAddress), 4); }

void Checks::emitErrorText(ModuleOp code, Location location, const ExtentTable &extents) const {
  Emitter e(code, location, "wasmind_error", {}, extents, /*noinline=*/false);
  e.function.setPublic();
  e.function->setAttr("wasmind.export", e.getStringAttr("wasmind_error"));
  e.function.setType(e.getFunctionType({}, e.getI32Type()));
  Value text = status(e);
  Value hasFailed = arith::CmpIOp::create(e, arith::CmpIPredicate::ne, text, e.i32(0));
  const uint32_t nothing = addressOf(anyText) + cast<RankedTensorType>(anyText.getType()).getNumElements() - 1;
  Value address = arith::SelectOp::create(e, hasFailed, text, e.i32(nothing));
  func::ReturnOp::create(e, ValueRange(address));
}

} // namespace wasmind::loops
