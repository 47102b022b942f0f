//===- Measured.cpp - bounds of extents that are data: what they are computed from, the user's, or the default ----===//
#include "compiler/frontend/mindir/MindIR.h"
#include "compiler/frontend/mindir/test/Builder.h"
#include "compiler/graph/Dimensions.h"
#include "mlir/IR/MLIRContext.h"
#include "llvm/ADT/StringExtras.h"
#include <gtest/gtest.h>

using namespace wasmind::mindir::test;
using Dims = std::vector<std::pair<std::string, wasmind::frontend::DimBounds>>;

namespace {

/// "name=min..max" of the measured dimensions and the notes, or the error, of a network of one node on y f32 [2, 3] and
/// k i64 [2].
std::string outcomeOf(const Message &node, const Dims &dims) {
  wasmind::frontend::ImportOptions options;
  for (const auto &[name, bounds] : dims)
    options.dims[name] = bounds;
  mlir::MLIRContext context(mlir::MLIRContext::Threading::DISABLED);
  const auto inputs = {value("g:y", tensor(1, {2, 3})), value("g:k", tensor(7, {2}))};
  auto imported = wasmind::mindir::importMindIRBytes(context, model(graph("g", inputs, {node}, "n")).bytes,
                                                     "net.mindir", "", options);
  if (!imported)
    return llvm::toString(imported.takeError());
  std::vector<std::string> lines;
  for (const auto &dim : wasmind::graph::getNamedDims(*imported->module))
    if (dim.measured)
      lines.push_back(dim.name + "=" + std::to_string(dim.min) + ".." + std::to_string(dim.max));
  lines.insert(lines.end(), imported->notes.begin(), imported->notes.end());
  return llvm::join(lines, "; ");
}

TEST(Measured, DefaultBoundsHoldWhereNothingElseDoes) {
  const Message tile = node("Tile", "n", {"g:y", "g:k"});
  auto note = [](const std::string &name, const std::string &most) {
    return "extent '" + name + "' is computed by the run and may be up to " + most + "; --dim " + name +
           "=MIN..MAX sets it";
  };
  EXPECT_EQ(outcomeOf(tile, {}), "Default/n.0=0..640; Default/n.1=0..640; " + note("Default/n.0", "640") + "; " +
                                     note("Default/n.1", "640"));
  EXPECT_EQ(outcomeOf(tile, {{"Default/n.1", {1, 3}}}),
            "Default/n.0=0..640; Default/n.1=1..3; " + note("Default/n.0", "640"));
  EXPECT_EQ(outcomeOf(tile, {{"Default/n.7", {1, 3}}}),
            "net.mindir: --dim Default/n.7: no dimension of that name; the inputs have Default/n.0, Default/n.1");
}

TEST(Measured, WhatBoundsFollowFromNeedsNoOption) {
  EXPECT_EQ(outcomeOf(node("NonZero", "n", {"g:y"}), {}), "Default/n.0=0..6");
}

} // namespace
