"""An exercise begun anew: the starter is back, and what stood there before is kept.

The old answer is kept beside its file under a numbered name, ``answers/first-door.yaml.1``. Its ending is no longer
that of a manifest, so neither ``kubectl apply -f answers/`` nor grading takes it for one.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from .answers import answer_path, as_cell, as_file, body, cells_of, read_answer, replace_file, state_of, write_answer
from .history import start_again
from .spec import Exercise


@dataclass(frozen=True, slots=True)
class Reset:
    """What was done."""

    file: Path
    """The answer's file."""
    kept: tuple[Path, ...]
    """Where the old answers are kept; none if there was nothing but the starter."""
    cells: tuple[str, ...]
    """The cells of notebooks that hold the starter again."""


def reset(exercise: Exercise, folder: Path) -> Reset:
    """Put the starter back, in the answer's file and in the cells for it, and return what was kept.

    `folder` is where the notebook lies. Every old answer is kept before anything is changed. Close the notebook in
    JupyterLab first, or it saves its own cell over the new one. Raises `InputError` when something cannot be read or
    written; whatever was there then still is.
    """
    path = answer_path(exercise, folder)
    written = read_answer(path) if path.is_file() else None
    cells = [(book, cell) for book, cell in cells_of(exercise, folder) if state_of(exercise, cell.text) == "changed"]
    texts = [written] if written is not None and state_of(exercise, written) == "changed" else []
    texts += [as_file(exercise, cell.text) for _, cell in cells]
    kept: dict[str, Path] = {}
    for text in texts:
        if body(text) not in kept:
            kept[body(text)] = _keep(path, text)
    write_answer(exercise, folder, exercise.starter)
    renewed = []
    for book, cell in cells:
        # Read again: a notebook may hold two cells, and the first one was written a moment ago.
        for newest, same in cells_of(exercise, folder):
            if newest.file == book.file and same.number == cell.number:
                replace_file(Path(book.file), newest.with_text(same, as_cell(exercise, exercise.starter)))
                renewed.append(f"{Path(book.file).name}, cell {cell.number}")
    start_again(exercise, folder)
    return Reset(path, tuple(kept.values()), tuple(renewed))


def _keep(path: Path, text: str) -> Path:
    """Write an old answer under the first number that is free, and return its file."""
    number = 1
    while (kept := path.with_name(f"{path.name}.{number}")).exists():
        number += 1
    replace_file(kept, text)
    return kept
