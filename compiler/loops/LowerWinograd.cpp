//===- LowerWinograd.cpp - convolutions of 3x3 through Winograd's transforms --------------------------------------===//
//
//   first run: transform the weights
//   for each block of tiles that fits the L2 cache:
//     transform the tiles of the input         [point][panel of tiles][words][5]
//     multiply, point by point                 [point][columns / 8][panel of tiles][5][8]
//     transform each tile of sums to pixels, and the epilogue on them
//
//===--------------------------------------------------------------------------------------------------------------===//
#include "compiler/graph/Integers.h"
#include "compiler/loops/Gemm.h"
#include "compiler/loops/Images.h"
#include "compiler/loops/Magnitude.h"
#include "compiler/loops/Packing.h"
#include "compiler/loops/PanelProduct.h"
#include "compiler/loops/Strategy.h"
#include "compiler/loops/Winograd.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace wasmind::graph;

namespace wasmind::loops {
namespace {

/// Of a block's input and sums: what common L2 caches hold.
constexpr int64_t blockBytes = 2 * 1024 * 1024;

constexpr int64_t sumBytes = panelTile.rows * panelTile.columns * 4; ///< of one call of the product

/// What a convolution costs, in multiply-adds. The transforms cost so many of them for each point of a tile and channel
/// read or written; a weight costs the time to come from memory.
constexpr double costPerInput = 10, costPerOutput = 8, costPerWeight = 8;
/// Below this gain the memory that transformed weights take is not worth it.
constexpr double leastGain = 1.4;
/// F(4x4) is to be so much faster than F(2x2), whose results are more accurate and whose weights are smaller.
constexpr double leastGainOfLarger = 1.15;

/// Of all transformed weights of a module: what it takes beyond the model's own memory is not to keep it from loading.
constexpr uint64_t mostPreparedBytes = 256 * 1024 * 1024;

struct Layer {
  int64_t rows, columns, inputs, outputs; ///< images' extents at their bounds, channels
  bool ofPairs;                           ///< integers

  int64_t words() const { return ofPairs ? inputs / 2 : inputs; }
};

/// Multiply-adds of f32 in whose time one of integers is done.
constexpr double costOfPairs = 0.67;

double productCost(const Layer &layer) {
  return double(layer.inputs) * layer.outputs * (layer.ofPairs ? costOfPairs : 1);
}

double directCost(const Layer &layer) {
  double pixels = double(layer.rows) * layer.columns, weights = double(layer.inputs) * layer.outputs;
  return 9 * (pixels * (productCost(layer) + 4 * layer.words()) + weights * costPerWeight);
}

double costOf(const Layer &layer, WinogradTile tile) {
  double tiles = double(llvm::divideCeil(layer.rows, tile.outputs)) * llvm::divideCeil(layer.columns, tile.outputs);
  tiles = std::ceil(tiles / panelTile.rows) * panelTile.rows;
  double weights = double(layer.inputs) * layer.outputs;
  return tile.allPoints() *
         (tiles * (productCost(layer) + layer.words() * costPerInput + layer.outputs * costPerOutput) +
          weights * costPerWeight);
}

class Winograd {
public:
  Winograd(KernelContext &context, const Images &images, WinogradTile tile)
      : context(context), e(context.emitter), images(images), tile(tile),
        convolve(cast<ConvolveOp>(context.group.anchors[0])), root(context.group.root->getResult(0)),
        channels(*constantOf(images.channels)), columns(*constantOf(getExtents(convolve.getResult().getType()).back())),
        element(elementOf(convolve.getInput())), words(channels / tile.perWord()),
        pixelBytes(*constantOf(images.pixels.pitch) * byteWidth(element)),
        tileColumns(normalise(images.columns.out.ceilDiv(tile.outputs))),
        tileRows(normalise(images.rows.out.ceilDiv(tile.outputs))),
        tiles(normalise(images.count * tileRows * tileColumns)), tensors(context.epilogueTensors(convolve)) {
    int64_t perTile = tile.allPoints() * (words + columns) * 4;
    int64_t all = llvm::divideCeil(std::max<int64_t>(context.program.bound(tiles), 1), panelTile.rows);
    blockPanels = std::min(std::max<int64_t>(blockBytes / (perTile * panelTile.rows), 1), all);
    inputPointBytes = blockPanels * panelTile.rows * words * 4;
    columnBytes = blockPanels * sumBytes;
    sumPointBytes = columns / panelTile.columns * columnBytes;
  }

