"""What a cell shows: HTML for people who look at it, text for everybody and everything else."""

from __future__ import annotations

from functools import cache
from importlib import resources

from .html import Html, element


class Output:
    """Something to look at. Jupyter takes the HTML; a terminal, a search and a log take the text."""

    def __init__(self, html: Html, text: str) -> None:
        """Take both twins."""
        self._html = html
        self._text = text

    def _repr_html_(self) -> str:
        """Return the HTML with its style, complete by itself: an output can be looked at alone."""
        return str(element("div", element("style", style()), self._html, class_="pg"))

    def __repr__(self) -> str:
        """Return the text."""
        return self._text

    def __str__(self) -> str:
        """Return the text."""
        return self._text


class Graded(Output):
    """What ``check`` shows. Its text form is the score and nothing else.

    nbgrader reads the score of a cell out of the text of its value and takes what is no number between 0 and the
    maximum for full marks. So the text is always such a number. ``print(check(…))`` shows the report as text.
    """

    def __init__(self, html: Html, text: str, score: float, maximum: float) -> None:
        """Take both twins and what was earned."""
        super().__init__(html, text)
        # In this order a score that is no number at all becomes 0.
        self.score = float(min(max(0.0, score), max(0.0, maximum)))
        self.max = maximum

    def __repr__(self) -> str:
        """Return the score as a plain decimal number."""
        return f"{self.score:.2f}"

    def __float__(self) -> float:
        """Return the score."""
        return self.score


@cache
def style() -> Html:
    """Return the style sheet without comments and indentation: it is in every output."""
    text = resources.files(__package__).joinpath("templates", "style.css").read_text(encoding="utf-8")
    kept = []
    inside = False
    for line in map(str.strip, text.splitlines()):
        inside = inside or line.startswith("/*")
        if line and not inside:
            kept.append(line)
        if line.endswith("*/"):
            inside = False
    return Html("\n".join(kept))
