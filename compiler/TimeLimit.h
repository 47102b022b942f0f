//===- TimeLimit.h - ends a process that compiles for too long ----------------------------------------------------===//
#pragma once
#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>

namespace wasmind {

/// Ends the process when its time is up, unless it is gone by then. The process, as one pass may take longer than any
/// check between passes could bear, and nothing can stop it from outside. Output files that are not complete are
/// removed (OutputFile.h).
class TimeLimit {
public:
  /// After `seconds`: `line` on standard error, `folder` removed unless it is empty, and the process ends with
  /// `exitCode`.
  TimeLimit(double seconds, std::string line, int exitCode, std::string folder = "");
  TimeLimit(const TimeLimit &) = delete;
  ~TimeLimit();

private:
  std::mutex mutex;
  std::condition_variable changed;
  bool isLifted = false;
  std::thread watch;
};

} // namespace wasmind
