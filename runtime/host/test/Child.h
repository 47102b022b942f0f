//===- Child.h - work in a forked process -------------------------------------------------------------------------===//
#pragma once
#include <csignal>
#include <functional>
#include <sys/wait.h>
#include <unistd.h>

namespace wasmind::test {

/// What a child gives back within ten seconds; one that hangs or crashes gives -1.
inline int runInChild(const std::function<int()> &work) {
  const pid_t child = fork();
  if (child == 0) {
    alarm(10);
    _exit(work());
  }
  int status = 0;
  waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

} // namespace wasmind::test
