"""Files, folders and standard input."""

from __future__ import annotations

import io
import os
import socket
import sys
from pathlib import Path

import pytest

from autograder.manifests.documents import read_paths
from autograder.manifests.files import STDIN, read_sources
from autograder.manifests.limits import DEEPEST, MIB, InputError, Limits, option, size


def sources(*paths, stdin=None, **limits):
    return list(read_sources(paths, Limits(**limits), stdin))


def refused(*paths, stdin=None, **limits):
    with pytest.raises(InputError) as error:
        sources(*paths, stdin=stdin, **limits)
    return str(error.value)


@pytest.fixture
def shop(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_a_file_is_read_whatever_its_name(shop):
    (shop / "policy.txt").write_bytes(b"a: 1\r\n")
    assert sources("policy.txt") == [("policy.txt", b"a: 1\r\n")]
    assert sources(shop / "policy.txt") == [(str(shop / "policy.txt"), b"a: 1\r\n")]


def test_a_folder_means_the_manifests_below_it_in_order(shop):
    for name in ("b.yaml", "a.yml", "c.json", "notes.txt", "x.yaml.orig", "a/z.yaml", "a-b/y.yaml", "a/b/c.yaml"):
        (shop / "k8s" / name).parent.mkdir(parents=True, exist_ok=True)
        (shop / "k8s" / name).write_text(name)
    names = ["a/b/c.yaml", "a/z.yaml", "a-b/y.yaml", "a.yml", "b.yaml", "c.json"]
    assert sources("k8s") == [(str(Path("k8s", name)), name.encode()) for name in names]


def test_hidden_files_and_folders_are_left_out(shop):
    for name in (".git/x.yaml", ".ipynb_checkpoints/web-checkpoint.yaml", ".#web.yaml", "web.yaml"):
        (shop / name).parent.mkdir(exist_ok=True)
        (shop / name).write_text("a: 1")
    assert [name for name, _ in sources(".")] == ["web.yaml"]
    assert [name for name, _ in sources(".git")] == [str(Path(".git", "x.yaml"))]


def test_links_to_files_are_followed_and_links_to_folders_are_not(shop):
    (shop / "k8s" / "sub").mkdir(parents=True)
    (shop / "real").write_text("a: 1")
    (shop / "k8s" / "web.yaml").symlink_to(shop / "real")
    (shop / "k8s" / "sub" / "loop").symlink_to(shop / "k8s")
    assert sources("k8s") == [(str(Path("k8s", "web.yaml")), b"a: 1")]


@pytest.mark.parametrize("stdin", ["a: é\n", "a: é\n".encode(), io.BytesIO("a: é\n".encode()), io.StringIO("a: é\n")])
def test_standard_input_may_be_given(stdin):
    assert sources("-", stdin=stdin) == [(STDIN, "a: é\n".encode())]


def test_standard_input_is_read_once(monkeypatch):
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"a: \xff\n")))
    assert sources("-", "-") == [(STDIN, b"a: \xff\n")]


def test_there_may_be_no_standard_input(monkeypatch):
    monkeypatch.setattr(sys, "stdin", None)
    assert refused("-") == "There is no standard input to read. Name a file instead of -."


def test_a_closed_standard_input_is_an_error():
    closed = io.BytesIO()
    closed.close()
    assert refused("-", stdin=closed).startswith("<stdin> cannot be read: ")


def loop(shop):
    (shop / "loop.yaml").symlink_to("loop.yaml")
    return "loop.yaml"


def dangling(shop):
    (shop / "k8s").mkdir()
    (shop / "k8s" / "web.yaml").symlink_to("gone")
    return "k8s"


def below_a_file(shop):
    (shop / "web.yaml").write_text("a: 1")
    return "web.yaml/api.yaml"


def empty_folder(shop):
    (shop / "k8s").mkdir()
    (shop / "k8s" / "README.md").write_text("# none")
    return "k8s"


def pipe(shop):
    os.mkfifo(shop / "pipe.yaml")
    return "pipe.yaml"


