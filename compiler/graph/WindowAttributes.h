//===- WindowAttributes.h - strides, pads and dilations of graph.convolve and graph.window ------------------------===//
#pragma once
#include "compiler/graph/Graph.h"

namespace wasmind::graph {

/// Expressions over the named dimensions as an attribute.
mlir::AffineMapAttr expressionsAttribute(llvm::ArrayRef<mlir::AffineExpr> expressions, mlir::MLIRContext *context);
mlir::AffineMapAttr expressionsAttribute(llvm::ArrayRef<int64_t> expressions, mlir::MLIRContext *context);
/// Whether all of them are this constant.
bool areAll(mlir::AffineMap expressions, int64_t value);

// The textual forms: `[1, 2]` or an affine map; `<low> <high>` or `<low> extents <map>`; nothing or `groups <count>`.
mlir::ParseResult parseExpressions(mlir::OpAsmParser &parser, mlir::AffineMapAttr &expressions);
void printExpressions(mlir::OpAsmPrinter &printer, mlir::Operation *op, mlir::AffineMapAttr expressions);
mlir::ParseResult parsePads(mlir::OpAsmParser &parser, mlir::AffineMapAttr &low, mlir::AffineMapAttr &high,
                            mlir::AffineMapAttr &extents);
void printPads(mlir::OpAsmPrinter &printer, mlir::Operation *op, mlir::AffineMapAttr low, mlir::AffineMapAttr high,
               mlir::AffineMapAttr extents);
mlir::ParseResult parseExpression(mlir::OpAsmParser &parser, mlir::AffineMapAttr &expression);
void printExpression(mlir::OpAsmPrinter &printer, mlir::Operation *op, mlir::AffineMapAttr expression);
mlir::ParseResult parseGroups(mlir::OpAsmParser &parser, mlir::AffineMapAttr &groups);
void printGroups(mlir::OpAsmPrinter &printer, mlir::Operation *op, mlir::AffineMapAttr groups);

} // namespace wasmind::graph
