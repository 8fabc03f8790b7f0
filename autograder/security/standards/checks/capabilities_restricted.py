"""*Restricted*: all capabilities must be dropped, and only NET_BIND_SERVICE may be added.

Restricted fields: securityContext.capabilities.drop and .add of every container.
Allowed values: drop holds exactly ``ALL``; add holds at most NET_BIND_SERVICE. ``all`` is not ALL, and dropping
every capability by its name is not either.

From v1.22, in place of capabilities_baseline; from v1.25 a Pod with ``os.name: windows`` is exempt.
"""

from __future__ import annotations

from autograder.security.standards.capability_names import normal
from autograder.security.standards.model import (
    Check,
    Found,
    Version,
    View,
    container_place,
    named,
    quoted,
    sorted_set,
)


def since_1_22(view: View) -> Found | None:
    """Return the containers that do not drop ALL, and those that add more than NET_BIND_SERVICE."""
    keeping, adding, forbidden = [], [], []
    for container in view.containers:
        capabilities = container.security.get("capabilities", {})
        dropped = capabilities.get("drop")
        unset = not dropped and view.semantics.standards_unset == "secure"
        if not unset and "ALL" not in [normal(name, view.semantics) for name in dropped or ()]:
            keeping.append(container)
        beyond = [name for name in capabilities.get("add", ()) if normal(name, view.semantics) != "NET_BIND_SERVICE"]
        if beyond:
            adding.append(container)
            forbidden += beyond
    if not keeping and not adding:
        return None
    details = []
    if keeping:
        details.append(f'{named(keeping)} must set securityContext.capabilities.drop=["ALL"]')
    if adding:
        names = quoted(sorted_set(forbidden))
        details.append(f"{named(adding)} must not include {names} in securityContext.capabilities.add")
    return Found(
        "unrestricted capabilities",
        "; ".join(details),
        (
            *(container_place(container, "capabilities", "drop") for container in keeping),
            *(container_place(container, "capabilities", "add") for container in adding),
        ),
    )


def since_1_25(view: View) -> Found | None:
    """Return the same for all but Windows."""
    return None if view.is_windows else since_1_22(view)


CHECK = Check(
    "capabilities_restricted",
    "restricted",
    (Version(22, since_1_22), Version(25, since_1_25)),
    overrides="capabilities_baseline",
)
