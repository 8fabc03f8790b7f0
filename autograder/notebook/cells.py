"""What the cells of a notebook call: two magics and thirteen functions.

Each returns something to look at. None raises for anything that a learner can write: a mistake becomes a sentence that
says what is wrong and what to do. The learner's text is read, never run.
"""

from __future__ import annotations

import contextlib
import functools
import re
import shlex
import traceback
from pathlib import Path
from typing import TYPE_CHECKING, Final, ParamSpec

from autograder.course import find_course
from autograder.exercises.answers import (
    FOLDER,
    as_file,
    learner_answer,
    read_answer,
    replace_file,
    write_answer,
)
from autograder.exercises.checking import broken, check_answer
from autograder.exercises.flow_tests import commit_tests, read_tests
from autograder.exercises.hints import next_hint
from autograder.exercises.hints import solution as solution_of
from autograder.exercises.history import offer, recurring, remember, saw_solution
from autograder.exercises.predictions import answers_are, check_prediction, commit
from autograder.exercises.progress import progress as progress_of
from autograder.exercises.report import Style, result_lines
from autograder.exercises.shape import nearest
from autograder.exercises.spec import Exercise, Exercises
from autograder.manifests.documents import InputError
from autograder.misconceptions import CATALOGUE
from autograder.security.standards import LEVELS, Level

from .certificate import certificate as certificate_of
from .comparison import comparison, comparison_html, comparison_lines
from .findings import outcome, result_html, take_away
from .html import Child, Html, element, joined
from .inside import twofold, twofold_answers, twofold_html, twofold_lines
from .output import Graded, Output
from .predictions import prediction_html, tests_html
from .progress import progress_html, progress_lines, tracks_html
from .readings import reading_output
from .scene import SHOP, Scene, scene_named, scene_of_exercise
from .security import (
    Inside,
    capabilities_output,
    context_output,
    inside,
    standards_output,
    syscalls_output,
    volumes_output,
)
from .worldmap import map_html, map_lines

if TYPE_CHECKING:
    from collections.abc import Callable


NAME: Final = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
CERTIFICATE: Final = "certificate.html"
MISSPELT: Final = 0.85
"""How much of a name must agree with an exercise's for a slip of the keyboard: lessons have names of their own."""
_RUN: Final[dict[tuple[Path, str], str]] = {}
"""The text of each answer cell that was run in this kernel, by folder and exercise: newer than the saved notebook."""
_PLAIN: Final = Style(width=100)

_P = ParamSpec("_P")


def _spoken(kind: type[Output]) -> Callable[[Callable[_P, Output]], Callable[_P, Output]]:
    """Turn every failure into something to look at."""

    def around(function: Callable[_P, Output]) -> Callable[_P, Output]:
        @functools.wraps(function)
        def speaking(*args: _P.args, **kwargs: _P.kwargs) -> Output:
            try:
                return function(*args, **kwargs)
            except InputError as error:
                return _sorry(kind, str(error))
            except Exception as error:  # noqa: BLE001 - the last net: a learner gets a sentence, never a traceback
                what = f"internal error ({type(error).__name__}: {error})"
                sentence = f"{what}. This is a fault of the program, not of your answer."
                return _sorry(kind, sentence, traceback.format_exc())

        return speaking

    return around


def _sorry(kind: type[Output], sentence: str, trace: str = "") -> Output:
    where = (
        element("details", element("summary", "Where it happened, for a report"), element("pre", trace))
        if trace
        else None
    )
    first, *more = sentence.splitlines() or [""]
    html = joined(outcome("pg-warn", "!", _capital(first)), [element("p", line) for line in more], where)
    return Graded(html, sentence, 0.0, 0.0) if kind is Graded else Output(html, sentence)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


# -- magics -----------------------------------------------------------------------------------------------------------


@_spoken(Output)
def manifest(line: str, cell: str) -> Output:
    """Save the manifests of this cell and show what they do.

    %%manifest NAME [--world WORLD]

    NAME is an exercise, or any name of your own: then the manifests act in the shop, or in another WORLD, which is an
    exercise or a file WORLD.yaml. They are saved as answers/NAME.yaml beside the notebook, ready for `kubectl apply`.
    """
    name, world = _arguments(line)
    folder = Path.cwd()
    exercises = Exercises(find_course(around=folder))
    exercise = exercises.get(name) if name in exercises.ids else None
    notes: list[Child] = []
    if exercise is not None and not exercise.is_table:
        file = write_answer(exercise, folder, cell)
        _RUN[folder, name] = as_file(exercise, cell)
    else:
        file = folder / FOLDER / f"{name}.yaml"
        replace_file(file, f"# %%manifest {' '.join(line.split())}\n{cell.rstrip()}\n")
    if exercise is not None:
        scene = scene_of_exercise(exercise)
        if exercise.prediction is not None:
            notes.append(prediction_html(exercise, folder))
    else:
        scene = _scene(world)
        guess = nearest(name, exercises.ids, MISSPELT)
        if guess and not _world_was_named(line):
            notes.append(element("p", f"There is no exercise {name}. Did you mean {guess}?", class_="pg-quiet"))
    text = read_answer(file)
    reading = scene.read(text, f"{FOLDER}/{file.name}")
    return reading_output(reading, text, f"{FOLDER}/{file.name}", notes)


