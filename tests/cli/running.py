"""Runs a command inside the test's own process, as a person would type it."""

from __future__ import annotations

import contextlib
import io
import json
import os
import sys
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from unittest import mock

import jsonschema

from autograder import cli

SCHEMAS = Path(cli.__file__).parent / "schemas"


@dataclass(frozen=True)
class Answer:
    """What a command answered."""

    status: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """Standard output as one JSON document."""
        return json.loads(self.out)


def run(*words: str, stdin: str = "", columns: int | None = None, **environ: str) -> Answer:
    """Run a command in a terminal that is `columns` wide, or in a pipe of unknown width."""
    out, err = io.StringIO(), io.StringIO()
    standard_input = io.TextIOWrapper(io.BytesIO(stdin.encode("utf-8", "surrogatepass")), encoding="utf-8")
    hidden = {"NO_COLOR", "FORCE_COLOR", "COLUMNS", "LINES"}
    clean = {name: value for name, value in os.environ.items() if name not in hidden}
    width = {} if columns is None else {"COLUMNS": str(columns)}
    with (
        mock.patch.dict(os.environ, {**clean, **width, **environ}, clear=True),
        mock.patch.object(sys, "stdin", standard_input),
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(err),
    ):
        status = cli.main(list(words))
    return Answer(status, out.getvalue(), err.getvalue())


@cache
def schema(command: str) -> jsonschema.Draft202012Validator:
    """The schema of a command's JSON, itself checked."""
    text = json.loads((SCHEMAS / f"{command}.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(text)
    return jsonschema.Draft202012Validator(text)


def fits(command: str, document: Any) -> None:
    """Hold a document against the schema of a command."""
    errors = [f"{error.json_path}: {error.message}" for error in schema(command).iter_errors(document)]
    assert not errors, errors[:5]
