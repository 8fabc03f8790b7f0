"""A short course for one team: the lessons and exercises that teach what a review found in its own manifests."""

from .path import LeftOut, Path, Step, path

__all__ = ["LeftOut", "Path", "Step", "path"]
