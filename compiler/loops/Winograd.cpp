#include "compiler/loops/Winograd.h"
#include "compiler/loops/Packing.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"

using namespace mlir;

namespace wasmind::loops {
namespace {

using Vectors = SmallVector<Value>;

constexpr int64_t rows = panelTile.rows, vectorBytes = 16;

/// One function of the program. The maps work on vectors along one dimension of a tile; what rows have in common
/// (interpolation points p and -p) is computed once.
class Transform {
public:
  Transform(ProgramBuilder &program, WinogradTile tile, Type element, ArrayRef<Type> arguments)
      : e(program.code, UnknownLoc::get(program.code.getContext()), program.freshName(), arguments, program.extents),
        points(tile.points()), outputs(tile.outputs), ofPairs(tile.ofPairs), element(element),
        vector(tile.ofPairs && !element.isInteger(32) ? VectorType::get(8, e.getI16Type())
                                                      : VectorType::get(4, tile.ofPairs ? element : e.getF32Type())) {}

protected:
  Emitter e;
  const int64_t points, outputs;
  const bool ofPairs;
  Type element; ///< in memory: f32, f16, bf16, i8, u8, i16, or the i32 of sums
  Type vector;  ///< of four words or sums
  Value offset; ///< of elements as they are stored

  Value argument(unsigned i) { return e.function.getArgument(i); }
  Value add(Value a, Value b) {
    return ofPairs ? arith::AddIOp::create(e, a, b).getResult() : arith::AddFOp::create(e, a, b).getResult();
  }
  Value subtract(Value a, Value b) {
    return ofPairs ? arith::SubIOp::create(e, a, b).getResult() : arith::SubFOp::create(e, a, b).getResult();
  }
  Value scale(double factor, Value a) { return arith::MulFOp::create(e, a, e.floatConstant(factor, vector)); }
  /// factor a + b
  Value multiplyAdd(double factor, Value a, Value b) {
    return vector::FMAOp::create(e, a, e.floatConstant(factor, vector), b);
  }

  Value load(Value pointer) { return e.loadAt(pointer, vector, 4); }
  /// Elements of a tensor.
  Value loadElements(Value pointer) {
    return ofPairs ? loadShorts(e, {element, offset}, pointer, 8) : loadFloats(e, element, pointer, 4);
  }
  Vectors load(Value pointer, int64_t count, int64_t stride) {
    Vectors loaded;
    for (int64_t i = 0; i < count; ++i)
      loaded.push_back(load(bump(e, pointer, i * stride)));
    return loaded;
  }
  void store(ArrayRef<Value> values, Value pointer, int64_t stride) {
    for (auto [i, value] : llvm::enumerate(values))
      e.storeAt(value, bump(e, pointer, int64_t(i) * stride), 4);
  }
  /// `count` times; body returns the next pointers.
  void repeat(Value count, int64_t step, Vectors pointers,
              llvm::function_ref<Vectors(AffineExpr, ArrayRef<Value>)> body) {
    e.loop(e.i32(0), count, step, pointers, body);
  }

  std::string finish(ProgramBuilder &program, StringRef part) {
    e.finish();
    return program.intern(e.function, functionName(element, "winograd" + std::to_string(outputs), part.str()));
  }

  static Type i32(ProgramBuilder &program) { return IntegerType::get(program.code.getContext(), 32); }
  static Type pointer(ProgramBuilder &program) { return LLVM::LLVMPointerType::get(program.code.getContext()); }
};

class InputTransform : Transform {
public:
  InputTransform(ProgramBuilder &program, WinogradTile tile, Type element)
      : Transform(program, tile, element,
                  {pointer(program), i32(program), pointer(program), i32(program), pointer(program)}) {}

