"""seccomp: which filter a container gets, what is in it, what it says; against a second evaluator by brute force."""

from __future__ import annotations

import hashlib
import itertools
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.manifests.limits import InputError
from autograder.security import Semantics
from autograder.security.capabilities import ALL, DEFAULTS
from autograder.security.node import Node
from autograder.security.seccomp import (
    SYSCALLS,
    judge,
    profile_of,
    read_folder,
    read_profile,
    runtime_default,
    select,
)
from tests.security.pods import first, pod

CONTAINERD, CRIO = Node(), Node(runtime="crio", version=(1, 36))
OLD = Node(version=(1, 6))
NONE: frozenset[str] = frozenset()


# -- the table ---------------------------------------------------------------------------------------------------------


def test_numbers_are_those_of_the_kernel():
    assert SYSCALLS["read"].numbers == {"x86_64": 0, "aarch64": 63}
    assert SYSCALLS["mount"].numbers == {"x86_64": 165, "aarch64": 40}
    assert SYSCALLS["clone3"].numbers == {"x86_64": 435, "aarch64": 435}
    assert SYSCALLS["fork"].numbers == {"x86_64": 57}
    assert SYSCALLS["futex_time64"].numbers == {}  # only machines with 32 bits have it
    for architecture in ("x86_64", "aarch64"):
        numbers = [call.numbers[architecture] for call in SYSCALLS.values() if architecture in call.numbers]
        assert len(numbers) == len(set(numbers))


@pytest.mark.parametrize("name", [name for name, call in SYSCALLS.items() if call.does])
def test_what_a_call_does_is_said_in_a_sentence(name):
    call = SYSCALLS[name]
    assert call.does[-1] == "."
    assert call.needs in ALL | {""}


# -- RuntimeDefault ----------------------------------------------------------------------------------------------------


def digest(profile):
    """A digest of all that a profile says, whatever the order of its rules."""
    rules = {
        (
            name,
            rule.action,
            rule.errno,
            tuple(sorted((c.index, c.operator, c.value, c.second) for c in rule.conditions)),
        )
        for rule in profile.rules
        for name in rule.names
    }
    return len(rules), hashlib.sha256(repr(sorted(map(repr, rules))).encode()).hexdigest()[:16]


@pytest.mark.parametrize(
    ("node", "bounding", "expected"),
    [
        pytest.param(CONTAINERD, NONE, (378, "289afa843f9c3712"), id="containerd, everything dropped"),
        pytest.param(CONTAINERD, DEFAULTS["containerd"], (379, "bcef5e016d594df2"), id="containerd, the default set"),
        pytest.param(CONTAINERD, ALL, (420, "bf6cd6e3a3085aeb"), id="containerd, all capabilities"),
        pytest.param(CRIO, DEFAULTS["crio"], (440, "997d0939527b621b"), id="CRI-O, the default set"),
        pytest.param(CRIO, ALL, (437, "b38e6028a6cf5411"), id="CRI-O, all capabilities"),
    ],
)
def test_the_filters_are_those_of_the_runtimes(node, bounding, expected):
    """Recorded when the tables agreed, rule by rule, with the runtimes' own lists for 300 bounding sets."""
    assert digest(runtime_default(node, bounding)) == expected


NEW_USER_NAMESPACE = 0x10000000


