"""Profiles in files: JSON, read strictly, since a key that is misspelt opens or closes what nobody meant.

Sources: the OCI runtime specification, config-linux (seccomp); runc libcontainer/specconv and libcontainer/seccomp
(what they refuse); containers/common pkg/seccomp (the wider form that CRI-O takes).
"""

from __future__ import annotations

import os
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Final, NoReturn, get_args

from autograder.manifests.documents import Document, read_text
from autograder.manifests.files import read_file
from autograder.manifests.limits import MIB, InputError, Limits
from autograder.manifests.problems import Path as Way

from .profile import ACTIONS, Action, Condition, Operator, Profile, Rule

LIMITS: Final = Limits(max_bytes=4 * MIB, max_depth=12, max_documents=1)
_MOST_FILES: Final = 1000
_PROFILE: Final = (
    "defaultAction",
    "defaultErrnoRet",
    "defaultErrno",
    "architectures",
    "archMap",
    "flags",
    "listenerPath",
    "listenerMetadata",
    "syscalls",
)
_RULE: Final = ("names", "name", "action", "errnoRet", "errno", "args", "comment", "includes", "excludes")
_CONDITION: Final = ("index", "value", "valueTwo", "op")
_ACTIONS: Final[dict[str, Action]] = {
    **{f"SCMP_ACT_{action}": action for action in ACTIONS},
    "SCMP_ACT_KILL": "KILL_THREAD",
}
_OPERATORS: Final[dict[str, Operator]] = {f"SCMP_CMP_{operator}": operator for operator in get_args(Operator)}
_HIGHEST_ERRNO: Final = 4095


def read_profile(data: bytes, file: str, limits: Limits = LIMITS) -> Profile:
    """Return the profile in a file.

    Raises InputError that names the file, the line and the remedy for anything that is no profile.
    """
    if not data.lstrip().startswith(b"{"):
        raise InputError(f"{file}:1: a seccomp profile is JSON and begins with a curly bracket. Convert it to JSON.")
    documents, problems = read_text(data, file, limits)
    for problem in problems:
        raise InputError(f"{file}:{problem.position.line}: {problem.detail}. {problem.hint}".strip())
    return _Reader(documents[0]).profile()


def read_folder(folder: Path) -> dict[str, Profile]:
    """Return the profiles below a folder, as ``--seccomp-dir`` names it, by their path in it.

    Raises InputError for a folder that cannot be read and for a file that is no profile.
    """
    if not folder.is_dir():
        raise InputError(f"{folder} is no folder. Name the folder that stands for the kubelet's seccomp folder.")
    found: dict[str, Profile] = {}

    def refuse(error: OSError) -> NoReturn:
        raise InputError(f"{error.filename}: {error.strerror}. Make it readable.") from error

    for parent, folders, names in os.walk(folder, onerror=refuse):
        folders.sort()
        for name in sorted(names):
            if not name.endswith(".json"):
                continue
            if len(found) >= _MOST_FILES:
                raise InputError(f"{folder} holds more than {_MOST_FILES} profiles. Name a smaller folder.")
            path = Path(parent, name)
            found[path.relative_to(folder).as_posix()] = read_profile(read_file(str(path), LIMITS), str(path))
    return found


