//===- Operators.cpp - the compiler of operators on one page ------------------------------------------------------===//
//
//   frontend/expr   formula -> graph dialect, once per variant and kernel
//   graph, loops    as for models, but memory comes from the caller
//   module          kernels + table -> one object per operator; objects + runtime/guest -> archive, module
//
//===--------------------------------------------------------------------------------------------------------------===//
#include "compiler/Operators.h"
#include "compiler/OperatorHeader.h"
#include "compiler/OutputFile.h"
#include "compiler/frontend/expr/Trace.h"
#include "compiler/graph/Graph.h"
#include "compiler/graph/Passes.h"
#include "compiler/loops/Loops.h"
#include "compiler/module/Library.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/IR/Diagnostics.h"
#include "mlir/Pass/PassManager.h"
#include "runtime/guest/Objects.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringSet.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"

using namespace mlir;

namespace wasmind {
namespace {

using Bytes = llvm::SmallVector<char, 0>;

loops::EngineHint hintOf(const std::string &name) {
  return name == "v8"          ? loops::EngineHint::V8
         : name == "cranelift" ? loops::EngineHint::Cranelift
                               : loops::EngineHint::Any;
}

/// The words of runtime/guest's shape programs.
enum ShapeWord : int32_t { Constant, Variable, Add, Multiply, FloorDivide, CeilDivide, Modulo };

llvm::Error appendProgram(AffineExpr extent, std::vector<int32_t> &words) {
  if (auto constant = dyn_cast<AffineConstantExpr>(extent)) {
    words.insert(words.end(), {Constant, int32_t(constant.getValue())});
    return llvm::Error::success();
  }
  if (auto symbol = dyn_cast<AffineSymbolExpr>(extent)) {
    words.insert(words.end(), {Variable, int32_t(symbol.getPosition())});
    return llvm::Error::success();
  }
  auto binary = dyn_cast<AffineBinaryOpExpr>(extent);
  if (!binary)
    return llvm::createStringError("an extent of it cannot be computed when it is called");
  if (llvm::Error error = appendProgram(binary.getLHS(), words))
    return error;
  if (llvm::Error error = appendProgram(binary.getRHS(), words))
    return error;
  switch (binary.getKind()) {
  case AffineExprKind::Add:
    words.push_back(Add);
    break;
  case AffineExprKind::Mul:
    words.push_back(Multiply);
    break;
  case AffineExprKind::FloorDiv:
    words.push_back(FloorDivide);
    break;
  case AffineExprKind::CeilDiv:
    words.push_back(CeilDivide);
    break;
  default:
    words.push_back(Modulo);
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
    if (isAlongAxis()) // a RowForm
      table.shapes = {definition.family == Family::Reduction};
  }

  llvm::Expected<Bytes> run() {
    if (definition.family == Family::Movement && definition.function.empty())
      return llvm::createStringError("names no function that does it");
    for (const abi::Variant &variant : definition.variants)
      if (llvm::Error error = addVariant(variant))
        return std::move(error);
    table.family = familyFunction();
    if (llvm::Error error = module::lowerToLLVM(*code))
      return std::move(error);
    module::addOperatorTable(*code, table);
    return module::emitObject(*code, {options.relaxedSimd, options.optLevel});
  }

  bool vectorised = true;

private:
  bool isAlongAxis() const { return definition.family == Family::Row || definition.family == Family::Reduction; }

  std::string familyFunction() const {
    if (definition.family == Family::Movement)
      return definition.function;
    if (isAlongAxis())
      return "wasmind_row";
    std::string name = definition.family == Family::Expression ? "wasmind_expression" : "wasmind_elementwise";
    return definition.attributes.empty() ? name + "_tensors" : name;
  }

  /// The element type in which the guest hands an attribute over.
  abi::DType attributeType(size_t i, const abi::Variant &types) const {
    if (definition.family == Family::Movement) {
      abi::AttributeType type = definition.attributes[i].type;
      return type == abi::AttributeType::I64    ? abi::DType::I64
             : type == abi::AttributeType::Bool ? abi::DType::Bool
                                                : types.outputs[0];
    }
    if (isAlongAxis() && i == 0)
      return abi::DType::I64;
    return definition.family == Family::Reduction && i == 1 ? abi::DType::Bool : types.inputs[0];
  }

  const Operator &definition;
  const LibraryOptions &options;
  MLIRContext context;
  OwningOpRef<ModuleOp> code;
  module::OperatorTable table;

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
    if (definition.family != Family::Elementwise) {
      if (llvm::Error error = addKernel(prefix + "_kernel", definition.define(types), variant))
        return error;
    } else {
      // All inputs whole; then, of two, one of them a single element.
      size_t forms = definition.inputs.size() == 2 ? 3 : 1;
      for (size_t form = 0; form < forms; ++form)
        if (llvm::Error error = addKernel(prefix + "_kernel" + std::to_string(form), elementwise(types, form), variant))
          return error;
      bool same = llvm::all_equal(types.inputs);
      variant.direct = same ? definition.name + "_" + std::string(abi::nameOf(types.inputs[0])) : prefix;
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
    auto graph = te::trace(context, tensors.inputs, tensors.outputs);
    if (!graph)
      return graph.takeError();
    if (llvm::Error error = checkTypes(tensors, variant))
      return error;
    if (definition.family == Family::Expression && table.shapes.empty())
      if (llvm::Error error = describeShapes(**graph))
        return error;
    if (llvm::Error error = rewrite(**graph))
      return error;
    loops::Options loopOptions;
    loopOptions.hint = hintOf(options.engineHint);
    loopOptions.relaxedSimd = options.relaxedSimd;
    auto records = loops::lowerOperator(**graph, {name, table.extents}, *code, loopOptions);
    if (!records)
      return records.takeError();
    for (const loops::KernelRecord &record : *records)
      vectorised &= record.vectorised;
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
          std::vector<int32_t> words;
          if (llvm::Error error = appendProgram(extent, words))
            return error;
          table.shapes.push_back(words.size());
          table.shapes.insert(table.shapes.end(), words.begin(), words.end());
        }
      }
    return llvm::Error::success();
  }

