"""What learners could hand in to break grading, to forge a score, or to harm whoever reads the feedback.

`ATTACKS` are submissions of one learner each: `write_attacks` puts them into a tree as nbgrader has it. `CLASS_ATTACKS`
are what a learning platform would hand out with one attacker in the class. Both say what must happen.

    python -m tests.classroom.hostile            prints docs/hostile-submissions.md
    python -m tests.classroom.hostile FOLDER     writes all of them into a folder, to grade it
"""

from __future__ import annotations

import gzip
import pickle
import shutil
import stat
import sys
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from .hostile_made import (
    MIB,
    NAME,
    PWNED,
    ROOT,
    Build,
    Payload,
    alias_bomb,
    big_outputs,
    blank,
    changed,
    claims_another,
    deep_folders,
    dumped,
    edited_course,
    entry_at,
    far_away,
    forged,
    good,
    last_of_two,
    link,
    loop,
    many_cells,
    many_roles,
    of_kind,
    other_format,
    packed,
    patched,
    pipe,
    plain_zip,
    policy,
    predicted,
    put,
    puts,
    raw_name,
    raw_zip,
    renamed_exercise,
    right,
    socket_file,
    unreadable,
    with_a_twin,
    with_another_name_inside,
    with_commands,
    with_edited_grade,
    with_nul,
    with_one_byte_changed,
    with_outputs,
    with_password,
    written,
    wrong_types,
    zeros,
    zipped,
    zipped_twice,
)  # fmt: skip
from .submissions import ASSIGNMENT, EXERCISE, FULL, code, old_format

PAGE = ROOT / "docs" / "hostile-submissions.md"
ANSWER = f"answers/{EXERCISE}.yaml"


@dataclass(frozen=True)
class Hostile:
    """One attack by one learner."""

    name: str
    group: str
    attacks: str
    """What it is, and what it is after."""
    must: str
    """What must happen."""
    score: float
    """What the learner must have for `EXERCISE`."""
    build: Build
    """Writes it into the learner's folder; raises OSError where this system cannot have such a thing."""
    says: str = ""
    """What the learner must be told, in `Submission.trouble` or in a finding; empty if it may be nothing."""
    student: str = ""
    """What the learner is called, if that is the attack."""


@dataclass(frozen=True)
class HostileClass:
    """One attack by a learner on the others, by way of what a platform hands out."""

    name: str
    attacks: str
    must: str
    scores: Mapping[str, float]
    """What everybody in it must have for `EXERCISE`."""
    files: Mapping[str, bytes | Callable[[], bytes]]
    """What the platform hands out: as an archive, or as a folder."""
    as_folder: bool = False

    def write(self, folder: Path) -> Path:
        """Write it into a folder, and return what is then graded."""
        if self.as_folder:
            puts(self.files)(folder / self.name)
            return folder / self.name
        files = [(name, data if isinstance(data, bytes) else data()) for name, data in self.files.items()]
        put(f"{self.name}.zip", zipped(files))(folder)
        return folder / f"{self.name}.zip"


_ZIP = "archives"
_DISK = "files and folders"
_BOOK = "notebooks"
_SCORE = "scores"
_YAML = "answers"
_PEOPLE = "people who read"

_NOTHING = "Nothing of it is read. It earns 0, and the learner is told why."
_PLAIN = "It is read as if nothing were special about it."


def _attack(
    name: str, group: str, attacks: str, must: str, score: float, build: Build, says: str = "", student: str = ""
) -> Hostile:
    return Hostile(name, group, attacks, must, score, build, says, student)


def _bad(group: str, name: str, attacks: str, build: Build, says: str, must: str = _NOTHING) -> Hostile:
    return Hostile(name, group, attacks, must, 0, build, says)


def _fine(group: str, name: str, attacks: str, build: Build, must: str = _PLAIN, says: str = "") -> Hostile:
    return Hostile(name, group, attacks, must, FULL, build, says)


