//===- OutputPaths.h - outputs are files of their own -------------------------------------------------------------===//
//
// The one rule on where results may be written, of the compiler and of every command. No LLVM, so that the tools of a
// build without the compiler have it too.
//
//===--------------------------------------------------------------------------------------------------------------===//
#pragma once
#include <cerrno>
#include <filesystem>
#include <map>
#include <span>
#include <string>
#include <sys/stat.h>

namespace wasmind {

/// The file to which a path leads, there or not: symbolic links are followed, the last one also when it leads nowhere.
inline std::string followLinks(const std::string &path) {
  namespace fs = std::filesystem;
  std::error_code error;
  fs::path place = path;
  constexpr int linkLimit = 40; // as the kernel's
  for (int links = 0; links < linkLimit; ++links) {
    fs::path target = fs::read_symlink(place, error);
    if (error)
      break;
    place = place.parent_path() / target;
  }
  return place.string();
}

/// The same text for two paths when they lead to the same file: through `.`, folders that are links, hard and symbolic
/// links. A file that is not there yet is known by its folder and its name.
inline std::string fileIdentity(const std::string &path) {
  namespace fs = std::filesystem;
  struct stat status = {};
  if (stat(path.c_str(), &status) == 0)
    return std::to_string(status.st_dev) + ":" + std::to_string(status.st_ino);
  std::error_code error;
  fs::path place = followLinks(path);
  // Twice: `..` behind a folder that is not there may lead back to a link.
  for (int times = 0; times < 2; ++times)
    if (fs::path canonical = fs::weakly_canonical(fs::absolute(place, error), error); !error)
      place = canonical;
  return place.string();
}

/// Why a command that reads `inputs` must not write `outputs`, in one line, or "" when it may: an output is one of the
/// inputs or another output, or is there and no regular file, which the finished output would replace. Names that are
/// empty, and "-" for standard output, are no files.
inline std::string refuseOutputs(std::span<const std::string> inputs, std::span<const std::string> outputs) {
  std::map<std::string, std::string> read, written;
  for (const std::string &input : inputs)
    if (!input.empty())
      read.emplace(fileIdentity(input), input);
  for (const std::string &output : outputs) {
    if (output.empty() || output == "-")
      continue;
    struct stat status = {};
    const bool isThere = stat(output.c_str(), &status) == 0;
    if (!isThere && errno == ELOOP)
      return output + ": cannot be written: it is a link to itself, directly or through others; name a file";
    if (isThere && !S_ISREG(status.st_mode))
      return output + ": cannot be written: it is " + (S_ISDIR(status.st_mode) ? "a folder" : "no regular file") +
             "; name a file";
    const std::string identity = fileIdentity(output);
    if (auto input = read.find(identity); input != read.end())
      return output + ": is " + (input->second == output ? "an input" : "the same file as the input " + input->second) +
             ", which it would overwrite; name another output";
    auto [other, isNew] = written.emplace(identity, output);
    if (!isNew)
      return output + ": is " +
             (other->second == output ? "named for two outputs" : "the same file as the output " + other->second) +
             "; give each output a file of its own";
  }
  return "";
}

/// Why no files can be written into the folder of this path, in one line, or "" when they may: something else is there.
/// A folder that is missing will be made.
inline std::string refuseFolder(const std::string &path) {
  struct stat status = {};
  if (stat(path.c_str(), &status) != 0 || S_ISDIR(status.st_mode))
    return "";
  return path + ": cannot be written: it is " + (S_ISREG(status.st_mode) ? "a file" : "no folder") +
         "; several builds go into a folder, name one";
}

} // namespace wasmind
