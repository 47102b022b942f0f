"""A sample of the standard's node tests; `make test-node` runs all of them."""
import re

import onnx_nodes
import pytest

STEP = 40
SAMPLE = range(0, len(onnx_nodes.cases()), STEP)


@pytest.fixture(scope="module")
def outcomes():
    return {outcome.name: outcome for outcome in onnx_nodes.run(SAMPLE)}


@pytest.mark.parametrize("number", SAMPLE, ids=lambda number: onnx_nodes.cases()[number].name)
def test_node(number, outcomes):
    """Passes, or is refused where docs/generated/onnx-operators.md says that the operator is in part; wrong ones are listed."""
    outcome, text = outcomes[onnx_nodes.cases()[number].name], onnx_nodes.PAGE.read_text()
    if outcome.kind == onnx_nodes.REFUSED:
        row = re.search(rf"^\| {re.escape(outcome.operator)} \| (\d+) \| (\d+) \|", text, re.MULTILINE)
        assert row and int(row[2]) < int(row[1]), f"{outcome}: `make test-node` renews the page"
        return
    listed = re.search(rf"^- `{outcome.name}` ", text, re.MULTILINE) is not None
    assert (outcome.kind != onnx_nodes.PASSED) == listed, f"{outcome}: `make test-node` renews the page"


def test_the_page_tells_of_every_test():
    text = onnx_nodes.PAGE.read_text()
    assert f" of {len(onnx_nodes.cases())} pass on wasmtime and Node" in text
    rows = re.findall(r"^\| (\S+) \| (\d+) \| \d+ \|", text, re.MULTILINE)
    assert {name for name, _ in rows} == set(onnx_nodes.operators().values())
    assert sum(int(tests) for _, tests in rows) == len(onnx_nodes.cases())
