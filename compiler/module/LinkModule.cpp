// Linked code + signature + data segments -> image. Weights are referenced, not copied.
#include "abi/Signature.h"
#include "compiler/module/Link.h"
#include "compiler/module/Module.h"
#include "compiler/module/Sections.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/raw_ostream.h"

using namespace llvm;

namespace wasmind::module {

/// Of the binary format (core specification, appendix A.4).
static constexpr StringLiteral nameSection = "name";

uint64_t Emitted::byteLength() const {
  uint64_t total = 0;
  for (const Piece &piece : pieces)
    total += piece.head.size() + piece.weights.size();
  return total;
}

uint64_t Emitted::codeByteLength() const {
  uint64_t total = 0;
  for (const Piece &piece : pieces)
    total += piece.head.size();
  return total;
}

void Emitted::write(raw_ostream &out) const {
  for (const Piece &piece : pieces) {
    out.write(piece.head.data(), piece.head.size());
    out.write(piece.weights.data(), piece.weights.size());
  }
}

SmallVector<char, 0> Emitted::bytes() const {
  SmallVector<char, 0> all;
  all.reserve(byteLength());
  for (const Piece &piece : pieces) {
    all.append(piece.head.begin(), piece.head.end());
    all.append(piece.weights.begin(), piece.weights.end());
  }
  return all;
}

/// Makes the pieces of an image from the linker's output.
class ImageWriter {
public:
  /// \param signature  the text of the input's.
  ImageWriter(ArrayRef<Section> sections, const ModuleInput &input, StringRef signature)
      : sections(sections), input(input), signature(signature) {
    for (const DataSegment &segment : input.data)
      if (!segment.bytes.empty())
        segments.push_back(segment);
    llvm::sort(segments, [](const DataSegment &a, const DataSegment &b) { return a.address < b.address; });
  }

  Error checkSegments() const {
    uint64_t free = input.reservedBytes, memory = input.signature.memory.byteLength();
    for (const DataSegment &segment : segments) {
      uint64_t end = segment.address + uint64_t(segment.bytes.size());
      if (segment.address < free || end > memory)
        return createStringError(formatv("data segment [{0}, {1}) is not in the free part [{2}, {3}) of the memory",
                                         segment.address, end, free, memory)
                                     .str());
      free = end;
    }
    return Error::success();
  }

  Expected<Emitted> write() {
    // The signature stands first, so that a host has it after the first few bytes of a download.
    append(moduleHeader());
    SmallVector<char, 0> custom;
    appendText(custom, "wasmind");
    custom.append(signature.begin(), signature.end());
    appendSection(head(), Custom, custom);

    const Section *data = nullptr;
    for (const Section &section : sections) {
      if (section.id == Custom)
        continue; // names, producers, target features
      if (section.id == Data)
        data = &section;
      else if (section.id == DataCount) {
        Reader reader(section.payload);
        SmallVector<char, 0> count;
        appendUnsigned(count, reader.unsigned32() + uint64_t(segments.size()));
        appendSection(head(), DataCount, count);
      } else if (section.id == Export)
        appendSection(head(), Export, exportsOfModule(section.payload));
      else
        append(section.whole);
    }
    if (Error error = appendData(data))
      return std::move(error);
    return std::move(emitted);
  }

  /// What reports read, and the names of functions, which the specification wants after the data.
  static void appendReports(Emitted &emitted, ArrayRef<Section> sections, const ModuleInput &input) {
    auto append = [&](ArrayRef<char> bytes) {
      if (!emitted.pieces.back().weights.empty())
        emitted.pieces.emplace_back();
      emitted.pieces.back().head.append(bytes.begin(), bytes.end());
    };
    if (!input.steps.empty()) {
      SmallVector<char, 0> contents, section;
      appendText(contents, abi::stepsSectionName);
      contents.append(input.steps.begin(), input.steps.end());
      appendSection(section, Custom, contents);
      append(section);
    }
    if (input.keepNames)
      for (const Section &section : sections)
        if (section.id == Custom && section.name == nameSection)
          append(section.whole);
  }

  /// The first address after stack and constants.
  Expected<uint32_t> heapBase() const;

private:
  SmallVector<char, 0> &head() {
    if (emitted.pieces.empty() || !emitted.pieces.back().weights.empty())
      emitted.pieces.emplace_back();
    return emitted.pieces.back().head;
  }
  void append(ArrayRef<char> bytes) { head().append(bytes.begin(), bytes.end()); }

  /// All exports but the one this stage asked for itself.
  static SmallVector<char, 0> exportsOfModule(ArrayRef<char> payload) {
    Reader reader(payload);
    uint32_t count = reader.unsigned32(), kept = 0;
    SmallVector<char, 0> entries;
    for (uint32_t i = 0; i < count && !reader.failed(); ++i) {
      StringRef name = reader.text();
      uint8_t kind = reader.byte();
      uint32_t index = reader.unsigned32();
      if (name == heapBaseExport)
        continue;
      ++kept;
      appendText(entries, name);
      entries.push_back(char(kind));
      appendUnsigned(entries, index);
    }
    SmallVector<char, 0> result;
    appendUnsigned(result, kept);
    result.append(entries);
    return result;
  }

