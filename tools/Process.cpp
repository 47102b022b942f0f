//===- Process.cpp - running other programs -----------------------------------------------------------------------===//
#include "tools/Process.h"
#include "tools/Refusal.h"
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

namespace wasmind::tools {
namespace fs = std::filesystem;
namespace {

/// Starts a program; its standard output is `output` unless that is negative.
pid_t start(const std::string &program, const std::vector<std::string> &arguments, int output) {
  std::fflush(nullptr); // ours before its own
  std::vector<char *> pointers{const_cast<char *>(program.c_str())};
  for (const std::string &argument : arguments)
    pointers.push_back(const_cast<char *>(argument.c_str()));
  pointers.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  if (output >= 0)
    posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO);
  pid_t process = -1;
  int code = posix_spawnp(&process, program.c_str(), &actions, nullptr, pointers.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  if (code != 0)
    throw Refusal("cannot start " + program + ": " + std::strerror(code));
  return process;
}

int waitFor(pid_t process, const std::string &program) {
  int status = 0;
  while (waitpid(process, &status, 0) < 0)
    if (errno != EINTR)
      throw Refusal("cannot wait for " + program + ": " + std::strerror(errno));
  if (!WIFEXITED(status))
    throw Refusal(program + " was ended by signal " + std::to_string(WTERMSIG(status)));
  return WEXITSTATUS(status);
}

} // namespace

fs::path executable() {
  std::error_code error;
  fs::path self = fs::read_symlink("/proc/self/exe", error);
  if (error)
    throw Refusal("cannot find this executable: " + error.message());
  return self;
}

std::string nodeProgram() {
  if (const char *given = std::getenv("WASMIND_NODE"); given && *given)
    return given;
  fs::path beside = (executable().parent_path() / "../node/bin/node").lexically_normal();
  return fs::exists(beside) ? beside.string() : "node";
}

fs::path treeFile(const char *variable, const fs::path &folder, const fs::path &file) {
  const char *given = std::getenv(variable);
  fs::path base = given && *given ? fs::path(given) : executable().parent_path() / "../.." / folder;
  fs::path path = (base / file).lexically_normal();
  if (!fs::exists(path))
    throw Refusal("no file " + path.string() + ": set " + variable + " to the folder of " + folder.string());
  return path;
}

int runProgram(const std::string &program, const std::vector<std::string> &arguments) {
  return waitFor(start(program, arguments, -1), program);
}

std::string captureProgram(const std::string &program, const std::vector<std::string> &arguments) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0)
    throw Refusal(std::string("cannot make a pipe: ") + std::strerror(errno));
  pid_t process;
  try {
    process = start(program, arguments, ends[1]);
  } catch (...) {
    close(ends[0]);
    close(ends[1]);
    throw;
  }
  close(ends[1]);
  std::string text;
  char piece[4096];
  for (ssize_t count; (count = read(ends[0], piece, sizeof piece)) != 0;) {
    if (count > 0)
      text.append(piece, size_t(count));
    else if (errno != EINTR)
      break;
  }
  close(ends[0]);
  if (int code = waitFor(process, program); code != 0)
    throw Refusal(program + " ended with exit code " + std::to_string(code));
  return text;
}

} // namespace wasmind::tools