@_spoken(Output)
def predict(line: str, cell: str) -> Output:
    """Save a table: a prediction, with the answer behind the colon of each flow or question, or tests of your own.

    %%predict EXERCISE
    """
    name, _ = _arguments(line)
    folder = Path.cwd()
    exercise = _exercise(name)
    if not exercise.is_table:
        raise InputError(f"{name} asks for manifests, not for a prediction. Begin its cell with %%manifest {name}.")
    _RUN[folder, name] = as_file(exercise, cell)
    if exercise.testing is not None:
        return _tests(exercise, folder, cell)
    if commit(exercise, folder, cell) is not None:
        sentence = "Noted. Now look: run the next cell."
        return Output(outcome("pg-note", "✓", sentence), sentence)
    # Nothing about the truth may show before every line has a prediction.
    result = check_prediction(exercise, as_file(exercise, cell), "this cell")
    sentence = f"Not yet: every line needs {answers_are(exercise)} behind its colon."
    html = joined(
        outcome("pg-warn", "!", sentence), [_open_line(found.subject, found.title) for found in result.findings]
    )
    return Output(html, "\n".join([sentence, *(f"{found.title}: {found.subject}" for found in result.findings)]))


def _tests(exercise: Exercise, folder: Path, cell: str) -> Output:
    """Save tests that can be read; else say which lines cannot. No policy is tested yet."""
    if commit_tests(exercise, folder, cell) is not None:
        sentence = "Noted. Now run the next cell: it puts the policies to your lines."
        return Output(outcome("pg-note", "✓", sentence), sentence)
    found = read_tests(exercise, as_file(exercise, cell), "this cell").findings
    written = any(each.id in {"test-unreadable", "tests-too-many"} for each in found)
    sentence = "Not yet: not every line can be read as a test." if written else "Not yet: there is no line in it."
    lines = [(f"{each.title}: ", each.subject, f" ({each.got})") for each in found]
    html = joined(
        outcome("pg-warn", "!", sentence),
        [element("p", title, element("code", subject), got) for title, subject, got in lines],
    )
    return Output(html, "\n".join([sentence, *("".join(line) for line in lines)]))


# -- functions --------------------------------------------------------------------------------------------------------


@_spoken(Graded)
def check(exercise: str) -> Output:
    """Return what your answer to an exercise is worth, and why. It is also your grade: there are no hidden tests."""
    folder = Path.cwd()
    found = _exercise(exercise)
    answer = None
    try:
        answer = learner_answer(found, folder, _RUN.get((folder, exercise)))
        result, file = check_answer(found, answer), answer.file
    except InputError as error:
        result, file, again = broken(exercise, str(error)), "", ""
    else:
        again = recurring(remember(found, result, answer.text, folder), result)
    html = result_html(result, file, take_away(found.concepts), again)
    lines = list(result_lines(result, _PLAIN, recurring=again))
    calls = {"hint": f'hint("{found.id}")', "solution": f'solution("{found.id}", asked=True)'}
    if file and (offered := offer(found, result, folder)):
        told = "Stuck? For the next hint, run" if offered == "hint" else "Stuck? To see how it is done, run"
        call = calls[offered]
        html = joined(
            html, element("p", f"{told} ", element("code", call), " in a cell of your own.", class_="pg-quiet")
        )
        lines += ["", f"{told} {call} in a cell of your own."]
    if result.status == "pass" and _has_solution(found):
        call = f'solution("{found.id}")'
        html = joined(html, element("p", "For the reasoning, run ", element("code", call), ".", class_="pg-quiet"))
        lines.append(f"For the reasoning, run {call}.")
    if found.prediction is not None:
        html = joined(html, prediction_html(found, folder))
    if found.testing is not None and answer is not None:
        html = joined(html, tests_html(found, answer.text))
    return Graded(html, "\n".join(lines), result.score, result.max)


@_spoken(Output)
def task(exercise: str) -> Output:
    """Show what an exercise asks. In a class that may be another problem for everybody."""
    found = _exercise(exercise)
    worth = "1 point" if found.points == 1 else f"{found.points:g} points"
    return Task(found.title, worth, found.task)


