"""The packages of `make packages`, and places outside the tree to install them into."""
import os
import pathlib
import subprocess
import sys
import sysconfig

ROOT = pathlib.Path(__file__).resolve().parents[2]
PACKAGES = ROOT / "build/packages"
TOOLS = pathlib.Path(sysconfig.get_path("scripts"))  # cmake and ninja of python/requirements.txt
VECTORS = ROOT / "build/abi/vectors"


def succeed(command, **options):
    result = subprocess.run([str(part) for part in command], capture_output=True, text=True, **options)
    assert result.returncode == 0, f"{command}\n{result.stdout}{result.stderr}"
    return result.stdout


def one(pattern):
    found = sorted(PACKAGES.glob(pattern))
    assert len(found) == 1, f"build/packages has {len(found)} of {pattern}"
    return found[0]


def clean(**more):
    """An environment that names nothing of the tree: the machine's programs alone, and no network for pip and npm."""
    kept = {name: value for name, value in os.environ.items() if name in ("HOME", "LANG", "TMPDIR", "WASMIND_CACHE")}
    return {**kept, "PATH": "/usr/local/bin:/usr/bin:/bin", "PIP_NO_INDEX": "1", "PIP_DISABLE_PIP_VERSION_CHECK": "1",
            "npm_config_offline": "true", **more}


class Environment:
    """A virtual environment with some of the distributions of the tree's own one, as if they had been downloaded."""

    def __init__(self, folder, distributions):
        self.folder, self.python = folder, folder / "bin/python"
        subprocess.run([sys.executable, "-m", "venv", folder], check=True)
        site = pathlib.Path(succeed([self.python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"]).strip())
        own = pathlib.Path(sysconfig.get_path("purelib"))
        for name in distributions:
            for path in [p for p in own.iterdir() if p.name == name or p.name.startswith((f"{name}-", f"{name}."))]:
                (site / path.name).symlink_to(path)

    def run(self, program, *arguments, **variables):
        """Standard output of a Python program, run outside the tree."""
        return succeed([self.python, "-c", program, *arguments], cwd=self.folder, env=clean(**variables))

    def shell(self, line, cwd=None, **variables):
        env = clean(**variables)
        return succeed(["bash", "-euc", line], cwd=cwd or self.folder, env={**env, "PATH": f"{self.folder / 'bin'}:{env['PATH']}"})