def _archives() -> list[Hostile]:
    bad = partial(_bad, _ZIP)
    return [
        bad("zip-slip", "An entry `../../../np-union.ipynb`: writes outside of the folder that it is unpacked in.",
            packed([(f"../../../{NAME}", good())]), "leads out"),
        _attack("zip-slip-beside", _ZIP, "A good notebook, and `../../.bashrc.yaml` beside it.",
                "The notebook counts; the other entry is refused, and the learner is told why.", FULL,
                packed([(NAME, good()), ("../../bashrc.yaml", b"x: 1")]), "leads out"),
        bad("zip-absolute", "An entry `/etc/cron.d/np-union.ipynb`.",
            packed([(f"/etc/cron.d/{NAME}", good())]), "leads out"),
        bad("zip-drive", "An entry `C:np-union.ipynb`: absolute on Windows only.",
            packed([(f"C:{NAME}", good())]), "leads out"),
        bad("zip-slip-backslashes", "An entry `..\\..\\np-union.ipynb`: leads out on Windows only.",
            packed([(f"..\\..\\{NAME}", good())]), "leads out"),
        _attack("zip-backslashes", _ZIP, "Folders with `\\` between them, as some programs for Windows pack.", _PLAIN,
                FULL, packed([(f"work\\{NAME}", good())])),
        bad("zip-nul", "An entry `np-union.ipynb\\0.png`: two programs see two endings.",
            patched(with_nul, {f"{NAME}@.png.ipynb": good()}), "NUL"),
        bad("zip-link", "A link to `/etc/passwd` by the name of the notebook: shows files of the grader in feedback.",
            packed([(of_kind(NAME, stat.S_IFLNK), b"/etc/passwd")]), "link"),
        bad("zip-device", "A device by the name of the notebook: reading it would never end.",
            packed([(of_kind(NAME, stat.S_IFCHR), b"")]), "no regular file"),
        bad("zip-bomb", "100 MiB of zeros in 100 kB.",
            put("work.zip", lambda: raw_zip(NAME.encode(), zeros(100 * MIB), 100 * MIB)), "larger than"),
        bad("zip-bomb-below-the-limit", "60 MiB of zeros: below the limit of a notebook, and many of them fit.",
            put("work.zip", lambda: raw_zip(NAME.encode(), zeros(60 * MIB), 60 * MIB)), "too tightly"),
        bad("zip-bomb-that-lies", "100 MiB of zeros that claim to be 1,000 bytes.",
            put("work.zip", lambda: raw_zip(NAME.encode(), zeros(100 * MIB), 1000)), "damaged"),
        bad("zip-of-zips", "Archives in an archive, and more of them inside: each level multiplies.",
            packed([("a.zip", zipped([("b.zip", zipped([(NAME, good())]))]))]), "inside an archive"),
        bad("zip-overlap", "500 entries that are the same bytes: 30 MB for each of them (the better zip bomb).",
            put("work.zip", lambda: raw_zip(NAME.encode(), zeros(30 * MIB), 30 * MIB, copies=500)), "shares its bytes"),
        bad("zip-many", "30,000 entries: takes memory before anything is read.",
            put("work.zip", lambda: zipped((f"{number}.yaml", b"") for number in range(30_000))), "too many"),
        bad("zip-encrypted", "An encrypted entry: a program that asks for the password waits for ever.",
            patched(with_password), "encrypted"),
        bad("zip-lzma", "An entry packed by LZMA, which not every Python can read.",
            packed([(NAME, good())], zipfile.ZIP_LZMA), "method"),
        bad("zip-bzip2", "An entry packed by bzip2: small bombs grow further.",
            packed([(NAME, good())], zipfile.ZIP_BZIP2), "method"),
        _attack("zip-twice", _ZIP, "Two entries of one name: people see one of them, programs the other.",
                "The last counts, as when it is unpacked, and the learner is told so.", FULL,
                put("work.zip", lambda: zipped_twice(blank(), good())), "twice"),
        _attack("zip-case", _ZIP, "`np-union.ipynb` and `NP-UNION.IPYNB`: one file on Windows and macOS, two on Linux.",
                "Both are read, everywhere. The cell that was changed counts.", FULL,
                packed([(NAME, blank()), (NAME.upper(), good())])),
        bad("zip-no-directory", "An archive that ends before its directory.",
            patched(lambda raw: raw[: entry_at(raw)]), "no zip archive that can be read"),
        bad("zip-half-a-directory", "An archive whose directory ends in the middle of an entry.",
            patched(lambda raw: raw[: entry_at(raw) + 20] + raw[raw.rindex(b"PK\x05\x06") :]), "can be read"),
        bad("zip-no-zip", "A text by the name of an archive.", put("work.zip", b"not an archive"), "no zip archive"),
        bad("zip-empty", "An archive without entries.", put("work.zip", zipped([])), "Nothing can be graded"),
        _attack("zip-no-utf-8", _ZIP, "A name that is said to be UTF-8 and is not.", "The file is read, under a name "
                "with replacement characters.", FULL, put("work.zip", lambda: plain_zip(b"np-\xff\xfe.ipynb", 0x800))),
        _attack("zip-new-line", _ZIP, "A name with line ends and escapes in it: forges lines of a log.",
                "The name is cleaned; the file is read.", FULL,
                put("work.zip", lambda: plain_zip(b"np\n[ok] 100 %\x1b[2J.ipynb"))),
        _attack("zip-direction", _ZIP, "A name that reads `np-union.bnypi` backwards from a mark on.",
                "The mark is taken out of the name; the file is read.", FULL,
                packed([("np-union\u202ebnypi.ipynb", good())])),
        bad("zip-long-path", "A path of 5,000 characters.", packed([(f"{'a/' * 2500}{NAME}", good())]), "longer than"),
        bad("zip-deep", "A file 150 folders deep.", packed([(f"{'d/' * 150}{NAME}", good())]), "folders deep"),
        bad("zip-two-names", "The directory says `np-union.ipynb`, the entry itself another name.",
            patched(with_another_name_inside), "contradicts itself"),
        bad("zip-one-byte", "One byte was changed after packing.", patched(with_one_byte_changed), "damaged"),
        bad("zip-folder", "A folder called `np-union.ipynb`.", packed([(f"{NAME}/", b"")]), "folder"),
        _attack("zip-macos", _ZIP, "`__MACOSX/._np-union.ipynb` and `.DS_Store`, which macOS adds.",
                "They are not looked at; nothing is said of them.", FULL,
                packed([(NAME, good()), (f"__MACOSX/._{NAME}", b"\0\5\x16\7"), (".DS_Store", b"\0\0\0\1Bud1")])),
        _attack("zip-in-a-program", _ZIP, "An archive behind the bytes of a program: unpacks itself when it is run.",
                "It is read as an archive, and never run.", FULL,
                put("work.zip", lambda: b"MZ" + bytes(1000) + zipped([(NAME, good())]))),
        bad("zip-two-directories", "A second, empty directory in the comment of an archive.",
            put("work.zip", lambda: zipped([(NAME, good())], comment=zipped([]))), "Nothing can be graded"),
        bad("zip-far-away", "An entry that begins 4 EiB behind the end of the archive.",
            patched(far_away), "shares its bytes"),
        bad("other-archive", "A .tar.gz with a link in it, and a .rar.",
            puts({"work.tar.gz": gzip.compress(b"x", mtime=0), "work.rar": b"Rar!\x1a\x07"}), "no .zip archive"),
    ]  # fmt: skip


