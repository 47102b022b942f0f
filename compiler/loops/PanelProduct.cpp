#include "compiler/loops/PanelProduct.h"
#include "compiler/loops/Gemm.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "llvm/Support/FormatVariadic.h"

using namespace mlir;

namespace wasmind::loops {
namespace {

/// Rows between two edges, and the order in which the sums leave the loop. Found by trying all ways to cut five rows,
/// and orders of the registers, in both engines (share of the 128-bit multiply-add limit at K = 240 on Sapphire Rapids:
/// Cranelift 92 %, V8 92 %; a 4x8 tile of one group: 82 and 85 %).
constexpr int64_t groupCount = 3, widestGroup = 3;
/// Of f32, and of pairs, whose products take a register more.
constexpr int64_t groupsOfFloats[groupCount] = {1, 3, 1}, groupsOfPairs[groupCount] = {2, 2, 1};
constexpr int64_t storeOrder[] = {7, 6, 5, 4, 9, 8, 0, 1, 2, 3};
constexpr int64_t vectorCount = panelTile.columns / 4, sumCount = panelTile.rows * vectorCount;

class PanelProduct {
public:
  PanelProduct(ProgramBuilder &program, bool ofPairs)
      : e(program.code, UnknownLoc::get(program.code.getContext()), program.freshName(),
          argumentTypes(program.code.getContext()), program.extents),
        groups(ofPairs ? groupsOfPairs : groupsOfFloats), lane(ofPairs ? Type(e.getI32Type()) : e.getF32Type()),
        vector(VectorType::get(4, lane)) {}

  func::FuncOp emit() {
    // A program of one product would have its extents and addresses in here as constants, and other registers.
    auto arguments = opaque(e.function.getArguments());
    auto argument = [&](unsigned i) -> Value { return arguments[i]; };
    Value zero = arith::ConstantOp::create(e, e.getZeroAttr(vector));
    SmallVector<Value> carried{argument(1), argument(2)};
    carried.append(sumCount, zero);
    for (int64_t row = 0; row < widestGroup; ++row)
      carried.push_back(row < groups[0] ? e.splat(e.loadAt(bump(e, argument(1), 4 * row), lane, 4), 4) : zero);
    carried = e.loop(e.i32(0), argument(0), 1, carried, [&](AffineExpr, ArrayRef<Value> in) {
      a = in[0];
      sums.assign(in.begin() + 2, in.begin() + 2 + sumCount);
      elements.assign(in.begin() + 2 + sumCount, in.end());
      Registers first = registersOf(0, panelTile.rows, groups[0]);
      std::reverse(first.begin(), first.begin() + sumCount);
      assembly(first, nameInOrder(first.size()), a);
      for (int64_t step = 0; step < panelTile.unroll; ++step)
        multiplyPanels(step, bump(e, in[1], step * panelTile.columns * 4));
      SmallVector<Value> out{bump(e, a, panelTile.unroll * panelTile.rows * 4),
                             bump(e, in[1], panelTile.unroll * panelTile.columns * 4)};
      out.append(sums);
      out.append(elements);
      return out;
    });
    storeSums(ArrayRef(carried).slice(2, sumCount), argument(3));
    e.finish(/*constantsInLocals=*/false);
    return e.function;
  }

private:
  Emitter e;
  const int64_t (&groups)[groupCount]; ///< rows
  Type lane, vector;
  Value a;                     ///< the panel at this iteration
  SmallVector<Value> sums;     ///< [rows][vectors]
  SmallVector<Value> elements; ///< of A, of the group that is next
  using Registers = SmallVector<Value *>;

  static SmallVector<Type> argumentTypes(MLIRContext *context) {
    Type pointer = LLVM::LLVMPointerType::get(context);
    return {IntegerType::get(context, 32), pointer, pointer, pointer};
  }

  /// The sums of some rows, then elements of A.
  Registers registersOf(int64_t firstRow, int64_t rowCount, int64_t elementCount) {
    Registers registers;
    for (int64_t i = 0; i < rowCount * vectorCount; ++i)
      registers.push_back(&sums[firstRow * vectorCount + i]);
    for (int64_t i = 0; i < elementCount; ++i)
      registers.push_back(&elements[i]);
    return registers;
  }