  void emit() {
    for (Value tensor : tensors)
      pointers.push_back(context.pointer(tensor));
    std::string key = "winograd" + std::to_string(tile.outputs);
    Value image = context.pointer(images.memory);
    const Stored stored = storedAs(convolve.getWeights());
    SmallVector<int64_t> sizes{channels, columns};
    if (stored.hasOffset)
      sizes.push_back(stored.offset);
    Value weights = context.prepared(stored.elements, key, tile.allPoints() * words * columns * 4, sizes,
                                     [&] { return emitWeightTransform(context.program, tile, stored); });
    auto scratch = [&](int64_t bytes) { return context.scratch(e.constantIndex(bytes)); };
    Value outside = scratch(words * 4), addresses = scratch(panelTile.rows * tile.allPoints() * 4);
    Value work = scratch(std::max(inputWorkBytes(tile), outputWorkBytes(tile)));
    Value inputs = scratch(tile.allPoints() * inputPointBytes), sums = scratch(tile.allPoints() * sumPointBytes);
    Value pixels = scratch(columns * tile.outputs * tile.outputs * 4);
    std::string transform = emitTransformTiles(), multiply = emitMultiply(), store = emitStoreTiles();

    Value zero = arith::ConstantOp::create(e, e.getZeroAttr(vector()));
    e.loop(e.i32(0), e.i32(words), 4, outside, [&](AffineExpr, ArrayRef<Value> at) {
      e.storeAt(zero, at[0], 4);
      return SmallVector<Value>{bump(e, at[0], 16)};
    });
    Value end = e.index(tiles);
    e.loop(e.i32(0), end, blockPanels * panelTile.rows, {}, [&](AffineExpr block, ArrayRef<Value>) {
      Value first = e.index(block), left = arith::SubIOp::create(e, end, first);
      Value count = arith::MinSIOp::create(e, left, e.i32(blockPanels * panelTile.rows));
      Value panels = e.index(normalise((e.bind(count) + (panelTile.rows - 1)).floorDiv(panelTile.rows)));
      auto call = [&](StringRef function, ValueRange arguments) {
        func::CallOp::create(e, function, TypeRange(), arguments);
      };
      call(transform, {first, panels, image, outside, addresses, inputs, work});
      call(multiply, {panels, inputs, weights, sums, e.i32(words), e.i32(columns), e.i32(inputPointBytes),
                      e.i32(columnBytes), e.i32(sumPointBytes)});
      SmallVector<Value> arguments{first, count, sums, pixels, work};
      arguments.append(pointers);
      call(store, arguments);
      return SmallVector<Value>();
    });
  }

private:
  KernelContext &context;
  Emitter &e;
  const Images &images;
  const WinogradTile tile;
  ConvolveOp convolve;
  Value root;
  const int64_t channels, columns;
  const Type element;       ///< of the image
  const int64_t words;      ///< of a pixel's channels in a panel
  const int64_t pixelBytes; ///< from one pixel of the image to the next
  AffineExpr tileColumns, tileRows, tiles;
  int64_t blockPanels, inputPointBytes, columnBytes, sumPointBytes;
  const SmallVector<Value> tensors; ///< what the epilogue touches; the root last
  SmallVector<Value> pointers;

  VectorType vector() { return VectorType::get(4, tile.ofPairs ? Type(e.getI32Type()) : Type(e.getF32Type())); }

  Emitter function(ArrayRef<Type> arguments) {
    return Emitter(context.program.code, UnknownLoc::get(e.getContext()), context.program.freshName(), arguments,
                   context.program.extents);
  }
  std::string finish(Emitter &f, StringRef part) {
    f.finish();
    return context.program.intern(f.function,
                                  functionName(element, "winograd" + std::to_string(tile.outputs), part.str()));
  }

