//===- Sign.h - what a compiled program tells its hosts -----------------------------------------------------------===//
#pragma once
#include "abi/Signature.h"
#include "compiler/Source.h"
#include "compiler/loops/Loops.h"

namespace wasmind {

/// The signature of a program with its weights inside the module. `program` was lowered from the graph of `import`,
/// which came from the source of this name.
abi::Signature sign(const Import &import, const std::string &sourceName, const loops::Program &program,
                    bool relaxedSimd);

} // namespace wasmind
