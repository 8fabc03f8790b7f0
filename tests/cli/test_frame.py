"""The frame of the command line: every failure is a sentence and an exit status, and nothing is loaded in vain."""

from __future__ import annotations

import importlib
import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from autograder import __version__, cli
from autograder.manifests.limits import InputError

ROOT = Path(__file__).parents[2]


def program(*words: str, **more: object) -> subprocess.CompletedProcess[str]:
    """Run the program as a person does."""
    options = {"capture_output": True, "text": True, "encoding": "utf-8", "cwd": ROOT, "timeout": 120, **more}
    return subprocess.run([sys.executable, "-m", "autograder", *words], check=False, **options)


@pytest.fixture
def command(monkeypatch):
    """Make a command `try` that does what the test wants."""

    def make(run):
        monkeypatch.setitem(cli.COMMANDS, "try", cli.Command("commands.try", "try something"))
        module = SimpleNamespace(add=lambda commands: commands.add_parser("try").add_argument("--port"), run=run)
        monkeypatch.setitem(sys.modules, "commands", SimpleNamespace(__path__=[]))
        monkeypatch.setitem(sys.modules, "commands.try", module)

    return make


def failing(error: BaseException):
    def run(_):
        raise error

    return run


@pytest.mark.parametrize("status", [0, 1, 2])
def test_the_exit_status_is_the_commands_own(command, status):
    command(lambda _: status)
    assert cli.main(["try"]) == status


@pytest.mark.parametrize(
    ("error", "status", "said"),
    [
        pytest.param(InputError("db.yaml is empty. Write a policy."), 2,
                     "autograder: db.yaml is empty. Write a policy.", id="input that cannot be read"),
        pytest.param(FileNotFoundError(2, "No such file or directory", "db.yaml"), 2,
                     "autograder: db.yaml: No such file or directory.", id="a file that is not there"),
        pytest.param(OSError(28, "No space left on device"), 2,
                     "autograder: No space left on device.", id="a full disk"),
        pytest.param(OSError("strange"), 2, "autograder: strange.", id="an error without a number"),
        pytest.param(KeyboardInterrupt(), 130, "autograder: stopped.", id="Ctrl+C"),
        pytest.param(BrokenPipeError(), 2, "", id="a reader that has gone"),
    ],
)  # fmt: skip
def test_a_failure_is_a_sentence(command, capsys, error, status, said):
    command(failing(error))
    assert cli.main(["try"]) == status
    assert capsys.readouterr() == ("", said + "\n" if said else "")


@pytest.mark.parametrize(
    "error", [KeyError("web"), RecursionError("too deep"), MemoryError(), AssertionError()], ids=repr
)
def test_a_fault_of_the_program_is_called_one(command, capsys, error):
    command(failing(error))
    assert cli.main(["try", "--port", "3"]) == 2
    said = capsys.readouterr().err
    assert "Traceback" not in said
    assert f"internal error ({type(error).__name__}" in said
    assert "not of your files" in said


def test_a_fault_of_the_program_shows_itself_on_request(command):
    command(failing(KeyError("web")))
    with pytest.raises(KeyError):
        cli.main(["--traceback", "try"])


