"""The learner's answer: where it is, which of several counts, and whether it was touched at all.

An answer lives in two places: the ``%%manifest`` cell of a notebook, and ``answers/EXERCISE.yaml`` beside it, which
running the cell writes, a terminal learner edits, and ``kubectl apply -f`` takes.

======================= =================================================== ========================================
cell / file             while learning the answer is                        in a submission it is
======================= =================================================== ========================================
untouched / untouched   the starter                                         the starter
changed / untouched     the cell                                            the cell
untouched / changed     the file                                            the file
changed, both the same  that                                                that
changed / changed       the file, and every check says that they differ     the cell, and feedback says so
======================= =================================================== ========================================

*Untouched* is what equals the starter, or is empty, or is not there. Of several cells for one exercise the one counts
that differs from the starter; of several such, the one that was run last, which the file tells; else the first.

The file's first line is the cell's first line as a comment, so line 7 of one is line 7 of the other.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from autograder.manifests.limits import ANSWERS, InputError
from autograder.manifests.whole import write_whole

from .findings import Finding, finding
from .notebooks import MAGIC, Cell, Notebook, read_notebook
from .spec import Exercise

State = Literal["changed", "starter", "empty", "missing"]
Side = Literal["cell", "file"]

FOLDER: Final = "answers"
_SUFFIX: Final = {"manifest": ".yaml", "predict": ".prediction.yaml"}
_IGNORED: Final = (".ipynb_checkpoints",)


@dataclass(frozen=True, slots=True)
class Text:
    """One text that may be the answer."""

    text: str
    file: str
    """Where it stands, for people: a file, or a notebook and its cell."""
    state: State


@dataclass(frozen=True, slots=True)
class Answer:
    """The text that counts for an exercise."""

    exercise: str
    text: str
    file: str
    state: State
    side: Side
    notes: tuple[Finding, ...] = ()
    """What has to be said about where the answer comes from: copied cells, two that differ."""


def magic_of(exercise: Exercise) -> str:
    """Return the magic that an exercise's cell begins with: ``predict`` if the answer is a table, else ``manifest``."""
    return "predict" if exercise.is_table else "manifest"


def answer_path(exercise: Exercise, folder: Path) -> Path:
    """Return the answer's file, `folder` being where the notebook lies."""
    return folder / FOLDER / f"{exercise.id}{_SUFFIX[magic_of(exercise)]}"


def body(text: str) -> str:
    r"""Return an answer without the line that names the exercise, and without blank lines around it.

    Two answers with the same body are the same answer.

    >>> body("%%manifest deny-all\n\nkind: Pod  \n") == body("# %%manifest deny-all\nkind: Pod")
    True
    """
    lines = [line.rstrip() for line in text.replace("\r\n", "\n").split("\n")]
    for index, line in enumerate(lines):
        if line:
            if MAGIC.match(line.removeprefix("# ")):
                lines[index] = ""
            break
    return "\n".join(lines).strip("\n")


def readable(text: str) -> str:
    """Return an answer as YAML: the line that names the exercise becomes a comment, and every line keeps its number."""
    lines = text.replace("\r\n", "\n").split("\n")
    for index, line in enumerate(lines):
        if line.strip():
            if MAGIC.match(line.rstrip()):
                lines[index] = f"# {line}"
            break
    return "\n".join(lines)


def as_file(exercise: Exercise, cell: str) -> str:
    """Return a cell's text, with or without its first line, as the text of the answer's file."""
    lines = cell.replace("\r\n", "\n").split("\n")
    first = next((index for index, line in enumerate(lines) if line.strip()), 0)
    if MAGIC.match(lines[first].rstrip().removeprefix("# ")):
        lines = lines[first + 1 :]
    return "\n".join([f"# %%{magic_of(exercise)} {exercise.id}", *lines]).rstrip("\n") + "\n"


def as_cell(exercise: Exercise, file: str) -> str:
    """Return the text of an answer's file as the text of a cell."""
    return as_file(exercise, file).removeprefix("# ").rstrip("\n")


