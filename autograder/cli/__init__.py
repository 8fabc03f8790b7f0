"""The frame of the command line: finds the command, runs it, and turns every failure into a sentence.

A command is a module with ``add(subparsers)``, which names its arguments, and ``run(args) -> int``, which answers with
the exit status. Only the module of the chosen command is imported, so every command starts as fast as it can.

====== ==================================================================================
status meaning
====== ==================================================================================
0      answered; for a command that judges: yes
1      answered, and the answer is no
2      could not be carried out: bad usage, or input that cannot be read (quiet when the
       reader of a pipe has gone)
130    stopped with Ctrl+C
====== ==================================================================================
"""

from __future__ import annotations

import argparse
import difflib
import importlib
import os
import sys
from collections.abc import Sequence
from typing import NamedTuple

from autograder import __version__
from autograder.manifests.limits import InputError

OK = 0
NO = 1
FAILED = 2
STOPPED = 130


class Command(NamedTuple):
    """One line of ``autograder --help``, and the module that does the work."""

    module: str
    help: str


COMMANDS = {
    "start": Command("autograder.cli.start", "open the course in JupyterLab, on a desk of your own"),
    "list": Command("autograder.cli.listing", "which exercises are there, and which are right?"),
    "watch": Command("autograder.cli.watch", "check an answer again whenever you save it"),
    "check": Command("autograder.cli.check", "is the answer right?"),
    "hint": Command("autograder.cli.hint", "what could I try?"),
    "solution": Command("autograder.cli.solution", "why is an answer right?"),
    "reset": Command("autograder.cli.reset", "begin an exercise anew; the old answer is kept"),
    "progress": Command("autograder.cli.progress", "where do I stand, and what comes next?"),
    "sync": Command("autograder.cli.sync", "make the notebook's cell and the answer's file equal"),
    "validate": Command("autograder.cli.validate", "would the API server take these manifests?"),
    "reach": Command("autograder.cli.reach", "who can talk to whom, on which ports?"),
    "explain": Command("autograder.cli.explain", "why is a connection allowed, denied or undefined?"),
    "diff": Command("autograder.cli.diff", "what does a change open and close?"),
    "effective": Command("autograder.cli.effective", "what does each container run with?"),
    "can": Command("autograder.cli.can", "may a container do that, and which layer decides?"),
    "standards": Command("autograder.cli.standards", "which level of the Pod Security Standards does a Pod pass?"),
    "review": Command("autograder.cli.review", "is the team's own YAML sound?"),
    "onboarding": Command("autograder.cli.onboarding", "which lessons teach what this team gets wrong?"),
    "release": Command("autograder.cli.release", "give every learner a problem of their own"),
    "grade": Command("autograder.cli.grade", "grade what a class has handed in"),
    "merge": Command("autograder.cli.merge", "put the parts of a class together that several machines graded"),
    "export": Command("autograder.cli.export", "fill the grades of a class into the file of Canvas or Moodle"),
    "forget": Command("autograder.cli.forget", "delete everything that is stored about a learner"),
    "course": Command("autograder.cli.course", "is the course itself sound?"),
    "completion": Command("autograder.cli.completion", "let your shell complete commands, options and exercises"),
}
"""Every command there is, in the order of the help."""

HEADINGS = {
    "start": "to learn:",
    "validate": "to ask about manifests of your own:",
    "release": "to teach a class:",
    "completion": "for your shell:",
}
"""What stands above a command in the help: for whom it and those behind it are."""

EXAMPLES = """\
examples:
  autograder start                     open the course in JupyterLab
  autograder watch                     learn in a terminal instead
  autograder check                     judge your answers
  autograder reach manifests/          show who can talk to whom
  autograder review manifests/         find what does not mean what it seems to
  autograder grade submissions/ --out grades
                                       grade a class
  autograder reach --help              see what a command can do

Exit status: 0 yes, 1 no, 2 it could not be carried out.
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command, `arguments` being those of the program, and return the exit status."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    _never_fail_on_a_character()
    try:
        status = _status(words)
        _flush()
    except KeyboardInterrupt:
        _say("stopped.")
        status = STOPPED
    except BrokenPipeError:
        _drop_output()
        status = FAILED
    except OSError as error:
        _drop_output()
        _say(f"{error.filename}: {error.strerror}." if error.filename else f"{error.strerror or error}.")
        status = FAILED
    except InputError as error:
        _say(str(error))
        status = FAILED
    except Exception as error:
        # The last net: a person gets a sentence, never a traceback.
        if "--traceback" in words:
            raise
        _say(
            f"internal error ({type(error).__name__}: {error}). This is a fault of the program, not of your files.\n"
            f"Run `autograder --traceback …` with the same words to see where, and please report what it shows."
        )
        status = FAILED
    return status


def _status(words: list[str]) -> int:
    """The exit status of one command, also when argparse ends the program with help or with a usage error."""
    try:
        return _run(words)
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else FAILED


def _run(words: list[str]) -> int:
    """Run the command that `words` name and return its exit status."""
    parser = _parser()
    name = next((word for word in words if not word.startswith("-")), None)
    if name is None:
        parser.parse_args(words)  # --help and --version end here
        parser.print_help(sys.stderr)
        return FAILED
    if name not in COMMANDS:
        near = difflib.get_close_matches(name, COMMANDS, n=1)
        remedy = f"Did you mean `autograder {near[0]}`?" if near else "See `autograder --help` for those there are."
        _say(f"there is no command {name!r}. {remedy}")
        return FAILED
    command = importlib.import_module(COMMANDS[name].module)
    command.add(parser.add_subparsers(prog="autograder", metavar="COMMAND", help=argparse.SUPPRESS))
    status: int = command.run(parser.parse_args(words))
    return status


def _parser() -> argparse.ArgumentParser:
    """The parser of everything that stands before the command."""
    width = max(map(len, COMMANDS))
    lines = []
    for name, command in COMMANDS.items():
        if name in HEADINGS:
            lines += ["", HEADINGS[name]]
        lines.append(f"  {name:<{width}}  {command.help}")
    parser = argparse.ArgumentParser(
        prog="autograder",
        usage="autograder [--help] [--version] COMMAND …",
        description="NetworkPolicy and SecurityContext: who can talk to whom, and is that what was asked?",
        epilog="\n".join([*lines[1:], "", EXAMPLES]),
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("--version", action="version", version=f"autograder {__version__}")
    parser.add_argument("--traceback", action="store_true", help="show where the program itself fails")
    return parser


def _never_fail_on_a_character() -> None:
    """Print a question mark for what the terminal cannot show, instead of failing."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")


def _flush() -> None:
    """Write what is still waiting, so that a full disk or a reader that has gone is noticed here and not at exit."""
    if sys.stdout is not None:  # a program started without standard output
        sys.stdout.flush()


def _drop_output() -> None:
    """Send what cannot be written nowhere, or Python would complain about it at exit."""
    try:
        _flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _say(text: str) -> None:
    """Tell a person, on standard error."""
    if sys.stderr is not None:
        print(f"autograder: {text}", file=sys.stderr)
