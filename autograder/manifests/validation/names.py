"""Rules for names, label keys and label values, and what the API server says when one is broken.

Each function returns the sentences of the rules that `text` breaks, in the server's order.
Lengths count bytes of UTF-8, which is how Go counts.

Sources: apimachinery pkg/util/validation/validation.go, pkg/api/validate/content/*.go,
pkg/api/validation/generic.go.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Final

_LABEL: Final = "[a-z0-9]([-a-z0-9]*[a-z0-9])?"
_SUBDOMAIN: Final = _LABEL + r"(\." + _LABEL + ")*"
_LABEL_1035: Final = "[a-z]([-a-z0-9]*[a-z0-9])?"
_QUALIFIED: Final = "([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]"
_LABEL_VALUE: Final = f"({_QUALIFIED})?"

_LABEL_RE: Final = re.compile(_LABEL + r"\Z")
_SUBDOMAIN_RE: Final = re.compile(_SUBDOMAIN + r"\Z")
_LABEL_1035_RE: Final = re.compile(_LABEL_1035 + r"\Z")
_QUALIFIED_RE: Final = re.compile(_QUALIFIED + r"\Z")
_LABEL_VALUE_RE: Final = re.compile(_LABEL_VALUE + r"\Z")
_GOOD_LABEL_VALUE: Final = re.compile(r"(?:[A-Za-z0-9](?:[-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?\Z")
_GOOD_LABEL_KEY: Final = re.compile(
    r"(?:[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?(?:\.[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?){0,3}/)?"
    r"[A-Za-z0-9](?:[-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?\Z"
)
"""What nearly all labels look like: nothing that matches breaks a rule."""

_LABEL_SENTENCE: Final = (
    "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', "
    "and must start and end with an alphanumeric character"
)
_SUBDOMAIN_SENTENCE: Final = (
    "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', "
    "and must start and end with an alphanumeric character"
)
_LABEL_1035_SENTENCE: Final = (
    "a DNS-1035 label must consist of lower case alphanumeric characters or '-', "
    "start with an alphabetic character, and end with an alphanumeric character"
)
_QUALIFIED_SENTENCE: Final = (
    "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character"
)
_LABEL_VALUE_SENTENCE: Final = (
    "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', "
    "and must start and end with an alphanumeric character"
)

NameRule = Callable[[str], list[str]]
"""A rule for names."""


def dns_label(text: str) -> list[str]:
    """Return what is wrong with a DNS-1123 label, the form of a Namespace's or a container's name.

    >>> dns_label("shop"), dns_label("web.shop")
    ([], ['must not contain dots'])
    """
    wrong = _too_long(text, 63)
    if not _LABEL_RE.match(text):
        dotted = _SUBDOMAIN_RE.match(text)
        wrong.append("must not contain dots" if dotted else _broken(_LABEL_SENTENCE, _LABEL, "my-name", "123-abc"))
    return wrong


def dns_subdomain(text: str) -> list[str]:
    """Return what is wrong with a DNS-1123 subdomain, the form of most names."""
    return _subdomain(text, "characters")


def _subdomain(text: str, unit: str) -> list[str]:
    wrong = _too_long(text, 253, unit)
    if not _SUBDOMAIN_RE.match(text):
        wrong.append(_broken(_SUBDOMAIN_SENTENCE, _SUBDOMAIN, "example.com"))
    return wrong


def dns_1035_label(text: str) -> list[str]:
    """Return what is wrong with a DNS-1035 label, which must begin with a letter."""
    wrong = _too_long(text, 63)
    if not _LABEL_1035_RE.match(text):
        wrong.append(_broken(_LABEL_1035_SENTENCE, _LABEL_1035, "my-name", "abc-123"))
    return wrong


@lru_cache(maxsize=4096)
def label_key(text: str, minor: int) -> tuple[str, ...]:
    """Return what is wrong with a label's key, ``name`` or ``example.com/name``.

    >>> label_key("app.kubernetes.io/name", 37)
    ()
    """
    if _GOOD_LABEL_KEY.match(text):
        return ()
    wrong = []
    prefix, slash, name = text.rpartition("/")
    if "/" in prefix:
        what = "a valid label key" if minor >= 35 else "a qualified name"
        sentence = _broken(_QUALIFIED_SENTENCE, _QUALIFIED, "MyName", "my.name", "123-abc")
        return (f"{what} {sentence} with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')",)
    if slash and not prefix:
        wrong.append("prefix part must be non-empty")
    elif slash:
        wrong += ["prefix part " + sentence for sentence in _subdomain(prefix, _label_unit(minor))]
    if not name:
        wrong.append("name part must be non-empty")
    else:
        wrong += ["name part " + sentence for sentence in _too_long(name, 63, _label_unit(minor))]
    if not _QUALIFIED_RE.match(name):
        wrong.append("name part " + _broken(_QUALIFIED_SENTENCE, _QUALIFIED, "MyName", "my.name", "123-abc"))
    return tuple(wrong)


@lru_cache(maxsize=4096)
def label_value(text: str, minor: int) -> tuple[str, ...]:
    """Return what is wrong with a label's value.

    >>> label_value("web", 37), label_value("", 37)
    ((), ())
    """
    if _GOOD_LABEL_VALUE.match(text):
        return ()
    wrong = _too_long(text, 63, _label_unit(minor))
    if not _LABEL_VALUE_RE.match(text):
        wrong.append(_broken(_LABEL_VALUE_SENTENCE, _LABEL_VALUE, "MyValue", "my_value", "12345"))
    return tuple(wrong)


def as_prefix(text: str) -> str:
    """Return how a generateName is checked: a trailing dash is fine, since letters will follow it.

    >>> as_prefix("web-")
    'wea'
    """
    return text[:-2] + "a" if len(text) > 1 and text.endswith("-") else text


def _too_long(text: str, most: int, unit: str = "characters") -> list[str]:
    if len(text) <= most and (text.isascii() or len(text.encode("utf-8", "surrogatepass")) <= most):
        return []
    return [f"must be no more than {most} {unit}"]


def _label_unit(minor: int) -> str:
    """Return what the length of a label is counted in; the number is the same."""
    return "bytes" if minor >= 35 else "characters"


def _broken(sentence: str, pattern: str, *examples: str) -> str:
    quoted = " or ".join(f"'{example}', " for example in examples)
    return f"{sentence} (e.g. {quoted}regex used for validation is '{pattern}')"
