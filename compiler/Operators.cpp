//===- Operators.cpp - operators to objects, archive and library --------------------------------------------------===//
//
//   OperatorObject   formula -> frontend/expr -> graph -> loops -> module: one object per operator
//   here             objects + those of other compilers + runtime/guest -> archive, header, signed module
//
//===--------------------------------------------------------------------------------------------------------------===//
#include "compiler/Operators.h"
#include "compiler/OperatorHeader.h"
#include "compiler/OperatorObject.h"
#include "compiler/OutputFile.h"
#include "compiler/OutputPaths.h"
#include "compiler/diagnostics/FirstError.h"
#include "compiler/module/Library.h"
#include "runtime/guest/Objects.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringSet.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"

namespace wasmind {
namespace {

using Bytes = llvm::SmallVector<char, 0>;

class LibraryBuild {
public:
  explicit LibraryBuild(const LibraryOptions &options) : options(options) {}

  LibraryResult run() {
    if (llvm::Error error = stages())
      result.error = toLine(std::move(error));
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

  static std::string objectName(const Operator &each) { return llvm::StringRef(each.name).lower() + ".o"; }

  std::string objectPath(const std::string &name) const {
    llvm::SmallString<128> path(options.objectsFolder);
    llvm::sys::path::append(path, name);
    return path.str().str();
  }

  llvm::Error checkPaths() {
    std::vector<std::string> inputs, outputs{options.module, options.archive, options.header};
    for (const LinkedObject &link : options.links)
      inputs.push_back(link.path);
    if (!options.objectsFolder.empty())
      for (const Operator &each : options.operators)
        outputs.push_back(objectPath(objectName(each)));
    std::string refusal = refuseOutputs(inputs, outputs);
    result.isWrongUsage = !refusal.empty();
    return refusal.empty() ? llvm::Error::success() : llvm::createStringError(refusal);
  }

  llvm::Error stages() {
    if (llvm::Error error = checkPaths())
      return error;
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
    description.variadic = each.variadic;
    if (llvm::Error error = declare(description, "operator " + each.name))
      return error;
    auto object = compileOperator(each, options);
    if (!object)
      return llvm::createStringError("operator " + each.name + ": " + llvm::toString(object.takeError()));
    result.operators.push_back({each.name, object->bytes.size(), object->vectorisedShare});
    objects.push_back({objectName(each), std::move(object->bytes)});
    if (each.family == Family::Elementwise)
      for (const abi::Variant &variant : each.variants)
        if (std::string direct = directName(each, variant); !direct.empty())
          exports.push_back(direct);
    return llvm::Error::success();
  }

  llvm::Error read(const LinkedObject &link) {
    // A pipe or a device would make us wait, or never end.
    if (llvm::sys::fs::exists(link.path) && !llvm::sys::fs::is_regular_file(link.path))
      return llvm::createStringError(link.path + ": cannot read: not a regular file");
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
    for (size_t i = 0; i < options.operators.size(); ++i)
      if (llvm::Error error =
              writeFile(objectPath(objects[i].name), llvm::StringRef(objects[i].bytes.data(), objects[i].bytes.size())))
        return error;
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
      signature.library = library;
      signature.memory.pages = pages;
      signature.memory.stack = {0, module::libraryStackByteLength};
      return signature;
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
