//===- Kernel.h - the kernels of one program, and what lowering a group may ask for -------------------------------===//
#pragma once
#include "compiler/loops/Emitter.h"
#include "compiler/loops/Groups.h"
#include "compiler/loops/Loops.h"
#include "compiler/loops/Names.h"
#include <deque>

namespace wasmind::loops {

/// Memory that a kernel works in: a tensor of the graph, scratch that lives during one call, constant bytes made for
/// it, or what the first run prepares.
struct KernelOperand {
  mlir::Value tensor;     ///< of the graph, in whose memory (storageOf) it is; null for the others
  uint32_t firstByte = 0; ///< of that memory that the kernel gets a pointer to
  mlir::Type type;        ///< of what it reads or writes there
  mlir::AffineExpr scratchBytes;
  mlir::ElementsAttr constant;
  std::optional<size_t> preparation; ///< its number
};

/// What the first run of an instance does with a constant: callee(source, target, sizes...).
struct Preparation {
  std::string callee;
  llvm::SmallVector<int64_t, 2> sizes;
  mlir::ElementsAttr source;
  uint64_t byteLength; ///< of the target
  mlir::Location location;
};

class ProgramBuilder;

/// Lowering of one group: the driver function under construction and its operands.
class KernelContext {
public:
  KernelContext(ProgramBuilder &program, const Group &group);

  ProgramBuilder &program;
  const Group &group;
  Emitter emitter;                           ///< of the driver function: one pointer argument per operand
  llvm::SmallVector<KernelOperand> operands; ///< in argument order
  KernelRecord record;
  /// Inputs whose memory the result may take: an element is read only to compute the result's element at its place, or
  /// is moved before anything is written over it.
  llvm::SmallVector<mlir::Value> inPlace;

  /// The pointer to a tensor in memory; adds an operand on first use and places the tensor in the emitter.
  mlir::Value pointer(mlir::Value tensor);
  /// The pointer that another kernel has as this operand, a tensor.
  mlir::Value pointer(const KernelOperand &operand);
  /// Scratch memory of a number of bytes (over the named dimensions), aligned to 64.
  mlir::Value scratch(mlir::AffineExpr byteLength);
  /// Constant bytes made once per (source, key).
  mlir::Value packed(mlir::Value source, llvm::StringRef key, llvm::function_ref<std::vector<char>()> make);
  /// Memory of `byteLength` that the function (source, target, sizes...) with the name `emit` returns fills from the
  /// constant `source` once per instance; one per (source, key).
  mlir::Value prepared(mlir::ElementsAttr source, llvm::StringRef key, uint64_t byteLength,
                       llvm::ArrayRef<int64_t> sizes, llvm::function_ref<std::string()> emit);
  /// What the group reads besides the operands of its anchor, and then its result.
  llvm::SmallVector<mlir::Value> epilogueTensors(mlir::Operation *anchor) const;
  /// Places all the group's inputs and outputs.
  void placeAll();
  /// Ends the driver function, whose parameters are the operands; returns the name to call.
  std::string finish();
  /// Why the group cannot be lowered, at the root's location. Returns failure.
  mlir::LogicalResult fail(const llvm::Twine &why);

private:
  llvm::DenseMap<std::pair<mlir::Value, uint32_t>, mlir::Value> pointers; ///< by tensor and first byte

  mlir::Value addOperand(KernelOperand operand);
};

/// All functions of a program.
class ProgramBuilder {
public:
  /// The functions' names start with `prefix`.
  ProgramBuilder(mlir::ModuleOp code, const Options &options, std::string prefix, ExtentTable extents);

  mlir::ModuleOp code;
  const Options &options;
  graph::Dims dims;
  ExtentTable extents;
  std::vector<Preparation> preparations;
  /// Whether a first run prepares weights; operators' objects have none.
  bool hasFirstRun() const { return prefix.empty(); }

  /// Of a function under construction.
  std::string freshName();
  /// Calls a finished function by `name`, with a number where others have it, or drops it when it equals an earlier
  /// one; returns what to call.
  std::string intern(mlir::func::FuncOp function, llvm::StringRef name);
  /// Adds what a function computes to its location.
  void locate(llvm::StringRef function, const Group &group);
  /// Gives the functions their locations.
  void finish();
  /// Bytes made once per (source, key).
  mlir::ElementsAttr packed(mlir::Value source, llvm::StringRef key, llvm::function_ref<std::vector<char>()> make);
  /// The number of a preparation, one per (source, key).
  size_t prepared(mlir::Location location, mlir::ElementsAttr source, llvm::StringRef key, uint64_t byteLength,
                  llvm::ArrayRef<int64_t> sizes, llvm::function_ref<std::string()> emit);
  int64_t bound(mlir::AffineExpr extent) const { return graph::boundsOf(extent, dims).max; }
  uint64_t boundedElements(mlir::Type tensor) const;

private:
  std::string prefix;
  unsigned count = 0;
  UniqueNames names;
  llvm::StringMap<llvm::SetVector<mlir::Location>> locations;                 ///< by function
  llvm::DenseMap<size_t, llvm::SmallVector<mlir::func::FuncOp, 1>> functions; ///< by hash
  llvm::StringMap<mlir::ElementsAttr> packs;
  llvm::StringMap<size_t> preparationOf;
};

/// Bytes as the elements (i8) of a constant.
mlir::ElementsAttr bytesAttribute(mlir::MLIRContext *context, std::vector<char> &&bytes);

/// Replaces each graph.call under the function by the body of what it calls. Failure (recursion, an unknown function)
/// has been reported as a diagnostic.
mlir::LogicalResult inlineCalls(mlir::func::FuncOp entry);

/// Whether all that kernels read lies inside its tensor, or is guarded by the kernel (convolutions, windows, gathers),
/// for all values of the named dimensions. Failure has been reported as a diagnostic.
mlir::LogicalResult verifyAccesses(mlir::func::FuncOp entry);

/// for each point of `extents`: body(indices, lanes). Dimensions that all `accesses` (in d0, d1, ...) allow are merged
/// into one loop; none when there are no accesses. The innermost dimension runs in vectors where `vectorise`: by four
/// of elements that take up to `bytes` in registers, which must be 1, 2 or 4.
void emitElementLoops(Emitter &emitter, llvm::ArrayRef<mlir::AffineExpr> extents, llvm::ArrayRef<Access> accesses,
                      bool vectorise, llvm::function_ref<void(llvm::ArrayRef<mlir::AffineExpr>, Lanes)> body,
                      unsigned bytes = 4);

} // namespace wasmind::loops
