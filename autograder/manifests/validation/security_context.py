"""The two securityContexts: ids, policies, profiles, and what may not be combined.

Source: pkg/apis/core/validation/validation.go (validatePodSpecSecurityContext, ValidateSecurityContext,
validateSeccompProfileField, ValidateAppArmorProfileField). What is not here is not checked by any API server: names of
capabilities, everything under seLinuxOptions, and whether a profile or a user exists.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from autograder.manifests.defaults import APP_ARMOR_ANNOTATION
from autograder.manifests.go_text import compact_json
from autograder.manifests.problems import Key, Path

from .errors import FieldError, Named, Printed, forbidden, invalid, not_supported, required, too_long
from .paths import descending_path
from .sysctls import validate_sysctls
from .windows_options import validate_windows_options

HIGHEST_ID: Final = 2**31 - 1
_OUT_OF_RANGE: Final = f"must be between 0 and {HIGHEST_ID}, inclusive"
_PROFILE_TYPES: Final = ("Localhost", "RuntimeDefault", "Unconfined")
_LONGEST_PROFILE: Final = 4095


def validate_pod_security(spec: Mapping[str, Any], path: Path, minor: int) -> Iterator[FieldError]:
    """Yield the errors of the Pod's securityContext; `path` is that of the spec."""
    context = spec.get("securityContext")
    place = (*path, "securityContext")
    shares = minor <= 36 and spec.get("shareProcessNamespace") and spec.get("hostPID")
    if context is None and not shares:
        return
    context = context or {}
    for field in ("fsGroup", "runAsUser", "runAsGroup"):
        yield from _id(context.get(field), (*place, field))
    for index, group in enumerate(context.get("supplementalGroups", ())):
        yield from _id(group, (*place, "supplementalGroups", index))
    if shares:
        yield share_process_namespace(place, (*path, "shareProcessNamespace"))
    yield from validate_sysctls(context.get("sysctls", ()), spec, (*place, "sysctls"))
    yield from _one_of(context, place, "fsGroupChangePolicy", ("Always", "OnRootMismatch"))
    yield from _seccomp(context.get("seccompProfile"), (*place, "seccompProfile"), minor)
    yield from validate_windows_options(context.get("windowsOptions"), (*place, "windowsOptions"))
    yield from _app_armor(context.get("appArmorProfile"), (*place, "appArmorProfile"))
    yield from _one_of(context, place, "supplementalGroupsPolicy", ("Merge", "Strict"))
    # The feature gate SELinuxMount is on since 1.37, and without it MountOption is not known.
    known = ("MountOption", "Recursive") if minor >= 37 else ("Recursive",)
    yield from _one_of(context, place, "seLinuxChangePolicy", known)


def validate_container_security(
    container: Mapping[str, Any], path: Path, *, host_users: bool, minor: int
) -> Iterator[FieldError]:
    """Yield the errors of a container's securityContext; `path` is that of the container."""
    context = container.get("securityContext")
    if context is None:
        return
    place = (*path, "securityContext")
    for field in ("runAsUser", "runAsGroup"):
        yield from _id(context.get(field), (*place, field))
    yield from _one_of(context, place, "procMount", ("Default", "Unmasked"))
    if context.get("procMount") == "Unmasked" and host_users:
        yield invalid((*place, "procMount"), Named("Unmasked"), "`hostUsers` must be false to use `Unmasked`")
    yield from _seccomp(context.get("seccompProfile"), (*place, "seccompProfile"), minor)
    if context.get("allowPrivilegeEscalation") is False:
        printed = _print_context(context, minor)
        if context.get("privileged"):
            detail = "cannot set `allowPrivilegeEscalation` to false and `privileged` to true"
            yield invalid(place, printed, detail, (*place, "allowPrivilegeEscalation"))
        for index, name in enumerate(context.get("capabilities", {}).get("add", ())):
            # Letter by letter: SYS_ADMIN, which means the same to the runtime, is not caught.
            if name == "CAP_SYS_ADMIN":
                detail = "cannot set `allowPrivilegeEscalation` to false and `capabilities.Add` CAP_SYS_ADMIN"
                yield invalid(place, printed, detail, (*place, "capabilities", "add", index))
    yield from validate_windows_options(context.get("windowsOptions"), (*place, "windowsOptions"))
    yield from _app_armor(context.get("appArmorProfile"), (*place, "appArmorProfile"))


