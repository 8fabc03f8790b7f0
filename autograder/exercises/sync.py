"""One answer in two places made one again: the notebook's cell and the file beside it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from autograder.manifests.limits import InputError

from .answers import (
    Side,
    answer_path,
    as_cell,
    body,
    cells_of,
    magic_of,
    read_answer,
    replace_file,
    state_of,
    write_answer,
)
from .notebooks import Cell, Notebook
from .spec import Exercise


@dataclass(frozen=True, slots=True)
class Synced:
    """What was done."""

    done: Literal["same", "file-written", "cell-written"]
    source: str
    """Where the answer was taken from."""
    target: str
    """What was written; the same as `source` when there was nothing to do."""


def sync(exercise: Exercise, folder: Path, keep: Side | None = None) -> Synced:
    """Copy the cell over the file, or the file over the cell, and return what was done.

    `folder` is where the notebook lies; `keep` says which of the two to keep. Without it the one that was changed is
    kept; when both were and they differ, nobody but the learner can know, and `InputError` asks. It is also raised
    when there is no cell or no file to copy, or one cannot be read or written. Save the notebook, and close it in
    JupyterLab, before its cell is written.
    """
    path = answer_path(exercise, folder)
    written = read_answer(path) if path.is_file() else None
    notebook, cell = _cell(exercise, folder)
    file_name = str(path)
    cell_name = f"{notebook.file}, cell {cell.number}" if notebook and cell else ""
    if cell is None and written is None:
        magic = f"%%{magic_of(exercise)} {exercise.id}"
        raise InputError(f"{folder} holds no answer for {exercise.id}: no notebook with {magic}, and no {path}.")
    if cell is not None and written is not None and body(cell.text) == body(written):
        return Synced("same", file_name, file_name)
    side = keep or _changed_side(exercise, cell, written, cell_name, file_name)
    if side == "cell":
        if cell is None:
            raise InputError(
                f"{folder} holds no notebook with a cell for {exercise.id}, so there is nothing to copy to {path}."
            )
        write_answer(exercise, folder, cell.text)
        return Synced("file-written", cell_name, file_name)
    if written is None:
        raise InputError(f"{path} is missing, so there is nothing to copy into the notebook.")
    if notebook is None or cell is None:
        raise InputError(
            f"{folder} holds no notebook with a cell for {exercise.id}, so there is no place to copy {path} to."
        )
    replace_file(Path(notebook.file), notebook.with_text(cell, as_cell(exercise, written)))
    return Synced("cell-written", file_name, cell_name)


def _cell(exercise: Exercise, folder: Path) -> tuple[Notebook | None, Cell | None]:
    """Return the notebook and the cell that holds the answer: one that was changed before one that was not."""
    found = cells_of(exercise, folder)
    changed = [(notebook, cell) for notebook, cell in found if state_of(exercise, cell.text) == "changed"]
    return next(iter([*changed, *found]), (None, None))


def _changed_side(exercise: Exercise, cell: Cell | None, written: str | None, cell_name: str, file_name: str) -> Side:
    cell_changed = cell is not None and state_of(exercise, cell.text) == "changed"
    file_changed = written is not None and state_of(exercise, written) == "changed"
    if cell_changed and file_changed:
        raise InputError(
            f"{cell_name} and {file_name} were both changed, and they differ. Say which one to keep: "
            f"autograder sync {exercise.id} --keep cell, or --keep file."
        )
    return "file" if file_changed or cell is None else "cell"