  llvm::Error rewrite(ModuleOp graph) {
    std::string message;
    ScopedDiagnosticHandler handler(&context, [&](Diagnostic &diagnostic) {
      if (message.empty() && diagnostic.getSeverity() == DiagnosticSeverity::Error)
        message = diagnostic.str();
      return success();
    });
    PassManager passes(&context);
    graph::buildGraphPipeline(passes);
    if (failed(passes.run(graph)))
      return llvm::createStringError(message.empty() ? "the graph stage failed" : message);
    return llvm::Error::success();
  }
};

class LibraryBuild {
public:
  explicit LibraryBuild(const LibraryOptions &options) : options(options) {}

  LibraryResult run() {
    if (llvm::Error error = stages())
      result.error = llvm::StringRef(llvm::toString(std::move(error))).split('\n').first.str();
    return std::move(result);
  }

private:
  struct Object {
    std::string name;
    Bytes bytes;
  };
  const LibraryOptions &options;
  LibraryResult result;
  std::vector<Object> objects; ///< operators, then linked ones
  std::vector<std::string> exports;
  abi::Library library;
  llvm::StringSet<> names;

  llvm::Error stages() {
    for (const Operator &each : options.operators)
      if (llvm::Error error = compile(each))
        return error;
    for (const LinkedObject &each : options.links)
      if (llvm::Error error = read(each))
        return error;
    if (library.operators.empty())
      return llvm::createStringError(options.links.empty()
                                         ? "no operator is left to build"
                                         : "none of the linked objects defines a function " + module::callName("") +
                                               "*, as objects built by TVM or by `wasmind operators` do");
    if (llvm::Error error = writeObjects())
      return error;
    if (!options.archive.empty())
      if (llvm::Error error = writeArchive())
        return error;
    if (!options.header.empty())
      if (llvm::Error error = writeFile(options.header, operatorHeader(options.operators)))
        return error;
    return options.module.empty() ? llvm::Error::success() : writeModule();
  }

  llvm::Error declare(const abi::Operator &each, const std::string &where) {
    if (!names.insert(each.name).second)
      return llvm::createStringError(where + ": an operator called '" + each.name + "' is there already");
    exports.push_back(each.exportName);
    library.operators.push_back(each);
    return llvm::Error::success();
  }

