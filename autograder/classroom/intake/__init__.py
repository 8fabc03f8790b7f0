"""From whatever a learning platform hands out to submissions: who handed in what, and for which assignment.

What is named may be any of these, and several at once:

===================================================== ===================== ===========================================
named                                                 learner               assignment
===================================================== ===================== ===========================================
``submitted/`` with ``ada/np-union/…`` (nbgrader)     ada                   np-union; ``timestamp.txt`` tells when
a folder with ``ada/…``                               ada                   told by the files, see `telling`
a folder with ``np-union/ada.ipynb`` or               ada                   np-union
``np-union/ada/…``
a folder with ``ada.ipynb``, ``ada.zip``,             ada                   told by the files
``ada.yaml``
the same with ``ada_np-union.ipynb``,                 ada                   np-union, if it is one of the course; else
``np-union_ada.ipynb``                                                      the learner is called ``ada_np-union``
the same with ``ada_deny-all.yaml``                   ada                   that of the exercise, if there is one
a folder or .zip of Canvas, Moodle, Blackboard,       see `patterns`        told by the files
nbgrader's exchange, or with names of your own
one learner's folder or .zip: with ``answers/``,      the name of the       told by the files
``exercises/``, ``np-union/`` or ``np-union.ipynb``   folder or the .zip
===================================================== ===================== ===========================================

A learner's own .zip inside any of these is opened, one level deep. Where neither name nor text tells the assignment,
and all else in what was named is for one assignment, it is for that one. Of several attempts the newest by time
counts, else the last by name. Learners who hand in their whole desk hand in every assignment: name the one that is
due.

Nothing is executed, unpickled or written. Links are not followed. What cannot be read becomes a sentence for the
learner, and the rest goes on.
"""

from .finding import Intake, find
from .handed import Handed
from .layouts import PassedOver
from .limits import LIMITS, IntakeLimits
from .patterns import PATTERNS

__all__ = ["LIMITS", "PATTERNS", "Handed", "Intake", "IntakeLimits", "PassedOver", "find"]
