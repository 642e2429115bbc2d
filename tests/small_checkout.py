"""A checkout with the real scripts and tiny packages: what run_daily.sh sets up, without a network and in seconds."""

import hashlib
import json
import os
import shlex
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

ROOT = Path(__file__).resolve().parent.parent
TOOLS = ("bash", "cat", "cksum", "cmp", "dirname", "env", "grep", "readlink", "wc")

# Stands in for homeintel: says how it was called.
MAIN = """
import json, os, sys, tiny
print(json.dumps({"arguments": sys.argv[1:], "prefix": sys.prefix, "folder": os.getcwd(), "tiny": tiny.version,
                  "virtual_env": os.environ["VIRTUAL_ENV"]}))
"""
PYTEST = "import sys\nversion = '9.0'\nif __name__ == '__main__':\n    print('stand-in for pytest:', sys.argv[1:])\n"
PYPROJECT = """
[project]
name = "homeintel"
version = "0.1.0"

[build-system]
requires = []
build-backend = "backend"
backend-path = ["."]
"""
# What hatchling does for `pip install --editable`: a wheel with a path file (PEP 660).
BACKEND = """
import os, zipfile
def build_editable(folder, config_settings=None, metadata_directory=None):
    info = "homeintel-0.1.0.dist-info"
    with zipfile.ZipFile(os.path.join(folder, "homeintel-0.1.0-py3-none-any.whl"), "w") as wheel:
        wheel.writestr("homeintel.pth", os.getcwd())
        wheel.writestr(f"{info}/METADATA", "Metadata-Version: 2.1\\nName: homeintel\\nVersion: 0.1.0\\n")
        wheel.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n")
        wheel.writestr(f"{info}/RECORD", "")
    return "homeintel-0.1.0-py3-none-any.whl"
"""


def real_python() -> str:
    """Return the Python this environment was made from."""
    return str(Path(getattr(sys, "_base_executable", sys.executable)).resolve())


@dataclass(frozen=True)
class Checkout:
    """`root` holds the scripts, `programs` is all that is on PATH, `env` the whole environment."""

    root: Path
    programs: Path
    env: dict[str, str]

    @classmethod
    def make(cls, folder: Path) -> Self:
        root, programs, home = folder / "a checkout", folder / "programs", folder / "home"
        wheels = folder / "wheels"  # pip takes a space in PIP_FIND_LINKS for the end of a path
        for new in (root / "homeintel", root / "requirements", root / "params", wheels, programs, home):
            new.mkdir(parents=True)
        for script in ("run_daily.sh", "run_tests.sh"):
            shutil.copy2(ROOT / script, root / script)
        for scripts in ("scripts", ".ci"):
            shutil.copytree(ROOT / scripts, root / scripts, ignore=shutil.ignore_patterns("__pycache__"))
        (root / "homeintel" / "__init__.py").touch()
        (root / "homeintel" / "__main__.py").write_text(MAIN)
        (root / "params" / "demo.yaml").touch()
        (root / "pyproject.toml").write_text(PYPROJECT)
        (root / "backend.py").write_text(BACKEND)
        for tool in TOOLS:
            (programs / tool).symlink_to(shutil.which(tool) or tool)
        (programs / "python3").symlink_to(real_python())
        made = cls(
            root,
            programs,
            {
                "HOME": str(home),
                "PATH": str(programs),
                "TMPDIR": str(home),
                "PIP_NO_INDEX": "1",
                "PIP_FIND_LINKS": str(wheels),
            },
        )
        made.add_wheel("tiny", "1.0")
        made.add_wheel("tiny", "2.0")
        made.add_wheel("pytest", "9.0", code=PYTEST)
        made.pin("run", tiny="1.0")
        made.pin("test", tiny="1.0", pytest="9.0")
        return made

    def moved_to(self, place: Path) -> "Checkout":
        self.root.rename(place)
        return Checkout(place, self.programs, self.env)

    def wheel(self, name: str, version: str) -> Path:
        return Path(self.env["PIP_FIND_LINKS"]) / f"{name}-{version}-py3-none-any.whl"

    def add_wheel(self, name: str, version: str, code: str = "") -> None:
        info = f"{name}-{version}.dist-info"
        files = {
            f"{name}.py": code or f"version = {version!r}",
            f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n",
            f"{info}/WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
            f"{info}/RECORD": "",
        }
        with zipfile.ZipFile(self.wheel(name, version), "w") as wheel:
            for path, text in files.items():
                wheel.writestr(zipfile.ZipInfo(path), text)  # a fixed date, so a fixed hash

    def pin(self, which: str, **versions: str) -> None:
        lines = [
            f"{name}=={version} --hash=sha256:{hashlib.sha256(self.wheel(name, version).read_bytes()).hexdigest()}\n"
            for name, version in versions.items()
        ]
        (self.root / "requirements" / f"{which}.txt").write_text("".join(lines))

    def add_program(self, name: str, script: str) -> None:
        (self.programs / name).unlink(missing_ok=True)
        (self.programs / name).write_text(f"#!{shutil.which('bash')}\n{script}\n")
        (self.programs / name).chmod(0o755)

    def replace_python(self, change: str, name: str = "python3") -> None:
        """Put a Python on PATH that does `change` before the code it is given with -c."""
        code = f"import sys; {change}; exec(sys.argv[1])"
        self.add_program(name, f'exec {shlex.quote(real_python())} -c {shlex.quote(code)} "$4"')

    def environment_by_hand(self, place: Path) -> Path:
        """Make what looks like an environment with homeintel in it; its python says where it is and how it was called."""
        (place / "bin").mkdir(parents=True)
        (place / "lib" / "python3.11" / "site-packages" / "homeintel-0.1.0.dist-info").mkdir(parents=True)
        code = f"import json, sys; print(json.dumps({{'by_hand': {str(place)!r}, 'arguments': sys.argv[1:]}}))"
        (place / "bin" / "python").write_text(
            f'#!{shutil.which("bash")}\nexec {shlex.quote(real_python())} -c {shlex.quote(code)} "$@"\n'
        )
        (place / "bin" / "python").chmod(0o755)
        return place

    def begin(self, script: str, *, start_new_session: bool = False) -> subprocess.Popen[str]:
        return subprocess.Popen(
            ["bash", self.root / script],
            env=self.env,
            start_new_session=start_new_session,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def start(
        self, script: str, *arguments: str, cwd: Path | None = None, variables: Mapping[str, str] | None = None
    ) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [shutil.which("bash") or "bash", str(self.root / script), *arguments],
            env={**self.env, **(variables or {})},
            cwd=cwd or os.sep,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )

    def answer(
        self, script: str, *arguments: str, cwd: Path | None = None, variables: Mapping[str, str] | None = None
    ) -> dict[str, Any]:
        """Start a script that is set up and return what was called; it must have said nothing else."""
        result = self.start(script, *arguments, cwd=cwd, variables=variables)
        assert (result.returncode, result.stderr) == (0, ""), result.stderr
        answer: dict[str, Any] = json.loads(result.stdout)
        return answer
