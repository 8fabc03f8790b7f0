"""``autograder start``: what a learner is told, what JupyterLab is told, and that the desk really opens."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import urllib.request
from importlib.util import find_spec
from pathlib import Path

import pytest

from autograder import cli
from autograder.cli import start
from autograder.course import read_course
from autograder.desk import Changes, Conflict

ROOT = Path(__file__).parents[2]


@pytest.fixture
def course(tmp_path):
    """A course with one lesson and a first page."""
    root = tmp_path / "shop"
    (root / "course").mkdir(parents=True)
    (root / "course.yaml").write_text('title: Shop\nversion: "1"\nstart: course/READ ME.md\n', encoding="utf-8")
    (root / "course" / "READ ME.md").write_text("# Welcome\n", encoding="utf-8")
    (root / "course" / "01.ipynb").write_text('{"cells": []}', encoding="utf-8")
    return read_course(root)


@pytest.mark.usefixtures("course")
def test_laying_out_a_desk_says_what_it_does(tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    words = ["start", "--course", "shop", "--desk-only"]
    assert cli.main(words) == 0
    assert capsys.readouterr() == (
        (
            f"Laying out your desk in {Path('shop/work')}{os.sep} …\n"
            "2 files are new: course/01.ipynb, course/READ ME.md\n"
            f"To begin in a terminal: cd {Path('shop/work')}{os.sep}, then autograder watch\n"
        ),
        "",
    )
    assert cli.main(words) == 0
    assert "\nIt is up to date.\nTo begin in a terminal: " in capsys.readouterr().out


def test_the_desk_of_a_course_lies_beside_it_wherever_one_stands(course, monkeypatch):
    (course.root / "course" / "deep").mkdir()
    monkeypatch.chdir(course.root / "course" / "deep")
    assert cli.main(["start", "--desk-only"]) == 0
    assert (course.root / "work" / "course" / "01.ipynb").is_file()


def test_a_desk_may_lie_anywhere(course, tmp_path):
    desk = tmp_path / "my desk"
    assert cli.main(["start", "--course", str(course.root), "--desk", str(desk), "--desk-only"]) == 0
    assert (desk / "course" / "01.ipynb").is_file()


def test_a_folder_that_is_no_course_is_told(tmp_path, capsys):
    assert cli.main(["start", "--course", str(tmp_path), "--desk-only"]) == 2
    assert "is not a course: it has no course.yaml" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("changes", "lines"),
    [
        pytest.param(Changes((), (), (), (), forgot=False), [], id="nothing"),
        pytest.param(
            Changes(("a", "b", "c", "d", "e"), ("f",), ("g", "h"), (), forgot=False),
            ["5 files are new: a, b, c and 2 more", "1 file is newer: f", "2 files have left the course: g, h"],
            id="many are counted, three are named",
        ),
        pytest.param(
            Changes((), (), (), (Conflict("a.yaml", "a.new.yaml"),), forgot=False),
            ["You changed a.yaml, and the course has a new one. Yours stays. The new one is a.new.yaml."],
            id="a conflict names both files",
        ),
        pytest.param(
            Changes((), (), (), (), forgot=True),
            ["The memory of the desk was damaged. Every file that differs from the course counts as yours."],
            id="a damaged memory",
        ),
    ],
)
def test_what_changed_is_told_in_sentences(changes, lines):
    assert start.describe(changes) == lines


@pytest.mark.parametrize(
    ("platform", "environment", "screen"),
    [
        pytest.param("linux", {}, False, id="a bare Linux has none"),
        pytest.param("linux", {"DISPLAY": ":0"}, True, id="Linux with X has one"),
        pytest.param("linux", {"DISPLAY": ""}, False, id="an empty DISPLAY is none"),
        pytest.param("linux", {"WAYLAND_DISPLAY": "wayland-0"}, True, id="Linux with Wayland has one"),
        pytest.param("linux", {"WSL_DISTRO_NAME": "Ubuntu"}, True, id="Linux under Windows has one"),
        pytest.param("linux", {"BROWSER": "/usr/bin/firefox"}, True, id="BROWSER says how"),
        pytest.param("darwin", {}, True, id="a Mac has one"),
        pytest.param("darwin", {"SSH_CONNECTION": "192.0.2.1 22"}, False, id="a Mac through SSH has none"),
        pytest.param("win32", {}, True, id="Windows has one"),
    ],
)
def test_has_screen(platform, environment, screen):
    assert start.has_screen(environment, platform) is screen


@pytest.mark.parametrize("port", ["0", "65536", "-1", "web", "", "8e3", "٣"], ids=repr)
def test_a_port_that_is_none_is_bad_usage(capsys, port):
    assert cli.main(["start", f"--port={port}"]) == 2
    assert "ports go from 1 to 65535" in capsys.readouterr().err


def test_a_new_learner_sees_the_first_page(course, tmp_path):
    arguments = start.server_arguments(course, tmp_path / "work", None, browser=False)
    assert "--LabApp.default_url=/lab/tree/course/READ%20ME.md" in arguments
    assert "--ServerApp.open_browser=False" in arguments
    assert not any("port" in argument for argument in arguments)


def test_a_learner_who_comes_back_sees_what_was_open_last(course, tmp_path):
    (tmp_path / "work" / ".jupyter" / "workspaces").mkdir(parents=True)
    (tmp_path / "work" / ".jupyter" / "workspaces" / "default.jupyterlab-workspace").touch()
    arguments = start.server_arguments(course, tmp_path / "work", 9000, browser=True)
    assert "--LabApp.default_url=/lab" in arguments
    assert arguments[-3:] >= ["--ServerApp.port=9000", "--ServerApp.port_retries=0"]
    assert {"--ServerApp.port=9000", "--ServerApp.port_retries=0"} <= set(arguments)


@pytest.mark.parametrize(("user", "allowed"), [(0, True), (1000, False)], ids=["root", "a person"])
def test_jupyter_is_told_only_where_root_is_meant(course, tmp_path, monkeypatch, user, allowed):
    monkeypatch.setattr(os, "geteuid", lambda: user, raising=False)
    arguments = start.server_arguments(course, tmp_path, None, browser=False)
    assert ("--ServerApp.allow_root=True" in arguments) is allowed


def test_without_jupyterlab_the_remedy_is_told(course, capsys, monkeypatch):
    monkeypatch.setitem(sys.modules, "jupyterlab", None)
    monkeypatch.setitem(sys.modules, "jupyterlab.labapp", None)
    assert cli.main(["start", "--course", str(course.root), "--no-browser"]) == 2
    assert 'pip install "pod-guardrails[notebook]"' in capsys.readouterr().err


def serving(course, *words, **more):
    """`autograder start` as a process, its output a pipe."""
    return subprocess.Popen(
        [sys.executable, "-m", "autograder", "start", "--course", str(course.root), "--no-browser", *words],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, encoding="utf-8",
        cwd=ROOT, env={**os.environ, "JUPYTER_CONFIG_DIR": str(course.root / "home"),
                       "JUPYTER_DATA_DIR": str(course.root / "home"), "JUPYTER_RUNTIME_DIR": str(course.root / "home")},
        **more,
    )  # fmt: skip


def ask(address: str) -> str:
    with urllib.request.urlopen(address, timeout=60) as answer:  # noqa: S310 - our own server
        return answer.read().decode()


@pytest.mark.slow
@pytest.mark.skipif(find_spec("jupyterlab") is None, reason="JupyterLab is not installed")
def test_the_desk_opens(course):
    with serving(course) as process:
        try:
            said = ""
            while "To stop" not in said:
                line = process.stdout.readline()
                assert line, said
                said += line
            address = re.search(r"http://127\.0\.0\.1:\d+/\S+", said).group()
            base, path, token = re.fullmatch(r"(http://[^/]+)(/\S+)\?token=(\w+)", address).groups()
            assert path == "/lab/tree/course/READ%20ME.md"
            page = ask(address)
            settings = ask(f"{base}/lab/api/settings/@jupyterlab/apputils-extension:notification?token={token}")
            files = json.loads(ask(f"{base}/api/contents/?token={token}"))["content"]

            # A second learner's program does not take the port from under the first one.
            port = base.rsplit(":", 1)[1]
            with serving(course, "--port", port) as other:
                refused = other.communicate(timeout=120)[0]
        finally:
            process.terminate()
        rest = process.communicate(timeout=60)[0]
    assert '"disabledExtensions": ["@jupyter/nbgrader"]' in page
    assert json.loads(settings)["schema"]["properties"]["fetchNews"]["default"] == "false"
    assert [file["name"] for file in files] == ["course"], "a learner sees the course and nothing of the machinery"
    assert other.returncode == 2
    assert f"Is port {port} in use? Choose another with --port." in refused
    assert process.returncode == 0
    assert "Stopped." in rest
    assert "Traceback" not in said + rest + refused
    assert not re.search(r"\[[IWE] ", said), "Jupyter's own log does not bury the address"
