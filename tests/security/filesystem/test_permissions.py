"""Permissions: the class of bits that counts, capabilities, the sticky bit, and what stays unknown.

The kernel's algorithm stands here a second time, in the shape that it has in fs/namei.c. What is unknown is filled in
with everything that it could be, and the answers are collected.
"""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.security.filesystem.permissions import UNKNOWN, Ownership, Who, both, may, may_delete, symbolic

APP, ROOT = 1000, 0
NONE: frozenset[str] = frozenset()
OVERRIDE, SEARCH, OWNER = frozenset({"DAC_OVERRIDE"}), frozenset({"DAC_READ_SEARCH"}), frozenset({"FOWNER"})


def user(uid=APP, groups=(APP,), capabilities=NONE):
    return Who(uid, groups[0] if groups else None, groups, capabilities)


def answers(who, what, *, directory=False):
    """The answers to read, write and execute as a word of r, w, x, - for no and ? for unknown."""
    letters = {True: None, False: "-", None: "?"}
    wants = {"read": "r", "write": "w", "execute": "x"}
    found = {want: may(who, what, want, directory=directory) for want in wants}
    return "".join(letters[found[want]] or letter for want, letter in wants.items())


@pytest.mark.parametrize(
    ("who", "what", "file", "folder"),
    [
        pytest.param(user(), Ownership(APP, 5, 0o740), "rwx", "rwx", id="the owner has the first three bits"),
        pytest.param(user(), Ownership(5, APP, 0o740), "r--", "r--", id="a member of the group has the next three"),
        pytest.param(user(), Ownership(5, 6, 0o741), "--x", "--x", id="everybody else has the last three"),
        pytest.param(user(), Ownership(APP, APP, 0o077), "---", "---", id="the owner is refused what others may"),
        pytest.param(user(), Ownership(5, APP, 0o707), "---", "---", id="a member is refused what others may"),
        pytest.param(
            user(groups=(3000, 2000)), Ownership(0, 2000, 0o2770), "rwx", "rwx", id="a supplementary group is a group"
        ),
        pytest.param(user(), Ownership(0, 2000, 0o7777), "rwx", "rwx", id="the three bits in front change nothing"),
        pytest.param(user(ROOT, (0,)), Ownership(5, 6, 0o700), "---", "---", id="root without capabilities is a user"),
        pytest.param(user(ROOT, (0,)), Ownership(0, 6, 0o600), "rw-", "rw-", id="root without any owns its own files"),
        pytest.param(
            user(capabilities=OVERRIDE), Ownership(5, 6, 0), "rw-", "rwx", id="DAC_OVERRIDE opens all but execution"
        ),
        pytest.param(
            user(capabilities=OVERRIDE), Ownership(5, 6, 0o100), "rwx", "rwx", id="with DAC_OVERRIDE any x bit will do"
        ),
        pytest.param(
            user(capabilities=SEARCH), Ownership(5, 6, 0o111), "r-x", "r-x", id="DAC_READ_SEARCH adds reading"
        ),
        pytest.param(
            user(capabilities=SEARCH), Ownership(5, 6, 0o100), "r--", "r-x", id="DAC_READ_SEARCH enters and runs not"
        ),
        pytest.param(user(capabilities=OWNER), Ownership(5, 6, 0), "---", "---", id="FOWNER opens no file"),
    ],
)
def test_what_the_bits_and_capabilities_allow(who, what, file, folder):
    assert answers(who, what) == file
    assert answers(who, what, directory=True) == folder