@pytest.mark.parametrize(
    ("node", "bounding", "call", "arguments", "expected"),
    [
        pytest.param(CONTAINERD, NONE, "unshare", {0: NEW_USER_NAMESPACE}, "EPERM", id="unshare"),
        pytest.param(CONTAINERD, NONE, "keyctl", {}, "EPERM", id="keyctl"),
        pytest.param(CONTAINERD, NONE, "bpf", {}, "EPERM", id="bpf"),
        pytest.param(CONTAINERD, NONE, "clone3", {}, "ENOSYS", id="clone3, so that programs fall back to clone"),
        pytest.param(CONTAINERD, NONE, "clone", {0: 0x11}, "passes", id="clone for a new process"),
        pytest.param(CONTAINERD, NONE, "clone", {0: 0x10000011}, "EPERM", id="clone for a new namespace"),
        pytest.param(CONTAINERD, NONE, "clone", {}, "open", id="clone with unknown flags"),
        pytest.param(CONTAINERD, frozenset({"SYS_ADMIN"}), "mount", {}, "passes", id="mount with SYS_ADMIN"),
        pytest.param(CONTAINERD, NONE, "mount", {}, "EPERM", id="mount without"),
        pytest.param(CONTAINERD, DEFAULTS["containerd"], "chroot", {}, "passes", id="chroot with the default set"),
        pytest.param(CONTAINERD, NONE, "chroot", {}, "EPERM", id="drop ALL takes chroot out of the filter too"),
        pytest.param(CONTAINERD, NONE, "socket", {0: 2}, "passes", id="an internet socket"),
        pytest.param(CONTAINERD, NONE, "socket", {0: 38}, "EPERM", id="AF_ALG"),
        pytest.param(OLD, NONE, "socket", {0: 38}, "passes", id="AF_ALG under containerd 1"),
        pytest.param(CONTAINERD, NONE, "socket", {0: 40}, "EPERM", id="AF_VSOCK"),
        pytest.param(CONTAINERD, NONE, "io_uring_setup", {}, "EPERM", id="io_uring"),
        pytest.param(OLD, NONE, "io_uring_setup", {}, "passes", id="io_uring under containerd 1"),
        pytest.param(CONTAINERD, NONE, "personality", {0: 8}, "passes", id="a personality on the list"),
        pytest.param(CONTAINERD, NONE, "personality", {0: 7}, "EPERM", id="another one"),
        pytest.param(CONTAINERD, NONE, "ptrace", {}, "passes", id="ptrace"),
        pytest.param(CRIO, NONE, "unshare", {}, "passes", id="CRI-O lets unshare through"),
        pytest.param(CRIO, NONE, "sethostname", {}, "EPERM", id="CRI-O refuses by name"),
        pytest.param(CRIO, NONE, "afs_syscall", {}, "ENOSYS", id="CRI-O's default"),
        pytest.param(CRIO, NONE, "socket", {0: 16, 2: 9}, "EINVAL", id="CRI-O: the audit socket without AUDIT_WRITE"),
        pytest.param(CRIO, NONE, "socket", {0: 16, 2: 0}, "passes", id="CRI-O: another netlink socket"),
    ],
)
def test_runtime_default_says(node, bounding, call, arguments, expected):
    verdict = judge(runtime_default(node, bounding), call, arguments)
    said = {True: "passes", False: verdict.errno_name, None: "open"}[verdict.passes]
    assert said == expected


@given(st.frozensets(st.sampled_from(sorted(ALL)), max_size=6), st.sampled_from(sorted(ALL)))
def test_a_capability_more_never_closes_a_call_that_was_open(bounding, more):
    before, after = (runtime_default(CONTAINERD, names) for names in (bounding, bounding | {more}))
    for name in SYSCALLS:
        if judge(before, name).passes:
            assert judge(after, name).passes is True


# -- profiles in files -------------------------------------------------------------------------------------------------

DENY = {
    "defaultAction": "SCMP_ACT_ALLOW",
    "syscalls": [
        {"names": ["mkdir"], "action": "SCMP_ACT_ERRNO"},
        {"names": ["keyctl"], "action": "SCMP_ACT_ERRNO", "errnoRet": 38},
        {"names": ["kill"], "action": "SCMP_ACT_KILL_PROCESS", "args": [{"index": 1, "value": 9, "op": "SCMP_CMP_EQ"}]},
    ],
}


def profile(value=None, **changes):
    return read_profile(json.dumps({**(DENY if value is None else value), **changes}).encode(), "deny.json")


@pytest.mark.parametrize(
    ("call", "arguments", "action", "errno"),
    [
        pytest.param("mkdir", {}, "ERRNO", "EPERM", id="EPERM where no error is named"),
        pytest.param("keyctl", {}, "ERRNO", "ENOSYS", id="another error"),
        pytest.param("read", {}, "ALLOW", "", id="the default"),
        pytest.param("kill", {1: 9}, "KILL_PROCESS", "", id="a condition that holds"),
        pytest.param("kill", {1: 15}, "ALLOW", "", id="a condition that does not"),
        pytest.param("kill", {}, None, "", id="a condition that cannot be judged"),
    ],
)
def test_a_profile_of_ones_own_says(call, arguments, action, errno):
    verdict = judge(profile(), call, arguments)
    assert (verdict.action, verdict.errno_name) == (action, errno)


