// The static description of an operator and the function it is called through, as runtime/guest/Operator.h lays it out.
#include "compiler/module/Library.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"

using namespace mlir;

namespace wasmind::module {
namespace {

class TableBuilder {
public:
  TableBuilder(ModuleOp module, const OperatorTable &table)
      : builder(module.getLoc(), module.getContext()), module(module), table(table) {
    builder.setInsertionPointToEnd(module.getBody());
    pointer = LLVM::LLVMPointerType::get(builder.getContext());
    i8 = builder.getI8Type();
    i32 = builder.getI32Type();
  }

  void build() {
    std::string name = global("name", bytesOf(table.name + std::string(1, '\0')));
    std::string shapes;
    if (!table.shapes.empty())
      shapes =
          global("shapes", LLVM::LLVMArrayType::get(i32, table.shapes.size()), builder.getI32TensorAttr(table.shapes));
    std::string variants = buildVariants();
    auto type = LLVM::LLVMStructType::getLiteral(builder.getContext(), {pointer, i8, i8, i8, i8, pointer, pointer});
    std::string self = global("table", type, {}, [&] {
      Value value = LLVM::UndefOp::create(builder, type);
      value = insert(value, addressOf(name), 0);
      value = insert(value, byte(table.inputs), 1);
      value = insert(value, byte(table.attributes), 2);
      value = insert(value, byte(table.outputs), 3);
      value = insert(value, byte(table.variants.size()), 4);
      value = insert(value, addressOf(variants), 5);
      return insert(value, addressOf(shapes), 6);
    });
    buildCall(self);
    for (const OperatorVariant &variant : table.variants)
      if (!variant.direct.empty())
        buildDirect(variant);
  }

private:
  ImplicitLocOpBuilder builder;
  ModuleOp module;
  const OperatorTable &table;
  Type pointer, i8, i32;

  Attribute bytesOf(StringRef text) { return builder.getStringAttr(text); }
  Value byte(uint64_t value) { return LLVM::ConstantOp::create(builder, i8, value); }
  Value insert(Value aggregate, Value value, ArrayRef<int64_t> position) {
    return LLVM::InsertValueOp::create(builder, aggregate, value, position);
  }
  Value addressOf(StringRef symbol) {
    if (symbol.empty())
      return LLVM::ZeroOp::create(builder, pointer);
    return LLVM::AddressOfOp::create(builder, pointer, symbol);
  }

  std::string global(StringRef part, Attribute text) {
    return global(part, LLVM::LLVMArrayType::get(i8, cast<StringAttr>(text).getValue().size()), text);
  }
  std::string global(StringRef part, Type type, Attribute value, llvm::function_ref<Value()> initial = {}) {
    std::string name = (table.name + "_" + part).str();
    OpBuilder::InsertionGuard guard(builder);
    builder.setInsertionPointToEnd(module.getBody());
    auto op = LLVM::GlobalOp::create(builder, type, /*isConstant=*/true, LLVM::Linkage::Internal, name, value);
    if (initial) {
      builder.createBlock(&op.getInitializerRegion());
      LLVM::ReturnOp::create(builder, initial());
    }
    return name;
  }

  std::string buildVariants() {
    Type dtypes = LLVM::LLVMArrayType::get(i8, operandLimit), kernels = LLVM::LLVMArrayType::get(pointer, kernelLimit);
    Type variant = LLVM::LLVMStructType::getLiteral(builder.getContext(), {dtypes, pointer, kernels, pointer});
    Type type = LLVM::LLVMArrayType::get(variant, table.variants.size());
    return global("variants", type, {}, [&] {
      Value value = LLVM::ZeroOp::create(builder, type);
      for (auto [v, each] : llvm::enumerate(table.variants)) {
        for (auto [i, code] : llvm::enumerate(each.dtypes))
          value = insert(value, byte(code), {int64_t(v), 0, int64_t(i)});
        value = insert(value, addressOf(table.extents), {int64_t(v), 1});
        for (auto [i, kernel] : llvm::enumerate(each.kernels))
          value = insert(value, addressOf(kernel), {int64_t(v), 2, int64_t(i)});
      }
      return value;
    });
  }

  LLVM::LLVMFuncOp function(StringRef name, Type result, ArrayRef<Type> arguments) {
    if (auto known = module.lookupSymbol<LLVM::LLVMFuncOp>(name))
      return known;
    OpBuilder::InsertionGuard guard(builder);
    builder.setInsertionPointToEnd(module.getBody());
    return LLVM::LLVMFuncOp::create(builder, name, LLVM::LLVMFunctionType::get(result, arguments));
  }

  void buildCall(StringRef self) {
    auto family = function(table.family, i32, {pointer, pointer, i32, pointer});
    auto call = function(callName(table.name), i32, {pointer, pointer, i32, pointer});
    OpBuilder::InsertionGuard guard(builder);
    Block *body = call.addEntryBlock(builder);
    builder.setInsertionPointToStart(body);
    SmallVector<Value> arguments(body->getArguments());
    arguments[0] = addressOf(self);
    LLVM::ReturnOp::create(builder, LLVM::CallOp::create(builder, family, arguments).getResult());
  }

  void buildDirect(const OperatorVariant &variant) {
    unsigned operands = variant.dtypes.size();
    SmallVector<Type> types(operands + 1, pointer);
    types[0] = i32;
    auto direct = function(variant.direct, LLVM::LLVMVoidType::get(builder.getContext()), types);
    OpBuilder::InsertionGuard guard(builder);
    Block *body = direct.addEntryBlock(builder);
    builder.setInsertionPointToStart(body);
    LLVM::StoreOp::create(builder, body->getArgument(0), addressOf(table.extents));
    Value count = LLVM::ConstantOp::create(builder, i32, operands);
    Value array = LLVM::AllocaOp::create(builder, pointer, pointer, count);
    for (unsigned i = 0; i < operands; ++i)
      LLVM::StoreOp::create(builder, body->getArgument(i + 1),
                            LLVM::GEPOp::create(builder, pointer, pointer, array, LLVM::GEPArg(int32_t(i))));
    LLVM::CallOp::create(builder, module.lookupSymbol<LLVM::LLVMFuncOp>(variant.kernels[0]), array);
    LLVM::ReturnOp::create(builder, ValueRange());
  }
};

} // namespace

std::string callName(StringRef operatorName) { return ("__tvm_ffi_" + operatorName).str(); }

void addOperatorTable(ModuleOp module, const OperatorTable &table) { TableBuilder(module, table).build(); }

} // namespace wasmind::module
