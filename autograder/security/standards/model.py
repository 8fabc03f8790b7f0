"""What a check of the Pod Security Standards is, and what it finds.

A check looks at the fields as the API server stores them, after defaulting: at raw fields and never at effective
values. It holds for a level from a policy version on, and a later version of it may replace an earlier one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final, Literal, NamedTuple

from autograder.manifests.defaults import with_host_ports
from autograder.manifests.objects import Pod
from autograder.manifests.problems import Path
from autograder.security.containers import Container, containers_of, pod_security
from autograder.security.semantics import Semantics

Level = Literal["privileged", "baseline", "restricted"]

LEVELS: Final[tuple[Level, ...]] = ("privileged", "baseline", "restricted")
"""From the loosest to the strictest."""


class Found(NamedTuple):
    """What a check finds wrong with a Pod."""

    reason: str
    detail: str
    places: tuple[Path, ...] = ()
    """The fields at fault, from the Pod's template: a field that is wrong, or one that is missing."""


@dataclass(frozen=True)
class View:
    """A Pod as checks see it."""

    pod: Pod
    semantics: Semantics

    @cached_property
    def spec(self) -> Mapping[str, Any]:
        """The spec after defaulting: on the node's network the ports of a Pod, not of a template, are host ports."""
        return with_host_ports(self.pod.spec) if self.pod.kind == "Pod" else self.pod.spec

    @cached_property
    def security(self) -> Mapping[str, Any]:
        """The Pod's securityContext."""
        return pod_security(self.pod)

    @cached_property
    def containers(self) -> tuple[Container, ...]:
        """The containers in the order of the visitor: init containers, containers, ephemeral ones."""
        found = containers_of(self.pod)
        if self.semantics.standards_containers == "app":
            return tuple(container for container in found if container.kind == "regular")
        return found

    @property
    def annotations(self) -> Mapping[str, str]:
        """The Pod's annotations."""
        return self.pod.annotations

    @property
    def is_windows(self) -> bool:
        """Whether ``spec.os`` says so."""
        os: Mapping[str, Any] = self.spec.get("os", {})
        return os.get("name") == "windows"

    @property
    def has_user_namespace(self) -> bool:
        """Whether ``hostUsers: false`` is written."""
        return self.spec.get("hostUsers") is False


class Version(NamedTuple):
    """A version of a check."""

    minor: int
    """The policy version, v1.N, from which it holds."""
    find: Callable[[View], Found | None]


@dataclass(frozen=True, slots=True)
class Check:
    """One check of the standards."""

    id: str
    level: Level
    versions: tuple[Version, ...]
    """The oldest first."""
    overrides: str = ""
    """The check of *baseline* that this one takes the place of in *restricted*."""

    def at(self, minor: int) -> Callable[[View], Found | None] | None:
        """Return the function that holds at policy version v1.`minor`; None where there is none yet."""
        found = None
        for version in self.versions:
            if version.minor <= minor:
                found = version.find
        return found


def container_place(container: Container, *fields: str | int) -> Path:
    """Return the place of a field of a container's securityContext, from the Pod's template."""
    return ("spec", *container.path, "securityContext", *fields)


def pod_place(*fields: str | int) -> Path:
    """Return the place of a field of the Pod's securityContext, from the Pod's template."""
    return ("spec", "securityContext", *fields)


def quoted(items: Iterable[str]) -> str:
    """Return items in quotation marks, with commas between.

    >>> quoted(["api", "db"])
    '"api", "db"'
    """
    return ", ".join(f'"{item}"' for item in items)


def sorted_set(items: Iterable[str]) -> list[str]:
    """Return items once each, in the order of Go's sort: that of their bytes."""
    return sorted(set(items), key=lambda item: item.encode("utf-8", "surrogatepass"))


def plural(singular: str, count: int, other: str = "") -> str:
    """Return a word as it stands behind a number of things.

    >>> plural("container", 1), plural("container", 2), plural("uses", 2, "use")
    ('container', 'containers', 'use')
    """
    return singular if count == 1 else other or f"{singular}s"


def named(containers: list[Container]) -> str:
    """Return containers as a check names them: ``container "api"`` or ``containers "api", "db"``."""
    return f"{plural('container', len(containers))} {quoted(container.name for container in containers)}"


def setters(of_pod: bool, containers: list[Container]) -> str:  # noqa: FBT001 - both are what is listed
    """Return who sets a value: ``pod``, the containers, or both."""
    return " and ".join([*(["pod"] if of_pod else []), *([named(containers)] if containers else [])])