def test_conditions_on_two_arguments_must_both_hold_and_two_on_one_argument_either():
    both = [{"index": 0, "value": 1, "op": "SCMP_CMP_EQ"}, {"index": 1, "value": 2, "op": "SCMP_CMP_EQ"}]
    either = [{"index": 0, "value": 1, "op": "SCMP_CMP_EQ"}, {"index": 0, "value": 2, "op": "SCMP_CMP_EQ"}]
    for args, arguments, errno in (
        (both, {0: 1, 1: 2}, "EPERM"),
        (both, {0: 1, 1: 3}, ""),
        (either, {0: 2}, "EPERM"),
        (either, {0: 3}, ""),
    ):
        found = profile(syscalls=[{"names": ["socket"], "action": "SCMP_ACT_ERRNO", "args": args}])
        assert judge(found, "socket", arguments).errno_name == errno


def test_a_rule_without_conditions_wins_and_a_rule_that_repeats_the_default_changes_nothing():
    narrow = {"names": ["read"], "action": "SCMP_ACT_KILL", "args": [{"index": 0, "value": 0, "op": "SCMP_CMP_EQ"}]}
    plain = {"names": ["read"], "action": "SCMP_ACT_ERRNO"}
    assert judge(profile(syscalls=[narrow, plain]), "read", {0: 0}).action == "ERRNO"
    same = {"names": ["read"], "action": "SCMP_ACT_ALLOW"}
    assert judge(profile(syscalls=[same, narrow]), "read", {0: 0}).action == "KILL_THREAD"
    assert judge(profile(syscalls=[plain, {"names": ["read"], "action": "SCMP_ACT_KILL"}]), "read").warning


def test_a_call_that_is_newer_than_the_profile_does_not_exist_for_the_program():
    known = {"names": ["openat2"], "action": "SCMP_ACT_ALLOW"}  # 437
    found = profile(defaultAction="SCMP_ACT_ERRNO", syscalls=[known])
    assert judge(found, "openat").errno_name == "EPERM"
    assert judge(found, "faccessat2").errno_name == "ENOSYS"  # 439
    killer = profile(defaultAction="SCMP_ACT_KILL_PROCESS", syscalls=[known])
    assert judge(killer, "faccessat2").errno_name == "ENOSYS"  # measured with runc: it is not killed
    assert judge(killer, "openat").action == "KILL_PROCESS"
    tracer = profile(defaultAction="SCMP_ACT_TRACE", syscalls=[known])
    assert judge(tracer, "faccessat2").action == "TRACE"


def test_a_profile_that_names_no_call_gets_no_rule_for_newer_ones():
    for rules in ([], [{"names": ["no_such_call"], "action": "SCMP_ACT_ALLOW"}]):
        found = profile(defaultAction="SCMP_ACT_ERRNO", syscalls=rules)
        assert judge(found, "faccessat2").errno_name == "EPERM"


def test_error_0_is_not_eperm():
    """Measured with runc: the call returns 0, and nothing is done."""
    rule = {"names": ["mkdir"], "action": "SCMP_ACT_ERRNO", "errnoRet": 0}
    verdict = judge(profile(defaultAction="SCMP_ACT_ERRNO", syscalls=[rule]), "mkdir")
    assert (verdict.errno, verdict.passes) == (0, False)
    assert "seems to succeed" in verdict.warning


@pytest.mark.parametrize(
    ("mask", "wanted", "argument", "holds"),
    [
        pytest.param(2, 2, 3, True, id="the bit is set"),
        pytest.param(2, 2, 1, False, id="the bit is not set"),
        pytest.param(2, 3, 2, True, id="a bit outside the mask counts on neither side"),
        pytest.param(0, 1, 7, True, id="no mask at all: always"),
        pytest.param(2**63, 2**63, 2**64 - 1, True, id="the highest bit"),
    ],
)
def test_masks_are_those_of_libseccomp(mask, wanted, argument, holds):
    """Measured with libseccomp 2.5.4 and a real kernel."""
    args = [{"index": 0, "value": mask, "valueTwo": wanted, "op": "SCMP_CMP_MASKED_EQ"}]
    found = profile(syscalls=[{"names": ["socket"], "action": "SCMP_ACT_ERRNO", "args": args}])
    assert judge(found, "socket", {0: argument}).passes is not holds


def test_a_verdict_that_no_missing_argument_can_change_is_given():
    rules = [
        {"names": ["socket"], "action": action, "args": [{"index": index, "value": 2, "op": "SCMP_CMP_EQ"}]}
        for index, action in ((0, "SCMP_ACT_ERRNO"), (1, "SCMP_ACT_ERRNO"), (2, "SCMP_ACT_LOG"))
    ]
    assert judge(profile(syscalls=rules[:2]), "socket", {0: 2}).errno_name == "EPERM"
    verdict = judge(profile(syscalls=rules), "socket", {0: 2})
    assert (verdict.action, verdict.depends_on) == (None, ("arg1 = 2", "arg2 = 2"))


