// The first of MLIR's errors, as an error of the compiler.
#include "compiler/diagnostics/FirstError.h"
#include "mlir/IR/Builders.h"
#include <gtest/gtest.h>

using namespace wasmind;

namespace {

struct FirstErrorTest : testing::Test {
  mlir::MLIRContext context{mlir::MLIRContext::Threading::DISABLED};
  mlir::Builder builder{&context};
  mlir::Location node(llvm::StringRef name) { return mlir::NameLoc::get(builder.getStringAttr(name)); }
};

TEST_F(FirstErrorTest, IsTheFirstAndNamesItsNode) {
  FirstError error(&context);
  mlir::emitWarning(node("early"), "beware");
  mlir::emitRemark(node("early"), "by the way");
  EXPECT_EQ(error.text(), "");
  mlir::emitError(node("conv1"), "does not fit");
  mlir::emitError(node("conv2"), "follows from it");
  EXPECT_EQ(error.text(), "does not fit");
  EXPECT_EQ(llvm::toString(error.take("failed")), "node 'conv1': does not fit");
}

TEST_F(FirstErrorTest, PlacesWithoutANameAreNotTold) {
  FirstError error(&context);
  mlir::emitError(builder.getUnknownLoc(), "does not fit");
  EXPECT_EQ(llvm::toString(error.take("failed")), "does not fit");
}

TEST_F(FirstErrorTest, AFailureWithoutAnErrorIsOne) {
  FirstError error(&context);
  EXPECT_EQ(llvm::toString(error.take("the stage failed")), "the stage failed");
}

TEST_F(FirstErrorTest, ClearedTheNextIsTheFirst) {
  FirstError error(&context);
  mlir::emitError(node("conv1"), "does not fit");
  error.clear();
  mlir::emitError(builder.getUnknownLoc(), "is not there");
  EXPECT_EQ(llvm::toString(error.take("failed")), "is not there");
  EXPECT_EQ(error.text(), "");
}

TEST_F(FirstErrorTest, TheYoungestGetsTheErrors) {
  FirstError outer(&context);
  {
    FirstError inner(&context);
    mlir::emitError(node("body"), "does not fit");
    EXPECT_EQ(inner.text(), "does not fit");
  }
  EXPECT_EQ(outer.text(), "");
  mlir::emitError(node("loop"), "has no body");
  EXPECT_EQ(llvm::toString(outer.take("failed")), "node 'loop': has no body");
}

TEST_F(FirstErrorTest, UsersSeeOneLine) {
  EXPECT_EQ(toLine(llvm::createStringError("node 'a\tb': bad\nsee also: here")), "node 'a b': bad");
}

} // namespace