@_spoken(Output)
def show(world: str = SHOP) -> Output:
    """Show a scene: its namespaces, and the Pods with their labels, ports and addresses.

    `world` is an exercise, or a file WORLD.yaml beside the notebook or among the lessons.
    """
    scene = _scene(world)
    cluster = scene.cluster
    title = "The shop" if scene.name == SHOP else f"The scene of {scene.name}"
    return Output(map_html(cluster, title), "\n".join(map_lines(cluster, title)))


@_spoken(Output)
def compare(name: str, misconception: str) -> Output:
    """Show what your manifests do, beside what they would do if a belief were true.

    `name` stands behind the %%manifest of a cell that was run, `misconception` is an id such as "policies-intersect".
    """
    folder = Path.cwd()
    _named(name)
    file, text = _saved_text(name, folder)
    reading = _scene_of(name, text, folder).read(text, file)
    entry = CATALOGUE.get(misconception.partition(":")[0])
    if entry is not None and entry.area == "security":
        exercises = Exercises(find_course(around=folder))
        asked = exercises.get(name) if name in exercises.ids else None
        if asked is not None and asked.prediction is not None and asked.prediction.questions:
            two = twofold_answers(asked, misconception) or twofold(reading, misconception)
        else:
            two = twofold(reading, misconception)
        return Output(twofold_html(two, misconception), "\n".join(twofold_lines(two, misconception)))
    if reading.refused:
        raise InputError(
            f"{FOLDER}/{name}.yaml is refused as it stands. Run the cell with %%manifest {name} to see why."
        )
    try:
        found = comparison(reading, misconception)
    except ValueError as error:
        raise InputError(str(error)) from None
    return Output(comparison_html(found), "\n".join(comparison_lines(found)))


@_spoken(Output)
def context(name: str) -> Output:
    """Show what the containers of your manifests run with, where each value comes from, and how sure that is.

    `name` stands behind the %%manifest of a cell that was run; so it does for the four functions below.
    """
    return context_output(_inside(name))


@_spoken(Output)
def capabilities(name: str) -> Output:
    """Show the capabilities of your containers side by side."""
    return capabilities_output(_inside(name))


@_spoken(Output)
def syscalls(name: str, *calls: str) -> Output:
    """Show which system calls pass in your containers, and which layer stops the others."""
    return syscalls_output(_inside(name), calls)


@_spoken(Output)
def volumes(name: str) -> Output:
    """Show what fsGroup does to the volumes of your containers, and which paths they may write."""
    return volumes_output(_inside(name))


@_spoken(Output)
def standards(name: str, level: Level = "restricted") -> Output:
    """Show which Pod Security level your Pods pass, and the lines that keep them from `level`."""
    if level not in LEVELS:
        raise InputError(f"{level!r} is no level. It is one of {', '.join(LEVELS)}.")
    return standards_output(_inside(name), level)


def _inside(name: str) -> Inside:
    """Return the containers of a cell that was run."""
    folder = Path.cwd()
    file, text = _saved_text(name, folder)
    return inside(text, file, _scene_of(name, text, folder))


def _saved_text(name: str, folder: Path) -> tuple[str, str]:
    """Return the name and the text of the file that a %%manifest cell saved. Raises InputError if it was not run."""
    file = folder / FOLDER / f"{_named(name)}.yaml"
    if not file.is_file():
        raise InputError(
            f"there is no {FOLDER}/{name}.yaml yet. Run the cell that begins with %%manifest {name} first."
        )
    return f"{FOLDER}/{file.name}", read_answer(file)


@_spoken(Output)
def hint(exercise: str) -> Output:
    """Show the next hint for an exercise. Hints cost nothing."""
    found = next_hint(_exercise(exercise), Path.cwd())
    return Hint(found.text)


@_spoken(Output)
def solution(exercise: str, *, asked: bool = False) -> Output:
    """Show the reasoning and a right answer, after yours is right or when you ask with ``asked=True``."""
    found = _exercise(exercise)
    shown = solution_of(found, passed=not asked and _has_solution(found) and _is_right(found), asked=asked)
    if shown.kind == "solution":
        if asked and not _is_right(found):
            saw_solution(found, Path.cwd())
        return Solution(shown.text, shown.answers[0] if shown.answers else "")
    sentence = shown.text
    if shown.kind == "not-yet":
        sentence += f' To ask, run solution("{found.id}", asked=True).'
    return Output(outcome("pg-note", "i", sentence), sentence)


@_spoken(Output)
def progress() -> Output:
    """Show how far you have come: by track and by concept, what is due for review, and what comes next."""
    found = progress_of(Exercises(find_course(around=Path.cwd())), Path.cwd())
    return Output(progress_html(found), "\n".join(progress_lines(found)))


