"""How does a class get its grades? nbgrader keeps the record; what counts is decided without running a submission.

nbgrader's way from source to feedback stays as its documentation describes it. Three steps are ours, because they fail
otherwise: what is released (the starter instead of the answer), what is read (any file that a learner hands in), and
what is graded (the text of the answers, by the same code as the learner's own check; nothing is executed).
"""
