"""How a network is called: its arguments and results as trees of tensors, written as JSON.

{"tensor": NAME}    an input or output of the module
{"number": NAME}    an output that is a Python number
{"constant": VALUE} an argument that the network was compiled for
{"tuple": [TREE, ...]}, {"list": [TREE, ...]}, {"dict": {NAME: TREE, ...}}
"""
from ..error import WasmindError

_SEQUENCES = {"tuple": tuple, "list": list}
_CONSTANTS = (bool, int, float, str, type(None))


def children(tree):
    """Key -> subtree."""
    kind, content = next(iter(tree.items()))
    return dict(enumerate(content)) if kind in _SEQUENCES else content if kind == "dict" else {}


def with_children(tree, subtrees):
    kind = next(iter(tree))
    return {kind: subtrees if kind == "dict" else list(subtrees.values())}


def leaves(tree):
    """Those that are no containers, in order."""
    if next(iter(tree)) in ("tensor", "number", "constant"):
        return [tree]
    return [leaf for child in children(tree).values() for leaf in leaves(child)]


def only(tree, names):
    """The tree without tensors of other names, and without containers that hold nothing afterwards; None if nothing is left."""
    kind, content = next(iter(tree.items()))
    if kind in ("tensor", "number"):
        return tree if content in names else None
    if kind == "constant":
        return tree
    before = children(tree)
    after = {key: kept for key, child in before.items() if (kept := only(child, names)) is not None}
    return with_children(tree, after) if after or not before else None


def of_arguments(value, is_tensor, name, what):
    """The tree of a value passed to a network; its tensors are called NAME, NAME_0, NAME_1_0, ... as the front end calls them."""
    if is_tensor(value):
        return {"tensor": name}
    for kind, sequence in _SEQUENCES.items():
        if isinstance(value, sequence):
            return {kind: [of_arguments(each, is_tensor, f"{name}_{i}", what) for i, each in enumerate(value)]}
    if isinstance(value, dict) and all(isinstance(key, str) for key in value):
        return {"dict": {key: of_arguments(each, is_tensor, f"{name}_{i}", what) for i, (key, each) in enumerate(value.items())}}
    if isinstance(value, _CONSTANTS):
        return {"constant": value}
    raise WasmindError("InvalidArgument", f"{what} holds a {type(value).__name__}, which is neither tensor, number, text nor None")


def flatten(tree, value, what, feeds):
    """Puts the tensors of a value of this tree into `feeds`, by name. Raises WasmindError InvalidArgument."""
    kind, content = next(iter(tree.items()))
    if kind == "tensor":
        feeds[content] = value
    elif kind == "constant":
        if type(value) is not type(content) or value != content:
            kinds = [f" ({type(each).__name__})" if type(value) is not type(content) else "" for each in (value, content)]
            raise WasmindError("InvalidArgument", f"{what} is {value!r}{kinds[0]}; the network was compiled for {content!r}{kinds[1]}, compile it again for another")
    elif kind == "dict":
        if not isinstance(value, dict) or set(value) != set(content):
            raise WasmindError("InvalidArgument", f"{what} must be a dict of {', '.join(content)}")
        for key, child in content.items():
            flatten(child, value[key], f"{what}[{key!r}]", feeds)
    else:
        if not isinstance(value, (tuple, list)) or len(value) != len(content):
            raise WasmindError("InvalidArgument", f"{what} must be a {kind} of {len(content)}")
        for i, (child, each) in enumerate(zip(content, value)):
            flatten(child, each, f"{what}[{i}]", feeds)


def build(tree, results):
    """The value of this tree. results: arrays or tensors by name."""
    kind, content = next(iter(tree.items()))
    if kind == "tensor":
        return results[content]
    if kind == "number":
        return results[content].item()
    if kind == "constant":
        return content
    parts = {key: build(child, results) for key, child in children(tree).items()}
    return parts if kind == "dict" else _SEQUENCES[kind](parts.values())
