"""Makes constraints.txt: the exact versions that the tests passed with, out of a real installation on every Python.

``python -m tools.constraints PYTHON… > constraints.txt``, with an old and a new patch release of 3.11 among them
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

EXTRAS = ".[notebook,terminal,classroom,cluster,test]"
HEADER = """\
# Tested versions of everything that the extras of pyproject.toml bring in, on Python {pythons}.
# Made by `python -m tools.constraints` out of real installations. Used as: pip install --constraint constraints.txt …
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Install everything on each Python and print what was installed."""
    parser = argparse.ArgumentParser(prog="python -m tools.constraints", description=__doc__)
    parser.add_argument("pythons", nargs="+", metavar="PYTHON", help="an interpreter to install on")
    installed = dict(map(installation, parser.parse_args(arguments).pythons))
    print(HEADER.format(pythons=", ".join(sorted(installed, key=_number))), *merge(installed), sep="\n")
    return 0


def installation(python: str) -> tuple[str, dict[str, str]]:
    """Return the full version of a Python (``3.12.1``) and what it installs: name → version."""
    with tempfile.TemporaryDirectory() as folder:
        print(f"installing on {python} …", file=sys.stderr)
        subprocess.run([python, "-m", "venv", folder], check=True)
        inside = next(path for path in Path(folder).glob("*/python*") if path.stem == "python")
        pip = [str(inside), "-m", "pip", "--disable-pip-version-check"]
        subprocess.run([*pip, "install", "--quiet", "--editable", EXTRAS], check=True)
        version = subprocess.run(
            [str(inside), "-c", "import sys; print('%d.%d.%d' % sys.version_info[:3])"],
            check=True,
            capture_output=True,
            text=True,
        ).stdout.strip()
        frozen = subprocess.run(
            [*pip, "freeze", "--exclude-editable"], check=True, capture_output=True, text=True
        ).stdout
    return version, dict(line.split("==") for line in frozen.splitlines())


def merge(installed: Mapping[str, Mapping[str, str]]) -> list[str]:
    """Return one line for each package and version.

    Where the Pythons differ, each version holds from its first Python to the next one's, the newest for all to come.
    The full version of Python counts: a package may ask for a patch release.

    >>> merge({"3.11.2": {"six": "1.16"}, "3.11.7": {"six": "1.17"}, "3.12.1": {"idna": "3.2", "six": "1.17"}})
    ['idna==3.2', 'six==1.16 ; python_full_version < "3.11.7"', 'six==1.17 ; python_full_version >= "3.11.7"']
    """
    lines = []
    for name in sorted({name for packages in installed.values() for name in packages}, key=str.lower):
        runs: list[tuple[str, str]] = []  # a version of the package, and the first Python that took it
        for python in sorted(installed, key=_number):
            version = installed[python].get(name)
            if version is not None and (not runs or runs[-1][0] != version):
                runs.append((version, python))
        for index, (version, first) in enumerate(runs):
            bounds = [f'python_full_version >= "{first}"'] if index else []
            bounds += [f'python_full_version < "{runs[index + 1][1]}"'] if index + 1 < len(runs) else []
            lines.append(f"{name}=={version}" + (f" ; {' and '.join(bounds)}" if bounds else ""))
    return lines


def _number(python: str) -> tuple[int, ...]:
    """``3.12.1`` as numbers, so that 3.9 comes before 3.10."""
    return tuple(map(int, python.split(".")))


if __name__ == "__main__":
    sys.exit(main())
