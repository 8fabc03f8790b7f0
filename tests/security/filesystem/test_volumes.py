"""What each sort of volume looks like, and what fsGroup does to it: every row of the table in `volumes`."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.security import CSIDriver, Node, Semantics
from autograder.security.filesystem import Ownership, volume_effects, volumes_of
from tests.security.pods import IMAGE, first, pod

UNKNOWN = Ownership(None, None, None)
CLAIM = {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}}
DISK = {"csi": {"driver": "disks.shop.example"}}
DISK_XFS = {"csi": {"driver": "disks.shop.example", "fsType": "xfs"}}
READ_ONLY_DISK = {"csi": {"driver": "disks.shop.example", "readOnly": True}}
ISCSI = {"targetPortal": "a", "iqn": "b", "lun": 0}
FC = {"lun": 0, "targetWWNs": ["5"]}


def effect(volume, security=None, mount=None, node=None, **switches):
    api = {
        "name": "api",
        "image": IMAGE,
        "volumeMounts": [{"name": "v", "mountPath": "/data", **(mount or {})}],
    }
    found = pod(security, spec={"containers": [api], "volumes": [{"name": "v", **volume}]})
    users = ((first(found), 1000),)
    [only] = volume_effects(found, first(found), node=node or Node(), users=users, semantics=Semantics(**switches))
    return only


def owned(text: str) -> Ownership:
    """``0:2000 2777`` as an ownership."""
    ids, mode = text.split()
    owner, group = ids.split(":")
    return Ownership(int(owner), int(group), int(mode, 8))


@pytest.mark.parametrize(
    ("volume", "before", "after"),
    [
        pytest.param({"emptyDir": {}}, "0:0 777", "0:2000 2777", id="emptyDir"),
        pytest.param({"emptyDir": {"medium": "Memory"}}, "0:0 1777", "0:2000 3777", id="emptyDir in memory"),
        pytest.param({"configMap": {"name": "a"}}, "0:0 777", "0:2000 2777", id="configMap"),
        pytest.param({"secret": {"secretName": "a"}}, "0:0 1777", "0:2000 3777", id="secret"),
        pytest.param({"projected": {"sources": []}}, "0:0 1777", "0:2000 3777", id="projected"),
        pytest.param({"downwardAPI": {}}, "0:0 1777", "0:2000 3777", id="downwardAPI"),
    ],
)
def test_volumes_that_the_kubelet_makes(volume, before, after):
    without, with_group = effect(volume), effect(volume, {"fsGroup": 2000})
    assert (without.before, without.after, without.applied) == (owned(before), owned(before), False)
    assert (with_group.before, with_group.after, with_group.applied) == (owned(before), owned(after), True)


@pytest.mark.parametrize(
    ("volume", "says"),
    [
        pytest.param({"hostPath": {"path": "/srv"}}, "a part of the node", id="hostPath"),
        pytest.param({"nfs": {"server": "files.shop.example", "path": "/"}}, "the file server decides", id="NFS"),
        pytest.param({"image": {"reference": "shop/assets:1"}}, "the files of an image", id="image"),
    ],
)
def test_volumes_that_fs_group_never_changes(volume, says):
    for security in (None, {"fsGroup": 2000}):
        found = effect(volume, security)
        assert (found.applied, found.before, found.after) == (False, UNKNOWN, UNKNOWN)
        assert says in found.why


@pytest.mark.parametrize(("kind", "source"), [("iscsi", ISCSI), ("fc", FC)])
def test_block_devices_get_the_group_unless_they_are_read_only(kind, source):
    found = effect({kind: source}, {"fsGroup": 2000})
    assert (found.applied, found.after.owner, found.after.group) == (True, None, 2000)
    closed = effect({kind: {**source, "readOnly": True}}, {"fsGroup": 2000})
    assert (closed.applied, closed.after, closed.mount.read_only) == (False, UNKNOWN, True)
    assert f"a read-only {kind} volume is not changed" in closed.why


@pytest.mark.parametrize(
    ("volume", "mount", "read_only"),
    [
        pytest.param({"emptyDir": {}}, {}, False, id="an emptyDir is open"),
        pytest.param({"emptyDir": {}}, {"readOnly": True}, True, id="the mount says so"),
        pytest.param(
            {"secret": {"secretName": "a"}}, {"readOnly": False}, True, id="a secret, whatever the mount says"
        ),
        pytest.param({"image": {"reference": "shop/assets:1"}}, {}, True, id="an image, always"),
        pytest.param({"nfs": {"server": "a", "path": "/", "readOnly": True}}, {}, True, id="the volume says so"),
        pytest.param({"hostPath": {"path": "/srv"}}, {}, False, id="a hostPath is open"),
    ],
)
def test_which_mounts_are_read_only(volume, mount, read_only):
    assert effect(volume, None, mount).mount.read_only is read_only


@pytest.mark.parametrize(
    ("volume", "driver", "applied", "says"),
    [
        pytest.param(DISK, None, None, "it depends on the fsGroupPolicy", id="a driver that nobody described"),
        pytest.param(DISK, CSIDriver("None"), False, "has fsGroupPolicy None", id="None"),
        pytest.param(DISK, CSIDriver("File"), True, "has fsGroupPolicy File", id="File"),
        pytest.param(DISK, CSIDriver(), False, "no fsType is set", id="the default, without fsType"),
        pytest.param(DISK_XFS, CSIDriver(), True, "fsType is set", id="the default, with fsType"),
        pytest.param({"csi": {**DISK_XFS["csi"], "readOnly": True}}, CSIDriver(), False, "read-only", id="read-only"),
        pytest.param(READ_ONLY_DISK, CSIDriver("File"), False, "read-only", id="File, but read-only"),
        pytest.param(DISK, CSIDriver(delegates=True), True, "applies it itself", id="a driver that does it itself"),
        pytest.param(
            READ_ONLY_DISK, CSIDriver("None", delegates=True), True, "applies it itself", id="whatever else is said"
        ),
    ],
)
def test_csi_volumes_go_by_their_driver(volume, driver, applied, says):
    node = Node(csi={"disks.shop.example": driver} if driver else {})
    found = effect(volume, {"fsGroup": 2000}, node=node)
    assert found.applied is applied
    assert says in found.why
    assert found.after.group == (2000 if applied else None)


@pytest.mark.parametrize(
    "volume",
    [
        {"persistentVolumeClaim": {"claimName": "data"}},
        {"ephemeral": {"volumeClaimTemplate": {"spec": CLAIM}}},
    ],
    ids=["a claim", "an ephemeral claim"],
)  # fmt: skip
def test_what_stands_behind_a_claim_nobody_knows(volume):
    found = effect(volume, {"fsGroup": 2000})
    assert found.applied is None
    assert "driver behind the claim" in found.why
    assert found.after.group is None


def test_a_volume_without_a_source_is_an_empty_directory():
    assert volumes_of(pod(spec={"volumes": [{"name": "v"}]}))["v"].type == "emptyDir"


# -- what lies in it ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("source", "security", "files"),
    [
        pytest.param({}, None, {"*": "0:0 644"}, id="the default mode"),
        pytest.param({}, {"fsGroup": 2000}, {"*": "0:2000 644"}, id="0644 stays, with the group"),
        pytest.param({"defaultMode": 0o400}, None, {"*": "0:0 400"}, id="0400: for root alone"),
        pytest.param({"defaultMode": 0o400}, {"fsGroup": 2000}, {"*": "0:2000 440"}, id="0400 becomes 0440"),
        pytest.param(
            {"items": [{"key": "a", "path": "a.key", "mode": 0o600}, {"key": "b", "path": "b.key"}]},
            {"fsGroup": 2000},
            {"a.key": "0:2000 640", "b.key": "0:2000 644"},
            id="files that are named",
        ),
    ],
)
def test_files_of_a_secret(source, security, files):
    found = effect({"secret": {"secretName": "keys", **source}}, security)
    assert dict(found.files) == {name: owned(text) for name, text in files.items()}


TOKEN = {"projected": {"sources": [{"serviceAccountToken": {"path": "token"}}]}}


@pytest.mark.parametrize(
    ("security", "file"),
    [
        pytest.param({"runAsUser": 1000}, "1000:0 600", id="one user for all containers: it owns the token"),
        pytest.param(None, "0:0 644", id="no user is set: everybody reads it"),
        pytest.param({"fsGroup": 2000}, "0:2000 640", id="with fsGroup the group reads it"),
        pytest.param({"runAsUser": 1000, "fsGroup": 2000}, "1000:2000 640", id="and the one user keeps it"),
    ],
)
def test_a_service_account_token(security, file):
    assert dict(effect(TOKEN, security).files) == {"token": owned(file)}


def test_two_users_leave_the_token_to_root():
    side = {"name": "side", "image": IMAGE, "securityContext": {"runAsUser": 2000}}
    api = {"name": "api", "image": IMAGE, "volumeMounts": [{"name": "v", "mountPath": "/data"}]}
    found = pod({"runAsUser": 1000}, spec={"containers": [api, side], "volumes": [{"name": "v", **TOKEN}]})
    [only] = volume_effects(found, first(found), node=Node())
    assert dict(only.files) == {"token": owned("0:0 644")}


# -- notes and beliefs -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("volume", "mount", "security", "says"),
    [
        pytest.param(
            {"emptyDir": {}},
            {},
            {"fsGroup": 1, "fsGroupChangePolicy": "OnRootMismatch"},
            "fsGroupChangePolicy plays no role for emptyDir",
            id="a policy that does not matter",
        ),
        pytest.param(
            {"persistentVolumeClaim": {"claimName": "a"}},
            {},
            {"fsGroup": 1, "fsGroupChangePolicy": "OnRootMismatch"},
            "with OnRootMismatch nothing below is changed",
            id="a policy that does",
        ),
        pytest.param({"emptyDir": {}}, {"subPath": "x"}, None, "the folder x is made", id="a subPath"),
        pytest.param(
            {"hostPath": {"path": "/srv", "type": "DirectoryOrCreate"}},
            {},
            None,
            "root:root 0755",
            id="made by the kubelet",
        ),
    ],
)
def test_notes(volume, mount, security, says):
    assert any(says in note for note in effect(volume, security, mount).notes)


def test_beliefs_change_what_they_are_about_and_nothing_else():
    host, empty, fs = {"hostPath": {"path": "/srv"}}, {"emptyDir": {}}, {"fsGroup": 2000}
    assert effect(host, fs, fs_group_volumes="all").after.group == 2000
    assert effect(empty, None, fs_group_volumes="all").after == owned("0:0 777")
    assert effect(empty, None, unowned_volume="first_user").after == owned("1000:0 700")
    assert effect(empty, fs, unowned_volume="first_user").after == owned("0:2000 2777")
    assert effect(empty, fs, fs_group_effect="owner").after == owned("2000:0 777")


VOLUMES = st.sampled_from(
    [
        {"emptyDir": {}},
        {"emptyDir": {"medium": "Memory"}},
        {"configMap": {"name": "a"}},
        {"secret": {"secretName": "a", "defaultMode": 0o400}},
        {"hostPath": {"path": "/srv"}},
        {"nfs": {"server": "a", "path": "/"}},
        DISK,
        DISK_XFS,
        {"persistentVolumeClaim": {"claimName": "a"}},
    ]
)


@given(VOLUMES, st.integers(0, 2**31 - 1), st.sampled_from(["None", "File", "ReadWriteOnceWithFSType"]))
def test_the_owner_never_changes_and_bits_are_only_added(volume, group, policy):
    found = effect(volume, {"fsGroup": group}, node=Node(csi={"disks.shop.example": CSIDriver(policy)}))
    assert found.after.owner == found.before.owner
    if found.before.mode is not None:
        assert found.after.mode & found.before.mode == found.before.mode
    for _, file in found.files:
        assert file.owner == 0


@given(st.integers(1, 60000), st.integers(0, 60000))
def test_new_files_get_the_group_of_the_volume_and_the_owner_of_the_process(group, gid):
    new = effect({"emptyDir": {}}, {"fsGroup": group}).new_file(1000, gid)
    assert (new.owner, new.group, new.octal) == (1000, group, "644")
    assert effect({"emptyDir": {}}).new_file(1000, gid).group == gid
