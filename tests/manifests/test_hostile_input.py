"""Texts made to hurt: each is answered with documents or problems, without a crash and without an end of patience.

They are read in a process of their own, since some of them kill other readers of YAML.
"""

from __future__ import annotations

import multiprocessing

import pytest

from autograder.manifests import python_yaml, syntax
from autograder.manifests.documents import InputError, Limits, read_text

PATIENCE = 300
"""Seconds. Everything here takes a few at most; a busy machine may need more."""
MIB = 1 << 20


def serve(connection, without_libyaml):
    """Read what comes, and answer with the number of documents and the problems."""
    if without_libyaml:
        syntax._events = python_yaml.events
    while True:
        text, limits = connection.recv()
        try:
            documents, problems = read_text(text, "web.yaml", Limits(**limits))
        except InputError as error:
            connection.send((0, [str(error)]))
            continue
        for document in documents[:3]:
            document.locate(("spec", "ports", 0), key=True)
            assert bool(document.duplicates) == document.has_duplicates
        for problem in problems:
            assert problem.position.line >= 1
            assert problem.position.column >= 1
        connection.send((len(documents), [problem.detail for problem in problems[:2]]))


class Reader:
    """Reads texts elsewhere, and notices when that place falls silent."""

    def __init__(self, *, without_libyaml):
        self.without_libyaml = without_libyaml
        self.process = None

    def __call__(self, text, **limits):
        if self.process is None or not self.process.is_alive():
            context = multiprocessing.get_context("spawn")
            self.connection, other = context.Pipe()
            self.process = context.Process(target=serve, args=(other, self.without_libyaml), daemon=True)
            self.process.start()
            other.close()
        self.connection.send((text, limits))
        try:
            if self.connection.poll(PATIENCE):
                return self.connection.recv()
        except (EOFError, ConnectionError):
            pytest.fail(f"the reader died with status {self.process.exitcode}")
        self.close()
        pytest.fail(f"no answer within {PATIENCE} seconds")

    def close(self):
        if self.process is not None:
            self.process.kill()
            self.process.join()
            self.process = None


@pytest.fixture(scope="module", params=[False, True], ids=["libyaml", "python"])
def reader(request):
    reader = Reader(without_libyaml=request.param)
    yield reader
    reader.close()


@pytest.fixture(scope="module")
def quick_reader():
    reader = Reader(without_libyaml=False)
    yield reader
    reader.close()


def rows(form, count, first=0):
    return "".join(form.format(n, n - 1) for n in range(first, count))


DEEP = "lists and mappings lie more than 100 deep inside one another"
MANY = "aliases stand for more than 100000 nodes"
TEN = ", ".join(["*a{1}"] * 10)


