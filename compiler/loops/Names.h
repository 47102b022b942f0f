//===- Names.h - what kernels are called, and the nodes of the model that they compute ----------------------------===//
//
//   ELEMENTS_STRATEGY[_TILE][_NUMBER]        f32_gemm_5x8, u8i8_gemm_5x8, f32_depthwise_3x3s1, f32_naive_contract_2
//
// ELEMENTS are the element types that are computed with, STRATEGY says how, TILE what is computed at once or the window
// that slides, NUMBER tells functions apart that would have one name: there is none on the first.
//
//===--------------------------------------------------------------------------------------------------------------===//
#pragma once
#include "compiler/loops/Groups.h"
#include "compiler/loops/Tiles.h"
#include "llvm/ADT/StringMap.h"
#include <string>

namespace wasmind::loops {

struct KernelRecord;
struct Images;

/// Element types of what an operation computes with: its first two operands.
llvm::SmallVector<mlir::Type> elementsOf(mlir::Operation *anchor);

/// ELEMENTS_STRATEGY[_TILE] of a function.
std::string functionName(mlir::TypeRange elements, llvm::StringRef strategy, llvm::StringRef tile = "");
/// The same of the kernel of a group.
std::string functionName(const Group &group, const KernelRecord &record);

/// "5x8".
std::string textOf(const Tile &tile);
/// "3x3s1", "3x3s2x1d2"; extents that only run time knows are "n".
std::string windowOf(const Images &images);
std::string windowOf(graph::WindowOp window);
/// What a row kernel does one after another: "softmax", "sum_sum", of many "passes7".
std::string passesOf(const Group &group);

/// Tells names apart by numbers.
class UniqueNames {
public:
  std::string take(llvm::StringRef stem);

private:
  llvm::StringMap<unsigned> counts;
};

/// The names of the model's nodes in a location, each once.
void appendNodes(mlir::Location location, llvm::SetVector<mlir::StringAttr> &nodes);

} // namespace wasmind::loops
