"""Profiles in files: JSON, read strictly, since a key that is misspelled opens or closes what nobody meant.

containerd takes the OCI's LinuxSeccomp and skips other keys without a word; CRI-O takes the wider form of
containers/common. Both forms are read here, and `Profile.warnings` tells what only one of them looks at.

Sources: the OCI runtime specification, config-linux (seccomp); runc libcontainer/seccomp/config.go and
seccomp_linux.go (what they refuse); containers/common pkg/seccomp/types.go and seccomp_linux.go.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Final, NoReturn, get_args

from autograder.manifests.documents import Document, read_text
from autograder.manifests.files import read_file
from autograder.manifests.limits import MIB, InputError, Limits, size
from autograder.manifests.problems import Path as Way

from .profile import ACTIONS, ERRNOS, Action, Condition, Operator, Profile, Rule
from .table import SYSCALLS

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
_FILTER: Final = ("caps", "arches", "minKernel")
_ARCHITECTURES: Final = (
    "SCMP_ARCH_X86",
    "SCMP_ARCH_X86_64",
    "SCMP_ARCH_X32",
    "SCMP_ARCH_ARM",
    "SCMP_ARCH_AARCH64",
    "SCMP_ARCH_MIPS",
    "SCMP_ARCH_MIPS64",
    "SCMP_ARCH_MIPS64N32",
    "SCMP_ARCH_MIPSEL",
    "SCMP_ARCH_MIPSEL64",
    "SCMP_ARCH_MIPSEL64N32",
    "SCMP_ARCH_PPC",
    "SCMP_ARCH_PPC64",
    "SCMP_ARCH_PPC64LE",
    "SCMP_ARCH_RISCV64",
    "SCMP_ARCH_S390",
    "SCMP_ARCH_S390X",
)
_FLAGS: Final = tuple(f"SECCOMP_FILTER_FLAG_{name}" for name in ("TSYNC", "LOG", "SPEC_ALLOW", "WAIT_KILLABLE_RECV"))
_ACTIONS: Final[dict[str, Action]] = {
    **{f"SCMP_ACT_{action}": action for action in ACTIONS},
    "SCMP_ACT_KILL": "KILL_THREAD",
}
_OPERATORS: Final[dict[str, Operator]] = {f"SCMP_CMP_{operator}": operator for operator in get_args(Operator)}
_NUMBERS: Final = {name: number for number, name in ERRNOS.items()}
_HIGHEST_ERRNO: Final = 4095
_LONGEST_WORD: Final = 60
_LIST: Final = "Put its items into square brackets."


def read_profile(data: bytes, file: str, limits: Limits = LIMITS) -> Profile:
    """Return the profile in a file.

    Raises InputError that names the file, the line and the remedy for anything that is no profile.
    """
    if len(data) > limits.max_bytes:
        raise InputError(f"{file} has more than {size(limits.max_bytes)}. A profile has a few thousand lines at most.")
    if not data.lstrip().startswith(b"{"):
        raise InputError(f"{file}:1: a seccomp profile is JSON and begins with a curly bracket. Convert it to JSON.")
    value = _json(data, file)
    # Read a second time for the places of its parts: numbers there are as Kubernetes reads them, not as the OCI does.
    documents, problems = read_text(data, file, limits)
    for problem in problems:
        raise InputError(f"{file}:{problem.position.line}: {problem.detail}. {problem.hint}".strip())
    return _Reader(documents[0]).profile(value)


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


def _json(data: bytes, file: str) -> Any:
    """Return what a JSON text says. Numbers up to 2**64 keep their value."""

    def constant(word: str) -> NoReturn:
        raise InputError(f"{file}: {word} is no JSON. Write a whole number.")

    try:
        return json.loads(data.decode("utf-8"), parse_constant=constant)
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise InputError(f"{file}:{line}: this is no UTF-8. Save the file as UTF-8.") from error
    except json.JSONDecodeError as error:
        remedy = "JSON wants double quotes, no comment, and no comma after the last item."
        where = f"{file}:{error.lineno}:{error.colno}"
        raise InputError(f"{where}: this is no JSON ({error.msg.lower()}). {remedy}") from error
    except ValueError as error:  # Python refuses whole numbers of thousands of digits
        raise InputError(f"{file}: a number is too large. Numbers here go up to 2**64 - 1.") from error
    except RecursionError:
        return None  # far deeper than `Limits.max_depth`: the second reading says so, with the line


def _near(word: str, known: Iterable[str], cutoff: float = 0.6) -> str:
    """Return the known word that is most like another; empty if none is."""
    if len(word) > _LONGEST_WORD:
        return ""
    return next(iter(get_close_matches(word, list(known), n=1, cutoff=cutoff)), "")


def _on_one_line(text: str) -> str:
    r"""Return a sentence that quotes a file, without line breaks and of bearable length.

    >>> _on_one_line("na\nmes is not known here")
    'na\\nmes is not known here'
    """
    text = "".join(character if character.isprintable() else repr(character)[1:-1] for character in text)
    return text if len(text) <= 2 * _LONGEST_WORD else f"{text[:_LONGEST_WORD]} … {text[-_LONGEST_WORD:]}"


class _Reader:
    """Reads one document."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.warnings: dict[str, None] = {}

    def profile(self, value: Any) -> Profile:
        for duplicate in self.document.duplicates:
            self.refuse(duplicate.path, f"{duplicate.path[-1]} is written twice", "Keep one of the two.")
        self.keys(value, (), _PROFILE)
        default = self.action(value.get("defaultAction"), ("defaultAction",))
        if default == "NOTIFY":
            self.refuse(("defaultAction",), "runc takes no SCMP_ACT_NOTIFY as the default", "Name calls in a rule.")
        self.architectures(value)
        self.names(value.get("flags"), ("flags",), _FLAGS, "flag")
        for key in ("listenerPath", "listenerMetadata"):
            self.text(value.get(key), (key,))
        rules = tuple(self.rule(item, ("syscalls", at)) for at, item in self.items(value, "syscalls", ()))
        return Profile(
            default=default,
            rules=rules,
            default_errno=self.errno(value.get("defaultErrnoRet"), ("defaultErrnoRet",)),
            architectures=tuple(value.get("architectures") or ()),
            name=self.document.file,
            warnings=tuple(self.warnings),
            named_default_errno=self.named_errno(value.get("defaultErrno"), ("defaultErrno",)),
        )

    def architectures(self, value: Any) -> None:
        """Refuse what is no list of architectures."""
        self.names(value.get("architectures"), ("architectures",), _ARCHITECTURES, "architecture")
        if value.get("architectures") and value.get("archMap"):
            self.refuse(("archMap",), "architectures and archMap stand side by side", "Keep architectures.")
        for at, entry in self.items(value, "archMap", ()):
            path: Way = ("archMap", at)
            self.keys(entry, path, ("architecture", "subArchitectures"))
            self.names([entry.get("architecture")], (*path, "architecture"), _ARCHITECTURES, "architecture")
            self.names(entry.get("subArchitectures"), (*path, "subArchitectures"), _ARCHITECTURES, "architecture")
            self.warn_crio("archMap")

    def rule(self, value: Any, path: Way) -> Rule:
        if not isinstance(value, dict):
            self.refuse(path, "a rule is no object", 'Write {"names": ["mount"], "action": "SCMP_ACT_ERRNO"}.')
        self.keys(value, path, _RULE)
        self.text(value.get("comment"), (*path, "comment"))
        name, names = value.get("name"), value.get("names")
        if name is not None and names is not None:
            self.refuse((*path, "name"), "name and names stand side by side", "Keep names.")
        listed = [name] if name is not None else names
        if not isinstance(listed, list) or not listed or not all(isinstance(item, str) and item for item in listed):
            self.refuse((*path, "names"), "a rule names no system call", 'Write "names": ["mount"].')
        if not value.get("includes"):  # what is for some architectures only may name calls of theirs
            for item in listed:
                self.warn_unknown(item)
        if name is not None:
            self.warn_crio("name")
        action = self.action(value.get("action"), (*path, "action"))
        if action == "NOTIFY" and "write" in listed:
            self.refuse((*path, "action"), "runc takes no SCMP_ACT_NOTIFY for write", "Take write out of this rule.")
        included, on = self.filter(value, "includes", path)
        excluded, off = self.filter(value, "excludes", path)
        return Rule(
            tuple(listed),
            action,
            self.errno(value.get("errnoRet"), (*path, "errnoRet")),
            tuple(self.condition(item, (*path, "args", at)) for at, item in self.items(value, "args", path)),
            with_capabilities=included,
            without_capabilities=excluded,
            with_architectures=on,
            without_architectures=off,
            named_errno=self.named_errno(value.get("errno"), (*path, "errno")),
            is_wide=name is not None,
        )

    def condition(self, value: Any, path: Way) -> Condition:
        if not isinstance(value, dict):
            self.refuse(path, "a condition is no object", 'Write {"index": 0, "value": 1, "op": "SCMP_CMP_EQ"}.')
        self.keys(value, path, _CONDITION)
        numbers = [
            self.number(value.get(key), (*path, key), highest)
            for key, highest in (("index", 5), ("value", 2**64 - 1), ("valueTwo", 2**64 - 1))
        ]
        operator = self.one_of(value.get("op"), _OPERATORS, (*path, "op"), "operator")
        return Condition(numbers[0], _OPERATORS[operator], *numbers[1:])

    def filter(self, rule: Any, key: str, path: Way) -> tuple[frozenset[str], frozenset[str]]:
        """Return the capabilities, without their prefix, and the architectures that a rule depends on."""
        value, path = rule.get(key), (*path, key)
        if not value:
            return frozenset(), frozenset()
        if not isinstance(value, dict):
            self.refuse(path, f"{key} is no object with a list of caps", 'Write {"caps": ["CAP_SYS_ADMIN"]}.')
        self.keys(value, path, _FILTER)
        for part in ("caps", "arches"):
            listed = value.get(part) or []
            if not isinstance(listed, list) or not all(isinstance(item, str) for item in listed):
                self.refuse((*path, part), f"{part} is no list of texts", 'Write for example ["CAP_SYS_ADMIN"].')
        self.warn_crio(key)
        if "minKernel" in value:
            self.warnings["minKernel counts with Docker only; no runtime of Kubernetes takes notice of it"] = None
        caps = frozenset(name.removeprefix("CAP_") for name in value.get("caps") or ())
        return caps, frozenset(value.get("arches") or ())

    def action(self, value: Any, path: Way) -> Action:
        return _ACTIONS[self.one_of(value, _ACTIONS, path, "action")]

    def errno(self, value: Any, path: Way) -> int | None:
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= _HIGHEST_ERRNO:
            self.refuse(path, f"{path[-1]} is no error number", "Write a number such as 1 for EPERM, 38 for ENOSYS.")
        return value

    def named_errno(self, value: Any, path: Way) -> int | None:
        """Return the error that a name stands for; a number in quotes does as well."""
        self.text(value, path)
        if not value:
            return None
        self.warn_crio(str(path[-1]))
        if value.isascii() and value.isdecimal() and len(value) <= 4:
            return self.errno(int(value), path)
        return _NUMBERS[self.one_of(value, _NUMBERS, path, "error")]

    def number(self, value: Any, path: Way, highest: int) -> int:
        """Return a whole number; one that is not written is 0."""
        if value is None:
            return 0
        if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= highest:
            self.refuse(path, f"{path[-1]} is no whole number from 0 to {highest}", "Write it without quotes.")
        return value

    def names(self, value: Any, path: Way, known: tuple[str, ...], what: str) -> None:
        """Refuse what is no list of known names."""
        for at, name in self.items({path[-1]: value}, str(path[-1]), path[:-1], f'Write ["{known[0]}"].'):
            self.one_of(name, known, (*path, at), what)

    def items(
        self, parent: Any, key: str, path: Way, remedy: str = "Use square brackets."
    ) -> Iterable[tuple[int, Any]]:
        """Return the items of a list with their places; none for a list that is not written."""
        value = parent.get(key)
        if not isinstance(value, list | None):
            self.refuse((*path, key), f"{key} is no list", remedy)
        return enumerate(value or ())

    def keys(self, value: Any, path: Way, known: tuple[str, ...]) -> None:
        if not isinstance(value, dict):
            self.refuse(path, "this is no object", "Write a mapping in curly brackets.")
        for key in value:
            if key not in known:
                near = _near(key, known)
                remedy = f"Did you mean {near}?" if near else f"Known are {', '.join(known)}."
                self.refuse((*path, key), f"{key} is not known here", remedy)

    def text(self, value: Any, path: Way) -> None:
        if not isinstance(value, str | None):
            self.refuse(path, f"{path[-1]} is no text", "Put it into double quotes.")

    def one_of(self, value: Any, known: Iterable[str], path: Way, what: str) -> str:
        """Return a name that is one of the known ones."""
        if value is None:
            self.refuse(path, f"{path[-1]} is missing", f"Write one of {', '.join(known)}.")
        if not isinstance(value, str) or value not in known:
            near = _near(str(value).upper(), known, cutoff=0.4)
            remedy = f"Did you mean {near}?" if near else f"Known are {', '.join(known)}."
            self.refuse(path, f"{value!r} is no {what}", remedy)
        return value

    def warn_crio(self, key: str) -> None:
        self.warnings[f"{key} counts with CRI-O only; containerd takes no notice of it"] = None

    def warn_unknown(self, name: str) -> None:
        if name not in SYSCALLS:
            near = _near(name, SYSCALLS)
            remedy = f" Did you mean {near}?" if near else ""
            what = f"{_on_one_line(name)} is not in the table of system calls, and runtimes skip what is none."
            self.warnings[what + remedy] = None

    def refuse(self, path: Way, what: str, remedy: str) -> NoReturn:
        position = self.document.locate(path)
        raise InputError(f"{self.document.file}:{position.line}:{position.column}: {_on_one_line(what)}. {remedy}")
