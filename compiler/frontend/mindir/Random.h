//===- Random.h - primitives that draw random numbers -------------------------------------------------------------===//
#pragma once
#include "compiler/frontend/mindir/Operator.h"
#include "compiler/graph/Random.h"

namespace wasmind::mindir {

/// The extents of x, none where the node has failed.
Extents shapeOf(Node &node, Value x);

/// One draw per element of a shape; its key is two parameters, 0 where they are not given. Where they are `none` and 0,
/// which MindSpore replaces by what differs between processes, it is the user's seed; the node fails without one.
graph::Draw draw(Node &node, const Extents &shape, llvm::StringRef seed = "seed", llvm::StringRef seed2 = "seed2",
                 unsigned i = Node::none, int64_t none = 0);
/// The same with a generator's seed, input i, as the key: its low and its high word. The generator's offset, the input
/// behind it, is MindSpore's own count of draws. Without such an input, the key is two attributes.
graph::Draw drawOfGenerator(Node &node, const Extents &shape, unsigned i);

/// What primitives that draw numbers of a shape, input 0, give of a draw of the declared type.
Operand drawShape(Node &node, llvm::function_ref<Value(graph::Draw &, Type)> numbers);
/// The same of (shape, seed, offset, dtype), or of (x, seed, offset, dtype) with the shape and type of x.
Operand drawByGenerator(Node &node, bool isLike, llvm::function_ref<Value(graph::Draw &, Type)> numbers);

/// True with a probability, a tensor that is broadcast or one number, as bool.
Value isDrawn(Compose &b, graph::Draw draw, Value probability);
/// (x, mask): x with whole `shape`d parts of it dropped, the others divided by the probability that they are kept.
/// Draws nothing where all are kept, or none.
Operand dropOut(Node &node, const Extents &shape, llvm::function_ref<graph::Draw()> draw, Value x, double keep);
/// Dropout of whole channels: attribute keep_prob.
Operand dropChannels(Node &node);
/// (x, p, seed, offset): x with elements dropped with a probability; the mask is for gradients only.
Operand dropByGenerator(Node &node, const Extents &shape, unsigned seed);

/// Integers in [low, high), of one type, one number each; fails where both are known and there are none.
Value drawBetween(Node &node, graph::Draw draw, Value low, Value high);
/// The same of a generator's seed, input `seed`, in another type.
Operand drawIntegers(Node &node, const Extents &shape, Value low, Value high, unsigned seed, Type type);

/// 0..n-1 in random order, of (n, seed, offset, dtype), input 0 and input 3.
Operand drawPermutation(Node &node, llvm::function_ref<graph::Draw(const Extents &)> draw);

/// mean + deviation * a standard normal number, where both are tensors or numbers that are broadcast, or have `shape`.
Operand normalAround(Node &node, std::optional<Extents> shape, unsigned seed);
/// Which of the classes, the last dimension of `weights`, that are not negative, is drawn; `count` times for each row.
Value drawClasses(Node &node, Value weights, AffineExpr count, llvm::function_ref<graph::Draw(const Extents &)> draw);

} // namespace wasmind::mindir
