"""Imports run downwards only, edge libraries stay at the edges, and loading the package costs next to nothing."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "autograder"

LAYERS = (
    {"autograder"},
    {"manifests"},
    {"network", "security"},
    {"misconceptions"},
    {"course"},
    {"exercises"},
    {"desk", "pictures"},
    {"notebook"},
    {"classroom", "cluster", "lab", "review"},
    {"onboarding"},
    {"cli", "__main__"},
)
"""From the bottom up. What stands in one line does not know its neighbors."""

RANK = {name: rank for rank, names in enumerate(LAYERS) for name in names}
EVERYWHERE = sys.stdlib_module_names | {"autograder", "yaml"}
PLUGINS = {"autograder.classroom.nbgrader_plugin"}
"""Modules that subclass what another program brings, and that only this program imports."""
MODULES = sorted(PACKAGE.rglob("*.py"))


def room(module: str) -> str:
    """The room of a module: ``network`` for ``autograder.network.ports``, ``autograder`` for the package itself."""
    return [*module.split("."), "autograder"][1]


def dotted(path: Path) -> str:
    """The name by which a file is imported."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imports(path: Path) -> list[tuple[str, int, bool]]:
    """What a module imports: the full name, the line, and whether it happens when the module itself is imported."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    later = {
        inner
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
        for inner in ast.walk(node)
    }
    package = dotted(path).split(".") if path.name == "__init__.py" else dotted(path).split(".")[:-1]
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            source = ".".join([*base, *([node.module] if node.module else [])])
            # `from autograder import network` names a room, `from autograder import __version__` does not.
            names = [source]
            if source == "autograder":
                names = [f"autograder.{alias.name}" if alias.name in RANK else source for alias in node.names]
        else:
            continue
        found += [(name, node.lineno, node not in later) for name in names]
    return found


@pytest.mark.parametrize("path", MODULES, ids=dotted)
def test_imports_run_downwards(path):
    here = room(dotted(path))
    for name, line, _ in imports(path):
        if name.split(".")[0] == "autograder" and room(name) != here:
            below = RANK[room(name)] < RANK[here] or (here, room(name)) == ("__main__", "cli")
            assert below, f"{path.relative_to(ROOT)}:{line}: {here} must not know {room(name)}"


@pytest.mark.parametrize("path", MODULES, ids=dotted)
def test_what_is_not_everywhere_is_imported_where_it_is_needed(path):
    if dotted(path) in PLUGINS:
        pytest.skip("a plugin: the program that it extends imports it, and nothing else does")
    for name, line, at_once in imports(path):
        where = f"{path.relative_to(ROOT)}:{line}"
        assert not at_once or name.split(".")[0] in EVERYWHERE, f"{where}: import {name} inside the function"


def test_every_room_has_its_layer():
    rooms = {room(dotted(path)) for path in MODULES}
    assert rooms <= RANK.keys()


def test_the_rules_can_be_broken(tmp_path, monkeypatch):
    """An import of every kind is seen."""
    monkeypatch.setattr(sys.modules[__name__], "ROOT", tmp_path)
    folder = tmp_path / "autograder" / "network"
    folder.mkdir(parents=True)
    file = folder / "ports.py"
    file.write_text(
        "import nbformat\n"
        "import autograder.exercises.intent\n"
        "from autograder import cli, __version__\n"
        "from autograder.notebook import display\n"
        "from ..misconceptions import catalogue\n"
        "from . import bits\n"
        "def late():\n"
        "    import kubernetes\n",
        encoding="utf-8",
    )
    assert imports(file) == [
        ("nbformat", 1, True),
        ("autograder.exercises.intent", 2, True),
        ("autograder.cli", 3, True),
        ("autograder", 3, True),
        ("autograder.notebook", 4, True),
        ("autograder.misconceptions", 5, True),
        ("autograder.network", 6, True),
        ("kubernetes", 8, False),
    ]


def loaded_by(statement: str) -> set[str]:
    """The modules that a statement brings in, beyond those of a bare interpreter."""
    code = f"import json, sys; old = set(sys.modules); {statement}; print(json.dumps(sorted(set(sys.modules) - old)))"
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    return set(json.loads(answer.stdout))


def test_the_package_loads_itself_alone():
    assert loaded_by("import autograder") <= {"autograder", "__future__"}


@pytest.mark.parametrize(
    ("module", "budget"),
    [
        pytest.param("autograder.cli", 60, id="the frame of the command line"),
        pytest.param("autograder.manifests.load", 120, id="reading manifests"),
        pytest.param("autograder.network", 90, id="the evaluator"),
    ],
)
def test_loading_stays_within_its_budget_of_modules(module, budget):
    """What others wrote counts: our own modules are small, and may be as many as they like."""
    loaded = {name for name in loaded_by(f"import {module}") if name.split(".")[0] != "autograder"}
    assert len(loaded) <= budget, sorted(loaded)
    heavy = {"asyncio", "http", "socket", "ssl", "IPython", "nbformat", "jsonschema", "kubernetes", "tkinter"}
    assert not loaded & heavy
