"""The file that describes images: what it says, and what is wrong with other files."""

from __future__ import annotations

import pytest

from autograder.manifests.limits import InputError
from autograder.security.images import Image, ImageGroup, read_images


def test_a_file_of_images():
    text = b"""
registry.shop.example/api:1.4:
  user: "1000"
  passwd: {app: [1000, 1000]}
  groups: {extra: {gid: 50000, members: [app]}, empty: {gid: 7}}
shop/web: {user: 33}
shop/db: {}
shop/cache:
"""
    assert read_images(text, "images.yaml") == {
        "registry.shop.example/api:1.4": Image(
            "1000", {"app": (1000, 1000)}, {"extra": ImageGroup(50000, ("app",)), "empty": ImageGroup(7)}
        ),
        "shop/web": Image("33"),
        "shop/db": Image(),
        "shop/cache": Image(),
    }


@pytest.mark.parametrize(
    ("text", "line", "what"),
    [
        pytest.param(b"- api", 1, "no list of images", id="a list"),
        pytest.param(b"\nweb: app", 2, "web is described by no mapping", id="a word"),
        pytest.param(b"web:\n  usr: 1", 2, "'usr' is not known", id="a misspelt key"),
        pytest.param(b"web:\n  user: [1]", 2, "user is no text", id="a list of users"),
        pytest.param(b"web:\n  user: true", 2, "user is no text", id="a truth value"),
        pytest.param(b"web:\n  passwd: 7", 2, "passwd is no mapping", id="a number for passwd"),
        pytest.param(b"web:\n  passwd:\n    app: 7", 3, "app needs a uid and a gid", id="a uid without a gid"),
        pytest.param(b"web:\n  passwd: {app: [1, -1]}", 2, "app needs a uid and a gid", id="a negative gid"),
        pytest.param(b"web:\n  passwd: {app: [true, 1]}", 2, "app needs a uid and a gid", id="true is no uid"),
        pytest.param(b"web:\n  groups: {staff: 5}", 2, "staff needs a gid", id="a group that is a number"),
        pytest.param(
            b"web:\n  groups: {staff: {gid: 5, members: app}}", 2, "staff needs a gid", id="members in a word"
        ),
        pytest.param(b"web:\n  groups: {staff: {gid: 5, x: 1}}", 2, "staff needs a gid", id="a key too many"),
        pytest.param(b"web: [", 1, "Close the bracket", id="broken YAML"),
    ],
)
def test_what_is_wrong_is_said_with_its_line_and_a_remedy(text, line, what):
    with pytest.raises(InputError) as caught:
        read_images(text, "images.yaml")
    assert str(caught.value).startswith(f"images.yaml:{line}: ")
    assert what in str(caught.value)
    assert str(caught.value).endswith(".")