@pytest.mark.parametrize(
    ("who", "what", "file", "folder"),
    [
        pytest.param(user(), UNKNOWN, "???", "???", id="nothing is known of the file"),
        pytest.param(user(capabilities=OVERRIDE), UNKNOWN, "rw?", "rwx", id="DAC_OVERRIDE needs an x bit to execute"),
        pytest.param(user(capabilities=SEARCH), UNKNOWN, "r??", "r?x", id="DAC_READ_SEARCH reads whatever it is"),
        pytest.param(
            Who(None, None, None, NONE), Ownership(0, 0, 0o644), "r?-", "r?-", id="a nobody reads what all may read"
        ),
        pytest.param(Who(None, None, None, None), Ownership(0, 0, 0o777), "rwx", "rwx", id="what all may, anybody may"),
        pytest.param(
            Who(APP, None, None, NONE), Ownership(0, 2000, 0o750), "?-?", "?-?", id="it may be in the file's group"
        ),
        pytest.param(
            Who(APP, 2000, None, NONE), Ownership(0, 2000, 0o750), "r-x", "r-x", id="its primary group is sure"
        ),
        pytest.param(
            Who(APP, None, None, NONE), Ownership(APP, 2000, 0o400), "r--", "r--", id="for the owner no group counts"
        ),
        pytest.param(
            user(), Ownership(None, APP, 0o570), "r?x", "r?x", id="it may be the owner, who may less than the group"
        ),
        pytest.param(user(), Ownership(5, None, 0o706), "??-", "??-", id="it may be in the unknown group"),
        pytest.param(
            Who(APP, APP, (APP,), None), Ownership(0, 0, 0o604), "r?-", "r??", id="it may have a capability for it"
        ),
    ],
)
def test_what_is_unknown_decides_only_where_it_matters(who, what, file, folder):
    assert answers(who, what) == file
    assert answers(who, what, directory=True) == folder


def test_no_capability_executes_a_file_without_any_x_bit():
    who = Who(APP, APP, (APP,), None)
    assert may(who, Ownership(0, 0, 0o666), "execute") is False
    assert may(who, Ownership(0, 0, 0o666), "execute", directory=True) is None


# -- deleting ----------------------------------------------------------------------------------------------------------

TMP = Ownership(0, 0, 0o1777)


@pytest.mark.parametrize(
    ("who", "folder", "owner", "expected"),
    [
        pytest.param(user(), Ownership(0, 0, 0o777), 5, True, id="who may write the folder deletes anything in it"),
        pytest.param(user(), Ownership(0, 0, 0o755), APP, False, id="owning the file is not enough"),
        pytest.param(user(), Ownership(0, 0, 0o776), 5, False, id="a folder that cannot be searched keeps its files"),
        pytest.param(user(), TMP, 5, False, id="a sticky folder protects the files of others"),
        pytest.param(user(), TMP, APP, True, id="a sticky folder lets its users delete their own files"),
        pytest.param(user(), Ownership(APP, 0, 0o1777), 5, True, id="the owner of a sticky folder deletes all"),
        pytest.param(user(ROOT, (0,)), Ownership(5, 5, 0o1777), 6, False, id="root without FOWNER is held up, too"),
        pytest.param(user(ROOT, (0,), OVERRIDE), Ownership(5, 5, 0o1777), 6, False, id="DAC_OVERRIDE is no FOWNER"),
        pytest.param(user(capabilities=OWNER), TMP, 5, True, id="FOWNER passes over the sticky bit"),
        pytest.param(user(capabilities=OWNER), Ownership(0, 0, 0o1755), APP, False, id="FOWNER does not write"),
        pytest.param(user(capabilities=SEARCH), Ownership(0, 0, 0o772), 5, False, id="DAC_READ_SEARCH is no help"),
        pytest.param(user(), TMP, None, None, id="the file may be its own"),
        pytest.param(user(), Ownership(None, 0, 0o1777), 5, None, id="the folder may be its own"),
        pytest.param(Who(None, None, None, NONE), TMP, 5, None, id="it may be the owner of the file"),
        pytest.param(Who(APP, APP, (APP,), None), TMP, 5, None, id="it may have FOWNER"),
        pytest.param(Who(APP, APP, (APP,), None), TMP, APP, True, id="its own file needs no capability"),
        pytest.param(user(), Ownership(None, None, 0o777), None, True, id="all may write, and nothing is sticky"),
        pytest.param(user(capabilities=OVERRIDE), UNKNOWN, 5, None, id="an unknown folder may be sticky"),
        pytest.param(user(capabilities=OVERRIDE), UNKNOWN, APP, True, id="its own file goes, sticky or not"),
        pytest.param(
            user(capabilities=OVERRIDE | OWNER), UNKNOWN, None, True, id="with both capabilities nothing matters"
        ),
        pytest.param(
            Who(APP, None, None, NONE), Ownership(0, 2000, 0o1770), 5, False, id="sticky, whatever its groups are"
        ),
    ],
)
def test_who_deletes(who, folder, owner, expected):
    assert may_delete(who, folder, owner) is expected


