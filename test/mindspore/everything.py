"""Every public method of Tensor and the functions of mint, called with whatever fits them: python everything.py OUT.pickle [NAME]

Writes {(call, arguments, element type): result}, where a result is a list of arrays or the text of an error. NAME: only names that hold it.
"""
import inspect
import pickle
import re
import sys

import mindspore as ms
import numpy as np
from mindspore import Tensor, mint

# What ends the process, draws numbers, returns memory as it finds it, needs other processes, is asked for by hardware, or is no function of tensors.
CRASHES = "geqrf"
UNFIT = re.compile("^cross$|rand|normal|uniform|dropout|bernoulli|poisson|gamma$|multinomial|shuffle|exponential|cauchy|rrelu|gumbel|laplace|empty|"
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


def leaves(value):
    """The arrays of a result, however nested; what is no tensor as it prints."""
    if isinstance(value, Tensor):
        value = value.astype(ms.float32) if value.dtype == ms.bfloat16 else value
        return [value.asnumpy().copy()]
    if isinstance(value, (tuple, list)):
        return [leaf for each in value for leaf in leaves(each)]
    return [np.array(re.sub("0x[0-9a-f]+", "", str(value))[:200])]


def callables():
    for place, owner in (("Tensor", Tensor), ("mint", mint)):
        for name in dir(owner):
            if name.startswith("_") or name in CRASHES.split() or UNFIT.search(name) or place == "mint" and not name[0].islower():
                continue
            function = getattr(owner, name)
            if callable(function) and not inspect.isclass(function) and not inspect.ismodule(function):
                yield f"{place}.{name}", function


def main(path, only=""):
    ms.set_context(mode=ms.PYNATIVE_MODE, pynative_synchronize=True)
    results = {}

    def call(name, function, form, dtype):
        try:
            results[name, form, str(dtype)] = leaves(function(*{**FORMS, **MORE}[form](lambda shape=SHAPE, seed=0: tensor(dtype, shape, seed))))
        except Exception as error:
            results[name, form, str(dtype)] = f"{type(error).__name__}: {error}"[:300]
        return not isinstance(results[name, form, str(dtype)], str)

    for name, function in callables():
        if only not in name:
            continue
        print(name, file=sys.stderr, flush=True)
        fit = [form for form in [*FORMS, *MORE] if call(name, function, form, TYPES[0])]
        # Other types where this one has something to compute; integers everywhere where it has nothing.
        fit = [form for form in fit or [*FORMS, *MORE] if call(name, function, form, TYPES[1]) or fit]
        for form in [form for form in FORMS if form in fit][:2]:
            for dtype in TYPES[2:]:
                call(name, function, form, dtype)
    with open(path, "wb") as file:
        pickle.dump(results, file)


if __name__ == "__main__":
    main(*sys.argv[1:])
