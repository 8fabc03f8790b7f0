"""Two containers and one volume: what can one do with a file that the other has written?"""

from __future__ import annotations

import pytest

from autograder.security import Node
from autograder.security.filesystem import Sharer, Who, shared, volume_effects
from tests.security.pods import IMAGE, first, pod

ALL = frozenset({"DAC_OVERRIDE"})


def sharer(name, uid, *groups, fs_group=None, read_only=False, capabilities=frozenset()):
    mounts = [{"name": "v", "mountPath": "/data", "readOnly": read_only}]
    spec = {
        "containers": [{"name": name, "image": IMAGE, "volumeMounts": mounts}],
        "volumes": [{"name": "v", "emptyDir": {}}],
    }
    found = pod({"fsGroup": fs_group} if fs_group else None, spec=spec)
    [effect] = volume_effects(found, first(found), node=Node())
    who = Who(uid, groups[0] if groups else None, groups or None, None if uid is None else capabilities)
    return Sharer(name, who, effect)


@pytest.mark.parametrize(
    ("writer", "other", "reads", "writes", "deletes"),
    [
        pytest.param(sharer("a", 1, 1), sharer("b", 1, 1), True, True, True, id="the same user"),
        pytest.param(sharer("a", 1, 1), sharer("b", 2, 2), True, False, True, id="another user of an open folder"),
        pytest.param(
            sharer("a", 1, 1, 9, fs_group=9),
            sharer("b", 2, 2, 9, fs_group=9),
            True,
            False,
            True,
            id="sharing fsGroup is enough for reading, not for writing",
        ),
        pytest.param(sharer("a", 1, 1), sharer("b", 0, 0, capabilities=ALL), True, True, True, id="root"),
        pytest.param(
            sharer("a", 1, 1), sharer("b", 0, 0), True, False, True, id="root without DAC_OVERRIDE is like another user"
        ),
        pytest.param(
            sharer("a", 1, 1), sharer("b", 1, 1, read_only=True), True, False, False, id="a mount that is read-only"
        ),
        pytest.param(sharer("a", 1, 1), sharer("b", None), True, None, None, id="a user whom nobody knows"),
    ],
)
def test_what_the_other_can_do(writer, other, reads, writes, deletes):
    found = shared([writer, other])[0]
    assert (found.writer, found.other) == ("a", "b")
    assert (found.can_read, found.can_write) == (reads, writes)
    if deletes is not None:
        assert found.can_delete is deletes
    assert found.why


def test_a_new_file_gets_the_group_of_a_folder_that_fs_group_has_changed():
    with_group = shared([sharer("a", 1, 5, 9, fs_group=9), sharer("b", 2, 2)])[0].file
    without = shared([sharer("a", 1, 5), sharer("b", 2, 2)])[0].file
    assert (with_group.owner, with_group.group, with_group.octal) == (1, 9, "644")
    assert (without.owner, without.group) == (1, 5)


def test_a_wider_umask_lets_the_group_write():
    pair = [sharer("a", 1, 1, 9, fs_group=9), sharer("b", 2, 2, 9, fs_group=9)]
    assert shared(pair, umask=0o002)[0].can_write is True


def test_who_cannot_write_leaves_nothing_to_share():
    assert [found.writer for found in shared([sharer("a", 1, 1, read_only=True), sharer("b", 2, 2)])] == ["b"]
