//===- OperatorObject.cpp - the stages of one operator ------------------------------------------------------------===//
//
//   frontend/expr   formula -> graph dialect, once per combination of element types and form of kernel
//   graph, loops    as for models, but memory comes from the caller
//   module          kernels + table -> object
//
//===--------------------------------------------------------------------------------------------------------------===//
#include "compiler/OperatorObject.h"
#include "compiler/OperatorHeader.h"
#include "compiler/frontend/expr/Trace.h"
#include "compiler/graph/Graph.h"
#include "compiler/graph/Passes.h"
#include "compiler/loops/Loops.h"
#include "compiler/module/Library.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "runtime/guest/ShapeOpcode.h"
#include "llvm/ADT/StringExtras.h"

using namespace mlir;

namespace wasmind {
namespace {

/// What a kernel's loops are measured at: its extents have no bounds that say anything.
constexpr int32_t measuredExtent = 256;

/// The extent as a postfix program of opcodes and their operands (runtime/guest/ShapeOpcode.h).
llvm::Error appendProgram(AffineExpr extent, std::vector<int32_t> &program) {
  if (auto constant = dyn_cast<AffineConstantExpr>(extent)) {
    program.insert(program.end(), {ShapeConstant, int32_t(constant.getValue())});
    return llvm::Error::success();
  }
  if (auto symbol = dyn_cast<AffineSymbolExpr>(extent)) {
    program.insert(program.end(), {ShapeVariable, int32_t(symbol.getPosition())});
    return llvm::Error::success();
  }
  auto binary = dyn_cast<AffineBinaryOpExpr>(extent);
  if (!binary)
    return llvm::createStringError("an extent of it cannot be computed when it is called");
  if (llvm::Error error = appendProgram(binary.getLHS(), program))
    return error;
  if (llvm::Error error = appendProgram(binary.getRHS(), program))
    return error;
  switch (binary.getKind()) {
  case AffineExprKind::Add:
    program.push_back(ShapeAdd);
    break;
  case AffineExprKind::Mul:
    program.push_back(ShapeMultiply);
    break;
  case AffineExprKind::FloorDiv:
    program.push_back(ShapeFloorDivide);
    break;
  case AffineExprKind::CeilDiv:
    program.push_back(ShapeCeilDivide);
    break;
  default:
    program.push_back(ShapeModulo);
  }
  return llvm::Error::success();
}

/// One operator on its way to an object.
class OperatorCompilation {
public:
  OperatorCompilation(const Operator &definition, const LibraryOptions &options)
      : definition(definition), options(options), context(MLIRContext::Threading::DISABLED) {
    context.loadDialect<graph::GraphDialect, func::FuncDialect, LLVM::LLVMDialect>();
    code = ModuleOp::create(UnknownLoc::get(&context));
    table.name = definition.name;
    if (definition.family != Family::Movement)
      table.extents = definition.name + "_extents";
    table.inputs = definition.inputs.size();
    table.attributes = definition.attributes.size();
    table.outputs = definition.outputs.size();
  }

  llvm::Expected<OperatorObject> run() {
    if (llvm::Error error = checkDefinition())
      return std::move(error);
    for (const abi::Variant &variant : definition.variants)
      if (llvm::Error error = addVariant(variant))
        return std::move(error);
    table.family = familyFunction();
    if (llvm::Error error = module::lowerToLLVM(*code))
      return std::move(error);
    module::addOperatorTable(*code, table);
    measurement.extentTable = table.extents;
    measurement.tableValue = measuredExtent;
    std::vector<module::Work> work;
    auto bytes = module::emitObject(*code, {options.relaxedSimd, options.optLevel}, &measurement, &work);
    if (!bytes)
      return bytes.takeError();
    double share = 1;
    for (const module::Work &each : work)
      share = std::min(share, each.vectorisedShare());
    return OperatorObject{std::move(*bytes), share};
  }

private:
  bool hasFunction() const { return definition.family == Family::Movement || definition.family == Family::Composite; }

  std::string familyFunction() const {
    if (hasFunction())
      return definition.function;
    if (definition.family == Family::Row)
      return "wasmind_row";
    std::string name = definition.family == Family::Expression ? "wasmind_expression" : "wasmind_elementwise";
    return definition.attributes.empty() ? name + "_tensors" : name;
  }

