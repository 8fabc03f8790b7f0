"""`autograder watch`: what the learner sees when a file is saved, a key is pressed, or something goes wrong."""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from autograder import cli
from autograder.cli.watching.files import Watcher, settle, stamps
from autograder.cli.watching.keys import split_keys
from autograder.cli.watching.screen import screen
from autograder.cli.watching.session import Session
from autograder.course import read_course
from autograder.desk import lay_out
from autograder.exercises.report import Style
from autograder.exercises.spec import Exercises
from autograder.manifests.limits import InputError

GOLDEN = Path(__file__).parent / "golden_learner"
FIXTURE = Path(__file__).parents[1] / "exercises" / "fixtures" / "course"
unix = pytest.mark.skipif(sys.platform == "win32", reason="needs a terminal of Unix")
PLAIN = Style(width=100, plain=True)


def sample(which: str) -> str:
    return next((FIXTURE / "solutions/shop/only-api" / which).glob("*.yaml")).read_text(encoding="utf-8")


RIGHT, WRONG = sample("right"), sample("wrong")


@pytest.fixture
def desk(tmp_path, monkeypatch):
    root = tmp_path / "course-of-ada"
    shutil.copytree(FIXTURE, root)
    page = root / "exercises" / "shop" / "shop.ipynb"
    cells = [
        {
            "cell_type": "code", "execution_count": None, "id": name, "metadata": {}, "outputs": [],
            "source": f"%%manifest {name}\n# Yours.\n",
        }
        for name in ("only-api", "refuse-it")
    ]  # fmt: skip
    page.parent.mkdir(parents=True, exist_ok=True)
    page.write_text(json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}), encoding="utf-8")
    lay_out(read_course(root), root / "work")
    monkeypatch.chdir(root / "work")
    return root / "work"


def open_(desk: Path, name: str = "only-api") -> Session:
    return Session(Exercises(read_course(desk.parent)), desk, name)


def seen(session: Session, lines: int = 40) -> str:
    return "\n".join(screen(session, PLAIN, lines))


def save(session: Session, text: str) -> None:
    session.file.write_text(text, encoding="utf-8")
    assert session.stale
    session.saved()


# -- the session -------------------------------------------------------------------------------------------------------


def test_a_file_to_write_in_is_there_from_the_start(desk):
    session = open_(desk)
    assert session.file == desk / "exercises" / "shop" / "answers" / "only-api.yaml"
    assert session.file.is_file()
    assert "Nothing is written yet." in seen(session)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        pytest.param(RIGHT, "Right: 4 of 4 points.", id="a right answer"),
        pytest.param(WRONG, "Not there yet:", id="a wrong one"),
        pytest.param("kind: [", "kubectl refuses this manifest", id="half a line"),
        pytest.param("", "Nothing is written yet.", id="an empty file"),
        pytest.param("# only a thought\n", "Nothing is written yet.", id="a comment"),
        pytest.param("a: &a [*a]\n", "Not there yet", id="a loop"),
        pytest.param("x" * 3_000_000, "Not there yet", id="megabytes"),
        pytest.param("\x1b[31mred\x07: 1\n", "Not there yet", id="signs that move a cursor"),
    ],
)
def test_what_is_saved_is_judged(desk, text, said):
    session = open_(desk)
    save(session, text)
    assert said in seen(session)
    assert "\x1b" not in seen(session)
    assert "\x07" not in seen(session)


@pytest.mark.parametrize(
    ("name", "text", "keys"),
    [
        ("start", None, ""),
        ("wrong", WRONG, ""),
        ("hint", WRONG, "hh"),
        ("right", RIGHT, ""),
        ("solution", RIGHT, "s"),
        ("list", RIGHT, "l"),
        ("reset", WRONG, "r"),
    ],
)
def test_the_screen_as_people_see_it(desk, request, name, text, keys):
    session = open_(desk)
    if text is not None:
        save(session, text)
    for key in keys:
        session.press(key)
    shown = "".join(f"{line}\n" for line in screen(session, Style(width=80), 24))
    path = GOLDEN / f"watch-{name}.txt"
    if request.config.getoption("--write-golden"):
        path.write_text(shown, encoding="utf-8")
    assert shown == path.read_text(encoding="utf-8")


