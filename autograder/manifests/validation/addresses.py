"""Rules for CIDRs and IP addresses.

The server reads them as Go's old parser did, which took leading zeros (``010.0.0.0/8`` is 10.0.0.0/8).
From Kubernetes 1.36 such forms are refused, up to 1.35 the server warns.

| Form | 1.33–1.35 | 1.36 and later |
|---|---|---|
| ``10.0.0.1/8``: bits set beyond the prefix | warning | Invalid value |
| ``010.0.0.0/8``, ``10.0.0.0/08``: leading zeros | warning | Invalid value |
| ``::ffff:10.0.0.0/104``: IPv4 inside IPv6 | warning | Invalid value |
| ``2001:DB8::/32``: not as RFC 5952 writes it | warning | warning |
| anything else that does not parse | Invalid value | Invalid value |

Sources: apimachinery pkg/util/validation/ip.go, k8s.io/utils/net (ParseCIDRSloppy), Go's net and net/netip.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address
from typing import Final

from autograder.manifests.go_text import quote

_MAPPED: Final = 0xFFFF << 32
"""Where IPv4 lies inside IPv6."""
_DECIMAL: Final = re.compile(r"[0-9]+\Z")
_HEX: Final = re.compile(r"[0-9A-Fa-f]+\Z")
_STRICT_BITS: Final = re.compile(r"(?:0|[1-9][0-9]*)\Z")


@dataclass(frozen=True, slots=True)
class Cidr:
    """A CIDR as Go holds it: IPv4 lies inside IPv6, the prefix counts within its own width."""

    address: int
    """128 bits, as written."""
    bits: int
    width: int
    """32 for IPv4, 128 for IPv6."""

    @property
    def mask(self) -> int:
        """The prefix as 128 bits."""
        host = self.width - self.bits
        return (1 << 128) - (1 << host)

    @property
    def network(self) -> int:
        """The address with the bits beyond the prefix cleared."""
        return self.address & self.mask

    def __str__(self) -> str:
        """Return it as net.IPNet prints it, in the shorter family that it fits."""
        bits = self.bits - 96 if self.width == 128 and _is_v4(self.network) else self.bits
        return f"{_text(self.network)}/{bits}"

    def is_strictly_within(self, outer: Cidr) -> bool:
        """Return whether the server takes it as an exception from `outer`."""
        if _is_v4(self.network) != _is_v4(outer.network):
            return False
        return self.network & outer.mask == outer.network and outer.bits < self.bits


def _is_v4(address: int) -> bool:
    return address >> 32 == 0xFFFF


def _text(address: int) -> str:
    return str(IPv4Address(address & 0xFFFFFFFF) if _is_v4(address) else IPv6Address(address))


@lru_cache(maxsize=4096)
def parse_cidr(text: str) -> Cidr | None:
    """Return a CIDR read the lenient way, or None.

    >>> str(parse_cidr("010.0.0.1/08")), parse_cidr("192.168.5.6")
    ('10.0.0.0/8', None)
    """
    address, slash, bits = text.partition("/")
    if not slash or not _DECIMAL.match(bits) or len(bits.lstrip("0")) > 3:
        return None
    value = _lenient_v4(address)
    width = 32
    if value is None:
        value = _lenient_v6(address)
        width = 128
    if value is None or int(bits) > width:
        return None
    return Cidr(value, int(bits), width)


def _lenient_v4(text: str) -> int | None:
    parts = text.split(".")
    if len(parts) != 4 or not all(_DECIMAL.match(part) and len(part.lstrip("0")) <= 3 for part in parts):
        return None
    value = 0
    for part in parts:
        if int(part) > 255:
            return None
        value = value << 8 | int(part)
    return _MAPPED | value


def _lenient_v6(text: str) -> int | None:
    head, double, tail = text.partition("::")
    left, right = _groups(head), _groups(tail)
    if left is None or right is None or (double and "::" in tail):
        return None
    # An IPv4 address can only end the whole.
    missing = 8 - len(left) - len(right)
    if (missing < 1) if double else (missing != 0):
        return None
    value = 0
    for group in [*left, *[0] * missing, *right]:
        value = value << 16 | group
    return value


def _groups(text: str) -> list[int] | None:
    """Return the groups of one side of ``::``, an IPv4 address at the end as two."""
    if not text:
        return []
    groups = []
    *parts, last = text.split(":")
    for part in parts:
        if not _HEX.match(part) or len(part.lstrip("0")) > 4:
            return None
        groups.append(int(part, 16))
    if "." in last:
        v4 = _lenient_v4(last)
        return None if v4 is None else [*groups, v4 >> 16 & 0xFFFF, v4 & 0xFFFF]
    if not _HEX.match(last) or len(last.lstrip("0")) > 4:
        return None
    return [*groups, int(last, 16)]


def _is_strict(text: str) -> bool:
    """Return whether Go's newer parser, netip.ParsePrefix, takes a CIDR that the lenient one took."""
    address, _, bits = text.partition("/")
    if not _STRICT_BITS.match(bits):
        return False
    try:
        if ":" in address:
            IPv6Address(address)
        else:
            IPv4Address(address)
    except ValueError:
        return False
    return True