class _Reader:
    """Reads one document."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.warnings: list[str] = []

    def profile(self) -> Profile:
        value: Any = self.document.value
        for duplicate in self.document.duplicates:
            self.refuse(duplicate.path, f"{duplicate.path[-1]} is written twice", "Keep one of the two.")
        self.keys(value, (), _PROFILE)
        rules = value.get("syscalls")
        if not isinstance(rules, list | None):
            self.refuse(("syscalls",), "syscalls is no list", "Put the rules into square brackets.")
        architectures = value.get("architectures", [])
        if not self.is_texts(architectures):
            self.refuse(("architectures",), "architectures is no list of texts", 'Write ["SCMP_ARCH_X86_64"].')
        for index, name in enumerate(architectures):
            if not name.startswith("SCMP_ARCH_"):
                where = ("architectures", index)
                self.refuse(where, f"{name} is no architecture", "Their names begin with SCMP_ARCH_.")
        for index, entry in enumerate(value.get("archMap") or ()):
            if not isinstance(entry, dict) or not isinstance(entry.get("architecture"), str):
                self.refuse(("archMap", index), "architecture is missing", "Name one, such as SCMP_ARCH_X86_64.")
        return Profile(
            default=self.action(value.get("defaultAction"), ("defaultAction",)),
            rules=tuple(self.rule(item, ("syscalls", index)) for index, item in enumerate(rules or ())),
            default_errno=self.errno(value.get("defaultErrnoRet"), ("defaultErrnoRet",)),
            architectures=tuple(architectures),
            name=self.document.file,
            warnings=tuple(self.warnings),
        )

    def rule(self, value: Any, path: Way) -> Rule:
        if not isinstance(value, dict):
            self.refuse(path, "a rule is no object", 'Write {"names": ["mount"], "action": "SCMP_ACT_ERRNO"}.')
        self.keys(value, path, _RULE)
        name, names = value.get("name"), value.get("names")
        if name is not None and names is not None:
            self.refuse((*path, "name"), "name and names stand side by side", "Keep names.")
        listed = [name] if name is not None else names
        if not self.is_texts(listed) or not listed:
            self.refuse((*path, "names"), "a rule names no system call", 'Write "names": ["mount"].')
        conditions = value.get("args") or []
        if not isinstance(conditions, list):
            self.refuse((*path, "args"), "args is no list", "Put the conditions into square brackets.")
        return Rule(
            tuple(listed or ()),
            self.action(value.get("action"), (*path, "action")),
            self.errno(value.get("errnoRet"), (*path, "errnoRet")),
            tuple(self.condition(item, (*path, "args", index)) for index, item in enumerate(conditions)),
            self.capabilities(value.get("includes"), (*path, "includes")),
            self.capabilities(value.get("excludes"), (*path, "excludes")),
        )

    def condition(self, value: Any, path: Way) -> Condition:
        if not isinstance(value, dict):
            self.refuse(path, "a condition is no object", 'Write {"index": 0, "value": 1, "op": "SCMP_CMP_EQ"}.')
        self.keys(value, path, _CONDITION)
        numbers = {}
        for key, highest in (("index", 5), ("value", 2**64 - 1), ("valueTwo", 2**64 - 1)):
            number = value.get(key, 0)
            if isinstance(number, bool) or not isinstance(number, int) or not 0 <= number <= highest:
                self.refuse((*path, key), f"{key} is no whole number from 0 to {highest}", "Write it without quotes.")
            numbers[key] = number
        operator = value.get("op")
        if operator not in _OPERATORS:
            self.unknown(operator, _OPERATORS, (*path, "op"), "operator")
        return Condition(numbers["index"], _OPERATORS[operator], numbers["value"], numbers["valueTwo"])

    def capabilities(self, value: Any, path: Way) -> frozenset[str]:
        """Return the capabilities that a rule depends on, without their prefix."""
        if not value:
            return frozenset()
        if not isinstance(value, dict) or not self.is_texts(value.get("caps") or []):
            self.refuse(path, f"{path[-1]} is no object with a list of caps", 'Write {"caps": ["CAP_SYS_ADMIN"]}.')
        self.warnings.append(f"{path[-1]} counts with CRI-O only; containerd takes no notice of it")
        return frozenset(name.removeprefix("CAP_") for name in value.get("caps") or ())

    def action(self, value: Any, path: Way) -> Action:
        if value not in _ACTIONS:
            self.unknown(value, _ACTIONS, path, "action")
        return _ACTIONS[value]

    def errno(self, value: Any, path: Way) -> int | None:
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= _HIGHEST_ERRNO:
            self.refuse(path, f"{path[-1]} is no error number", "Write a number such as 1 for EPERM, 38 for ENOSYS.")
        return int(value)

    def keys(self, value: Any, path: Way, known: tuple[str, ...]) -> None:
        if not isinstance(value, dict):
            self.refuse(path, "this is no object", "Write a mapping in curly brackets.")
        for key in value:
            if key not in known:
                near = get_close_matches(key, known, n=1)
                remedy = f"Did you mean {near[0]}?" if near else f"Known are {', '.join(known)}."
                self.refuse((*path, key), f"{key} is not known here", remedy)

    def unknown(self, value: Any, known: Any, path: Way, what: str) -> NoReturn:
        if value is None:
            self.refuse(path, f"{path[-1]} is missing", f"Write one of {', '.join(known)}.")
        near = get_close_matches(str(value).upper(), known, n=1, cutoff=0.4)
        remedy = f"Did you mean {near[0]}?" if near else f"Known are {', '.join(known)}."
        self.refuse(path, f"{value!r} is no {what}", remedy)

    @staticmethod
    def is_texts(value: Any) -> bool:
        return isinstance(value, list) and all(isinstance(item, str) for item in value)

    def refuse(self, path: Way, what: str, remedy: str) -> NoReturn:
        position = self.document.locate(path)
        raise InputError(f"{self.document.file}:{position.line}:{position.column}: {what}. {remedy}")
