"""What did a class achieve? Tables for programs, a report for the instructor, and what a new course edition changes.

Everything here is made from records, read one at a time. Nothing of a submission is needed again.
"""






