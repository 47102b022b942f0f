//===- LowerDepthwise.cpp - convolutions that give each channel an output of its own ------------------------------===//
//
// A tile of four neighbouring pixels and four channels has its sums in registers: each element of the image that the
// pixels share is loaded once, and each weight serves all of them.
//
//   for each image, row of pixels, tile of pixels, four channels:
//     for each row of the kernel that lies in the image: the columns under the tile times the weights
//     epilogue
//
// Of i8, u8 and i16 each element is widened to a lane of i32 as it is loaded. The upper half of a weight's lane is 0,
// so that the instruction which multiplies and adds pairs of 16 bits gives one product: it is faster than i32's.
//
// A tile at the left or right edge of the image reads zeros outside of it, and stores the pixels that exist.
//
//===--------------------------------------------------------------------------------------------------------------===//
#include "compiler/loops/Gemm.h"
#include "compiler/loops/Images.h"
#include "compiler/loops/Reductions.h"
#include "compiler/loops/Strategy.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"

using namespace mlir;
using namespace wasmind::graph;

namespace wasmind::loops {
namespace {

constexpr int64_t pixels = 4, lanes = 4;

class Depthwise {
public:
  Depthwise(KernelContext &context, const Images &images)
      : context(context), e(context.emitter), images(images), root(context.group.root->getResult(0)),
        convolve(cast<ConvolveOp>(context.group.anchors[0])), image(elementOf(convolve.getInput())),
        kernel(elementOf(convolve.getWeights())), sum(elementOf(convolve.getResult())), imageBytes(byteWidth(image)),
        kernelBytes(byteWidth(kernel)), stride(*constantOf(images.columns.stride)),
        dilation(*constantOf(images.columns.dilation)), taps(*constantOf(images.columns.kernel)),
        channels(*constantOf(images.channels)), pitch(*constantOf(images.pixels.pitch)),
        width((pixels - 1) * stride + (taps - 1) * dilation + 1) {}

  void emit() {
    context.placeAll();
    input = context.pointer(images.memory);
    weights = context.pointer(convolve.getWeights());
    target = context.pointer(root);
    e.place(root, Value());
    const SpatialDim &rows = images.rows, &columns = images.columns;
    e.loop(images.count, [&](AffineExpr image) {
      e.loop(rows.out, [&](AffineExpr row) {
        ReductionLoop taken =
            clippedLoop(e, row, {rows.kernel, rows.stride, rows.pad, rows.padHigh(), rows.dilation, rows.in});
        AffineExpr firstTap = e.bind(taken.low);
        AffineExpr line = e.bind(e.index(normalise(row * rows.stride + firstTap * rows.dilation - rows.pad)));
        e.loop(e.i32(0), e.index(columns.out), pixels, {}, [&](AffineExpr pixel, ArrayRef<Value>) {
          Tile tile{image, row, pixel, line, e.bind(e.index(normalise(pixel * stride - columns.pad))), firstTap, taken};
          Value low = arith::CmpIOp::create(e, arith::CmpIPredicate::sge, e.index(tile.left), e.i32(0));
          Value high = arith::CmpIOp::create(e, arith::CmpIPredicate::sle, e.index(tile.left),
                                             e.index(normalise(columns.in - width)));
          Value exist = arith::CmpIOp::create(e, arith::CmpIPredicate::sle, e.index(pixel),
                                              e.index(normalise(columns.out - pixels)));
          Value inside = arith::AndIOp::create(e, arith::AndIOp::create(e, low, high), exist);
          auto branch = scf::IfOp::create(e, inside, /*withElseRegion=*/true);
          OpBuilder::InsertionGuard guard(e);
          e.setInsertionPointToStart(branch.thenBlock());
          emitTile(tile, /*isInside=*/true);
          e.setInsertionPointToStart(branch.elseBlock());
          emitTile(tile, /*isInside=*/false);
          return SmallVector<Value>();
        });
      });
    });
  }

private:
  KernelContext &context;
  Emitter &e;
  const Images &images;
  Value root, input, weights, target;
  ConvolveOp convolve;
  Type image, kernel, sum; ///< elements
  int64_t imageBytes, kernelBytes;
  int64_t stride, dilation, taps, channels;
  int64_t pitch; ///< of the pixels of the image
  int64_t width; ///< columns of the image under a tile

  struct Tile {
    AffineExpr image, row, pixel; ///< of the output; `pixel` is the first one
    AffineExpr line, left;        ///< of the input: the first line that is read, and the first column (may be outside)
    AffineExpr firstTap;          ///< row of the kernel for `line`
    ReductionLoop taken;          ///< rows of the kernel
  };

