"""A path as a page: Markdown for an issue or a wiki, HTML for a browser and for paper, JSON for other programs."""
