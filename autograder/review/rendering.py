"""Folders that have to be rendered first: a kustomization, a Helm chart.

| the folder holds | is rendered by |
|---|---|
| a kustomization (three names) | ``kubectl kustomize FOLDER``, else ``kustomize build FOLDER`` |
| ``Chart.yaml`` | ``helm template FOLDER`` |
| anything else | nobody: its files are manifests |

The tools are run if they are there, without a shell, and not for ever. They read what their users wrote and may fetch
what that refers to, as they do by hand; nothing else of a manifest is ever run.
"""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final, NamedTuple

from autograder.manifests.files import read_sources
from autograder.manifests.limits import InputError, Limits, option, size

KUSTOMIZATIONS: Final = ("kustomization.yaml", "kustomization.yml", "Kustomization")
CHART: Final = "Chart.yaml"
PATIENCE: Final = 60.0
"""Seconds after which a tool is given up."""
_MOST_SAID: Final = 2000


class Rendered(NamedTuple):
    """What a tool made of a folder."""

    name: str
    """What findings call it: ``<kubectl kustomize overlays/prod>``."""
    path: str
    """The file that a person can open: the kustomization or the chart."""
    text: bytes


class _Tool(NamedTuple):
    command: tuple[str, ...]
    """Without the folder."""

    @property
    def program(self) -> str:
        return self.command[0]


_KUSTOMIZE: Final = (_Tool(("kubectl", "kustomize")), _Tool(("kustomize", "build")))
_HELM: Final = (_Tool(("helm", "template")),)


def sources(
    paths: Iterable[str], limits: Limits, rendered: list[Rendered], *, namespace: str = "", patience: float = PATIENCE
) -> Iterator[tuple[str, bytes]]:
    """Yield the name and content of every manifest that `paths` mean, rendering what has to be rendered.

    What was rendered is put into `rendered`. `namespace` is the one that Helm is told. Raises InputError for what
    cannot be read, and for a folder whose tool is missing or fails, with the command to run by hand.
    """
    for path in paths:
        mark = _mark(path)
        if mark is None:
            yield from read_sources([path], limits)
            continue
        result = _render(path, mark, limits, namespace, patience)
        rendered.append(result)
        yield result.name, result.text


def _mark(path: str) -> Path | None:
    """Return the file that makes a folder something to render."""
    if path == "-" or not path or not Path(path).is_dir():
        return None
    return next((file for name in (*KUSTOMIZATIONS, CHART) if (file := Path(path, name)).is_file()), None)


def _render(folder: str, mark: Path, limits: Limits, namespace: str, patience: float) -> Rendered:
    chart = mark.name == CHART
    what = "a Helm chart" if chart else "a kustomization"
    tools = _HELM if chart else _KUSTOMIZE
    tool = next((each for each in tools if shutil.which(each.program)), None)
    # A folder that begins with a dash must not become an option.
    shown = folder if not folder.startswith("-") else f"./{folder}"
    by_hand = f"{' '.join(tools[0].command)} {shown} | autograder review -"
    if tool is None:
        programs = " or ".join(each.program for each in tools)
        raise InputError(
            f"{folder} is {what}, and {programs} is not installed. Install it, or render where it is, and pipe: "
            f"{by_hand}. With --no-render the files are read as they stand."
        )
    command = [*tool.command, shown, *(["--namespace", namespace] if chart and namespace else [])]
    program = shutil.which(tool.program) or tool.program
    try:
        done = subprocess.run(  # noqa: S603 - the tool that the table names, without a shell
            [program, *command[1:]], stdin=subprocess.DEVNULL, capture_output=True, timeout=patience, check=False
        )
    except subprocess.TimeoutExpired:
        raise InputError(
            f"{' '.join(command)} took more than {patience:g} seconds. Run it by hand, and pipe what it prints: "
            f"{by_hand}."
        ) from None
    except OSError as error:
        raise InputError(f"{tool.program} cannot be run: {error.strerror}. Render by hand: {by_hand}.") from None
    if done.returncode != 0:
        said = done.stderr.decode("utf-8", "replace").strip()[:_MOST_SAID]
        raise InputError(
            f"{' '.join(command)} failed: {said or f'exit status {done.returncode}'}. Mend it, and try again."
        )
    if len(done.stdout) > limits.max_bytes:
        raise InputError(
            f"{' '.join(command)} printed more than {size(limits.max_bytes)}. Render less, "
            f"or raise {option('max_bytes')}."
        )
    return Rendered(f"<{' '.join([*tool.command, folder])}>", str(mark), done.stdout)
