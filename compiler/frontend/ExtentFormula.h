//===- ExtentFormula.h - names of extents that are formulas over other names --------------------------------------===//
//
// Exporters write what they know of an extent into its name: "past + seq", "2*height", "floor((frames - 1)/2) + 1".
//
//===--------------------------------------------------------------------------------------------------------------===//
#pragma once
#include "compiler/frontend/Inputs.h"
#include "mlir/IR/AffineExpr.h"
#include "mlir/IR/MLIRContext.h"
#include "llvm/ADT/StringMap.h"

namespace wasmind::frontend {

struct ExtentFormula {
  mlir::AffineExpr expression; ///< over dimensions d0, d1, ...: the names, in this order
  llvm::SmallVector<std::string> names;
};

/// Reads
///   sum     = ["-"] product { ("+" | "-") product }
///   product = factor { ("*" | "/" | "//") factor }
///   factor  = number | name | "(" sum ")" | "floor" "(" sum ")"
/// where divisions are by positive numbers and round down. None of what is a name alone, of a hyphen within a name
/// ("batch-size"), and of what says nothing certain: other functions, fractions ("1/2"), a sum of several quotients,
/// whose parts are not whole where the sum is.
std::optional<ExtentFormula> parseExtentFormula(llvm::StringRef text, mlir::MLIRContext *context);

/// What inputs' extents that are formulas are equal to, by their names.
using FormulaExtents = llvm::StringMap<mlir::AffineExpr>;

/// Declares the open extents of inputs that are formulas: dimensions that the inputs give, as any other, which are
/// required to be what they say. A name that stands only inside formulas is what the first of these leaves for it
/// ("past + 1" gives `past`); where that does not follow, the formula is a name as any other. `declare` declares an
/// extent with its name alone. `usedDims` gets the names whose bounds `options.dims` sets. Errors: bounds that no run
/// can keep.
llvm::Expected<FormulaExtents>
declareFormulas(mlir::ModuleOp module, llvm::ArrayRef<Input> inputs, const ImportOptions &options,
                llvm::StringSet<> &usedDims,
                llvm::function_ref<llvm::Expected<mlir::AffineExpr>(const Input &, size_t axis)> declare);

} // namespace wasmind::frontend
