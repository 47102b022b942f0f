//===- Windows.h - kernels, strides and pads of convolutions and pools --------------------------------------------===//
#pragma once
#include "compiler/frontend/mindir/Operator.h"

namespace wasmind::mindir {

/// Parameter as one number per spatial dimension: given so, or once for all, or with leading entries for N and C
/// (which must be 1).
Integers perSpatial(Node &node, Integers values, int64_t spatial, llvm::StringRef what);

/// pad_mode as text in lower case, also where it is the number of mindapi/base/format.h: "pad", "same", "valid".
std::string padMode(Node &node, llvm::StringRef attribute, unsigned i, llvm::StringRef defaultValue);

/// Pads of a window by mode; "pad" leaves them alone.
void applyPadMode(Node &node, const std::string &mode, Value x, llvm::ArrayRef<int64_t> kernel,
                  Compose::Window &window);

/// Pads of `spatial` dimensions as one number for all sides, or two per dimension.
void readPads(Node &node, Integers pads, int64_t spatial, Compose::Window &window);

/// What each element of a kernel meets: calls f with its place in the kernel and with what takes, of a tensor
/// [N, C, padded spatial...], the elements that it meets in all windows.
void forEachTap(Compose &compose, llvm::ArrayRef<int64_t> kernel, const Compose::Window &window,
                llvm::function_ref<void(llvm::ArrayRef<int64_t> tap, llvm::function_ref<Value(Value)> take)> f);
/// A pool's largest elements and where each is, the first of equal ones: flat in its image, of type `index`. The window
/// fits and is rounded up already. Where the windows' number follows from open extents there are no positions.
Operand largestAndPlaces(Node &node, Value x, llvm::ArrayRef<int64_t> kernel, const Compose::Window &window,
                         Type index);
/// Attributes `kernel`, strides, pads, dilation, ceil_mode: the largest elements and their positions.
Operand maxPoolWithArgmax(Node &node, llvm::StringRef kernel, int64_t spatial);

/// Fails unless the data format is channels-first.
void expectChannelsFirst(Node &node, llvm::StringRef attribute, unsigned i);

/// Grows the pads at the end so that the number of outputs is rounded up, PyTorch's ceil_mode: a last window that would
/// start in the padding is left out. Fails where no window remains.
void roundUp(Node &node, Value x, llvm::ArrayRef<int64_t> kernel, Compose::Window &window);

/// Fails unless kernel, strides and dilations are positive and pads not negative.
bool checkWindow(Node &node, llvm::ArrayRef<int64_t> kernel, const Compose::Window &window);
/// The same, and requires that the padded spatial extents of x hold the window.
bool checkFit(Node &node, Value x, llvm::ArrayRef<int64_t> kernel, const Compose::Window &window);

/// A pool of the mint interface: (x [N, C, spatial...] or [C, spatial...], kernel, stride, padding, dilation,
/// ceil_mode).
struct Pool {
  Value x;
  Integers kernel;
  Compose::Window window;                              ///< before ceil_mode rounds it up
  bool roundsUp = false, ok = false, isSingle = false; ///< isSingle: x has got a dimension N
};
Pool readPool(Node &node, bool hasDilation, int64_t spatial = 2);
/// (x, kernel_size, stride, padding, ceil_mode, count_include_pad, divisor_override)
Operand averagePool(Node &node, int64_t spatial);
/// Means over windows; their sums over `divisor` where it is not 0.
Value averageOver(Node &node, Value x, llvm::ArrayRef<int64_t> kernel, const Compose::Window &window,
                  bool countsPadding, bool roundsUp, int64_t divisor);
/// One of images: (x, kernel_size, strides, pad_mode), where all but x are attributes in older files. `channelsEnd`:
/// four numbers are (1, height, width, 1) where they can be.
Pool readImagePool(Node &node, bool channelsEnd = false);

/// One entry of output_padding per spatial dimension; fails unless each is below the window's stride or dilation.
Integers outputPadding(Node &node, const Integers &given, int64_t spatial, const Compose::Window &window);
/// (x, weight, bias or None, stride, padding, dilation, groups) of the mint interface with `spatial` dimensions; with
/// `transposedAt` these inputs follow dilation: transposed, output_padding, groups.
Operand convolution(Node &node, int64_t spatial, unsigned transposedAt);

/// Means over windows that divide the image evenly into `output_size` parts, which overlap where it does not divide.
/// `spatial` dimensions at the end.
Operand adaptiveAveragePool(Node &node, unsigned sizeInput, int64_t spatial = 2);

} // namespace wasmind::mindir
