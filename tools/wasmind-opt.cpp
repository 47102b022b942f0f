//===- wasmind-opt.cpp - runs single passes on textual MLIR, for tests and debugging ------------------------------===//
#include "compiler/OutputPaths.h"
#include "compiler/graph/Graph.h"
#include "compiler/graph/Passes.h"
#include "compiler/loops/Passes.h"
#include "compiler/module/Passes.h"
#include "mlir/Dialect/ControlFlow/IR/ControlFlow.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/Tools/mlir-opt/MlirOptMain.h"
#include "mlir/Transforms/Passes.h"

int main(int argc, char **argv) {
  mlir::DialectRegistry registry;
  registry.insert<wasmind::graph::GraphDialect, wasmind::loops::LoopsDialect, mlir::func::FuncDialect,
                  mlir::arith::ArithDialect, mlir::math::MathDialect, mlir::scf::SCFDialect,
                  mlir::cf::ControlFlowDialect, mlir::vector::VectorDialect, mlir::LLVM::LLVMDialect>();
  wasmind::graph::registerGraphPasses();
  wasmind::loops::registerLoopsPasses();
  wasmind::module::registerModulePasses();
  mlir::registerTransformsPasses();
  const auto [input, output] = mlir::registerAndParseCLIOptions(argc, argv, "wasmind pass driver\n", registry);
  // The driver opens the output before it has read the input.
  if (std::string refusal = wasmind::refuseOutputs({&input, 1}, {&output, 1}); !refusal.empty()) {
    llvm::errs() << "wasmind-opt: error: " << refusal << '\n';
    return 2;
  }
  return mlir::failed(mlir::MlirOptMain(argc, argv, input, output, registry));
}
