"""docs/command-line.md tells the truth: it names all there is, and its examples print what they show.

``python -m pytest tests/cli/test_command_line_page.py --write-golden`` writes what the examples print.
"""

from __future__ import annotations

import argparse
import importlib
import json
import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from autograder import cli
from autograder.network.profiles import PROFILES

from .running import SCHEMAS, run

PAGE = Path(__file__).parents[2] / "docs" / "command-line.md"
TEXT = PAGE.read_text(encoding="utf-8")
SECTIONS = dict(re.findall(r"^## (.+?)\n(.*?)(?=^## |\Z)", TEXT, flags=re.MULTILINE | re.DOTALL))
SHARED = SECTIONS["What all commands share"]
BLOCK = re.compile(r"^```console\n(.*?)^```$", flags=re.MULTILINE | re.DOTALL)


def section(command: str) -> str:
    return SECTIONS[f"autograder {command}"]


def parsers(command: str) -> Iterator[argparse.ArgumentParser]:
    """The parser of a command and those of its own commands."""
    commands = argparse.ArgumentParser().add_subparsers()
    importlib.import_module(cli.COMMANDS[command].module).add(commands)
    waiting = [commands.choices[command]]
    while waiting:
        parser = waiting.pop()
        yield parser
        for action in parser._actions:
            if isinstance(action, argparse._SubParsersAction):
                waiting += action.choices.values()


@pytest.mark.parametrize("command", cli.COMMANDS)
def test_every_command_and_every_option_is_told(command):
    told = section(command)
    assert f"| [`{command}`](#autograder-{command}) | " in TEXT
    assert f"autograder {command}" in told, "an example"
    where = told + (SHARED if "(#manifests)" in told else "")
    for parser in parsers(command):
        for action in parser._actions:
            for option in set(action.option_strings) - {"-h", "--help"}:
                assert re.search(rf"`[^`]*(?<![\w-]){re.escape(option)}(?![\w-])[^`]*`", where), option
            for choice in action.choices or () if action.option_strings else ():
                assert str(choice) in where or re.fullmatch(r"1\.3[4-6]", str(choice)), (action.dest, choice)


def test_no_option_is_told_that_there_is_not():
    known = {
        option
        for command in cli.COMMANDS
        for parser in parsers(command)
        for action in parser._actions
        for option in action.option_strings
    }
    elsewhere = {"--ip", "--help"}
    assert set(re.findall(r"(?<![\w-])--[a-z][a-z-]*", TEXT)) <= known | elsewhere


@pytest.mark.parametrize("path", sorted(SCHEMAS.glob("*.json")), ids=lambda path: path.stem)
def test_every_field_is_told(path):
    told = section(path.stem.partition("-")[0]) + SHARED
    protocols = {"TCP", "UDP", "SCTP"}
    for field in fields(json.loads(path.read_text(encoding="utf-8"))) - protocols:
        assert f"`{field}`" in told, field


def fields(schema: Any) -> set[str]:
    """The names of all properties in a schema."""
    if isinstance(schema, list):
        return set().union(*map(fields, schema))
    if not isinstance(schema, dict):
        return set()
    own = schema.get("properties", {})
    return set(own) | set().union(*(fields(value) for value in schema.values()), set())


def test_every_reason_profile_and_status_is_told():
    schema = json.loads((SCHEMAS / "reach.json").read_text(encoding="utf-8"))
    for reason in schema["$defs"]["undefined"]["properties"]["reason"]["enum"]:
        assert f"| `{reason}` |" in SHARED
    for profile in PROFILES:
        assert f"`{profile}`" in SHARED
    for status in (cli.OK, cli.NO, cli.FAILED, cli.STOPPED):
        assert f"| {status} | " in SHARED


def files() -> dict[str, str]:
    """The files that the page shows, by the name in their first line."""
    blocks = re.findall(r"^```yaml\n# (\S+)\n(.*?)^```$", TEXT, re.MULTILINE | re.DOTALL)
    return {name: f"# {name}\n{text}" for name, text in blocks}


def test_the_examples_print_what_they_show(tmp_path, monkeypatch, request):
    for name, text in files().items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    monkeypatch.chdir(tmp_path)

    def played(block: re.Match[str]) -> str:
        words = [line for line in block[1].splitlines() if line.startswith("$ ")]
        assert words
        shown = []
        for line in words:
            answer = run(*shlex.split(line)[2:])
            assert answer.status in (0, 1), answer.err
            shown.append(f"{line}\n{answer.out}{answer.err}")
        return "```console\n" + "\n".join(shown) + "```"

    now = BLOCK.sub(played, TEXT)
    if request.config.getoption("--write-golden"):
        PAGE.write_text(now, encoding="utf-8")
    assert now == PAGE.read_text(encoding="utf-8")


def test_links_lead_somewhere():
    headings = {
        re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-")
        for title in re.findall(r"^#+ (.+)$", TEXT, re.MULTILINE)
    }
    for target in re.findall(r"\]\(#([^)]+)\)", TEXT):
        assert target in headings
    for target in re.findall(r"\]\(([\w./-]+)\)", TEXT):
        assert (PAGE.parent / target).exists()
