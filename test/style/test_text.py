"""What no file of the repository says."""
import re

import tree

TEXT = [f for f in tree.OWN if f.suffix not in (".mindir", ".npz", ".npy", ".onnx", ".wasm", ".png", ".bin", ".seed") and f.name != "data_0"]
# Spelt in pieces, so that this file does not contain what it looks for.
UNFINISHED = re.compile(r"\b(TO" r"DO|FIX" r"ME|XX" r"X|HA" r"CK)\b")
MACHINE = re.compile(r"(?<![\w.~}$])/(?:work|root|farm|home|opt)/" r"[\w.]")
HOSTS = re.compile("|".join((r"regis" r"try\.npmjs", r"py" r"pi\.org", r"python" r"hosted\.org", r"deb\.deb" r"ian", r"crates" r"\.io", r"repo1?\.maven", r"proxy\.golang")))


def search(pattern, files=TEXT):
    found = []
    for file in files:
        try:
            lines = tree.text(file).splitlines()
        except UnicodeDecodeError:
            continue
        found += [f"{tree.name(file)}:{n}: {line.strip()[:120]}" for n, line in enumerate(lines, 1) if pattern.search(line)]
    return found


def test_nothing_is_left_unfinished():
    found = search(UNFINISHED)
    assert not found, "\n".join(found)


def test_no_path_of_one_machine():
    found = search(MACHINE)
    assert not found, "\n".join(found)


def test_no_registry_is_named():
    """Packages come from whatever registry the machine's pip, npm and apt are set up with."""
    found = search(HOSTS)
    assert not found, "\n".join(found)


def test_no_space_at_line_ends_and_a_newline_at_the_end():
    found = search(re.compile(r"[ \t\r]+$"), [f for f in TEXT if f.suffix != ".md"])
    found += [f"{tree.name(f)}: no newline at the end" for f in TEXT if f.stat().st_size and not f.read_bytes().endswith(b"\n")]
    assert not found, "\n".join(found)


def test_banners_stand_on_one_line():
    """The formatter breaks those that are longer than a line, and does not put them together again."""
    found = search(re.compile(r"^//-+===//$"), [f for f in TEXT if f.suffix in (".h", ".cpp")])
    assert not found, "\n".join(found)
