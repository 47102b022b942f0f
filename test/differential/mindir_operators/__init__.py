"""What MindSpore's primitives compute, as formulas: the primitives that no recorded model of test/data/mindir calls.

Rows are (node, expected), where expected is an array, or {index: array} of a tuple. The formulas follow MindSpore's and
(for mint, the primitives that end with Ext) PyTorch's documentation.
"""
from differential.mindir_operators import draws, images, losses, matrices, numbers, sequences, special, tensors


def rows():
    for theme in (tensors, numbers, images, losses, special, sequences, draws, matrices):
        yield from theme.rows()
