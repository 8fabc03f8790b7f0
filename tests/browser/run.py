"""Serve a fresh desk with JupyterLab and work through a lesson in a real browser. See README.md beside this file."""

from __future__ import annotations

import argparse
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent


def main() -> int:
    """Run the browser against a server of its own and return the browser's exit status."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=Path("pictures"), help="where pictures go")
    parser.add_argument("--chromium", default=shutil.which("chromium") or "chromium", help="the browser")
    parser.add_argument("--modules", type=Path, default=HERE, help="the folder that holds node_modules")
    parser.add_argument("--tour", nargs="*", metavar="NOTEBOOK", help="run and picture notebooks; none named: all")
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    token, port = secrets.token_hex(8), _free_port()
    with tempfile.TemporaryDirectory() as home:
        # The desk lies in a folder of its own and finds its course by the copy that the package brings.
        server = subprocess.Popen(
            [sys.executable, "-m", "autograder", "start", "--desk", f"{home}/desk", "--course", str(ROOT),
             "--no-browser", "--port", str(port),
             "--", f"--IdentityProvider.token={token}", "--LabApp.expose_app_in_browser=True"],
            cwd=ROOT,
            env={**os.environ, **{f"JUPYTER_{part}_DIR": f"{home}/{part}" for part in ("CONFIG", "DATA", "RUNTIME")},
                 "HOME": home, "PYTHONPATH": str(ROOT), "IPYTHONDIR": f"{home}/ipython"},
            start_new_session=True,
        )  # fmt: skip
        try:
            _wait(f"http://127.0.0.1:{port}/api/status?token={token}", server)
            script, rest = (
                ("lesson.mjs", [str(ROOT)]) if options.tour is None else ("tour.mjs", _notebooks(options.tour))
            )
            return subprocess.run(
                ["node", str(HERE / script), f"http://127.0.0.1:{port}", token, str(options.out.resolve()),
                 options.chromium, str(options.modules.resolve()), *rest],
                check=False,
            ).returncode  # fmt: skip
        finally:
            os.killpg(server.pid, signal.SIGINT)
            try:
                server.wait(10)
            except subprocess.TimeoutExpired:
                os.killpg(server.pid, signal.SIGKILL)


def _notebooks(named: list[str]) -> list[str]:
    """Return the notebooks of a tour, as they are called on the desk."""
    found = [*sorted(ROOT.glob("course/*.ipynb")), *sorted(ROOT.glob("exercises/*/*.ipynb"))]
    return named or [path.relative_to(ROOT).as_posix() for path in found]


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _wait(address: str, server: subprocess.Popen[bytes]) -> None:
    for _ in range(240):
        if server.poll() is not None:
            sys.exit("the server stopped before it answered")
        try:
            with urllib.request.urlopen(address, timeout=5):  # noqa: S310 - our own server
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.5)
    sys.exit("the server did not answer within two minutes")


if __name__ == "__main__":
    sys.exit(main())