@pytest.mark.parametrize(
    ("mode", "directory", "file"),
    [
        pytest.param(0o2777, "drwxrwsrwx", "-rwxrwsrwx", id="setgid replaces the group's x"),
        pytest.param(0o3777, "drwxrwsrwt", "-rwxrwsrwt", id="sticky replaces the others' x"),
        pytest.param(0o1770, "drwxrwx--T", "-rwxrwx--T", id="a capital says that no x is below"),
        pytest.param(0o640, "drw-r-----", "-rw-r-----", id="a plain mode"),
        pytest.param(0, "d---------", "----------", id="nothing at all"),
    ],
)
def test_a_mode_as_ls_shows_it(mode, directory, file):
    assert (symbolic(mode), symbolic(mode, directory=False)) == (directory, file)


def test_an_unknown_mode_has_no_digits():
    assert UNKNOWN.octal is None
    assert Ownership(0, 0, 0o640).octal == "640"


# -- against the kernel ------------------------------------------------------------------------------------------------

MASKS = {"execute": 1, "write": 2, "change": 3, "read": 4}


def acl_permission_check(who, what, mask):
    mode = what.mode
    if who.uid == what.owner:
        return not mask & ~(mode >> 6)
    if mask & (mode ^ (mode >> 3)) and what.group in who.groups:
        mode >>= 3
    return not mask & ~mode


def generic_permission(who, what, mask, *, directory):
    if acl_permission_check(who, what, mask):
        return True
    if directory:
        if not mask & MASKS["write"] and "DAC_READ_SEARCH" in who.capabilities:
            return True
        return "DAC_OVERRIDE" in who.capabilities
    if mask == MASKS["read"] and "DAC_READ_SEARCH" in who.capabilities:
        return True
    return bool(not mask & MASKS["execute"] or what.mode & 0o111) and "DAC_OVERRIDE" in who.capabilities


def kernel_may_delete(who, folder, owner):
    if not generic_permission(who, folder, MASKS["write"] | MASKS["execute"], directory=True):
        return False
    if not folder.mode & 0o1000 or who.uid in {owner, folder.owner}:
        return True
    return "FOWNER" in who.capabilities


questions = st.sampled_from(
    [(want, folder) for want in MASKS for folder in (True, False) if folder or want != "change"]
)
few = st.integers(0, 3)
modes = st.integers(0, 0o7777)
capability_sets = st.frozensets(st.sampled_from(["DAC_OVERRIDE", "DAC_READ_SEARCH", "FOWNER", "CHOWN"]))
processes = st.builds(
    lambda uid, gid, more, capabilities: Who(uid, gid, (gid, *more), capabilities),
    few,
    few,
    st.lists(few, max_size=2),
    capability_sets,
)
ownerships = st.builds(Ownership, few, few, modes)


@given(who=processes, what=ownerships, question=questions)
def test_the_kernels_algorithm_says_the_same(who, what, question):
    want, directory = question
    assert may(who, what, want, directory=directory) is generic_permission(who, what, MASKS[want], directory=directory)


@given(who=processes, folder=ownerships, owner=few)
def test_the_kernels_algorithm_deletes_the_same(who, folder, owner):
    assert may_delete(who, folder, owner) is kernel_may_delete(who, folder, owner)