def _folders() -> list[Hostile]:
    bad = partial(_bad, _DISK)
    return [
        bad("link", "A link to `/etc/passwd` by the name of the notebook.", link("/etc/passwd", NAME), "link"),
        bad("link-to-another", "A link to the folder of another learner.",
            link(f"../../zip-case/{ASSIGNMENT}", "answers", is_folder=True), "link"),
        bad("link-to-an-answer", "A link to the instructor's right answer.",
            link("../../../solutions/right.yaml", ANSWER), "link"),
        _attack("link-loop", _DISK, "A folder that links to itself: going through it would never end.",
                "The link is not followed.", FULL, loop, "link"),
        bad("pipe", "A pipe by the name of the notebook: opening it waits for ever.", pipe, "no regular file"),
        bad("socket", "A socket by the name of the notebook.", socket_file, "no regular file"),
        bad("folder-as-notebook", "A folder called `np-union.ipynb`.", put(f"{NAME}/x.txt", b""), "it is a folder"),
        bad("unreadable", "A notebook that nobody may read.", unreadable, "cannot be read"),
        bad("deep-folders", "A notebook 40 folders deep.", deep_folders, "too deep"),
        _attack("many-files", _DISK, "1,500 YAML files beside a good notebook.",
                "1,000 files are read, the notebook among them, and the learner is told.", FULL,
                puts({NAME: good, **{f"z/{number:04}.yaml": b"a: 1\n" for number in range(1500)}}), "more than 1000"),
        _attack("checkpoints", _DISK, "The right answer in `.ipynb_checkpoints` alone, which Jupyter leaves.",
                "Checkpoints are not looked at: what was handed in is the notebook.", 0,
                puts({NAME: blank, f".ipynb_checkpoints/{ASSIGNMENT}-checkpoint.ipynb": good})),
        bad("nothing", "An empty folder.", lambda _: None, "Nothing can be graded"),
        bad("a-picture", "A screenshot of the answer.", put("answer.png", b"\x89PNG\r\n"), "There is answer.png"),
        bad("renamed", "`np-union.ipynb.txt`: browsers add such an ending.", put(f"{NAME}.txt", good), "ending"),
        _attack("name-no-utf-8", _DISK, "A file whose name is no UTF-8.", "It is read; its name is cleaned.", FULL,
                raw_name(b"np-union-\xff.ipynb")),
        _attack("name-new-line", _DISK, "A file whose name has a line end and an escape in it.",
                "It is read; its name is cleaned.", FULL, raw_name(b"np\n\x1b[31munion.ipynb")),
        _attack("own-course", _DISK, "Exercise, starter and scene as the learner would like them, beside the notebook.",
                "They are not read: data of exercises comes from the instructor's side only.", 0, edited_course),
        _attack("own-time", _DISK, "An archive with a `timestamp.txt` that says it came last year.",
                "A time is taken from nbgrader's folders and the platform's names, never out of a learner's archive.",
                FULL, packed([(NAME, good()), ("timestamp.txt", b"2025-01-01 00:00:00 UTC")])),
    ]  # fmt: skip


