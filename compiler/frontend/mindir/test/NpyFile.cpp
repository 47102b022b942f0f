#include "compiler/frontend/mindir/test/NpyFile.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/Support/Endian.h"
#include "llvm/Support/MemoryBuffer.h"
#include <cstdlib>

using namespace llvm;
namespace wasmind::mindir::test {

std::string dataFolder() {
  const char *source = std::getenv("WASMIND_SOURCE");
  return std::string(source ? source : ".") + "/test/data/mindir";
}

static mlir::Type elementOf(mlir::MLIRContext &context, StringRef descr) {
  mlir::Builder b(&context);
  auto integer = [&](unsigned width, bool isUnsigned) -> mlir::Type {
    return isUnsigned ? mlir::IntegerType::get(&context, width, mlir::IntegerType::Unsigned) : b.getIntegerType(width);
  };
  if (descr.consume_front("<") || descr.consume_front("|")) {
    unsigned width = 0;
    char kind = descr.empty() ? '?' : descr.front();
    if (!descr.empty() && !descr.drop_front().getAsInteger(10, width)) {
      if (kind == 'b')
        return b.getI1Type();
      if (kind == 'i' || kind == 'u')
        return integer(width * 8, kind == 'u');
      if (kind == 'f')
        return width == 2 ? mlir::Type(b.getF16Type()) : width == 4 ? b.getF32Type() : mlir::Type(b.getF64Type());
    }
  }
  return {};
}

static bool readNpy(mlir::MLIRContext &context, StringRef bytes, graph::HostTensor &tensor) {
  if (!bytes.consume_front("\x93NUMPY\x01") || bytes.size() < 3)
    return false;
  size_t headerLength = support::endian::read16le(bytes.data() + 1);
  bytes = bytes.drop_front(3);
  StringRef header = bytes.take_front(headerLength);
  tensor.element = elementOf(context, header.split("'descr': '").second.split('\'').first);
  if (!tensor.element || !header.contains("'fortran_order': False"))
    return false;
  SmallVector<StringRef> extents;
  header.split("'shape': (").second.split(')').first.split(extents, ',', -1, /*KeepEmpty=*/false);
  for (StringRef text : extents) {
    int64_t extent;
    if (text.trim().getAsInteger(10, extent))
      continue;
    tensor.shape.push_back(extent);
  }
  bytes = bytes.drop_front(headerLength);
  tensor.bytes.assign(bytes.begin(), bytes.end());
  return tensor.bytes.size() == size_t(tensor.elementCount()) * graph::byteWidth(tensor.element);
}

std::vector<graph::HostTensor> readNpz(mlir::MLIRContext &context, const std::string &path, const std::string &prefix) {
  auto file = MemoryBuffer::getFile(path);
  if (!file)
    return {};
  StringMap<StringRef> members;
  StringRef all = (*file)->getBuffer();
  // The central directory, from the end record on, gives the sizes (the local headers may leave them out).
  size_t end = all.rfind(StringRef("PK\5\6", 4));
  if (end == StringRef::npos)
    return {};
  unsigned count = support::endian::read16le(all.data() + end + 10);
  size_t at = support::endian::read32le(all.data() + end + 16);
  for (unsigned i = 0; i < count; ++i) {
    const char *entry = all.data() + at;
    if (support::endian::read16le(entry + 10) != 0)
      return {}; // compressed
    size_t size = support::endian::read32le(entry + 24), nameLength = support::endian::read16le(entry + 28);
    size_t local = support::endian::read32le(entry + 42);
    size_t data = local + 30 + support::endian::read16le(all.data() + local + 26) +
                  support::endian::read16le(all.data() + local + 28);
    members[StringRef(entry + 46, nameLength)] = all.substr(data, size);
    at += 46 + nameLength + support::endian::read16le(entry + 30) + support::endian::read16le(entry + 32);
  }
  std::vector<graph::HostTensor> tensors;
  for (unsigned i = 0; i < members.size(); ++i) {
    graph::HostTensor tensor;
    if (!readNpy(context, members.lookup(prefix + std::to_string(i) + ".npy"), tensor))
      return {};
    tensors.push_back(std::move(tensor));
  }
  return tensors;
}

} // namespace wasmind::mindir::test
