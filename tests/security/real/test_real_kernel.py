"""What is predicted, and what the kernel does: Pods are started through runc, and asked.

Skipped with a reason where runc, a C compiler or root is missing. ``POD_GUARDRAILS_RANDOM_PODS=500`` runs more random
Pods than usual.
"""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from autograder.manifests.load import load_text
from autograder.security import Context, Image, ImageGroup, Node, effective
from autograder.security.can import bind, read, syscall, write
from autograder.security.capabilities import ALL, SETUID_ROOT, execute, mask, names_of, with_capabilities
from autograder.security.seccomp import profile_of, read_profile
from autograder.security.seccomp.profile import ERRNOS, Profile

from . import cluster
from .cases import CASES, PROFILES, Case, manifest, random_case

pytestmark = [pytest.mark.slow, pytest.mark.skipif(bool(cluster.missing()), reason=cluster.missing())]

NUMBERS = {name: number for number, name in ERRNOS.items()}
NODE = Node(
    profiles={name: read_profile(json.dumps(profile).encode(), name) for name, profile in PROFILES.items()},
    app_armor=False,
)
RANDOM = int(os.environ.get("POD_GUARDRAILS_RANDOM_PODS", "40"))
ALL_CASES = [*CASES, *(random_case(seed) for seed in range(RANDOM))]


@pytest.fixture(scope="module")
def machine() -> Iterator[cluster.Machine]:
    """A machine with one image. Where not even a plain container starts, its own words are the reason for a skip."""
    # Not below pytest's own folder: that is closed to others, and so to root of a user namespace.
    folder = Path(tempfile.mkdtemp(prefix="pod-guardrails-", dir="/var/tmp"))
    folder.chmod(0o755)
    try:
        made = cluster.Machine(folder)
        answer = made.run(manifest(CASES[0]), cluster.Image(), None)
        if "error" in answer:
            pytest.skip(f"runc cannot start a container here: {answer['error']}")
        yield made
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def predicted(case: Case) -> Context:
    [pod] = load_text(json.dumps(manifest(case))).pods
    image = Image(case.user, {"root": (0, 0), "app": (1000, 1000)}, {"extra": ImageGroup(50000, ("app",))})
    [context] = effective(pod, node=NODE, images={"shop/api:1": image})
    return context


def as_oci(profile: Profile | None, bounding: frozenset[str]) -> dict[str, Any] | None:
    """A profile in the form that runc takes."""
    if profile is None:
        return None
    rules = []
    for rule in profile.for_container(bounding).rules:
        entry: dict[str, Any] = {"names": list(rule.names), "action": f"SCMP_ACT_{rule.action}"}
        if rule.errno is not None:
            entry["errnoRet"] = rule.errno
        if rule.conditions:
            entry["args"] = [
                {"index": c.index, "value": c.value, "valueTwo": c.second, "op": f"SCMP_CMP_{c.operator}"}
                for c in rule.conditions
            ]
        rules.append(entry)
    found: dict[str, Any] = {"defaultAction": f"SCMP_ACT_{profile.default}", "syscalls": rules}
    if profile.default_errno is not None:
        found["defaultErrnoRet"] = profile.default_errno
    return found