  struct Place {
    AffineExpr image, row, column; ///< of the tile's first pixel in the output
  };
  Place placeOf(Emitter &f, AffineExpr number) {
    AffineExpr line = f.bind(f.index(number.floorDiv(tileColumns))), column = f.bind(f.index(number % tileColumns));
    AffineExpr image = f.bind(f.index(line.floorDiv(tileRows))), row = f.bind(f.index(line % tileRows));
    return {image, normalise(row * tile.outputs), normalise(column * tile.outputs)};
  }

  /// (first tile, panels, image, outside, addresses, target, work). Pixels outside of the image are read at `outside`,
  /// and tiles past the last one are the last one.
  std::string emitTransformTiles() {
    Type i32 = e.getI32Type(), pointer = e.pointerType();
    Emitter f = function({i32, i32, pointer, pointer, pointer, pointer, pointer});
    auto argument = [&](unsigned i) -> Value { return f.function.getArgument(i); };
    std::string transform = emitInputTransform(context.program, tile, element);
    AffineExpr first = f.bind(argument(0));
    Value zeros = LLVM::PtrToIntOp::create(f, i32, argument(3));
    const int64_t points = tile.points();
    f.loop(f.i32(0), argument(1), 1, argument(5), [&](AffineExpr panel, ArrayRef<Value> target) {
      f.loop(f.i32(0), f.i32(panelTile.rows), 1, argument(4), [&](AffineExpr row, ArrayRef<Value> addresses) {
        Value number = f.index(normalise(first + panel * panelTile.rows + row));
        Place place = placeOf(f, f.bind(arith::MinSIOp::create(f, number, f.index(normalise(tiles - 1)))));
        AffineExpr top = f.bind(f.index(normalise(place.row - images.rows.pad)));
        AffineExpr left = f.bind(f.index(normalise(place.column - images.columns.pad)));
        auto isInside = [&](AffineExpr at, AffineExpr extent) -> Value {
          return arith::CmpIOp::create(f, arith::CmpIPredicate::ult, f.index(normalise(at)), f.index(extent));
        };
        SmallVector<Value> columnsInside;
        for (int64_t i = 0; i < points; ++i)
          columnsInside.push_back(isInside(left + i, images.columns.in));
        f.loop(f.i32(0), f.i32(points), 1, addresses[0], [&](AffineExpr line, ArrayRef<Value> at) {
          AffineExpr y = f.bind(f.index(normalise(top + line)));
          Value lineInside = isInside(y, images.rows.in);
          AffineExpr pixel = (place.image * images.rows.in + y) * images.columns.in + left;
          Value address = LLVM::PtrToIntOp::create(f, i32, argument(2));
          address = arith::AddIOp::create(
              f, address, f.index(normalise(pixel * pixelBytes + images.pixels.first * byteWidth(element))));
          for (int64_t i = 0; i < points; ++i) {
            Value there = arith::AndIOp::create(f, lineInside, columnsInside[i]);
            Value own = arith::AddIOp::create(f, address, f.i32(i * pixelBytes));
            f.storeAt(arith::SelectOp::create(f, there, own, zeros), bump(f, at[0], 4 * i), 4);
          }
          return SmallVector<Value>{bump(f, at[0], 4 * points)};
        });
        return SmallVector<Value>{bump(f, addresses[0], 4 * tile.allPoints())};
      });
      func::CallOp::create(f, transform, TypeRange(),
                           ValueRange{argument(4), f.i32(words), target[0], f.i32(inputPointBytes), argument(6)});
      return SmallVector<Value>{bump(f, target[0], panelTile.rows * words * 4)};
    });
    return finish(f, "transform_tiles");
  }

