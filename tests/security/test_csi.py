"""CSIDriver objects as kubectl prints them, and what is wrong with other files."""

from __future__ import annotations

import pytest

from autograder.manifests.limits import InputError
from autograder.security.csi import read_drivers
from autograder.security.node import CSIDriver


def test_a_list_as_kubectl_prints_it():
    text = b"""
apiVersion: v1
kind: List
items:
- apiVersion: storage.k8s.io/v1
  kind: CSIDriver
  metadata: {name: disks.shop.example}
  spec: {fsGroupPolicy: File, seLinuxMount: true}
- apiVersion: storage.k8s.io/v1
  kind: CSIDriver
  metadata: {name: shares.shop.example}
  spec: {fsGroupPolicy: None}
---
kind: CSIDriver
metadata: {name: plain.shop.example}
"""
    assert read_drivers(text, "drivers.yaml") == {
        "disks.shop.example": CSIDriver("File", se_linux_mount=True),
        "shares.shop.example": CSIDriver("None"),
        "plain.shop.example": CSIDriver("ReadWriteOnceWithFSType"),
    }


@pytest.mark.parametrize(
    ("text", "says"),
    [
        pytest.param(b"7", "drivers.yaml:1: this is no CSIDriver.", id="a number"),
        pytest.param(b"\nkind: Pod", "drivers.yaml:2: this is no CSIDriver.", id="another kind"),
        pytest.param(b"kind: CSIDriver", "drivers.yaml:1: this CSIDriver has no name.", id="no name"),
        pytest.param(
            b"metadata: {name: a}\nspec:\n  fsGroupPolicy: file",
            "drivers.yaml:3: 'file' is no fsGroupPolicy. It is one of",
            id="a policy in small letters",
        ),
        pytest.param(b"metadata: {name: a}\nspec: [1]", "drivers.yaml:2: spec is no mapping.", id="a list for spec"),
        pytest.param(
            b"metadata: {name: a}\nspec: {seLinuxMount: 1}", "drivers.yaml:2: seLinuxMount is not true", id="a number"
        ),
        pytest.param(b"items: [", "drivers.yaml:1: ", id="broken YAML"),
    ],
)
def test_other_files_get_a_line_and_a_remedy(text, says):
    with pytest.raises(InputError) as caught:
        read_drivers(text, "drivers.yaml")
    assert str(caught.value).startswith(says)
