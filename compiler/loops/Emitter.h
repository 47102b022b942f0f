//===- Emitter.h - builds one kernel function from graph values ---------------------------------------------------===//
//
// A kernel computes elements of graph values by recursion: an element of an elementwise operation is a scalar function
// of operand elements, a transpose permutes indices, and so on, down to values that lie in memory. Indices are affine
// expressions over the kernel's index variables (loop counters and other i32 values) and the named dimensions, so that
// an access is seen to be contiguous, broadcast or strided before any code is emitted.
//
//===--------------------------------------------------------------------------------------------------------------===//
#pragma once
#include "compiler/graph/Constants.h"
#include "compiler/loops/Access.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"
#include <functional>
#include <map>

namespace mlir::LLVM {
class GEPArg;
}

namespace wasmind::loops {

/// `lanes` consecutive values of index variable `variable` at once; 1 lane = scalar.
struct Lanes {
  unsigned count = 1;
  unsigned variable = ~0u;
};

/// Where the named dimensions lie in memory: number i is the i32 at `address` + 4 * i, or, in an operator's object,
/// entry i of the global `symbol`.
struct ExtentTable {
  uint32_t address = 0;
  std::string symbol;
  std::vector<int64_t> most; ///< their upper bounds; none in an operator's object

  ExtentTable(uint32_t address, llvm::ArrayRef<graph::NamedDim> dims) : address(address) {
    for (const graph::NamedDim &dim : dims)
      most.push_back(dim.max);
  }
  explicit ExtentTable(std::string symbol) : symbol(std::move(symbol)) {}
};

/// The type of an element in registers (f16 and bf16 as f32 of the same value, bool as i1, unsigned as signless) and in
/// memory.
mlir::Type registerType(mlir::Type element);
mlir::Type memoryType(mlir::Type element);
bool isUnsigned(mlir::Type element);

class Emitter : public mlir::ImplicitLocOpBuilder {
public:
  using Value = mlir::Value;
  using Type = mlir::Type;
  using AffineExpr = mlir::AffineExpr;

  /// Builds into a new function @name(arguments) of `module`; the position is its start.
  Emitter(mlir::ModuleOp module, mlir::Location location, llvm::StringRef name, llvm::ArrayRef<Type> arguments,
          const ExtentTable &extents, bool noinline = true);
  /// Emits the return. `constantsInLocals`: vector constants are defined once, ahead of the loops (V8 would otherwise
  /// make them again at each use); not for kernels that need all registers.
  void finish(bool constantsInLocals = true);

  mlir::func::FuncOp function;

  // --- index variables
  AffineExpr bind(Value i32);
  unsigned variableOf(AffineExpr variable) { return llvm::cast<mlir::AffineDimExpr>(variable).getPosition(); }
  Value index(AffineExpr expression);     ///< as i32; divides as extents and indices that are not negative
  Value wideIndex(AffineExpr expression); ///< as i64, of any sign (shape arithmetic)
  Value i32(int64_t value);
  /// A distance as getelementptr takes it.
  mlir::LLVM::GEPArg offset(int64_t elements);
  Value pointerTo(uint32_t address);
  Value addressOfExtent(unsigned position);
  /// Dimensions from this one on change while the function runs: they are loaded at each use.
  void reloadFrom(unsigned position) { firstReloaded = position; }
  AffineExpr constantIndex(int64_t value) { return mlir::getAffineConstantExpr(value, getContext()); }

  // --- memory
  Type pointerType();
  Value offsetPointer(Value pointer, AffineExpr elements, Type memoryElement);
  Value loadAt(Value pointer, Type type, unsigned alignment);
  void storeAt(Value value, Value pointer, unsigned alignment);
  /// Element (or lanes) of a tensor in memory at `pointer`, as register values.
  Value load(Value pointer, Type element, AffineExpr flat, Lanes lanes);
  void store(Value registers, Value pointer, Type element, AffineExpr flat, Lanes lanes);
  /// What was computed in f32 for an element of f16 or bf16, rounded to it; others as they are.
  Value rounded(Value registers, Type element);

  // --- graph values
  /// The tensor lies in memory at `pointer`.
  void place(Value tensor, Value pointer) { places[tensor] = pointer; }
  Value placeOf(Value tensor) { return places.lookup(tensor); }
  using Producer = std::function<Value(llvm::ArrayRef<AffineExpr>, Lanes)>;
  /// Elements of the tensor come from `producer`.
  void define(Value tensor, Producer producer) { producers[tensor] = std::move(producer); }
  /// The element of `tensor` at `indices` in registers; a vector of lanes.count when that is over 1.
  Value evaluate(Value tensor, llvm::ArrayRef<AffineExpr> indices, Lanes lanes);
  /// The accesses `evaluate` would make. Returns false when the element is not reached by index maps alone (gather).
  bool collect(Value tensor, llvm::ArrayRef<AffineExpr> indices, llvm::SmallVectorImpl<Access> &accesses);
  /// Values computed so far may be reused only in the block where they were made: call at the start of each new body.
  void forget() { memo.clear(); }

  Value splat(Value scalar, unsigned lanes);
  Type vectorOf(Type scalar, unsigned lanes);
  Value floatConstant(double value, Type type); ///< scalar or vector

  // --- control
  /// for (i = low; i < high; i += step) with carried values; body returns the next carried values.
  llvm::SmallVector<Value> loop(Value low, Value high, Value step, llvm::ArrayRef<Value> carried,
                                llvm::function_ref<llvm::SmallVector<Value>(AffineExpr, llvm::ArrayRef<Value>)> body);
  llvm::SmallVector<Value> loop(Value low, Value high, int64_t step, llvm::ArrayRef<Value> carried,
                                llvm::function_ref<llvm::SmallVector<Value>(AffineExpr, llvm::ArrayRef<Value>)> body);
  void loop(AffineExpr high, llvm::function_ref<void(AffineExpr)> body);
  void when(Value condition, llvm::function_ref<void()> then);
  Value choose(Value condition, llvm::function_ref<Value()> onTrue, llvm::function_ref<Value()> onFalse);

private:
  Value fromLanes(Value tensor, llvm::ArrayRef<AffineExpr> indices, Lanes lanes);
  Value compute(mlir::Operation *op, llvm::ArrayRef<AffineExpr> indices, Lanes lanes);
  Value gather(mlir::Operation *op, llvm::ArrayRef<AffineExpr> indices, Lanes lanes);
  Value iota(AffineExpr expression, Type element, Lanes lanes);
  Value symbol(unsigned position);
  Value divide(mlir::AffineExprKind kind, Value lhs, Value rhs);
  Value number(int64_t value);
  double largest(AffineExpr expression);
  bool isWide = false; ///< computes indices as i64
  unsigned firstReloaded = ~0u;

  llvm::SmallVector<Value> variables;
  ExtentTable extents;
  llvm::DenseMap<unsigned, Value> symbols;
  llvm::DenseMap<Value, Value> places;
  llvm::DenseMap<Value, Producer> producers;
  using MemoKey = std::tuple<void *, std::vector<const void *>, unsigned, unsigned>;
  std::map<MemoKey, Value> memo;
  llvm::DenseMap<Value, Value> beforeRounding; ///< results of `rounded`
};

} // namespace wasmind::loops