def test_the_machine_counts():
    assert judge(None, "fork").passes is True
    assert judge(None, "fork", architecture="aarch64").errno_name == "ENOSYS"


def test_a_call_that_does_not_exist_gets_its_neighbors():
    with pytest.raises(ValueError, match=r"there is no system call 'mounts'\. Did you mean mount"):
        judge(None, "mounts")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        pytest.param("", "x.json:1: a seccomp profile is JSON", id="an empty file"),
        pytest.param("defaultAction: x", "x.json:1: a seccomp profile is JSON", id="YAML"),
        pytest.param("{", "x.json:1:", id="broken JSON"),
        pytest.param("{}", "x.json:1:1: defaultAction is missing. Write one of", id="no default"),
        pytest.param(
            '{"defaultAction": "SCMP_ACT_ALOW"}',
            "'SCMP_ACT_ALOW' is no action. Did you mean SCMP_ACT_ALLOW?",
            id="typo",
        ),
        pytest.param('{"defaultAction": "ERRNO"}', "'ERRNO' is no action. Did you mean SCMP_ACT_", id="no prefix"),
        pytest.param(
            '{"defaultAction": "SCMP_ACT_ALLOW",\n "sycalls": []}',
            "x.json:2:13: sycalls is not known here. Did you mean syscalls?",
            id="a misspelt key, with its line",
        ),
        pytest.param(
            '{"defaultAction": "SCMP_ACT_ALLOW", "defaultAction": "SCMP_ACT_LOG"}', "is written twice", id="a key twice"
        ),
        pytest.param('{"defaultAction": "SCMP_ACT_ALLOW", "syscalls": {}}', "syscalls is no list", id="an object"),
        pytest.param('{"defaultAction": "SCMP_ACT_ALLOW", "syscalls": ["mount"]}', "a rule is no object", id="a text"),
        pytest.param(
            '{"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [{"action": "SCMP_ACT_LOG"}]}',
            "a rule names no system call",
            id="no names",
        ),
        pytest.param(
            '{"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [{"name": "a", "names": ["b"]}]}',
            "name and names stand side by side",
            id="both forms of names",
        ),
        pytest.param('{"defaultAction": "SCMP_ACT_ALLOW", "architectures": ["x86_64"]}', "no architecture", id="arch"),
        pytest.param('{"defaultAction": "SCMP_ACT_ALLOW", "defaultErrnoRet": "1"}', "no error number", id="errno"),
        pytest.param(
            '{"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [{"names": ["a"], "action": "SCMP_ACT_LOG", '
            '"args": [{"index": 6, "value": 0, "op": "SCMP_CMP_EQ"}]}]}',
            "index is no whole number from 0 to 5",
            id="a seventh argument",
        ),
        pytest.param(
            '{"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [{"names": ["a"], "action": "SCMP_ACT_LOG", '
            '"args": [{"index": 0, "value": 0, "op": "EQ"}]}]}',
            "'EQ' is no operator",
            id="an operator without its prefix",
        ),
        pytest.param("{defaultAction: SCMP_ACT_ALLOW}", "x.json:1:2: this is no JSON", id="YAML in curly brackets"),
        pytest.param('{"defaultAction": "SCMP_ACT_ALLOW",}', "x.json:1:3", id="a comma too many"),
        pytest.param('{"defaultAction": "SCMP_ACT_ALLOW"} # no', "x.json:1:37: this is no JSON", id="a comment"),
        pytest.param('{"defaultAction": ["SCMP_ACT_ALLOW"]}', "is no action. Did you mean SCMP_ACT_ALLOW", id="a list"),
        pytest.param('{"defaultAction": "SCMP_ACT_NOTIFY"}', "no SCMP_ACT_NOTIFY as the default", id="notify"),
        pytest.param(
            '{"defaultAction": "SCMP_ACT_ALLOW", "archMap": 3}', "archMap is no list", id="a number for a list"
        ),
        pytest.param('{"defaultAction": "SCMP_ACT_ALLOW", "flags": ["LOG"]}', "'LOG' is no flag", id="a short flag"),
        pytest.param(
            '{"defaultAction": "SCMP_ACT_ALLOW", "architectures": ["SCMP_ARCH_AMD64"]}',
            "'SCMP_ARCH_AMD64' is no architecture. Did you mean SCMP_ARCH_",
            id="an architecture by another name",
        ),
        pytest.param(
            '{"defaultAction": "SCMP_ACT_ALLOW", "defaultErrno": "EBOOKS"}', "is no error", id="no such error"
        ),
        pytest.param(
            '{"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [{"names": ["a"], "action": "SCMP_ACT_LOG", '
            '"includes": {"capabilities": []}}]}',
            "capabilities is not known here",
            id="another key for caps",
        ),
        pytest.param(
            '{"defaultAction": "SCMP_ACT_ALLOW", "\\n' + "x" * 9_000 + '": 1}', "xxx is not known", id="a long key"
        ),
        pytest.param('{"defaultAction": ' + "[" * 100_000 + "]" * 100_000 + "}", "x.json", id="a very deep file"),
        pytest.param('{"defaultAction": ' + "[" * 50 + "]" * 50 + "}", "x.json:1", id="a deep file"),
    ],
)
def test_a_bad_profile_is_refused_with_its_place_and_a_remedy(text, says):
    with pytest.raises(InputError) as caught:
        read_profile(text.encode(), "x.json")
    assert says in str(caught.value)
    assert len(str(caught.value).splitlines()) == 1
    assert len(str(caught.value)) < 400
    assert str(caught.value).startswith("x.json:1") or "\n" in text


