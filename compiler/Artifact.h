//===- Artifact.h - the file that compiling ends in ---------------------------------------------------------------===//
#pragma once
#include "abi/Signature.h"
#include "compiler/Compile.h"
#include "compiler/loops/Loops.h"
#include "compiler/module/Module.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/Support/Error.h"

namespace wasmind {

/// A program with all that its module needs besides.
struct Artifact {
  loops::Program &program; ///< whose code is consumed
  abi::Signature signature;
  const llvm::StringMap<llvm::ArrayRef<char>> &defaults; ///< elements of inputs that have a default value
  std::string name;                                      ///< of the source, for the member of an archive
};

/// Runs the module stage: the module's bytes, whose weights lie in it unless the signature says that they are external.
/// They refer to the program's segments.
llvm::Expected<module::Emitted> emitImage(Artifact &artifact, const CompileOptions &options);

/// Runs the module stage and writes what `options.emit` names to `path`; a module's weights lie in it, or in a file
/// beside it (`options.externalWeights`), which appears together with it. \returns the bytes of a module without its
/// weights, 0 for the other kinds.
llvm::Expected<uint64_t> writeArtifact(Artifact artifact, const std::string &path, const CompileOptions &options);

} // namespace wasmind