  /// The element type in which the guest hands an attribute over.
  abi::DType attributeType(size_t i, const abi::Variant &types) const {
    if (hasFunction()) {
      abi::AttributeType type = definition.attributes[i].type;
      return type == abi::AttributeType::I64          ? abi::DType::I64
             : type == abi::AttributeType::Bool       ? abi::DType::Bool
             : definition.family == Family::Composite ? computedIn(types.outputs[0])
                                                      : types.outputs[0];
    }
    if (definition.family == Family::Row)
      return i == 0 ? abi::DType::I64 : computedIn(types.inputs[0]);
    return types.inputs[0];
  }

  const Operator &definition;
  const LibraryOptions &options;
  MLIRContext context;
  OwningOpRef<ModuleOp> code;
  module::OperatorTable table;
  module::Measurement measurement; ///< of the kernels

  llvm::Error checkDefinition() const {
    auto isWord = [](char c) { return llvm::isAlnum(c) || c == '_'; };
    if (definition.name.empty() || !llvm::all_of(definition.name, isWord))
      return llvm::createStringError("its name is not made of letters, digits and _");
    if (definition.inputs.size() + definition.attributes.size() + definition.outputs.size() > module::operandLimit)
      return llvm::createStringError("takes more than " + llvm::Twine(module::operandLimit) +
                                     " inputs, attributes and outputs");
    if (definition.inputs.empty() || definition.outputs.empty())
      return llvm::createStringError("needs an input and an output");
    if (definition.variants.empty() || definition.variants.size() > 255)
      return llvm::createStringError("needs 1 to 255 combinations of element types");
    for (const abi::Variant &variant : definition.variants)
      if (variant.inputs.size() != definition.inputs.size() || variant.outputs.size() != definition.outputs.size())
        return llvm::createStringError("a combination of element types does not match its inputs and outputs");
    if (definition.variadic && !hasFunction())
      return llvm::createStringError("only an operator with a function of its own can be variadic");
    if (hasFunction() && definition.function.empty())
      return llvm::createStringError("names no function that does it");
    if (definition.family == Family::Movement)
      return llvm::Error::success();
    if (definition.family == Family::Composite) {
      if (definition.kernels.empty() || definition.kernels.size() > module::kernelLimit)
        return llvm::createStringError("needs 1 to " + llvm::Twine(module::kernelLimit) + " kernels");
      return llvm::all_of(definition.kernels, [](const auto &each) { return bool(each); })
                 ? llvm::Error::success()
                 : llvm::createStringError("has no definition");
    }
    if (definition.family == Family::Elementwise && (!definition.formula || definition.outputs.size() != 1))
      return llvm::createStringError("an elementwise operator needs a formula and one output");
    if (definition.family != Family::Elementwise && !definition.define)
      return llvm::createStringError("has no definition");
    if (definition.family == Family::Row && definition.attributes.empty())
      return llvm::createStringError("lacks the attribute axis");
    return llvm::Error::success();
  }

  llvm::Error addVariant(const abi::Variant &types) {
    module::OperatorVariant variant;
    auto addCode = [&](abi::DType dtype) { variant.dtypes.push_back(uint8_t(dtype)); };
    llvm::for_each(types.inputs, addCode);
    for (size_t i = 0; i < definition.attributes.size(); ++i)
      addCode(attributeType(i, types));
    llvm::for_each(types.outputs, addCode);
    if (definition.family == Family::Movement) {
      table.variants.push_back(std::move(variant));
      return llvm::Error::success();
    }
    std::string prefix = definition.name;
    for (abi::DType dtype : types.inputs)
      prefix += "_" + std::string(abi::nameOf(dtype));
    if (definition.family == Family::Composite) {
      for (auto [i, define] : llvm::enumerate(definition.kernels)) {
        Operator::Tensors tensors = define(types);
        if (tensors.outputs.empty())
          variant.kernels.push_back("");
        else if (llvm::Error error = addKernel(prefix + "_kernel" + std::to_string(i), tensors, variant))
          return error;
      }
    } else if (definition.family != Family::Elementwise) {
      if (llvm::Error error = addKernel(prefix + "_kernel", definition.define(types), variant))
        return error;
    } else {
      // All inputs whole; then, of two, one of them a single element.
      size_t forms = definition.inputs.size() == 2 ? 3 : 1;
      for (size_t form = 0; form < forms; ++form)
        if (llvm::Error error = addKernel(prefix + "_kernel" + std::to_string(form), elementwise(types, form), variant))
          return error;
      variant.direct = directName(definition, types);
    }
    table.variants.push_back(std::move(variant));
    return llvm::Error::success();
  }

