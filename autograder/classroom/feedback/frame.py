"""A page of its own: nothing is fetched, nothing runs, and it follows the reader's choice of light or dark.

The style of findings is the notebook's. There JupyterLab says what is dark; on a page the reader's system does, so
the same colors stand in a media query here.
"""

from __future__ import annotations

import re
from functools import cache
from importlib import resources
from typing import Final

from autograder.notebook.html import Child, Html, element, joined
from autograder.notebook.output import style

_DARK: Final = re.compile(r"html\[data-theme=\"dark\"\] \.pg \{(?P<colors>[^}]*)\}")
_POLICY: Final = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'"
"""A browser that reads this fetches and runs nothing, whatever the page holds."""


def document(title: str, *body: Child) -> str:
    """Return a whole page."""
    head = element(
        "head",
        Html('<meta charset="utf-8">'),
        Html(f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'),
        Html('<meta name="viewport" content="width=device-width, initial-scale=1">'),
        Html('<meta name="referrer" content="no-referrer">'),
        element("title", title),
        element("style", page_style()),
    )
    main = element("div", element("main", "\n", body), class_="pg")
    return f"<!doctype html>\n{element('html', head, element('body', main), lang='en')}\n"


@cache
def page_style() -> Html:
    """Return the style sheet of a page: the notebook's for findings, then what a page has around them."""
    of_findings = style()
    dark = _DARK.search(of_findings)
    if dark is None:
        raise ValueError("notebook/templates/style.css has no colors for dark pages")
    own = resources.files(__package__).joinpath("page.css").read_text(encoding="utf-8")
    own = own.partition("*/\n")[2]
    query = f"@media screen and (prefers-color-scheme: dark) {{\n.pg {{{dark['colors']}}}\n}}"
    return Html("\n".join((_slim(of_findings), query, own)))


def _slim(text: str) -> str:
    """Leave out what only notebooks have: the map, the picture, Jupyter's own switches for dark."""
    kept = re.sub(r"body\[data-jp-theme-light[^}]*\}\n", "", text)
    return "\n".join(
        line for line in kept.split("\n") if not re.match(r"\.pg(\.pg)? \.pg-(map|place|rest|picture|pod)\b", line)
    )


def section(title: str, *body: Child, name: str = "") -> Html:
    """Return a part of a page below its heading."""
    return joined(element("h2", title, id=name or None), *body, "\n")