  void emitTile(const Tile &tile, bool isInside) {
    // Columns outside of the image are read as the nearest one inside, and masked.
    SmallVector<Value> offsets, masks;
    if (!isInside)
      for (int64_t column = 0; column < width; ++column) {
        Value at = e.index(normalise(tile.left + column)), last = e.index(normalise(images.columns.in - 1));
        Value clamped = arith::MaxSIOp::create(e, arith::MinSIOp::create(e, at, last), e.i32(0));
        offsets.push_back(arith::MulIOp::create(e, clamped, e.i32(pitch * imageBytes)));
        Value isThere = arith::CmpIOp::create(e, arith::CmpIPredicate::ult, at, e.index(images.columns.in));
        masks.push_back(e.splat(arith::ExtSIOp::create(e, e.getI32Type(), isThere), lanes));
      }
    AffineExpr first = isInside ? tile.left : e.constantIndex(0);
    AffineExpr firstPixel = (tile.image * images.rows.in + tile.line) * images.columns.in + first;
    Value lineBytes = e.index(normalise(images.columns.in * images.rows.dilation * (pitch * imageBytes)));
    e.loop(e.i32(0), e.i32(channels), lanes, {}, [&](AffineExpr channel, ArrayRef<Value>) {
      SmallVector<Value> carried{
          e.offsetPointer(input, normalise(firstPixel * pitch + images.pixels.first + channel), memoryType(image)),
          e.offsetPointer(weights, normalise(tile.firstTap * (taps * channels) + channel), memoryType(kernel))};
      carried.append(pixels, arith::ConstantOp::create(e, e.getZeroAttr(VectorType::get(lanes, registerType(sum)))));
      carried = e.loop(tile.taken.low, tile.taken.high, 1, carried, [&](AffineExpr, ArrayRef<Value> in) {
        SmallVector<Value> sums(in.drop_front(2));
        accumulate(in[0], in[1], offsets, masks, sums);
        SmallVector<Value> next{bump(e, in[0], lineBytes), bump(e, in[1], taps * channels * kernelBytes)};
        next.append(sums);
        return next;
      });
      for (int64_t p = 0; p < pixels; ++p) {
        auto store = [&] { storePixel(tile, p, channel, carried[2 + p]); };
        if (isInside || p == 0)
          store();
        else
          e.when(
              arith::CmpIOp::create(e, arith::CmpIPredicate::slt, e.index(tile.pixel + p), e.index(images.columns.out)),
              store);
      }
      return SmallVector<Value>();
    });
  }

  /// Lanes of f32, or of i32.
  Value loadLanes(Value pointer, Type element) {
    Value loaded = e.loadAt(pointer, VectorType::get(lanes, memoryType(element)), byteWidth(element));
    if (element.isF32())
      return loaded;
    Type wide = VectorType::get(lanes, e.getI32Type());
    return isUnsigned(element) ? Value(arith::ExtUIOp::create(e, wide, loaded))
                               : Value(arith::ExtSIOp::create(e, wide, loaded));
  }

  Value loadFactor(Value pointer) {
    Value factor = loadLanes(pointer, kernel);
    return kernel.isF32() ? factor : Value(arith::AndIOp::create(e, factor, e.splat(e.i32(0xffff), lanes)));
  }

  /// Adds the products of one row of the kernel.
  void accumulate(Value line, Value row, ArrayRef<Value> offsets, ArrayRef<Value> masks, SmallVectorImpl<Value> &sums) {
    SmallVector<Value> factors, columns(width);
    for (int64_t tap = 0; tap < taps; ++tap)
      factors.push_back(loadFactor(bump(e, row, tap * channels * kernelBytes)));
    auto columnAt = [&](int64_t column) {
      Value &value = columns[column];
      if (value)
        return value;
      if (offsets.empty())
        return value = loadLanes(bump(e, line, column * pitch * imageBytes), image);
      Value loaded = loadLanes(bump(e, line, offsets[column]), image);
      if (!image.isF32())
        return value = arith::AndIOp::create(e, loaded, masks[column]);
      Value bits = arith::BitcastOp::create(e, masks[column].getType(), loaded);
      return value = arith::BitcastOp::create(e, loaded.getType(), arith::AndIOp::create(e, bits, masks[column]));
    };
    for (int64_t tap = 0; tap < taps; ++tap)
      for (int64_t p = 0; p < pixels; ++p)
        sums[p] = multiplyAdd(e, columnAt(p * stride + tap * dilation), factors[tap], sums[p]);
  }

  void storePixel(const Tile &tile, int64_t p, AffineExpr channel, Value sum) {
    Type type = root.getType();
    Indices indices{tile.image, tile.row, tile.pixel + p, channel};
    if (cast<RankedTensorType>(type).getRank() == 3) // one spatial dimension: its rows are one
      indices.erase(indices.begin() + 1);
    e.forget();
    e.define(context.group.anchors[0]->getResult(0), [&](ArrayRef<AffineExpr>, Lanes) { return sum; });
    Lanes four{lanes, e.variableOf(channel)};
    Value value = e.evaluate(root, indices, four);
    e.store(value, target, elementOf(root), flatOffset(root, indices), four);
  }
};

bool appliesTo(const Candidate &candidate) {
  auto images = Images::of(candidate.group);
  if (!images || !images->isGrouped || !isOne(images->perGroup))
    return false;
  Operation *convolve = candidate.group.anchors[0];
  if (!hasPanels(convolve) || getExtents(convolve->getResult(0).getType()).back() != images->channels)
    return false;
  auto stride = constantOf(images->columns.stride), dilation = constantOf(images->columns.dilation);
  auto taps = constantOf(images->columns.kernel), channels = constantOf(images->channels);
  return constantOf(images->pixels.pitch) && stride && *stride <= 2 && dilation && *dilation <= 2 && taps &&
         *taps <= 7 && channels && *channels % lanes == 0;
}

LogicalResult lowerDepthwise(KernelContext &context) {
  const Images images = *Images::of(context.group);
  context.record.tile = windowOf(images);
  Depthwise(context, images).emit();
  return success();
}

} // namespace

const Strategy strategies::depthwise{"depthwise", appliesTo, lowerDepthwise};

} // namespace wasmind::loops
