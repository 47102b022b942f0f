"""What the rows of primitives.py and extended.py are made of."""
import math

import numpy as np


class Primitive:
    """name: MindSpore's. operators: what the formula calls. builtin: whether MindSpore has a CPU kernel of its own.

    recipe: how Plugin.cpp calls the first operator for the commonest form of call (wasmind_plugin_recipe says the words); what is
    no such call is left to the formula. attributes: whether it has some; a dict of them, or None, is the formula's last input.
    """

    def __init__(self, name, operators, formula, builtin=True, recipe=None, attributes=False):
        self.name, self.operators, self.formula, self.builtin = name, tuple(operators), formula, builtin
        self.recipe, self.attributes = recipe and (self.operators[0], recipe), attributes


def reduce(op, operator, x, axes, keepdims):
    """axes: a number, several or None, which as () is all."""
    axes = np.zeros(0, np.int64) if axes is None or x.ndim == 0 else np.array(axes, np.int64, ndmin=1)
    return op(operator, x, axes, keepdims=keepdims)


def pair(numbers):
    """Of rows and of columns: one number for both, or two."""
    numbers = numbers if isinstance(numbers, tuple) else (numbers,)
    return numbers if len(numbers) == 2 else numbers * 2


def integers(*numbers):
    return np.array(numbers, np.int64)


def moments(op, x, dim, correction, keepdims):
    """(variance, mean); dim: a number, several or None, which is all."""
    mean = reduce(op, "ReduceMean", x, dim, True)
    count = x.size // max(mean.size, 1)
    total = reduce(op, "ReduceSum", op("Square", op("Sub", x, mean)), dim, keepdims)
    factor = 1 / (count - correction) if count > correction else math.inf
    return op("Mul", total, op.fit(factor)), reduce(op, "ReduceMean", x, dim, keepdims)


def softplus(op, x):
    return op("Softplus", x)
