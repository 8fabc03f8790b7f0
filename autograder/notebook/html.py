"""HTML out of pieces, safe by construction: every text is escaped unless it is HTML already.

>>> element("p", "1 < 2 ", element("b", "really"), class_="note")
Html('<p class="note">1 &lt; 2 <b>really</b></p>')
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from html import escape
from typing import Final

_VOID: Final = frozenset({"br", "hr", "col", "wbr"})
_UNSEEN: Final = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028\u2029\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    "\ud800-\udfff\U000e0000-\U000e007f]"
)
"""Characters that a browser cannot show, that hide or turn the text around, or that no file can hold: an answer may
hold any of them."""

_INNER: Final = re.compile(r"(?<=[.:])(?=\w)")


class Html(str):
    """A text that is HTML and is not escaped again."""

    __slots__ = ()

    def __repr__(self) -> str:
        """Return the text for a programmer."""
        return f"Html({str(self)!r})"


Child = str | Html | None | Iterable["Child"]


def element(name: str, *children: Child, **attributes: str | int | bool | None) -> Html:
    """Return an element. Children that are None are left out, lists are taken apart, plain text is escaped.

    In the names of attributes ``_`` stands for ``-`` and one at the end is dropped (``class_``). An attribute that is
    None or False is left out; one that is True has no value.
    """
    head = name
    for key, value in attributes.items():
        if value is None or value is False:
            continue
        written = key.removesuffix("_").replace("_", "-")
        head += f" {written}" if value is True else f' {written}="{escape(visible(str(value)))}"'
    if name in _VOID:
        return Html(f"<{head}>")
    return Html(f"<{head}>{joined(*children)}</{name}>")


def joined(*children: Child) -> Html:
    """Return children one after the other as HTML."""
    parts: list[str] = []
    for child in children:
        if isinstance(child, Html):
            parts.append(child)
        elif isinstance(child, str):
            parts.append(escape(visible(child), quote=False))
        elif child is not None:
            parts.append(joined(*child))
    return Html("".join(parts))


def prose(text: str) -> Html:
    """Return a sentence whose `` `words` `` between backticks are code, the one mark that texts of the course use.

    >>> prose("Write `{}` here.")
    Html('Write <code>{}</code> here.')
    """
    parts = text.split("`")
    if len(parts) % 2 == 0:  # one backtick too many: it means itself
        return joined(text)
    return joined(element("code", part) if index % 2 else part for index, part in enumerate(parts))


def breakable(text: str) -> Html:
    """Return a text whose long names may go on in the next line behind a dot or a colon.

    >>> breakable("spec.securityContext.runAsUser")
    Html('spec.<wbr>securityContext.<wbr>runAsUser')
    """
    return joined([joined(part, element("wbr") if part.endswith((".", ":")) else None) for part in _INNER.split(text)])


def visible(text: str) -> str:
    r"""Return a text whose characters can be seen, each that cannot replaced by ``�``.

    >>> visible("a\x1b[31mb\u202e")
    'a�[31mb�'
    """
    return text if text.isprintable() else _UNSEEN.sub("�", text)