  std::string emit(ProgramBuilder &program) {
    const int64_t lineBytes = points * vectorBytes, pointBytes = rows * vectorBytes;
    Value lines = argument(4), tiles = bump(e, lines, points * lineBytes);
    const int64_t wordBytes = graph::byteWidth(element) * (ofPairs ? 2 : 1);
    repeat(argument(1), 4, {argument(2)}, [&](AffineExpr word, ArrayRef<Value> panel) {
      Value channelBytes = e.index(graph::normalise(word * wordBytes));
      repeat(e.i32(rows), 1, {argument(0), tiles}, [&](AffineExpr, ArrayRef<Value> at) {
        repeat(e.i32(points), 1, {at[0], lines}, [&](AffineExpr, ArrayRef<Value> at) {
          Vectors pixels;
          for (int64_t i = 0; i < points; ++i) {
            Value address = e.loadAt(bump(e, at[0], 4 * i), e.getI32Type(), 4);
            pixels.push_back(
                loadElements(bump(e, LLVM::IntToPtrOp::create(e, e.pointerType(), address), channelBytes)));
          }
          store(map(pixels), at[1], vectorBytes);
          return Vectors{bump(e, at[0], 4 * points), bump(e, at[1], lineBytes)};
        });
        repeat(e.i32(points), 1, {lines, at[1]}, [&](AffineExpr, ArrayRef<Value> at) {
          store(map(load(at[0], points, lineBytes)), at[1], points * pointBytes);
          return Vectors{bump(e, at[0], vectorBytes), bump(e, at[1], pointBytes)};
        });
        return Vectors{bump(e, at[0], 4 * points * points), bump(e, at[1], vectorBytes)};
      });
      repeat(e.i32(points * points), 1, {tiles, panel[0]}, [&](AffineExpr, ArrayRef<Value> at) {
        Vectors words = load(at[0], rows, vectorBytes);
        for (Value &four : words)
          if (ofPairs)
            four = vector::BitCastOp::create(e, VectorType::get(4, e.getI32Type()), four);
        emitStoreTransposed(e, words, at[1]);
        return Vectors{bump(e, at[0], pointBytes), bump(e, at[1], argument(3))};
      });
      return Vectors{bump(e, panel[0], 4 * rows * 4)};
    });
    return finish(program, "input");
  }

private:
  /// B^T d
  Vectors map(ArrayRef<Value> d) {
    if (outputs == 2)
      return {subtract(d[0], d[2]), add(d[1], d[2]), subtract(d[2], d[1]), subtract(d[1], d[3])};
    Value even1 = multiplyAdd(-4, d[2], d[4]), odd1 = multiplyAdd(-4, d[1], d[3]); // points 1 and -1
    Value even2 = subtract(d[4], d[2]), odd2 = subtract(d[3], d[1]);               // 2 and -2
    return {multiplyAdd(4, d[0], multiplyAdd(-5, d[2], d[4])),
            add(even1, odd1),
            subtract(even1, odd1),
            multiplyAdd(2, odd2, even2),
            multiplyAdd(-2, odd2, even2),
            multiplyAdd(4, d[1], multiplyAdd(-5, d[3], d[5]))};
  }
};

class WeightTransform : Transform {
public:
  WeightTransform(ProgramBuilder &program, WinogradTile tile, const Stored &stored)
      : Transform(program, tile, stored.element(), argumentTypes(program, stored.hasOffset)) {
    if (stored.hasOffset)
      offset = arith::TruncIOp::create(e, e.getI16Type(), argument(4));
  }

  std::string emit(ProgramBuilder &program) {
    const int64_t width = graph::byteWidth(element), perWord = ofPairs ? 2 : 1;
    Value channels = argument(2), columns = argument(3);
    Value words = arith::DivUIOp::create(e, channels, e.i32(perWord));
    rowBytes = multiply(columns, width);
    Value panelBytes = multiply(words, panelTile.columns * 4), wordRowBytes = multiply(rowBytes, perWord);
    Value tapBytes = arith::MulIOp::create(e, channels, rowBytes);
    Value pointBytes = arith::MulIOp::create(e, words, multiply(columns, 4));
    for (int64_t i = 0; i < 9; ++i)
      taps.push_back(multiply(tapBytes, i));
    for (int64_t i = 0; i < points * points; ++i)
      places.push_back(multiply(pointBytes, i));
    const int64_t atOnce = ofPairs ? 8 : 4; // columns
    repeat(columns, panelTile.columns, {argument(0), argument(1)}, [&](AffineExpr, ArrayRef<Value> panel) {
      repeat(words, 1, {panel[0], panel[1]}, [&](AffineExpr, ArrayRef<Value> at) {
        repeat(e.i32(panelTile.columns / atOnce), 1, {at[0], at[1]}, [&](AffineExpr, ArrayRef<Value> part) {
          transform(part[0], part[1]);
          return Vectors{bump(e, part[0], atOnce * width), bump(e, part[1], atOnce * 4)};
        });
        return Vectors{bump(e, at[0], wordRowBytes), bump(e, at[1], panelTile.columns * 4)};
      });
      return Vectors{bump(e, panel[0], panelTile.columns * width), bump(e, panel[1], panelBytes)};
    });
    return finish(program, "weights");
  }

private:
  static SmallVector<Type> argumentTypes(ProgramBuilder &program, bool hasOffset) {
    SmallVector<Type> types{pointer(program), pointer(program), i32(program), i32(program)};
    if (hasOffset)
      types.push_back(i32(program));
    return types;
  }

  Value rowBytes; ///< of the weights of a channel
  Vectors taps;   ///< byte offsets in the weights
  Vectors places; ///< of the points, byte offsets in the target

  Value multiply(Value a, int64_t factor) { return arith::MulIOp::create(e, a, e.i32(factor)); }

  void transform(Value source, Value target) {
    Vectors first = pointsOf(source);
    if (!ofPairs) {
      for (auto [place, value] : llvm::zip(places, first))
        e.storeAt(value, bump(e, target, place), 4);
      return;
    }
    for (auto [place, low, high] : llvm::zip(places, first, pointsOf(bump(e, source, rowBytes)))) {
      Value at = bump(e, target, place);
      e.storeAt(vector::ShuffleOp::create(e, low, high, ArrayRef<int64_t>{0, 8, 1, 9, 2, 10, 3, 11}), at, 4);
      e.storeAt(vector::ShuffleOp::create(e, low, high, ArrayRef<int64_t>{4, 12, 5, 13, 6, 14, 7, 15}),
                bump(e, at, vectorBytes), 4);
    }
  }