def write_answer(exercise: Exercise, folder: Path, cell: str) -> Path:
    """Write a cell's text to the answer's file, and return that file.

    The file is replaced as a whole or not at all. Raises `InputError` when it cannot be written.
    """
    path = answer_path(exercise, folder)
    replace_file(path, as_file(exercise, cell))
    return path


def learner_answer(exercise: Exercise, folder: Path, cell: str | None = None) -> Answer:
    """Return the answer that counts while learning.

    `folder` is where the notebook lies. `cell` is the cell's text where it is known to be newer than the saved
    notebook, that is, in the notebook's own kernel. Raises `InputError` when a file cannot be read.
    """
    if cell is not None:
        cells = [_text(exercise, readable(cell), "the cell")]
    else:
        cells = _texts(exercise, cells_of(exercise, folder))
    path = answer_path(exercise, folder)
    return _decide(exercise, cells, read_answer(path) if path.is_file() else None, "file")


def submitted_answer(exercise: Exercise, notebook: Path) -> Answer:
    """Return the answer that counts in a submission: the notebook's cell, unless it was not touched.

    Raises `InputError` when the notebook or the answer's file cannot be read.
    """
    found = [read_notebook(notebook)] if notebook.exists() else []
    path = answer_path(exercise, notebook.parent)
    return answer_among(exercise, found, read_answer(path) if path.is_file() else None)


def answer_among(exercise: Exercise, notebooks: Iterable[Notebook], file: str | None) -> Answer:
    """Return the answer that counts in a submission that was read: its notebooks, and its answer's file if it has one.

    A cell that was changed counts; one that is still the starter leaves the word to the file.
    """
    cells = [(notebook, cell) for notebook in notebooks for cell in find_cells(exercise, notebook)]
    return _decide(exercise, _texts(exercise, cells), file, "cell")


def file_answer(exercise: Exercise, path: Path) -> Answer:
    """Return an answer from a file that the learner names: YAML, or a notebook.

    Raises `InputError` when it cannot be read.
    """
    if path.suffix == ".ipynb":
        cells = _cells_in(exercise, path)
        if not cells:
            raise InputError(
                f"{path} holds no cell for {exercise.id}: none begins with %%{magic_of(exercise)} {exercise.id}."
            )
        return _decide(exercise, cells, None, "cell")
    if not path.is_file():
        raise InputError(f"{path}: there is no such file. Name a YAML file or a notebook with --answer.")
    text = _text(exercise, read_answer(path), str(path))
    return Answer(exercise.id, text.text, text.file, text.state, "file")


def cells_of(exercise: Exercise, folder: Path) -> list[tuple[Notebook, Cell]]:
    """Return the cells for an exercise in the notebooks of a folder.

    A broken notebook is passed over if another one has a cell; else `InputError` is raised, since the answer may have
    been in it.
    """
    found: list[tuple[Notebook, Cell]] = []
    broken: list[InputError] = []
    for path in notebooks_in(folder):
        if not _may_name(path, exercise.id):
            continue
        try:
            notebook = read_notebook(path)
        except InputError as error:
            broken.append(error)
        else:
            found += [(notebook, cell) for cell in find_cells(exercise, notebook)]
    if broken and not found:
        raise broken[0]
    return found


def _may_name(path: Path, exercise_id: str) -> bool:
    """Return whether a notebook has to be read: most notebooks of a folder do not even hold the exercise's name."""
    try:
        data = path.read_bytes()
    except OSError:
        return True
    return exercise_id.encode() in data or not data.rstrip().endswith(b"}")


def notebooks_in(folder: Path) -> list[Path]:
    """Return the notebooks of a folder, without Jupyter's checkpoints."""
    return [path for path in sorted(folder.glob("*.ipynb")) if path.is_file() and path.parent.name not in _IGNORED]


def find_cells(exercise: Exercise, notebook: Notebook) -> list[Cell]:
    """Return the cells that hold an answer to an exercise.

    Those that nbgrader knows by its name come first, then those whose magic names it. A cell whose magic names another
    exercise is that one's: it was copied, and then changed on purpose.
    """
    wanted = {exercise.id, f"{exercise.id}-prediction"} if exercise.is_table else {exercise.id}
    by_grade_id, by_magic = [], []
    for cell in notebook.cells:
        magic = cell.magic
        named = magic.name if magic and magic.magic == magic_of(exercise) else ""
        if cell.grade_id in wanted and named in ("", exercise.id):
            by_grade_id.append(cell)
        elif named == exercise.id:
            by_magic.append(cell)
    return by_grade_id + by_magic


