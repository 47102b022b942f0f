//===- ModuleRules.cpp - what a module of the contract consists of ------------------------------------------------===//
#include "abi/ModuleRules.h"
#include "abi/ByteReader.h"
#include "abi/CodeRules.h"
#include <algorithm>
#include <unordered_map>

namespace wasmind::abi {
namespace {

/// Sections in their order (core specification 5.5.2). Data count stands before the code.
constexpr SectionId order[] = {SectionId::Type,    SectionId::Import,    SectionId::Function, SectionId::Table,
                               SectionId::Memory,  SectionId::Global,    SectionId::Export,   SectionId::Start,
                               SectionId::Element, SectionId::DataCount, SectionId::Code,     SectionId::Data};

constexpr uint8_t functionType = 0x60, vectorType = 0x7b, functionReference = 0x70;
constexpr uint8_t i32Type = 0x7f;

/// Number types, vectors, and references to functions and to what is the host's (5.3.1 to 5.3.4).
bool isValueType(uint8_t type, bool hasVectors) {
  return (type >= 0x7c && type <= 0x7f) || type == functionReference || type == 0x6f ||
         (type == vectorType && hasVectors);
}

/// The bytes of a limits field that say where a maximum is (5.3.8). Others mean shared, 64 bits or pages of other
/// sizes.
constexpr uint8_t withMaximum = 1;

/// How many parameters and results a function has, and whether all are i32, as of those that a host calls.
struct FunctionType {
  uint32_t parameterCount = 0, resultCount = 0;
  bool isCallable = true;
  bool operator==(const FunctionType &) const = default;
};

enum class ExportKind : uint8_t { Function = 0, Table = 1, Memory = 2, Global = 3 };

class Checker {
public:
  Checker(const std::vector<WasmSection> &sections, const Signature &signature)
      : sections(sections), signature(signature) {}

  std::optional<Error> run() {
    checkOrder();
    checkTypes();
    checkFunctions();
    checkTables();
    checkMemory();
    checkExports();
    checkBodies();
    return std::move(broken);
  }

private:
  void fail(std::string text) {
    if (!broken)
      broken = Error{Error::Kind::Invalid, std::move(text)};
  }
  void failToRead(const char *section) {
    fail(std::string("the ") + section + " section is damaged, or uses what modules of the contract do not");
  }

  void checkOrder() {
    const SectionId *next = std::begin(order);
    for (const WasmSection &section : sections) {
      if (SectionId(section.id) == SectionId::Custom)
        continue;
      const SectionId *found = std::find(next, std::end(order), SectionId(section.id));
      if (found == std::end(order))
        return fail("section " + std::to_string(&section - sections.data()) + " (id " + std::to_string(section.id) +
                    ") is not one of a module of the contract, or is there twice or too late");
      next = found + 1;
      if (*found == SectionId::Start) // loading must not run code
        return fail("the module has a start function");
      if (*found == SectionId::Import)
        checkImports(ByteReader(section.contents));
    }
  }

  void checkImports(ByteReader reader) {
    std::optional<uint32_t> count = reader.u32();
    if (!count)
      return failToRead("import");
    if (*count == 0)
      return;
    std::optional<std::string_view> from = reader.name(), name = reader.name();
    fail("the module imports " +
         (from && name ? "'" + std::string(*from) + "." + std::string(*name) + "'" : "something") +
         "; wasmind modules import nothing");
  }

  /// Reads the section with this id, if there is one, with `read`, which says whether it could; it holds `count` items.
  template <typename Read> void readItems(SectionId id, const char *name, Read read) {
    if (broken)
      return;
    for (const WasmSection &section : sections) {
      if (SectionId(section.id) != id)
        continue;
      ByteReader reader(section.contents);
      std::optional<uint32_t> count = reader.u32();
      // Every item has bytes.
      if (!count || *count > reader.remaining().size())
        return failToRead(name);
      for (uint32_t index = 0; index < *count; ++index)
        if (!read(reader) || broken)
          return failToRead(name);
      if (!reader.atEnd())
        failToRead(name);
    }
  }

  void checkTypes() {
    const std::vector<Feature> &features = signature.features;
    const bool hasVectors = std::any_of(features.begin(), features.end(), [](Feature feature) {
      return feature == Feature::Simd128 || feature == Feature::RelaxedSimd;
    });
    readItems(SectionId::Type, "type", [&](ByteReader &reader) {
      if (reader.byte() != functionType) // no arrays or structs: they have memory of the engine's
        return false;
      const auto parameters = reader.counted(), results = reader.counted();
      if (!parameters || !results)
        return false;
      bool areI32 = true;
      for (auto list : {*parameters, *results})
        for (uint8_t type : list) {
          areI32 &= type == i32Type;
          if (!isValueType(type, hasVectors))
            return false;
        }
      if (results->size() > 1)
        fail("a function type has " + std::to_string(results->size()) + " results; modules of the contract have one");
      if (types.size() == maxTypeCount)
        fail("the module has more than " + std::to_string(maxTypeCount) + " types");
      types.push_back({uint32_t(parameters->size()), uint32_t(results->size()), areI32});
      return true;
    });
  }