  /// One step of k.
  void multiplyPanels(int64_t step, Value b) {
    SmallVector<Value> columns;
    for (int64_t v = 0; v < vectorCount; ++v)
      columns.push_back(e.loadAt(bump(e, b, 16 * v), vector, 4));
    int64_t firstRow = 0;
    for (int64_t group = 0; group < groupCount; ++group) {
      int64_t rowCount = groups[group], next = (group + 1) % groupCount;
      for (int64_t row = 0; row < rowCount; ++row)
        for (int64_t v = 0; v < vectorCount; ++v) {
          Value &sum = sums[(firstRow + row) * vectorCount + v];
          sum = multiplyAdd(e, elements[row], columns[v], sum);
        }
      const bool isLast = next == 0 && step + 1 == panelTile.unroll; // the loop's own end is an edge
      Registers registers = registersOf(firstRow, isLast ? 0 : rowCount, groups[next]);
      firstRow = next == 0 ? 0 : firstRow + rowCount;
      int64_t from = ((step + (next == 0)) * panelTile.rows + firstRow) * 4;
      std::string text = loadElements(registers.size() - groups[next], groups[next], from);
      if (!isLast)
        text += edge(registers.size()) + nameInOrder(registers.size());
      assembly(registers, text, a);
    }
  }

  // --- Assembly. Operands: the registers, then an address.

  /// The values, as if nothing was known about them.
  SmallVector<Value> opaque(ValueRange values) {
    SmallVector<Value> same(values);
    for (Value &value : same)
      assembly(&value, "", {});
    return same;
  }

  /// Replaces the registers by what `text` leaves in them; the operand behind them is `address`, if any.
  void assembly(ArrayRef<Value *> registers, const std::string &text, Value address) {
    SmallVector<Value> operands;
    SmallVector<Type> types;
    std::string outputs, inputs;
    if (address)
      operands.push_back(address);
    for (auto [i, value] : llvm::enumerate(registers)) {
      operands.push_back(*value);
      types.push_back(value->getType());
      outputs += std::string(i ? "," : "") + "=r";
      inputs += "," + std::to_string(i);
    }
    Type result = types.size() == 1 ? types[0] : LLVM::LLVMStructType::getLiteral(e.getContext(), types);
    Value all = LLVM::InlineAsmOp::create(e, result, operands, text, outputs + (address ? ",r" : "") + inputs,
                                          /*has_side_effects=*/true, /*is_align_stack=*/false,
                                          LLVM::tailcallkind::TailCallKind::None, LLVM::AsmDialectAttr(), ArrayAttr())
                    .getResult(0);
    for (auto [i, value] : llvm::enumerate(registers))
      *value = types.size() == 1 ? all : LLVM::ExtractValueOp::create(e, all, int64_t(i)).getResult();
  }

  void storeSums(ArrayRef<Value> sums, Value target) {
    std::string text, inputs = "r";
    SmallVector<Value> operands{target};
    for (int64_t i : storeOrder) {
      text += llvm::formatv("local.get $0\nlocal.get ${0}\nv128.store {1}:p2align=2\n", operands.size(), 16 * i);
      operands.push_back(sums[i]);
      inputs += ",r";
    }
    LLVM::InlineAsmOp::create(e, TypeRange(), operands, text, inputs, /*has_side_effects=*/true,
                              /*is_align_stack=*/false, LLVM::tailcallkind::TailCallKind::None, LLVM::AsmDialectAttr(),
                              ArrayAttr());
  }

  static std::string nameInOrder(int64_t count) {
    std::string text;
    for (int64_t i = 0; i < count; ++i)
      text += llvm::formatv("local.get ${0}\ndrop\n", i);
    return text;
  }

  /// Of `count` registers from number `first` on: splats of neighbours in the panel.
  static std::string loadElements(int64_t first, int64_t count, int64_t byteOffset) {
    std::string text;
    for (int64_t i = 0; i < count; ++i)
      text += llvm::formatv("local.get ${0}\nv128.load32_splat {1}:p2align=2\nlocal.set ${2}\n", first + count,
                            byteOffset + 4 * i, first + i);
    return text;
  }

  /// Panels are aligned to 4 bytes, so the branch is never taken.
  static std::string edge(int64_t count) {
    std::string text =
        llvm::formatv("local.get ${0}\ni32.const 1\ni32.and\nif\nlocal.get ${0}\nv128.load 0:p2align=0\n", count);
    for (int64_t i = 0; i < count; ++i)
      text += llvm::formatv("local.{0} ${1}\n", i + 1 < count ? "tee" : "set", i);
    return text + "end_if\n";
  }
};

} // namespace

std::string emitPanelProduct(ProgramBuilder &program, bool ofPairs) {
  func::FuncOp function = PanelProduct(program, ofPairs).emit();
  MLIRContext *context = program.code.getContext();
  const Type element = ofPairs ? Type(IntegerType::get(context, 16)) : Float32Type::get(context);
  return program.intern(function, functionName(element, "panel_product", textOf(panelTile)));
}

} // namespace wasmind::loops
