"""A cluster of one machine: what kubelet, containerd and runc would do with a Pod, and the kernel really does.

Written from the documentation and measurements, and on purpose without anything of ``autograder.security``: it is the
other side of the comparison. Only the content of a RuntimeDefault filter is taken from there, to see whether the kernel
does with it what was predicted.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
DEFAULT = [
    "CHOWN",
    "DAC_OVERRIDE",
    "FSETID",
    "FOWNER",
    "MKNOD",
    "NET_RAW",
    "SETGID",
    "SETUID",
    "SETFCAP",
    "SETPCAP",
    "NET_BIND_SERVICE",
    "SYS_CHROOT",
    "KILL",
    "AUDIT_WRITE",
]
EVERY = [
    "CHOWN",
    "DAC_OVERRIDE",
    "DAC_READ_SEARCH",
    "FOWNER",
    "FSETID",
    "KILL",
    "SETGID",
    "SETUID",
    "SETPCAP",
    "LINUX_IMMUTABLE",
    "NET_BIND_SERVICE",
    "NET_BROADCAST",
    "NET_ADMIN",
    "NET_RAW",
    "IPC_LOCK",
    "IPC_OWNER",
    "SYS_MODULE",
    "SYS_RAWIO",
    "SYS_CHROOT",
    "SYS_PTRACE",
    "SYS_PACCT",
    "SYS_ADMIN",
    "SYS_BOOT",
    "SYS_NICE",
    "SYS_RESOURCE",
    "SYS_TIME",
    "SYS_TTY_CONFIG",
    "MKNOD",
    "LEASE",
    "AUDIT_WRITE",
    "AUDIT_CONTROL",
    "SETFCAP",
    "MAC_OVERRIDE",
    "MAC_ADMIN",
    "SYSLOG",
    "WAKE_ALARM",
    "BLOCK_SUSPEND",
    "AUDIT_READ",
    "PERFMON",
    "BPF",
    "CHECKPOINT_RESTORE",
]
MASKED = [
    "/proc/asound",
    "/proc/acpi",
    "/proc/kcore",
    "/proc/keys",
    "/proc/latency_stats",
    "/proc/timer_list",
    "/proc/timer_stats",
    "/proc/sched_debug",
    "/proc/scsi",
    "/sys/firmware",
]
READ_ONLY = ["/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"]
FOLDERS = ["bin", "etc", "proc", "sys", "dev", "tmp", "var/tmp", "vol", "host", "secret", "mnt", "data", "run"]
SUB_IDS = 1_000_000
WRITTEN = ("/", "/tmp", "/etc", "/etc/hosts", "/etc/hostname", "/dev/shm", "/dev/termination-log", "/vol", "/host")
READ = ("/etc/hosts", "/secret/key", "/data/private")
LOOKED_AT = ("/vol", "/secret", "/host")


def missing() -> str:
    """Why Pods cannot be run here; empty if they can."""
    if sys.platform != "linux":
        return "needs Linux"
    if os.geteuid() != 0:
        return "needs root"
    for program in ("runc", "gcc", "setcap"):
        if shutil.which(program) is None:
            return f"needs {program}"
    return ""


def available() -> int:
    """The capabilities that this machine itself has, as a mask: no container can get others."""
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1], 16) for line in lines if line.startswith("CapBnd:"))


@dataclass(frozen=True)
class Image:
    """An image: its USER, and the names in it."""

    user: str = ""

    @property
    def described(self) -> dict[str, Any]:
        """The image as ``--images`` takes it."""
        return {
            "user": self.user,
            "passwd": {"root": [0, 0], "app": [1000, 1000]},
            "groups": {"extra": {"gid": 50000, "members": ["app"]}},
        }


class Machine:
    """A place to run Pods in, with the files of the one image that all of them use."""

    def __init__(self, folder: Path) -> None:
        """Make the image's files below a folder of the host. Raises CalledProcessError if something cannot be made."""
        self.folder = folder
        self.image = folder / "image"
        for name in FOLDERS:
            (self.image / name).mkdir(parents=True)
        for name in ("tmp", "var/tmp"):
            (self.image / name).chmod(0o1777)
        (self.image / "etc/passwd").write_text("root:x:0:0::/:/bin/sh\napp:x:1000:1000::/:/bin/sh\n", encoding="utf-8")
        (self.image / "etc/group").write_text("root:x:0:\napp:x:1000:\nextra:x:50000:app\n", encoding="utf-8")
        for name in ("etc/hosts", "etc/hostname", "etc/resolv.conf", "data/root-owned"):
            (self.image / name).write_text("", encoding="utf-8")
        (self.image / "data/private").write_text("secret", encoding="utf-8")
        (self.image / "data/private").chmod(0o600)
        os.chown(self.image / "data/private", 4321, 4321)
        probe = self.image / "bin/probe"
        subprocess.run(["gcc", "-O1", "-static", "-w", "-o", probe, HERE / "probe.c"], check=True)

    def run(self, pod: dict[str, Any], image: Image, seccomp: dict[str, Any] | None) -> dict[str, Any]:
        """Run a Pod's one container and return what the probe says; ``{"error": …}`` if it does not start.

        `seccomp` is the filter in the OCI's form, or None for none.
        """
        name = f"pg-{uuid.uuid4().hex[:12]}"
        bundle = self.folder / name
        bundle.mkdir()
        try:
            spec = pod["spec"]
            refused = self._kubelet(spec, image)
            if refused:
                return {"error": refused}
            config = self._config(bundle, name, spec, image, seccomp)
            (bundle / "config.json").write_text(json.dumps(config), encoding="utf-8")
            command = ["runc", "--root", self.folder / "state", "run", "--bundle", bundle, name]
            done = subprocess.run(
                command, capture_output=True, text=True, timeout=60, stdin=subprocess.DEVNULL, check=False
            )
            if done.returncode or not done.stdout.startswith("{"):
                return {"error": (done.stderr or done.stdout)[-400:]}
            return dict(json.loads(done.stdout))
        finally:
            subprocess.run(
                ["runc", "--root", self.folder / "state", "delete", "-f", name], capture_output=True, check=False
            )
            shutil.rmtree(bundle, ignore_errors=True)

    def _kubelet(self, spec: dict[str, Any], image: Image) -> str:
        """What the kubelet says before it starts anything."""
        of_pod, own = spec.get("securityContext") or {}, spec["containers"][0].get("securityContext") or {}
        both = {**of_pod, **own}
        if both.get("runAsNonRoot") is not True:
            return ""
        user = image.user.partition(":")[0]
        if both.get("runAsUser") is not None:
            return "breaks non-root policy" if both["runAsUser"] == 0 else ""
        if user in {"", "0"}:
            return "image will run as root"
        return "" if user.isdigit() else "image has non-numeric user"

    def _config(
        self, bundle: Path, name: str, spec: dict[str, Any], image: Image, seccomp: dict[str, Any] | None
    ) -> dict[str, Any]:
        of_pod, container = spec.get("securityContext") or {}, spec["containers"][0]
        own = container.get("securityContext") or {}
        both = {**of_pod, **own}
        privileged = own.get("privileged") is True
        in_user_namespace = spec.get("hostUsers") is False
        shift = SUB_IDS if in_user_namespace else 0
        root = bundle / "root"
        self._root(root, shift)
        masked = not privileged and own.get("procMount") != "Unmasked"
        namespaces = [{"type": kind} for kind in ("pid", "ipc", "uts", "mount", "network")]
        linux: dict[str, Any] = {
            "namespaces": namespaces,
            "cgroupsPath": f"/pod-guardrails/{name}",
            "maskedPaths": MASKED if masked else [],
            "readonlyPaths": READ_ONLY if masked else [],
            "sysctl": {
                "net.ipv4.ip_unprivileged_port_start": "0",
                **{entry["name"]: entry["value"] for entry in of_pod.get("sysctls", [])},
            },
        }
        if in_user_namespace:
            namespaces.append({"type": "user"})
            ids = [{"containerID": 0, "hostID": SUB_IDS, "size": 65536}]
            linux |= {"uidMappings": ids, "gidMappings": ids}
        if seccomp is not None and not privileged:
            linux["seccomp"] = seccomp
        granted = [f"CAP_{capability}" for capability in _granted(own) if available() >> EVERY.index(capability) & 1]
        uid, gid, groups = _ids(of_pod, both, image)
        asked = [word for path in WRITTEN for word in ("w", path)]
        asked += [word for path in READ for word in ("r", path)]
        asked += [word for path in LOOKED_AT for word in ("s", path)]
        return {
            "ociVersion": "1.0.2",
            "hostname": "api",
            "root": {"path": str(root), "readonly": own.get("readOnlyRootFilesystem") is True},
            "process": {
                "terminal": False,
                "cwd": "/",
                "args": ["/bin/probe", *asked, "end"],
                "env": ["PATH=/bin"],
                "user": {"uid": uid, "gid": gid, "additionalGids": groups},
                "capabilities": {"bounding": granted, "effective": granted, "permitted": granted},
                "noNewPrivileges": own.get("allowPrivilegeEscalation") is False,
            },
            "mounts": self._mounts(bundle, spec, own, shift),
            "linux": linux,
        }

    def _root(self, root: Path, shift: int) -> None:
        shutil.copytree(self.image, root, symlinks=True)
        for path in [root, *root.rglob("*")]:
            original = self.image / path.relative_to(root)
            info = original.stat()
            os.chown(path, info.st_uid + shift, info.st_gid + shift)
            path.chmod(info.st_mode & 0o7777)
        for copy in ("probe-setuid", "probe-capability"):
            shutil.copy(root / "bin/probe", root / "bin" / copy)
            os.chown(root / "bin" / copy, shift, shift)
        (root / "bin/probe-setuid").chmod(0o4755)
        (root / "bin/probe-capability").chmod(0o755)
        options = ["-n", str(shift)] if shift else []
        command = ["setcap", *options, "cap_net_bind_service+ep", str(root / "bin/probe-capability")]
        subprocess.run(command, check=True)

    def _mounts(self, bundle: Path, spec: dict[str, Any], own: dict[str, Any], shift: int) -> list[dict[str, Any]]:
        privileged = own.get("privileged") is True
        read_only = "ro" if own.get("readOnlyRootFilesystem") is True else "rw"
        fs_group = (spec.get("securityContext") or {}).get("fsGroup")
        mounts = [
            {"destination": "/proc", "type": "proc", "source": "proc"},
            {
                "destination": "/dev",
                "type": "tmpfs",
                "source": "tmpfs",
                "options": ["nosuid", "strictatime", "mode=755", "size=65536k"],
            },
            {
                "destination": "/dev/shm",
                "type": "tmpfs",
                "source": "shm",
                "options": ["nosuid", "noexec", "nodev", "mode=1777", "size=1m"],
            },
            {
                "destination": "/sys",
                "type": "sysfs",
                "source": "sysfs",
                "options": ["nosuid", "noexec", "nodev", "rw" if privileged else "ro"],
            },
        ]
        if spec.get("hostUsers") is False:
            mounts = [mount for mount in mounts if mount["destination"] != "/sys"]

        def bound(source: Path, target: str, *options: str) -> None:
            mounts.append(
                {"destination": target, "type": "bind", "source": str(source), "options": ["rbind", *options]}
            )

        for name, mode, option in (("hosts", 0o644, "rw"), ("hostname", 0o644, read_only), ("log", 0o666, "rw")):
            file = bundle / name
            file.write_text("", encoding="utf-8")
            file.chmod(mode)
            os.chown(file, shift, shift)
            bound(
                file, {"hosts": "/etc/hosts", "hostname": "/etc/hostname", "log": "/dev/termination-log"}[name], option
            )
        volume = _folder(bundle / "vol", 0o777, shift)
        secret = _folder(bundle / "secret", 0o1777, shift)
        key = secret / "key"
        key.write_text("key", encoding="utf-8")
        key.chmod(next(iter(spec["volumes"]))["secret"].get("defaultMode", 0o644))
        os.chown(key, shift, shift)
        if fs_group is not None:
            for folder in (volume, secret):
                os.chown(folder, -1, fs_group + shift)
                folder.chmod(folder.stat().st_mode | 0o2000 | (0o770 if folder is volume else 0o550))
            os.chown(key, -1, fs_group + shift)
            key.chmod(key.stat().st_mode & 0o7777 | 0o440)
        options = {
            mount["name"]: "ro" if mount.get("readOnly") else "rw" for mount in spec["containers"][0]["volumeMounts"]
        }
        bound(volume, "/vol", options["vol"])
        bound(secret, "/secret", "ro")
        bound(_folder(bundle / "host", 0o755, shift), "/host", options["host"])
        return mounts


