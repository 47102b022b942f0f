//===- Hide.cpp - some libraries of MindSpore are not told of the plug-in -----------------------------------------===//
//
// As soon as any plug-in is open, MindSpore 2.10 hands views to kernels as they are, its own ones among them, which
// read them as if they were dense: cosh of a transposed tensor is wrong. And methods of Tensor (argmin, cumsum, dot)
// leave the functions that serve them for others with results of another type or rank as soon as a plug-in lists these.
// Two of its libraries ask for the plug-in for these decisions alone, through their own tables of functions; there they
// are told that there is none.
//
//===--------------------------------------------------------------------------------------------------------------===//
#include "python/wasmind/mindspore/Hide.h"
#include <cstdint>
#include <cstring>
#include <elf.h>
#include <iterator>
#include <link.h>
#include <string_view>
#include <sys/mman.h>
#include <unistd.h>

namespace wasmind::mindspore {
namespace {

/// To both questions: no handle, and not a kernel of the plug-in.
void *none() { return nullptr; }

/// One that a library asks, through its own table of functions.
struct Question {
  std::string_view library, symbol;
};

/// What the dynamic section of a loaded object says.
struct Tables {
  const ElfW(Sym) *symbols = nullptr;
  const char *strings = nullptr;
  const ElfW(Rela) *slots = nullptr;
  size_t slotCount = 0;
};

bool answer(const dl_phdr_info &info, std::string_view symbol) {
  Tables tables;
  for (int i = 0; i < info.dlpi_phnum; ++i) {
    if (info.dlpi_phdr[i].p_type != PT_DYNAMIC)
      continue;
    for (auto *each = reinterpret_cast<const ElfW(Dyn) *>(info.dlpi_addr + info.dlpi_phdr[i].p_vaddr);
         each->d_tag != DT_NULL; ++each)
      if (each->d_tag == DT_SYMTAB)
        tables.symbols = reinterpret_cast<const ElfW(Sym) *>(each->d_un.d_ptr);
      else if (each->d_tag == DT_STRTAB)
        tables.strings = reinterpret_cast<const char *>(each->d_un.d_ptr);
      else if (each->d_tag == DT_JMPREL)
        tables.slots = reinterpret_cast<const ElfW(Rela) *>(each->d_un.d_ptr);
      else if (each->d_tag == DT_PLTRELSZ)
        tables.slotCount = each->d_un.d_val / sizeof(ElfW(Rela));
  }
  for (size_t i = 0; tables.symbols && tables.strings && i < tables.slotCount; ++i) {
    const ElfW(Rela) &slot = tables.slots[i];
    if (tables.strings + tables.symbols[ELF64_R_SYM(slot.r_info)].st_name != symbol)
      continue;
    const uintptr_t address = info.dlpi_addr + slot.r_offset,
                    page = address & ~(static_cast<uintptr_t>(sysconf(_SC_PAGESIZE)) - 1);
    if (mprotect(reinterpret_cast<void *>(page), address + sizeof(void *) - page, PROT_READ | PROT_WRITE) != 0)
      return false;
    auto function = &none;
    std::memcpy(reinterpret_cast<void *>(address), &function, sizeof function);
    return true;
  }
  return false;
}

} // namespace

bool hidePlugin() {
  static constexpr Question questions[] = {
      {"/libmindspore_pyboost.so", "_ZN9mindspore3ops17GetOpPluginHandleEv"},
      {"/libmindspore_pynative.so", "_ZN9mindspore3ops17GetOpPluginHandleEv"},
      {"/libmindspore_pynative.so", "_ZN9mindspore3ops16IsOpPluginKernelERKSs"},
      {"/_c_expression.cpython-", "_ZN9mindspore3ops16IsOpPluginKernelERKSs"},
  };
  size_t answered = 0;
  dl_iterate_phdr(
      [](dl_phdr_info *info, size_t, void *count) -> int {
        for (const Question &each : questions)
          *static_cast<size_t *>(count) +=
              std::string_view(info->dlpi_name).find(each.library) != std::string_view::npos &&
              answer(*info, each.symbol);
        return 0;
      },
      &answered);
  return answered == std::size(questions);
}

} // namespace wasmind::mindspore