def test_a_folder_of_profiles_is_read_by_relative_paths(tmp_path):
    (tmp_path / "shop").mkdir()
    (tmp_path / "shop" / "deny.json").write_text(json.dumps(DENY), encoding="utf-8")
    (tmp_path / "README.md").write_text("no profile", encoding="utf-8")
    assert list(read_folder(tmp_path)) == ["shop/deny.json"]
    with pytest.raises(InputError, match="is no folder"):
        read_folder(tmp_path / "missing")


def test_numbers_up_to_64_bits_keep_their_value():
    args = [{"index": 0, "value": 2**64 - 1, "op": "SCMP_CMP_EQ"}]
    found = profile(syscalls=[{"names": ["socket"], "action": "SCMP_ACT_ERRNO", "args": args}])
    assert judge(found, "socket", {0: 2**64 - 1}).passes is False
    assert judge(found, "socket", {0: 2**64 - 2}).passes is True


def test_what_only_crio_looks_at_does_nothing_with_containerd():
    rules = [
        {"name": "mkdir", "action": "SCMP_ACT_ERRNO"},
        {"names": ["keyctl"], "action": "SCMP_ACT_ERRNO", "errno": "ENOSYS"},
        {"names": ["ptrace"], "action": "SCMP_ACT_ERRNO", "includes": {"arches": ["s390x"]}},
    ]
    found = profile(syscalls=rules)
    assert {warning.split()[0] for warning in found.warnings} == {"name", "errno", "includes"}
    oci, crio = found.for_oci(), found.for_container(NONE)
    said = [[judge(one, call).errno_name or "passes" for one in (oci, crio)] for call in ("mkdir", "keyctl", "ptrace")]
    assert said == [["passes", "EPERM"], ["EPERM", "ENOSYS"], ["EPERM", "passes"]]


def test_a_call_that_does_not_exist_is_a_warning_as_runtimes_skip_it():
    found = profile(syscalls=[{"names": ["mkdirr"], "action": "SCMP_ACT_ERRNO"}])
    assert "Did you mean mkdir?" in found.warnings[0]


def test_rules_that_depend_on_capabilities_count_with_crio():
    rule = {"names": ["mount"], "action": "SCMP_ACT_ALLOW", "includes": {"caps": ["CAP_SYS_ADMIN"]}}
    found = profile(defaultAction="SCMP_ACT_ERRNO", syscalls=[rule])
    assert "CRI-O only" in found.warnings[0]
    assert judge(found.for_container(NONE), "mount").passes is False
    assert judge(found.for_container(frozenset({"SYS_ADMIN"})), "mount").passes is True


# -- selection ---------------------------------------------------------------------------------------------------------

RUNTIME = {"seccompProfile": {"type": "RuntimeDefault"}}
OPEN = {"seccompProfile": {"type": "Unconfined"}}


def local(file):
    return {"seccompProfile": {"type": "Localhost", "localhostProfile": file}}


