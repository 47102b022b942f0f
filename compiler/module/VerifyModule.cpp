// What every finished module guarantees, checked on its bytes and not on what the stage believes it wrote.
#include "abi/ModuleRules.h"
#include "compiler/module/Link.h"
#include "compiler/module/Module.h"
#include "compiler/module/Sections.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/Support/FormatVariadic.h"

using namespace llvm;

namespace wasmind::module {
namespace {

struct Exported {
  uint8_t kind;
  uint32_t index;
};

Error bad(const Twine &what) { return createStringError("the emitted module breaks its contract: " + what); }

/// Per function type: is it () -> i32?
SmallVector<bool> readTypes(Reader &reader) {
  SmallVector<bool> types;
  for (uint32_t i = 0, count = reader.unsigned32(); i < count && !reader.failed(); ++i) {
    if (reader.byte() != 0x60)
      reader.fail();
    ArrayRef<char> parameters = reader.take(reader.unsigned32());
    ArrayRef<char> results = reader.take(reader.unsigned32());
    types.push_back(parameters.empty() && results.size() == 1 && results[0] == 0x7f);
  }
  return types;
}

StringMap<Exported> readExports(Reader &reader) {
  StringMap<Exported> exports;
  for (uint32_t i = 0, count = reader.unsigned32(); i < count && !reader.failed(); ++i) {
    StringRef name = reader.text();
    uint8_t kind = reader.byte();
    uint32_t index = reader.unsigned32();
    if (!exports.try_emplace(name, Exported{kind, index}).second)
      reader.fail();
  }
  return exports;
}

} // namespace

Error verifyModule(ArrayRef<char> prefix, uint64_t byteLength, const Expectations &expected) {
  auto sections = readSections(prefix, byteLength);
  if (!sections)
    return sections.takeError();
  SmallVector<bool> isEntryType;
  SmallVector<uint32_t> functionTypes;
  StringMap<Exported> exports;
  unsigned memories = 0, signatures = 0;
  for (const Section &section : *sections) {
    Reader reader(section.payload);
    switch (section.id) {
    case Custom:
      if (section.name != "wasmind")
        return bad("unexpected custom section '" + section.name + "'");
      ++signatures;
      if (StringRef(section.payload.data(), section.payload.size()) != expected.signature)
        return bad("its signature is not the one given");
      continue;
    case Type:
      isEntryType = readTypes(reader);
      break;
    case Import:
      return bad("it has imports");
    case FunctionSection:
      for (uint32_t i = 0, count = reader.unsigned32(); i < count && !reader.failed(); ++i)
        functionTypes.push_back(reader.unsigned32());
      break;
    case Memory: {
      memories = reader.unsigned32();
      uint8_t flags = reader.byte();
      uint32_t least = reader.unsigned32(), most = flags & 1 ? reader.unsigned32() : 0;
      if (memories != 1 || flags != 1 || least != expected.pages || most != expected.pages)
        return bad(formatv("its memory is not one of exactly {0} pages", expected.pages).str());
      break;
    }
    case Export:
      exports = readExports(reader);
      break;
    default:
      continue;
    }
    if (reader.failed() || !reader.atEnd())
      return bad(formatv("section {0} cannot be read", section.id).str());
  }
  if (!memories)
    return bad("it has no memory");
  if (signatures != 1 || sections->front().id != Custom)
    return bad("its signature is not the one first section");
  auto memory = exports.find("memory");
  if (memory == exports.end() || memory->second.kind != 2)
    return bad("it does not export 'memory'");
  for (const std::string &name : expected.exportedFunctions) {
    auto found = exports.find(name);
    if (found == exports.end() || found->second.kind != 0)
      return bad("it does not export the function '" + name + "'");
    uint32_t index = found->second.index;
    if (index >= functionTypes.size() || functionTypes[index] >= isEntryType.size() ||
        !isEntryType[functionTypes[index]])
      return bad("the exported function '" + name + "' is not () -> i32");
  }
  return Error::success();
}

Error verifyRules(ArrayRef<Section> sections, const abi::Signature &signature) {
  std::vector<abi::WasmSection> seen;
  for (const Section &section : sections)
    seen.push_back(
        {section.id, {}, {reinterpret_cast<const uint8_t *>(section.payload.data()), section.payload.size()}});
  if (std::optional<abi::Error> error = abi::checkModule(seen, signature))
    return createStringError("hosts would refuse the module: " + error->text);
  return Error::success();
}

} // namespace wasmind::module
