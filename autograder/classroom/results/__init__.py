"""What did a class achieve? Tables for programs, a report for the instructor, and what a new course edition changes.

Everything here is made from records, read one at a time. Nothing of a submission is needed again.
"""

from .changes import Change, Changes, compare, write_changes
from .report import write_report
from .tables import Written, write_tables

__all__ = ["Change", "Changes", "Written", "compare", "write_changes", "write_report", "write_tables"]
