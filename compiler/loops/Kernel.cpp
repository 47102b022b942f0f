//===- Kernel.cpp -------------------------------------------------------------------------------------------------===//
#include "compiler/loops/Kernel.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/IR/Diagnostics.h"
#include "llvm/Support/FormatVariadic.h"

using namespace mlir;
using namespace wasmind::graph;

namespace wasmind::loops {

ProgramBuilder::ProgramBuilder(ModuleOp code, const Options &options, std::string prefix, ExtentTable extents)
    : code(code), options(options), dims(getNamedDims(code)), extents(std::move(extents)), prefix(std::move(prefix)) {}

std::string ProgramBuilder::freshName() { return llvm::formatv("{0}kernel{1}", prefix, count++); }

namespace {

constexpr auto ignoreLocations = OperationEquivalence::Flags::IgnoreLocations;

/// The same for equal functions.
llvm::hash_code hashOf(func::FuncOp function) {
  llvm::hash_code hash = hash_value(function.getFunctionType());
  function.getBody().walk<WalkOrder::PreOrder>([&](Operation *op) {
    hash = llvm::hash_combine(hash, OperationEquivalence::computeHash(op, OperationEquivalence::ignoreHashValue,
                                                                      OperationEquivalence::ignoreHashValue,
                                                                      ignoreLocations));
  });
  return hash;
}

bool areEqual(func::FuncOp a, func::FuncOp b) {
  return a.getFunctionType() == b.getFunctionType() &&
         a->getDiscardableAttrDictionary() == b->getDiscardableAttrDictionary() &&
         OperationEquivalence::isRegionEquivalentTo(&a.getBody(), &b.getBody(), ignoreLocations);
}

} // namespace

std::string ProgramBuilder::intern(func::FuncOp function, StringRef name) {
  auto &alike = functions[hashOf(function)];
  for (func::FuncOp known : alike)
    if (areEqual(known, function)) {
      function.erase();
      return known.getName().str();
    }
  alike.push_back(function);
  function.setName(names.take(prefix + name.str()));
  return function.getName().str();
}

void ProgramBuilder::locate(StringRef function, const Group &group) {
  for (Operation *member : group.members)
    locations[function].insert(member->getLoc());
}

void ProgramBuilder::finish() {
  for (auto function : code.getOps<func::FuncOp>())
    if (auto found = locations.find(function.getName()); found != locations.end())
      function->setLoc(FusedLoc::get(function.getContext(), found->second.getArrayRef()));
}

ElementsAttr bytesAttribute(MLIRContext *context, std::vector<char> &&bytes) {
  const int64_t count = bytes.size();
  return makeElements(RankedTensorType::get({count}, IntegerType::get(context, 8)), std::move(bytes));
}

ElementsAttr ProgramBuilder::packed(Value source, StringRef key, function_ref<std::vector<char>()> make) {
  const auto value = source.getDefiningOp<ConstantOp>().getValue();
  ElementsAttr &known = packs[llvm::formatv("{0}:{1}", value.getAsOpaquePointer(), key).str()];
  if (!known)
    known = bytesAttribute(code.getContext(), make());
  return known;
}

size_t ProgramBuilder::prepared(Location location, ElementsAttr source, StringRef key, uint64_t byteLength,
                                ArrayRef<int64_t> sizes, function_ref<std::string()> emit) {
  auto [found, isNew] =
      preparationOf.try_emplace(llvm::formatv("{0}:{1}", source.getAsOpaquePointer(), key).str(), preparations.size());
  if (isNew)
    preparations.push_back({emit(), SmallVector<int64_t, 2>(sizes), source, byteLength, location});
  return found->second;
}

uint64_t ProgramBuilder::boundedElements(Type tensor) const {
  return boundedElementCount(tensor, dims).value_or(uint64_t(1) << 40);
}

KernelContext::KernelContext(ProgramBuilder &program, const Group &group)
    : program(program), group(group),
      emitter(program.code, UnknownLoc::get(program.code.getContext()), program.freshName(), {}, program.extents) {}

Value KernelContext::addOperand(KernelOperand operand) {
  operands.push_back(operand);
  Type pointer = emitter.pointerType();
  unsigned position = emitter.function.getNumArguments();
  (void)emitter.function.insertArgument(position, pointer, {}, emitter.function.getLoc());
  return emitter.function.getArgument(position);
}

Value KernelContext::pointer(Value tensor) {
  if (Value known = emitter.placeOf(tensor))
    return known;
  const unsigned width = byteWidth(elementOf(tensor));
  KernelOperand operand;
  operand.tensor = storageOf(tensor);
  operand.firstByte = beginOf(tensor) * width;
  operand.type = tensor.getType();
  const size_t before = operands.size();
  Value address = pointer(operand);
  if (operands.size() != before)
    record.bytes += program.boundedElements(tensor.getType()) * width;
  emitter.place(tensor, address);
  return address;
}

Value KernelContext::pointer(const KernelOperand &operand) {
  Value &known = pointers[{operand.tensor, operand.firstByte}];
  if (!known)
    known = addOperand(operand);
  return known;
}

Value KernelContext::scratch(AffineExpr byteLength) {
  KernelOperand operand;
  operand.scratchBytes = byteLength;
  return addOperand(operand);
}

Value KernelContext::packed(Value source, StringRef key, function_ref<std::vector<char>()> make) {
  KernelOperand operand;
  operand.constant = program.packed(source, key, make);
  record.bytes +=
      program.boundedElements(source.getType()) * byteWidth(cast<RankedTensorType>(source.getType()).getElementType());
  return addOperand(operand);
}

Value KernelContext::prepared(ElementsAttr source, StringRef key, uint64_t byteLength, ArrayRef<int64_t> sizes,
                              function_ref<std::string()> emit) {
  KernelOperand operand;
  operand.preparation = program.prepared(group.anchors[0]->getLoc(), source, key, byteLength, sizes, emit);
  record.bytes += byteLength;
  return addOperand(operand);
}

SmallVector<Value> KernelContext::epilogueTensors(Operation *anchor) const {
  SmallVector<Value> tensors;
  for (Value input : group.inputs)
    if (llvm::any_of(input.getUsers(), [&](Operation *user) { return user != anchor && group.members.contains(user); }))
      tensors.push_back(input);
  tensors.push_back(group.root->getResult(0));
  return tensors;
}

void KernelContext::placeAll() {
  for (Value input : group.inputs)
    pointer(input);
  for (Value result : group.root->getResults())
    pointer(result);
}

std::string KernelContext::finish() {
  emitter.finish();
  func::FuncOp function = emitter.function;
  function.setType(FunctionType::get(function.getContext(), function.getBody().getArgumentTypes(), {}));
  record.name = program.intern(function, functionName(group, record));
  program.locate(record.name, group);
  return record.name;
}

LogicalResult KernelContext::fail(const Twine &why) {
  return group.root->emitError() << "cannot lower '" << group.root->getName() << "': " << why;
}

//===- Loops over elements ----------------------------------------------------------------------------------------===//

void emitElementLoops(Emitter &e, ArrayRef<AffineExpr> extents, ArrayRef<Access> accesses, bool vectorise,
                      function_ref<void(ArrayRef<AffineExpr>, Lanes)> body, unsigned bytes) {
  unsigned rank = extents.size();
  MLIRContext *context = e.getContext();
  // Merge dimension i into its inner neighbour where every access steps over it as over one longer dimension. The
  // accesses are in terms of d0 .. d<rank-1>.
  SmallVector<AffineExpr> lengths(extents.begin(), extents.end());
  SmallVector<bool> gone(rank, false);
  int64_t inner = -1;
  for (int64_t i = int64_t(rank) - 1; i >= 0; --i) {
    if (isOne(lengths[i])) {
      gone[i] = true;
      continue;
    }
    if (inner >= 0) {
      bool mergeable = !accesses.empty() && llvm::all_of(accesses, [&](const Access &access) {
        return stepsAsOne(access.flat, lengths, {i, inner});
      });
      if (mergeable) {
        lengths[inner] = normalise(lengths[inner] * lengths[i]);
        gone[i] = true;
        continue;
      }
    }
    inner = i;
  }
  SmallVector<unsigned> loops;
  for (unsigned i = 0; i < rank; ++i)
    if (!gone[i])
      loops.push_back(i);

  Indices indices(rank, getAffineConstantExpr(0, context));
  std::function<void(unsigned)> nest = [&](unsigned depth) {
    if (depth == loops.size())
      return body(indices, {});
    unsigned dim = loops[depth];
    if (depth + 1 < loops.size() || !vectorise)
      return e.loop(lengths[dim], [&](AffineExpr i) {
        indices[dim] = i;
        nest(depth + 1);
      });
    // The innermost dimension: four vectors at a time, then fewer elements, then one.
    const AffineExpr length = lengths[dim];
    const auto constant = constantOf(length);
    auto run = [&](Value low, Value high, unsigned lanes) {
      e.loop(low, high, lanes, {}, [&](AffineExpr i, ArrayRef<Value>) {
        indices[dim] = i;
        body(indices, {lanes, e.variableOf(i)});
        return SmallVector<Value>();
      });
    };
    Value low = e.i32(0);
    int64_t done = 0;
    SmallVector<unsigned> steps{64 / bytes, 16, 4, 1};
    steps.erase(llvm::unique(steps), steps.end());
    for (unsigned lanes : steps) {
      if (constant) {
        const int64_t end = *constant / lanes * lanes;
        if (done < end)
          run(e.i32(done), e.i32(end), lanes);
        done = end;
        continue;
      }
      Value all = e.index(length);
      Value end = lanes == 1 ? all : arith::AndIOp::create(e, all, e.i32(-int64_t(lanes))).getResult();
      run(low, end, lanes);
      low = end;
    }
  };
  nest(0);
}

} // namespace wasmind::loops
