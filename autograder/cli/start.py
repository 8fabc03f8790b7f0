"""``autograder start``: lay out the learner's desk and open it in JupyterLab."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote

from autograder.course import Course, find_course
from autograder.desk import Changes, first_page, lay_out
from autograder.manifests.limits import InputError

OWN = ".jupyter"
"""The folder of the desk where JupyterLab keeps what belongs to this course: its windows and the settings below."""

SETTINGS = {
    # No question about news in the corner of the first page.
    "@jupyterlab/apputils-extension:notification": {"fetchNews": "false", "checkForUpdates": False},
    # A text page opens as a page, not as its source.
    "@jupyterlab/docmanager-extension:plugin": {"defaultViewers": {"markdown": "Markdown Preview"}},
}
PAGE = {
    # Where nbgrader is installed, a learner's desk still shows no instructor's menus.
    "disabledExtensions": {"@jupyter/nbgrader": True},
}
INSTRUCTOR_SERVICES = ("assignment_list", "course_list", "formgrader", "validate_assignment")

HELP = "open the course in JupyterLab, on a desk of your own"

DESCRIPTION = """\
Lay out a desk, your own copy of the course, and open it in JupyterLab.
What you wrote is never overwritten: a newer course updates only the files
that you have not changed.
"""
EXAMPLES = """\
examples:
  autograder start                       lay out the desk and open it
  autograder start --no-browser          print the address instead
  autograder start --port 9000           serve it there
  autograder start --desk ~/guardrails   keep the desk somewhere else
  autograder start -- --ip=0.0.0.0       hand the rest to JupyterLab as it is
"""


def add(commands: Any) -> None:
    """Name the arguments of ``autograder start``."""
    parser = commands.add_parser(
        "start",
        description=DESCRIPTION,
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("--course", type=Path, metavar="FOLDER", help="the course (default: the nearest course.yaml)")
    parser.add_argument("--desk", type=Path, metavar="FOLDER", help="your desk (default: work, beside course.yaml)")
    parser.add_argument(
        "--port", type=_port, metavar="N", help="serve on this port (default: the first free from 8888)"
    )
    parser.add_argument("--no-browser", action="store_true", help="print the address and open no browser")
    parser.add_argument("--desk-only", action="store_true", help="lay out the desk and stop there")
    parser.add_argument("jupyter", nargs="*", metavar="OPTION", help="after --: options for JupyterLab itself")


def run(args: argparse.Namespace) -> int:
    """Lay out the desk, say what changed, and serve it until the learner stops it."""
    course = find_course(args.course)
    desk = (args.desk or _default_desk(course)).expanduser()
    tell(f"Laying out your desk in {_short(desk)} …")
    for line in describe(lay_out(course, desk)) or ["It is up to date."]:
        tell(line)
    if args.desk_only:
        tell(f"To begin in a terminal: cd {_short(desk)}, then autograder watch")
        return 0
    return _serve(course, desk, args)


def describe(changes: Changes) -> list[str]:
    """Return what happened to the desk, in sentences for the learner.

    >>> describe(Changes(added=(), updated=("course/01-union.ipynb",), removed=(), conflicts=(), forgot=False))
    ['1 file is newer: course/01-union.ipynb']
    """
    lines = []
    for files, one, many in (
        (changes.added, "file is new", "files are new"),
        (changes.updated, "file is newer", "files are newer"),
        (changes.removed, "file has left the course", "files have left the course"),
    ):
        if files:
            names = ", ".join(files[:3]) + (f" and {len(files) - 3} more" if len(files) > 3 else "")
            lines.append(f"{len(files)} {one if len(files) == 1 else many}: {names}")
    lines += [
        f"You changed {conflict.file}, and the course has a new one. Yours stays. The new one is {conflict.beside}."
        for conflict in changes.conflicts
    ]
    if changes.forgot:
        lines.append("The memory of the desk was damaged. Every file that differs from the course counts as yours.")
    return lines


def has_screen(environment: Mapping[str, str], platform: str = sys.platform) -> bool:
    """Return whether a browser could open where this runs.

    ============================ ===========================================================
    BROWSER is set               yes: somebody said how
    reached through SSH          no
    Windows, macOS               yes
    elsewhere                    yes with DISPLAY, WAYLAND_DISPLAY or WSL_DISTRO_NAME
    ============================ ===========================================================
    """
    if environment.get("BROWSER"):
        return True
    if platform in ("win32", "darwin"):
        return not environment.get("SSH_CONNECTION")
    return any(environment.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY", "WSL_DISTRO_NAME"))


def server_arguments(course: Course, desk: Path, port: int | None, *, browser: bool) -> list[str]:
    """Return the arguments for JupyterLab. Its settings of this course live on the desk, not in the learner's home."""
    own = desk.resolve() / OWN
    fresh = not any((own / "workspaces").glob("*"))
    page = first_page(course)
    services = {f"nbgrader.server_extensions.{name}": False for name in INSTRUCTOR_SERVICES}
    arguments = [
        f"--ServerApp.root_dir={desk.resolve()}",
        f"--LabApp.app_settings_dir={own / 'settings'}",
        f"--LabApp.workspaces_dir={own / 'workspaces'}",
        # The first time the first page opens. Later JupyterLab shows what was open last.
        f"--LabApp.default_url=/lab{'/tree/' + quote(page) if fresh and page else ''}",
        f"--ServerApp.open_browser={browser}",
        "--ServerApp.log_level=WARN",
        "--LabApp.log_level=WARN",
        f"--ServerApp.jpserver_extensions={services}",
    ]
    if port is not None:
        arguments += [f"--ServerApp.port={port}", "--ServerApp.port_retries=0"]
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        # Inside a container everybody is root, and Jupyter asks to be told that this is meant.
        arguments.append("--ServerApp.allow_root=True")
    return arguments


