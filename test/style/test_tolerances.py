"""Tolerances stand in one table, test/tolerances.def; tests read it and have no numbers of their own."""
import re

import tree
from models import numerics

# A number as a bound of a difference, in the words of numpy, GoogleTest and this tree.
NUMBER = r"-?\d+(?:\.\d*)?(?:[eE]-?\d+)?f?"
OWN = [re.compile(p) for p in (rf"\b[ra]tol\s*=\s*{NUMBER}\s*[,)]", r"assert_allclose\([^#\n]*,\s*\d+(?:\.\d+)?e-\d+", rf"_NEAR\([^;]*,\s*{NUMBER}\)",
                               rf"\btolerance\s*=\s*{NUMBER}\s*[;,)]", r"<=?\s*\d+(?:\.\d+)?e-\d+")]
# What is held to the table by its author's tool, outside of this tree's tests.
OTHERS = {"test/data/mindir/make_fixtures.py", "test/style/test_tolerances.py"}


def own_numbers(text):
    return [m.group(0) for pattern in OWN for m in pattern.finditer(text)]


def test_the_table_is_read_by_both_languages():
    text = tree.text(numerics.TABLE)
    assert set(numerics.TOLERANCE) == {"float64", "float32", "float16", "bfloat16"}
    assert len(numerics.TOLERANCE) == len(re.findall(r"^TOLERANCE\(", text, re.MULTILINE))
    assert '#include "test/tolerances.def"' in tree.text(tree.ROOT / "test/Tolerances.h")


def test_tests_have_no_tolerances_of_their_own():
    tests = [f for f in tree.own(".py", ".cpp", ".h", ".mjs") if {"test", "tests"} & set(f.relative_to(tree.ROOT).parts) and tree.name(f) not in OTHERS]
    assert len(tests) > 80
    wrong = [f"{tree.name(f)}: {n}" for f in tests for n in own_numbers(tree.text(f))]
    assert not wrong, "\n".join(wrong)


def test_numbers_are_found():
    for line in ("np.testing.assert_allclose(a, b, rtol=1e-5)", "np.testing.assert_allclose(a, b, 1e-4)", "EXPECT_NEAR(a, b, 1e-3f);",
                 "double tolerance = 2e-5;", "assert abs(a - b) < 1e-6", "ASSERT_NEAR(got[i], expected[i], 0.5)"):
        assert own_numbers(line), line
    assert not own_numbers("rtol=own, atol=summed * 128") and not own_numbers("near(a, b)")