  llvm::Error compile(const Operator &each) {
    if (options.progress)
      options.progress(each.name);
    abi::Operator description;
    description.name = each.name;
    description.exportName = module::callName(each.name);
    description.inputs = each.inputs;
    description.attributes = each.attributes;
    description.outputs = each.outputs;
    description.variants = each.variants;
    if (llvm::Error error = declare(description, "operator " + each.name))
      return error;
    OperatorCompilation compilation(each, options);
    auto object = compilation.run();
    if (!object)
      return llvm::createStringError("operator " + each.name + ": " + llvm::toString(object.takeError()));
    result.operators.push_back({each.name, object->size(), compilation.vectorised});
    objects.push_back({llvm::StringRef(each.name).lower() + ".o", std::move(*object)});
    if (each.family == Family::Elementwise)
      for (const abi::Variant &variant : each.variants)
        if (llvm::all_equal(variant.inputs))
          exports.push_back(each.name + "_" + std::string(abi::nameOf(variant.inputs[0])));
    return llvm::Error::success();
  }

  llvm::Error read(const LinkedObject &link) {
    auto buffer = llvm::MemoryBuffer::getFile(link.path, /*IsText=*/false, /*RequiresNullTerminator=*/false);
    if (!buffer)
      return llvm::createStringError(link.path + ": cannot read: " + buffer.getError().message());
    llvm::StringRef bytes = (*buffer)->getBuffer();
    std::string name = llvm::sys::path::filename(link.path).str();
    objects.push_back({name, Bytes(bytes.begin(), bytes.end())});
    std::string prefix = module::callName("");
    auto functions = module::definedFunctions({name, objects.back().bytes}, prefix);
    if (!functions)
      return functions.takeError();
    for (const std::string &function : *functions) {
      abi::Operator linked;
      linked.name = function.substr(prefix.size());
      linked.exportName = function;
      linked.origin = abi::Origin::Linked;
      if (llvm::Error error = declare(linked, link.path))
        return error;
    }
    return llvm::Error::success();
  }

  std::vector<module::NamedObject> allObjects() const {
    std::vector<module::NamedObject> all;
    for (const Object &object : objects)
      all.push_back({object.name, object.bytes});
    for (const guest::Object &object : guest::objects())
      all.push_back({std::string(object.name), llvm::ArrayRef<char>(object.bytes.data(), object.bytes.size())});
    return all;
  }

  llvm::Error writeFile(const std::string &path, llvm::StringRef bytes) {
    return writeOutput(path, [&](llvm::raw_ostream &out) { out << bytes; });
  }

  llvm::Error writeObjects() {
    if (options.objectsFolder.empty())
      return llvm::Error::success();
    if (std::error_code code = llvm::sys::fs::create_directories(options.objectsFolder))
      return llvm::createStringError(code, options.objectsFolder + ": cannot create: " + code.message());
    for (size_t i = 0; i < options.operators.size(); ++i) {
      llvm::SmallString<128> path(options.objectsFolder);
      llvm::sys::path::append(path, objects[i].name);
      if (llvm::Error error =
              writeFile(path.str().str(), llvm::StringRef(objects[i].bytes.data(), objects[i].bytes.size())))
        return error;
    }
    return llvm::Error::success();
  }

  llvm::Error writeArchive() {
    auto archive = module::makeArchive(allObjects());
    if (!archive)
      return archive.takeError();
    result.archiveBytes = archive->size();
    return writeFile(options.archive, llvm::StringRef(archive->data(), archive->size()));
  }

  llvm::Error writeModule() {
    module::LibraryInput input;
    std::vector<module::NamedObject> all = allObjects();
    input.objects = all;
    input.exports = exports;
    input.sign = [&](uint32_t pages) {
      abi::Signature signature;
      signature.compiler = "wasmind 0.1.0";
      signature.features = {abi::Feature::Simd128};
      if (options.relaxedSimd)
        signature.features.push_back(abi::Feature::RelaxedSimd);
      signature.engineHint = *abi::parseEngineHint(options.engineHint);
      signature.library = library;
      signature.memory.pages = pages;
      signature.memory.stack = {0, module::libraryStackByteLength};
      return abi::writeSignature(signature);
    };
    auto image = module::linkLibrary(input);
    if (!image)
      return image.takeError();
    result.moduleBytes = image->size();
    return writeFile(options.module, llvm::StringRef(image->data(), image->size()));
  }
};

} // namespace

LibraryResult buildLibrary(const LibraryOptions &options) { return LibraryBuild(options).run(); }

} // namespace wasmind
