// The last stage: upstream MLIR -> LLVM -> wasm object -> linked, validated .wasm image.
#pragma once
#include "abi/Signature.h"
#include "mlir/IR/BuiltinOps.h"
#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/Support/Error.h"
#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace llvm {
class raw_ostream;
}

namespace wasmind::module {

/// Bytes the engine copies to `address` at instantiation (weights). Not owned: `bytes` must stay alive until the
/// image was written. Segments lie inside [reservedBytes, pages * 65536) and do not overlap.
struct DataSegment {
  uint32_t address;
  llvm::ArrayRef<char> bytes;
};

struct Options {
  /// Feature level of the whole module. Off: simd128, deterministic, multiply and add round separately.
  /// On: fmuladd becomes relaxed_madd.
  bool relaxedSimd = false;
  /// 0 = quick to compile, slow to run; 1, 2 = what kernels are tuned for; 3 = more code.
  int optLevel = 2;
};

/// Operations on elements that emitted instructions do, in vectors or one by one. A move is a load, a store, or a lane
/// taken out of a vector or put into one (which is scalar work, whatever it is for).
struct Work {
  double vectorOperations = 0, scalarOperations = 0, vectorMoves = 0, scalarMoves = 0;
  Work &operator+=(const Work &other);
  Work operator*(double times) const;
  /// The vectors' part of the arithmetic, 0 to 1. Moving elements one by one counts against it. Without any arithmetic:
  /// the vectors' part of the moves; 1 when there are none of these, either.
  double vectorisedShare() const;
};

/// Functions to measure, and what their loops are measured at: the run-time extents, i32 at fixed addresses or in a
/// global (where all have one value).
struct Measurement {
  std::vector<std::string> functions;
  std::map<uint32_t, int32_t> extents; ///< address -> value
  std::string extentTable;             ///< name of the global; may be empty
  int32_t tableValue = 0;
};

struct ModuleInput {
  /// Dialects func, scf, cf, arith, math (single instructions), vector (1-D), llvm. No memref, no tensor. Consumed:
  /// the stage lowers it in place.
  mlir::ModuleOp code;
  llvm::ArrayRef<DataSegment> data;
  /// What the custom section `wasmind` says. Its `memory.pages` are the memory's minimum and maximum. `emitModule`
  /// measures the vectorised share of each of its kernels, which are functions of `code`.
  abi::Signature signature;
  /// Stack and LLVM's own constants must end at or below this address. The extents table, arena and weights start here.
  uint32_t reservedBytes = 65536;
  /// What the loops of kernels are measured at: the run-time extents, by address.
  std::map<uint32_t, int32_t> extents = {};
  /// Whether functions have their names in the section `name`, which stands last.
  bool keepNames = false;
  /// Contents of the section `wasmind.steps`, which stands behind the data; without any there is none.
  std::string steps = {};
};

/// Bytes of stack at address 0 of a model module (kernels keep their state in locals), and of an operator library,
/// where objects of other compilers run, too.
inline constexpr uint32_t stackByteLength = 16384, libraryStackByteLength = 65536;

/// A finished module. The weights in it are references to the caller's data segments.
class Emitted {
public:
  uint64_t byteLength() const;
  /// Bytes of everything but the data segments of `ModuleInput::data`.
  uint64_t codeByteLength() const;
  /// Everything before the first byte of the caller's data segments.
  llvm::ArrayRef<char> prefix() const { return pieces.front().head; }
  /// Writes the module; copies no weights. The stream's error state is the caller's to check.
  void write(llvm::raw_ostream &out) const;
  /// One contiguous copy, for small modules and for checks.
  llvm::SmallVector<char, 0> bytes() const;

private:
  friend class ImageWriter;
  Emitted() = default;
  struct Piece {
    llvm::SmallVector<char, 0> head;
    llvm::ArrayRef<char> weights;
  };
  std::vector<Piece> pieces;
};

/// What a finished module must look like; see `verifyModule`.
struct Expectations {
  std::vector<std::string> exportedFunctions;
  std::string signature;
  uint32_t pages = 0;
};

/// Runs `--module-lower-to-llvm` with the clean-ups it wants before it. Fails with MLIR's first error.
llvm::Error lowerToLLVM(mlir::ModuleOp module);

/// Compiles a module in the LLVM dialect to one relocatable wasm object. Threads may call it at once for modules of
/// different contexts. The first call fixes process-wide LLVM options (loop strength reduction off).
/// \param measurement  functions whose work is measured on the emitted instructions, into `work`; or null.
llvm::Expected<llvm::SmallVector<char, 0>> emitObject(mlir::ModuleOp module, const Options &options,
                                                      const Measurement *measurement = nullptr,
                                                      std::vector<Work> *work = nullptr);

/// Links objects (at least one) into an image with memory, signature and data segments, and verifies it.
/// `input.code` is not read. Exports are those marked in the objects. Errors:
///   - a symbol no object defines, by name (typically a libm or libc function LLVM fell back to);
///   - stack and constants beyond `reservedBytes`;
///   - data outside the memory, or overlapping;
///   - more than 4 GiB.
/// Calls are serialised: lld is not reentrant.
llvm::Expected<Emitted> linkModule(llvm::ArrayRef<llvm::ArrayRef<char>> objects, const ModuleInput &input);

/// Everything: adds the contract's exports, lowers, compiles, links, verifies.
llvm::Expected<Emitted> emitModule(const ModuleInput &input, const Options &options);

/// Checks the module contract on the bytes of an image: well-formed sections, no imports, one memory with
/// minimum = maximum = `pages`, exported as `memory`; every expected function exported as () -> i32; one custom
/// section, `wasmind`, which stands first and equals `signature`. The section `name` is added behind what is checked.
/// \param prefix      the image, or as much of it as reaches into its last section (data): weights need not be there.
/// \param byteLength  length of the whole image.
llvm::Error verifyModule(llvm::ArrayRef<char> prefix, uint64_t byteLength, const Expectations &expected);

} // namespace wasmind::module
