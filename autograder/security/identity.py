"""Who a container's process is: uid, gid, supplementary groups, and whether runAsNonRoot lets it start.

======================  ==========================  ==================================================
runAsUser               the image's USER            uid
======================  ==========================  ==================================================
set                     any                         runAsUser
unset                   none                        0
unset                   ``1000`` or ``1000:3000``   1000
unset                   ``app`` or ``app:staff``    that of app in the image's /etc/passwd; missing: the
                                                    container cannot be created
unset                   nobody said                 unknown
======================  ==========================  ==================================================

The gid is runAsGroup, else the primary group of the user in the image's /etc/passwd, else 0; the group in USER plays no
role. The groups are the gid, fsGroup and supplementalGroups, and under the policy Merge also those groups of the
image that list the user's name as a member.

Sources: pkg/kubelet/kuberuntime/security_context.go and helpers.go (getImageUser); containerd
internal/cri/server/container_create.go (platformSpecOpts) and pkg/oci/spec_opts.go; CRI-O server/container_create.go.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from autograder.manifests.objects import Pod

from .containers import Container, pod_security
from .facts import Fact
from .images import Image, Images
from .precedence import NOT_SET, setting
from .semantics import KUBERNETES, Semantics
from .stages import NOT_KNOWN, PASSED, Outcome

SOMEBODY: Final = 65534
"""Who runs if one believes that runAsNonRoot picks a user: ``nobody``, as most images have it."""
_HIGHEST: Final = 2**31 - 1


@dataclass(frozen=True, slots=True)
class Identity:
    """Who runs, as far as the manifest and what is known of the image tell."""

    uid: Fact[int]
    gid: Fact[int]
    groups: Fact[tuple[int, ...]]
    """All groups of the process but fsGroup's effect on files: sorted, without repetition, the gid among them."""
    non_root: Fact[bool]
    """The effective runAsNonRoot; a value of None: it is set nowhere, and nothing is checked."""
    check: Outcome
    """What the kubelet's check for runAsNonRoot says."""
    lookup: Outcome
    """Whether the runtime finds a named user in the image."""


def identity(
    pod: Pod, container: Container, images: Images | None = None, *, semantics: Semantics = KUBERNETES
) -> Identity:
    """Return who runs in a container. `images` say what is known of the images; one that they lack is unknown."""
    image = (images or {}).get(container.image)
    if semantics.image_user == "ignored":
        image = Image("", *((image.passwd, image.groups) if image else (None, None)))
    wanted = setting(pod, container, "runAsUser", semantics=semantics)
    non_root = setting(pod, container, "runAsNonRoot", semantics=semantics)
    assigned = semantics.run_as_non_root == "assign" and non_root.value is True
    if assigned and not wanted.value and (image is None or _numeric(image) in (None, 0)):
        wanted = Fact(SOMEBODY, non_root.origin, "runAsNonRoot is taken to pick a user that is not root")
    uid, name, lookup = _user(wanted, image)
    gid = _gid(setting(pod, container, "runAsGroup", semantics=semantics), uid, name, image)
    groups = _groups(pod_security(pod), gid, uid, name, image, semantics)
    check = PASSED if assigned else _check(pod, container, non_root, wanted, image)
    return Identity(uid, gid, groups, non_root, check, lookup)


# -- uid ---------------------------------------------------------------------------------------------------------------


def _user(wanted: Fact[Any], image: Image | None) -> tuple[Fact[int], str | None, Outcome]:
    """Return the uid, the user's name where it is known, and whether the runtime finds the user."""
    if wanted.value is not None:
        uid: int = wanted.value
        return wanted, image.name_of(uid) if image else None, PASSED
    if image is None:
        why = "no runAsUser is set, and nobody said which USER the image has"
        return Fact(None, "unknown", why), None, NOT_KNOWN
    user = image.user_part
    if not user:
        return Fact(0, "image", "no runAsUser is set, and the image names no USER"), image.name_of(0), PASSED
    number = _number(user)
    if number is not None:
        why = f"no runAsUser is set, and the image's USER is {image.user}"
        return Fact(number, "image", why), image.name_of(number), PASSED
    if image.passwd is None:
        why = f"the image's USER is {user}, and nobody said which uid that is in its /etc/passwd"
        return Fact(None, "unknown", why), user, NOT_KNOWN
    if user not in image.passwd:
        message = f"unable to find user {user}: no users found"
        why = f"the image's USER is {user}, and its /etc/passwd has no such user"
        return Fact(None, "unknown", why), user, Outcome(ok=False, reason="CreateContainerError", message=message)
    why = f"the image's USER is {user}, and that is its uid in the image's /etc/passwd"
    return Fact(image.passwd[user][0], "image", why), user, PASSED


def _number(user: str) -> int | None:
    """Return a USER that is a number, as the runtime reads it (Go's ParseInt), else None.

    >>> _number("1000"), _number("app"), _number("-1")
    (1000, None, -1)
    """
    digits = user[1:] if user[:1] in {"+", "-"} else user
    return int(user) if digits.isascii() and digits.isdigit() and len(digits) < 19 else None


def _numeric(image: Image) -> int | None:
    """Return the uid that an image's USER is without a look into its files; 0 where it has none."""
    return _number(image.user_part) if image.user_part else 0