def share_process_namespace(path: Path, at: Path) -> FieldError:
    """Return the error for two process namespaces at once; up to 1.36 the server looks for it elsewhere."""
    detail = "ShareProcessNamespace and HostPID cannot both be enabled"
    return invalid((*path, "shareProcessNamespace"), value=True, detail=detail, at=at)


def _id(number: int | None, path: Path) -> Iterator[FieldError]:
    if number is not None and not 0 <= number <= HIGHEST_ID:
        yield invalid(path, number, _OUT_OF_RANGE)


def _one_of(context: Mapping[str, Any], path: Path, field: str, known: tuple[str, ...]) -> Iterator[FieldError]:
    value = context.get(field)
    if value is not None and value not in known:
        yield not_supported((*path, field), value, known)


def _seccomp(profile: Mapping[str, Any] | None, path: Path, minor: int) -> Iterator[FieldError]:
    if profile is None:
        return
    kind, file = profile.get("type", ""), profile.get("localhostProfile")
    if kind == "":
        yield required((*path, "type"), "type is required when seccompProfile is set")
    elif kind not in _PROFILE_TYPES:
        yield not_supported((*path, "type"), kind, _PROFILE_TYPES)
    place = (*path, "localhostProfile")
    if kind == "Localhost":
        if file is None:
            yield required(place, "must be set when seccomp type is Localhost")
        else:
            yield from descending_path(file, place)
    elif file is not None:
        printed = compact_json({"Type": kind, "LocalhostProfile": file})
        shown = Printed(printed if minor >= 34 else "core.SeccompProfile{…}")
        yield invalid(place, shown, "can only be set when seccomp type is Localhost")


def _app_armor(profile: Mapping[str, Any] | None, path: Path) -> Iterator[FieldError]:
    if profile is None:
        return
    kind, name = profile.get("type", ""), profile.get("localhostProfile")
    place = (*path, "localhostProfile")
    missing = "must be set when AppArmor type is Localhost"
    if kind == "Localhost":
        if name is None:
            yield required(place, missing)
            return
        if name != name.strip():
            yield invalid(place, name, "must not be padded with whitespace")
        elif not name:
            yield required(place, missing)
        if len(name.encode("utf-8", "surrogatepass")) > _LONGEST_PROFILE:
            yield too_long(place, _LONGEST_PROFILE)
    elif kind in _PROFILE_TYPES:
        if name is not None:
            yield invalid(place, Named(name), "can only be set when AppArmor type is Localhost")
    elif kind == "":
        yield required((*path, "type"), "type is required when appArmorProfile is set")
    else:
        yield not_supported((*path, "type"), kind, _PROFILE_TYPES)


# -- the API server's annotations --------------------------------------------------------------------------------------

SECCOMP_POD: Final = "seccomp.security.alpha.kubernetes.io/pod"
SECCOMP_CONTAINER: Final = "container.seccomp.security.alpha.kubernetes.io/"


def validate_security_annotations(
    annotations: Mapping[str, str], spec: Mapping[str, Any], path: Path
) -> Iterator[FieldError]:
    """Yield the errors of the old annotations for seccomp and AppArmor. The server goes through them in any order."""
    for key in (SECCOMP_POD, *sorted(key for key in annotations if key.startswith(SECCOMP_CONTAINER))):
        if key in annotations:
            yield from _seccomp_annotation(annotations[key], (*path, key))
    names = {each.get("name", "") for field in _CONTAINERS for each in spec.get(field, ())}
    for key, profile in sorted(annotations.items()):
        if not key.startswith(APP_ARMOR_ANNOTATION):
            continue
        container = key.removeprefix(APP_ARMOR_ANNOTATION)
        place = (*path, Key(key))
        if container not in names:
            yield invalid(place, container, "container not found")
        if profile not in {"", "runtime/default", "unconfined"} and not profile.startswith("localhost/"):
            detail = f'invalid AppArmor profile name: "{profile}"'
            yield invalid(place, profile, detail)