def _notebooks() -> list[Hostile]:
    bad = partial(_bad, _BOOK)
    fine = partial(_fine, _BOOK)
    return [
        bad("empty", "A file without a byte.", put(NAME, b""), "it is empty"),
        bad("blank-lines", "A file of blank lines.", put(NAME, b" \n" * 1000), "it is empty"),
        bad("no-json", "A text that is no JSON.", put(NAME, b"print('hello')"), "not a notebook"),
        bad("half", "A notebook that ends in the middle.", put(NAME, lambda: good()[:9000]), "not a notebook"),
        bad("a-pickle", "A pickle by the name of a notebook: runs a command when it is read as one.",
            put(NAME, pickle.dumps(Payload())), "not a notebook"),
        bad("a-gzip", "A packed notebook by the name of one.",
            put(NAME, lambda: gzip.compress(good(), mtime=0)), "not a notebook"),
        bad("deep-json", "100,000 lists inside one another: ends programs that read by recursion.",
            put(NAME, b"[" * 100_000 + b"]" * 100_000), "nested too deep"),
        bad("huge-number", "A number of 100,000 digits: takes minutes to read in old versions of Python.",
            put(NAME, b'{"cells": [], "nbformat": ' + b"9" * 100_000 + b"}"), "not a notebook"),
        bad("no-cells", "A notebook whose cells are a mapping.", put(NAME, b'{"cells": {"a": 1}}'), "no list of cells"),
        bad("a-list", "JSON that is a list.", put(NAME, b"[1, 2, 3]"), "no list of cells"),
        bad("huge-notebook", "A cell of 70 MiB.",
            put(NAME, lambda: b'{"cells": [{"source": "' + b"#" * (70 * MIB) + b'"}]}'), "larger than"),
        _attack("huge-answer", _BOOK, "An answer of 20 MiB.", "It is not judged, and the learner is told the limit.", 0,
                written(lambda: "# " + "x" * (20 * MIB) + "\n" + right()), "MiB"),
        fine("large-outputs", "A picture of 20 MiB in the outputs.", changed(big_outputs), "The outputs are not used."),
        fine("many-cells", "100,000 cells.", changed(many_cells)),
        fine("many-copies", "2,000 copies of the answer's cell, all with nbgrader's name for it.", changed(many_roles),
             "One of them counts; the learner is told which."),
        fine("wrong-types", "Cells, sources, metadata and names of every wrong type.", changed(wrong_types),
             "What is no cell is passed over; the answer is found."),
        fine("nan", "`NaN` and `Infinity` for execution counts, which JSON does not have.",
             changed(lambda notebook: notebook["cells"][1].update(execution_count=float("nan"), n=float("inf")))),
        fine("half-characters", "Halves of characters that only JSON can spell.",
             changed(lambda notebook: notebook["cells"].insert(0, code("# \ud800 \udfff")))),
        _attack("keys-twice", _BOOK, "Two lists of cells, the first with the answer: programs disagree about them.",
                "The last one counts, as in Jupyter.", 0, changed(last_of_two)),
        fine("byte-order-mark", "UTF-8 with a byte order mark, as Windows writes.",
             put(NAME, lambda: b"\xef\xbb\xbf" + good())),
        bad("utf-16", "A notebook in UTF-16.", put(NAME, lambda: good().decode().encode("utf-16")), "not a notebook"),
        bad("latin-1", "A notebook that is no UTF-8.",
            put(NAME, lambda: good().replace(b"Three teams", b"Trois \xe9quipes")), "not a notebook"),
        fine("nbformat-2", "A notebook of format 2.",
             put(NAME, lambda: dumped({**old_format(right()), "nbformat": 2}))),
        fine("nbformat-3", "A notebook of format 3.", put(NAME, lambda: dumped(old_format(right())))),
        fine("nbformat-99", "A notebook of a format that does not exist.", changed(other_format(99))),
        fine("nbformat-nothing", "A notebook whose format is a list.", changed(other_format([]))),
    ]  # fmt: skip


