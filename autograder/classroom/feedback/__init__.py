"""What does a learner read about a graded submission? The words of the learner's own check, as a page and as Markdown.

A page works without a network and holds no script; Markdown is for the comment field of an LMS. In both nothing of a
submission has an effect: no element, link, image or control character of a learner's leaves its place.
"""

from .markdown import page_markdown
from .page import page_html

__all__ = ["page_html", "page_markdown"]
