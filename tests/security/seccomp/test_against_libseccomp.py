"""Our verdicts against the program that the real libseccomp makes of the same profile."""

from __future__ import annotations

import json
import platform
import random

import pytest

from autograder.security.capabilities import ALL, DEFAULTS
from autograder.security.node import Node
from autograder.security.seccomp import SYSCALLS, judge, read_profile, runtime_default

from . import libseccomp

pytestmark = pytest.mark.skipif(
    libseccomp.LIBRARY is None or platform.machine() != "x86_64", reason="needs libseccomp on x86_64"
)

BIG = (0, 1, 2, 3, 2**32 - 1, 2**32, 2**32 + 1, 2**63, 2**64 - 1)
NAMED = ["read", "write", "socket", "clone", "openat", "getpid", "clone3", "no_such_call", "_llseek"]
ASKED = ["read", "write", "socket", "clone", "openat", "getpid", "clone3", "openat2", "faccessat2", "keyctl"]
ACTIONS = [*libseccomp.ACTIONS, "KILL"]


def as_oci(profile):
    rules = [
        {
            "names": list(rule.names),
            "action": rule.action,
            "errnoRet": rule.errno,
            "args": [
                {"index": c.index, "op": c.operator, "value": c.value, "valueTwo": c.second} for c in rule.conditions
            ],
        }
        for rule in profile.rules
    ]
    return {"defaultAction": profile.default, "defaultErrnoRet": profile.default_errno, "syscalls": rules}


CORNERS = [
    {},
    {0: 2},
    {0: 16, 2: 9},
    {0: 16, 2: 3},
    {0: 38},
    {0: 39},
    {0: 40},
    {0: 41},
    {0: 8},
    {0: 0x10000011},
    {0: 0xFFFFFFFF},
    {0: 2**32 + 40},
]


@pytest.mark.parametrize(
    "node",
    [Node(), Node(version=(1, 7)), Node(runtime="crio", version=(1, 36))],
    ids=lambda node: node.name,
)
@pytest.mark.parametrize("which", ["none", "default", "all", "SYS_ADMIN", "AUDIT_WRITE", "BPF"])
def test_runtime_default_is_what_libseccomp_makes_of_it(node, which):
    sets = {"none": frozenset(), "default": DEFAULTS[node.runtime], "all": ALL}
    profile = runtime_default(node, sets.get(which, frozenset({which})))
    program = libseccomp.compiled(as_oci(profile))
    asked = [(name, call.numbers["x86_64"]) for name, call in SYSCALLS.items() if "x86_64" in call.numbers]
    # A call that this libseccomp is too old to know cannot be compared: it drops the rule.
    asked = [(name, number) for name, number in asked if libseccomp.number(name) == number]
    assert len(asked) > 330
    for name, number in asked:
        for given in CORNERS:
            arguments = dict.fromkeys(range(6), 0) | given
            verdict = judge(profile, name, arguments)
            assert (verdict.action, verdict.errno) == libseccomp.answer(program, number, arguments), (name, given)


def some_profile(seed):
    """A profile whose conditions on one call never overlap: there libseccomp makes mistakes of its own."""
    chance = random.Random(seed)
    errno = [{}, {}, {"errnoRet": 0}, {"errnoRet": 1}, {"errnoRet": 22}, {"errnoRet": 38}]
    rules, free = [], list(NAMED)
    chance.shuffle(free)
    for _ in range(chance.randint(0, 4)):
        rule = {"names": chance.sample(NAMED, chance.randint(1, 3)), "action": chance.choice(ACTIONS)}
        rule |= chance.choice(errno)
        if free and chance.random() < 0.7:
            rule["names"] = [free.pop() for _ in range(min(len(free), chance.randint(1, 2)))]
            rule["args"] = [
                {
                    "index": index,
                    "op": f"SCMP_CMP_{chance.choice(libseccomp.OPERATORS)}",
                    "value": chance.choice(BIG),
                    "valueTwo": chance.choice(BIG),
                }
                for index in chance.sample(range(3), chance.randint(1, 2))
            ]
            if chance.random() < 0.3:
                rule["args"] = [
                    {"index": 0, "op": "SCMP_CMP_EQ", "value": value}
                    for value in chance.sample(BIG, chance.randint(2, 3))
                ]
        rule["action"] = f"SCMP_ACT_{rule['action']}"
        rules.append(rule)
    default = {"defaultAction": f"SCMP_ACT_{chance.choice(ACTIONS)}", "syscalls": rules}
    return default | {f"default{key[0].upper()}{key[1:]}": value for key, value in chance.choice(errno).items()}


@pytest.mark.parametrize("tens", range(10))
def test_a_profile_says_what_libseccomp_makes_of_it(tens):
    compared = 0
    for seed in range(tens * 60, tens * 60 + 60):
        written = some_profile(seed)
        program = libseccomp.compiled(written)
        profile = read_profile(json.dumps(written).encode(), "shop.json")
        chance = random.Random(seed)
        for name in ASKED:
            for _ in range(6):
                arguments = {index: chance.choice(BIG) for index in range(6)}
                verdict = judge(profile, name, arguments)
                real = libseccomp.answer(program, SYSCALLS[name].numbers["x86_64"], arguments)
                assert (verdict.action, verdict.errno) == real, (seed, name, arguments, written)
                some = judge(profile, name, {0: arguments[0]})
                assert some.action in {None, verdict.action}, "fewer arguments make a verdict open, never another one"
                compared += 1
    assert compared == 60 * 6 * len(ASKED)
