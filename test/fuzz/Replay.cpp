// Drives LLVMFuzzerTestOneInput without libFuzzer: every file as it is, then `runs` damaged copies.
//   fuzz_X --runs N --seed S --crash FILE SEED_FILE...
// The same arguments give the same inputs. An input that crashes or takes more than 20 s of processor time is written
// to FILE.
#include "test/fuzz/Mutate.h"
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>
#include <sanitizer/common_interface_defs.h>
#include <string>
#include <sys/time.h>
#include <unistd.h>

using namespace wasmind::fuzz;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t byteLength);

namespace {

Bytes current;
std::string crashFile = "crash.bin";

void keepCurrent() {
  if (FILE *file = std::fopen(crashFile.c_str(), "wb")) {
    std::fwrite(current.data(), 1, current.size(), file);
    std::fclose(file);
  }
}

void onAbort(int) {
  keepCurrent();
  std::signal(SIGABRT, SIG_DFL);
  std::abort();
}

void onAlarm(int) {
  keepCurrent();
  std::fprintf(stderr, "an input took more than 20 s of processor time\n");
  _exit(3);
}

void runCurrent() {
  // Processor time, which does not depend on what else the machine does.
  const itimerval limit{{0, 0}, {20, 0}}, none{};
  setitimer(ITIMER_VIRTUAL, &limit, nullptr);
  LLVMFuzzerTestOneInput(current.data(), current.size());
  setitimer(ITIMER_VIRTUAL, &none, nullptr);
}

} // namespace

int main(int argc, char **argv) {
  unsigned long long runs = 0, seed = 1;
  std::vector<Bytes> seeds;
  for (int i = 1; i < argc; ++i) {
    std::string argument = argv[i];
    if (i + 1 < argc && argument == "--runs") {
      runs = std::strtoull(argv[++i], nullptr, 10);
    } else if (i + 1 < argc && argument == "--seed") {
      seed = std::strtoull(argv[++i], nullptr, 10);
    } else if (i + 1 < argc && argument == "--crash") {
      crashFile = argv[++i];
    } else {
      std::ifstream stream(argument, std::ios::binary);
      if (!stream) {
        std::fprintf(stderr, "%s: cannot be read\n", argument.c_str());
        return 2;
      }
      seeds.emplace_back(std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>());
    }
  }
  if (seeds.empty()) {
    std::fprintf(stderr, "no seed files\n");
    return 2;
  }
  __sanitizer_set_death_callback(keepCurrent);
  std::signal(SIGABRT, onAbort);
  std::signal(SIGVTALRM, onAlarm);
  for (const Bytes &file : seeds) {
    current = file;
    runCurrent();
  }
  std::mt19937_64 random(seed);
  for (unsigned long long run = 0; run < runs; ++run) {
    current = seeds[run % seeds.size()];
    for (unsigned edits = 1 + random() % 3; edits--;)
      random() % 3 ? mutateMessage(current, random) : mutateBytes(current, random);
    runCurrent();
  }
  std::printf("%zu seeds, %llu damaged copies\n", seeds.size(), runs);
  return 0;
}