def _scores() -> list[Hostile]:
    none = partial(_bad, _SCORE)
    fine = partial(_fine, _SCORE)
    same = "Nothing is executed, and only the text of the answer counts."
    forged_output = "Outputs are not read. The score is what the answer earns."
    return [
        none("forged-check", "A cell that puts a `check` of its own in place of the course's.",
             changed(forged, "# nothing here"), "", same),
        none("forged-output", "Every cell shows `40.0`, as if it had been graded.",
             changed(with_outputs("40.0"), "# nothing here"), "", forged_output),
        none("nan-score", "Every cell shows `nan`, which nbgrader would count as full marks.",
             changed(with_outputs("nan"), "# nothing here"), "", forged_output),
        none("negative-score", "Every cell shows `-1`, which nbgrader would count as full marks.",
             changed(with_outputs("-1"), "# nothing here"), "", forged_output),
        none("edited-grade-cell", "The graded cell becomes `40.0`, with 4,000 points.",
             changed(with_edited_grade, "# nothing here"), "", "Exercises and points are the instructor's."),
        fine("edited-grade-cell-right", "The same with a right answer.", changed(with_edited_grade),
             "Full marks, and no more."),
        fine("endless-loop", "Cells that never end, before and behind the answer.",
             changed(with_commands("while True:\n    pass")), same),
        fine("kernel-killer", "Cells that end the kernel.", changed(with_commands("import os\nos._exit(3)")), same),
        fine("shell", "Cells that run commands.",
             changed(with_commands(f"!touch {PWNED}\nimport os; os.system('touch {PWNED}')")), same),
        fine("copied-cell", "The answer's cell copied, the first of the two untouched.", changed(with_a_twin),
             "The cell that was changed counts, and the learner is told so.", "cop"),
        none("claims-another", "A cell in the place of this exercise that claims another one.",
             changed(claims_another), "", "It counts for the exercise that it names."),
        none("look-alike", "An exercise whose name has a Cyrillic letter in it.",
             changed(renamed_exercise(EXERCISE, "c\u0430che-shards")), "", "It is another name: no answer is found."),
        none("full-width", "A cell that begins with full-width percent signs.",
             changed(renamed_exercise("%%manifest", "\uff05\uff05manifest")), "", "It is no answer."),
        fine("answers-differ", "Right in the cell, wrong in the file: is there a choice?",
             puts({NAME: good, ANSWER: policy().encode()}),
             "The cell counts, and the learner is told that they differ.", "differ"),
        fine("file-only", "An untouched notebook, and the answer in its file.",
             puts({NAME: blank, ANSWER: lambda: right().encode()}), "The file counts."),
        none("own-answer-name", "The answer as `right.yaml`, a name that the instructor uses.",
             puts({NAME: blank, "right.yaml": lambda: right().encode()}), "", "Its name is that of no exercise."),
    ]  # fmt: skip


