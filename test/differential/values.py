"""Values that fill the inputs of operators."""
import numpy as np

NUMPY = {"f32": np.float32, "f64": np.float64, "f16": np.float16, "i8": np.int8, "i16": np.int16, "i32": np.int32, "i64": np.int64,
         "u8": np.uint8, "bool": np.bool_}
NAMES = {np.dtype(value): key for key, value in NUMPY.items()}


def specials(dtype):
    if dtype.kind == "f":
        info = np.finfo(dtype)
        return np.array([0.0, -0.0, 1, -1, 0.5, -2.5, 3, np.inf, -np.inf, np.nan, info.max, info.min, info.tiny, -info.tiny], dtype)
    if dtype.kind == "b":
        return np.array([False, True])
    info = np.iinfo(dtype)
    return np.array([0, 1, 2, 3, 7, info.max, info.max - 1, info.min, info.min + 1] + ([-1, -2, -7] if info.min else []), dtype)


def random(generator, shape, dtype):
    if dtype.kind == "f":
        return (generator.standard_normal(shape) * 4).astype(dtype)
    if dtype.kind == "b":
        return generator.random(shape) < 0.5
    info = np.iinfo(dtype)
    return generator.integers(info.min, info.max, shape, dtype, endpoint=True)


def strided(array, kind):
    """The same elements in another place: every second one, backwards, or transposed."""
    if kind == "dense" or array.size == 0 or array.ndim == 0:
        return array
    if kind == "step":
        return np.repeat(array[..., None], 2, axis=-1).reshape(*array.shape[:-1], -1)[..., ::2]
    if kind == "backwards":
        return np.ascontiguousarray(array[..., ::-1])[..., ::-1]
    return np.ascontiguousarray(array.T).T


def placed(array):
    """The memory that shows an array: all its elements in a row, the strides in elements, and the first one's place. What lies
    between the array's elements are ones."""
    strides = [step // array.itemsize for step in array.strides]
    reaches = [stride * (extent - 1) for stride, extent in zip(strides, array.shape)]
    first = -sum(reach for reach in reaches if reach < 0)
    elements = np.ones(1 + sum(abs(reach) for reach in reaches), array.dtype)
    np.lib.stride_tricks.as_strided(elements[first:], array.shape, array.strides)[...] = array
    return elements, strides, first


def i64(*numbers):
    return np.array(numbers, np.int64)