def _serve(course: Course, desk: Path, args: argparse.Namespace) -> int:
    """Run JupyterLab on the desk and return when it stops."""
    tell("Starting JupyterLab …")
    try:
        from jupyterlab.labapp import LabApp
    except ImportError as error:
        remedy = 'pip install "pod-guardrails[notebook]"'
        raise InputError(f"JupyterLab is not installed. Install it with: {remedy}") from error
    browser = not args.no_browser and has_screen(os.environ)
    _write_settings(desk)
    arguments = server_arguments(course, desk, args.port, browser=browser)
    try:
        server = LabApp.initialize_server([*arguments, *args.jupyter])
        address = server.local_url if server.ip in ("", "localhost", "127.0.0.1", "::1") else server.display_url
        server.identity_provider.token_generated = False  # or Jupyter would print the address once more, its own way
        # Jupyter listens from inside its loop, so only there the address is true.
        server.io_loop.add_callback(lambda: tell(welcome(address, desk, browser=browser)))
        server.start()
    except SystemExit as error:
        port = f" Is port {args.port} in use? Choose another with --port." if args.port else ""
        raise InputError(f"JupyterLab could not start; its own message stands above.{port}") from error
    tell("Stopped. See you next time.")
    return 0


def welcome(address: str, desk: Path, *, browser: bool) -> str:
    """Return what a learner has to know once JupyterLab runs."""
    how = "Opening your browser. If none appears, open this address:" if browser else "Open this address in a browser:"
    return f"{how}\n\n    {address}\n\nTo stop, press Ctrl+C twice. Your work is kept in {_short(desk)}."


def _write_settings(desk: Path) -> None:
    """Write what JupyterLab has to know about this course."""
    folder = desk / OWN / "settings"
    folder.mkdir(parents=True, exist_ok=True)
    for name, value in (("overrides.json", SETTINGS), ("page_config.json", PAGE)):
        (folder / name).write_text(json.dumps(value, indent=2) + "\n", encoding="utf-8")


def _default_desk(course: Course) -> Path:
    """``work`` beside ``course.yaml``; in the current folder if the course is the copy inside a wheel."""
    return Path("work") if course.root.name == "_course" else course.root / "work"


def _short(path: Path) -> str:
    """A path as short as it is clear: relative to the current folder where it lies below it."""
    try:
        return f"{path.resolve().relative_to(Path.cwd())}{os.sep}"
    except ValueError:
        return str(path)


def _port(text: str) -> int:
    """The number of a port."""
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= 65535:
        raise argparse.ArgumentTypeError(f"{text!r} is not a port; ports go from 1 to 65535")
    return int(text)


def tell(line: str) -> None:
    """Say something at once, also where the output is a file."""
    print(line, flush=True)
