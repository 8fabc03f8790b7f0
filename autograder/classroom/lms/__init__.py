"""How do grades get into a learning platform? Through the file that it exports and imports again.

The instructor's own export is the template: its columns, its order, its learners. One column is filled, and nothing is
guessed: a learner who is not certainly in the file is listed, and stays without a grade.
"""
