"""Options for Windows containers.

Source: pkg/apis/core/validation/validation.go (validateWindowsSecurityContextOptions, validateWindowsHostProcessPod).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from autograder.manifests.problems import Path

from .errors import FieldError, Named, invalid
from .names import dns_subdomain

_LARGEST_SPEC: Final = 64
"""Of a GMSA credential spec, in KiB."""
_LONGEST_DOMAIN: Final = 256
_LONGEST_USER: Final = 104
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f]")
_NETBIOS: Final = re.compile(r'[^\\/:*?"<>|.][^\\/:*?"<>|]{0,14}')
_DNS_LABEL: Final = "[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?"
_DNS: Final = re.compile(rf"{_DNS_LABEL}(?:\.{_DNS_LABEL})*")
_DOTS_OR_SPACES: Final = re.compile(r"[. ]+")
_FORBIDDEN: Final = re.compile(r'["/\\:;|=,+*?<>@\[\]]')
_CONTAINERS: Final = ("initContainers", "containers", "ephemeralContainers")


def validate_windows_options(options: Mapping[str, Any] | None, path: Path) -> Iterator[FieldError]:
    """Yield the errors of windowsOptions, of the Pod or of a container."""
    if options is None:
        return
    name = options.get("gmsaCredentialSpecName")
    if name is not None:
        for detail in dns_subdomain(name):
            yield invalid((*path, "gmsaCredentialSpecName"), Named(name), detail)
    spec = options.get("gmsaCredentialSpec")
    if spec is not None:
        size = len(spec.encode("utf-8", "surrogatepass"))
        if not size:
            yield invalid((*path, "gmsaCredentialSpec"), Named(spec), "gmsaCredentialSpec cannot be an empty string")
        elif size > _LARGEST_SPEC << 10:
            detail = f"gmsaCredentialSpec size must be under {_LARGEST_SPEC} KiB"
            yield invalid((*path, "gmsaCredentialSpec"), Named(spec), detail)
    user = options.get("runAsUserName")
    if user is not None:
        for detail in _user_name(user):
            yield invalid((*path, "runAsUserName"), Named(user), f"runAsUserName{detail}")


def _user_name(text: str) -> Iterator[str]:
    if not text:
        yield " cannot be an empty string"
        return
    if _CONTROL.search(text):
        yield " cannot contain control characters"
        return
    parts = text.split("\\")
    if len(parts) > 2:
        yield " cannot contain more than one backslash"
        return
    user = parts[-1]
    if len(parts) == 2:
        domain = parts[0]
        if len(domain.encode("utf-8", "surrogatepass")) >= _LONGEST_DOMAIN:
            yield f"'s Domain length must be under {_LONGEST_DOMAIN} characters"
        if not (_NETBIOS.fullmatch(domain) or _DNS.fullmatch(domain)):
            yield "'s Domain doesn't match the NetBios nor the DNS format"
    size = len(user.encode("utf-8", "surrogatepass"))
    if not size:
        yield "'s User cannot be empty"
    elif size > _LONGEST_USER:
        yield f"'s User length must not be longer than {_LONGEST_USER} characters"
    if _DOTS_OR_SPACES.fullmatch(user):
        yield "'s User cannot contain only periods or spaces"
    if _FORBIDDEN.search(user):
        yield "'s User cannot contain the following characters: \"/\\:;|=,+*?<>@[]"


def validate_host_process(spec: Mapping[str, Any], path: Path) -> Iterator[FieldError]:
    """Yield the errors of a Pod some of whose containers run on the host itself: all must, on its network."""
    of_pod = _host_process(spec)
    count = on_host = 0
    for field in _CONTAINERS:
        for index, container in enumerate(spec.get(field, ())):
            count += 1
            own = _host_process(container)
            if of_pod is not None and own is not None and of_pod != own:
                place = (*path, field, index, "securityContext", "windowsOptions", "hostProcess")
                said = "true" if of_pod else "false"
                detail = f"pod hostProcess value must be identical if both are specified, was {said}"
                yield invalid(place, own, detail)
            on_host += bool(of_pod if own is None else own)
    if not on_host:
        return
    if on_host != count:
        detail = "If pod contains any hostProcess containers then all containers must be HostProcess containers"
        yield invalid(path, "", detail)
    if not spec.get("hostNetwork"):
        detail = "hostNetwork must be true if pod contains any hostProcess containers"
        yield invalid((*path, "hostNetwork"), value=False, detail=detail)


def _host_process(holder: Mapping[str, Any]) -> bool | None:
    options = (holder.get("securityContext") or {}).get("windowsOptions") or {}
    value: bool | None = options.get("hostProcess")
    return value
