"""What products mean in numpy, and cases for them: lists of (inputs, attributes)."""
import numpy as np


def product(a, b):
    wide = np.int32 if a.dtype.kind in "iu" else np.float64
    return np.matmul(a.astype(wide), b.astype(wide))


REFERENCES = {"MatMul": product, "BatchMatMul": product, "Dense": lambda a, weight, bias: product(a, weight.T) + bias}
SIZES = [(1, 1, 1), (3, 5, 7), (17, 33, 65), (0, 3, 4), (3, 0, 4), (64, 64, 64), (1, 70, 9), (9, 70, 1), (1, 70, 1)]


def products(dtypes, fill, generator):
    for m, k, n in SIZES:
        yield [fill((m, k), dtypes[0]), fill((k, n), dtypes[1])], {}
    shapes = [((5,), (5,)), ((5,), (5, 3)), ((3, 5), (5,)), ((0,), (0,)), ((4,), (2, 3, 4, 5)), ((2, 3, 5, 4), (4,)),
              ((3, 2, 4), (3, 4, 5)), ((3, 2, 4), (4, 5)), ((2, 4), (3, 4, 5)), ((2, 1, 3, 4), (5, 4, 2)), ((2, 3, 3, 4), (2, 1, 4, 2)),
              ((1, 3, 4), (2, 4, 5)), ((2, 3, 0, 4), (4, 5)), ((0, 3, 4), (4, 5)), ((2, 3, 0), (2, 0, 5)), ((2, 1, 3, 2, 1, 2, 3, 4), (3, 1, 5, 1, 4, 2))]
    for _ in range(6):
        batch = tuple(generator.integers(1, 4, generator.integers(0, 5)))
        own = [tuple(1 if generator.random() < 0.4 else extent for extent in batch)[generator.integers(0, len(batch) + 1):] for _ in range(2)]
        m, k, n = generator.integers(1, 12, 3)
        shapes.append(((*own[0], m, k), (*own[1], k, n)))
    for left, right in shapes:
        yield [fill(left, dtypes[0]), fill(right, dtypes[1])], {}
        # Matrices that lie transposed, as a product with a transposed one has them.
        a, b = [np.swapaxes(fill((*s[:-2], *s[:-3:-1]), t), -1, -2) if len(s) > 1 else fill(s, t) for s, t in zip((left, right), dtypes)]
        yield [a, b], {}


def dense(dtypes, fill, generator):
    for m, k, n in SIZES:
        for rows in [(m,), (2, m), (1, 2, m, 3)]:
            bias = fill((n,), dtypes[2])
            yield [fill((*rows, k), dtypes[0]), fill((n, k), dtypes[1]), bias // 2 if bias.dtype.kind == "i" else bias], {}
    yield [fill((7,), dtypes[0]), fill((5, 7), dtypes[1]), np.zeros(5, dtypes[2])], {}


CASES = {"MatMul": products, "BatchMatMul": products, "Dense": dense}


def compare(actual, expected, inputs):
    """Errors grow with the number of summands; f16 is summed in f32."""
    own = np.finfo(expected.dtype).eps
    summed = np.finfo(np.promote_types(expected.dtype, np.float32)).eps
    np.testing.assert_allclose(actual, expected, rtol=own, atol=summed * 128 * max(1, inputs[0].shape[-1]))