  Error appendData(const Section *linked) {
    if (!linked && segments.empty())
      return Error::success();
    uint32_t linkedCount = 0;
    ArrayRef<char> linkedBytes;
    if (linked) {
      Reader reader(linked->payload);
      linkedCount = reader.unsigned32();
      linkedBytes = reader.rest();
    }
    // Active segment of memory 0: flags, `i32.const address`, `end`, length. The address is a *signed* number.
    SmallVector<SmallVector<char, 0>> headers;
    SmallVector<char, 0> count;
    appendUnsigned(count, linkedCount + uint64_t(segments.size()));
    uint64_t length = count.size() + linkedBytes.size();
    for (const DataSegment &segment : segments) {
      SmallVector<char, 0> &header = headers.emplace_back();
      header.push_back(0);
      header.push_back(0x41);
      appendSigned(header, int32_t(segment.address));
      header.push_back(0x0b);
      appendUnsigned(header, segment.bytes.size());
      length += header.size() + segment.bytes.size();
    }
    if (length > UINT32_MAX)
      return createStringError(formatv("{0} bytes of data do not fit a wasm module (limit 4294967295); store the "
                                       "weights externally",
                                       length)
                                   .str());
    head().push_back(char(Data));
    appendUnsigned(head(), length);
    append(count);
    append(linkedBytes);
    for (auto [segment, header] : zip(segments, headers)) {
      append(header);
      emitted.pieces.back().weights = segment.bytes;
    }
    return Error::success();
  }

  ArrayRef<Section> sections;
  const ModuleInput &input;
  StringRef signature;
  SmallVector<DataSegment> segments;
  Emitted emitted;
};

Expected<uint32_t> ImageWriter::heapBase() const {
  std::optional<uint32_t> global;
  for (const Section &section : sections) {
    if (section.id != Export)
      continue;
    Reader reader(section.payload);
    for (uint32_t i = 0, count = reader.unsigned32(); i < count && !reader.failed(); ++i) {
      StringRef name = reader.text();
      reader.byte();
      uint32_t index = reader.unsigned32();
      if (name == heapBaseExport)
        global = index;
    }
  }
  constexpr uint8_t globalSection = 6;
  for (const Section &section : sections) {
    if (section.id != globalSection || !global)
      continue;
    // Entries of lld: type, mutability, `i32.const value`, `end`.
    Reader reader(section.payload);
    for (uint32_t i = 0, count = reader.unsigned32(); i < count && !reader.failed(); ++i) {
      reader.byte();
      reader.byte();
      if (reader.byte() != 0x41)
        break;
      uint32_t value = uint32_t(reader.signed32());
      if (reader.byte() != 0x0b)
        break;
      if (i == *global && !reader.failed())
        return value;
    }
  }
  return createStringError("the linker's output does not tell where stack and constants end");
}

/// The functions a host will look for: the contract's own and those the signature names.
static std::vector<std::string> promisedFunctions(const abi::Signature &signature) {
  std::vector<std::string> names = {"wasmind_abi_version", "wasmind_error"};
  for (const abi::Function &function : signature.functions)
    names.push_back(function.name);
  return names;
}

/// Names of what the module would import; empty = self-contained.
static std::string importedNames(ArrayRef<Section> sections) {
  std::string names;
  for (const Section &section : sections) {
    if (section.id != Import)
      continue;
    Reader reader(section.payload);
    for (uint32_t i = 0, count = reader.unsigned32(); i < count && !reader.failed(); ++i) {
      reader.text();
      names += (names.empty() ? "'" : ", '") + reader.text().str() + "'";
      if (reader.byte() != 0) // not a function: this stage lets lld import nothing else
        break;
      reader.unsigned32();
    }
  }
  return names;
}

Expected<Emitted> linkModule(ArrayRef<ArrayRef<char>> objects, const ModuleInput &input) {
  if (auto broken = abi::validate(input.signature))
    return createStringError("the signature is refused: " + broken->text);
  std::vector<NamedObject> named;
  for (ArrayRef<char> object : objects)
    named.push_back({"module.o", object});
  std::vector<std::string> arguments = {"-z",
                                        formatv("stack-size={0}", stackByteLength),
                                        formatv("--initial-memory={0}", input.signature.memory.byteLength()),
                                        "--no-growable-memory",
                                        "--import-undefined",
                                        ("--export=" + heapBaseExport).str()};
  if (input.keepNames)
    arguments.push_back(("--keep-section=" + nameSection).str());
  auto linked = runLinker(named, arguments);
  if (!linked)
    return linked.takeError();
  auto sections = readSections(*linked, linked->size());
  if (!sections)
    return sections.takeError();
  if (std::string names = importedNames(*sections); !names.empty())
    return createStringError("the module would have to import " + names +
                             ": some operation has no WebAssembly instruction and was compiled to a library call, or "
                             "calls a function without a body");
  const std::string signature = abi::writeSignature(input.signature);
  ImageWriter writer(*sections, input, signature);
  auto heapBase = writer.heapBase();
  if (!heapBase)
    return heapBase.takeError();
  if (*heapBase > input.reservedBytes)
    return createStringError(formatv("stack and constants end at {0}, beyond the {1} bytes reserved for them",
                                     *heapBase, input.reservedBytes)
                                 .str());
  if (Error error = writer.checkSegments())
    return std::move(error);
  auto emitted = writer.write();
  if (!emitted)
    return emitted.takeError();
  if (Error error =
          verifyModule(emitted->prefix(), emitted->byteLength(),
                       {promisedFunctions(input.signature), signature, uint32_t(input.signature.memory.pages)}))
    return std::move(error);
  if (Error error = verifyRules(*sections, input.signature))
    return std::move(error);
  ImageWriter::appendReports(*emitted, *sections, input);
  return emitted;
}

} // namespace wasmind::module
