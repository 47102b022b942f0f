"""Functions of `mint` that MindSpore refuses on the CPU before it asks for a kernel, in terms of those that it serves then, gradients
included.
"""
import functools
import itertools
import math

# What each needs on the list of primitives.
NEEDS = {"einsum": ["BatchMatMulExt"], "conv1d": ["Conv2DExt"], "conv3d": ["Conv2DExt"], "max_pool2d": ["MaxPool", "ConstantPadND"]}
replaced = []


def install(primitives):
    """Puts those in place whose primitives are chosen."""
    from mindspore import mint

    places = {"einsum": mint, "conv1d": mint.nn.functional, "conv3d": mint.nn.functional, "max_pool2d": mint.nn.functional}
    done = {name for _, name, _ in replaced}
    for name, place in places.items():
        if name not in done and set(NEEDS[name]) <= set(primitives):
            before = getattr(place, name)
            replaced.append((place, name, before))
            setattr(place, name, wrapped(WRAPPERS[name], before))


def remove():
    while replaced:
        place, name, before = replaced.pop()
        setattr(place, name, before)


def wrapped(function, before):
    @functools.wraps(before)
    def call(*arguments, **named):
        return function(before, *arguments, **named)

    return call


def each_of(numbers, count):
    return tuple(numbers) if isinstance(numbers, (tuple, list)) and len(numbers) == count else (numbers[0] if isinstance(numbers, (tuple, list)) else numbers,) * count


def conv1d(before, input, weight, bias=None, stride=1, padding=0, dilation=1, groups=1):
    """As images of one row."""
    from mindspore import mint

    stride, dilation = each_of(stride, 1), each_of(dilation, 1)
    padding = padding if isinstance(padding, str) else (0, *each_of(padding, 1))
    out = mint.nn.functional.conv2d(mint.unsqueeze(input, -2), mint.unsqueeze(weight, -2), bias, (1, *stride), padding, (1, *dilation), groups)
    return mint.squeeze(out, -2)


def conv3d(before, input, weight, bias=None, stride=1, padding=0, dilation=1, groups=1):
    """Per slice of the kernel's depth one convolution of images, and their sum."""
    from mindspore import mint

    functional, stride, dilation = mint.nn.functional, each_of(stride, 3), each_of(dilation, 3)
    x, depth = input if input.ndim == 5 else mint.unsqueeze(input, 0), weight.shape[2]
    if padding == "same":
        reach = [d * (k - 1) for d, k in zip(dilation, weight.shape[2:])]
        x = functional.pad(x, tuple(each for r in reversed(reach) for each in (r // 2, r - r // 2)))
    padding = (0, 0, 0) if isinstance(padding, str) else each_of(padding, 3)
    if padding[0]:
        x = functional.pad(x, (0, 0, 0, 0, padding[0], padding[0]))
    count = (x.shape[2] - dilation[0] * (depth - 1) - 1) // stride[0] + 1
    out = None
    for k in range(depth):
        begin = k * dilation[0]
        images = mint.transpose(x[:, :, begin:begin + (count - 1) * stride[0] + 1:stride[0]], 1, 2)
        flat = mint.reshape(images, (-1, *images.shape[2:]))
        term = functional.conv2d(flat, weight[:, :, k], None, stride[1:], padding[1:], dilation[1:], groups)
        out = term if out is None else out + term
    out = mint.transpose(mint.reshape(out, (x.shape[0], count, *out.shape[1:])), 1, 2)
    out = out if bias is None else out + mint.reshape(bias, (1, -1, 1, 1, 1))
    return out if input.ndim == 5 else mint.squeeze(out, 0)


def max_pool2d(before, input, kernel_size, stride=None, padding=0, dilation=1, *, ceil_mode=False, return_indices=False):
    """By the graph primitive MaxPool, which has no padding of its own for this."""
    if return_indices or ceil_mode or each_of(dilation, 2) != (1, 1) or not input.is_floating_point():
        return before(input, kernel_size, stride, padding, dilation, ceil_mode=ceil_mode, return_indices=return_indices)
    from mindspore import mint, ops

    size, (rows, columns) = each_of(kernel_size, 2), each_of(padding, 2)
    x = input if input.ndim == 4 else mint.unsqueeze(input, 0)
    if rows or columns:
        x = mint.nn.functional.pad(x, (columns, columns, rows, rows), value=-math.inf)
    out = ops.MaxPool(size, each_of(stride or size, 2), "VALID")(x)
    return out if input.ndim == 4 else mint.squeeze(out, 0)


def einsum(before, equation, *operands):
    """One product after the other, each as a product of matrices."""
    operands = tuple(operands[0]) if len(operands) == 1 and isinstance(operands[0], (tuple, list)) else operands
    left, arrow, result = equation.replace(" ", "").partition("->")
    labels = left.split(",")
    if "." in left or len(labels) != len(operands) or any(len(set(each)) != len(each) for each in labels):
        raise NotImplementedError(f"einsum '{equation}': ellipses and diagonals have no operator; write the axes out, or take mint.diagonal first")
    for each, operand in zip(labels, operands):
        if len(each) != operand.ndim:
            raise ValueError(f"einsum '{equation}': '{each}' names {len(each)} axes of a tensor that has {operand.ndim}")
    if not arrow:
        result = "".join(sorted(each for each in set(left) - {","} if left.count(each) == 1))
    if missing := set(result) - set(left):
        raise ValueError(f"einsum '{equation}': no operand has the axis '{min(missing)}'")
    value, axes = operands[0], labels[0]
    for i, (operand, other) in enumerate(zip(operands[1:], labels[1:]), 1):
        kept = set(result).union(*labels[i + 1:])
        value, axes = contracted(value, axes, operand, other, kept)
    value, axes = summed(value, axes, set(result))
    from mindspore import mint

    return mint.permute(value, tuple(axes.index(each) for each in result)) if axes != result else value


def summed(value, axes, kept):
    from mindspore import mint

    gone = tuple(i for i, each in enumerate(axes) if each not in kept)
    return (mint.sum(value, dim=gone) if gone else value), "".join(each for each in axes if each in kept)


def contracted(a, one, b, other, kept):
    """Of two operands: axes of both that stay are a batch, axes of both that go are summed."""
    from mindspore import mint

    a, one = summed(a, one, kept | set(other))
    b, other = summed(b, other, kept | set(one))
    sizes = dict(itertools.chain(zip(one, a.shape), zip(other, b.shape)))
    batch, inner = [each for each in one if each in other and each in kept], [each for each in one if each in other and each not in kept]
    rows, columns = [each for each in one if each not in other], [each for each in other if each not in one]

    def matrix(x, axes, groups):
        x = mint.permute(x, tuple(axes.index(each) for group in groups for each in group))
        return mint.reshape(x, tuple(math.prod(sizes[each] for each in group) for group in groups))

    out = mint.bmm(matrix(a, one, (batch, rows, inner)), matrix(b, other, (batch, inner, columns)))
    axes = "".join(batch + rows + columns)
    return mint.reshape(out, tuple(sizes[each] for each in axes)), axes


WRAPPERS = {"einsum": einsum, "conv1d": conv1d, "conv3d": conv3d, "max_pool2d": max_pool2d}