@_spoken(Output)
def certificate(name: str = "") -> Output:
    """Write certificate.html beside the notebook: which tracks are complete, with your name if you give it."""
    course = find_course(around=Path.cwd())
    found = progress_of(Exercises(course), Path.cwd())
    page = certificate_of(found, course.title, str(name))
    if page is None:
        sentence = "No track is complete yet, so there is no certificate."
        return Output(joined(outcome("pg-note", "i", sentence), tracks_html(found)), sentence)
    replace_file(Path.cwd() / CERTIFICATE, page)
    sentence = f"{CERTIFICATE} is written. Open it, and print it from the browser."
    link = element("p", element("a", CERTIFICATE, href=CERTIFICATE, target="_blank"))
    return Output(outcome("pg-good", "✓", sentence, link), sentence)


class Hint(Output):
    """A hint. It is Markdown, and Jupyter shows it as such."""

    def __init__(self, text: str) -> None:
        """Take the hint."""
        super().__init__(joined(text), text)

    def _repr_markdown_(self) -> str:
        """Return the hint as Markdown."""
        return f"**Hint.** {self._text}"

    _repr_html_ = None  # type: ignore[assignment]


class Task(Output):
    """What is asked. It is Markdown, and Jupyter shows it as such."""

    def __init__(self, title: str, worth: str, task: str) -> None:
        """Take the title, what it is worth, and the task."""
        super().__init__(joined(task), f"{title} ({worth})\n\n{task}")
        self._markdown = f"**{title}** ({worth})\n\n{task}"

    def _repr_markdown_(self) -> str:
        """Return the task as Markdown."""
        return self._markdown

    _repr_html_ = None  # type: ignore[assignment]


class Solution(Output):
    """The reasoning, which is Markdown, and a right answer."""

    def __init__(self, reasoning: str, answer: str) -> None:
        """Take both; a right answer may be missing."""
        self._markdown = reasoning.strip()
        text = self._markdown
        if answer:
            self._markdown += f"\n\n**A right answer:**\n\n````yaml\n{answer.rstrip()}\n````\n"
            text += f"\n\nA right answer:\n\n{answer.rstrip()}"
        super().__init__(element("pre", text), text)

    def _repr_markdown_(self) -> str:
        """Return both as Markdown."""
        return self._markdown

    _repr_html_ = None  # type: ignore[assignment]


# -- pieces -----------------------------------------------------------------------------------------------------------


def _arguments(line: str) -> tuple[str, str]:
    """Return the name behind a magic, and the world. Raises `InputError` when it cannot be understood."""
    try:
        words = shlex.split(line, comments=True)
    except ValueError:
        words = line.split()
    world = SHOP
    if "--world" in words:
        at = words.index("--world")
        world = words[at + 1] if at + 1 < len(words) else ""
        del words[at : at + 2]
    if len(words) != 1:
        raise InputError("write one name behind the %%, such as %%manifest my-policies.")
    return _named(words[0]), _named(world)


def _world_was_named(line: str) -> bool:
    """Return whether the learner chose a world, and so did not mean an exercise."""
    return "--world" in line.split()


def _named(name: str) -> str:
    """Return a name that is safe as part of a file's name. Raises `InputError` for any other."""
    if not NAME.fullmatch(str(name)) or len(name) > 48:
        raise InputError(f"{name!r} is no name. Use small letters, digits and hyphens, such as two-policies.")
    return str(name)


def _exercise(name: str) -> Exercise:
    return Exercises(find_course(around=Path.cwd())).get(_named(name))


def _has_solution(exercise: Exercise) -> bool:
    """Return whether this release of the course has a solution that can be read."""
    with contextlib.suppress(InputError):
        return exercise.solution is not None
    return False


def _is_right(exercise: Exercise) -> bool:
    """Return whether the answer as it stands is right. Raises `InputError` when that cannot be said."""
    folder = Path.cwd()
    answer = learner_answer(exercise, folder, _RUN.get((folder, exercise.id)))
    return check_answer(exercise, answer).status == "pass"


def _scene_of(name: str, text: str, folder: Path) -> Scene:
    """Return the scene of an exercise, or the one that the first line of a saved text names."""
    exercises = Exercises(find_course(around=folder))
    if name in exercises.ids:
        return scene_of_exercise(exercises.get(name))
    magic = text.partition("\n")[0].removeprefix("# %%manifest")
    return _scene(_arguments(magic)[1])


def _scene(name: str) -> Scene:
    folder = Path.cwd()
    exercises = Exercises(find_course(around=folder))
    return scene_of_exercise(exercises.get(name)) if name in exercises.ids else scene_named(_named(name), folder)


def _open_line(subject: str, title: str) -> Html:
    return element("p", f"{title}: ", element("code", subject))