def _answers() -> list[Hostile]:
    bad = partial(_bad, _YAML)
    refused = "It earns 0 at once; the finding says what is wrong with it."
    values = "It is a text like any other."
    rule = "  ingress: [{from: [" + "{podSelector: {}}, " * 5000 + "]}]\n"
    return [
        bad("python-tags", "`!!python/object/apply:os.system`: runs a command where YAML is loaded without care.",
            written(f'!!python/object/apply:os.system ["touch {PWNED}"]\n'), "", "No tag makes anything but data."),
        bad("python-tags-inside", "The same inside a policy that is fine otherwise.",
            written(policy() + f'  x: !!python/object/new:os.system ["touch {PWNED}"]\n'), "",
            "No tag makes anything but data."),
        bad("alias-bomb", "Aliases of aliases: 200 bytes that stand for a billion words.", written(alias_bomb()), "",
            refused),
        bad("alias-loop", "A list that holds itself.", written("a: &a [*a]\n"), "", refused),
        bad("merge-loop", "A mapping that is merged into itself.", written("a: &a\n  <<: *a\n"), "", refused),
        bad("deep-yaml", "20,000 lists inside one another: quadratic time, and a crash of the C library.",
            written("[" * 20_000), "", refused),
        bad("deep-blocks", "3,000 mappings inside one another.",
            written(lambda: "\n".join(f"{' ' * level}a:" for level in range(1000))), "", refused),
        bad("huge-integer", "A port of 5,000 digits.",
            written(policy() + f"  ingress: [{{ports: [{{port: {'9' * 5000}}}]}}]\n"), "", refused),
        bad("strange-numbers", "`.nan`, `.inf`, `1e999` and `-0` for ports.",
            written(policy() + "  ingress: [{ports: [{port: .nan}, {port: .inf}, {port: 1e999}, {port: -0}]}]\n"), "",
            refused),
        bad("many-documents", "5,000 documents.", written("---\na: 1\n" * 5000), "", refused),
        bad("many-peers", "5,000 peers: minutes of judging.", written(policy() + rule), "1000 objects", refused),
        bad("tabs", "Tabs for indentation.", written("apiVersion: v1\n\tkind: [NetworkPolicy"), "line", refused),
        bad("control-characters", "NUL and escapes in YAML.", written("a: \x00\x1b[2J\n"), "", refused),
        bad("huge-file", "A YAML file of 3 MiB.",
            puts({NAME: blank, ANSWER: lambda: b"# " + b"x" * (3 * MIB) + b"\n" + right().encode()}), "larger than",
            "It is not read, and the learner is told the limit."),
        bad("large-file", "A YAML file a little larger than an answer may be.",
            puts({NAME: blank, ANSWER: lambda: right().encode() + b"# " + b"x" * MIB}), "MiB",
            "It is not judged. The words are those of the learner's own check."),
        bad("yaml-utf-16", "An answer in UTF-16.",
            puts({NAME: blank, ANSWER: lambda: right().encode("utf-16")}), "", refused),
        _fine(_YAML, "yaml-byte-order-mark", "An answer with a byte order mark and line ends of Windows.",
              puts({NAME: blank, ANSWER: lambda: b"\xef\xbb\xbf" + right().replace("\n", "\r\n").encode()})),
        _fine(_YAML, "predictions-of-wrong-types", "Lists, numbers, `.nan` and `yes` where a prediction belongs.",
              predicted("web -> api:8080: [allow]\nweb -> api:9102: 9e999\n? [a]\n: yes\n7: .nan\nx: yes"),
              "Those lines earn nothing; the other exercises are judged."),
        _fine(_YAML, "predictions-as-a-bomb", "Aliases of aliases where predictions belong.", predicted(alias_bomb()),
              "The table earns nothing; the other exercises are judged."),
        _fine(_YAML, "predictions-with-tags", "`!!python/object/apply` for a prediction.",
              predicted(f'web -> api:8080: !!python/object/apply:os.system ["touch {PWNED}"]'),
              "No tag makes anything but data."),
        bad("templates", "`{{ 7 * 7 }}`, `${jndi:ldap://x}` and `$(touch pwned)`: some program may expand them.",
            written(policy(annotation=f"{{{{ 7 * 7 }}}} ${{jndi:ldap://x}} $(touch {PWNED}) `touch {PWNED}`")), "",
            values),
    ]  # fmt: skip


def _people() -> list[Hostile]:
    text = "It is shown as text, in every format."
    shown = partial(_bad, _PEOPLE, must=text, says="")
    called = "The name is shown as text, and names this learner only."

    def named(name: str, attacks: str, student: str, must: str = called) -> Hostile:
        return _attack(name, _PEOPLE, attacks, must, FULL, put(NAME, good), student=student)

    return [
        shown("html-in-a-name", "A policy called `<script>alert(1)</script>`.",
              written(policy("<script>alert(1)</script>"))),
        shown("html-in-a-label", 'A label that closes an attribute and opens an image: `"><img src=x onerror=…>`.',
              written(policy(label='"><img src=x onerror=alert(1)>'))),
        shown("html-in-an-annotation", "An annotation `</td></table><iframe src=…>`.",
              written(policy(annotation="</td></table><iframe src='javascript:alert(1)'>"))),
        shown("markdown-in-a-name", "A policy called `[ok](javascript:alert(1))`, and one with a picture and a fence.",
              written(policy("[ok](javascript:alert(1)) ![x](x) ``` | a |"))),
        shown("escapes-in-a-name", "A policy whose name clears the terminal and writes its title.",
              written(policy("\x1b[2J\x1b]0;owned\x07"))),
        shown("formula-in-a-name", "A policy called `=cmd|' /C calc'!A0`: runs when a table is opened.",
              written(policy("=cmd|' /C calc'!A0"))),
        shown("direction-in-a-name", "A policy whose name turns the direction of the line.",
              written(policy("cache\u202e\u2066"))),
        shown("long-name", "A policy with a name of 100,000 characters.", written(policy("x" * 100_000))),
        shown("lines-in-a-name", "A policy whose name is many lines, and ends a comment.",
              written(policy("a\n\n# passed\n-->\n"))),
        named("formula-as-learner", "A learner called `=HYPERLINK(…)`: a link in the instructor's table.",
              '=HYPERLINK("x","ada")'),
        named("formula-as-learner-at", "A learner called `@SUM(1+1)`, which some programs compute too.", "@SUM(1+1)"),
        named("html-as-learner", "A learner called `<b onmouseover=alert(1)>ada`.", "<b onmouseover=alert(1)>ada"),
        named("lines-as-learner", "A learner whose name has a line end and a comma in it.", "ada\nlinus,100"),
        named("direction-as-learner", "A learner whose name turns the direction of the line.", "ad\u202ea"),
        named("cyrillic-as-learner", "A learner whose name looks like another's.", "\u0430da"),
        named("reserved-as-learner", "A learner called `CON`, which Windows keeps for itself.", "CON"),
        named("dots-as-learner", "A learner called `ada..`, a name that Windows cuts.", "ada.."),
        named("long-as-learner", "A learner with a name of 200 characters.", "a" * 200),
        named("path-as-learner", "A learner called `..\\..\\grace`.", "..\\..\\grace"),
    ]  # fmt: skip


