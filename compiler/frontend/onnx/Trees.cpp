#include "compiler/frontend/onnx/Trees.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/StringSwitch.h"
#include <cmath>
#include <limits>

namespace wasmind::onnx {
namespace {

struct Table {
  Integers feature, onTrue, onFalse;
  llvm::SmallVector<double> threshold;
  llvm::SmallVector<CompareKind> compare;
  std::vector<char> isLeaf, missingIsTrue;
  Integers roots;
  int64_t depth = 0;
};

template <typename T> Value vectorOf(Compose &compose, llvm::ArrayRef<T> values, Integers shape, Type element) {
  auto type = mlir::RankedTensorType::get(shape, element);
  return graph::makeConstant(compose, compose.getLoc(), type,
                             {reinterpret_cast<const char *>(values.data()), values.size() * sizeof(T)});
}

Value floats(Compose &compose, llvm::ArrayRef<double> values, Integers shape, Type element) {
  const unsigned width = graph::byteWidth(element);
  std::vector<char> bytes(values.size() * width);
  for (auto [i, value] : llvm::enumerate(values))
    graph::storeDouble(element, value, &bytes[i * width]);
  return graph::makeConstant(compose, compose.getLoc(), mlir::RankedTensorType::get(shape, element), std::move(bytes));
}

// What a leaf adds to a target.
struct Weight {
  int64_t row, target;
  double value;
};

// Rows of the node table by (tree, node id).
using NodeIndex = llvm::DenseMap<std::pair<int64_t, int64_t>, int64_t>;

std::optional<Table> readTable(Node &node, NodeIndex &index) {
  const Integers trees = node.integers("nodes_treeids"), ids = node.integers("nodes_nodeids");
  const auto modes = node.strings("nodes_modes");
  Integers onTrue = node.integers("nodes_truenodeids"), onFalse = node.integers("nodes_falsenodeids");
  const Integers missing = node.integers("nodes_missing_value_tracks_true");
  Table table;
  table.feature = node.integers("nodes_featureids");
  table.threshold = node.reals("nodes_values");
  const size_t count = ids.size();
  if (count == 0 || count >= (1u << 30) || trees.size() != count || modes.size() != count || onTrue.size() != count ||
      onFalse.size() != count || table.feature.size() != count || table.threshold.size() != count ||
      (!missing.empty() && missing.size() != count))
    return node.fail("the attributes nodes_* have different lengths or none");
  for (size_t i = 0; i < count; ++i)
    if (trees[i] < 0 || ids[i] < 0 || !index.try_emplace({trees[i], ids[i]}, i).second)
      return node.fail("node " + llvm::Twine(ids[i]) + " of tree " + llvm::Twine(trees[i]) + " exists twice");
  table.missingIsTrue.assign(missing.begin(), missing.end());
  table.missingIsTrue.resize(count);
  std::vector<char> hasParent(count);
  for (size_t i = 0; i < count; ++i) {
    const auto mode = llvm::StringSwitch<std::optional<CompareKind>>(modes[i])
                          .Case("BRANCH_LEQ", CompareKind::LessEqual)
                          .Case("BRANCH_LT", CompareKind::Less)
                          .Case("BRANCH_GTE", CompareKind::GreaterEqual)
                          .Case("BRANCH_GT", CompareKind::Greater)
                          .Case("BRANCH_EQ", CompareKind::Equal)
                          .Case("BRANCH_NEQ", CompareKind::NotEqual)
                          .Default(std::nullopt);
    const bool isLeaf = modes[i] == "LEAF";
    if (!mode && !isLeaf)
      return node.fail("attribute 'nodes_modes' has the entry '" + modes[i] + "'");
    table.isLeaf.push_back(isLeaf);
    table.compare.push_back(mode.value_or(CompareKind::LessEqual));
    if (isLeaf) {
      table.feature[i] = 0;
      table.onTrue.push_back(i);
      table.onFalse.push_back(i);
      continue;
    }
    auto yes = index.find({trees[i], onTrue[i]}), no = index.find({trees[i], onFalse[i]});
    if (yes == index.end() || no == index.end())
      return node.fail("node " + llvm::Twine(ids[i]) + " of tree " + llvm::Twine(trees[i]) +
                       " has a child that does not exist");
    table.onTrue.push_back(yes->second);
    table.onFalse.push_back(no->second);
    hasParent[yes->second] = hasParent[no->second] = true;
  }
  // Depths from the roots; a node that is reached on more levels than there are nodes lies on a cycle.
  llvm::SmallVector<std::pair<int64_t, int64_t>> stack;
  llvm::SmallVector<int64_t> reached(count, -1);
  for (size_t i = 0; i < count; ++i)
    if (!hasParent[i]) {
      table.roots.push_back(i);
      stack.push_back({i, 0});
    }
  while (!stack.empty()) {
    auto [at, depth] = stack.pop_back_val();
    if (reached[at] >= 0)
      return node.fail("a tree's node has two parents");
    reached[at] = depth;
    table.depth = std::max(table.depth, depth);
    if (!table.isLeaf[at]) {
      stack.push_back({table.onTrue[at], depth + 1});
      if (table.onFalse[at] != table.onTrue[at])
        stack.push_back({table.onFalse[at], depth + 1});
    }
  }
  if (table.roots.empty() || llvm::is_contained(reached, -1))
    return node.fail("the trees have cycles");
  if (table.depth > 256)
    return node.fail("trees of depth " + llvm::Twine(table.depth) + " are not supported");
  return table;
}

// The weights that the leaves of `table` have for the input, in elements of type `real`.
Value evaluate(Node &node, const Table &table, llvm::ArrayRef<Weight> weights, int64_t targetCount,
               ReduceKind aggregate, bool average, Type real) {
  Compose &compose = node.compose();
  Value x = node.input(0);
  if (node.rank(x) == 1)
    x = compose.unsqueeze(x, {0});
  const auto [least, most] = std::minmax_element(table.feature.begin(), table.feature.end());
  if (node.rank(x) != 2 || table.feature.empty() || *least < 0 ||
      !node.ensureAtLeast(compose.extentsOf(x)[1], *most + 1))
    return node.fail("the input must be [rows, features] with as many features as the trees look at");
  x = compose.cast(x, real);
  const int64_t nodeCount = table.feature.size(), treeCount = table.roots.size();
  const AffineExpr rows = compose.extentsOf(x)[0];
  Type i64 = compose.getI64Type(), i1 = compose.getI1Type();
  auto integers = [&](llvm::ArrayRef<int64_t> values) { return vectorOf<int64_t>(compose, values, {nodeCount}, i64); };
  Value feature = integers(table.feature), onTrue = integers(table.onTrue), onFalse = integers(table.onFalse);
  Value threshold = floats(compose, table.threshold, {nodeCount}, real);
  // Nearly always all nodes compare alike; else the kinds that occur are chosen among.
  llvm::SmallVector<CompareKind> kinds;
  for (auto [i, kind] : llvm::enumerate(table.compare))
    if (!table.isLeaf[i] && !llvm::is_contained(kinds, kind))
      kinds.push_back(kind);
  const bool tracksMissing = llvm::is_contained(table.missingIsTrue, 1);

  Value at = compose.broadcastTo(vectorOf<int64_t>(compose, table.roots, {1, treeCount}, i64),
                                 {rows, compose.getAffineConstantExpr(treeCount)});
  for (int64_t level = 0; level < table.depth; ++level) {
    Value value = compose.gatherElements(x, compose.gather(feature, at, 0), 1);
    Value limit = compose.gather(threshold, at, 0);
    Value holds = compose.compare(kinds.front(), value, limit);
    for (CompareKind kind : llvm::ArrayRef(kinds).drop_front()) {
      std::vector<char> uses;
      for (CompareKind own : table.compare)
        uses.push_back(own == kind);
      Value usesKind = compose.gather(vectorOf<char>(compose, uses, {nodeCount}, i1), at, 0);
      holds = compose.select(usesKind, compose.compare(kind, value, limit), holds);
    }
    if (tracksMissing) {
      Value tracks = compose.gather(vectorOf<char>(compose, table.missingIsTrue, {nodeCount}, i1), at, 0);
      holds = compose.binary(BinaryKind::Or, holds,
                             compose.binary(BinaryKind::And, tracks, compose.unary(UnaryKind::IsNaN, value)));
    }
    at = compose.select(holds, compose.gather(onTrue, at, 0), compose.gather(onFalse, at, 0));
  }

  if (targetCount < 1 || targetCount > (1 << 20) || nodeCount * targetCount > (1 << 28))
    return node.fail(llvm::Twine(targetCount) + " targets");
  // A target without weight in a tree takes part with 0 in sums, not at all in minima and maxima.
  const double absent = aggregate == ReduceKind::Sum   ? 0.0
                        : aggregate == ReduceKind::Max ? -std::numeric_limits<double>::infinity()
                                                       : std::numeric_limits<double>::infinity();
  llvm::SmallVector<double> matrix(nodeCount * targetCount, absent);
  for (const Weight &weight : weights) {
    if (weight.target < 0 || weight.target >= targetCount)
      return node.fail("a weight belongs to a node or target that does not exist");
    double &entry = matrix[weight.row * targetCount + weight.target];
    entry = (aggregate == ReduceKind::Sum ? entry : 0.0) + weight.value;
  }
  Value perTree =
      compose.gather(floats(compose, matrix, {nodeCount, targetCount}, real), at, 0); // [rows, trees, targets]
  Value result = compose.reduce(aggregate, perTree, {1}, /*keepDims=*/false);
  if (average)
    result = compose.mul(result, compose.scalarLike(result, 1.0 / double(treeCount)));
  if (aggregate != ReduceKind::Sum && result) {
    Value isAbsent = compose.compare(CompareKind::Equal, result, compose.scalarLike(result, absent));
    result = compose.select(isAbsent, compose.scalarLike(result, 0), result);
  }
  return result;
}

// Interior nodes, then leaves, then what follows of nodes that test for several members: one comparison each.
std::optional<Table> readForest(Node &node, llvm::SmallVectorImpl<Weight> &weights) {
  auto reals = [&](llvm::StringRef attribute) -> std::optional<llvm::SmallVector<double>> {
    llvm::SmallVector<double> values;
    if (!node.has(attribute))
      return values;
    Value tensor = node.tensor(attribute);
    auto data = tensor ? graph::constantDataOf(tensor) : std::nullopt;
    if (!data)
      return node.fail("attribute '" + attribute + "' holds no elements");
    for (int64_t i = 0; i < data->elementCount; ++i)
      values.push_back(data->asDouble(i));
    return values;
  };
  auto modes = reals("nodes_modes"), splits = reals("nodes_splits"), leafWeights = reals("leaf_weights"),
       members = reals("membership_values");
  if (!modes || !splits || !leafWeights || !members)
    return std::nullopt;
  const Integers features = node.integers("nodes_featureids"), targets = node.integers("leaf_targetids"),
                 missing = node.integers("nodes_missing_value_tracks_true");
  const Integers children[] = {node.integers("nodes_truenodeids"), node.integers("nodes_falsenodeids")};
  const Integers areLeaves[] = {node.integers("nodes_trueleafs"), node.integers("nodes_falseleafs")};
  const size_t count = features.size(), leafCount = targets.size();
  for (size_t length : {modes->size(), splits->size(), children[0].size(), children[1].size(), areLeaves[0].size(),
                        areLeaves[1].size(), missing.empty() ? count : missing.size()})
    if (length != count || count == 0 || count >= (1u << 29))
      return node.fail("the attributes nodes_* have different lengths or none");
  if (leafWeights->size() != leafCount || leafCount == 0 || leafCount >= (1u << 29))
    return node.fail("the attributes leaf_* have different lengths or none");
  Table table;
  auto add = [&](int64_t feature, double threshold, CompareKind compare, bool missingIsTrue, int64_t onTrue,
                 int64_t onFalse, bool isLeaf) {
    table.feature.push_back(feature);
    table.threshold.push_back(threshold);
    table.compare.push_back(compare);
    table.missingIsTrue.push_back(missingIsTrue);
    table.onTrue.push_back(onTrue);
    table.onFalse.push_back(onFalse);
    table.isLeaf.push_back(isLeaf);
  };
  constexpr CompareKind kinds[] = {CompareKind::LessEqual, CompareKind::Less,  CompareKind::GreaterEqual,
                                   CompareKind::Greater,   CompareKind::Equal, CompareKind::NotEqual};
  constexpr int64_t isMember = 6;
  for (size_t i = 0; i < count; ++i) {
    int64_t next[2];
    for (int side : {0, 1}) {
      const bool isLeaf = areLeaves[side][i] != 0;
      next[side] = children[side][i] + (isLeaf ? int64_t(count) : 0);
      if (children[side][i] < 0 || children[side][i] >= int64_t(isLeaf ? leafCount : count))
        return node.fail("node " + llvm::Twine(i) + " has a child that does not exist");
    }
    const double mode = (*modes)[i];
    if (mode < 0 || mode > isMember)
      return node.fail("attribute 'nodes_modes' has the entry " + llvm::Twine(int64_t(mode)));
    const bool tracks = !missing.empty() && missing[i] != 0;
    add(features[i], (*splits)[i], mode == isMember ? CompareKind::Equal : kinds[int64_t(mode)], tracks, next[0],
        next[1], false);
  }
  for (size_t leaf = 0; leaf < leafCount; ++leaf) {
    const int64_t row = count + leaf;
    add(0, 0, CompareKind::LessEqual, false, row, row, true);
    weights.push_back({row, targets[leaf], (*leafWeights)[leaf]});
  }
  const double *member = members->begin();
  for (size_t i = 0; i < count; ++i) {
    if ((*modes)[i] != isMember)
      continue;
    int64_t row = i;
    table.threshold[i] = std::numeric_limits<double>::quiet_NaN(); // equal to nothing
    for (bool isFirst = true; member != members->end() && !std::isnan(*member); ++member, isFirst = false) {
      if (!isFirst) {
        const int64_t next = table.feature.size();
        add(table.feature[i], 0, CompareKind::Equal, false, table.onTrue[i], table.onFalse[row], false);
        table.onFalse[row] = next;
        row = next;
      }
      table.threshold[row] = *member;
    }
    if (member != members->end())
      ++member;
  }
  // The longest way from each node to a leaf; cycles have none.
  constexpr int64_t depthLimit = 256;
  llvm::SmallVector<int64_t> heights(table.feature.size(), -1);
  auto heightOf = [&](auto &self, int64_t row, int64_t level) -> int64_t {
    if (table.isLeaf[row] || heights[row] >= 0)
      return std::max<int64_t>(heights[row], 0);
    int64_t height = 0;
    for (int64_t child : {table.onTrue[row], table.onFalse[row]}) {
      const int64_t below = level < depthLimit ? self(self, child, level + 1) : -1;
      if (below < 0)
        return -1;
      height = std::max(height, below + 1);
    }
    return heights[row] = height;
  };
  for (int64_t root : node.integers("tree_roots")) {
    if (root < 0 || root >= int64_t(count))
      return node.fail("attribute 'tree_roots' has the entry " + llvm::Twine(root));
    const int64_t height = heightOf(heightOf, root, 0);
    if (height < 0 || height > depthLimit)
      return node.fail("trees of more than " + llvm::Twine(depthLimit) + " levels, or with cycles, are not supported");
    table.depth = std::max(table.depth, height);
    table.roots.push_back(root);
  }
  if (table.roots.empty())
    return node.fail("attribute 'tree_roots' is empty");
  return table;
}

} // namespace

Value evaluateForest(Node &node, int64_t targetCount, ReduceKind aggregate, bool average) {
  llvm::SmallVector<Weight> weights;
  auto table = readForest(node, weights);
  if (!table)
    return {};
  const Type element = node.compose().elementOf(node.input(0));
  const Type real = element.isF64() ? element : node.compose().getF32Type();
  return node.compose().cast(evaluate(node, *table, weights, targetCount, aggregate, average, real), element);
}

Value evaluateTrees(Node &node, llvm::StringRef leaves, int64_t targetCount, ReduceKind aggregate, bool average) {
  for (llvm::StringRef attribute : {"nodes_values_as_tensor", "class_weights_as_tensor", "target_weights_as_tensor"})
    if (node.has(attribute))
      return node.fail("attribute '" + attribute + "' (float64 trees) is not supported");
  NodeIndex index;
  auto table = readTable(node, index);
  if (!table)
    return {};
  const std::string prefix = leaves.str();
  const Integers ids = node.integers(prefix + "_ids"), leafNodes = node.integers(prefix + "_nodeids");
  const Integers leafTrees = node.integers(prefix + "_treeids");
  const auto values = node.reals(prefix + "_weights");
  if (leafNodes.size() != ids.size() || leafTrees.size() != ids.size() || values.size() != ids.size())
    return node.fail("the attributes " + prefix + "_* have different lengths");
  llvm::SmallVector<Weight> weights;
  for (size_t i = 0; i < ids.size(); ++i) {
    auto found = index.find({leafTrees[i], leafNodes[i]});
    if (found == index.end())
      return node.fail("a weight belongs to a node or target that does not exist");
    weights.push_back({found->second, ids[i], values[i]});
  }
  return evaluate(node, *table, weights, targetCount, aggregate, average, node.compose().getF32Type());
}

Value postTransform(Node &node, Value scores) {
  return postTransform(node, scores, node.string("post_transform", "NONE"));
}

Value postTransform(Node &node, Value scores, llvm::StringRef name) {
  Compose &compose = node.compose();
  if (name == "NONE" || !scores)
    return scores;
  if (name == "SOFTMAX")
    return compose.softmax(scores, {-1});
  if (name == "LOGISTIC")
    return compose.sigmoid(scores);
  if (name == "SOFTMAX_ZERO") { // scores of 0 stay 0 and do not take part
    Value isZero = compose.compare(CompareKind::Equal, scores, compose.scalarLike(scores, 0));
    Value masked = compose.select(isZero, compose.scalarLike(scores, -std::numeric_limits<float>::infinity()), scores);
    return compose.select(isZero, compose.scalarLike(scores, 0), compose.softmax(masked, {-1}));
  }
  return node.fail("attribute 'post_transform' = '" + name + "' is not supported");
}

} // namespace wasmind::onnx