# -- gid and groups ----------------------------------------------------------------------------------------------------


def _gid(wanted: Fact[Any], uid: Fact[int], name: str | None, image: Image | None) -> Fact[int]:
    if wanted.value is not None:
        return wanted
    if uid.value is None:
        return Fact(None, "unknown", "no runAsGroup is set, and the user is unknown")
    passwd = image.passwd if image else None
    if passwd is None:
        if uid.value == 0:
            why = "no runAsGroup is set, and the primary group of uid 0 is 0 in every usual image"
            return Fact(0, "image", why, "general")
        why = (
            f"no runAsGroup is set, and nobody said which primary group uid {uid.value} has in the image's /etc/passwd"
        )
        return Fact(None, "unknown", why)
    entry = passwd.get(name) if name is not None else None
    if entry is not None:
        why = f"no runAsGroup is set, and this is the primary group of {name} in the image's /etc/passwd"
        return Fact(entry[1], "image", why, "measured")
    why = f"no runAsGroup is set, and the image's /etc/passwd does not know uid {uid.value}"
    return Fact(0, "runtime", why, "measured")


def _groups(
    security: Mapping[str, Any],
    gid: Fact[int],
    uid: Fact[int],
    name: str | None,
    image: Image | None,
    semantics: Semantics,
) -> Fact[tuple[int, ...]]:
    added = list(security.get("supplementalGroups", ()))
    fs_group = security.get("fsGroup")
    if fs_group is not None and semantics.fs_group_effect == "group":
        added.append(fs_group)
    if gid.value is None:
        return Fact(None, "unknown", _at_least(added, "the primary group is unknown"))
    if security.get("supplementalGroupsPolicy", "Merge") == "Strict":
        why = f"{_sources(security, gid, semantics)}; the policy Strict leaves the image's groups out"
        return Fact(_sorted([gid.value, *added]), "pod", why, "measured")
    if image is None or image.groups is None:
        return Fact(None, "unknown", _at_least([gid.value, *added], "nobody said what is in the image's /etc/group"))
    if name is None and image.passwd is None and uid.value != 0:
        return Fact(None, "unknown", _at_least([gid.value, *added], "the user's name in the image is unknown"))
    user = name or ("root" if uid.value == 0 and image.passwd is None else None)
    groups = image.groups.items()
    merged = [group.gid for title, group in groups if user is not None and user in group.members and title != user]
    why = _sources(security, gid, semantics)
    if merged:
        why += f"; {', '.join(map(str, sorted(set(merged))))}: the groups of the image that list {user}"
    return Fact(_sorted([gid.value, *added, *merged]), "image" if merged else "pod", why, "measured")


def _sources(security: Mapping[str, Any], gid: Fact[int], semantics: Semantics) -> str:
    """Return which field brings which group."""
    parts = [f"{gid.value}: the primary group"]
    if "fsGroup" in security and semantics.fs_group_effect == "group":
        parts.append(f"{security['fsGroup']}: fsGroup")
    added = _sorted(security.get("supplementalGroups", ()))
    if added:
        parts.append(f"{', '.join(map(str, added))}: supplementalGroups")
    return "; ".join(parts)


def _at_least(groups: list[int], missing: str) -> str:
    known = f"; at least {', '.join(map(str, _sorted(groups)))}" if groups else ""
    return f"{missing}{known}"


def _sorted(groups: Iterable[int]) -> tuple[int, ...]:
    return tuple(sorted(set(groups)))


# -- runAsNonRoot ------------------------------------------------------------------------------------------------------


def _check(pod: Pod, container: Container, non_root: Fact[Any], wanted: Fact[Any], image: Image | None) -> Outcome:
    """Return what verifyRunAsNonRoot says; it looks at nothing but these fields and the image's USER.

    ============== ===================== ===================================================
    runAsUser      the image's USER      verdict
    ============== ===================== ===================================================
    0              any                   breaks non-root policy
    not 0          any                   passes
    unset          none, or 0            image will run as root
    unset          a name                cannot verify user is non-root
    unset          a number above 0      passes
    unset          nobody said           unknown
    ============== ===================== ===================================================
    """
    if non_root.value is not True:
        return PASSED
    where = f'(pod: "{pod.name}_{pod.namespace}(<uid>)", container: {container.name})'
    if wanted.value is not None:
        if wanted.value != 0:
            return PASSED
        return _refused(f"container's runAsUser breaks non-root policy {where}")
    if image is None:
        return NOT_KNOWN
    user = image.user_part
    number = _numeric(image)
    if number == 0:
        return _refused(f"container has runAsNonRoot and image will run as root {where}")
    if number is None:
        message = f"container has runAsNonRoot and image has non-numeric user ({user}), cannot verify user is non-root"
        return _refused(f"{message} {where}")
    if not 0 < number <= _HIGHEST:
        message = f"container has runAsNonRoot and image has an invalid user id ({number}). (Must be 1-({_HIGHEST}))"
        return _refused(f"{message}: {where}")
    return PASSED


def _refused(message: str) -> Outcome:
    return Outcome(ok=False, reason="CreateContainerConfigError", message=message)


__all__ = ["NOT_SET", "SOMEBODY", "Identity", "identity"]
