//===- OutputFile.h - files that appear whole or not at all -------------------------------------------------------===//
#pragma once
#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/STLFunctionalExtras.h"
#include "llvm/Support/Error.h"
#include "llvm/Support/raw_ostream.h"
#include <memory>
#include <string>

namespace wasmind {

/// A file under a temporary name that takes its own name only when it is complete. Where the name is a link, the file
/// to which it leads is the one that is replaced.
class OutputFile {
public:
  explicit OutputFile(const std::string &path) : path(path) {}
  ~OutputFile();
  llvm::Error open();
  llvm::raw_fd_ostream &out() { return *stream; }
  /// Takes the name.
  llvm::Error commit();
  /// The same of several files, in their order, which appear together: where a process ends early, none of them is
  /// there.
  static llvm::Error commit(llvm::ArrayRef<OutputFile *> files);
  /// For a process that ends at once: removes all files that are not complete, and lets none be completed from now on.
  static void abandonAll();

private:
  /// Whether all that was written is on the disk; nothing can be written afterwards.
  llvm::Error finish();
  llvm::Error rename();
  llvm::Error fail(const char *what, std::error_code code);

  std::string path, target, temporary;
  std::unique_ptr<llvm::raw_fd_ostream> stream;
};

/// A folder for output files, made when it is missing. One that was made goes with this object when it is still empty.
class OutputFolder {
public:
  explicit OutputFolder(const std::string &path) : path(path) {}
  ~OutputFolder();
  llvm::Error open();

private:
  std::string path;
  bool isOurs = false;
};

/// Writes what `print` prints to the file, or to standard output when it is called "-".
llvm::Error writeOutput(const std::string &path, llvm::function_ref<void(llvm::raw_ostream &)> print);

} // namespace wasmind
