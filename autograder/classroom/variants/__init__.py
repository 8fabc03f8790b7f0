"""A problem of their own for every learner: structurally different variants of one exercise, as data.

=========== ======================================================================================
module      its question
=========== ======================================================================================
`template`  what does a piece of a template say, once the choices are made?
`family`    which variants does an exercise have, and which texts make one of them?
`choosing`  which variant is whose?
`assigned`  how does a learner have an exercise?
`proof`     is a variant sound: does the evaluator agree with its own answers?
`form`      which variants are the same problem under other names?
`roster`    who is in the class?
`desks`     what does each learner get, and what does the instructor keep?
`others`    does an answer fit somebody else's variant, and not the own one?
=========== ======================================================================================
"""

from .assigned import family_of, variant_for, variant_of
from .choosing import read_secret, secret_of

__all__ = ["family_of", "read_secret", "secret_of", "variant_for", "variant_of"]
