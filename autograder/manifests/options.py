"""How manifests are read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from .limits import FILES, InputError, Limits
from .schema import versions
from .validation.names import dns_label

FieldValidation = Literal["strict", "warn", "ignore"]


@dataclass(frozen=True, slots=True)
class Options:
    """How manifests are read."""

    namespace: str = "default"
    """The namespace of objects that name none."""
    kubernetes_version: str = "1.37"
    field_validation: FieldValidation = "strict"
    """What becomes of unknown fields: refused, dropped with a warning, or dropped without a word."""
    limits: Limits = FILES
    keep_places: bool = False
    """Whether to remember while reading where everything stands: for whoever will ask about most documents."""

    @property
    def minor(self) -> int:
        """The version of Kubernetes without its 1.

        >>> Options().minor
        37
        """
        return int(self.kubernetes_version.partition(".")[2])

    def checked(self) -> Options:
        """Return these options. Raises InputError when one of them makes no sense."""
        if self.kubernetes_version not in versions():
            known = ", ".join(versions())
            raise InputError(f"Kubernetes {self.kubernetes_version} is not known. Known versions are {known}.")
        if self.field_validation not in {"strict", "warn", "ignore"}:
            raise InputError(f"Field validation {self.field_validation} is not known. It is strict, warn or ignore.")
        if dns_label(self.namespace):
            raise InputError(f"{self.namespace!r} cannot be the name of a namespace: {dns_label(self.namespace)[0]}.")
        return self
