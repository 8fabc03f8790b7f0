"""What people read, as it was read and approved: every command in three widths, for 2 to 2,000 Pods.

What is said about containers is shown on two Pods of the shop, a good one and a bad one.

``python -m pytest tests/cli/test_golden.py --write-golden`` writes the files anew. Read what changed before you
commit it: these files are the only proof that the text reads well.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from . import shops
from .running import run

GOLDEN = Path(__file__).parent / "golden"
WIDTHS = (40, 80, 120)

COMMANDS = {
    "reach-2": (2, ["reach", "shop.yaml"]),
    "reach-12": (12, ["reach", "shop.yaml"]),
    "reach-200": (200, ["reach", "shop.yaml"]),
    "reach-200-workloads": (200, ["reach", "shop.yaml", "--by", "workload"]),
    "reach-12-port": (12, ["reach", "shop.yaml", "--port", "8080"]),
    "reach-12-summary": (12, ["reach", "shop.yaml", "--summary"]),
    "reach-2-policies-intersect": (2, ["reach", "shop.yaml", "--semantics", "policies-intersect"]),
    "explain-allowed": (2, ["explain", "shop.yaml", "--from", "shop/web", "--to", "shop/api", "--port", "7"]),
    "explain-two-rules": (2, ["explain", "shop.yaml", "--from", "shop/web", "--to", "shop/api", "--port", "3"]),
    "explain-open": (12, ["explain", "shop.yaml", "--from", "grafana", "--to", "prometheus", "--port", "9090"]),
    "explain-label": (12, ["explain", "shop.yaml", "--from", "search", "--to", "db", "--port", "sql"]),
    "explain-both-ends": (12, ["explain", "shop.yaml", "--from", "ledger", "--to", "db", "--port", "5432"]),
    "explain-port": (12, ["explain", "shop.yaml", "--from", "api", "--to", "db", "--port", "9187"]),
    "explain-except": (12, ["explain", "shop.yaml", "--from", "203.0.113.200", "--to", "gateway", "--port", "https"]),
    "explain-replica": (12, ["explain", "shop.yaml", "--from", "db", "--to", "db", "--port", "5432"]),
    "explain-itself": (12, ["explain", "shop.yaml", "--from", "cart", "--to", "cart", "--port", "9999"]),
    "explain-host": (12, ["explain", "shop.yaml", "--from", "node-exporter", "--to", "db", "--port", "5432"]),
    "explain-unknown": (12, ["explain", "shop.yaml", "--from", "shop/api", "--to", "gateway", "--port", "8443"]),
    "diff-equivalent": (12, ["diff", "shop.yaml", "shop.yaml"]),
    "diff-opens": (12, ["diff", "shop.yaml", "changed.yaml"]),
    "diff-closes": (12, ["diff", "changed.yaml", "shop.yaml"]),
    "diff-endpoints": (12, ["diff", "two.yaml", "shop.yaml"]),
    "diff-200": (200, ["diff", "shop.yaml", "changed.yaml"]),
    "effective": (2, ["effective", "pods.yaml", "--images", "images.yaml"]),
    "effective-unknown": (2, ["effective", "pods.yaml"]),
    "can-syscall": (2, ["can", "pods.yaml", "api", "syscall", "clone", "0=0x10000000"]),
    "can-mount": (2, ["can", "pods.yaml", "migrate", "syscall", "mount", "--seccomp-default"]),
    "can-write": (2, ["can", "pods.yaml", "api", "write", "/tmp/orders/today.csv", "--images", "images.yaml"]),
    "can-read": (2, ["can", "pods.yaml", "migrate", "read", "/data/orders.db", "--images", "images.yaml"]),
    "can-bind": (2, ["can", "pods.yaml", "api", "bind", "80", "--runtime", "crio", "--images", "images.yaml"]),
    "can-setuid": (2, ["can", "pods.yaml", "shop/api/api", "setuid", "--images", "images.yaml"]),
    "standards": (2, ["standards", "pods.yaml"]),
    "review": (2, ["review", "pods.yaml"]),
    "review-12": (12, ["review", "shop.yaml"]),
    "standards-baseline": (2, ["standards", "pods.yaml", "--level", "baseline", "--version", "v1.30"]),
}
SLOW = {
    "reach-2000": (2000, ["reach", "shop.yaml"]),
    "reach-2000-workloads": (2000, ["reach", "shop.yaml", "--by", "workload"]),
    "reach-2000-summary": (2000, ["reach", "shop.yaml", "--summary"]),
}

PODS = """\
apiVersion: v1
kind: Namespace
metadata:
  name: shop
  labels: {pod-security.kubernetes.io/enforce: baseline, pod-security.kubernetes.io/warn: restricted}
