"""The files that people meet first agree with one another and with what is there."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tomllib
import zipfile
from importlib.util import find_spec
from pathlib import Path

import pytest
import yaml
from packaging.markers import Marker
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

from autograder import __version__, cli
from autograder.course import read_course

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
EXTRAS = PROJECT["optional-dependencies"]
PAGES = ("README.md", "CONTRIBUTING.md", "CHANGELOG.md", "course/README.md")
POSIX = pytest.mark.skipif(sys.platform == "win32", reason="a shell is needed")


def requirements(*extras: str) -> dict[str, Requirement]:
    """What the core and some extras require."""
    lines = [*PROJECT["dependencies"], *(line for extra in extras for line in EXTRAS[extra])]
    return {canonicalize_name(found.name): found for found in map(Requirement, lines)}


def test_the_core_needs_pyyaml_alone():
    assert list(requirements()) == ["pyyaml"]


def test_the_version_is_the_same_everywhere():
    assert read_course(ROOT).version == __version__
    assert f"## [{__version__}]" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8") or "## [Unreleased]" in (
        ROOT / "CHANGELOG.md"
    ).read_text(encoding="utf-8")


def test_the_license_is_apache():
    text = (ROOT / "LICENSE").read_text(encoding="utf-8")
    assert PROJECT["license"] == "Apache-2.0"
    assert "Apache License\n                           Version 2.0, January 2004" in text
    assert "END OF TERMS AND CONDITIONS" in text


# Conda.


def conda() -> dict[str, Requirement]:
    """What environment.yml names, under PyPI's names."""
    names = {"python-kubernetes": "kubernetes"}
    found = {}
    for line in yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))["dependencies"]:
        if isinstance(line, str) and line != "pip":
            name, _, versions = line.partition(" ")
            found[names.get(name, name)] = Requirement(names.get(name, name) + versions)
    return found


def test_conda_installs_what_pip_installs():
    expected = requirements("notebook", "terminal", "classroom", "cluster")
    assert conda().keys() - {"python"} == expected.keys()
    for name, requirement in expected.items():
        assert conda()[name].specifier == requirement.specifier, name


def test_conda_takes_a_python_that_is_tested():
    wanted = conda()["python"].specifier
    assert [version for version in ("3.10", "3.11", "3.12", "3.13", "3.14") if f"{version}.1" in wanted] == [
        label.rsplit(" ", 1)[1] for label in PROJECT["classifiers"] if re.search(r":: 3\.\d+$", label)
    ]


def test_conda_installs_the_repository_itself():
    lines = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))["dependencies"]
    assert lines[-1] == {"pip": ["-e ."]}


# Tested versions.


