"""constraints.txt says for each Python what was installed on it."""

from __future__ import annotations

import pytest

from tools.constraints import merge


@pytest.mark.parametrize(
    ("installed", "lines"),
    [
        pytest.param({"3.11": {"six": "1"}, "3.12": {"six": "1"}}, ["six==1"], id="the same everywhere"),
        pytest.param({"3.11": {"six": "1"}, "3.12": {}}, ["six==1"], id="on one alone"),
        pytest.param({"3.11": {}, "3.12": {"six": "1"}}, ["six==1"], id="on the newest alone"),
        pytest.param(
            {"3.9": {"six": "1"}, "3.10": {"six": "2"}, "3.11": {"six": "2"}},
            ['six==1 ; python_full_version < "3.10"', 'six==2 ; python_full_version >= "3.10"'],
            id="two versions, with 3.9 before 3.10",
        ),
        pytest.param(
            {"3.11": {"six": "1"}, "3.12": {"six": "2"}, "3.13": {"six": "3"}},
            [
                'six==1 ; python_full_version < "3.12"',
                'six==2 ; python_full_version >= "3.12" and python_full_version < "3.13"',
                'six==3 ; python_full_version >= "3.13"',
            ],
            id="three versions",
        ),
        pytest.param({"3.11": {"b": "1", "A": "1"}}, ["A==1", "b==1"], id="in the order of the alphabet"),
    ],
)
def test_merge(installed, lines):
    assert merge(installed) == lines
