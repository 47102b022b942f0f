//===- Sliding.h - strides, pads and dilations of graph.convolve and graph.window ---------------------------------===//
#pragma once
#include "compiler/graph/Graph.h"

namespace wasmind::graph {

/// Expressions over the named dimensions as an attribute.
mlir::AffineMapAttr amountsOf(llvm::ArrayRef<mlir::AffineExpr> amounts, mlir::MLIRContext *context);
mlir::AffineMapAttr amountsOf(llvm::ArrayRef<int64_t> amounts, mlir::MLIRContext *context);
/// Whether all of them are this constant.
bool areAll(mlir::AffineMap amounts, int64_t value);

// The textual forms: `[1, 2]` or an affine map; `<low> <high>` or `<low> extents <map>`; nothing or `groups <count>`.
mlir::ParseResult parseAmounts(mlir::OpAsmParser &parser, mlir::AffineMapAttr &amounts);
void printAmounts(mlir::OpAsmPrinter &printer, mlir::Operation *op, mlir::AffineMapAttr amounts);
mlir::ParseResult parsePads(mlir::OpAsmParser &parser, mlir::AffineMapAttr &low, mlir::AffineMapAttr &high,
                            mlir::AffineMapAttr &extents);
void printPads(mlir::OpAsmPrinter &printer, mlir::Operation *op, mlir::AffineMapAttr low, mlir::AffineMapAttr high,
               mlir::AffineMapAttr extents);
mlir::ParseResult parseAmount(mlir::OpAsmParser &parser, mlir::AffineMapAttr &amount);
void printAmount(mlir::OpAsmPrinter &printer, mlir::Operation *op, mlir::AffineMapAttr amount);
mlir::ParseResult parseGroups(mlir::OpAsmParser &parser, mlir::AffineMapAttr &groups);
void printGroups(mlir::OpAsmPrinter &printer, mlir::Operation *op, mlir::AffineMapAttr groups);

} // namespace wasmind::graph
