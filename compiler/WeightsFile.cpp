#include "compiler/WeightsFile.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/SHA256.h"

namespace wasmind {

std::string WeightsFile::pathOf(const std::string &modulePath) {
  return modulePath.substr(0, modulePath.size() - llvm::sys::path::extension(modulePath).size()) + ".weights";
}

std::string WeightsFile::sha256() const {
  llvm::SHA256 hash;
  forEachChunk([&](llvm::StringRef chunk) { hash.update(chunk); });
  return llvm::toHex(hash.final(), /*LowerCase=*/true);
}

void WeightsFile::describe(abi::Signature &signature, const std::string &name, const std::string &sha256) const {
  signature.weights = {true, name, sha256, program.weights.offset, program.weights.byteLength};
}

void WeightsFile::write(llvm::raw_ostream &out) const {
  forEachChunk([&](llvm::StringRef chunk) { out << chunk; });
}

void WeightsFile::forEachChunk(llvm::function_ref<void(llvm::StringRef)> take) const {
  static constexpr char zeros[64] = {};
  uint64_t at = program.weights.offset;
  for (const loops::Segment &segment : program.segments) {
    for (uint64_t count; at < segment.address; at += count) {
      count = std::min<uint64_t>(sizeof zeros, segment.address - at);
      take(llvm::StringRef(zeros, count));
    }
    take(llvm::StringRef(segment.bytes.data(), segment.bytes.size()));
    at = segment.address + segment.bytes.size();
  }
}

} // namespace wasmind
