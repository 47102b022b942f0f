//===- GraphKernel.h - the .info files of MindSpore's graph kernels -----------------------------------------------===//
#pragma once
#include "compiler/frontend/mindir/Schema.h"
#include "llvm/Support/StringSaver.h"

namespace wasmind::mindir {

/// Whether a file of this name holds a graph kernel: what MindSpore's graph-kernel fusion (`enable_graph_kernel`) gives
/// its code generators, one fused chain of primitives per file.
bool isGraphKernel(llvm::StringRef fileName);

/// Reads a graph kernel as the model of one graph that it is. What the model views lies in `saver`; it views nothing of
/// `bytes`. Rank 0 is written as [1] in these files, and stays so.
///
/// Fails when the bytes are not JSON, not a graph kernel, or hold a tensor in a layout of its own.
llvm::Expected<ModelProto> parseGraphKernel(llvm::StringRef bytes, llvm::StringSaver &saver);

} // namespace wasmind::mindir
