//===- Emitter.cpp - elements of graph values as straight code ----------------------------------------------------===//
#include "compiler/loops/Emitter.h"
#include "compiler/graph/Dimensions.h"
#include "compiler/graph/Halves.h"
#include "compiler/graph/Quantised.h"
#include "compiler/loops/Math.h"
#include "compiler/loops/Storage.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "llvm/Support/SaveAndRestore.h"

using namespace mlir;
using namespace wasmind::graph;

namespace wasmind::loops {

Type registerType(Type element) {
  if (element.isF16() || element.isBF16())
    return Float32Type::get(element.getContext());
  if (auto integer = dyn_cast<IntegerType>(element))
    return IntegerType::get(element.getContext(), integer.getWidth());
  return element;
}

Type memoryType(Type element) {
  if (element.isF16() || element.isBF16())
    return IntegerType::get(element.getContext(), 16);
  if (element.isInteger(1))
    return IntegerType::get(element.getContext(), 8);
  return registerType(element);
}

bool isUnsigned(Type element) { return element.isUnsignedInteger(); }

//===- Function, index variables, memory --------------------------------------------------------------------------===//

Emitter::Emitter(ModuleOp module, Location location, StringRef name, ArrayRef<Type> arguments,
                 const ExtentTable &extents, bool noinline)
    : ImplicitLocOpBuilder(location, module.getContext()), extents(extents) {
  setInsertionPointToEnd(module.getBody());
  function = func::FuncOp::create(*this, name, getFunctionType(arguments, {}));
  function.setPrivate();
  if (noinline)
    function->setAttr("passthrough", getStrArrayAttr({"noinline"}));
  setInsertionPointToStart(function.addEntryBlock());
}

void Emitter::finish(bool constantsInLocals) {
  func::ReturnOp::create(*this);
  if (constantsInLocals)
    keepConstantsInLocals(function);
}

AffineExpr Emitter::bind(Value i32) {
  variables.push_back(i32);
  return getAffineDimExpr(variables.size() - 1);
}

Value Emitter::i32(int64_t value) { return arith::ConstantIntOp::create(*this, getI32Type(), value); }

LLVM::GEPArg Emitter::offset(int64_t elements) {
  constexpr unsigned bits = LLVM::kGEPConstantBitWidth; // of constants that stand in the operation itself
  return llvm::isInt<bits>(elements) ? LLVM::GEPArg(int32_t(elements)) : LLVM::GEPArg(i32(elements));
}

Value Emitter::pointerTo(uint32_t address) { return LLVM::IntToPtrOp::create(*this, pointerType(), i32(address)); }

Value Emitter::addressOfExtent(unsigned position) {
  if (extents.symbol.empty())
    return pointerTo(extents.address + 4 * position);
  Value table = LLVM::AddressOfOp::create(*this, pointerType(), extents.symbol);
  return LLVM::GEPOp::create(*this, pointerType(), getI32Type(), table, offset(position));
}

Value Emitter::symbol(unsigned position) {
  if (position >= firstReloaded)
    return loadAt(addressOfExtent(position), getI32Type(), 4);
  Value &value = symbols[position];
  if (!value) { // once, at the function's start, so that it dominates all uses
    OpBuilder::InsertionGuard guard(*this);
    setInsertionPointToStart(&function.getBody().front());
    value = loadAt(addressOfExtent(position), getI32Type(), 4);
  }
  return value;
}

Value Emitter::divide(AffineExprKind kind, Value lhs, Value rhs) {
  if (kind == AffineExprKind::CeilDiv) // = floor((lhs + rhs - 1) / rhs)
    lhs = arith::AddIOp::create(*this, lhs, arith::SubIOp::create(*this, rhs, number(1)));
  bool isMod = kind == AffineExprKind::Mod;
  if (!isWide)
    return isMod ? arith::RemUIOp::create(*this, lhs, rhs).getResult()
                 : arith::DivUIOp::create(*this, lhs, rhs).getResult();
  Value rest = arith::RemSIOp::create(*this, lhs, rhs); // has the sign of lhs; divisors are positive
  Value isBelow = arith::CmpIOp::create(*this, arith::CmpIPredicate::slt, rest, number(0));
  if (isMod)
    return arith::SelectOp::create(*this, isBelow, arith::AddIOp::create(*this, rest, rhs), rest);
  Value quotient = arith::DivSIOp::create(*this, lhs, rhs);
  return arith::SelectOp::create(*this, isBelow, arith::SubIOp::create(*this, quotient, number(1)), quotient);
}

Value Emitter::number(int64_t value) {
  return isWide ? arith::ConstantIntOp::create(*this, getI64Type(), value) : i32(value);
}

// What an expression of extents reaches at most. Of loop variables nothing is added: what lies in memory fits.
double Emitter::largest(AffineExpr expression) {
  if (auto constant = dyn_cast<AffineConstantExpr>(expression))
    return std::abs(double(constant.getValue()));
  if (auto s = dyn_cast<AffineSymbolExpr>(expression))
    return s.getPosition() < extents.most.size() ? double(extents.most[s.getPosition()]) : 0;
  auto binary = dyn_cast<AffineBinaryOpExpr>(expression);
  if (!binary)
    return 0;
  const double lhs = largest(binary.getLHS()), rhs = largest(binary.getRHS());
  switch (binary.getKind()) {
  case AffineExprKind::Add:
    return lhs + rhs;
  case AffineExprKind::Mul:
    return lhs * rhs;
  case AffineExprKind::Mod:
    return rhs;
  default:
    return isa<AffineConstantExpr>(binary.getRHS()) ? lhs / std::max(rhs, 1.0) : lhs;
  }
}

Value Emitter::wideIndex(AffineExpr expression) {
  llvm::SaveAndRestore<bool> wide(isWide, true);
  return index(expression);
}

Value Emitter::index(AffineExpr expression) {
  auto widened = [&](Value value) {
    return isWide ? arith::ExtSIOp::create(*this, getI64Type(), value).getResult() : value;
  };
  if (auto constant = dyn_cast<AffineConstantExpr>(expression))
    return number(constant.getValue());
  if (auto dim = dyn_cast<AffineDimExpr>(expression))
    return widened(variables[dim.getPosition()]);
  if (auto s = dyn_cast<AffineSymbolExpr>(expression))
    return widened(symbol(s.getPosition()));
  auto binary = cast<AffineBinaryOpExpr>(expression);
  switch (binary.getKind()) {
  case AffineExprKind::FloorDiv:
  case AffineExprKind::CeilDiv:
  case AffineExprKind::Mod: {
    if (!isWide && largest(binary.getLHS()) > std::numeric_limits<uint32_t>::max())
      return arith::TruncIOp::create(*this, getI32Type(), wideIndex(expression));
    Value lhs = index(binary.getLHS());
    return divide(binary.getKind(), lhs, index(binary.getRHS()));
  }
  default:
    break;
  }
  // A sum: outer variables first, so that the loops they do not change in can hoist the partial sums.
  SmallVector<Term> terms = termsOf(expression);
  auto depth = [](const Term &term) {
    int64_t deepest = -1;
    for (AffineExpr factor : term.variables)
      factor.walk([&](AffineExpr part) {
        if (auto dim = dyn_cast<AffineDimExpr>(part))
          deepest = std::max<int64_t>(deepest, dim.getPosition());
      });
    return term.variables.empty() ? int64_t(1) << 32 : deepest; // the constant last
  };
  llvm::stable_sort(terms, [&](const Term &a, const Term &b) { return depth(a) < depth(b); });
  Value sum;
  for (const Term &term : terms) {
    Value product;
    for (AffineExpr factor : term.variables) {
      Value value = index(factor);
      product = product ? arith::MulIOp::create(*this, product, value).getResult() : value;
    }
    if (!product)
      product = number(term.coefficient);
    else if (term.coefficient != 1)
      product = arith::MulIOp::create(*this, product, number(term.coefficient));
    sum = sum ? arith::AddIOp::create(*this, sum, product).getResult() : product;
  }
  return sum ? sum : number(0);
}

Type Emitter::pointerType() { return LLVM::LLVMPointerType::get(getContext()); }

Value Emitter::offsetPointer(Value pointer, AffineExpr elements, Type memoryElement) {
  auto flags = LLVM::GEPNoWrapFlags::inbounds | LLVM::GEPNoWrapFlags::nuw;
  auto step = [&](Value base, LLVM::GEPArg by) {
    return LLVM::GEPOp::create(*this, pointerType(), memoryElement, base, by, flags).getResult();
  };
  // Outer part, then the innermost variable, then the constant: the first is loop invariant, the last folds into the
  // offset of the access. What is negative is added without the promise not to wrap: a wasm offset is unsigned.
  int64_t constant = 0;
  int64_t deepest = -1;
  AffineExpr outer = constantIndex(0), inner = constantIndex(0), negative = constantIndex(0);
  SmallVector<std::pair<int64_t, AffineExpr>> parts;
  for (const Term &term : termsOf(elements)) {
    if (term.variables.empty()) {
      constant = term.coefficient;
      continue;
    }
    AffineExpr product;
    int64_t depth = -1;
    for (AffineExpr factor : term.variables) {
      product = product ? product * factor : factor;
      factor.walk([&](AffineExpr part) {
        if (auto dim = dyn_cast<AffineDimExpr>(part))
          depth = std::max<int64_t>(depth, dim.getPosition());
      });
    }
    if (term.coefficient < 0) {
      negative = negative + product * term.coefficient;
      continue;
    }
    parts.push_back({depth, product * term.coefficient});
    deepest = std::max(deepest, depth);
  }
  for (auto [depth, part] : parts)
    (depth == deepest ? inner : outer) = (depth == deepest ? inner : outer) + part;
  auto isZero = [](AffineExpr e) { return constantOf(e) == 0; };
  auto anySign = [&](LLVM::GEPArg by) {
    pointer = LLVM::GEPOp::create(*this, pointerType(), memoryElement, pointer, by, LLVM::GEPNoWrapFlags::none);
  };
  if (!isZero(outer))
    pointer = step(pointer, index(outer));
  bool early = constant < 0 || !isZero(negative);
  if (constant && early)
    anySign(offset(constant));
  if (!isZero(inner))
    pointer = step(pointer, index(inner));
  if (!isZero(negative))
    anySign(index(negative));
  if (constant && !early)
    pointer = step(pointer, offset(constant));
  return pointer;
}

Value Emitter::loadAt(Value pointer, Type type, unsigned alignment) {
  return LLVM::LoadOp::create(*this, type, pointer, alignment);
}
void Emitter::storeAt(Value value, Value pointer, unsigned alignment) {
  LLVM::StoreOp::create(*this, value, pointer, alignment);
}

Type Emitter::vectorOf(Type scalar, unsigned lanes) { return lanes == 1 ? scalar : VectorType::get(lanes, scalar); }

Value Emitter::splat(Value scalar, unsigned lanes) {
  if (lanes == 1)
    return scalar;
  return vector::BroadcastOp::create(*this, VectorType::get(lanes, scalar.getType()), scalar);
}

Value Emitter::floatConstant(double value, Type type) {
  Type scalar = getElementTypeOrSelf(type);
  auto attribute = getFloatAttr(scalar, value);
  if (auto vector = dyn_cast<VectorType>(type))
    return arith::ConstantOp::create(*this, DenseElementsAttr::get(vector, Attribute(attribute)));
  return arith::ConstantOp::create(*this, attribute);
}

static Value fromMemory(Emitter &b, Value loaded, Type element) {
  if (element.isF16() || element.isBF16())
    return emitWiden(b, loaded, element);
  if (element.isInteger(1)) {
    Value zero = arith::ConstantOp::create(b, b.getZeroAttr(loaded.getType()));
    return arith::CmpIOp::create(b, arith::CmpIPredicate::ne, loaded, zero);
  }
  return loaded;
}

Value Emitter::load(Value pointer, Type element, AffineExpr flat, Lanes lanes) {
  Type memory = memoryType(element);
  unsigned width = byteWidth(element);
  if (lanes.count == 1)
    return fromMemory(*this, loadAt(offsetPointer(pointer, flat, memory), memory, width), element);
  std::optional<AffineExpr> coefficient = coefficientOf(flat, lanes.variable);
  if (coefficient && constantOf(*coefficient) == 0)
    return splat(fromMemory(*this, loadAt(offsetPointer(pointer, flat, memory), memory, width), element), lanes.count);
  if (coefficient && constantOf(*coefficient) == 1)
    return fromMemory(*this, loadAt(offsetPointer(pointer, flat, memory), vectorOf(memory, lanes.count), width),
                      element);
  SmallVector<Value> elements;
  for (unsigned lane = 0; lane < lanes.count; ++lane) {
    AffineExpr at = flat.replace(getAffineDimExpr(lanes.variable), getAffineDimExpr(lanes.variable) + lane);
    elements.push_back(loadAt(offsetPointer(pointer, normalise(at), memory), memory, width));
  }
  Value vector = vector::FromElementsOp::create(*this, VectorType::get(lanes.count, memory), elements);
  return fromMemory(*this, vector, element);
}

Value Emitter::rounded(Value registers, Type element) {
  Value result = emitRound(*this, registers, element);
  if (result != registers)
    beforeRounding[result] = registers;
  return result;
}

void Emitter::store(Value registers, Value pointer, Type element, AffineExpr flat, Lanes lanes) {
  Type memory = memoryType(element);
  unsigned width = byteWidth(element);
  if (element.isF16() || element.isBF16()) {
    // The store rounds: a value rounded to the same type for it alone need not be. What was rounded to the other type
    // does not come here without a cast.
    Value exact = beforeRounding.lookup(registers);
    registers = emitNarrow(*this, exact ? exact : registers, element);
  }
  if (element.isInteger(1))
    registers = arith::ExtUIOp::create(*this, vectorOf(memory, lanes.count), registers);
  if (lanes.count == 1)
    return storeAt(registers, offsetPointer(pointer, flat, memory), width);
  std::optional<AffineExpr> coefficient = coefficientOf(flat, lanes.variable);
  if (coefficient && constantOf(*coefficient) == 1)
    return storeAt(registers, offsetPointer(pointer, flat, memory), width);
  for (unsigned lane = 0; lane < lanes.count; ++lane) {
    AffineExpr at = flat.replace(getAffineDimExpr(lanes.variable), getAffineDimExpr(lanes.variable) + lane);
    storeAt(vector::ExtractOp::create(*this, registers, int64_t(lane)), offsetPointer(pointer, normalise(at), memory),
            width);
  }
}

//===- Graph values -----------------------------------------------------------------------------------------------===//

bool Emitter::collect(Value tensor, ArrayRef<AffineExpr> indices, SmallVectorImpl<Access> &accesses) {
  bool fits = true;
  auto isRead = [&](Value value) { return places.lookup(value) || producers.count(value); };
  const bool affine = walkReads(tensor, indices, isRead, [&](Value value, ArrayRef<AffineExpr> at) {
    accesses.push_back({value, flatOffset(value, at)});
    fits &= isRead(value) || at.size() <= 1; // an index that must stay an index forbids merging its dimension
  });
  return affine && fits;
}

Value Emitter::evaluate(Value tensor, ArrayRef<AffineExpr> indices, Lanes lanes) {
  std::vector<const void *> key;
  for (AffineExpr index : indices)
    key.push_back(index.getAsOpaquePointer());
  MemoKey memoKey{tensor.getAsOpaquePointer(), key, lanes.count, lanes.variable};
  if (auto found = memo.find(memoKey); found != memo.end())
    return found->second;

  Value result;
  Type element = elementOf(tensor);
  if (Value pointer = places.lookup(tensor))
    result = load(pointer, element, flatOffset(tensor, indices), lanes);
  else if (auto found = producers.find(tensor); found != producers.end())
    result = found->second(indices, lanes);
  else
    result = compute(tensor.getDefiningOp(), indices, lanes);
  memo[memoKey] = result;
  return result;
}

Value Emitter::fromLanes(Value tensor, ArrayRef<AffineExpr> indices, Lanes lanes) {
  SmallVector<Value> elements;
  for (unsigned lane = 0; lane < lanes.count; ++lane) {
    Indices at;
    for (AffineExpr index : indices)
      at.push_back(normalise(index.replace(getAffineDimExpr(lanes.variable), getAffineDimExpr(lanes.variable) + lane)));
    elements.push_back(evaluate(tensor, at, {}));
  }
  return vector::FromElementsOp::create(*this, VectorType::get(lanes.count, elements[0].getType()), elements);
}

Value Emitter::iota(AffineExpr expression, Type element, Lanes lanes) {
  Value value = index(expression);
  if (lanes.count > 1) {
    int64_t coefficient = 0;
    if (auto c = coefficientOf(normalise(expression), lanes.variable))
      coefficient = constantOf(*c).value_or(0);
    SmallVector<int32_t> steps;
    for (unsigned lane = 0; lane < lanes.count; ++lane)
      steps.push_back(int32_t(lane * coefficient));
    value = arith::AddIOp::create(*this, splat(value, lanes.count),
                                  arith::ConstantOp::create(*this, getI32VectorAttr(steps)));
  }
  return emitCast(*this, value, getI32Type(), element);
}

Value Emitter::gather(Operation *op, ArrayRef<AffineExpr> indices, Lanes lanes) {
  auto gather = cast<GatherOp>(op);
  int64_t dim = gather.getDim(), batch = gather.getBatchDims();
  int64_t indexRank = cast<RankedTensorType>(gather.getIndices().getType()).getRank();
  Indices at(indices.begin(), indices.begin() + batch);
  at.append(indices.begin() + dim, indices.begin() + dim + indexRank - batch);
  if (lanes.count > 1 && llvm::any_of(at, [&](AffineExpr e) { return e.isFunctionOfDim(lanes.variable); }))
    return fromLanes(gather.getResult(), indices, lanes);
  Value row = evaluate(gather.getIndices(), at, {});
  Value extent = index(getExtents(gather.getData().getType())[dim]);
  if (row.getType().isInteger(64)) {
    Value wide = arith::ExtUIOp::create(*this, getI64Type(), extent);
    Value zero = arith::ConstantIntOp::create(*this, getI64Type(), 0),
          one = arith::ConstantIntOp::create(*this, getI64Type(), 1);
    Value negative = arith::CmpIOp::create(*this, arith::CmpIPredicate::slt, row, zero);
    row = arith::SelectOp::create(*this, negative, arith::AddIOp::create(*this, row, wide), row);
    row = arith::MinSIOp::create(*this, row, arith::SubIOp::create(*this, wide, one));
    row = arith::TruncIOp::create(*this, getI32Type(), arith::MaxSIOp::create(*this, row, zero));
  } else {
    Value negative = arith::CmpIOp::create(*this, arith::CmpIPredicate::slt, row, i32(0));
    row = arith::SelectOp::create(*this, negative, arith::AddIOp::create(*this, row, extent), row);
    row = arith::MaxSIOp::create(
        *this, arith::MinSIOp::create(*this, row, arith::SubIOp::create(*this, extent, i32(1))), i32(0));
  }
  Indices source(indices.begin(), indices.begin() + dim);
  source.push_back(bind(row));
  source.append(indices.begin() + dim + indexRank - batch, indices.end());
  return evaluate(gather.getData(), source, lanes);
}

Value Emitter::compute(Operation *op, ArrayRef<AffineExpr> indices, Lanes lanes) {
  auto operand = [&](unsigned i) { return evaluate(op->getOperand(i), *operandIndices(op, i, indices), lanes); };
  Type element = elementOf(op->getResult(0));
  if (auto constant = dyn_cast<ConstantOp>(op)) {
    ConstantData data = dataOf(constant.getValue());
    Type type = registerType(element);
    Value scalar = isa<FloatType>(type) ? floatConstant(data.asDouble(0), type)
                                        : arith::ConstantIntOp::create(*this, type, data.asInteger(0)).getResult();
    return splat(scalar, lanes.count);
  }
  if (auto unary = dyn_cast<UnaryOp>(op)) {
    Value result = emitUnary(*this, unary.getKind(), operand(0), isUnsigned(elementOf(unary.getInput())));
    return isExactForHalves(op) ? result : rounded(result, element);
  }
  if (auto binary = dyn_cast<BinaryOp>(op)) {
    Value lhs = operand(0), rhs = operand(1);
    Value result = emitBinary(*this, binary.getKind(), lhs, rhs, isUnsigned(element));
    return isExactForHalves(op) ? result : rounded(result, element);
  }
  if (auto compare = dyn_cast<CompareOp>(op)) {
    Value lhs = operand(0), rhs = operand(1);
    return emitCompare(*this, compare.getKind(), lhs, rhs, isUnsigned(elementOf(compare.getLhs())));
  }
  if (isa<SelectOp>(op)) {
    Value condition = operand(0), onTrue = operand(1), onFalse = operand(2);
    return arith::SelectOp::create(*this, condition, onTrue, onFalse);
  }
  if (auto cast = dyn_cast<CastOp>(op)) {
    if (auto quantised = Quantised::of(cast.getInput()); quantised && quantised->fits(element))
      return emitQuantise(*this, evaluate(quantised->rounded.getInput(), indices, lanes), quantised->zero,
                          quantised->low, quantised->high, byteWidth(element) * 8);
    Type from = elementOf(cast.getInput()), inRegisters = registerType(from);
    if (inRegisters.isF32() && registerType(element).isF32())
      return rounded(operand(0), element);
    return emitCast(*this, operand(0), isa<FloatType>(from) ? inRegisters : from, element);
  }
  if (auto iotaOp = dyn_cast<IotaOp>(op))
    return iota(indices[iotaOp.getDim()], element, lanes);
  if (auto extent = dyn_cast<ExtentOp>(op))
    return splat(wideIndex(extent.getExpression().getResult(0)), lanes.count);
  if (isa<GatherOp>(op))
    return gather(op, indices, lanes);
  return operand(0); // transpose, broadcast, slice, reverse, unit reshape
}

//===- Control ----------------------------------------------------------------------------------------------------===//

SmallVector<Value> Emitter::loop(Value low, Value high, int64_t step, ArrayRef<Value> carried,
                                 function_ref<SmallVector<Value>(AffineExpr, ArrayRef<Value>)> body) {
  return loop(low, high, i32(step), carried, body);
}

SmallVector<Value> Emitter::loop(Value low, Value high, Value step, ArrayRef<Value> carried,
                                 function_ref<SmallVector<Value>(AffineExpr, ArrayRef<Value>)> body) {
  auto saved = memo;
  auto loop = scf::ForOp::create(*this, low, high, step, carried);
  {
    OpBuilder::InsertionGuard guard(*this);
    setInsertionPointToStart(loop.getBody());
    SmallVector<Value> arguments(loop.getRegionIterArgs().begin(), loop.getRegionIterArgs().end());
    SmallVector<Value> next = body(bind(loop.getInductionVar()), arguments);
    if (!carried.empty())
      scf::YieldOp::create(*this, next);
  }
  memo = std::move(saved);
  return SmallVector<Value>(loop.getResults().begin(), loop.getResults().end());
}

void Emitter::loop(AffineExpr high, function_ref<void(AffineExpr)> body) {
  if (isOne(high)) // no loop, and indices that fold
    return body(constantIndex(0));
  loop(i32(0), index(high), 1, {}, [&](AffineExpr i, ArrayRef<Value>) {
    body(i);
    return SmallVector<Value>();
  });
}

void Emitter::when(Value condition, function_ref<void()> then) {
  auto saved = memo;
  auto branch = scf::IfOp::create(*this, condition, /*withElseRegion=*/false);
  {
    OpBuilder::InsertionGuard guard(*this);
    setInsertionPointToStart(branch.thenBlock());
    then();
  }
  memo = std::move(saved);
}

Value Emitter::choose(Value condition, function_ref<Value()> onTrue, function_ref<Value()> onFalse) {
  auto saved = memo;
  // The type of the result is known only after a branch was built: build it in a region that moves into place.
  Region first, second;
  Value results[2];
  for (auto [region, branch, result] :
       {std::tuple(&first, &onTrue, &results[0]), std::tuple(&second, &onFalse, &results[1])}) {
    OpBuilder::InsertionGuard guard(*this);
    Block *block = createBlock(region);
    setInsertionPointToStart(block);
    *result = (*branch)();
    scf::YieldOp::create(*this, *result);
    memo = saved;
  }
  auto choice =
      scf::IfOp::create(*this, results[0].getType(), condition, /*addThenBlock=*/false, /*addElseBlock=*/false);
  choice.getThenRegion().takeBody(first);
  choice.getElseRegion().takeBody(second);
  return choice.getResult(0);
}

} // namespace wasmind::loops
