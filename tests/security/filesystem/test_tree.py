"""The file tree of a container: what is mounted where, what stays writable, and which error a program sees."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.security import Node, Semantics
from autograder.security.filesystem import Who, place_of, places, read, volume_effects, writable_paths, write
from tests.security.pods import IMAGE, first, pod

CAPS = frozenset({"DAC_OVERRIDE", "CHOWN", "FOWNER"})
ROOT = Who(0, 0, (0,), CAPS)
BARE_ROOT = Who(0, 0, (0,), frozenset())
CLERK = Who(1000, 1000, (1000,), frozenset())
IN_GROUP = Who(1000, 1000, (1000, 2000), frozenset())
NOBODY_KNOWS = Who(None, None, None, None)


def tree(container=None, volumes=(), security=None, **switches):
    """The places of a container with volumes such as ``("/data", {"emptyDir": {}}, {"readOnly": True})``."""
    mounts = [{"name": f"v{at}", "mountPath": path, **mount} for at, (path, _, mount) in enumerate(volumes)]
    api = {"name": "api", "image": IMAGE, "volumeMounts": mounts}
    for key in ("terminationMessagePath",):
        if container and key in container:
            api[key] = container.pop(key)
    if container:
        api["securityContext"] = container
    spec = {"containers": [api], "volumes": [{"name": f"v{at}", **each[1]} for at, each in enumerate(volumes)]}
    found = pod(security, spec=spec)
    semantics = Semantics(**switches)
    effects = volume_effects(found, first(found), node=Node(), semantics=semantics)
    return places(first(found), effects, semantics=semantics)


READ_ONLY = {"readOnlyRootFilesystem": True}
EMPTY = ("/data", {"emptyDir": {}}, {})


@pytest.mark.parametrize(
    ("container", "who", "path", "errno"),
    [
        pytest.param({}, ROOT, "/etc/shop.conf", "", id="root writes the image's folders"),
        pytest.param({}, BARE_ROOT, "/etc/shop.conf", "", id="as their owner, without any capability"),
        pytest.param({}, CLERK, "/etc/shop.conf", "EACCES", id="another user may not"),
        pytest.param({}, CLERK, "/tmp/report", "", id="everybody may write /tmp"),
        pytest.param(READ_ONLY, ROOT, "/etc/shop.conf", "EROFS", id="a read-only root"),
        pytest.param(READ_ONLY, CLERK, "/tmp/report", "EROFS", id="with /tmp in it"),
        pytest.param(READ_ONLY, CLERK, "/data/report", "", id="and volumes stay writable"),
        pytest.param(READ_ONLY, ROOT, "/etc/hosts", "", id="and /etc/hosts"),
        pytest.param(READ_ONLY, CLERK, "/etc/hosts", "EACCES", id="for root alone"),
        pytest.param(READ_ONLY, ROOT, "/etc/hostname", "EROFS", id="but not /etc/hostname"),
        pytest.param(READ_ONLY, CLERK, "/etc/resolv.conf", "EACCES", id="where its mode is asked first"),
        pytest.param(READ_ONLY, CLERK, "/dev/termination-log", "", id="the last words"),
        pytest.param(READ_ONLY, CLERK, "/dev/shm/x", "", id="shared memory"),
        pytest.param(READ_ONLY, CLERK, "/dev/x", "EACCES", id="/dev is root's"),
        pytest.param(READ_ONLY, ROOT, "/dev/x", "", id="who may"),
        pytest.param({}, ROOT, "/sys/x", "EROFS", id="/sys is read-only"),
    ],
)
def test_writing(container, who, path, errno):
    found = write(path, tree(dict(container), [EMPTY]), who)
    assert (found.ok, found.errno) == (not errno, errno)
    assert found.why


@pytest.mark.parametrize(
    ("who", "path"),
    [
        pytest.param(CLERK, "/srv/shop/prices", id="folders that nobody told about"),
        pytest.param(NOBODY_KNOWS, "/etc/shop.conf", id="a user whom nobody knows"),
        pytest.param(CLERK, "/proc/sys/kernel/hostname", id="kernel settings"),
    ],
)
def test_what_is_not_known_is_not_guessed(who, path):
    found = write(path, tree(), who)
    assert (found.ok, found.decided_by) == (None, "unknown")


def test_root_with_its_capabilities_writes_what_nobody_told_about():
    assert write("/srv/shop/prices", tree(), ROOT).ok is True
    assert write("/srv/shop/prices", tree(), BARE_ROOT).ok is None


@pytest.mark.parametrize(
    ("who", "security", "mount", "errno"),
    [
        pytest.param(CLERK, None, {}, "", id="an emptyDir is open to all"),
        pytest.param(IN_GROUP, {"fsGroup": 2000}, {}, "", id="with fsGroup too"),
        pytest.param(CLERK, None, {"readOnly": True}, "EROFS", id="unless it is mounted read-only"),
    ],
)
def test_writing_a_volume(who, security, mount, errno):
    found = write("/data/report", tree(None, [("/data", {"emptyDir": {}}, mount)], security), who)
    assert found.errno == errno


@pytest.mark.parametrize(
    ("who", "security", "ok"),
    [
        pytest.param(ROOT, None, True, id="root reads 0400"),
        pytest.param(BARE_ROOT, None, True, id="as the owner"),
        pytest.param(CLERK, None, False, id="another user does not"),
        pytest.param(IN_GROUP, {"fsGroup": 2000}, True, id="fsGroup lets the group read"),
        pytest.param(NOBODY_KNOWS, None, None, id="an unknown user"),
    ],
)
def test_reading_a_secret(who, security, ok):
    volume = ("/keys", {"secret": {"secretName": "keys", "defaultMode": 0o400}}, {})
    assert read("/keys/token", tree(None, [volume], security), who).ok is ok
    assert write("/keys/token", tree(None, [volume], security), ROOT).errno == "EROFS", "the kubelet mounts it so"


@pytest.mark.parametrize(
    ("path", "place"),
    [
        ("/", "/"),
        ("/data", "/data"),
        ("/data/", "/data"),
        ("/database", "/"),
        ("/data/logs/today", "/data/logs"),
        ("/data/../etc/hosts", "/etc/hosts"),
        ("//data/logs", "/data/logs"),
        ("/data//logs", "/data/logs"),
        ("data/x", "/data"),
        ("/dev/shm/x", "/dev/shm"),
        ("/proc/1/status", "/proc"),
    ],
)
def test_a_path_lies_in_the_longest_mount(path, place):
    mounted = tree(None, [EMPTY, ("/data/logs", {"emptyDir": {}}, {})])
    assert place_of(path, mounted).path == place


@pytest.mark.parametrize("path", ["/files/", "//files", "files", "/srv/../files"])
def test_a_mount_path_counts_from_the_root_in_its_shortest_form(path):
    mounted = tree(None, [(path, {"emptyDir": {}}, {})])
    assert place_of("/files/x", mounted).kind == "volume"
    assert place_of("/filesystem", mounted).kind == "root"


def test_of_two_mounts_at_one_path_the_later_counts():
    mounted = tree(None, [("/etc/hosts", {"emptyDir": {}}, {})])
    assert place_of("/etc/hosts", mounted).kind == "volume"


def test_the_file_for_last_words_can_lie_elsewhere():
    mounted = tree({"terminationMessagePath": "/var/last"})
    assert place_of("/var/last", mounted).kind == "kubelet"
    assert place_of("/dev/termination-log", mounted).path == "/dev"


def paths(mounted, who):
    return {found.path: found.this_process for found in writable_paths(mounted, who)}


def test_what_stays_writable_with_a_read_only_root():
    mounted = tree(READ_ONLY, [EMPTY, ("/conf", {"configMap": {"name": "a"}}, {})])
    assert paths(mounted, CLERK) == {
        "/proc": True,
        "/dev": False,
        "/dev/shm": True,
        "/dev/mqueue": True,
        "/etc/hosts": False,
        "/dev/termination-log": True,
        "/data": True,
    }


def test_without_it_the_images_own_folders_as_their_modes_say():
    found = paths(tree(), CLERK)
    assert {path: found[path] for path in ("/", "/tmp", "/var/tmp", "/etc/hostname")} == {
        "/": False,
        "/tmp": True,
        "/var/tmp": True,
        "/etc/hostname": False,
    }
    assert paths(tree(), ROOT)["/"] is True


def test_a_mount_covers_the_images_folder():
    listed = [found.path for found in writable_paths(tree(None, [("/tmp", {"emptyDir": {}}, {})]), CLERK)]
    assert listed.count("/tmp") == 1


def test_in_a_privileged_container_sys_can_be_written():
    assert "/sys" in paths(tree({"privileged": True}), ROOT)
    assert "/sys" not in paths(tree(), ROOT)


def test_who_believes_that_it_is_for_volumes_finds_the_root_open_and_the_volume_closed():
    believed = tree(READ_ONLY, [EMPTY], read_only_root="volumes")
    assert write("/etc/x", believed, ROOT).ok is True
    assert write("/data/x", believed, ROOT).errno == "EROFS"


@given(st.lists(st.sampled_from(["etc", "data", "tmp", "..", "dev", "x"]), min_size=1, max_size=5))
def test_a_read_only_root_takes_away_and_never_gives(parts):
    path = "/" + "/".join(parts)
    for who in (ROOT, BARE_ROOT, CLERK):
        if write(path, tree(READ_ONLY, [EMPTY]), who).ok:
            assert write(path, tree(None, [EMPTY]), who).ok is not False
