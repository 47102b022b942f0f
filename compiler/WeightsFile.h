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
  explicit WeightsFile(const loops::Program &program) : program(program) {}

  /// Of the file for the module at `modulePath`: the same with .weights as its extension.
  static std::string pathOf(const std::string &modulePath);

  /// The checksum as 64 lower-case hexadecimal digits.
  std::string sha256() const;
  /// Lets the signature say that the weights are in the file of this name, with this checksum.
  void describe(abi::Signature &signature, const std::string &name, const std::string &sha256) const;
  void write(llvm::raw_ostream &out) const;

private:
  const loops::Program &program;

  void forEachChunk(llvm::function_ref<void(llvm::StringRef)> take) const;
};

} // namespace wasmind
