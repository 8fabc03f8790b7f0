"""A review for programs and for other pages: JSON, SARIF, JUnit, Markdown. The terminal's text is the cli's."""
