//===- Workspace.cpp ----------------------------------------------------------------------------------------------===//
#include "compiler/loops/Workspace.h"
#include "compiler/loops/Gemm.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/Math/IR/Math.h"

using namespace mlir;
using namespace wasmind::graph;

namespace wasmind::loops {
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

} // namespace

void Workspace::placeConstants() {
  Type pointer = e.pointerType();
  for (auto [i, segment] : llvm::enumerate(kernels.weights)) {
    std::string name = e.function.getName().str() + "_constant" + std::to_string(i);
    OpBuilder builder = OpBuilder::atBlockBegin(kernels.code.getBody());
    // Kernels load whole vectors, possibly past the end.
    std::string bytes(segment.bytes.data(), segment.bytes.size());
    bytes.resize(bytes.size() + 16);
    Type type = LLVM::LLVMArrayType::get(builder.getI8Type(), bytes.size());
    LLVM::GlobalOp::create(builder, kernels.code.getLoc(), type, /*isConstant=*/true, LLVM::Linkage::Internal, name,
                           builder.getStringAttr(bytes), alignment);
    constants[segment.address] = LLVM::AddressOfOp::create(e, pointer, name);
  }
}

Value Workspace::allocate() {
  Type pointer = e.pointerType();
  auto place = [&](Value tensor, unsigned position) {
    Value slot = LLVM::GEPOp::create(e, pointer, pointer, e.function.getArgument(0), LLVM::GEPArg(int32_t(position)));
    tensors[tensor] = e.loadAt(slot, pointer, 4);
  };
  Block &body = entry.getBody().front();
  for (auto [i, argument] : llvm::enumerate(body.getArguments()))
    place(argument, i);
  for (auto [i, result] : llvm::enumerate(body.getTerminator()->getOperands()))
    place(result, body.getNumArguments() + i);
  for (const KernelCall &call : calls)
    for (const KernelOperand &operand : call.operands)
      if (operand.tensor && operand.tensor.getDefiningOp<ConstantOp>())
        kernels.weightsOf(operand.tensor);
  placeConstants();

  // Sizes once in f64, where no product overflows, for the check, and once in i32.
  Value total = e.i32(0), wide = e.floatConstant(0, e.getF64Type());
  llvm::MapVector<Value, Value> tensorOffsets;
  llvm::MapVector<const KernelOperand *, Value> scratchOffsets;
  auto take = [&](ArrayRef<AffineExpr> factors) {
    Value bytes = e.i32(1), wideBytes = e.floatConstant(1, e.getF64Type());
    for (AffineExpr factor : factors) {
      Value value = e.index(factor);
      bytes = arith::MulIOp::create(e, bytes, value);
      wideBytes = arith::MulFOp::create(e, wideBytes, inF64(e, factor));
    }
    Value offset = total;
    Value rounded = arith::AndIOp::create(e, arith::AddIOp::create(e, bytes, e.i32(slack + alignment - 1)),
                                          e.i32(-int64_t(alignment)));
    total = arith::AddIOp::create(e, total, rounded);
    wide = arith::AddFOp::create(e, arith::AddFOp::create(e, wide, wideBytes),
                                 e.floatConstant(slack + alignment, e.getF64Type()));
    return offset;
  };
  for (const KernelCall &call : calls)
    for (const KernelOperand &operand : call.operands) {
      if (operand.isWeights)
        continue;
      if (!operand.tensor) {
        scratchOffsets[&operand] = take(operand.scratchBytes);
      } else if (!operand.tensor.getDefiningOp<ConstantOp>() && !tensors.count(operand.tensor) &&
                 !tensorOffsets.count(operand.tensor)) {
        auto type = cast<RankedTensorType>(operand.tensor.getType());
        SmallVector<AffineExpr> factors(getExtents(type));
        factors.push_back(e.constantIndex(byteWidth(type.getElementType())));
        tensorOffsets[operand.tensor] = take(factors);
      }
    }
  if (tensorOffsets.empty() && scratchOffsets.empty())
    return arith::ConstantIntOp::create(e, e.getI1Type(), 1);

  declare(kernels.code, allocateName, e.getI32Type(), pointer);
  declare(kernels.code, releaseName, pointer, {});
  Value fits = arith::CmpFOp::create(e, arith::CmpFPredicate::OLT, wide, e.floatConstant(largest, e.getF64Type()));
  block = e.choose(
      fits, [&] { return func::CallOp::create(e, allocateName, pointer, total).getResult(0); },
      [&]() -> Value { return LLVM::ZeroOp::create(e, pointer); });
  auto at = [&](Value offset) { return LLVM::GEPOp::create(e, pointer, e.getI8Type(), block, offset); };
  for (auto [tensor, offset] : tensorOffsets)
    tensors[tensor] = at(offset);
  for (auto [operand, offset] : scratchOffsets)
    scratch[operand] = at(offset);
  return LLVM::ICmpOp::create(e, LLVM::ICmpPredicate::ne, block, LLVM::ZeroOp::create(e, pointer));
}

void Workspace::release() {
  if (block)
    func::CallOp::create(e, releaseName, TypeRange(), block);
}

Value Workspace::pointerOf(const KernelOperand &operand, const KernelCall &call) const {
  if (operand.isWeights)
    return constants.lookup(operand.address);
  if (!operand.tensor)
    return scratch.lookup(&operand);
  if (operand.tensor.getDefiningOp<ConstantOp>())
    return constants.lookup(kernels.weightsOf(operand.tensor));
  Value memory = tensors.lookup(operand.tensor);
  return operand.firstByte ? bump(e, memory, operand.firstByte) : memory;
}

} // namespace wasmind::loops
