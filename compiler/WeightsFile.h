//===- WeightsFile.h - weights beside a module --------------------------------------------------------------------===//
#pragma once
#include "abi/Signature.h"
#include "compiler/loops/Loops.h"
#include "llvm/Support/raw_ostream.h"

namespace wasmind {

/// The file that hosts copy into the memory of a module whose weights are external: the program's segments at their
/// places, zeros between. The program must outlive it.
class WeightsFile {
public:
  WeightsFile(const std::string &modulePath, const loops::Program &program);

  /// Of the file for the module at `modulePath`: the same with .weights as its extension.
  static std::string pathOf(const std::string &modulePath);
  const std::string &path() const { return file; }

  /// Lets the signature say where the weights are, and their checksum. Error: hosts could not look the name up.
  llvm::Error describe(abi::Signature &signature) const;
  void write(llvm::raw_ostream &out) const;

private:
  std::string modulePath, file;
  const loops::Program &program;

  void forEachChunk(llvm::function_ref<void(llvm::StringRef)> take) const;
};

} // namespace wasmind
