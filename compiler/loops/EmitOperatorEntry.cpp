//===- EmitOperatorEntry.cpp - the function of an operator's object -----------------------------------------------===//
//
// An operator plans no memory: inputs and outputs come from its caller, constants are globals of its object, and
// intermediate tensors and scratch lie side by side in one block of workspace, whose size follows from the actual
// extents.
//
//===--------------------------------------------------------------------------------------------------------------===//
#include "compiler/loops/Passes.h"
#include "compiler/loops/Plan.h"
#include "compiler/loops/StepEmitter.h"
#include "compiler/loops/Steps.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/Math/IR/Math.h"

using namespace mlir;
using namespace wasmind::graph;

namespace wasmind::loops {
#define GEN_PASS_DEF_EMITOPERATORENTRY
#include "compiler/loops/LoopsPasses.h.inc"

namespace {

constexpr llvm::StringLiteral allocateName = "wasmind_workspace_allocate", releaseName = "wasmind_workspace_release";
/// More than this is not a size of a 32-bit memory.
constexpr double largest = 4294901760.0;

/// Declares a function of runtime/guest.
void declare(ModuleOp code, StringRef name, TypeRange arguments, TypeRange results) {
  if (code.lookupSymbol(name))
    return;
  OpBuilder builder = OpBuilder::atBlockEnd(code.getBody());
  auto function = func::FuncOp::create(builder, code.getLoc(), name, builder.getFunctionType(arguments, results));
  function.setPrivate();
}

/// In f64, where no product of extents overflows. Divisions are of numbers that are not negative.
Value inF64(Emitter &e, AffineExpr value) {
  Type f64 = e.getF64Type();
  auto binary = dyn_cast<AffineBinaryOpExpr>(value);
  if (!binary)
    return arith::SIToFPOp::create(e, f64, e.index(value));
  Value a = inF64(e, binary.getLHS()), b = inF64(e, binary.getRHS());
  if (binary.getKind() == AffineExprKind::Add)
    return arith::AddFOp::create(e, a, b);
  if (binary.getKind() == AffineExprKind::Mul)
    return arith::MulFOp::create(e, a, b);
  Value quotient = arith::DivFOp::create(e, a, b);
  if (binary.getKind() == AffineExprKind::CeilDiv)
    return math::CeilOp::create(e, quotient);
  quotient = math::FloorOp::create(e, quotient);
  if (binary.getKind() == AffineExprKind::FloorDiv)
    return quotient;
  return arith::SubFOp::create(e, a, arith::MulFOp::create(e, quotient, b));
}

/// Where the memory of an operator's schedule is while its function is emitted.
class Workspace {
public:
  /// `e` builds the entry, whose argument is the array of operands.
  Workspace(func::FuncOp schedule, ModuleOp code, Emitter &e) : schedule(schedule), code(code), e(e) {}

  /// Emits the allocation; returns whether (i1) there was room.
  Value allocate() {
    placeOperands();
    placeConstants();
    SmallVector<std::pair<Value, Value>> offsets;
    schedule.walk([&](BufferOp buffer) {
      if (!pointers.count(buffer.getMemory()))
        offsets.push_back({buffer.getMemory(), take(buffer.getMemory().getType())});
    });
    if (offsets.empty())
      return arith::ConstantIntOp::create(e, e.getI1Type(), 1);

    Type pointer = e.pointerType();
    declare(code, allocateName, e.getI32Type(), pointer);
    declare(code, releaseName, pointer, {});
    Value fits = arith::CmpFOp::create(e, arith::CmpFPredicate::OLT, wide, e.floatConstant(largest, e.getF64Type()));
    block = e.choose(
        fits, [&] { return func::CallOp::create(e, allocateName, pointer, total).getResult(0); },
        [&]() -> Value { return LLVM::ZeroOp::create(e, pointer); });
    for (auto [memory, offset] : offsets)
      pointers[memory] = LLVM::GEPOp::create(e, pointer, e.getI8Type(), block, offset);
    return LLVM::ICmpOp::create(e, LLVM::ICmpPredicate::ne, block, LLVM::ZeroOp::create(e, pointer));
  }

  void release() {
    if (block)
      func::CallOp::create(e, releaseName, TypeRange(), block);
  }

  Value pointerTo(Value memory) const {
    if (auto view = memory.getDefiningOp<ViewOp>())
      return e.offsetPointer(pointerTo(view.getMemory()), e.constantIndex(view.getFirstByte()), e.getI8Type());
    return pointers.lookup(memory);
  }

private:
  func::FuncOp schedule;
  ModuleOp code;
  Emitter &e;
  Value total, wide; ///< bytes so far: in i32, and in f64 where no product overflows, for the check
  Value block;       ///< null: nothing is needed
  DenseMap<Value, Value> pointers;