  void checkFunctions() {
    readItems(SectionId::Function, "function", [&](ByteReader &reader) {
      std::optional<uint32_t> type = reader.u32();
      if (!type || *type >= types.size())
        return false;
      if (functions.size() == maxBodyCount)
        fail("the module has more than " + std::to_string(maxBodyCount) + " functions");
      functions.push_back(*type);
      return true;
    });
  }

  void checkTables() {
    unsigned tableCount = 0;
    readItems(SectionId::Table, "table", [&](ByteReader &reader) {
      if (reader.byte() != functionReference || reader.byte() != withMaximum || ++tableCount > 1)
        return false;
      std::optional<uint32_t> minimum = reader.u32(), maximum = reader.u32();
      if (!minimum || !maximum)
        return false;
      if (*maximum > maxTableLength)
        fail("the table may have " + std::to_string(*maximum) + " elements, over " + std::to_string(maxTableLength));
      return *minimum <= *maximum;
    });
  }

  void checkMemory() {
    unsigned memoryCount = 0;
    const uint64_t pages = signature.memory.pages;
    readItems(SectionId::Memory, "memory", [&](ByteReader &reader) {
      std::optional<uint8_t> kind = reader.byte();
      if (!kind || *kind > withMaximum)
        return fail("the memory is shared, of 64 bits or of other pages than those of 65536 bytes"), true;
      if (++memoryCount > 1)
        return fail("the module has more than one memory"), true;
      std::optional<uint32_t> minimum = reader.u32(), maximum;
      if (!minimum || (kind == withMaximum && !(maximum = reader.u32())))
        return false;
      if (*minimum != pages || (signature.library ? maximum.has_value() : maximum != uint32_t(pages)))
        fail("the memory has " + std::to_string(*minimum) + ".." +
             (maximum ? std::to_string(*maximum) : std::string("any number of")) + " pages where the signature says " +
             (signature.library ? "at least " : "exactly ") + std::to_string(pages));
      return true;
    });
    if (memoryCount == 0)
      fail("the module has no memory");
  }

  void checkExports() {
    readItems(SectionId::Export, "export", [&](ByteReader &reader) {
      std::optional<std::string_view> name = reader.name();
      std::optional<uint8_t> kind = reader.byte();
      std::optional<uint32_t> index = reader.u32();
      if (!name || !kind || !index)
        return false;
      if (!exports.emplace(*name, std::pair(ExportKind(*kind), *index)).second)
        fail("the export '" + std::string(*name) + "' is there twice");
      return true;
    });
    auto memory = exports.find(memoryExport);
    if (memory == exports.end() || memory->second.first != ExportKind::Memory)
      fail("no exported memory '" + std::string(memoryExport) + "'");
    for (const Function &function : signature.functions)
      requireFunction(function.name, {0, 1});
    requireFunction(errorExport, {0, 1});
    requireFunction(abiVersionExport, {0, 1});
    if (!signature.library)
      return;
    requireFunction(allocateExport, {1, 1});
    requireFunction(freeExport, {1, 0});
    if (exports.count(initializeExport))
      requireFunction(initializeExport, {0, 0});
    for (const Operator &each : signature.library->operators)
      requireFunction(each.exportName, {4, 1});
  }

  void checkBodies() {
    if (broken)
      return;
    std::vector<uint32_t> parameterCounts;
    for (uint32_t type : functions)
      parameterCounts.push_back(types[type].parameterCount);
    for (const WasmSection &section : sections)
      if (SectionId(section.id) == SectionId::Code)
        if (std::optional<std::string> text = checkCode(section.contents, parameterCounts))
          fail(std::move(*text));
  }

  void requireFunction(std::string_view name, FunctionType wanted) {
    auto found = exports.find(name);
    if (found != exports.end() && found->second.first == ExportKind::Function &&
        found->second.second < functions.size() && types[functions[found->second.second]] == wanted)
      return;
    std::string parameters;
    for (uint32_t index = 0; index < wanted.parameterCount; ++index)
      parameters += index == 0 ? "i32" : ", i32";
    fail("no exported function '" + std::string(name) + "' of type (" + parameters + ") -> " +
         (wanted.resultCount == 0 ? "()" : "i32"));
  }

  const std::vector<WasmSection> &sections;
  const Signature &signature;
  std::vector<FunctionType> types;
  std::vector<uint32_t> functions; ///< their types; no function is imported
  std::unordered_map<std::string_view, std::pair<ExportKind, uint32_t>> exports;
  std::optional<Error> broken;
};

} // namespace

std::optional<Error> checkModule(const std::vector<WasmSection> &sections, const Signature &signature) {
  return Checker(sections, signature).run();
}

} // namespace wasmind::abi