  Operator::Tensors elementwise(const abi::Variant &types, size_t form) {
    te::Var n = te::var("n");
    Operator::Tensors tensors;
    for (auto [i, name] : llvm::enumerate(definition.inputs)) {
      bool single = form + i == 2; // form 1: input 1, form 2: input 0
      tensors.inputs.push_back(te::placeholder({single && form ? te::Expr(1) : te::Expr(n)}, types.inputs[i], name));
    }
    for (const abi::Attribute &attribute : definition.attributes)
      tensors.inputs.push_back(te::placeholder({1}, types.inputs[0], attribute.name));
    auto element = [&](te::Expr i) {
      std::vector<te::Expr> values;
      for (auto [position, tensor] : llvm::enumerate(tensors.inputs)) {
        bool single = position >= definition.inputs.size() || (form && form + position == 2);
        values.push_back(single ? tensor(0) : tensor(i));
      }
      return definition.formula(values);
    };
    tensors.outputs.push_back(te::compute({n}, element, definition.outputs[0]));
    return tensors;
  }

  llvm::Error addKernel(const std::string &name, const Operator::Tensors &tensors, module::OperatorVariant &variant) {
    auto graph = te::trace(context, tensors.inputs, tensors.outputs, {}, tensors.vars);
    if (!graph)
      return graph.takeError();
    if (definition.family != Family::Composite)
      if (llvm::Error error = checkTypes(tensors, variant))
        return error;
    if (definition.family == Family::Expression && table.shapes.empty())
      if (llvm::Error error = describeShapes(**graph))
        return error;
    if (llvm::Error error = graph::rewrite(**graph))
      return error;
    loops::Options loopOptions;
    loopOptions.relaxedSimd = options.relaxedSimd;
    auto records = loops::lowerOperator(**graph, {name, table.extents}, *code, loopOptions);
    if (!records)
      return records.takeError();
    for (const loops::KernelRecord &record : *records)
      measurement.functions.push_back(record.name);
    variant.kernels.push_back(name);
    return llvm::Error::success();
  }

  /// The definition against the variant it was asked for.
  llvm::Error checkTypes(const Operator::Tensors &tensors, const module::OperatorVariant &variant) {
    if (tensors.outputs.size() != table.outputs)
      return llvm::createStringError("its definition gives " + llvm::Twine(tensors.outputs.size()) + " results, not " +
                                     llvm::Twine(table.outputs));
    for (auto [i, tensor] : llvm::enumerate(tensors.outputs)) {
      auto wanted = abi::DType(variant.dtypes[table.inputs + table.attributes + i]);
      if (tensor.dtype() != wanted)
        return llvm::createStringError("its formula gives " + llvm::Twine(abi::nameOf(tensor.dtype())) +
                                       " where the variant says " + llvm::Twine(abi::nameOf(wanted)));
    }
    return llvm::Error::success();
  }

  llvm::Error describeShapes(ModuleOp graph) {
    auto run = graph.lookupSymbol<func::FuncOp>("run");
    table.shapes.push_back(graph::getNamedDims(graph).size());
    for (TypeRange types : {TypeRange(run.getArgumentTypes()), TypeRange(run.getResultTypes())})
      for (Type tensor : types) {
        llvm::SmallVector<AffineExpr> extents = graph::getExtents(tensor);
        table.shapes.push_back(extents.size());
        for (AffineExpr extent : extents) {
          std::vector<int32_t> program;
          if (llvm::Error error = appendProgram(extent, program))
            return error;
          table.shapes.push_back(program.size());
          table.shapes.insert(table.shapes.end(), program.begin(), program.end());
        }
      }
    return llvm::Error::success();
  }
};

} // namespace

llvm::Expected<OperatorObject> compileOperator(const Operator &definition, const LibraryOptions &options) {
  return OperatorCompilation(definition, options).run();
}

} // namespace wasmind