def _classes() -> list[HostileClass]:
    right_one = good()
    return [
        HostileClass("canvas-in-the-name-of-another",
            "A file that the learner called `hoppergrace_22_9_np-union.ipynb`, beside Grace's own.",
            "It is the learner's: what a learner chooses stands behind what Canvas writes.",
            {"lovelaceada_11": 0, "hoppergrace_22": FULL},
            {f"lovelaceada_11_8_hoppergrace_22_9_{NAME}": blank(), f"hoppergrace_22_7_{NAME}": right_one}),
        HostileClass("canvas-in-the-form-of-another-platform",
            "A file called like Blackboard's `x_grace_attempt_2030-01-01-00-00-00_np-union.ipynb`.",
            "The form that fits all files of the archive counts.",
            {"lovelaceada_11": 0, "grace_22": FULL},
            {f"lovelaceada_11_8_x_grace_attempt_2030-01-01-00-00-00_{NAME}": blank(), f"grace_22_7_{NAME}": right_one}),
        HostileClass("blackboard-newer-than-another",
            "A file that the learner called `_grace_attempt_2030-…`, to replace Grace's by a newer one.",
            "The first attempt in a name counts: that is the platform's.",
            {"ada": 0, "grace": FULL},
            {f"gradebook_K8S_u_ada_attempt_2026-11-23-10-00-00_x_grace_attempt_2030-01-01-00-00-00_{NAME}": blank(),
             f"gradebook_K8S_u_grace_attempt_2026-11-23-10-00-00_{NAME}": right_one}),
        HostileClass("moodle-in-the-name-of-another",
            "A file that the learner called `Grace Hopper_22_assignsubmission_file_np-union.ipynb`.",
            "The first name counts: that is the platform's.",
            {"Ada Lovelace_11": 0, "Grace Hopper_22": FULL},
            {f"Ada Lovelace_11_assignsubmission_file_Grace Hopper_22_assignsubmission_file_{NAME}": blank(),
             f"Grace Hopper_22_assignsubmission_file_{NAME}": right_one}),
        HostileClass("moodle-out-of-the-folder",
            "An entry `Ada Lovelace_11_assignsubmission_file_/../Grace Hopper_22_assignsubmission_file_/…`.",
            "It is refused, and nobody's: Grace's own stays what it is.",
            {"Ada Lovelace_11": FULL, "Grace Hopper_22": FULL},
            {f"Ada Lovelace_11_assignsubmission_file_/{NAME}": right_one,
             f"Grace Hopper_22_assignsubmission_file_/{NAME}": right_one,
             f"Ada Lovelace_11_assignsubmission_file_/../Grace Hopper_22_assignsubmission_file_/{NAME}": blank()}),
        HostileClass("blackboard-in-the-form-of-another-platform",
            "A file that the learner called `9_assignsubmission_file_np-union.ipynb`, as Moodle would.",
            "The form that fits all files of the archive counts.",
            {"ada": 0, "grace": FULL},
            {f"gradebook_K8S_u_ada_attempt_2026-11-23-10-00-00_9_assignsubmission_file_{NAME}": blank(),
             f"gradebook_K8S_u_grace_attempt_2026-11-23-10-00-00_{NAME}": right_one}),
        HostileClass("canvas-out-of-the-archive", "An entry `../hoppergrace_22_7_np-union.ipynb` behind Grace's own.",
            "It is refused, and nobody's: Grace's own stays what it is.",
            {"lovelaceada_11": 0, "hoppergrace_22": FULL},
            {f"lovelaceada_11_8_{NAME}": blank(), f"hoppergrace_22_7_{NAME}": right_one,
             f"../hoppergrace_22_7_{NAME}": blank()}),
        HostileClass("one-bomb", "One learner's archive is a bomb, one is broken, one is fine.",
            "Those two earn 0; the third is graded.",
            {"lovelaceada_11": 0, "hoppergrace_22": 0, "torvaldslinus_33": FULL},
            {"lovelaceada_11_1_work.zip": lambda: raw_zip(NAME.encode(), zeros(100 * MIB), 100 * MIB),
             "hoppergrace_22_2_work.zip": b"PK\x03\x04",
             f"torvaldslinus_33_3_{NAME}": right_one}),
        HostileClass("two-who-look-alike", "Two learners whose names differ by a Cyrillic letter only.",
            "They stay two.", {"ada": FULL, "\u0430da": 0},
            {f"ada/{ASSIGNMENT}/{NAME}": right_one, f"\u0430da/{ASSIGNMENT}/{NAME}": blank()}, as_folder=True),
        HostileClass("two-without-marks", "Two learners whose names are the same without an invisible mark.",
            "They stay two: one of them gets a number behind the name.", {"ada": FULL, "ada (486912)": 0},
            {f"ada/{ASSIGNMENT}/{NAME}": right_one, f"ada\u200b/{ASSIGNMENT}/{NAME}": blank()}, as_folder=True),
    ]  # fmt: skip


