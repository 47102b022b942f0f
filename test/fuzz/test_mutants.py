"""A sample of structurally changed models, compiled and run; mutants.py makes as many as one likes."""
import mutants
import pytest


@pytest.mark.parametrize("kind,count", [("onnx", 130), ("mindir", 90)])
def test_changed_models_break_nothing(kind, count):
    # The node tests of the standard, from which mutants.py starts as well, take longer to make than these to compile.
    outcomes = mutants.run(kind, seed=3, count=count, with_node_tests=False)
    wrong = [f"{o.name}: {o.verdict}: {o.text[:300]}" for o in outcomes if o.verdict not in mutants.FINE]
    assert not wrong, "\n".join(wrong)
    # Changes that nothing survives would test the first check alone.
    assert sum(o.verdict == "ran" for o in outcomes) > count // 8, outcomes
