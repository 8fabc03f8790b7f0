"""Writes the default variant of every family beside it, as an exercise like any other.

    python -m tools.variants            write what has changed
    python -m tools.variants --check    write nothing; status 1 and a list if a committed file is not current

A course that is not released to a class has this variant for everybody, and `autograder course check` tries it on its
own answers, as it does with every exercise. Run ``python -m tools.build`` afterwards, which makes the learner's side.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from autograder.classroom.variants.family import NAME, read_family
from autograder.manifests.limits import InputError

if TYPE_CHECKING:
    from collections.abc import Iterator


def outputs(folder: Path) -> dict[Path, str]:
    """Return the files of the default variant of the family in a folder. Raises `InputError` for a broken family."""
    variant = read_family(folder).default
    made = {folder / name: text for name, text in variant.files.items()}
    for part, answers in (("right", variant.right), ("wrong", variant.wrong)):
        made |= {folder / part / f"{name}.yaml": text for name, text in answers.items()}
    return made


def stale(folder: Path, made: dict[Path, str]) -> Iterator[Path]:
    """Yield what is missing, differs, or is an answer that the default variant does not have."""
    for path, text in made.items():
        if not path.is_file() or path.read_bytes() != text.encode():
            yield path
    answers = [*folder.glob("right/*.yaml"), *folder.glob("wrong/*.yaml")]
    yield from (path for path in sorted(answers) if path not in made)


def main(arguments: list[str] | None = None) -> int:
    """Write, or check, and return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m tools.variants", description="Write the default variants.")
    parser.add_argument("--check", action="store_true", help="write nothing; tell what is not current")
    parser.add_argument("--root", type=Path, default=Path(__file__).resolve().parent.parent, help="the repository")
    options = parser.parse_args(arguments)
    changed = []
    try:
        for file in sorted(options.root.glob(f"solutions/*/*/{NAME}")):
            made = outputs(file.parent)
            for path in list(stale(file.parent, made)):
                changed.append(path.relative_to(options.root).as_posix())
                if options.check:
                    continue
                if path in made:
                    path.parent.mkdir(parents=True, exist_ok=True)
                    path.write_bytes(made[path].encode())
                else:
                    path.unlink()
    except InputError as error:
        print(error, file=sys.stderr)
        return 2
    for name in changed:
        print(f"{name} is not what its family makes" if options.check else name)
    return 1 if changed and options.check else 0


if __name__ == "__main__":
    sys.exit(main())