def binary(shop):
    (shop / "web.yaml").write_bytes(b"\x7fELF\0\0\0")
    return "web.yaml"


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda _: "gone.yaml", "gone.yaml does not exist. Check the spelling, and the folder you are in."),
        (lambda _: "", "An empty path names nothing. Name a file, a folder, or - for standard input."),
        (lambda _: "a\0b", "a\0b cannot be read: "),
        (lambda _: "a" * 5000, f"{'a' * 5000} is too long a name for a file. Check the path."),
        (loop, "loop.yaml is a link that leads back to itself. Remove the link."),
        (dangling, "k8s/web.yaml does not exist. Check the spelling, and the folder you are in."),
        (below_a_file, "web.yaml/api.yaml does not exist: a part of the path is a file, not a folder."),
        (empty_folder, "k8s holds no manifests. Name a folder with files that end in .yaml, .yml or .json."),
        (pipe, "pipe.yaml is a pipe, not a file. Send it to standard input, and name - instead."),
        (lambda _: os.devnull, f"{os.devnull} is a device, not a file."),
        (binary, "web.yaml is not text. Name a file that holds YAML or JSON, saved as UTF-8."),
    ],
)
@pytest.mark.skipif(sys.platform == "win32", reason="pipes, links and devices of Unix")
def test_what_cannot_be_read_says_why_and_what_to_do(shop, make, message):
    assert refused(make(shop)).startswith(message)


@pytest.mark.skipif(sys.platform == "win32", reason="sockets of Unix")
@pytest.mark.usefixtures("shop")
def test_a_socket_is_no_file():
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind("s.yaml")
        assert refused("s.yaml").startswith("s.yaml is a socket, not a file.")


@pytest.mark.skipif(sys.platform == "win32" or os.geteuid() == 0, reason="root may read everything")
@pytest.mark.parametrize("kind", ["file", "folder"])
def test_what_may_not_be_read(shop, kind):
    target = shop / "web.yaml" if kind == "file" else shop / "k8s"
    target.write_text("a: 1") if kind == "file" else target.mkdir()
    target.chmod(0)
    assert refused(target).startswith(f"{target} may not be read. Make it readable")
    target.chmod(0o700)


def test_a_large_file_is_refused_by_its_size(shop):
    (shop / "web.yaml").write_bytes(b"a" * 11)
    assert sources("web.yaml", max_bytes=11)
    assert refused("web.yaml", max_bytes=10) == "web.yaml has more than 10 bytes. Split it, or raise --max-bytes."
    assert refused("-", stdin=b"a" * 11, max_bytes=10).startswith("<stdin> has more than 10 bytes.")


def test_a_name_that_is_no_text_can_be_printed(shop):
    name = b"w\xffeb.yaml"
    try:
        (shop / os.fsdecode(name)).write_text("a: 1")
    except OSError:
        pytest.skip("this file system knows no such names")
    assert sources(os.fsdecode(name)) == [("w\ufffdeb.yaml", b"a: 1")]


def test_read_paths_joins_files_and_keeps_going(shop):
    (shop / "a.yaml").write_text("a: [\n---\nb: 1\n")
    (shop / "b.json").write_text('{"c": 1}')
    documents, problems = read_paths([shop / "a.yaml", "b.json", "-"], stdin="d: 1\n---\ne: 2\n")
    assert [(document.file, document.index, document.value) for document in documents] == [
        (str(shop / "a.yaml"), 2, {"b": 1}),
        ("b.json", 1, {"c": 1}),
        (STDIN, 1, {"d": 1}),
        (STDIN, 2, {"e": 2}),
    ]
    assert [(problem.file, problem.document) for problem in problems] == [(str(shop / "a.yaml"), 1)]


@pytest.mark.parametrize(
    ("limits", "message"),
    [
        ({"max_depth": DEEPEST + 1}, f"--max-depth {DEEPEST + 1} is too deep. Give a number up to {DEEPEST}."),
        ({"max_bytes": 0}, "--max-bytes 0 reads nothing. Give a number from 1 on."),
        ({"max_documents": -1}, "--max-documents -1 reads nothing. Give a number from 1 on."),
    ],
)
def test_limits_that_are_none(limits, message):
    with pytest.raises(InputError) as error:
        Limits(**limits)
    assert str(error.value) == message


def test_options_and_sizes_are_named():
    assert option("max_alias_nodes") == "--max-alias-nodes"
    assert (size(3 * MIB), size(1000)) == ("3 MiB", "1000 bytes")
