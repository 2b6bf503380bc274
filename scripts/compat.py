"""Run the tests that depend on ansible-core under each of its versions that this machine can run.

    scripts/compat.py [VERSION ...]

Each version gets a virtual environment in build/compat, except the one in .venv, which is left out:
`make test` runs everything with it. Pythons are looked for in PATH and in pyenv.
"""

import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
HOME = ROOT / "build" / "compat"
# ansible-core version: the Pythons it runs on, and whether it may be skipped without them
VERSIONS = {
    "2.18": (("3.11", "3.12", "3.13"), False),
    "2.19": (("3.11", "3.12", "3.13"), False),
    "2.20": (("3.12", "3.13", "3.14"), True),
    "2.21": (("3.12", "3.13", "3.14"), True),
}
TESTS = (
    "tests/unit/test_api.py",
    "tests/unit/test_broker.py",
    "tests/unit/test_pem.py",
    "tests/functional/test_connections.py",
    "tests/functional/test_in_controller.py",
    "tests/functional/test_calls.py",
    "tests/functional/test_stack.py::test_a_time_limit_ends_the_task_though_its_threads_are_waiting",
    "tests/functional/test_export.py::test_an_export_becomes_a_playbook_that_changes_nothing",
    "tests/functional/test_export.py::test_an_export_carries_out_nothing_that_the_api_says",
)
NEEDED = ("ansible-runner", "pytest", "pytest-xdist")
"""The packages in requirements-dev.txt that the tests need."""


def is_python(path: Path, version: str) -> bool:
    """True if the program is a Python of this version that can make virtual environments."""
    look = "import ensurepip, sys, venv; print('%d.%d' % sys.version_info[:2])"
    try:
        answer = subprocess.run([path, "-c", look], capture_output=True, text=True, timeout=60)
    except OSError:
        return False
    return answer.stdout.strip() == version


def find_python(versions: tuple[str, ...]) -> Path | None:
    """A Python of one of these versions, in PATH or in pyenv."""
    places = os.environ["PATH"].split(os.pathsep)
    outside = os.pathsep.join(place for place in places if ROOT not in Path(place).parents)
    pyenv = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv") / "versions"
    for version in versions:
        found = [
            shutil.which(f"python{version}", path=outside),
            *sorted(pyenv.glob(f"{version}*/bin/python")),
        ]
        for path in map(Path, filter(None, found)):
            if is_python(path, version):
                return path
    return None


def version_in(python: Path) -> str:
    """The version of ansible-core that a Python has, major and minor."""
    look = "from ansible.release import __version__; print(__version__)"
    answer = subprocess.run([python, "-c", look], capture_output=True, text=True, timeout=60)
    return ".".join(answer.stdout.split(".")[:2])


def required(version: str) -> list[str]:
    """The collection's requirements; for the oldest ansible-core, their oldest versions, too."""
    lines = (ROOT / "requirements.txt").read_text().splitlines()
    wanted = [line for line in lines if line and not line.startswith("#")]
    return [one.replace(">=", "==") for one in wanted] if version == min(VERSIONS) else wanted


def environment_of(version: str, python: Path) -> Path:
    """Make a virtual environment with this ansible-core for the tests; return its Python."""
    wanted = (ROOT / "requirements-dev.txt").read_text()
    pins = [re.search(rf"^{name}~.*$", wanted, re.M)[0] for name in NEEDED]
    packages = [f"ansible-core~={version}.0", *pins, *required(version)]
    content = "\n".join([str(python), *packages])
    folder = HOME / version
    made_of = folder / "made-of.txt"
    if not made_of.is_file() or made_of.read_text() != content:
        subprocess.run([python, "-m", "venv", "--clear", folder], check=True)
        install = [folder / "bin" / "python", "-m", "pip", "install", "-qq", "--no-input"]
        subprocess.run([*install, "--disable-pip-version-check", *packages], check=True)
        made_of.write_text(content)
    return folder / "bin" / "python"


def outcome_of(version: str) -> tuple[bool, str]:
    """Test with a version; return whether the outcome is acceptable, and a report of it."""
    pythons, optional = VERSIONS[version]
    if version == version_in(ROOT / ".venv" / "bin" / "python"):
        return True, "is in .venv: make test runs everything with it"
    python = find_python(pythons)
    if python is None:
        return optional, f"not possible here: no Python {', '.join(pythons[:-1])} or {pythons[-1]}"
    began = time.monotonic()
    print(f"\n== ansible-core {version} with {python}", flush=True)
    tests = [environment_of(version, python), "-m", "pytest", "-q", "--durations=3", *TESTS]
    passed = subprocess.run(tests, cwd=ROOT).returncode == 0
    what = "passed" if passed else "FAILED"
    return passed, f"{what} with {python} in {time.monotonic() - began:.0f} s"


def main() -> int:
    versions = sys.argv[1:] or list(VERSIONS)
    outcomes = {version: outcome_of(version) for version in versions}
    print()
    for version, (_good, text) in outcomes.items():
        print(f"ansible-core {version}: {text}")
    return not all(good for good, _text in outcomes.values())


if __name__ == "__main__":
    sys.exit(main())
