//===- OutputFile.h - files that appear whole or not at all -------------------------------------------------------===//
#pragma once
#include "llvm/ADT/STLFunctionalExtras.h"
#include "llvm/ADT/SmallString.h"
#include "llvm/Support/Error.h"
#include "llvm/Support/raw_ostream.h"
#include <memory>
#include <string>

namespace wasmind {

/// A file under a temporary name that takes its own name only when it is complete.
class OutputFile {
public:
  explicit OutputFile(const std::string &path) : path(path) {}
  ~OutputFile();
  llvm::Error open();
  llvm::raw_fd_ostream &out() { return *stream; }
  llvm::Error commit();

private:
  std::string path;
  llvm::SmallString<128> temporary;
  std::unique_ptr<llvm::raw_fd_ostream> stream;
};

/// Writes what `print` prints to the file, or to standard output when it is called "-".
llvm::Error writeOutput(const std::string &path, llvm::function_ref<void(llvm::raw_ostream &)> print);

} // namespace wasmind