def _folder(path: Path, mode: int, shift: int) -> Path:
    path.mkdir()
    path.chmod(mode)
    os.chown(path, shift, shift)
    return path


def _granted(own: dict[str, Any]) -> list[str]:
    """What containerd puts into the set."""
    if own.get("privileged") is True:
        return EVERY
    lists = own.get("capabilities") or {}
    add, drop = ([name.upper() for name in lists.get(key) or []] for key in ("add", "drop"))
    names = list(EVERY) if "ALL" in add else list(DEFAULT)
    names = [] if "ALL" in drop else names
    names += [name for name in add if name != "ALL"]
    names = [name for name in names if name not in [other for other in drop if other != "ALL"]]
    return [name for name in dict.fromkeys(names) if name in EVERY]


def _ids(of_pod: dict[str, Any], both: dict[str, Any], image: Image) -> tuple[int, int, list[int]]:
    """Who runs, as the kubelet and containerd decide."""
    users = {"root": (0, 0), "app": (1000, 1000)}
    user = image.user.partition(":")[0]
    if both.get("runAsUser") is not None:
        uid = both["runAsUser"]
    elif user.isdigit():
        uid = int(user)
    else:
        uid = users[user or "root"][0]
    name = next((name for name, (number, _) in users.items() if number == uid), None)
    gid = both["runAsGroup"] if both.get("runAsGroup") is not None else users[name][1] if name else 0
    groups = {gid, *of_pod.get("supplementalGroups", [])}
    if of_pod.get("fsGroup") is not None:
        groups.add(of_pod["fsGroup"])
    if of_pod.get("supplementalGroupsPolicy") != "Strict" and name == "app":
        groups.add(50000)
    return uid, gid, sorted(groups)
