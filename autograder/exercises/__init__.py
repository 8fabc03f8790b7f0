"""Is this what was asked? Exercises as data, answers, checking, scores, findings, hints and predictions.

Nothing here runs a learner's code: an answer is text.
"""
