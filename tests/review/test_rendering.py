"""Kustomizations and charts: rendered by the tools that are there, and told how to when they are not."""

from __future__ import annotations

import os
import stat
import sys
from pathlib import Path

import pytest

from autograder.manifests.limits import FILES, InputError, Limits
from autograder.review.rendering import sources

pytestmark = pytest.mark.skipif(os.name == "nt", reason="the tools of these tests are shell scripts")

POD = "{apiVersion: v1, kind: Pod, metadata: {name: web}, spec: {containers: [{name: web, image: web}]}}"


@pytest.fixture
def tools(tmp_path, monkeypatch):
    """A function that puts a program on an otherwise empty PATH; without one there is none."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))

    def put(name, script):
        path = folder / name
        path.write_text(f"#!{sys.executable}\nimport sys, time\n{script}\n", encoding="utf-8")
        path.chmod(path.stat().st_mode | stat.S_IXUSR)

    return put


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    def make(name, *files):
        (tmp_path / name).mkdir()
        for file in files:
            (tmp_path / name / file).write_text(POD, encoding="utf-8")
        return name

    return make


ECHO = "print('# ' + ' '.join(sys.argv[1:]))"


@pytest.mark.parametrize(
    ("mark", "tool", "words"),
    [
        ("kustomization.yaml", "kubectl", "kustomize prod"),
        ("kustomization.yml", "kubectl", "kustomize prod"),
        ("Kustomization", "kustomize", "build prod"),
        ("Chart.yaml", "helm", "template prod --namespace shop"),
    ],
)
def test_a_folder_is_rendered_by_its_tool(folder, tools, mark, tool, words):
    tools(tool, ECHO)
    rendered = []
    [(name, content)] = sources([folder("prod", mark)], FILES, rendered, namespace="shop")
    assert content == f"# {words}\n".encode()
    assert name == rendered[0].name == f"<{tool} {words.split()[0]} prod>"
    assert rendered[0].path == str(Path("prod", mark))


@pytest.mark.usefixtures("tools")
def test_a_folder_without_a_mark_is_read_as_it_stands(folder):
    rendered = []
    assert [name for name, _ in sources([folder("prod", "web.yaml")], FILES, rendered)] == [
        str(Path("prod", "web.yaml"))
    ]
    assert rendered == []


@pytest.mark.parametrize(
    ("mark", "by_hand"),
    [
        ("kustomization.yaml", "kubectl kustomize prod | autograder review -"),
        ("Chart.yaml", "helm template prod | autograder review -"),
    ],
)
@pytest.mark.usefixtures("tools")
def test_a_missing_tool_is_told_with_the_way_around(folder, mark, by_hand):
    with pytest.raises(InputError, match="is not installed") as error:
        list(sources([folder("prod", mark)], FILES, []))
    assert by_hand in str(error.value)
    assert "--no-render" in str(error.value)


def test_a_tool_that_fails_is_told_in_its_own_words(folder, tools):
    tools("helm", "sys.exit('no such value: .Values.port')")
    with pytest.raises(InputError, match=r"helm template prod failed: no such value: \.Values\.port"):
        list(sources([folder("prod", "Chart.yaml")], FILES, []))


def test_a_tool_that_does_not_end_is_given_up(folder, tools):
    tools("helm", "time.sleep(60)")
    with pytest.raises(InputError, match=r"took more than 0\.2 seconds"):
        list(sources([folder("prod", "Chart.yaml")], FILES, [], patience=0.2))


def test_a_tool_that_prints_too_much_is_refused(folder, tools):
    tools("helm", "print('#' * 5000)")
    with pytest.raises(InputError, match="printed more than 4096 bytes"):
        list(sources([folder("prod", "Chart.yaml")], Limits(max_bytes=4096), []))


def test_a_name_is_never_an_option_and_never_a_command(folder, tools):
    tools("helm", ECHO)
    for name, shown in (("--post-renderer=x", "./--post-renderer=x"), ("a; touch pwned", "a; touch pwned")):
        [(_, content)] = sources([folder(name, "Chart.yaml")], FILES, [])
        assert content == f"# template {shown}\n".encode()
    assert not Path("pwned").exists()