def validate_annotations_match(
    annotations: Mapping[str, str], spec: Mapping[str, Any], path: Path
) -> Iterator[FieldError]:
    """Yield the errors of annotations that say something else than the fields; `path` is that of the spec."""
    pod = spec.get("securityContext") or {}
    if SECCOMP_POD in annotations and "seccompProfile" in pod:
        place = (*path, "securityContext", "seccompProfile")
        yield from _mismatch("seccomp", annotations[SECCOMP_POD], pod["seccompProfile"], place)
    places = [
        (container, (*path, field, index, "securityContext"))
        for field in _CONTAINERS
        for index, container in enumerate(spec.get(field, ()))
    ]
    for container, place in places:
        profile = (container.get("securityContext") or {}).get("seccompProfile")
        annotation = annotations.get(f"{SECCOMP_CONTAINER}{container.get('name', '')}")
        if profile is not None and annotation is not None:
            yield from _mismatch("seccomp", annotation, profile, (*place, "seccompProfile"))
    if (spec.get("os") or {}).get("name") == "windows":
        return
    for container, place in places:
        own = (container.get("securityContext") or {}).get("appArmorProfile")
        profile = own if own is not None else pod.get("appArmorProfile")
        annotation = annotations.get(f"{APP_ARMOR_ANNOTATION}{container.get('name', '')}")
        if profile is not None and annotation is not None:
            yield from _mismatch("apparmor", annotation, profile, (*place, "appArmorProfile"))


_CONTAINERS: Final = ("initContainers", "containers", "ephemeralContainers")


def _seccomp_annotation(profile: str, path: Path) -> Iterator[FieldError]:
    if profile in {"runtime/default", "docker/default", "unconfined"}:
        return
    if profile.startswith("localhost/"):
        yield from descending_path(profile.removeprefix("localhost/"), path)
    else:
        yield invalid(path, profile, "must be a valid seccomp profile")


def _mismatch(what: str, annotation: str, profile: Mapping[str, Any], path: Path) -> Iterator[FieldError]:
    """Yield the error of an annotation that does not mean the same as the field.

    ================  =====================================================
    field             annotation
    ================  =====================================================
    Unconfined        ``unconfined``
    RuntimeDefault    ``runtime/default``; for seccomp ``docker/default``
    Localhost         ``localhost/`` and the same profile
    ================  =====================================================
    """
    kind = profile.get("type", "")
    default = {"runtime/default", *(["docker/default"] if what == "seccomp" else [])}
    same = {"Unconfined": annotation == "unconfined", "RuntimeDefault": annotation in default}
    if kind == "Localhost":
        if not annotation.startswith("localhost/"):
            yield forbidden((*path, "type"), f"{what} type in annotation and field must match")
        elif annotation.removeprefix("localhost/") != profile.get("localhostProfile"):
            yield forbidden((*path, "localhostProfile"), f"{what} profile in annotation and field must match")
    elif not same.get(kind, True):
        yield forbidden((*path, "type"), f"{what} type in annotation and field must match")


# -- a whole struct as the server prints it ----------------------------------------------------------------------------

_STRUCTS: Final[dict[str, dict[str, str]]] = {
    "capabilities": {"Add": "add", "Drop": "drop"},
    "seLinuxOptions": {"User": "user", "Role": "role", "Type": "type", "Level": "level"},
    "windowsOptions": {
        "GMSACredentialSpecName": "gmsaCredentialSpecName",
        "GMSACredentialSpec": "gmsaCredentialSpec",
        "RunAsUserName": "runAsUserName",
        "HostProcess": "hostProcess",
    },
    "seccompProfile": {"Type": "type", "LocalhostProfile": "localhostProfile"},
    "appArmorProfile": {"Type": "type", "LocalhostProfile": "localhostProfile"},
}
_CONTEXT: Final = {
    "Capabilities": "capabilities",
    "Privileged": "privileged",
    "SELinuxOptions": "seLinuxOptions",
    "WindowsOptions": "windowsOptions",
    "RunAsUser": "runAsUser",
    "RunAsGroup": "runAsGroup",
    "RunAsNonRoot": "runAsNonRoot",
    "ReadOnlyRootFilesystem": "readOnlyRootFilesystem",
    "AllowPrivilegeEscalation": "allowPrivilegeEscalation",
    "ProcMount": "procMount",
    "SeccompProfile": "seccompProfile",
    "AppArmorProfile": "appArmorProfile",
}
_TEXTS: Final = frozenset({"User", "Role", "Level", "Type"})
"""Fields that are empty text and not null where they are not set."""


def _print_context(context: Mapping[str, Any], minor: int) -> Printed:
    """Return a securityContext as the server prints it: since 1.34 as JSON with Go's names, before with addresses."""
    if minor < 34:
        return Printed("core.SecurityContext{…}")
    return Printed(compact_json({go: _go_value(context.get(name), name) for go, name in _CONTEXT.items()}))


def _go_value(value: Any, name: str) -> Any:
    if value is None or name not in _STRUCTS:
        return value
    return {go: value.get(field, "" if go in _TEXTS else None) for go, field in _STRUCTS[name].items()}
