//===- AbsentLLVM.cpp - parts of LLVM that a statically linked compiler leaves out --------------------------------===//
//
// lld registers every target that LLVM was built with, and is ready to compile bitcode. Only WebAssembly objects are
// ever given to it: with these definitions before LLVM's archives, the other targets stay out of the program, which is
// then a third of the size. Debian has no archive of Polly, which the optimiser for bitcode would ask for.
//
//===--------------------------------------------------------------------------------------------------------------===//
#include "llvm/Plugins/PassPlugin.h"
#include "llvm/Support/ErrorHandling.h"

#define TARGET(name)                                                                                                   \
  extern "C" void LLVMInitialize##name##TargetInfo() {}                                                                \
  extern "C" void LLVMInitialize##name##Target() {}                                                                    \
  extern "C" void LLVMInitialize##name##TargetMC() {}                                                                  \
  extern "C" void LLVMInitialize##name##AsmPrinter() {}                                                                \
  extern "C" void LLVMInitialize##name##AsmParser() {}
#include "OtherTargets.inc"

llvm::PassPluginLibraryInfo getPollyPluginInfo() { llvm::reportFatalInternalError("bitcode is not linked here"); }