@pytest.mark.parametrize(
    ("text", "detail"),
    [
        pytest.param("[" * 50_000, DEEP, id="lists that open"),
        pytest.param("x: " + "[" * 50_000 + "]" * 50_000, DEEP, id="lists that open and close"),
        pytest.param("x: " + "{a: " * 50_000, DEEP, id="mappings that open"),
        pytest.param('{"a":' * 50_000, DEEP, id="mappings of JSON"),
        pytest.param('{"a":' + "[" * 50_000 + "]" * 50_000 + "}", DEEP, id="lists of JSON"),
        pytest.param("- " * 50_000, DEEP, id="dashes"),
        pytest.param("? " * 50_000, DEEP, id="question marks"),
        pytest.param("".join(" " * n + "a:\n" for n in range(1_000)), DEEP, id="indentation"),
        pytest.param("x: " + "{<<: " * 50_000, DEEP, id="merges in merges"),
        pytest.param("a0: &a0 [x]\n" + rows("a{0}: &a{0} [*a{1}]\n", 5_000, 1), DEEP, id="aliases in a chain"),
        pytest.param("a0: &a0 [x]\n" + rows(f"a{{0}}: &a{{0}} [{TEN}]\n", 12, 1), MANY, id="lists of aliases of lists"),
        pytest.param("a0: &a0 {x: 1}\n" + rows(f"a{{0}}: &a{{0}} {{{{y: [{TEN}]}}}}\n", 12, 1), MANY, id="of mappings"),
        pytest.param(
            "a0: &a0 {x: 1}\n" + rows(f"a{{0}}: &a{{0}} {{{{<<: [{TEN}], k{{0}}: 1}}}}\n", 1_000, 1), MANY, id="merges"
        ),
        pytest.param("a: &a x\nb:\n" + "- *a\n" * 101_000, MANY, id="many aliases"),
        pytest.param(
            "a: &a [*a]\n", "error converting YAML to JSON: yaml: anchor 'a' value contains itself", id="itself"
        ),
        pytest.param("a: 1\n---\n" + "[" * 200, DEEP, id="deep in the second document"),
    ],
)
def test_deep_and_endless(reader, text, detail):
    _, details = reader(text)
    assert details[0] == detail


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(rows("k{0}: {0}\n", 20_000), id="many keys"),
        pytest.param("k: 1\n" * 20_000, id="one key again and again"),
        pytest.param(rows("k{0}: 1\nk{0}: 2\n", 5_000), id="every key twice"),
        pytest.param("a: " + "x" * 200_000, id="a long word"),
        pytest.param("a: " + "x " * 100_000, id="many words"),
        pytest.param('a: "' + "x" * 200_000, id="a long quotation that never ends"),
        pytest.param('a: "' + "x\n" * 100_000, id="a quotation of many lines that never ends"),
        pytest.param("'" * 200_000, id="quotation marks"),
        pytest.param('a: "' + "\\n" * 100_000 + '"', id="escapes"),
        pytest.param('a: "' + "\\'" * 30_000 + '"', id="escapes of single quotes"),
        pytest.param('a: "' + "\\/" * 30_000 + '"', id="escapes of slashes"),
        pytest.param("a: |\n" + "  x\n" * 50_000, id="a long block"),
        pytest.param("a: " + "9" * 200_000, id="a long number"),
        pytest.param("a: 0." + "9" * 200_000, id="a long fraction"),
        pytest.param("a: 0x" + "f" * 200_000, id="a long hexadecimal number"),
        pytest.param("a: 1" + "_" * 200_000, id="a number of underscores"),
        pytest.param("9" * 200_000 + ": a", id="a number for a key"),
        pytest.param("k" * 200_000 + ": 1", id="a long key"),
        pytest.param("? " + "k" * 200_000 + "\n: 1", id="a long key after a question mark"),
        pytest.param("? [" + "a, " * 20_000 + "]\n: 1", id="a list for a key"),
        pytest.param("\0" * 100_000, id="NUL"),
        pytest.param("a: b\0c\n", id="one NUL"),
        pytest.param("\ud800" * 100_000, id="halves of characters"),
        pytest.param(b"\xff" * 100_000, id="no UTF-8"),
        pytest.param(b'{"a": "' + b"\xff" * 100_000 + b'"}', id="no UTF-8 in JSON"),
        pytest.param(b"\xfe\xff" + b"\xd8\x00" * 50_000, id="no UTF-16"),
        pytest.param("\t" * 100_000, id="tabs"),
        pytest.param("a:\n" + "\t" * 100_000 + "b: 1", id="tabs before a key"),
        pytest.param("\n" * 200_000, id="empty lines"),
        pytest.param("\r" * 100_000, id="carriage returns"),
        pytest.param("a: 1\r" * 20_000, id="lines of old Macintosh"),
        pytest.param("\ufeff" * 50_000, id="byte order marks"),
        pytest.param("\ufeffa: b\n" * 10_000, id="a byte order mark on every line"),
        pytest.param("---\n" * 50_000, id="separators"),
        pytest.param("--- x\n" * 20_000, id="bad separators"),
        pytest.param("a: [\n---\n" * 3_000, id="many broken documents"),
        pytest.param("...\n" * 50_000, id="ends of documents"),
        pytest.param("a: .nan\n---\n" * 3_000, id="many numbers that JSON lacks"),
        pytest.param("a: .nan\n---\n" + "b: 1\n---\n" * 5_000, id="one number that JSON lacks, and many documents"),
        pytest.param("# a comment\n" * 20_000, id="comments"),
        pytest.param("#" * 200_000, id="a long comment"),
        pytest.param("%" * 100_000, id="percent signs"),
        pytest.param(rows("%TAG !a{0}! x\n", 10_000), id="directives"),
        pytest.param("%YAML " + "1" * 100_000 + ".1\n", id="a version of many digits"),
        pytest.param("!a " * 50_000, id="tags"),
        pytest.param("!" + "a" * 200_000 + " x", id="a long tag"),
        pytest.param("!<" + "%41" * 50_000 + "> x", id="a tag of escapes"),
        pytest.param("&" + "a" * 200_000 + " x", id="a long anchor"),
        pytest.param("*" + "a" * 200_000, id="a long alias"),
        pytest.param(rows("- &a{0} x\n", 10_000), id="many anchors"),
        pytest.param("- !!int x\n" * 10_000, id="tags that do not fit"),
        pytest.param("~: 1\n" * 10_000, id="keys that JSON lacks"),
        pytest.param("[a]: 1\n" * 10_000, id="lists for keys"),
        pytest.param("[" + "a:, " * 5_000 + "]", id="colons before commas"),
        pytest.param("x: [" + "a, " * 20_000 + "b?]", id="a question mark far in"),
        pytest.param("[" + "a, " * 30_000 + "]", id="a list on one line"),
        pytest.param("[" + "a: b, " * 15_000 + "]", id="pairs on one line"),
        pytest.param("x: {" + rows("k{0}: v, ", 15_000) + "}", id="a mapping on one line"),
        pytest.param("[]" * 100_000, id="brackets"),
        pytest.param("[," * 50_000, id="brackets and commas"),
        pytest.param(":\n" * 30_000, id="colons"),
        pytest.param("?\n" * 30_000, id="question marks in a column"),
        pytest.param("|\n" * 50_000, id="bars"),
        pytest.param("a:\n" + " " * 200_000 + "b: 1", id="a wide indentation"),
        pytest.param("".join("  " * (n % 99) + "k:\n" for n in range(5_000)), id="stairs"),
        pytest.param('{"a":1}' * 20_000, id="many values of JSON on one line"),
        pytest.param('{"a":1}\n' * 20_000, id="many lines of JSON"),
        pytest.param('{"a":"' + "\\u0041" * 30_000 + '"}', id="escapes in JSON"),
        pytest.param('{"a":"' + "\\ud800" * 30_000 + '"}', id="halves of characters in JSON"),
        pytest.param('{"a":"' + "x" * 200_000, id="JSON that never ends"),
        pytest.param('{"a":' + "1" * 200_000 + "}", id="a long number in JSON"),
        pytest.param('{"a":-' + "9" * 300 + "}", id="a number of JSON within a float"),
        pytest.param('{"a":0.' + "1" * 200_000 + "}", id="a long fraction in JSON"),
        pytest.param("{" + " " * 200_000, id="a brace and nothing"),
        pytest.param('{"a":[' + "1," * 20_000 + "]}", id="a comma too many after many numbers"),
    ],
)
def test_long_and_odd(reader, text):
    documents, details = reader(text[:40_000] if reader.without_libyaml else text)
    assert documents >= 0
    assert all(details)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("text", "documents"),
    [
        pytest.param(rows("k{0}: {0}\n", 1_000_000), 1, id="a million keys"),
        pytest.param("k: 1\n" * 1_000_000, 1, id="one key a million times"),
        pytest.param("a: " + "x" * (32 * MIB), 1, id="a word of 32 MiB"),
        pytest.param("a: |\n" + "  x\n" * (4 * MIB), 1, id="a block of 16 MiB"),
        pytest.param("---\na: 1\n" * 100_000, 100_000, id="a hundred thousand documents"),
        pytest.param("a: " + "9" * (8 * MIB), 1, id="a number of 8 MiB"),
        pytest.param('{"a":"' + "x" * (16 * MIB) + '"}', 1, id="JSON of 16 MiB"),
        pytest.param(rows("%TAG !a{0}! x\n", 1_000_000), 0, id="a million directives"),
    ],
)
def test_large(quick_reader, text, documents):
    assert quick_reader(text)[0] == documents


def test_more_than_the_limit_is_not_even_looked_at(reader):
    assert reader("[" * 2_000, max_bytes=1_000) == (
        0,
        ["web.yaml has more than 1000 bytes. Split it, or raise --max-bytes."],
    )
