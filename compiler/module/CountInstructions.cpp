// Machine instructions -> vector and scalar work per basic block.
#include "compiler/module/MeasureWork.h"
#include "llvm/ADT/StringSwitch.h"
#include "llvm/CodeGen/MachineFunctionPass.h"
#include "llvm/CodeGen/TargetInstrInfo.h"
#include "llvm/CodeGen/TargetSubtargetInfo.h"

using namespace llvm;

namespace wasmind::module {
namespace {

/// The lanes of an instruction whose name ends with a shape, such as 4 of ADD_F32x4 and 16 of SHR_S_I8x16; else 0.
unsigned lanesOf(StringRef name) {
  StringRef shape = name.substr(name.rfind('_') + 1), lanes = shape.split('x').second;
  unsigned count = 0;
  return (shape.starts_with("F") || shape.starts_with("I")) && !lanes.getAsInteger(10, count) ? count : 0;
}

/// The element operations of one instruction. Arithmetic on i32 and i64 outside of vectors is not counted: most of it
/// is addresses and loop counters, and what it does to elements shows as the loads, stores and lanes around it.
Work workOf(StringRef name) {
  auto startsWith = [&](std::initializer_list<StringRef> prefixes) {
    return llvm::any_of(prefixes, [&](StringRef prefix) { return name.starts_with(prefix); });
  };
  Work work;
  if (startsWith({"EXTRACT_LANE", "REPLACE_LANE", "LOAD_LANE", "STORE_LANE", "LOAD_ZERO"}))
    work.scalarMoves = 1;
  else if (startsWith({"LOAD", "STORE"}) &&
           (name.contains("V128") || name.contains("SPLAT") || name.contains("EXTEND")))
    work.vectorMoves = 4;
  else if (startsWith({"LOAD", "STORE"}))
    work.scalarMoves = 1;
  else if (startsWith({"CONST", "LOCAL", "GLOBAL", "DROP", "COPY", "TEE", "SPLAT", "ARGUMENT"}))
    ;
  else if (name == "DOT")
    work.vectorOperations = 12; // eight products, four sums
  else if (startsWith({"MADD_F", "NMADD_F"}))
    work.vectorOperations = 2 * lanesOf(name);
  else if (unsigned lanes = lanesOf(name))
    work.vectorOperations = lanes;
  else if (name == "AND" || name == "OR" || name == "XOR" || name == "NOT" || name == "ANDNOT" || name == "BITSELECT")
    work.vectorOperations = 4;
  else if (name.contains("_F32") || name.contains("_F64") || startsWith({"F32_", "F64_"}))
    work.scalarOperations = 1;
  return work;
}

class CountInstructions : public MachineFunctionPass {
public:
  static inline char ID = 0;
  explicit CountInstructions(BlockCounts &counts) : MachineFunctionPass(ID), counts(counts) {}

  StringRef getPassName() const override { return "Count vector and scalar instructions"; }
  void getAnalysisUsage(AnalysisUsage &usage) const override {
    usage.setPreservesAll();
    MachineFunctionPass::getAnalysisUsage(usage);
  }
  bool runOnMachineFunction(MachineFunction &function) override {
    const TargetInstrInfo &instructions = *function.getSubtarget().getInstrInfo();
    const BasicBlock *block = nullptr;
    for (const MachineBasicBlock &machineBlock : function) {
      // A block that the code generator made itself belongs to the one before it.
      if (machineBlock.getBasicBlock())
        block = machineBlock.getBasicBlock();
      for (const MachineInstr &instruction : machineBlock)
        if (!instruction.isDebugInstr())
          counts[block] += workOf(instructions.getName(instruction.getOpcode()));
    }
    return false;
  }

private:
  BlockCounts &counts;
};

} // namespace

Work &Work::operator+=(const Work &other) {
  vectorOperations += other.vectorOperations;
  scalarOperations += other.scalarOperations;
  vectorMoves += other.vectorMoves;
  scalarMoves += other.scalarMoves;
  return *this;
}

Work Work::operator*(double times) const {
  return {vectorOperations * times, scalarOperations * times, vectorMoves * times, scalarMoves * times};
}

double Work::vectorisedShare() const {
  if (vectorOperations + scalarOperations > 0)
    return vectorOperations / (vectorOperations + scalarOperations + scalarMoves);
  return scalarMoves > 0 ? vectorMoves / (vectorMoves + scalarMoves) : 1;
}

Pass *createCountInstructions(BlockCounts &counts) { return new CountInstructions(counts); }

} // namespace wasmind::module
