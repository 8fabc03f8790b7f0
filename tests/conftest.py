"""Options of the tests themselves."""

from __future__ import annotations

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--write-golden",
        action="store_true",
        help="write what the commands print now into tests/cli/golden; read the difference before you commit it",
    )
