"""The scripts for shells complete what there is, in the shells themselves where they are installed."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from autograder import cli

from .running import run

FIXTURE = Path(__file__).parents[1] / "exercises" / "fixtures" / "course"
SHELLS = ("bash", "zsh", "fish")


def needs(shell: str) -> pytest.MarkDecorator:
    return pytest.mark.skipif(shutil.which(shell) is None, reason=f"{shell} is not installed")


@pytest.mark.parametrize("shell", SHELLS)
def test_every_command_and_its_options_are_in_the_script(shell):
    script = run("completion", shell).out
    for command in cli.COMMANDS:
        assert command in script
    for option in ("--semantics", "--anyway", "--certificate", "--gradebook"):
        assert option.lstrip("-") in script


def test_the_names_are_those_of_the_course_around(monkeypatch, tmp_path):
    monkeypatch.chdir(FIXTURE)
    names = run("completion", "exercises").out.split()
    assert "only-api" in names
    assert names == sorted(names)
    (tmp_path / "course.yaml").write_text("title: [", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    broken = run("completion", "exercises")
    assert (broken.status, broken.out, broken.err) == (0, "", ""), "a shell must never show an error while it completes"


@pytest.fixture
def program(tmp_path):
    """A folder with an `autograder` on it, and the environment that finds it."""
    path = tmp_path / "autograder"
    path.write_text(f'#!/bin/sh\nexec {sys.executable} -m autograder "$@"\n', encoding="utf-8")
    path.chmod(0o755)
    root = Path(cli.__file__).parents[2]
    return {**os.environ, "PATH": f"{tmp_path}{os.pathsep}{os.environ['PATH']}", "PYTHONPATH": str(root)}


def completed(shell: str, script: str, environ: dict[str, str]) -> list[str]:
    words = {"bash": ["--norc", "--noprofile"], "zsh": ["-f"], "fish": ["--no-config"]}[shell]
    done = subprocess.run(
        [shell, *words, "-c", script],
        cwd=FIXTURE, env=environ, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout.split()


def in_bash(*words: str) -> str:
    return (
        f"eval \"$(autograder completion bash)\"\nCOMP_WORDS=({' '.join(words)} ''); COMP_CWORD={len(words)}\n"
        if words[-1] == "autograder" or not words[-1].startswith("-")
        else f'eval "$(autograder completion bash)"\nCOMP_WORDS=({" ".join(words)}); COMP_CWORD={len(words) - 1}\n'
    ) + '_autograder autograder; printf "%s\\n" "${COMPREPLY[@]}"'


@needs("bash")
@pytest.mark.parametrize(
    ("words", "offered", "not_offered"),
    [
        pytest.param(["autograder"], {"watch", "check", "reach"}, {"only-api"}, id="commands first"),
        pytest.param(["autograder", "check"], {"only-api", "--answer"}, {"watch"}, id="then exercises and options"),
        pytest.param(["autograder", "solution", "--an"], {"--anyway"}, {"only-api"}, id="a part of an option"),
        pytest.param(["autograder", "reach"], {"--semantics"}, {"only-api"}, id="no exercises where none are meant"),
    ],
)
def test_bash_completes(program, words, offered, not_offered):
    found = set(completed("bash", in_bash(*words), program))
    assert offered <= found
    assert not found & not_offered


@needs("fish")
@pytest.mark.parametrize(
    ("line", "offered"),
    [
        ("autograder wat", {"watch"}),
        ("autograder check only", {"only-api"}),
        ("autograder solution --any", {"--anyway"}),
        ("pod-guardrails stand", {"standards"}),
    ],
)
def test_fish_completes(program, line, offered):
    script = f"autograder completion fish | source; complete --do-complete '{line}'"
    assert offered <= set(completed("fish", script, program))


@needs("zsh")
def test_zsh_takes_the_script_and_knows_the_program(program):
    script = 'eval "$(autograder completion zsh)"; print ${_comps[autograder]} ${_comps[pod-guardrails]}'
    assert completed("zsh", script, program) == ["_autograder", "_autograder"]
