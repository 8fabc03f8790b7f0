"""Capabilities: what is granted, held, and regained; against the formula of the manual, written a second time."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.security import Semantics
from autograder.security.capabilities import (
    ALL,
    CAPABILITIES,
    DEFAULTS,
    ORDINARY,
    SETUID_ROOT,
    Program,
    Sets,
    after_start,
    execute,
    granted,
    hexadecimal,
    mask,
    names_of,
    no_new_privs,
    regained,
    with_capabilities,
)

from .pods import first, pod

FOURTEEN, NINE = DEFAULTS["containerd"], DEFAULTS["crio"]


def test_the_table_has_every_capability_of_the_kernel_in_its_order():
    assert [entry.number for entry in CAPABILITIES.values()] == list(range(41))
    assert list(CAPABILITIES) == [entry.name for entry in CAPABILITIES.values()]
    assert (CAPABILITIES["CHOWN"].number, CAPABILITIES["SYS_ADMIN"].number) == (0, 21)
    assert CAPABILITIES["CHECKPOINT_RESTORE"].number == 40


@pytest.mark.parametrize("name", list(CAPABILITIES))
def test_every_capability_is_told_in_short_sentences(name):
    entry = CAPABILITIES[name]
    for text in (entry.permits, entry.why):
        assert text[-1] == "."
        assert len(text.split()) <= 26
    assert entry.danger in {"low", "medium", "high", "host"}


def test_the_defaults_are_those_of_the_runtimes():
    assert hexadecimal(FOURTEEN) == "00000000a80425fb"
    assert hexadecimal(NINE) == "00000000000005fb"
    assert hexadecimal(ALL) == "000001ffffffffff"
    assert CAPABILITIES["NET_RAW"].by_default == ("containerd",)
    assert CAPABILITIES["CHOWN"].by_default == ("containerd", "crio")
    assert CAPABILITIES["SYS_TIME"].by_default == ()


@given(st.sets(st.sampled_from(sorted(ALL))))
def test_masks_and_names_are_the_same(names):
    assert names_of(mask(names)) == names


@pytest.mark.parametrize(
    ("add", "drop", "containerd", "crio"),
    [
        pytest.param((), (), FOURTEEN, NINE, id="nothing written"),
        pytest.param((), ("ALL",), set(), set(), id="drop ALL"),
        pytest.param((), ("all",), set(), set(), id="drop all in small letters"),
        pytest.param(
            ("NET_BIND_SERVICE",), ("ALL",), {"NET_BIND_SERVICE"}, {"NET_BIND_SERVICE"}, id="drop ALL, add one"
        ),
        pytest.param(("ALL",), ("CHOWN",), ALL - {"CHOWN"}, ALL - {"CHOWN"}, id="add ALL, drop one"),
        pytest.param(("ALL",), ("ALL",), set(), set(), id="add ALL and drop ALL"),
        pytest.param(("SYS_TIME",), ("SYS_TIME",), FOURTEEN, NINE, id="dropping wins"),
        pytest.param(("sys_time",), (), FOURTEEN | {"SYS_TIME"}, NINE | {"SYS_TIME"}, id="small letters count"),
        pytest.param(("CAP_SYS_TIME",), (), FOURTEEN, NINE | {"SYS_TIME"}, id="a prefix is ignored by containerd"),
        pytest.param((), ("CAP_CHOWN",), FOURTEEN, NINE - {"CHOWN"}, id="dropping with a prefix drops nothing"),
        pytest.param(("NET_ADMIN", "SYS_TIME"), ("ALL", "CHOWN"), *[{"NET_ADMIN", "SYS_TIME"}] * 2, id="three steps"),
        pytest.param((), ("NET_RAW", "MKNOD"), FOURTEEN - {"NET_RAW", "MKNOD"}, NINE, id="drop what is there or not"),
    ],
)
def test_what_the_runtime_grants(add, drop, containerd, crio):
    assert granted(add, drop).names == containerd
    assert granted(add, drop, runtime="crio").names == crio
    for runtime in ("containerd", "crio"):
        assert granted(add, drop, privileged=True, runtime=runtime).names == ALL


def test_a_name_that_nobody_knows_does_nothing_or_stops_the_container():
    assert granted(("NOPE",), ()).ignored == ("NOPE",)
    assert granted(("NOPE",), ()).names == FOURTEEN
    assert not granted(("NOPE",), ()).error
    assert granted(("NOPE",), (), runtime="crio").error == 'unknown capability "CAP_NOPE" to add'
    assert granted((), ("CAP_NOPE",), runtime="crio").error == 'unknown capability "CAP_NOPE" to drop'


def test_the_steps_tell_how_the_set_came_about():
    steps = granted(("NET_ADMIN",), ("ALL",)).steps
    assert [(step.what, len(step.after)) for step in steps] == [
        ("containerd grants 14 by default", 14),
        ("drop ALL", 0),
        ("add NET_ADMIN", 1),
    ]
    assert granted(("CAP_X",), ()).why.endswith("CAP_X is not known to the runtime and does nothing")


@pytest.mark.parametrize(
    ("switch", "root", "add", "drop", "truth", "believed"),
    [
        pytest.param({"root_capabilities": "all"}, True, (), (), FOURTEEN, ALL, id="root holds everything"),
        pytest.param({"root_capabilities": "all"}, False, (), (), FOURTEEN, FOURTEEN, id="others are read rightly"),
        pytest.param(
            {"root_capabilities": "all"}, True, (), ("CHOWN",), FOURTEEN - {"CHOWN"}, ALL - {"CHOWN"}, id="less one"
        ),
        pytest.param(
            {"capability_names": "normalised"}, False, (), ("CAP_CHOWN",), FOURTEEN, FOURTEEN - {"CHOWN"}, id="any name"
        ),
    ],
)
def test_a_believer_expects(switch, root, add, drop, truth, believed):
    assert granted(add, drop, root=root).names == truth
    assert granted(add, drop, root=root, semantics=Semantics(**switch)).names == believed


def test_a_process_that_is_not_root_holds_nothing_whatever_is_added():
    names = granted(("NET_BIND_SERVICE", "SYS_TIME"), ("ALL",)).names
    assert after_start(names, 1000) == Sets(frozenset(), frozenset(), names)
    assert after_start(names, 0) == Sets(names, names, names)
    believer = Semantics(non_root_capabilities="bounding")
    assert after_start(names, 1000, semantics=believer).effective == names


def test_without_a_known_uid_only_the_bounding_set_is_known():
    found = after_start(FOURTEEN, None)
    assert (found.effective, found.bounding) == (None, FOURTEEN)
    assert (found.has("CHOWN"), found.has("SYS_TIME")) == (None, False)
    assert after_start(frozenset(), None).effective == frozenset()


NET_BIND = with_capabilities("NET_BIND_SERVICE")
ONE = frozenset({"NET_BIND_SERVICE"})
NONE: frozenset[str] = frozenset()


@pytest.mark.parametrize(
    ("bounding", "uid", "nnp", "setuid", "file"),
    [
        pytest.param(FOURTEEN, 1000, False, (0, FOURTEEN, ""), (1000, ONE, ""), id="the defaults can be regained"),
        pytest.param(NONE, 1000, False, (0, NONE, ""), (1000, NONE, "EPERM"), id="drop ALL: root without anything"),
        pytest.param(ONE, 1000, False, (0, ONE, ""), (1000, ONE, ""), id="drop ALL, add one"),
        pytest.param(FOURTEEN, 1000, True, (1000, NONE, ""), (1000, NONE, ""), id="no_new_privs stops both"),
        pytest.param(NONE, 1000, True, (1000, NONE, ""), (1000, NONE, "EPERM"), id="no_new_privs and drop ALL"),
        pytest.param(NONE, 0, False, (0, NONE, ""), (0, NONE, "EPERM"), id="root with everything dropped"),
        pytest.param(ALL, 1000, False, (0, ALL, ""), (1000, ONE, ""), id="privileged: everything"),
    ],
)
def test_what_was_measured_when_other_programs_were_executed(bounding, uid, nnp, setuid, file):
    sets = after_start(frozenset(bounding), uid)
    for program, expected in ((SETUID_ROOT, setuid), (NET_BIND, file)):
        found = execute(sets, uid, program, no_new_privs=nnp)
        assert (found.uid, found.sets.effective, found.errno) == expected


def test_root_keeps_what_it_has_under_no_new_privs():
    sets = after_start(FOURTEEN, 0)
    assert execute(sets, 0, ORDINARY, no_new_privs=True).sets.effective == FOURTEEN


names = st.frozensets(st.sampled_from(["CHOWN", "NET_RAW", "SYS_TIME", "KILL"]))


def by_the_manual(uid, bounding, owner, f_permitted, f_effective, nnp):
    """capabilities(7) with masks, for a process without inheritable and ambient capabilities, written independently."""
    p, b = (mask(bounding) if uid == 0 else 0), mask(bounding)
    if f_effective and mask(f_permitted) & ~b:
        return "EPERM"
    euid = uid if owner is None or nnp else owner
    f_p, f_e = (0, False) if nnp else (mask(f_permitted), f_effective)
    if euid == 0:
        f_p, f_e = mask(ALL), True
    new_p = f_p & b
    if nnp:
        new_p &= p if euid == 0 else 0
    return euid, new_p, new_p if f_e else 0


@given(
    uid=st.sampled_from([0, 1000]),
    bounding=names,
    owner=st.sampled_from([None, 0, 1000, 2000]),
    permitted=names,
    effective=st.booleans(),
    nnp=st.booleans(),
)
def test_the_manual_computed_with_masks_says_the_same(uid, bounding, owner, permitted, effective, nnp):
    program = Program(owner, permitted, effective=effective and bool(permitted))
    found = execute(after_start(bounding, uid), uid, program, no_new_privs=nnp)
    expected = by_the_manual(uid, bounding, owner, permitted, program.effective, nnp)
    if expected == "EPERM":
        assert found.errno == "EPERM"
    else:
        assert (found.uid, mask(found.sets.permitted), mask(found.sets.effective)) == expected


@given(uid=st.sampled_from([0, 1000]), bounding=names, owner=st.sampled_from([None, 0]), permitted=names)
def test_no_new_privs_never_adds_anything(uid, bounding, owner, permitted):
    sets = after_start(bounding, uid)
    program = Program(owner, permitted, effective=bool(permitted))
    assert execute(sets, uid, program, no_new_privs=True).sets.effective <= sets.effective


@given(
    st.lists(st.sampled_from(["ALL", "CHOWN", "SYS_TIME", "CAP_KILL", "kill", "NOPE"]), max_size=4),
    st.lists(st.sampled_from(["ALL", "CHOWN", "SYS_TIME", "CAP_KILL", "kill", "NOPE"]), max_size=4),
)
def test_adding_never_takes_away_and_dropping_never_gives(add, drop):
    for runtime in ("containerd", "crio"):
        found = granted(tuple(add), tuple(drop), runtime=runtime)
        if found.error:
            continue
        whole = found.names
        assert granted(tuple(add), (*drop, "SETUID"), runtime=runtime).names == whole - {"SETUID"}
        assert whole <= granted((*add, "SETUID"), tuple(drop), runtime=runtime).names
        for some in itertools.permutations(add):
            assert granted(some, tuple(drop), runtime=runtime).names == whole


@pytest.mark.parametrize(
    ("container", "value", "origin"),
    [
        pytest.param(None, False, "kubelet", id="unset"),
        pytest.param({"allowPrivilegeEscalation": True}, False, "container", id="true"),
        pytest.param({"allowPrivilegeEscalation": False}, True, "container", id="false"),
        pytest.param({"capabilities": {"drop": ["ALL"]}}, False, "kubelet", id="dropping ALL is something else"),
        pytest.param(
            {"allowPrivilegeEscalation": False, "capabilities": {"add": ["SYS_ADMIN"]}},
            True,
            "container",
            id="SYS_ADMIN",
        ),
    ],
)
def test_no_new_privs_follows_one_field(container, value, origin):
    found = no_new_privs(first(pod(None, container)))
    assert (found.value, found.origin) == (value, origin)


def test_who_believes_that_dropping_is_enough_expects_no_new_privs():
    container = first(pod(None, {"capabilities": {"drop": ["all"]}}))
    assert no_new_privs(container, semantics=Semantics(no_new_privs="drop_all")).value is True


@pytest.mark.parametrize(
    ("bounding", "uid", "nnp", "says"),
    [
        pytest.param(FOURTEEN, 1000, True, "Nothing: no_new_privs", id="no_new_privs"),
        pytest.param(FOURTEEN, 0, False, "Nothing new", id="root"),
        pytest.param(FOURTEEN, 1000, False, "the 14 capabilities of the bounding set", id="the defaults"),
        pytest.param(ONE, 1000, False, "the one capability of the bounding set: NET_BIND_SERVICE", id="one"),
        pytest.param(NONE, 1000, False, "without any capability", id="none"),
    ],
)
def test_what_could_be_regained_is_a_sentence(bounding, uid, nnp, says):
    assert says in regained(after_start(frozenset(bounding), uid), uid, no_new_privs=nnp)
