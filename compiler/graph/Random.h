//===- Random.h - random numbers of a run -------------------------------------------------------------------------===//
//
// The generator is Philox 4x32-10 (J. K. Salmon et al., Parallel Random Numbers: As Easy as 1, 2, 3, SC 2011): four
// 32-bit words are a function of a key, the seed, and a counter. Nothing but how many draws there were has to be kept:
//
//   counter = (the element's row-major index, the turn, the draw's low word, its high word)
//
// A draw is one execution of one node. Draws are numbered from 0 and over runs, so that no two have the same numbers;
// the count is state of the module (decision 18).
//
//===--------------------------------------------------------------------------------------------------------------===//
#pragma once
#include "compiler/graph/Compose.h"

namespace wasmind::graph {

/// The random numbers of one draw: a block of four words for each element of a shape.
class Draw {
public:
  using Value = mlir::Value;
  /// The next draw. The key is two rank-0 ui32.
  Draw(Compose &b, Value keyLow, Value keyHigh, llvm::ArrayRef<mlir::AffineExpr> shape);
  /// Further blocks of the same draw, for what rejects numbers. The turn is a rank-0 integer; 0 is the draw itself.
  Draw inTurn(Value turn) const;

  /// Word 0..3 of each element's block, ui32.
  Value word(unsigned i);
  /// Words 0 and 1 as one number, ui64.
  Value wideWord();
  /// In [0, 1): as many leading bits of a word as floats of the type have between 1/2 and 1, so that every number is
  /// exact. Of f64 those of two words, `pair` 0 or 1; of others those of word `pair`.
  Value uniform(mlir::Type type, unsigned pair = 0);
  /// Standard normal, by G. E. P. Box and M. E. Muller (1958), of uniform numbers that are never 0: (word + 1/2) /
  /// 2^32, of f64 (leading 52 bits of two words + 1/2) / 2^52. Computed in f32 where the type is narrower.
  Value normal(mlir::Type type);
  /// low + a number below high - low, integers of one type; the remainder of a 64-bit number, whose bias is less than
  /// (high - low) / 2^64.
  Value between(Value low, Value high);
  /// Which of the classes, the last dimension of `weights` [..., classes], that are floats and not negative, is drawn,
  /// of a draw [..., count]: the first whose running sum of weights exceeds a number below the whole sum; i64.
  Value classes(Value weights);
  /// 0..n-1 in random order, of a draw of n elements: the order of their 64-bit numbers, i64.
  Value permutation();

private:
  Compose &b;
  Value keyLow, keyHigh, number, turn;
  llvm::SmallVector<mlir::AffineExpr> shape;
  llvm::SmallVector<Value, 4> words;

  /// Numbers in (0, 1) of word `first`, or of f64 of that and the next.
  Value positive(mlir::Type type, unsigned first);
};

/// Numbers the draws of `run` and makes their count its state: an argument and a hidden result, called "random". Does
/// nothing where there are none. Before this, a draw asks for its number by a call of a function that is not there.
void numberDraws(mlir::ModuleOp module);

} // namespace wasmind::graph
