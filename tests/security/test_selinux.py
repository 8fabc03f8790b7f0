"""SELinux: what a level means, which dominates which, what label a process gets, and what it may do with files."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.security import Node, Semantics
from autograder.security.selinux import Level, LevelError, access, dominates, label, read_level, relabelled

from .pods import first, pod


@pytest.mark.parametrize(
    ("text", "sensitivity", "categories", "printed"),
    [
        pytest.param("s0", 0, set(), "s0", id="a sensitivity alone"),
        pytest.param("s0:c123,c456", 0, {123, 456}, "s0:c123,c456", id="two categories"),
        pytest.param("s0:c456,c123", 0, {123, 456}, "s0:c123,c456", id="the order plays no role"),
        pytest.param("s0:c1.c5", 0, {1, 2, 3, 4, 5}, "s0:c1.c5", id="a range of categories"),
        pytest.param("s0:c1.c2", 0, {1, 2}, "s0:c1,c2", id="the kernel prints two in a row as two"),
        pytest.param("s0:c7,c1.c3,c9", 0, {1, 2, 3, 7, 9}, "s0:c1.c3,c7,c9", id="ranges and single ones"),
        pytest.param("s0-s0:c0.c1023", 0, set(range(1024)), "s0:c0.c1023", id="of a range the high end counts"),
        pytest.param("s0-s3:c5", 3, {5}, "s3:c5", id="also for the sensitivity"),
        pytest.param("s0:c4,c4", 0, {4}, "s0:c4", id="twice is once"),
    ],
)
def test_a_level_means(text, sensitivity, categories, printed):
    found = read_level(text)
    assert (found.sensitivity, found.categories, str(found)) == (sensitivity, categories, printed)


@pytest.mark.parametrize(
    "text", ["", "s", "s10", "c1", "s0:", "s0:c1;c2", "s0:1", "s0:c1-c5", "S0", "s0 ", "s0:c12345", "s0:c1,", "s0,c1"]
)
def test_what_containerd_refuses_is_refused_in_its_words(text):
    with pytest.raises(LevelError) as caught:
        read_level(text)
    assert str(caught.value) == f"the format of 'level' \"{text}\" is not correct"


@pytest.mark.parametrize("text", ["s0:c1024", "s0:c5.c1", "s0:c1,c1000.c1024"])
def test_categories_that_there_are_not(text):
    with pytest.raises(LevelError, match=r"from c0 to c1023"):
        read_level(text)


@pytest.mark.parametrize(
    ("process", "file", "yes"),
    [
        pytest.param("s0:c123,c456", "s0:c123,c456", True, id="the same"),
        pytest.param("s0:c123,c456", "s0", True, id="a file without categories"),
        pytest.param("s0:c123,c456", "s0:c123", True, id="more than is asked for"),
        pytest.param("s0:c123,c456", "s0:c123,c789", False, id="one is missing"),
        pytest.param("s0", "s0:c1", False, id="none at all"),
        pytest.param("s0:c0.c1023", "s0:c17,c900", True, id="all of them"),
        pytest.param("s0-s0:c0.c1023", "s0:c17", True, id="a range counts by its high end"),
        pytest.param("s0:c1", "s1:c1", False, id="a sensitivity that is too low"),
        pytest.param("s1:c1", "s0:c1", True, id="a sensitivity that is high enough"),
    ],
)
def test_dominance(process, file, yes):
    assert dominates(read_level(process), read_level(file)) is yes


levels = st.builds(Level, st.integers(0, 3), st.frozensets(st.integers(0, 1023), max_size=6))


@given(levels)
def test_what_is_printed_is_read_back(level):
    assert read_level(str(level)) == level


@given(levels, levels, levels)
def test_dominance_is_an_order(one, two, three):
    assert dominates(one, one)
    if dominates(one, two) and dominates(two, three):
        assert dominates(one, three)
    if dominates(one, two) and dominates(two, one):
        assert one == two


CONTAINER, OWN = "container_t", "container_file_t"


@pytest.mark.parametrize(
    ("process", "file", "want", "decided_by"),
    [
        pytest.param((CONTAINER, "s0:c1,c2"), (OWN, "s0:c1,c2"), "write", "nothing", id="its own file"),
        pytest.param((CONTAINER, "s0:c1,c2"), (OWN, "s0:c1,c3"), "write", "category", id="the neighbor's file"),
        pytest.param((CONTAINER, "s0:c1,c2"), (OWN, "s1:c1,c2"), "read", "sensitivity", id="a more sensitive file"),
        pytest.param((CONTAINER, "s0:c0.c1023"), ("etc_t", "s0"), "write", "type", id="a type that it may not write"),
        pytest.param((CONTAINER, "s0"), ("container_ro_file_t", "s0"), "read", "nothing", id="an image's file"),
        pytest.param((CONTAINER, "s0"), ("container_ro_file_t", "s0"), "write", "type", id="writing an image's file"),
        pytest.param((CONTAINER, "s0"), ("var_t", "s0:c1"), "read", "type", id="the type is asked first"),
        pytest.param(("spc_t", "s0"), ("etc_t", "s0:c9"), "write", "nothing", id="spc_t is not confined"),
        pytest.param(("shop_t", "s0"), (OWN, "s0:c1"), "write", "nothing", id="a type whose level is not looked at"),
    ],
)
def test_access(process, file, want, decided_by):
    found = access(process, file, want)
    assert (found.allowed, found.decided_by) == (decided_by == "nothing", decided_by)
    assert found.why


def test_who_believes_in_equal_levels_denies_what_dominance_allows():
    process, file = (CONTAINER, "s0:c1,c2"), (OWN, "s0:c1")
    assert access(process, file, "read").allowed
    believed = access(process, file, "read", semantics=Semantics(selinux_levels="equal"))
    assert (believed.allowed, believed.decided_by) == (False, "category")


@given(levels, levels)
def test_equality_allows_nothing_that_dominance_does_not(one, two):
    process, file = (CONTAINER, str(one)), (OWN, str(two))
    if access(process, file, "write", semantics=Semantics(selinux_levels="equal")).allowed:
        assert access(process, file, "write").allowed


@pytest.mark.parametrize(
    ("security", "container", "spec", "node", "text", "shares"),
    [
        pytest.param(None, None, {}, Node(), "system_u:system_r:container_t:s0:c?,c?", True, id="nothing is written"),
        pytest.param(
            {"seLinuxOptions": {"level": "s0:c1,c2"}},
            None,
            {},
            Node(),
            "system_u:system_r:container_t:s0:c1,c2",
            True,
            id="a level of the Pod",
        ),
        pytest.param(
            {"seLinuxOptions": {"level": "s0:c1,c2"}},
            {"seLinuxOptions": {"type": "shop_t"}},
            {},
            Node(),
            "system_u:system_r:shop_t:s0:c?,c?",
            False,
            id="containerd: the container's struct replaces the Pod's, and the categories are new ones",
        ),
        pytest.param(
            {"seLinuxOptions": {"level": "s0:c1,c2"}},
            {"seLinuxOptions": {"type": "shop_t"}},
            {},
            Node(runtime="crio", version=(1, 36)),
            "system_u:system_r:shop_t:s0:c1,c2",
            True,
            id="CRI-O: the level of the Pod stays",
        ),
        pytest.param(
            None,
            {"seLinuxOptions": {"user": "shop_u", "role": "shop_r", "type": "shop_t", "level": "s0:c9"}},
            {},
            Node(),
            "shop_u:shop_r:shop_t:s0:c9",
            True,
            id="all four parts",
        ),
        pytest.param(
            {"seLinuxOptions": {"level": "s0:c1"}},
            {"privileged": True},
            {},
            Node(),
            "system_u:system_r:spc_t:s0",
            False,
            id="privileged runs unconfined",
        ),
        pytest.param(
            {"seLinuxOptions": {"level": "s0:c1"}},
            None,
            {"hostPID": True},
            Node(runtime="crio", version=(1, 36)),
            "system_u:system_r:spc_t:s0",
            False,
            id="CRI-O: no label with the node's processes",
        ),
        pytest.param(
            {"seLinuxOptions": {"level": "s0:c1"}},
            None,
            {"hostPID": True},
            Node(),
            "system_u:system_r:container_t:s0:c1",
            True,
            id="containerd: hostPID changes nothing",
        ),
        pytest.param(None, None, {}, Node(se_linux=False), "None", True, id="a node without SELinux"),
    ],
)
def test_label(security, container, spec, node, text, shares):
    found = pod(security, container, spec=spec)
    result = label(found, first(found), node=node)
    assert str(result.label.value) == text
    assert result.shares_categories is shares
    assert result.created.ok is True


@pytest.mark.parametrize(
    ("node", "ok", "reason"),
    [
        pytest.param(Node(se_linux=True), False, "CreateContainerError", id="where SELinux is on"),
        pytest.param(Node(), None, "", id="where nobody said"),
        pytest.param(Node(se_linux=False), True, "", id="where SELinux is off"),
    ],
)
def test_a_bad_level_passes_the_api_server_and_stops_the_container(node, ok, reason):
    found = pod({"seLinuxOptions": {"level": "secret"}})
    created = label(found, first(found), node=node).created
    assert (created.ok, created.reason) == (ok, reason)
    assert ("the format of 'level' \"secret\" is not correct" in created.message) is (ok is not True)


@pytest.mark.parametrize(
    ("kind", "yes"),
    [("emptyDir", True), ("secret", True), ("csi", True), ("hostPath", False), ("nfs", False), ("image", False)],
)
def test_which_volumes_are_relabelled(kind, yes):
    assert relabelled(kind) is yes