  /// All points of some columns of one channel.
  Vectors pointsOf(Value source) {
    Vectors columns[3], all; // [3][points]
    for (int64_t j = 0; j < 3; ++j) {
      Vectors column;
      for (int64_t i = 0; i < 3; ++i)
        column.push_back(loadElements(bump(e, source, taps[3 * i + j])));
      columns[j] = map(column);
    }
    for (int64_t i = 0; i < points; ++i)
      all.append(map({columns[0][i], columns[1][i], columns[2][i]}));
    return all;
  }

  /// G g, of integers 2 G g
  Vectors map(ArrayRef<Value> g) {
    Value outer = add(g[0], g[2]);
    if (ofPairs)
      return {add(g[0], g[0]), add(outer, g[1]), subtract(outer, g[1]), add(g[2], g[2])};
    if (outputs == 2) {
      Value even = scale(0.5, outer), odd = scale(0.5, g[1]);
      return {g[0], add(even, odd), subtract(even, odd), g[2]};
    }
    Value even = multiplyAdd(4, g[2], g[0]);
    return {scale(1.0 / 4, g[0]),
            scale(-1.0 / 6, add(outer, g[1])),
            scale(-1.0 / 6, subtract(outer, g[1])),
            scale(1.0 / 24, multiplyAdd(2, g[1], even)),
            scale(1.0 / 24, multiplyAdd(-2, g[1], even)),
            g[2]};
  }
};

class OutputTransform : Transform {
public:
  OutputTransform(ProgramBuilder &program, WinogradTile tile)
      : Transform(program, tile, elementOfSums(program, tile),
                  {pointer(program), i32(program), i32(program), i32(program), pointer(program), pointer(program)}) {}

  std::string emit(ProgramBuilder &program) {
    const int64_t lineBytes = points * vectorBytes, tileBytes = outputs * outputs * vectorBytes;
    Value work = argument(5);
    SmallVector<Value> pointRows; // byte offsets
    for (int64_t i = 0; i < points; ++i)
      pointRows.push_back(arith::MulIOp::create(e, argument(3), e.i32(i * points)));
    repeat(argument(1), panelTile.columns, {argument(0), argument(4)}, [&](AffineExpr, ArrayRef<Value> panel) {
      repeat(e.i32(panelTile.columns / 4), 1, {panel[0], panel[1]}, [&](AffineExpr, ArrayRef<Value> at) {
        repeat(e.i32(points), 1, {at[0], work}, [&](AffineExpr, ArrayRef<Value> at) {
          Vectors sums;
          for (Value row : pointRows)
            sums.push_back(load(bump(e, at[0], row)));
          store(map(sums), at[1], lineBytes);
          return Vectors{bump(e, at[0], argument(3)), bump(e, at[1], vectorBytes)};
        });
        repeat(e.i32(outputs), 1, {work, at[1]}, [&](AffineExpr, ArrayRef<Value> at) {
          Vectors results = map(load(at[0], points, vectorBytes));
          for (Value &result : results)
            if (ofPairs) // 2 G on both sides
              result = arith::ShRSIOp::create(e, result, e.splat(e.i32(2), 4));
          store(results, at[1], vectorBytes);
          return Vectors{bump(e, at[0], lineBytes), bump(e, at[1], outputs * vectorBytes)};
        });
        return Vectors{bump(e, at[0], vectorBytes), bump(e, at[1], tileBytes)};
      });
      return Vectors{bump(e, panel[0], argument(2)), bump(e, panel[1], panelTile.columns / 4 * tileBytes)};
    });
    return finish(program, "output");
  }

private:
  static Type elementOfSums(ProgramBuilder &program, WinogradTile tile) {
    return tile.ofPairs ? i32(program) : Type(Float32Type::get(program.code.getContext()));
  }

  /// A^T m
  Vectors map(ArrayRef<Value> m) {
    Value even1 = add(m[1], m[2]), odd1 = subtract(m[1], m[2]);
    if (outputs == 2)
      return {add(m[0], even1), subtract(odd1, m[3])};
    Value even2 = add(m[3], m[4]), odd2 = subtract(m[3], m[4]);
    return {add(add(m[0], even1), even2), multiplyAdd(2, odd2, odd1), multiplyAdd(4, even2, even1),
            add(multiplyAdd(8, odd2, odd1), m[5])};
  }
};

} // namespace

std::string emitInputTransform(ProgramBuilder &program, WinogradTile tile, Type element) {
  return InputTransform(program, tile, element).emit(program);
}
int64_t inputWorkBytes(WinogradTile tile) { return tile.allPoints() * vectorBytes * (1 + rows); }

std::string emitWeightTransform(ProgramBuilder &program, WinogradTile tile, const Stored &stored) {
  return WeightTransform(program, tile, stored).emit(program);
}

std::string emitOutputTransform(ProgramBuilder &program, WinogradTile tile) {
  return OutputTransform(program, tile).emit(program);
}
int64_t outputWorkBytes(WinogradTile tile) { return tile.outputs * tile.points() * vectorBytes; }

} // namespace wasmind::loops
