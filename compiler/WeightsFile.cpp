#include "compiler/WeightsFile.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/SHA256.h"

namespace wasmind {

WeightsFile::WeightsFile(const std::string &modulePath, const loops::Program &program)
    : modulePath(modulePath), file(pathOf(modulePath)), program(program) {}

std::string WeightsFile::pathOf(const std::string &modulePath) {
  return modulePath.substr(0, modulePath.size() - llvm::sys::path::extension(modulePath).size()) + ".weights";
}

llvm::Error WeightsFile::describe(abi::Signature &signature) const {
  // Hosts look for it beside the module by this name, on any system.
  const std::string name = llvm::sys::path::filename(file).str();
  if (name.find_first_of("\\:") != std::string::npos)
    return llvm::createStringError("%s: the weights beside a module need a name without ':' and '\\', unlike '%s'",
                                   modulePath.c_str(), name.c_str());
  llvm::SHA256 hash;
  forEachChunk([&](llvm::StringRef chunk) { hash.update(chunk); });
  signature.weights.external = true;
  signature.weights.file = name;
  signature.weights.sha256 = llvm::toHex(hash.final(), /*LowerCase=*/true);
  signature.weights.offset = program.weights.offset;
  signature.weights.byteLength = program.weights.byteLength;
  return llvm::Error::success();
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