  /// (panels, inputs, weights, sums, words, columns, bytes of a point of the inputs, of eight columns of sums, of a
  /// point of them): one for all convolutions.
  std::string emitMultiply() {
    Type i32 = e.getI32Type(), pointer = e.pointerType();
    Emitter f = function({i32, pointer, pointer, pointer, i32, i32, i32, i32, i32});
    std::string product = emitPanelProduct(context.program, tile.ofPairs);
    auto argument = [&](unsigned i) -> Value { return f.function.getArgument(i); };
    AffineExpr words = f.bind(argument(4));
    Value iterations = f.index(words.floorDiv(panelTile.unroll));
    Value inputPanelBytes = f.index(words * (panelTile.rows * 4)),
          weightPanelBytes = f.index(words * (panelTile.columns * 4)),
          weightPointBytes = f.index(words * f.bind(argument(5)) * 4);
    SmallVector<Value> carried{argument(1), argument(2), argument(3)};
    f.loop(f.i32(0), f.i32(tile.allPoints()), 1, carried, [&](AffineExpr, ArrayRef<Value> point) {
      f.loop(f.i32(0), argument(5), panelTile.columns, point.drop_front(), [&](AffineExpr, ArrayRef<Value> column) {
        f.loop(f.i32(0), argument(0), 1, {point[0], column[1]}, [&](AffineExpr, ArrayRef<Value> at) {
          func::CallOp::create(f, product, TypeRange(), ValueRange{iterations, at[0], column[0], at[1]});
          return SmallVector<Value>{bump(f, at[0], inputPanelBytes), bump(f, at[1], sumBytes)};
        });
        return SmallVector<Value>{bump(f, column[0], weightPanelBytes), bump(f, column[1], argument(7))};
      });
      return SmallVector<Value>{bump(f, point[0], argument(6)), bump(f, point[1], weightPointBytes),
                                bump(f, point[2], argument(8))};
    });
    return finish(f, "multiply");
  }

  /// (first tile, count, sums, pixels, work, pointers...)
  std::string emitStoreTiles() {
    Type i32 = e.getI32Type(), pointer = e.pointerType();
    SmallVector<Type> types{i32, i32, pointer, pointer, pointer};
    types.append(tensors.size(), pointer);
    Emitter f = function(types);
    auto argument = [&](unsigned i) -> Value { return f.function.getArgument(i); };
    for (auto [i, tensor] : llvm::enumerate(tensors))
      f.place(tensor, argument(5 + i));
    Value target = f.placeOf(root);
    f.place(root, Value());
    std::string transform = emitOutputTransform(context.program, tile);
    AffineExpr first = f.bind(argument(0));
    f.loop(f.i32(0), argument(1), 1, {}, [&](AffineExpr number, ArrayRef<Value>) {
      AffineExpr sums = number.floorDiv(panelTile.rows) * sumBytes + number % panelTile.rows * (panelTile.columns * 4);
      func::CallOp::create(f, transform, TypeRange(),
                           ValueRange{bump(f, argument(2), f.index(normalise(sums))), f.i32(columns),
                                      f.i32(columnBytes), f.i32(sumPointBytes), argument(3), argument(4)});
      Place place = placeOf(f, first + number);
      auto pixelsOf = [&](const SpatialDim &dim, AffineExpr from) -> Value {
        return arith::MinSIOp::create(f, f.index(normalise(dim.out - from)), f.i32(tile.outputs));
      };
      Value rows = pixelsOf(images.rows, place.row), width = pixelsOf(images.columns, place.column);
      f.loop(f.i32(0), rows, 1, {}, [&](AffineExpr y, ArrayRef<Value>) {
        f.loop(f.i32(0), width, 1, {}, [&](AffineExpr x, ArrayRef<Value>) {
          Value pixel = bump(f, argument(3), f.index(normalise((y * tile.outputs + x) * 16)));
          f.loop(f.i32(0), f.i32(columns), 4, pixel, [&](AffineExpr column, ArrayRef<Value> at) {
            storePixel(f, target, {place.image, place.row + y, place.column + x, column}, f.loadAt(at[0], vector(), 4));
            return SmallVector<Value>{bump(f, at[0], tile.outputs * tile.outputs * 16)};
          });
          return SmallVector<Value>();
        });
        return SmallVector<Value>();
      });
      return SmallVector<Value>();
    });
    return finish(f, "store_tiles");
  }