ATTACKS: tuple[Hostile, ...] = (
    *_archives(),
    *_folders(),
    *_notebooks(),
    *_scores(),
    *_answers(),
    *_people(),
)
CLASS_ATTACKS: tuple[HostileClass, ...] = tuple(_classes())


def write_attacks(submitted: Path, attacks: Iterable[Hostile] = ATTACKS) -> list[Hostile]:
    """Write attacks into nbgrader's tree, and return those that this system can have."""
    return [attack for attack in attacks if _is_written(submitted, attack)]


def _is_written(submitted: Path, attack: Hostile) -> bool:
    learner = submitted / (attack.student or attack.name)
    try:
        (learner / ASSIGNMENT).mkdir(parents=True)
        attack.build(learner / ASSIGNMENT)
    except (OSError, NotImplementedError):
        shutil.rmtree(learner, ignore_errors=True)
        return False
    return True


def page() -> str:
    """Return docs/hostile-submissions.md."""
    return "\n".join(_lines()) + "\n"


def _lines() -> Iterator[str]:
    yield "# What hostile submissions attack, and what happens"
    yield ""
    yield "<!-- Written by `python -m tests.classroom.hostile`; do not edit. -->"
    yield ""
    yield f"{len(ATTACKS)} submissions and {len(CLASS_ATTACKS)} classes, built by `tests/classroom/hostile.py`. The"
    yield "tests hand in every one of them and hold what happens against this page. Nothing of a submission is executed"
    yield "or unpickled, nothing is written to disk, and none of them keeps the rest of a class from being graded."
    for group in dict.fromkeys(attack.group for attack in ATTACKS):
        yield ""
        yield f"## {group[0].upper()}{group[1:]}"
        yield ""
        yield f"| name | what it attacks | what must happen | of {FULL:g} points |"
        yield "| --- | --- | --- | ---: |"
        for attack in ATTACKS:
            if attack.group == group:
                yield f"| `{attack.name}` | {_cell(attack.attacks)} | {_cell(attack.must)} | {attack.score:g} |"
    yield ""
    yield "## A class"
    yield ""
    yield "| name | what it attacks | what must happen |"
    yield "| --- | --- | --- |"
    for each in CLASS_ATTACKS:
        yield f"| `{each.name}` | {_cell(each.attacks)} | {_cell(each.must)} |"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def main() -> None:
    """Print the page, or write the attacks."""
    if len(sys.argv) > 1:
        folder = Path(sys.argv[1])
        written_ones = write_attacks(folder / "submitted")
        for each in CLASS_ATTACKS:
            each.write(folder / "classes")
        print(f"{len(written_ones)} of {len(ATTACKS)} submissions, {len(CLASS_ATTACKS)} classes")
    else:
        sys.stdout.buffer.write(page().encode())


if __name__ == "__main__":
    main()