@pytest.mark.parametrize(
    ("security", "container", "node", "mode", "profile_name"),
    [
        pytest.param(None, None, CONTAINERD, "unconfined", None, id="nothing written: no filter"),
        pytest.param(
            None, None, Node(seccomp_default=True), "filter", "RuntimeDefault", id="the kubelet has a default"
        ),
        pytest.param(RUNTIME, None, CONTAINERD, "filter", "RuntimeDefault", id="the Pod's"),
        pytest.param(RUNTIME, OPEN, CONTAINERD, "unconfined", None, id="the container's wins"),
        pytest.param(OPEN, RUNTIME, CONTAINERD, "filter", "RuntimeDefault", id="also when it is the stricter one"),
        pytest.param(RUNTIME, {"privileged": True}, CONTAINERD, "unconfined", None, id="privileged has no filter"),
        pytest.param(None, local("a.json"), CONTAINERD, "filter", "localhost/a.json", id="a profile of the node"),
    ],
)
def test_which_filter_a_container_gets(security, container, node, mode, profile_name):
    found = pod(security, container)
    choice = select(found, first(found), node=node).value
    assert (choice.mode, choice.profile) == (mode, profile_name)


def test_a_missing_file_stops_the_container_and_an_unknown_folder_leaves_it_open():
    found = pod(None, local("shop/deny.json"))
    outcomes = [select(found, first(found), node=node).value.runtime for node in (CONTAINERD, Node(profiles={}))]
    assert [outcome.ok for outcome in outcomes] == [None, False]
    assert outcomes[1].message == (
        'cannot load seccomp profile "/var/lib/kubelet/seccomp/shop/deny.json": '
        "open /var/lib/kubelet/seccomp/shop/deny.json: no such file or directory"
    )


def test_the_kubelet_tidies_the_path():
    node = Node(profiles={"shop/deny.json": profile()})
    found = pod(None, local("./shop//deny.json"))
    assert select(found, first(found), node=node).value.runtime.ok is True


def test_an_empty_profile_is_taken_by_the_server_and_refused_by_the_kubelet():
    found = pod(None, local(""))
    outcome = select(found, first(found), node=CONTAINERD).value.kubelet
    assert (outcome.ok, outcome.reason) == (False, "CreateContainerConfigError")


def test_a_believer_in_a_default_filter_expects_one():
    found = pod()
    believer = Semantics(seccomp_default="runtime")
    assert select(found, first(found), node=CONTAINERD, semantics=believer).value.profile == "RuntimeDefault"


def test_the_profile_itself_is_found():
    node = Node(profiles={"deny.json": profile()})
    found = pod(None, local("deny.json"))
    choice = select(found, first(found), node=node).value
    assert judge(profile_of(choice, NONE, node=node), "mkdir").passes is False
    with pytest.raises(LookupError):
        profile_of(select(pod(None, local("x")), first(pod(None, local("x"))), node=node).value, NONE, node=node)


# -- a second evaluator ------------------------------------------------------------------------------------------------

VALUES = (0, 1, 2, 3)
OPERATORS = {
    "SCMP_CMP_NE": lambda a, v, _: a != v,
    "SCMP_CMP_LT": lambda a, v, _: a < v,
    "SCMP_CMP_LE": lambda a, v, _: a <= v,
    "SCMP_CMP_EQ": lambda a, v, _: a == v,
    "SCMP_CMP_GE": lambda a, v, _: a >= v,
    "SCMP_CMP_GT": lambda a, v, _: a > v,
    "SCMP_CMP_MASKED_EQ": lambda a, v, w: (a ^ w) & v == 0,
}
conditions = st.lists(
    st.fixed_dictionaries(
        {
            "index": st.integers(0, 1),
            "value": st.sampled_from(VALUES),
            "valueTwo": st.sampled_from(VALUES),
            "op": st.sampled_from(sorted(OPERATORS)),
        }
    ),
    max_size=3,
)


@given(conditions)
def test_conditions_straight_from_the_json_say_the_same_for_all_arguments(args):
    rule = {"names": ["socket"], "action": "SCMP_ACT_ERRNO", "args": args}
    found = profile(syscalls=[rule])
    for a, b in itertools.product(VALUES, repeat=2):
        each = [OPERATORS[c["op"]]((a, b)[c["index"]], c["value"], c["valueTwo"]) for c in args]
        repeated = len({c["index"] for c in args}) < len(args)
        refused = (any(each) if repeated else all(each)) if args else True
        assert judge(found, "socket", {0: a, 1: b}).passes is not refused