def sets_of(status: dict[str, str]) -> dict[str, int]:
    return {name: int(status[name], 16) for name in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb")}


def differences(context: Context, real: dict[str, Any]) -> list[str]:
    """Everything in which the kernel says otherwise, one sentence each."""
    if "error" in real:
        return [] if context.starts.ok is False else [f"it does not start: {real['error']}"]
    if context.starts.ok is not True:
        return [f"it starts, and {context.starts} was predicted"]
    return [
        *identity_differences(context, real["status"]),
        *call_differences(context, real["calls"]),
        *path_differences(context, real["paths"]),
        *program_differences(context, real),
    ]


def identity_differences(context: Context, status: dict[str, str]) -> list[str]:
    there = cluster.available()
    who, sets = context.identity, context.sets
    filtered = context.seccomp.value is not None and context.seccomp.value.mode == "filter"
    rows = [
        ("uid", {who.uid.value}, set(map(int, status["Uid"].split()))),
        ("gid", {who.gid.value}, set(map(int, status["Gid"].split()))),
        # The kernel lists the primary group only where the runtime repeated it.
        ("groups", set(who.groups.value or ()), set(map(int, status["Groups"].split())) | {who.gid.value}),
        ("no_new_privs", context.no_new_privs.value, status["NoNewPrivs"].strip() == "1"),
        ("seccomp", 2 if filtered else 0, int(status["Seccomp"])),
    ]
    for field, name in (
        ("CapEff", "effective"),
        ("CapPrm", "permitted"),
        ("CapBnd", "bounding"),
        ("CapInh", "inheritable"),
        ("CapAmb", "ambient"),
    ):
        rows.append((field, mask(getattr(sets, name)) & there, sets_of(status)[field]))
    return [f"{name}: predicted {wanted}, got {got}" for name, wanted, got in rows if wanted != got]


CALLS: dict[str, tuple[str, dict[int, int], str, tuple[int, ...]]] = {
    # The probe's name: the call, its arguments, a capability that these arguments need, and the errors that the call
    # returns once it has passed and may be carried out.
    "unshare_user": ("unshare", {0: 0x10000000}, "", (0,)),
    "unshare_uts": ("unshare", {0: 0x04000000}, "SYS_ADMIN", (0,)),
    "mount": ("mount", {}, "", (0,)),
    "chroot": ("chroot", {}, "", (0,)),
    "sethostname": ("sethostname", {}, "", (0,)),
    "personality": ("personality", {0: 0x4000}, "", (0,)),
    "raw": ("socket", {0: 2, 1: 3, 2: 1}, "NET_RAW", (0,)),
    "setuid": ("setuid", {0: 4242}, "", (0,)),
    "setgroups": ("setgroups", {0: 1}, "", (0,)),
    "mknod": ("mknod", {}, "MKNOD", (0,)),
    "chown": ("chown", {}, "", (0,)),
    "keyctl": ("keyctl", {}, "", (0, 126)),
    "clone3": ("clone3", {}, "", (7, 14, 22)),
    "af_alg": ("socket", {0: 38, 1: 5, 2: 0}, "", (0, 97)),
    "af_vsock": ("socket", {0: 40, 1: 1, 2: 0}, "", (0, 97)),
    "io_uring_setup": ("io_uring_setup", {}, "", (1, 14, 22, 38)),
}


def call_differences(context: Context, calls: dict[str, int]) -> list[str]:
    found = []
    own_ids = context.user_namespace.value
    for name, (call, arguments, needs, passing) in CALLS.items():
        answer = syscall(context, call, arguments)
        if name == "mknod" and (own_ids or write(context, "/vol/x").verdict != "allowed"):
            continue  # devices belong to the node, and a folder that is closed says something else first
        if name == "chown" and context.read_only_root.value:
            continue
        capable = not needs or bool(context.sets.has(needs))
        if answer.verdict == "allowed" and capable:
            wanted: tuple[int, ...] = passing
        elif answer.verdict == "denied":
            wanted = (NUMBERS[answer.errno],)
        else:
            wanted = (1,)
        if calls[name] not in wanted:
            found.append(f"{name}: predicted {wanted} ({answer}), got {calls[name]}")
    answer = bind(context, 80)
    wanted = (0,) if answer.verdict == "allowed" else (NUMBERS[answer.errno],)
    if calls["bind80"] not in wanted:
        found.append(f"bind 80: predicted {wanted} ({answer}), got {calls['bind80']}")
    return found


def path_differences(context: Context, paths: list[dict[str, Any]]) -> list[str]:
    found = []
    effects = {effect.mount.path: effect for effect in context.volumes}
    for entry in paths:
        path, what = entry["path"], entry["what"]
        if what == "stat":
            after = effects[path].after
            said = (after.owner, after.group, after.mode)
            if after.mode is not None and said != (entry["owner"], entry["group"], entry["mode"]):
                found.append(f"{path}: predicted {after}, got {entry}")
            continue
        asked = (
            f"{path.rstrip('/')}/probe.tmp"
            if what == "write" and path in {"/", "/tmp", "/etc", "/vol", "/dev/shm"}
            else path
        )
        answer = write(context, asked) if what == "write" else read(context, asked)
        if answer.verdict == "unknown":
            continue
        if (answer.verdict == "allowed") != (entry["errno"] == 0):
            found.append(f"{what} {path}: predicted {answer}, got {entry}")
        elif answer.errno and NUMBERS[answer.errno] != entry["errno"]:
            found.append(f"{what} {path}: predicted {answer.errno}, got {entry['errno']}")
        if what == "write" and path == "/vol" and entry["errno"] == 0:
            new = effects[path].new_file(context.identity.uid.value, context.identity.gid.value)
            if (new.owner, new.group, new.mode) != (entry["owner"], entry["group"], entry["mode"]):
                found.append(f"a new file in /vol: predicted {new}, got {entry}")
    return found


def program_differences(context: Context, real: dict[str, Any]) -> list[str]:
    found = []
    there = names_of(cluster.available()) & ALL
    for key, program in (("setuid_root", SETUID_ROOT), ("file_capability", with_capabilities("NET_BIND_SERVICE"))):
        wanted = execute(
            context.sets, context.identity.uid.value, program, no_new_privs=bool(context.no_new_privs.value)
        )
        got = real[key]
        if wanted.errno:
            if got.get("errno") != NUMBERS[wanted.errno]:
                found.append(f"{key}: predicted {wanted.errno}, got {got}")
            continue
        if "Uid" not in got:
            found.append(f"{key}: predicted {wanted}, got {got}")
            continue
        uid = int(got["Uid"].split()[1])
        effective_now = mask((wanted.sets.effective or frozenset()) & there)
        if (uid, sets_of(got)["CapEff"]) != (wanted.uid, effective_now):
            found.append(f"{key}: predicted uid {wanted.uid} with {effective_now:x}, got {got}")
    return found


@pytest.mark.parametrize("case", ALL_CASES, ids=[case.why for case in ALL_CASES])
def test_the_kernel_does_what_was_predicted(machine: cluster.Machine, case: Case) -> None:
    context = predicted(case)
    choice = context.seccomp.value
    assert choice is not None
    profile = profile_of(choice, context.sets.bounding, node=NODE)
    real = machine.run(manifest(case), cluster.Image(case.user), as_oci(profile, context.sets.bounding))
    assert differences(context, real) == []


def test_a_wrong_prediction_is_noticed(machine: cluster.Machine) -> None:
    """The comparison itself can fail: a Pod held against the prediction for another one differs everywhere."""
    case, other = CASES[0], Case("other", {"runAsUser": 1000}, {"allowPrivilegeEscalation": False})
    real = machine.run(manifest(case), cluster.Image(), None)
    said = " ".join(differences(predicted(other), real))
    for field in ("uid", "no_new_privs", "CapEff", "write /", "setuid_root"):
        assert field in said


def test_there_are_enough_pods() -> None:
    assert len(CASES) >= 60
    assert len({case.why for case in CASES}) == len(CASES)
