"""Other programs to measure beside, each installed by name into an environment of its own."""

from __future__ import annotations

import os
import subprocess
import venv
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent
_FOLDER = "Scripts" if os.name == "nt" else "bin"


@dataclass(frozen=True)
class Peer:
    """A program of a package on PyPI."""

    package: str
    program: str

    @property
    def environment(self) -> Path:
        """Where it is installed."""
        return HERE / f".venv-{self.package}"

    @property
    def path(self) -> Path:
        """The program."""
        return self.environment / _FOLDER / self.program

    def install(self) -> bool:
        """Install it if it is not there, and return whether it is; say why not."""
        if self.path.exists():
            return True
        print(f"Installing {self.package} into {self.environment.name} …", flush=True)
        venv.create(self.environment, with_pip=True, clear=True)
        command = [self.path.with_name("python"), "-m", "pip", "install", "-q", self.package]
        done = subprocess.run(command, check=False, capture_output=True, text=True)
        if done.returncode:
            reason = done.stderr.strip().splitlines()[-1]
            print(f"{self.package} cannot be installed here, so this table is left out: {reason}\n")
        return done.returncode == 0

    @property
    def version(self) -> str:
        """Its version."""
        code = f"import importlib.metadata as m; print(m.version({self.package!r}))"
        command = [self.path.with_name("python"), "-c", code]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


ANALYZER = Peer("network-config-analyzer", "nca")
CHECKOV = Peer("checkov", "checkov")
