"""How do the grades of a class get into nbgrader's gradebook? In few transactions, as if ``nbgrader autograde`` had.

`write_gradebook` takes the records of a folder of grades, and the submissions that they are about. A record says what
was earned. The page that formgrader shows for it is made from the submission again: it holds the answer and sixty
times as much text as the record, and making it costs less than reading it from a disk would.
"""

from .writing import Summary, write_gradebook

__all__ = ["Summary", "write_gradebook"]