def read_answer(path: Path) -> str:
    """Return the text of an answer's file. Raises `InputError` when it cannot be read or is far too large."""
    try:
        with path.open("rb") as stream:
            data = stream.read(ANSWERS.max_bytes + 1)
    except OSError as error:
        raise InputError(f"{path}: {error.strerror}. Make the file readable.") from None
    return data.decode("utf-8-sig", "replace")


def replace_file(path: Path, text: str) -> None:
    """Write a file as a whole or not at all. Raises `InputError` when it cannot be written."""
    try:
        write_whole(path, text)
    except OSError as error:
        raise InputError(
            f"{path} cannot be written: {error.strerror}. Your answer is still where you wrote it."
        ) from None


def _texts(exercise: Exercise, cells: Iterable[tuple[Notebook, Cell]]) -> list[Text]:
    return [
        _text(exercise, readable(cell.text), f"{Path(notebook.file).name}, cell {cell.number}")
        for notebook, cell in cells
    ]


def _cells_in(exercise: Exercise, path: Path) -> list[Text]:
    notebook = read_notebook(path)
    return _texts(exercise, [(notebook, cell) for cell in find_cells(exercise, notebook)])


def state_of(exercise: Exercise, text: str) -> State:
    """Return whether a text is the starter, empty (blank lines and comments), or a changed answer."""
    written = body(text)
    if written == body(exercise.starter):
        return "starter"
    if not any(line.strip() and not line.lstrip().startswith("#") for line in written.split("\n")):
        return "empty"
    return "changed"


def _text(exercise: Exercise, text: str, file: str) -> Text:
    return Text(text, file, state_of(exercise, text))


def _decide(exercise: Exercise, cells: list[Text], beside: str | None, side: Side) -> Answer:
    """Return the answer by the table at the top; `side` is the one that counts when both were changed.

    `beside` is the text of the answer's file, None if there is none.
    """
    shown = _shown(answer_path(exercise, Path()))
    file = _text(exercise, beside, shown) if beside is not None else None
    written = body(file.text) if file else None
    cell, notes = _pick(exercise, cells, written)
    chosen: tuple[Text | None, Side] = (cell, "cell")
    if file is not None and file.state == "changed":
        if cell is None or cell.state != "changed":
            chosen = (file, "file")
        elif body(cell.text) != written:
            if side == "file":
                chosen = (file, "file")
            counts, other = (file, cell) if side == "file" else (cell, file)
            notes = (*notes, finding("answers-differ", counts=counts.file, other=other.file, exercise=exercise.id))
    elif file is not None and cell is None:
        chosen = (file, "file")
    text, origin = chosen
    if text is None:
        return Answer(exercise.id, "", shown, "missing", "file", notes)
    return Answer(exercise.id, text.text, text.file, text.state, origin, notes)


def _pick(exercise: Exercise, cells: list[Text], written: str | None) -> tuple[Text | None, tuple[Finding, ...]]:
    """Return the cell that counts, and what to say if there were several."""
    if not cells:
        return None, ()
    changed = [cell for cell in cells if cell.state == "changed"]
    last_run = [cell for cell in changed if body(cell.text) == written]
    picked = next(iter([*last_run, *changed, *cells]))
    others = [cell.file for cell in cells if cell is not picked]
    if not others or (len({body(cell.text) for cell in changed}) < 2 and len(cells) == len(changed)):
        return picked, ()
    return picked, (finding("answer-copied", exercise=exercise.id, counts=picked.file, others=_listed(others)),)


def _listed(names: Iterable[str]) -> str:
    return " and ".join(names)


def _shown(path: Path) -> str:
    """Return the answer's file as people know it: relative to the folder of the notebook."""
    return f"{FOLDER}/{path.name}"
