// The passes of the module stage; wasmind-opt registers them with registerModulePasses().
#pragma once
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/ControlFlow/IR/ControlFlow.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/Pass/Pass.h"

namespace wasmind::module {
/// String attribute of a `func.func`: the name under which the linked module exports it.
inline constexpr llvm::StringLiteral exportAttribute = "wasmind.export";

#define GEN_PASS_DECL
#include "compiler/module/ModulePasses.h.inc"
#define GEN_PASS_REGISTRATION
#include "compiler/module/ModulePasses.h.inc"
} // namespace wasmind::module
