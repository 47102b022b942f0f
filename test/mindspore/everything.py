"""Every public method of Tensor and the functions of mint and ops, called with whatever fits them: python everything.py OUT.pickle [PATTERN [STEP]]

Appends ((call, arguments, element type), result), one pickle after another, where a result is a list of arrays or the text of an error. What
ends the process is the last call of the file: started again, the script goes on behind it. PATTERN: a regular expression, as ^ops, of the
calls to try; STEP: every how manieth of them.
"""
import inspect
import pathlib
import pickle
import re
import signal
import sys

import mindspore as ms
import numpy as np
from mindspore import Tensor, mint, ops

# What draws numbers, returns memory as it finds it, needs other processes, is asked for by hardware, or is no function of tensors.
UNFIT = re.compile("^cross$|rand|normal|uniform|dropout|bernoulli|poisson|^gamma$|multinomial|shuffle|exponential|cauchy|rrelu|gumbel|laplace|empty|"
                   "all_|gather_into|gather_object|broadcast_object|scatter_object|barrier|send|recv|reduce_scatter|process_group|"
                   "_group|rank$|attention|moe_|world_size|hook|offload|pin_memory|dlpack|storage|init|param_info|address|ptr|register|"
                   "choice_with|sampler|print|tensordump|vmap|grad|vjp|jvp|jet|jac|linearize|derivative|vm_impl|backend|reshard|distribute|"
                   "recompute|mutable|move_to|wait_|device|flush|csr|coo|fft|sparse|map_parameter|ms_|iter_|^H$|partial|custom|kernel$|"
                   "constexpr|vectorize|^to_$|share_|set_|rotated_iou|affine_grid|fractional|deformable|ctc_|candidate|lightning|nsa_|npu|"
                   "batch_norm_|is_pinned|record_stream|lu_solve|ormqr|lstsq|const_arg|parent|virtual|symbolic|setitem|getitem|delete_|"
                   "rotary|assign_value|convert_bytes|get_bytes|index_of|untyped|fused_|speed_fusion|incre_|prompt_|numpy|"
                   "swiglu|ring_|add_rms|add_layer|_ext$|embed$|env|barrier|set_comm|all2all|nonzero_|from_|depend$|switch|cond$|"
                   "string|row_tensor|^rank|while|scan|foldl|count_include|hyper|typeof|dict|value$")
TYPES = [ms.float32, ms.int32, ms.bool_, ms.float16, ms.float64, ms.bfloat16, ms.int8, ms.int64, ms.uint16, ms.complex64]
SHAPE = (3, 4)


def tensor(dtype, shape=SHAPE, seed=0):
    random = np.random.default_rng(seed)
    if dtype == ms.bool_:
        return Tensor(random.integers(0, 2, shape).astype(np.bool_))
    if dtype in (ms.float32, ms.float16, ms.float64, ms.bfloat16, ms.complex64):
        return Tensor(random.uniform(0.1, 0.9, shape).astype(np.float32)).astype(dtype)
    return Tensor(random.integers(1, 5, shape).astype(np.int32)).astype(dtype)