@lru_cache(maxsize=4096)
def cidr_errors(text: str, minor: int) -> tuple[str, ...]:
    """Return what is wrong with a CIDR.

    >>> cidr_errors("10.0.0.0/8", 37), cidr_errors("10.0.0.1/8", 35)
    ((), ())
    >>> cidr_errors("10.0.0.1/8", 36)
    ('must not have bits set beyond the prefix length',)
    """
    cidr = parse_cidr(text)
    if cidr is None:
        return ("must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)",)
    if minor < 36:
        return ()
    if not _is_strict(text):
        return ("must not have leading 0s in IP or prefix length",)
    if cidr.width == 128 and _is_v4(cidr.address):
        return ("must not have an IPv4-mapped IPv6 address",)
    if cidr.address != cidr.network:
        return ("must not have bits set beyond the prefix length",)
    return ()


@lru_cache(maxsize=4096)
def ip_errors(text: str, minor: int) -> tuple[str, ...]:
    """Return what is wrong with an IP address.

    >>> ip_errors("10.96.0.7", 37), ip_errors("010.96.0.7", 35)
    ((), ())
    >>> ip_errors("010.96.0.7", 37)
    ('must not have leading 0s',)
    """
    address = parse_ip(text)
    if address is None:
        return ("must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)",)
    if minor < 36:
        return ()
    if not _is_strict(f"{text}/0"):
        return ("must not have leading 0s",)
    if ":" in text and _is_v4(address):
        return ("must not be an IPv4-mapped IPv6 address",)
    return ()


def parse_ip(text: str) -> int | None:
    """Return an address read the lenient way, IPv4 inside IPv6, or None."""
    value = _lenient_v4(text)
    return _lenient_v6(text) if value is None else value


def is_ipv4(address: int) -> bool:
    """Return whether an address that `parse_ip` returned is IPv4."""
    return _is_v4(address)


def cidr_warnings(text: str, minor: int) -> list[str]:
    """Return what the server warns of in a CIDR that it takes, without the field in front.

    >>> print(*cidr_warnings("10.0.0.1/8", 35))
    CIDR value "10.0.0.1/8" is ambiguous in this context (should be "10.0.0.0/8" or "10.0.0.1/32"?)
    """
    cidr = parse_cidr(text)
    if cidr is None:
        return []
    warnings = []
    if cidr.address != cidr.network:
        one = f"{_text(cidr.address)}/{cidr.width}"
        either = f"{quote(str(cidr))} or {quote(one)}?"
        warnings.append(f"CIDR value {quote(text)} is ambiguous in this context (should be {either})")
    mapped = cidr.width == 128 and _is_v4(cidr.address)
    if mapped or not _is_strict(text):
        fate = "is invalid" if minor >= 36 else "will be considered invalid in a future Kubernetes release"
        warnings.append(f"non-standard CIDR value {quote(text)} {fate}: use {quote(str(cidr))}")
    elif not warnings and cidr.width == 128:
        canonical = f"{IPv6Address(cidr.address)}/{cidr.bits}"
        if canonical != text:
            warnings.append(
                f"IPv6 CIDR value {quote(text)} should be in RFC 5952 canonical format ({quote(canonical)})"
            )
    return warnings


def ip_warnings(text: str, minor: int) -> list[str]:
    """Return what the server warns of in an IP address that it takes, without the field in front."""
    address = parse_ip(text)
    if address is None:
        return []
    fate = "is invalid" if minor >= 36 else "will be considered invalid in a future Kubernetes release"
    if not _is_strict(f"{text}/0") or (":" in text and _is_v4(address)):
        return [f"non-standard IP address {quote(text)} {fate}: use {quote(_text(address))}"]
    canonical = _text(address)
    if ":" in text and canonical != text:
        return [f"IPv6 address {quote(text)} should be in RFC 5952 canonical format ({quote(canonical)})"]
    return []
