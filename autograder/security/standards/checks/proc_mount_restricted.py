"""*Restricted*: /proc must stay masked, in a user namespace too.

Restricted fields: securityContext.procMount of every container.
Allowed values: unset, Default.

From v1.35, in place of procMount; before, procMount itself said so.
"""

from __future__ import annotations

from autograder.security.standards.model import Check, Version

from .proc_mount import since_1_0

CHECK = Check("procMount_restricted", "restricted", (Version(35, since_1_0),), overrides="procMount")
