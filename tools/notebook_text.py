"""Notebooks as text: read a MyST Markdown file into cells, and write cells as a notebook, always with the same bytes.

The text is what people edit. Of MyST it uses what a notebook needs and nothing more:

- A fence ``{code-cell}`` is a code cell. Lines ``:tags: [one, two]`` at its top are options.
- A fence ``{exercise} ID``, which is empty, stands for the title and the task of an exercise.
- A line ``+++`` starts a new Markdown cell. So does the end of a code cell.
- Everything else is Markdown and stays as it is, other fences included.
- Front matter between two lines ``---`` at the very top is for tools and leaves no cell.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import Any, Literal

import yaml

FENCE = re.compile(r"^(?P<ticks>`{3,}|~{3,})\s*(?P<info>.*?)\s*$")
OPTION = re.compile(r"^:(?P<name>[a-z-]+):\s*(?P<value>.*?)\s*$")
CELL_ID = re.compile(r"^[a-zA-Z0-9_-]{1,64}$")


class TextError(Exception):
    """A text source that cannot become a notebook. The message says file, line and remedy."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell of a notebook, as written."""

    kind: Literal["markdown", "code", "exercise"]
    source: str
    """The text; for an exercise its id."""
    line: int
    """Where it starts in the text, from 1."""
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class BuiltCell:
    """One cell of a notebook, as it goes into the file."""

    kind: Literal["markdown", "code"]
    id: str
    source: str
    metadata: dict[str, Any] = field(default_factory=dict)


def parse(text: str, file: str) -> list[Cell]:
    """Return the cells of a text source in order.

    Raises TextError for a fence that nobody closes, an unknown option, and tags that are no list of words.
    """
    lines = text.splitlines()
    start = _after_front_matter(lines, file)
    cells: list[Cell] = []
    prose: list[str] = []
    prose_line = start + 1
    number = start
    while number < len(lines):
        line = lines[number]
        fence = FENCE.match(line)
        if fence is None:
            if line.rstrip() == "+++":
                _add_prose(cells, prose, prose_line)
                prose, prose_line = [], number + 2
            else:
                prose.append(line)
            number += 1
            continue
        end = _closing_fence(lines, number, fence["ticks"], file)
        directive, _, argument = fence["info"].partition(" ")
        if directive in {"{code-cell}", "{exercise}"}:
            _add_prose(cells, prose, prose_line)
            body = lines[number + 1 : end]
            if directive == "{code-cell}":
                cells.append(_code_cell(body, number + 1, file))
            elif argument and not body:
                cells.append(Cell("exercise", argument, number + 1))
            else:
                raise TextError(f"{file}:{number + 1}: write {{exercise}} ID and close the fence on the next line")
            prose, prose_line = [], end + 2
        else:
            prose.extend(lines[number : end + 1])
        number = end + 1
    _add_prose(cells, prose, prose_line)
    return cells


def notebook(cells: list[BuiltCell]) -> bytes:
    """Return the notebook file of these cells: format 4.5, no outputs, no kernel named.

    The layout is the one that Jupyter itself writes, so opening and saving changes nothing. A notebook
    that names its language alone opens without a question on every machine.
    """
    document = {
        "cells": [_as_json(cell) for cell in cells],
        "metadata": {"language_info": {"name": "python"}},
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    return (json.dumps(document, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode()


def _as_json(cell: BuiltCell) -> dict[str, Any]:
    common = {
        "cell_type": cell.kind,
        "id": cell.id,
        "metadata": cell.metadata,
        "source": cell.source.splitlines(keepends=True),
    }
    return common if cell.kind == "markdown" else {**common, "execution_count": None, "outputs": []}


def _after_front_matter(lines: list[str], file: str) -> int:
    if not lines or lines[0].rstrip() != "---":
        return 0
    for number, line in enumerate(lines[1:], start=1):
        if line.rstrip() == "---":
            return number + 1
    raise TextError(f"{file}:1: the front matter is never closed; end it with a line ---")


def _closing_fence(lines: list[str], start: int, ticks: str, file: str) -> int:
    for number in range(start + 1, len(lines)):
        fence = FENCE.match(lines[number])
        if fence and not fence["info"] and fence["ticks"].startswith(ticks):
            return number
    raise TextError(f"{file}:{start + 1}: this fence is never closed; end it with a line {ticks}")


def _add_prose(cells: list[Cell], prose: list[str], line: int) -> None:
    while prose and not prose[0].strip():
        prose = prose[1:]
        line += 1
    source = "\n".join(prose).rstrip()
    if source:
        cells.append(Cell("markdown", source, line))


def _code_cell(body: list[str], line: int, file: str) -> Cell:
    tags: tuple[str, ...] = ()
    used = 0
    for number, text in enumerate(body):
        option = OPTION.match(text)
        if option is None:
            break
        used = number + 1
        if option["name"] != "tags":
            raise TextError(f"{file}:{line + used}: unknown option {option['name']!r}; a code cell takes :tags: alone")
        tags = _tags(option["value"], f"{file}:{line + used}")
    return Cell("code", "\n".join(body[used:]).strip("\n"), line, tags)


def _tags(text: str, where: str) -> tuple[str, ...]:
    try:
        # `[a:b, c]` would be a mapping to YAML: every tag is read as a word of its own.
        value = yaml.safe_load(re.sub(r"[^\[\],\s]+", lambda word: json.dumps(word[0]), text))
    except yaml.YAMLError:
        value = None
    if not isinstance(value, list) or not all(isinstance(tag, str) for tag in value):
        raise TextError(f"{where}: tags are written as a list of words, :tags: [one, two]")
    return tuple(value)
