"""What the library that runc uses makes of a profile: the real libseccomp, its program, and a machine to run it.

On purpose without anything of ``autograder``: it is the other side of the comparison. The program is what the kernel
would get. Rules are added as runc adds them, and runc's own rule for newer calls is put in front.
"""

from __future__ import annotations

import ctypes
import ctypes.util
import struct
import sys
import tempfile
from typing import Any

PATH = ctypes.util.find_library("seccomp") if sys.platform == "linux" else None
LIBRARY = ctypes.CDLL(PATH) if PATH else None

OPERATORS = ["NE", "LT", "LE", "EQ", "GE", "GT", "MASKED_EQ"]
"""In the order in which libseccomp numbers them, from 1."""
ACTIONS = {
    "KILL_PROCESS": 0x80000000,
    "KILL_THREAD": 0x00000000,
    "TRAP": 0x00030000,
    "ERRNO": 0x00050000,
    "TRACE": 0x7FF00000,
    "LOG": 0x7FFC0000,
    "ALLOW": 0x7FFF0000,
}
X86_64 = 0xC000003E
ENOSYS = ACTIONS["ERRNO"] | 38
Program = tuple[list[tuple[int, int, int, int]], int]


class Condition(ctypes.Structure):
    """A scmp_arg_cmp."""

    _fields_ = (
        ("index", ctypes.c_uint),
        ("operator", ctypes.c_int),
        ("first", ctypes.c_uint64),
        ("second", ctypes.c_uint64),
    )


if LIBRARY is not None:
    LIBRARY.seccomp_init.restype = ctypes.c_void_p
    LIBRARY.seccomp_init.argtypes = [ctypes.c_uint32]
    LIBRARY.seccomp_release.argtypes = [ctypes.c_void_p]
    LIBRARY.seccomp_export_bpf.argtypes = [ctypes.c_void_p, ctypes.c_int]
    LIBRARY.seccomp_rule_add_array.argtypes = [
        ctypes.c_void_p,
        ctypes.c_uint32,
        ctypes.c_int,
        ctypes.c_uint,
        ctypes.POINTER(Condition),
    ]
    LIBRARY.seccomp_syscall_resolve_name.argtypes = [ctypes.c_char_p]


def number(name: str) -> int:
    """The number of a call; below 0 if this machine has none by the name."""
    assert LIBRARY is not None
    return int(LIBRARY.seccomp_syscall_resolve_name(name.encode()))


def compiled(profile: dict[str, Any]) -> Program:
    """The kernel's program for an OCI profile, and the number above which runc answers ENOSYS (0: never)."""
    assert LIBRARY is not None
    default = _action(profile["defaultAction"], profile.get("defaultErrnoRet"))
    newest = 0
    handle = LIBRARY.seccomp_init(default)
    try:
        for rule in profile.get("syscalls") or ():
            action = _action(rule["action"], rule.get("errnoRet"))
            arguments = rule.get("args") or []
            groups = [arguments]
            if len({entry["index"] for entry in arguments}) < len(arguments):
                groups = [[entry] for entry in arguments]
            for name in rule["names"]:
                call = number(name)
                newest = max(newest, call)
                if action == default or call == -1:
                    continue
                for group in groups:
                    conditions = [
                        Condition(
                            entry["index"],
                            OPERATORS.index(entry["op"].removeprefix("SCMP_CMP_")) + 1,
                            entry["value"],
                            entry.get("valueTwo", 0),
                        )
                        for entry in group
                    ]
                    array = (Condition * max(1, len(group)))(*conditions)
                    failed = LIBRARY.seccomp_rule_add_array(handle, action, call, len(group), array)
                    assert not failed, f"libseccomp refuses the rule for {name}: {failed}"
        with tempfile.TemporaryFile() as file:
            assert LIBRARY.seccomp_export_bpf(handle, file.fileno()) == 0
            file.seek(0)
            data = file.read()
    finally:
        LIBRARY.seccomp_release(handle)
    if profile["defaultAction"].removeprefix("SCMP_ACT_") in {"ALLOW", "LOG", "TRACE"}:
        newest = 0
    return [struct.unpack_from("=HBBI", data, at) for at in range(0, len(data), 8)], newest


def answer(program: Program, call: int, arguments: dict[int, int]) -> tuple[str, int | None]:
    """What the kernel would do: the action, and the error if it is ERRNO."""
    code, newest = program
    value = ENOSYS if newest and call > newest else _run(code, call, arguments)
    action = next(name for name, bits in ACTIONS.items() if bits == value & 0xFFFF0000)
    return action, value & 0xFFFF if action == "ERRNO" else None


def _run(code: list[tuple[int, int, int, int]], call: int, arguments: dict[int, int]) -> int:
    data = struct.pack("=IIQ6Q", call, X86_64, 0, *(arguments.get(index, 0) for index in range(6)))
    accumulator = at = 0
    while True:
        operation, if_true, if_false, value = code[at]
        at += 1
        match operation:
            case 0x20:  # load a word of the data
                (accumulator,) = struct.unpack_from("=I", data, value)
            case 0x06:  # return
                return value
            case 0x05:  # jump
                at += value
            case 0x54:  # and
                accumulator &= value
            case 0x15:
                at += if_true if accumulator == value else if_false
            case 0x25:
                at += if_true if accumulator > value else if_false
            case 0x35:
                at += if_true if accumulator >= value else if_false
            case _:
                raise AssertionError(f"libseccomp makes an instruction that is not known here: {operation:#x}")


def _action(name: str, errno: int | None) -> int:
    name = name.removeprefix("SCMP_ACT_")
    bits = ACTIONS["KILL_THREAD" if name == "KILL" else name]
    return bits | (1 if errno is None else errno) if name in {"ERRNO", "TRACE"} else bits
