"""``autograder watch``: an answer is checked again whenever it is saved."""

from __future__ import annotations

import argparse
import contextlib
import os
import shutil
import signal
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from autograder.course import find_course
from autograder.manifests.limits import InputError

if TYPE_CHECKING:
    from autograder.cli.watching.session import Session
    from autograder.exercises.report import Style
    from autograder.exercises.spec import Exercises

HELP = "check an answer again whenever you save it"

DESCRIPTION = """\
Learn in a terminal: one exercise on the screen, your editor beside it. Save
answers/EXERCISE.yaml, and the answer is checked at once: the screen shows the
first thing that is not right, and what to try. Keys: h hint, l list, n next,
t task, s solution, r reset, q quit. In a pipe it prints a result whenever the
answer changes, until it is stopped.
"""
EXAMPLES = """\
examples:
  autograder start --desk-only    lay out your desk, once
  autograder watch                the exercise that you work on, or the next one
  autograder watch first-door     this one
  autograder watch --review       the one that is due for review

Saved files are noticed soonest with: pip install "pod-guardrails[terminal]".
"""


def add(commands: Any) -> None:
    """Name the arguments of ``autograder watch``."""
    from .learner import add_course

    parser = commands.add_parser(
        "watch",
        description=DESCRIPTION,
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument(
        "exercise", nargs="?", default="", metavar="EXERCISE", help="which exercise (default: the next)"
    )
    parser.add_argument("--review", action="store_true", help="take an exercise on a concept that is due for review")
    add_course(parser)


def run(args: argparse.Namespace) -> int:
    """Watch until the learner quits, and return 0. Raises `InputError` when there is nothing to watch."""
    from autograder.exercises.spec import Exercises

    from . import learner
    from .watching.session import Session

    exercises = Exercises(find_course(args.course))
    if args.review and args.exercise:
        raise InputError("--review chooses an exercise by itself. Name one, or say --review.")
    name = _due(exercises) if args.review else args.exercise
    session = Session(exercises, learner.place(exercises.course), name)
    if is_terminal(os.environ):
        _on_screen(session)
    else:
        _in_lines(session)
    return 0


def is_terminal(environ: Any) -> bool:
    """Return whether there is a terminal to draw on and to press keys in, and not a pipe or a dumb one."""
    both = all(stream is not None and stream.isatty() for stream in (sys.stdin, sys.stdout))
    return both and environ.get("TERM") != "dumb"


def _due(exercises: Exercises) -> str:
    from autograder.exercises.progress import progress

    from . import learner

    due = progress(exercises, learner.place(exercises.course)).due
    if not due:
        raise InputError("nothing is due for review today. Go on with `autograder watch`.")
    return due[0].review


# -- on a screen ------------------------------------------------------------------------------------------------------


def _on_screen(session: Session) -> None:
    from .watching.files import Watcher
    from .watching.keys import raw_keys

    with (
        _drawing() as again,
        raw_keys(sys.stdin) as keys,
        Watcher(_root(session), lambda: session.paths, keys.wake),
        contextlib.suppress(EOFError),
    ):
        drawn: tuple[list[str], os.terminal_size] | None = None
        going = True
        while going:
            if again():
                keys.resume()
                drawn = None
            drawn = _draw(session, drawn)
            for key in keys.read():
                going = going and session.press(key)
            # Whatever woke us, what counts is whether a file is another one than before.
            if session.stale:
                session.saved()
    print(f"{session.progress.right} of {len(session.progress.exercises)} right. See you next time.")


def _draw(session: Session, before: tuple[list[str], os.terminal_size] | None) -> tuple[list[str], os.terminal_size]:
    """Draw what is not on the screen yet, and return what is."""
    from .watching.screen import screen

    size = shutil.get_terminal_size()
    lines = screen(session, _style(size.columns), size.lines)
    if before != (lines, size):
        # Line by line over the old one, so that nothing flickers.
        body = "\x1b[K\r\n".join(lines)
        sys.stdout.write(f"\x1b[?2026h\x1b[H{body}\x1b[K\x1b[J\x1b[?2026l")
        sys.stdout.flush()
    return lines, size


def _style(columns: int) -> Style:
    from dataclasses import replace

    from . import learner

    return replace(learner.style(), width=max(min(columns - 1, learner.PAGE), 20))


@contextlib.contextmanager
def _drawing() -> Iterator[Callable[[], bool]]:
    """Take the screen, and give it back whatever happens. Yields whether all has to be drawn anew."""
    anew = False

    def stopped(*_: object) -> None:
        """Give the screen back while the shell has it, and take it again afterwards (Ctrl+Z, then fg)."""
        nonlocal anew
        _leave()
        signal.signal(signal.SIGTSTP, signal.SIG_DFL)
        os.kill(os.getpid(), signal.SIGTSTP)
        signal.signal(signal.SIGTSTP, stopped)
        _enter()
        anew = True

    def ended(*_: object) -> None:
        raise KeyboardInterrupt

    def again() -> bool:
        nonlocal anew
        was, anew = anew, False
        return was

    handlers = {"SIGTERM": ended, "SIGHUP": ended} | ({} if sys.platform == "win32" else {"SIGTSTP": stopped})
    before = {
        name: signal.signal(getattr(signal, name), handler)
        for name, handler in handlers.items()
        if hasattr(signal, name)
    }
    _enter()
    try:
        yield again
    finally:
        _leave()
        for name, handler in before.items():
            signal.signal(getattr(signal, name), handler)


def _enter() -> None:
    if sys.platform == "win32":
        os.system("")  # noqa: S605, S607 - the known way to make an old console understand what follows
    sys.stdout.write("\x1b[?1049h\x1b[?25l\x1b[2J")
    sys.stdout.flush()


def _leave() -> None:
    with contextlib.suppress(OSError, ValueError):
        sys.stdout.write("\x1b[?25h\x1b[?1049l")
        sys.stdout.flush()


# -- in a pipe --------------------------------------------------------------------------------------------------------


def _in_lines(session: Session) -> None:
    import threading

    from .watching.files import Watcher

    look = threading.Event()
    _tell(session)
    with Watcher(_root(session), lambda: session.paths, look.set):
        while True:
            # Now and then without an event, too: not every file system tells.
            look.wait(0.25)
            look.clear()
            if session.stale:
                before = session.answer
                session.saved()
                if session.answer != before:
                    print()
                    _tell(session)


def _tell(session: Session) -> None:
    from autograder.exercises.report import result_lines

    from . import learner

    for line in result_lines(session.result, learner.style(), recurring=session.again):
        print(line)
    sys.stdout.flush()


def _root(session: Session) -> Path:
    """Return the folder whose changes matter: the desk, so that every exercise on it is seen."""
    from autograder.exercises.whereabouts import desk_of

    return desk_of(session.folder) or session.folder