  void placeOperands() {
    Block &body = schedule.getBody().front();
    SmallVector<Value> operands(body.getArguments());
    llvm::append_range(operands, body.getTerminator()->getOperands());
    for (auto [i, memory] : llvm::enumerate(operands)) {
      Value slot =
          LLVM::GEPOp::create(e, e.pointerType(), e.pointerType(), e.function.getArgument(0), LLVM::GEPArg(int32_t(i)));
      pointers[memory] = e.loadAt(slot, e.pointerType(), 4);
    }
  }

  void placeConstants() {
    for (auto [i, segment] : llvm::enumerate(segmentsOf(schedule))) {
      std::string name = e.function.getName().str() + "_constant" + std::to_string(i);
      OpBuilder builder = OpBuilder::atBlockBegin(code.getBody());
      // Kernels load whole vectors, possibly past the end.
      std::string bytes(segment.second.bytes.data(), segment.second.bytes.size());
      bytes.resize(bytes.size() + 16);
      Type type = LLVM::LLVMArrayType::get(builder.getI8Type(), bytes.size());
      LLVM::GlobalOp::create(builder, code.getLoc(), type, /*isConstant=*/true, LLVM::Linkage::Internal, name,
                             builder.getStringAttr(bytes), alignment);
      pointers[segment.first] = LLVM::AddressOfOp::create(e, e.pointerType(), name);
    }
  }

  /// The offset of memory of this type behind what was taken before.
  Value take(RankedTensorType type) {
    if (!total) {
      total = e.i32(0);
      wide = e.floatConstant(0, e.getF64Type());
    }
    Value bytes = e.i32(1), wideBytes = e.floatConstant(1, e.getF64Type());
    SmallVector<AffineExpr> factors(getExtents(type));
    factors.push_back(e.constantIndex(byteWidth(type.getElementType())));
    for (AffineExpr factor : factors) {
      bytes = arith::MulIOp::create(e, bytes, e.index(factor));
      wideBytes = arith::MulFOp::create(e, wideBytes, inF64(e, factor));
    }
    Value offset = total;
    Value rounded = arith::AndIOp::create(e, arith::AddIOp::create(e, bytes, e.i32(slack + alignment - 1)),
                                          e.i32(-int64_t(alignment)));
    total = arith::AddIOp::create(e, total, rounded);
    wide = arith::AddFOp::create(e, arith::AddFOp::create(e, wide, wideBytes),
                                 e.floatConstant(slack + alignment, e.getF64Type()));
    return offset;
  }
};

void emitOperatorEntry(func::FuncOp schedule, ModuleOp code, StringRef name, const ExtentTable &extents) {
  Type pointer = LLVM::LLVMPointerType::get(code.getContext());
  Emitter e(code, schedule.getLoc(), name, {pointer}, extents, /*noinline=*/false);
  e.function.setType(e.getFunctionType({pointer}, e.getI32Type()));
  Workspace workspace(schedule, code, e);
  Value hasRoom = workspace.allocate();
  StepEmitter steps(schedule, code, extents, [&](Emitter &, Value memory) { return workspace.pointerTo(memory); });
  steps.isOneFunction = true;
  auto branch = scf::IfOp::create(e, e.getI32Type(), hasRoom, /*withElseRegion=*/true);
  {
    OpBuilder::InsertionGuard guard(e);
    e.setInsertionPointToStart(branch.thenBlock());
    steps.emit(e, stepsIn(schedule.getBody().front()));
    workspace.release();
    scf::YieldOp::create(e, e.i32(0));
    e.setInsertionPointToStart(branch.elseBlock());
    scf::YieldOp::create(e, e.i32(1));
  }
  func::ReturnOp::create(e, branch.getResults());
}

struct EmitOperatorEntry : impl::EmitOperatorEntryBase<EmitOperatorEntry> {
  using EmitOperatorEntryBase::EmitOperatorEntryBase;

  void runOnOperation() override {
    ModuleOp module = getOperation();
    auto schedule = module.lookupSymbol<func::FuncOp>("run");
    if (!schedule || !isSchedule(schedule)) {
      module.emitError("has no schedule @run; --loops-lower-dispatches makes one");
      return signalPassFailure();
    }
    schedule.setName("loops.schedule"); // the function takes its name
    emitOperatorEntry(schedule, module, name, ExtentTable(extents));
    schedule.erase();
    module->setAttrs(DictionaryAttr::get(&getContext())); // the graph's
  }
};

} // namespace

} // namespace wasmind::loops
