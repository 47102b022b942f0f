"""The files of the repository as the style tests see them: what is in git, or would be."""
import pathlib
import subprocess

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent


def _list():
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout.splitlines()
    return sorted({ROOT / n for n in names if (ROOT / n).is_file()})


ALL = _list()
# Headers of the engine we link are kept as they were published.
OWN = [f for f in ALL if "third_party" not in f.parts]


def own(*suffixes):
    return [f for f in OWN if f.suffix in suffixes]


def name(file):
    return str(file.relative_to(ROOT))


def text(file):
    return file.read_text(encoding="utf-8")