def test_only_the_first_finding_is_shown(desk):
    session = open_(desk)
    save(session, RIGHT.replace("5432", "5433"))
    assert len(session.result.findings) > 1
    assert seen(session).count("because") == 1
    assert "more finding" in seen(session)


def test_a_file_that_vanishes_and_comes_back(desk):
    session = open_(desk)
    save(session, RIGHT)
    session.file.unlink()
    session.saved()
    assert "Nothing is written yet." in seen(session)
    save(session, RIGHT)
    assert "Right:" in seen(session)


def test_the_folder_itself_may_vanish(desk):
    session = open_(desk)
    shutil.rmtree(session.folder)
    session.saved()
    assert "Nothing is written yet." in seen(session)


def test_a_file_that_is_no_text_is_told(desk):
    session = open_(desk)
    session.file.write_bytes(b"\xff\xfe\x00k\x00i")
    session.saved()
    assert "Not there yet" in seen(session) or "cannot be read" in seen(session)


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        (["h"], "Who is selected?"),
        (["h", "h"], "A rule holds peers and ports."),
        (["n"], "who-talks"),
        (["n", "p"], "only-api"),
        (["l"], "> "),
        (["l", "down", "enter"], "Write in"),
        (["r"], "Put the starter of only-api back?"),
        (["r", "x"], "Nothing was changed."),
        (["s"], "autograder solution only-api --anyway"),
        (["t", "t"], "only-api"),
        (["?", "é", "tab", "enter", "up", "page-down"], "only-api"),
    ],
)
def test_a_key_does_what_the_last_line_says(desk, keys, said):
    session = open_(desk)
    assert all(session.press(key) for key in keys)
    assert said in seen(session)


def test_q_ends(desk):
    assert not open_(desk).press("q")


def test_a_reset_keeps_the_answer(desk):
    session = open_(desk)
    save(session, WRONG)
    session.press("r")
    session.press("y")
    assert "Your old answer is kept as only-api.yaml.1." in seen(session)
    assert session.file.with_name("only-api.yaml.1").read_text(encoding="utf-8") == WRONG
    assert "Nothing is written yet." in seen(session)


def test_the_solution_is_shown_once_the_answer_is_right(desk):
    session = open_(desk)
    save(session, RIGHT)
    session.press("s")
    assert "A right answer:" in seen(session)


def test_a_draft_is_no_failure_in_review(desk):
    session = open_(desk)
    save(session, RIGHT)
    before = (desk / ".progress.json").read_text(encoding="utf-8")
    save(session, WRONG)
    now = json.loads((desk / ".progress.json").read_text(encoding="utf-8"))
    assert now["concepts"] == json.loads(before)["concepts"]


@pytest.mark.parametrize("width", [20, 40, 80, 200])
@pytest.mark.parametrize("lines", [4, 8, 24, 60])
@pytest.mark.parametrize("keys", ["", "h", "l", "t", "r"])
def test_it_always_fits(desk, width, lines, keys):
    session = open_(desk)
    save(session, WRONG)
    for key in keys:
        session.press(key)
    shown = screen(session, Style(width=width, plain=True), lines)
    assert len(shown) <= lines
    long = [line for line in shown if len(line) > width and len(line.split()) > 1]
    assert not long


@pytest.mark.parametrize(("name", "said"), [("only-apy", "only-api"), ("../etc", "no exercise")])
def test_a_name_that_there_is_not(desk, name, said):
    with pytest.raises(InputError, match=said):
        open_(desk, name)


def test_two_watchers_at_once_remember_both(desk):
    one, two = open_(desk), open_(desk, "refuse-it")
    save(one, RIGHT)
    two.press("h")
    save(one, WRONG)
    known = json.loads((desk / ".progress.json").read_text(encoding="utf-8"))["exercises"]
    assert (known["only-api"]["tries"], known["refuse-it"]["hints"]) == (2, 1)


# -- files -------------------------------------------------------------------------------------------------------------


def by_rename(path: Path, text: str) -> None:
    path.with_suffix(".new").write_text(text, encoding="utf-8")
    path.with_suffix(".new").replace(path)