  void storePixel(Emitter &f, Value target, Indices at, Value sums) {
    f.forget();
    f.define(convolve.getResult(), [&](ArrayRef<AffineExpr>, Lanes) { return sums; });
    Lanes lanes{4, f.variableOf(at.back())};
    const Indices indices = substituted(*rootIndices(context.group, convolve), at);
    Value value = f.evaluate(root, indices, lanes);
    f.store(value, target, elementOf(root), flatOffset(root, indices), lanes);
  }
};

uint64_t preparedBytesOf(const Layer &layer, WinogradTile tile) {
  return uint64_t(tile.allPoints()) * layer.words() * layer.outputs * 4;
}

/// Whether integers keep their value on the way: transformed ones in i16, and in i32 four times the result, which the
/// largest sum of a column's weights bounds. Sums before the last transform may wrap.
bool isExact(ConvolveOp convolve, Value image) {
  const ConstantData weights = *constantDataOf(convolve.getWeights());
  const int64_t columns = cast<RankedTensorType>(convolve.getWeights().getType()).getShape().back();
  std::vector<int64_t> sums(columns);
  int64_t most = 0;
  if (weights.splat)
    return false; // equal weights are no network's
  eachInteger(weights, [&](int64_t element, int64_t i) {
    sums[i % columns] += std::abs(element);
    most = std::max(most, std::abs(element));
  });
  const int64_t input = magnitudeOf(image);
  return 4 * input < (1 << 15) && 9 * most < (1 << 15) &&
         4 * input * *std::max_element(sums.begin(), sums.end()) < (int64_t(1) << 31);
}

/// The convolution of a group, where it is one that the transforms compute.
std::optional<Layer> layerOf(const Candidate &candidate) {
  auto images = Images::of(candidate.group);
  if (!candidate.options.winograd || !images || images->isGrouped || !constantOf(images->pixels.pitch))
    return std::nullopt;
  auto convolve = cast<ConvolveOp>(candidate.group.anchors[0]);
  if (!convolve.getWeights().getDefiningOp<ConstantOp>() || getExtents(convolve.getType()).size() != 4 ||
      !hasPanels(convolve))
    return std::nullopt;
  const bool ofPairs = !elementOf(convolve.getInput()).isF32();
  AffineExpr three = getAffineConstantExpr(3, convolve.getContext());
  auto channels = constantOf(images->channels), columns = constantOf(getExtents(convolve.getType()).back());
  const bool isOfKind = channels && columns && *channels % (panelTile.unroll * (ofPairs ? 2 : 1)) == 0 &&
                        *columns % panelTile.columns == 0 &&
                        llvm::all_of(ArrayRef{images->rows, images->columns}, [&](const SpatialDim &dim) {
                          return dim.kernel == three && isOne(dim.stride) && isOne(dim.dilation);
                        });
  if (!isOfKind || (ofPairs && !isExact(convolve, images->memory)))
    return std::nullopt;
  return Layer{candidate.bound(images->rows.out), candidate.bound(images->columns.out), *channels, *columns, ofPairs};
}

/// The tile with which a convolution pays to be computed so; none where it does not.
std::optional<WinogradTile> tileOf(const Candidate &candidate) {
  auto layer = layerOf(candidate);
  if (!layer)
    return std::nullopt;
  const WinogradTile small{2, layer->ofPairs}, large{4};
  const bool isSmall = layer->ofPairs || costOf(*layer, large) * leastGainOfLarger >= costOf(*layer, small);
  const WinogradTile best = isSmall ? small : large;
  const bool fits = candidate.preparedBytes + preparedBytesOf(*layer, best) <= mostPreparedBytes;
  return fits && costOf(*layer, best) * leastGain < directCost(*layer) ? std::optional(best) : std::nullopt;
}

template <int64_t outputs> bool appliesTo(const Candidate &candidate) {
  auto tile = tileOf(candidate);
  return tile && tile->outputs == outputs;
}

template <int64_t outputs> LogicalResult lowerWinograd(KernelContext &context) {
  const Images images = *Images::of(context.group);
  context.record.kind = "winograd";
  const bool ofPairs = !elementOf(images.memory).isF32();
  Winograd(context, images, WinogradTile{outputs, ofPairs}).emit();
  return success();
}

template <int64_t outputs> uint64_t prepares(const Candidate &candidate) {
  return preparedBytesOf(*layerOf(candidate), WinogradTile{outputs});
}

} // namespace

const Strategy strategies::winograd4{"winograd4", appliesTo<4>, lowerWinograd<4>, prepares<4>};
const Strategy strategies::winograd2{"winograd2", appliesTo<2>, lowerWinograd<2>, prepares<2>};

} // namespace wasmind::loops
