//===- Recurrent.h - what LSTM, GRU and RNN share -----------------------------------------------------------------===//
//
// Attributes and inputs of the ONNX specification: X [T, B, I], W [D, G * H, I], R [D, G * H, H], B [D, 2 * G * H],
// sequence_lens [B], initial_h [D, B, H] with G gates and D directions; Y [T, D, B, H], Y_h [D, B, H].
//
//===--------------------------------------------------------------------------------------------------------------===//
#pragma once
#include "compiler/frontend/onnx/Operator.h"
#include <vector>

namespace wasmind::onnx {

/// The parameters of one direction.
struct Direction {
  bool reverse = false;
  Value w, r;                      ///< [G * H, I], [G * H, H]
  Value wBias, rBias;              ///< [G * H] or null
  llvm::SmallVector<Value> states; ///< [B, H] each
  /// A function of one number, and those of its parameters that it takes.
  struct Activation {
    std::string name; ///< lower case
    double alpha = 0, beta = 0;
  };
  llvm::SmallVector<Activation> activations;
};

struct RecurrentLayer {
  Value x;       ///< [T, B, I], also where the node has layout 1
  Value lengths; ///< [B, 1] i64, null = all T
  int64_t hidden = 0;
  double clip = 0; ///< 0 = none
  bool batchFirst = false;
  std::vector<Direction> directions;
};

/// `gates` G; `stateInputs` the inputs that hold the initial states; `activations` the defaults of one direction.
std::optional<RecurrentLayer> recurrentLayer(Node &node, int64_t gates, llvm::ArrayRef<unsigned> stateInputs,
                                             llvm::ArrayRef<llvm::StringRef> activations);

/// f of a direction's i-th activation, its input clipped.
Value activate(Node &node, const RecurrentLayer &layer, const Direction &direction, unsigned i, Value x);

/// Runs a direction step by step: step(t's X * W^T + `bias` [B, G * H], states) gives the next states, the first of
/// which is the output. Results: Y [T, B, H] and the last states.
struct DirectionResults {
  Value y;
  llvm::SmallVector<Value> states;
};
std::optional<DirectionResults>
runDirection(Node &node, const RecurrentLayer &layer, const Direction &direction, Value bias,
             llvm::function_ref<llvm::SmallVector<Value>(Value, llvm::ArrayRef<Value>)> step);

/// Y, Y_h, ... in the node's layout from the results of all directions.
Results recurrentResults(Node &node, const RecurrentLayer &layer, llvm::ArrayRef<DirectionResults> directions);

} // namespace wasmind::onnx