@given(
    who=processes,
    what=ownerships,
    capability=st.sampled_from(["DAC_OVERRIDE", "DAC_READ_SEARCH", "FOWNER"]),
    question=questions,
    owner=few,
)
def test_a_capability_never_takes_anything_away(who, what, capability, question, owner):
    more, (want, directory) = Who(who.uid, who.gid, who.groups, who.capabilities | {capability}), question
    assert may(who, what, want, directory=directory) <= may(more, what, want, directory=directory)
    assert may_delete(who, what, owner) <= may_delete(more, what, owner)


# -- what is unknown ---------------------------------------------------------------------------------------------------

IDS = range(5)
"""All ids that are drawn, and one that nobody has."""
EVERY_SET = [
    frozenset(names)
    for size in range(4)
    for names in itertools.combinations(("DAC_OVERRIDE", "DAC_READ_SEARCH", "FOWNER"), size)
]
SOME_MODES = [
    int(f"{high}{owner}{group}{other}", 8) for high, owner, group, other in itertools.product((0, 1), *[(0, 7)] * 3)
]


def everybody(who):
    """Every process that a partly unknown one could be."""
    uids = IDS if who.uid is None else (who.uid,)
    gids = IDS if who.gid is None else (who.gid,)
    sets = EVERY_SET if who.capabilities is None else (who.capabilities,)
    for uid, gid, capabilities in itertools.product(uids, gids, sets):
        more = [(), *((other,) for other in IDS)] if who.groups is None else [who.groups]
        for groups in more:
            yield Who(uid, gid, (gid, *groups), capabilities)


def everything(what):
    """Every file or folder that a partly unknown one could be."""
    owners = IDS if what.owner is None else (what.owner,)
    groups = IDS if what.group is None else (what.group,)
    kinds = SOME_MODES if what.mode is None else (what.mode,)
    return itertools.starmap(Ownership, itertools.product(owners, groups, kinds))


@st.composite
def partly_known(draw):
    """A process and a file of which any two things may be unknown."""
    who, what = draw(processes), draw(ownerships)
    hidden = draw(st.sets(st.sampled_from(["uid", "groups", "capabilities", "owner", "group", "mode"]), max_size=2))
    primary = None if "groups" in hidden and draw(st.booleans()) else who.gid
    return (
        Who(
            None if "uid" in hidden else who.uid,
            primary,
            None if "groups" in hidden else who.groups,
            None if "capabilities" in hidden else who.capabilities,
        ),
        Ownership(*(None if name in hidden else getattr(what, name) for name in ("owner", "group", "mode"))),
    )


@given(pair=partly_known(), question=questions)
def test_an_answer_is_unknown_exactly_if_both_are_possible(pair, question):
    (who, what), (want, directory) = pair, question
    possible = {
        generic_permission(one, other, MASKS[want], directory=directory)
        for one in everybody(who)
        for other in everything(what)
    }
    found = may(who, what, want, directory=directory)
    assert possible == ({True, False} if found is None else {found})


@given(pair=partly_known(), owner=st.none() | few)
def test_a_sure_answer_about_deleting_is_right_whatever_the_rest_is(pair, owner):
    who, folder = pair
    found = may_delete(who, folder, owner)
    possible = {
        kernel_may_delete(one, other, file)
        for one in everybody(who)
        for other in everything(folder)
        for file in (IDS if owner is None else (owner,))
    }
    assert found is None or possible == {found}


@given(one=st.sampled_from([True, False, None]), other=st.sampled_from([True, False, None]))
def test_both_is_the_conjunction_of_everything_that_is_possible(one, other):
    possible = {
        a and b
        for a in ({True, False} if one is None else {one})
        for b in ({True, False} if other is None else {other})
    }
    assert both(one, other) is (possible.pop() if len(possible) == 1 else None)
