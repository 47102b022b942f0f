// Operator objects -> archive, or -> library module: linked, signed, checked.
#include "abi/Signature.h"
#include "compiler/module/Library.h"
#include "compiler/module/Link.h"
#include "compiler/module/Sections.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringSet.h"
#include "llvm/Object/ArchiveWriter.h"
#include "llvm/Object/Wasm.h"
#include "llvm/Support/FormatVariadic.h"

using namespace llvm;

namespace wasmind::module {
namespace {

/// What every library exports besides its memory and its operators.
constexpr StringLiteral contractExports[] = {"wasmind_abi_version", "wasmind_error", "wasmind_allocate", "wasmind_free",
                                             "_initialize"};

Expected<std::unique_ptr<object::WasmObjectFile>> readObject(const NamedObject &object) {
  MemoryBufferRef buffer(StringRef(object.bytes.data(), object.bytes.size()), object.name);
  auto file = object::ObjectFile::createWasmObjectFile(buffer);
  if (!file)
    return createStringError(object.name + ": not a wasm object: " + toString(file.takeError()));
  if (!(*file)->isRelocatableObject())
    return createStringError(object.name + ": is a linked module; give the object file (.o) it was linked from");
  return std::move(*file);
}

/// Pages the module's memory starts with, when it may grow without bound.
Expected<uint32_t> growingPages(ArrayRef<Section> sections) {
  for (const Section &section : sections) {
    if (section.id != Memory)
      continue;
    Reader reader(section.payload);
    uint32_t count = reader.unsigned32();
    uint8_t flags = reader.byte();
    uint32_t pages = reader.unsigned32();
    if (count == 1 && flags == 0 && !reader.failed())
      return pages;
  }
  return createStringError("the linker's output has not one memory that grows");
}

Error checkExports(ArrayRef<Section> sections, ArrayRef<std::string> wanted) {
  StringSet<> found;
  for (const Section &section : sections) {
    if (section.id == Import)
      return createStringError("the linker's output has imports");
    if (section.id != Export)
      continue;
    Reader reader(section.payload);
    for (uint32_t i = 0, count = reader.unsigned32(); i < count && !reader.failed(); ++i) {
      found.insert(reader.text());
      reader.byte();
      reader.unsigned32();
    }
  }
  for (const std::string &name : wanted)
    if (!found.contains(name))
      return createStringError("the linked library does not export '" + name + "'");
  return Error::success();
}

} // namespace

Expected<SmallVector<char, 0>> makeArchive(ArrayRef<NamedObject> objects) {
  std::vector<NewArchiveMember> members;
  for (const NamedObject &object : objects) {
    if (auto read = readObject(object); !read)
      return read.takeError();
    NewArchiveMember member;
    member.Buf = MemoryBuffer::getMemBuffer(StringRef(object.bytes.data(), object.bytes.size()), object.name, false);
    member.MemberName = object.name;
    members.push_back(std::move(member));
  }
  auto archive = writeArchiveToBuffer(members, SymtabWritingMode::NormalSymtab, object::Archive::K_GNU,
                                      /*Deterministic=*/true, /*Thin=*/false);
  if (!archive)
    return archive.takeError();
  StringRef bytes = (*archive)->getBuffer();
  return SmallVector<char, 0>(bytes.begin(), bytes.end());
}

Expected<std::vector<std::string>> definedFunctions(const NamedObject &object, StringRef prefix) {
  auto file = readObject(object);
  if (!file)
    return file.takeError();
  std::vector<std::string> names;
  for (const object::SymbolRef &reference : (*file)->symbols()) {
    const object::WasmSymbol &symbol = (*file)->getWasmSymbol(reference);
    if (symbol.isTypeFunction() && symbol.isDefined() && !symbol.isBindingLocal() && !symbol.isBindingWeak() &&
        symbol.Info.Name.starts_with(prefix))
      names.push_back(symbol.Info.Name.str());
  }
  return names;
}

Expected<SmallVector<char, 0>> linkLibrary(const LibraryInput &input) {
  std::vector<std::string> exports = input.exports;
  for (StringRef name : contractExports)
    exports.push_back(name.str());

  std::vector<std::string> arguments = {"-z", formatv("stack-size={0}", libraryStackByteLength),
                                        "--unresolved-symbols=report-all"};
  for (const std::string &name : exports)
    arguments.push_back("--export=" + name);
  auto linked = runLinker(input.objects, arguments);
  if (!linked)
    return linked.takeError();
  auto sections = readSections(*linked, linked->size());
  if (!sections)
    return sections.takeError();
  if (Error error = checkExports(*sections, exports))
    return std::move(error);
  auto pages = growingPages(*sections);
  if (!pages)
    return pages.takeError();
  const abi::Signature signature = input.sign(*pages);
  if (auto broken = abi::validate(signature))
    return createStringError("the signature is refused: " + broken->text);
  if (Error error = verifyRules(*sections, signature))
    return std::move(error);

  // The signature stands first, so that a host has it after the first few bytes of a download.
  const std::string text = abi::writeSignature(signature);
  SmallVector<char, 0> image(moduleHeader().begin(), moduleHeader().end()), custom;
  appendText(custom, "wasmind");
  custom.append(text.begin(), text.end());
  appendSection(image, Custom, custom);
  for (const Section &section : *sections)
    if (section.id != Custom) // names, producers, target features
      image.append(section.whole.begin(), section.whole.end());
  return image;
}

} // namespace wasmind::module
