"""What recurrent layers mean in numpy, and cases for them: lists of (inputs, attributes)."""
import numpy as np


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def lstm(x, h, c, w_ih, w_hh, b_ih, b_hh):
    dtype, y = x.dtype, []
    x, h, c, w_ih, w_hh, b_ih, b_hh = [a.astype(np.float64) for a in (x, h, c, w_ih, w_hh, b_ih, b_hh)]
    for step in x:
        i, f, g, o = np.split(step @ w_ih.T + b_ih + h @ w_hh.T + b_hh, 4, 1)
        c = sigmoid(f) * c + sigmoid(i) * np.tanh(g)
        h = sigmoid(o) * np.tanh(c)
        y.append(h)
    return np.array(y, dtype).reshape(len(x), *h.shape), h.astype(dtype), c.astype(dtype)


def gru(x, h, w_ih, w_hh, b_ih, b_hh):
    dtype, y = x.dtype, []
    x, h, w_ih, w_hh, b_ih, b_hh = [a.astype(np.float64) for a in (x, h, w_ih, w_hh, b_ih, b_hh)]
    for step in x:
        (r, z, n), (hr, hz, hn) = np.split(step @ w_ih.T + b_ih, 3, 1), np.split(h @ w_hh.T + b_hh, 3, 1)
        z, n = sigmoid(z + hz), np.tanh(n + sigmoid(r + hr) * hn)
        h = (1 - z) * n + z * h
        y.append(h)
    return np.array(y, dtype).reshape(len(x), *h.shape), h.astype(dtype)


REFERENCES = {"LSTM": lstm, "GRU": gru}


def layers(gates, states):
    def cases(dtypes, fill, generator):
        for steps, batch, inputs, hidden in [(1, 1, 1, 1), (5, 1, 3, 4), (5, 2, 3, 4), (3, 7, 5, 33), (0, 2, 3, 4), (4, 0, 3, 4), (4, 2, 0, 4), (4, 2, 3, 0),
                                             (9, 1, 16, 64), (4, 5, 9, 17), (2, 33, 64, 16)]:
            small = 1 / np.sqrt(max(hidden, inputs, 1))
            weights = [(gates * hidden, inputs), (gates * hidden, hidden), (gates * hidden,), (gates * hidden,)]
            yield [fill((steps, batch, inputs), dtypes[0]), *[fill((batch, hidden), dtypes[0]) for _ in range(states)],
                   *[(fill(shape, dtypes[0]) * small).astype(dtypes[0]) for shape in weights]], {}
        far = np.array([[[0.0]], [[3e4]], [[-3e4]], [[0.5]]], dtypes[0])  # gates fully open and shut
        yield [far, *[np.ones((1, 2), dtypes[0]) for _ in range(states)], *[np.ones(shape, dtypes[0]) for shape in [(gates * 2, 1), (gates * 2, 2), (gates * 2,), (gates * 2,)]]], {}
        missing = np.array([[[1.0], [np.nan]], [[2], [3]]], dtypes[0])  # NaN stays in its row
        yield [missing, *[np.ones((2, 2), dtypes[0]) for _ in range(states)], *[np.ones(shape, dtypes[0]) for shape in [(gates * 2, 1), (gates * 2, 2), (gates * 2,), (gates * 2,)]]], {}
    return cases


CASES = {"LSTM": layers(4, 2), "GRU": layers(3, 1)}
# Errors in units of the type's epsilon: relative, and absolute, as states are at most about 1.
ULPS = {"LSTM": 64, "GRU": 64}
ABSOLUTE = {"LSTM": 256, "GRU": 256}
