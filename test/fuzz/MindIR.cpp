// Any bytes as a MindIR model: refused with one line, or imported to a module that verifies.
#include "compiler/frontend/mindir/MindIR.h"
#include "mlir/IR/MLIRContext.h"
#include "mlir/IR/Verifier.h"
#include <cstdlib>
#include <string>
#include <sys/mman.h>
#include <unistd.h>

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t byteLength) {
  // The reader maps files; this one has no place on disk.
  static const int file = memfd_create("fuzz.mindir", 0);
  static const std::string path = "/proc/self/fd/" + std::to_string(file);
  if (ftruncate(file, 0) || ftruncate(file, off_t(byteLength)) ||
      pwrite(file, bytes, byteLength, 0) != ssize_t(byteLength))
    std::abort();
  decltype(wasmind::frontend::Imported::keepAlive) keepAlive;
  mlir::MLIRContext context(mlir::MLIRContext::Threading::DISABLED);
  auto imported = wasmind::mindir::importMindIR(context, path);
  if (!imported) {
    std::string line = llvm::toString(imported.takeError());
    if (line.empty() || line.find('\n') != std::string::npos)
      std::abort();
    return 0;
  }
  keepAlive = imported->keepAlive;
  if (failed(mlir::verify(*imported->module)))
    std::abort();
  return 0;
}