INDEX = np.array([[0, 1, 1, 0]] * 3, np.int64)
LIST = np.array([1, 0], np.int64)
PLACES = np.array([[0, 1], [2, 3], [0, 0]], np.int64)
# What is tried, given t(shape, seed), a tensor of the type in question; made anew for each call, as functions may write into what they get.
FORMS = {
    "x": lambda t: (t(),), "x, y": lambda t: (t(), t(SHAPE, 1)), "x, 1": lambda t: (t(), 1), "x, 2.5": lambda t: (t(), 2.5),
    "x, (0, 1)": lambda t: (t(), (0, 1)), "x, y.T": lambda t: (t(), t((4, 3), 2)), "x, 0, 1": lambda t: (t(), 0, 1), "x, y, z": lambda t: (t(), t(SHAPE, 1), t(SHAPE, 2)),
    "x, row": lambda t: (t(), t((4,), 3)), "[x, y]": lambda t: ([t(), t(SHAPE, 1)],), "scalar": lambda t: (t(()),), "image": lambda t: (t((1, 2, 4, 4), 4),),
    "image, 2": lambda t: (t((1, 2, 4, 4), 4), 2), "square": lambda t: (t((3, 3), 6),),
    "transposed": lambda t: (mint.transpose(t(), 0, 1),), "rows, rows": lambda t: (t((2, 3, 4), 5), t((2, 4, 3), 6)),
}
# On the first two types alone.
MORE = {
    "x, 1, index": lambda t: (t(), 1, Tensor(INDEX)), "x, 1, index, y": lambda t: (t(), 1, Tensor(INDEX), t(SHAPE, 1)), "x, list": lambda t: (t(), Tensor(LIST), 0),
    "x, 1, list": lambda t: (t(), 1, Tensor(LIST)), "x, mask": lambda t: (t(), tensor(ms.bool_)), "x, mask, 1": lambda t: (t(), tensor(ms.bool_), 1),
    "mask, x, y": lambda t: (tensor(ms.bool_), t(), t(SHAPE, 1)), "x, -1, True": lambda t: (t(), -1, True), "x, (1, 1, 1, 1)": lambda t: (t(), (1, 1, 1, 1)),
    "3, 4": lambda t: (3, 4), "x, halves": lambda t: (t(), tensor(ms.float16, seed=7)),
}
# Of the functions of ops, which has more of this kind.
OPS = {
    "image, kernel": lambda t: (t((1, 2, 4, 4), 4), t((3, 2, 2, 2), 7)), "line, kernel": lambda t: (t((1, 2, 5), 4), t((3, 2, 2), 7)), "line, 2": lambda t: (t((1, 2, 6), 4), 2),
    "volume, 2": lambda t: (t((1, 2, 4, 4, 4), 4), 2), "x, (2, 3, 4)": lambda t: (t(), (2, 3, 4)), "x, (4, 3)": lambda t: (t(), (4, 3)),
    "square, x, y.T": lambda t: (t((3, 3), 6), t(), t((4, 3), 2)), "column, x, row": lambda t: (t((3,), 6), t(), t((4,), 3)), "column, row": lambda t: (t((3,), 6), t((4,), 3)),
    "x, places": lambda t: (t(), Tensor(PLACES)), "x, places, column": lambda t: (t(), Tensor(PLACES), t((3,), 6)), "x, list, 3": lambda t: (t(), Tensor(PLACES[:, 0].astype(np.int32)), 3),
}


def leaves(value):
    """The arrays of a result, however nested; what is no tensor as it prints."""
    if isinstance(value, Tensor):
        value = value.astype(ms.float32) if value.dtype == ms.bfloat16 else value
        return [value.asnumpy().copy()]
    if isinstance(value, (tuple, list)):
        return [leaf for each in value for leaf in leaves(each)]
    return [np.array(re.sub("0x[0-9a-f]+", "", str(value))[:200])]


def callables(pattern):
    for place, owner in (("Tensor", Tensor), ("mint", mint), ("ops", ops)):
        for name in dir(owner):
            if not re.search(pattern, f"{place}.{name}") or name.startswith("_") or UNFIT.search(name) or owner is not Tensor and not name[0].islower():
                continue
            function = getattr(owner, name)
            if callable(function) and not inspect.isclass(function) and not inspect.ismodule(function):
                yield f"{place}.{name}", function


ENDS = "ends the process, or takes longer than 60 seconds"


def recorded(path):
    """What a file holds."""
    results = {}
    with open(path, "rb") as file:
        while file.peek(1):
            key, results[key] = pickle.load(file)
    return results


def main(path, pattern="", step="1"):
    ms.set_context(mode=ms.PYNATIVE_MODE, pynative_synchronize=True)
    pathlib.Path(path).touch()
    results = recorded(path)
    file = open(path, "ab")

    def keep(key, result):
        results[key] = result
        pickle.dump((key, result), file)
        file.flush()

    def call(name, function, form, dtype):
        key = name, form, str(dtype)
        if key not in results:
            keep(key, ENDS)
            signal.alarm(60)
            try:
                keep(key, leaves(function(*{**FORMS, **MORE, **OPS}[form](lambda shape=SHAPE, seed=0: tensor(dtype, shape, seed)))))
            except Exception as error:
                keep(key, f"{type(error).__name__}: {error}"[:300])
            signal.alarm(0)
        return not isinstance(results[key], str)

    over = {name for (name, _, _), result in results.items() if isinstance(result, str) and result == ENDS}
    for name, function in list(callables(pattern))[::int(step)]:
        if name in over:
            continue
        print(name, file=sys.stderr, flush=True)
        forms = [*FORMS, *MORE, *(OPS if name.startswith("ops.") else ())]
        fit = [form for form in forms if call(name, function, form, TYPES[0])]
        # Other types where this one has something to compute; integers everywhere where it has nothing.
        fit = [form for form in fit or forms if call(name, function, form, TYPES[1]) or fit]
        for form in [form for form in FORMS if form in fit][:2]:
            for dtype in TYPES[2:]:
                call(name, function, form, dtype)


if __name__ == "__main__":
    main(*sys.argv[1:])
