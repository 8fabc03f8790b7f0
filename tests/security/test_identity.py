"""Who runs: the rows that were measured with a real runtime, the kubelet's check, and what stays unknown."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.security import Semantics
from autograder.security.identity import SOMEBODY, identity
from autograder.security.images import Image

from .pods import IMAGE, first, images, pod

APP = {"runAsUser": 1000}


def who(security=None, container=None, image=None, **switches):
    found = pod(security, container)
    return identity(found, first(found), image, semantics=Semantics(**switches))


@pytest.mark.parametrize(
    ("security", "container", "image", "uid", "gid", "groups"),
    [
        pytest.param(None, None, images(), 0, 0, (0,), id="an image without USER runs as root"),
        pytest.param(None, None, images("1000"), 1000, 1000, (1000, 50000), id="a numeric USER is used"),
        pytest.param(None, None, images("1000:3000"), 1000, 1000, (1000, 50000), id="the group in USER is ignored"),
        pytest.param(None, None, images("app"), 1000, 1000, (1000, 50000), id="a named USER is looked up"),
        pytest.param(None, None, images("app:staff"), 1000, 1000, (1000, 50000), id="the group's name is ignored too"),
        pytest.param(APP, None, images(), 1000, 1000, (1000, 50000), id="runAsUser replaces the image's USER"),
        pytest.param(APP, {"runAsUser": 2000}, images(), 2000, 0, (0,), id="the container's runAsUser wins"),
        pytest.param({"runAsUser": 12345}, None, images(), 12345, 0, (0,), id="a uid that passwd lacks has gid 0"),
        pytest.param(
            {"runAsUser": 1000, "runAsGroup": 3000, "fsGroup": 2000, "supplementalGroups": [5000, 4000]},
            None,
            images(),
            1000,
            3000,
            (2000, 3000, 4000, 5000, 50000),
            id="Merge adds the groups of the image",
        ),
        pytest.param(
            {
                "runAsUser": 1000,
                "runAsGroup": 3000,
                "fsGroup": 2000,
                "supplementalGroups": [4000],
                "supplementalGroupsPolicy": "Strict",
            },
            None,
            images(),
            1000,
            3000,
            (2000, 3000, 4000),
            id="Strict leaves the groups of the image out",
        ),
        pytest.param({"runAsGroup": 3000}, None, images("app"), 1000, 3000, (3000, 50000), id="runAsGroup alone"),
        pytest.param(
            APP,
            None,
            images(passwd={"app": (1000, 1000)}, groups={"app": (7000, ["app"]), "extra": (8000, ["app"])}),
            1000,
            1000,
            (1000, 8000),
            id="a group that is called like the user is left out",
        ),
        pytest.param(None, None, None, None, None, None, id="an image of which nothing is known"),
        pytest.param(APP, None, None, 1000, None, None, id="runAsUser is sure, its primary group is not"),
        pytest.param({**APP, "runAsGroup": 3000}, None, None, 1000, 3000, None, id="the groups of the image are open"),
        pytest.param(
            {**APP, "runAsGroup": 3000, "supplementalGroupsPolicy": "Strict", "fsGroup": 2000},
            None,
            None,
            1000,
            3000,
            (2000, 3000),
            id="with Strict nothing about the image has to be known",
        ),
        pytest.param(None, None, {IMAGE: Image("1000")}, 1000, None, None, id="a USER without /etc/passwd"),
        pytest.param(None, None, {IMAGE: Image("app")}, None, None, None, id="a named USER without /etc/passwd"),
        pytest.param(None, None, {IMAGE: Image()}, 0, 0, None, id="root has group 0, whatever else is in the image"),
    ],
)
def test_the_process_runs_as(security, container, image, uid, gid, groups):
    found = who(security, container, image)
    assert (found.uid.value, found.gid.value, found.groups.value) == (uid, gid, groups)
    assert (found.uid.known, found.gid.known, found.groups.known) == (
        uid is not None,
        gid is not None,
        groups is not None,
    )


NON_ROOT = {"runAsNonRoot": True}
BREAKS = "container's runAsUser breaks non-root policy"
ROOT = "container has runAsNonRoot and image will run as root"
NAMED = "container has runAsNonRoot and image has non-numeric user ({}), cannot verify user is non-root"
WHERE = ' (pod: "api_shop(<uid>)", container: api)'


@pytest.mark.parametrize(
    ("security", "container", "image", "ok", "message"),
    [
        pytest.param({}, None, images(), True, "", id="nothing asked, nothing checked"),
        pytest.param({**NON_ROOT, "runAsUser": 0}, None, images("1000"), False, BREAKS + WHERE, id="runAsUser 0"),
        pytest.param({**NON_ROOT, **APP}, None, images(), True, "", id="a uid makes the image's root irrelevant"),
        pytest.param({**NON_ROOT, "runAsUser": 4711}, None, None, True, "", id="even a uid that nobody knows"),
        pytest.param(NON_ROOT, None, images(), False, ROOT + WHERE, id="no USER"),
        pytest.param(NON_ROOT, None, images("0"), False, ROOT + WHERE, id="USER 0"),
        pytest.param(NON_ROOT, None, images("0:1000"), False, ROOT + WHERE, id="USER 0 with another group"),
        pytest.param(NON_ROOT, None, images("app"), False, NAMED.format("app") + WHERE, id="a name is never enough"),
        pytest.param(NON_ROOT, None, images("root"), False, NAMED.format("root") + WHERE, id="the name root as well"),
        pytest.param(NON_ROOT, None, images("1000:0"), True, "", id="group 0 does not matter"),
        pytest.param(NON_ROOT, None, None, None, "", id="an image of which nothing is known"),
        pytest.param(
            NON_ROOT, {"runAsNonRoot": False}, images(), True, "", id="false at the container switches it off"
        ),
        pytest.param(
            {"runAsNonRoot": False}, NON_ROOT, images(), False, ROOT + WHERE, id="true at the container counts"
        ),
    ],
)
def test_run_as_non_root_checks_and_changes_nothing(security, container, image, ok, message):
    found = who(security, container, image)
    assert found.check.ok is ok
    if ok is not None:
        assert found.check.message == message
        assert found.check.reason == ("" if ok else "CreateContainerConfigError")
    without = {key: value for key, value in security.items() if key != "runAsNonRoot"}
    assert found.uid.value == who(without, None, image).uid.value


def test_an_image_with_a_negative_or_huge_user_is_refused():
    for user in ("-1", "2147483648"):
        found = who(NON_ROOT, None, images(user))
        assert found.check.message.startswith(f"container has runAsNonRoot and image has an invalid user id ({user})")


def test_a_named_user_that_the_image_lacks_cannot_be_created():
    found = who(None, None, images("app", passwd={"root": (0, 0)}))
    assert found.lookup.ok is False
    assert found.lookup.message == "unable to find user app: no users found"
    assert found.uid.value is None


@pytest.mark.parametrize(
    ("switch", "security", "container", "image", "truth", "believed"),
    [
        pytest.param(
            {"precedence": "pod"}, APP, {"runAsUser": 2000}, images(), 2000, 1000, id="the Pod's value beats the other"
        ),
        pytest.param({"image_user": "ignored"}, None, None, images("app"), 1000, 0, id="unset means root"),
        pytest.param({"image_user": "ignored"}, None, None, None, None, 0, id="unset means root, whatever the image"),
        pytest.param({"image_user": "ignored"}, APP, None, images(), 1000, 1000, id="a uid that is set counts as ever"),
        pytest.param(
            {"run_as_non_root": "assign"}, NON_ROOT, None, images(), 0, SOMEBODY, id="runAsNonRoot picks somebody"
        ),
        pytest.param(
            {"run_as_non_root": "assign"},
            NON_ROOT,
            None,
            images("1000"),
            1000,
            1000,
            id="an image that is fine is kept",
        ),
    ],
)
def test_a_believer_expects(switch, security, container, image, truth, believed):
    assert who(security, container, image).uid.value == truth
    found = who(security, container, image, **switch)
    assert found.uid.value == believed
    assert found.check.ok is not False


def test_who_takes_fs_group_for_an_owner_expects_no_group():
    security = {**APP, "fsGroup": 2000}
    assert who(security, None, images()).groups.value == (1000, 2000, 50000)
    assert who(security, None, images(), fs_group_effect="owner").groups.value == (1000, 50000)


ids = st.integers(0, 2**31 - 1)


@given(
    uid=st.none() | ids,
    gid=st.none() | ids,
    fs_group=st.none() | ids,
    groups=st.lists(ids, max_size=4),
    user=st.sampled_from(["", "0", "1000", "app", "app:extra", "1000:7"]),
    policy=st.sampled_from(["Merge", "Strict"]),
)
def test_the_groups_hold_everything_that_was_asked_for(uid, gid, fs_group, groups, user, policy):
    security = {"supplementalGroups": groups, "supplementalGroupsPolicy": policy}
    security |= {key: value for key, value in (("runAsUser", uid), ("runAsGroup", gid)) if value is not None}
    if fs_group is not None:
        security["fsGroup"] = fs_group
    found = who(security, None, images(user))
    have = found.groups.value
    assert have is not None
    assert have == tuple(sorted(set(have)))
    assert {found.gid.value, *groups} <= set(have)
    assert fs_group is None or fs_group in have
    asked = {found.gid.value, *groups} | ({fs_group} if fs_group is not None else set())
    assert set(have) - asked <= ({50000} if policy == "Merge" else set())