---
apiVersion: v1
kind: Pod
metadata: {name: api, namespace: shop}
spec:
  securityContext: {runAsNonRoot: true, fsGroup: 2000, seccompProfile: {type: RuntimeDefault}}
  volumes:
  - {name: data, emptyDir: {}}
  initContainers:
  - name: migrate
    image: registry.shop.example/migrate:1.4
    securityContext: {runAsUser: 1001, allowPrivilegeEscalation: false, capabilities: {drop: [ALL]}}
    volumeMounts:
    - {name: data, mountPath: /data}
  containers:
  - name: api
    image: registry.shop.example/api:1.4
    securityContext: {readOnlyRootFilesystem: true, allowPrivilegeEscalation: false, capabilities: {drop: [ALL]}}
    volumeMounts:
    - {name: data, mountPath: /data}
---
apiVersion: v1
kind: Pod
metadata: {name: old, namespace: shop}
spec:
  hostNetwork: true
  securityContext: {runAsNonRoot: true, runAsUser: 0}
  volumes:
  - {name: logs, hostPath: {path: /var/log}}
  containers:
  - name: old
    image: registry.shop.example/old:0.9
    securityContext: {capabilities: {add: [SYS_ADMIN]}}
    volumeMounts:
    - {name: logs, mountPath: /logs}
"""
IMAGES = """\
registry.shop.example/api:1.4:
  user: "1000"
  passwd: {app: [1000, 1000]}
  groups: {extra: {gid: 50000, members: [app]}}
registry.shop.example/migrate:1.4: {passwd: {}, groups: {}}
"""


@pytest.fixture
def golden(tmp_path, monkeypatch, request):
    """Run a command in each width and hold what it prints against the golden files."""

    def check(name: str, pods: int, words: list[str]) -> None:
        documents = shops.SHOPS[pods]()
        dropped = {"inside", "gateway"} if pods == 12 else {"closed", "watched"}
        changed = [item for item in documents if item["metadata"]["name"] not in dropped or item["kind"] == "Pod"]
        for file, side in (("shop", documents), ("changed", changed), ("two", shops.two())):
            (tmp_path / f"{file}.yaml").write_text(shops.text(side), encoding="utf-8")
        for file, text in (("pods", PODS), ("images", IMAGES)):
            (tmp_path / f"{file}.yaml").write_text(text, encoding="utf-8")
        monkeypatch.chdir(tmp_path)
        for width in WIDTHS:
            answer = run(*words, columns=width)
            assert answer.err == ""
            path = GOLDEN / f"{name}-{width}.txt"
            if request.config.getoption("--write-golden"):
                path.parent.mkdir(exist_ok=True)
                path.write_text(answer.out, encoding="utf-8")
            assert answer.out == path.read_text(encoding="utf-8"), f"{path.name}; see --write-golden"

    return check


@pytest.mark.parametrize("name", COMMANDS)
def test_text(golden, name):
    golden(name, *COMMANDS[name])


@pytest.mark.slow
@pytest.mark.parametrize("name", SLOW)
def test_text_for_many(golden, name):
    golden(name, *SLOW[name])


def test_no_golden_file_is_left_over():
    names = {f"{name}-{width}.txt" for name in {**COMMANDS, **SLOW} for width in WIDTHS}
    assert {path.name for path in GOLDEN.iterdir()} == names


def test_golden_lines_fit_the_terminal():
    for path in GOLDEN.iterdir():
        width = int(path.stem.rpartition("-")[2])
        long = [line for line in path.read_text(encoding="utf-8").splitlines() if len(line) > width]
        # YAML keeps its lines whole: they are there to be copied. So do the names of fields.
        long = [line for line in long if "kubernetes.io/metadata.name" not in line and len(line.split()) > 1]
        assert not long, (path.name, long)
