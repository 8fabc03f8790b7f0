"""Pods that tell a misconception about SecurityContext from the truth: what a file of them holds, and how it is judged.

A file starts with a document that names the witness: one question about one container, the true answer, and that of a
believer. The manifests follow. A question is one of:

=============================  ==================================================================
ask                            the answer
=============================  ==================================================================
``uid``, ``volumes.0.owner``   what ``autograder effective -o json`` has at this path
``can write /data/x``          allowed, denied or unknown
``level``                      the Pod Security level of the Pod
``reach container_file_t L``   whether SELinux lets the process write a file of this type and level
=============================  ==================================================================
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import yaml

from autograder.manifests.load import Options, load_text
from autograder.misconceptions import models, semantics
from autograder.security import KUBERNETES, Context, Node, Semantics, effective, read_images
from autograder.security.standards import level_of

FOLDER: Final = Path(__file__).resolve().parent.parent / "tests" / "misconceptions" / "pods"


@dataclass(frozen=True, slots=True)
class Witness:
    """One question about one container that a believer answers otherwise."""

    container: str
    ask: str
    truth: Any
    believed: Any
    text: str
    """The manifests."""
    images: bytes = b"{}"

    def answer(self, reading: Semantics = KUBERNETES) -> Any:
        """Return the answer under a reading. Raises LookupError if there is no such container."""
        manifests = load_text(self.text, options=Options(field_validation="ignore"))
        [pod] = manifests.pods
        if self.ask == "level":
            return level_of(pod, semantics=reading)
        images = read_images(self.images, "images")
        found = effective(pod, node=Node(app_armor=False), images=images, semantics=reading)
        context = next(each for each in found if each.container.name == self.container)
        word, *rest = self.ask.split()
        if word == "can":
            return _can(context, rest)
        if word == "reach":
            return _reach(context, rest)
        return _at(context, self.ask)


def _can(context: Context, words: list[str]) -> str:
    from autograder.security import can

    action, *operands = words
    if action == "setuid":
        return can.setuid(context).verdict
    if action == "bind":
        return can.bind(context, int(operands[0])).verdict
    return getattr(can, action)(context, *operands).verdict  # type: ignore[no-any-return]


def _reach(context: Context, words: list[str]) -> str:
    from autograder.security.selinux import access

    label = context.selinux.label.value
    process = ("container_t", (label.level if label else None) or "s0")
    allowed = access(process, (words[0], words[1]), "write", semantics=context.semantics).allowed
    return "allowed" if allowed else "denied"


def _at(context: Context, path: str) -> Any:
    from autograder.cli.effective import container_object

    here: Any = container_object(context)
    for step in path.split("."):
        here = here[int(step)] if step.isdigit() else here[step]
    return here


def readings() -> dict[str, Semantics]:
    """Return the semantics of every reading of the catalogue that is about containers, by its name."""
    return {name: semantics(name, "security") for model in models("security") for name in model.names}


def path_of(name: str) -> Path:
    """Return the file of a reading."""
    return FOLDER / f"{name.replace(':', '--')}.yaml"


def read(path: Path) -> Witness:
    """Return the witness in a file."""
    head, _, text = path.read_text(encoding="utf-8").partition("---\n")
    witness = yaml.safe_load(head)["witness"]
    images = yaml.safe_dump(witness.pop("images", {})).encode()
    return Witness(**witness, text=text, images=images)