@pytest.mark.parametrize(
    ("word", "remedy"),
    [
        pytest.param("strat", "Did you mean `autograder start`?", id="a misspelt command"),
        pytest.param("policy.yaml", "See `autograder --help`", id="no command at all"),
        pytest.param("", "See `autograder --help`", id="an empty word"),
        pytest.param("\ud800", "See `autograder --help`", id="a word that cannot be printed"),
    ],
)
def test_a_command_that_is_not_there(capsys, word, remedy):
    assert cli.main([word]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert f"there is no command {word!r}. {remedy}" in said.err


@pytest.mark.parametrize(
    "words",
    [
        pytest.param([], id="no word"),
        pytest.param(["--nonsense"], id="an unknown option"),
        pytest.param(["start", "--nonsense"], id="an unknown option of a command"),
        pytest.param(["start", "--port"], id="an option without its value"),
        pytest.param(["start", "--por", "3"], id="half an option"),
        pytest.param(["-"], id="a dash"),
    ],
)
def test_bad_usage(capsys, words):
    assert cli.main(words) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert "usage: autograder" in said.err


def test_help_names_every_command(capsys):
    assert cli.main(["--help"]) == 0
    said = capsys.readouterr().out
    for name, command in cli.COMMANDS.items():
        assert f"  {name}" in said
        assert command.help in said


@pytest.mark.parametrize("name", cli.COMMANDS)
def test_every_command_is_one(capsys, name):
    module = importlib.import_module(cli.COMMANDS[name].module)
    assert callable(module.run)
    assert cli.COMMANDS[name].help == module.HELP
    assert cli.main([name, "--help"]) == 0
    said = capsys.readouterr().out
    assert f"usage: autograder {name}" in said
    assert "examples:" in said.lower(), "help shows how it is used"


def test_version(capsys):
    assert cli.main(["--version"]) == 0
    assert capsys.readouterr().out == f"autograder {__version__}\n"


def test_both_names_of_the_program_are_the_same():
    import tomllib

    scripts = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["scripts"]
    assert scripts == {"autograder": "autograder.cli:main", "pod-guardrails": "autograder.cli:main"}


def test_as_a_module():
    answer = program("--version")
    assert (answer.returncode, answer.stdout, answer.stderr) == (0, f"autograder {__version__}\n", "")


def test_a_character_that_the_terminal_cannot_show_is_no_failure():
    answer = program("--help", env={**os.environ, "PYTHONIOENCODING": "ascii"})
    assert answer.returncode == 0
    assert "COMMAND ?" in answer.stdout


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no device that is always full")
@pytest.mark.parametrize("unbuffered", ["", "1"], ids=["at the end", "at once"])
def test_output_that_cannot_be_written_is_a_failure(tmp_path, unbuffered):
    words = ["start", "--desk-only", "--desk", str(tmp_path / "work")]
    environment = {**os.environ, "PYTHONUNBUFFERED": unbuffered}
    with Path("/dev/full").open("w", encoding="utf-8") as full:
        answer = program(*words, capture_output=False, stdout=full, stderr=subprocess.PIPE, env=environment)
    assert answer.returncode == 2
    assert answer.stderr == "autograder: No space left on device.\n"


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such pipes")
def test_a_reader_that_leaves_early_is_no_drama():
    reading, writing = os.pipe()
    os.close(reading)
    try:
        answer = program("start", "--desk-only", "--desk", "/dev/null/work", capture_output=False,
                         stdout=writing, stderr=subprocess.PIPE)  # fmt: skip
    finally:
        os.close(writing)
    assert (answer.returncode, answer.stderr) == (2, "")


@pytest.mark.skipif(sys.platform == "win32", reason="Windows delivers Ctrl+C otherwise")
def test_ctrl_c_stops_without_a_traceback():
    # A shell starts what runs in its background with SIGINT ignored, and children inherit that.
    heard = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler)"
    wait = "import time; from autograder import cli; cli._run = lambda _: print(1, flush=True) or time.sleep(60)"
    waiting = f"{heard}\n{wait}"
    code = f"{waiting}\nraise SystemExit(cli.main(['start']))"
    with subprocess.Popen(
        [sys.executable, "-c", code],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=ROOT,
    ) as process:  # fmt: skip
        assert process.stdout is not None
        process.stdout.readline()
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=60)
    assert (process.returncode, said) == (130, "autograder: stopped.\n")


@pytest.mark.parametrize("words", [["--help"], ["--version"], ["strat"]], ids=" ".join)
def test_what_needs_no_command_loads_none(words):
    loaded = (
        "import json, sys; from autograder import cli; cli.main(sys.argv[1:]); "
        "print(json.dumps(sorted(sys.modules)), file=sys.stderr)"
    )
    answer = subprocess.run(
        [sys.executable, "-c", loaded, *words], capture_output=True, text=True, check=True, cwd=ROOT
    )
    modules = set(json.loads(answer.stderr.splitlines()[-1]))
    assert "yaml" not in modules
    assert {name for name in modules if name.startswith("autograder")} == {
        "autograder", "autograder.cli", "autograder.manifests", "autograder.manifests.limits",
    }  # fmt: skip