def in_place(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8")


def gone_and_back(path: Path, text: str) -> None:
    path.unlink()
    time.sleep(0.02)
    path.write_text(text, encoding="utf-8")


def with_a_backup(path: Path, text: str) -> None:
    path.rename(path.with_name(f"{path.name}~"))
    path.write_text(text, encoding="utf-8")


@pytest.mark.parametrize("events", [True, False], ids=["told by the system", "by looking"])
@pytest.mark.parametrize("write", [in_place, by_rename, gone_and_back, with_a_backup])
def test_every_way_to_save_is_noticed(tmp_path, monkeypatch, write: Callable[[Path, str], None], *, events: bool):
    if not events:
        monkeypatch.setitem(sys.modules, "watchfiles", None)
    path = tmp_path / "answer.yaml"
    path.write_text("a: 1\n", encoding="utf-8")
    told: list[int] = []
    with Watcher(tmp_path, lambda: [path], lambda: told.append(1)):
        time.sleep(0.4)
        told.clear()
        write(path, "a: 2\n")
        until(lambda: bool(told))
        settle([path])
        assert path.read_text(encoding="utf-8") == "a: 2\n"
    assert told


SLOW_WRITER = """\
import sys, time
with open(sys.argv[1], "w") as file:
    print("begun", flush=True)
    for part in "abcdefgh":
        file.write(part)
        file.flush()
        time.sleep(0.004)
"""


def test_a_file_counts_once_it_is_whole(tmp_path):
    path = tmp_path / "answer.yaml"
    path.write_text("", encoding="utf-8")
    writer = subprocess.Popen(
        [sys.executable, "-c", SLOW_WRITER, str(path)],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert writer.stdout is not None
    writer.stdout.readline()
    settle([path])
    assert path.read_text(encoding="utf-8") == "abcdefgh"
    assert writer.wait(10) == 0
    writer.stdout.close()


def test_a_file_that_is_not_there_has_no_stamp(tmp_path):
    assert stamps([tmp_path / "none"]) == {tmp_path / "none": None}


@pytest.mark.parametrize(
    ("sent", "keys"),
    [
        ("q", ["q"]),
        ("\x1b[A\x1b[B", ["up", "down"]),
        ("\x1bOA", ["up"]),
        ("\x1b[5~\x1b[6~", ["page-up", "page-down"]),
        ("\x1b", ["escape"]),
        ("\x1b[1;5C", []),
        ("\x1b[200~h\x1b[201~", ["h"]),
        ("\r\x7f", ["enter", "backspace"]),
        ("ñ漢", ["ñ", "漢"]),
        ("\x00\x01", []),
    ],
)
def test_what_a_terminal_sends(sent, keys):
    assert split_keys(sent) == keys


# -- in a pipe, and on a terminal --------------------------------------------------------------------------------------


def until(true: Callable[[], bool], seconds: float = 15) -> None:
    end = time.monotonic() + seconds
    while not true() and time.monotonic() < end:
        time.sleep(0.01)
    assert true()


@contextlib.contextmanager
def watching(desk: Path, out: Path, *words: str) -> Iterator[subprocess.Popen[bytes]]:
    environ = {**os.environ, "PYTHONPATH": str(Path(cli.__file__).parents[2]), "PYTHONIOENCODING": "utf-8"}
    with out.open("wb") as file:
        program = subprocess.Popen(
            [sys.executable, "-m", "autograder", "watch", *words],
            cwd=desk, env=environ, stdin=subprocess.DEVNULL, stdout=file, stderr=file,
        )  # fmt: skip
        try:
            yield program
        finally:
            program.kill()
            program.wait()


@unix
@pytest.mark.slow
def test_in_a_pipe_every_change_prints_one_result_and_ctrl_c_ends(desk, tmp_path):
    out = tmp_path / "out.txt"
    answer = desk / "exercises" / "shop" / "answers" / "only-api.yaml"

    def said(word: str, times: int = 1) -> Callable[[], bool]:
        return lambda: out.read_text(encoding="utf-8").count(word) >= times

    with watching(desk, out, "only-api") as program:
        until(said("0 of 4 points"))
        answer.write_text(WRONG, encoding="utf-8")
        until(said("Not there yet"))
        answer.write_text(RIGHT, encoding="utf-8")
        until(said("4 of 4 points"))
        answer.touch()
        time.sleep(0.6)
        program.send_signal(signal.SIGINT)
        assert program.wait(10) == cli.STOPPED
    text = out.read_text(encoding="utf-8")
    assert text.count("4 of 4 points") == 1, "touched only: the same answer is not told twice"
    assert "\x1b" not in text
    assert "Traceback" not in text


class Terminal:
    """A program on a terminal of its own, and what it wrote on it."""

    def __init__(self, desk: Path, *words: str, **environ: str) -> None:
        import pty

        self.child, self.held = pty.fork()
        if self.child == 0:
            os.chdir(desk)
            os.environ.update({"PYTHONPATH": str(Path(cli.__file__).parents[2]), "TERM": "xterm", **environ})
            os.execv(sys.executable, [sys.executable, "-m", "autograder", "watch", *words])  # noqa: S606
        self.resize(30, 90)
        self.text = ""

    def resize(self, lines: int, columns: int) -> None:
        import fcntl
        import struct
        import termios

        fcntl.ioctl(self.held, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))

    def press(self, keys: str) -> None:
        self.text = ""
        os.write(self.held, keys.encode())

    def sees(self, word: str) -> None:
        """Wait until a word is on the screen."""
        import select

        end = time.monotonic() + 15
        while word not in re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", self.text) and time.monotonic() < end:
            if select.select([self.held], [], [], 0.1)[0]:
                with contextlib.suppress(OSError):
                    self.text += os.read(self.held, 65536).decode("utf-8", "replace")
        assert word in re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", self.text)

    def ends(self) -> int:
        import select

        while True:
            if not select.select([self.held], [], [], 10)[0]:
                os.kill(self.child, signal.SIGKILL)  # it does not end by itself, which the status will say
            try:
                more = os.read(self.held, 65536).decode("utf-8", "replace")
            except OSError:
                break
            if not more:
                break
            self.text += more
        _, status = os.waitpid(self.child, 0)
        os.close(self.held)
        return os.waitstatus_to_exitcode(status)


@unix
@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
@pytest.mark.parametrize("color", [{}, {"NO_COLOR": "1"}], ids=["in color", "without color"])
def test_on_a_terminal_from_the_first_screen_to_the_last(desk, color):
    terminal = Terminal(desk, "only-api", **color)
    terminal.sees("Nothing is written yet.")
    answer = desk / "exercises" / "shop" / "answers" / "only-api.yaml"
    by_rename(answer, WRONG)
    terminal.sees("Not there yet")
    terminal.press("h")
    terminal.sees("Who is selected?")
    by_rename(answer, RIGHT)
    terminal.sees("4 of 4 points")
    assert ("\x1b[3" in terminal.text) is not bool(color)
    terminal.resize(12, 50)
    os.kill(terminal.child, signal.SIGWINCH)
    terminal.press("l")
    terminal.sees("refuse-it")
    terminal.press("q")
    assert terminal.ends() == 0
    assert terminal.text.rstrip().endswith("See you next time.")
    assert "\x1b[?1049l" in terminal.text, "the screen is given back"
    assert "\x1b[?25h" in terminal.text, "and the cursor"


@unix
@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
@pytest.mark.parametrize(("how", "status"), [("\x03", cli.STOPPED), (signal.SIGTERM, cli.STOPPED)])
def test_stopped_in_the_middle_it_gives_the_screen_back(desk, how, status):
    terminal = Terminal(desk, "only-api")
    terminal.sees("Nothing is written yet.")
    if isinstance(how, str):
        terminal.press(how)
    else:
        os.kill(terminal.child, how)
    assert terminal.ends() == status
    assert "\x1b[?1049l" in terminal.text
    assert "Traceback" not in terminal.text


@unix
@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
def test_after_a_while_in_the_shell_it_hears_single_keys_again(desk):
    """Ctrl+Z, and fg: the shell has set the terminal as it likes it itself."""
    import termios

    terminal = Terminal(desk, "only-api")
    terminal.sees("Nothing is written yet.")
    cooked = termios.tcgetattr(terminal.held)
    cooked[3] |= termios.ICANON | termios.ECHO
    termios.tcsetattr(terminal.held, termios.TCSANOW, cooked)
    terminal.text = ""
    os.kill(terminal.child, signal.SIGTSTP)
    terminal.sees("Nothing is written yet.")
    terminal.press("q")
    assert terminal.ends() == 0