def constraints() -> list[tuple[str, Version, Marker | None]]:
    """The lines of constraints.txt."""
    found = []
    for line in (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            requirement = Requirement(line)
            (specifier,) = requirement.specifier
            assert specifier.operator == "==", line
            assert requirement.url is None, line
            found.append((canonicalize_name(requirement.name), Version(specifier.version), requirement.marker))
    return found


@pytest.mark.parametrize("python", ["3.11.2", "3.11.9", "3.12.0", "3.13.7"])
def test_every_requirement_has_one_tested_version_within_its_range(python):
    chosen: dict[str, Version] = {}
    for name, version, marker in constraints():
        if marker is None or marker.evaluate({"python_full_version": python}):
            assert name not in chosen, f"{name} has two versions on Python {python}"
            chosen[name] = version
    for name, requirement in requirements(*EXTRAS).items():
        assert chosen[name] in requirement.specifier, name


def test_constraints_name_no_address():
    assert "://" not in (ROOT / "constraints.txt").read_text(encoding="utf-8")


# What the pages say.


def targets() -> set[str]:
    """The words that make knows here."""
    text = (ROOT / "Makefile").read_text(encoding="utf-8")
    known = set(re.findall(r"^([a-z]+):", text, re.MULTILINE))
    absent = {"build": "tools/build.py", "bench": "benchmarks/__main__.py"}
    return known - {word for word, file in absent.items() if not (ROOT / file).exists()}


@pytest.mark.parametrize("page", PAGES)
def test_a_page_names_only_words_that_make_knows(page):
    text = (ROOT / page).read_text(encoding="utf-8")
    assert set(re.findall(r"(?:`|^ *|\$ )make ([a-z-]+)", text, re.MULTILINE)) <= targets()


@pytest.mark.parametrize("page", PAGES)
def test_a_page_names_only_commands_that_exist(page):
    text = (ROOT / page).read_text(encoding="utf-8")
    named = set(re.findall(r"(?:`|^ *|\$ |\\)autograder ([a-z]+)", text, re.MULTILINE))
    assert named <= cli.COMMANDS.keys()


@pytest.mark.parametrize("page", PAGES)
def test_a_page_links_only_to_what_is_there(page):
    path = ROOT / page
    for link in re.findall(r"\]\(([^)#]+)[^)]*\)", path.read_text(encoding="utf-8")):
        assert re.match(r"https?:", link) or (path.parent / link).exists(), link


def test_the_readme_opens_with_two_commands():
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert text.index("make start") < text.index("make test") < text.index("\n## ")


def test_without_make_three_commands_do():
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    (block,) = re.findall(r"```powershell\n(.*?)```", text, re.DOTALL)
    assert len(block.strip().splitlines()) <= 3
    assert "-c constraints.txt" in block
    assert "autograder start" in block


# The shell's part.


@POSIX
def test_make_alone_lists_its_words():
    answer = subprocess.run(["make"], capture_output=True, text=True, cwd=ROOT, check=True)
    listed = re.findall(r"^make ([a-z]+) ", answer.stdout, re.MULTILINE)
    assert set(listed) == targets() - {"help"}


@POSIX
def test_the_check_of_everything_is_valid_shell():
    assert os.access(ROOT / ".ci" / "run", os.X_OK)
    subprocess.run(["bash", "-n", str(ROOT / ".ci" / "run")], check=True)


def fake_python(folder: Path, name: str, version: str, *, works: bool = True) -> None:
    """An interpreter that answers as the script asks it."""
    status = 0 if works and tuple(map(int, version.split(".")))[:2] >= (3, 11) else 1
    folder.mkdir(exist_ok=True)
    file = folder / name
    file.write_text(
        f'#!/bin/sh\n[ "$1" = --version ] && echo "Python {version}" && exit 0\nexit {status}\n', encoding="utf-8"
    )
    file.chmod(0o755)


@POSIX
@pytest.mark.parametrize(
    ("pythons", "words", "chosen"),
    [
        pytest.param({"python3.11": "3.11.9", "python3.13": "3.13.1"}, [], "python3.13", id="the newest"),
        pytest.param({"python3": "3.14.0", "python3.11": "3.11.9"}, [], "python3.11", id="a tested one before others"),
        pytest.param({"python3": "3.14.0"}, [], "python3", id="a newer one where there is no other"),
        pytest.param({"python": "3.12.0"}, [], "python", id="one without a number in its name"),
        pytest.param({"python3.13": "3.13.1", "mine": "3.11.0"}, ["mine"], "mine", id="the one that was asked for"),
        pytest.param({"python3": "3.9.2"}, [], "found: Python 3.9.2.", id="too old"),
        pytest.param({"python3": "3.9.2", "python": "2.7.18"}, [], "found: Python 3.9.2, Python 2.7.18.", id="two old"),
        pytest.param({}, [], "found: no Python at all.", id="none"),
    ],
)
def test_which_python_is_chosen(tmp_path, pythons, words, chosen):
    for name, version in pythons.items():
        fake_python(tmp_path / "bin", name, version)
    answer = subprocess.run(
        ["/bin/sh", str(ROOT / "tools" / "newest-python"), *words],
        capture_output=True, text=True, check=False, env={"PATH": str(tmp_path / "bin")},
    )  # fmt: skip
    if chosen in pythons:
        assert (answer.returncode, answer.stdout, answer.stderr) == (0, f"{chosen}\n", "")
    else:
        assert (answer.returncode, answer.stdout) == (1, "")
        assert answer.stderr.startswith("Pod Guardrails needs Python 3.11 or newer with its venv module")
        assert answer.stderr.endswith(f"; {chosen}\n")
        assert answer.stderr.count("\n") == 1, "one sentence"


@POSIX
def test_a_python_that_does_not_run_is_passed_over(tmp_path):
    fake_python(tmp_path / "bin", "python3.13", "3.13.1", works=False)
    fake_python(tmp_path / "bin", "python3.11", "3.11.9")
    answer = subprocess.run(
        ["/bin/sh", str(ROOT / "tools" / "newest-python")],
        capture_output=True, text=True, check=True, env={"PATH": str(tmp_path / "bin")},
    )  # fmt: skip
    assert answer.stdout == "python3.11\n"


# The wheel.


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """The package as it is installed, unpacked."""
    if find_spec("hatchling") is None:
        pytest.skip("hatchling is not installed")
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(build, check=True, capture_output=True, cwd=ROOT)
    (file,) = folder.glob("*.whl")
    with zipfile.ZipFile(file) as archive:
        archive.extractall(folder / "site")
    return folder / "site"


def test_the_wheel_holds_the_course(wheel):
    inside = {path.relative_to(wheel).as_posix() for path in wheel.rglob("*") if path.is_file()}
    assert "autograder/_course/course.yaml" in inside
    tracked = subprocess.run(
        ["git", "ls-files", "course", "exercises", "solutions"], capture_output=True, text=True, check=False, cwd=ROOT
    )
    for name in tracked.stdout.splitlines():
        hidden = any(part.startswith(".") for part in Path(name).parts)
        assert (f"autograder/_course/{name}" in inside) is not hidden, name


def test_the_wheel_holds_no_tests_and_no_tools(wheel):
    top = {path.name for path in wheel.iterdir()}
    assert top == {"autograder", f"pod_guardrails-{__version__}.dist-info"}


def test_an_installed_package_finds_its_own_course(wheel, tmp_path):
    answer = subprocess.run(
        [sys.executable, "-m", "autograder", "start", "--desk-only"],
        capture_output=True, text=True, encoding="utf-8", check=False, cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(wheel)},
    )  # fmt: skip
    assert answer.returncode == 0, answer.stderr
    assert (tmp_path / "work" / "course" / "README.md").read_bytes() == (ROOT / "course" / "README.md").read_bytes()
