"""``autograder effective``: what does each container run with?"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from . import options
from .problems_text import printable
from .security_options import Surroundings, add_security_options, surroundings_of
from .terminal import Role, Terminal, entries, paragraph, terminal

if TYPE_CHECKING:
    from autograder.manifests.load import Manifests
    from autograder.security import Context
    from autograder.security.facts import Fact

HELP = "what does each container run with?"

EXAMPLES = """\
examples:
  autograder effective pod.yaml                             every container, every field, and why
  autograder effective manifests/ --images images.yaml      with what is known of the images
  autograder effective pod.yaml --runtime crio              under another runtime
  autograder effective pod.yaml --semantics pod-level-wins  as somebody reads it who believes that
  autograder effective pod.yaml -o json                     the same for a program

A Pod that the API server refuses is answered too: it says at which stage it stops, and what would have come after it.
"""
_LABEL = 14


def add(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Name the command's arguments."""
    parser = subparsers.add_parser(
        "effective",
        help=HELP,
        description=HELP,
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    options.add_input_options(parser)
    add_security_options(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Print the contexts and return the exit status. Raises InputError for what cannot be read."""
    around = surroundings_of(args)
    manifests = options.load(args, refused_pods=True)
    contexts = list(contexts_of(manifests, around))
    if not contexts:
        print("There is no Pod and no workload here.", file=sys.stderr)
    if args.output == "json":
        answer = {
            "version": 1,
            "containers": [container_object(context) for context in contexts],
            "ignored": [options.ignored_object(item) for item in manifests.ignored],
        }
        print(json.dumps(answer, ensure_ascii=False, indent=1))
        return 0
    for number, context in enumerate(contexts):
        for line in lines(context, terminal(), number):
            print(line)
    return 0


def contexts_of(manifests: Manifests, around: Surroundings) -> Iterator[Context]:
    """Yield the contexts of all Pods of manifests, those that the API server refuses among them."""
    from autograder.security import effective
    from autograder.security.standards.admission import policy_of

    policies = {each.name: policy_of(each.labels)[0] for each in manifests.namespaces}
    refused = [(entry.pod, entry.problems) for entry in manifests.refused_pods]
    for pod, problems in [*((pod, ()) for pod in manifests.pods), *refused]:
        yield from effective(
            pod,
            node=around.node,
            images=around.images,
            policy=policies.get(pod.namespace),
            problems=problems,
            semantics=around.semantics,
        )


# -- JSON --------------------------------------------------------------------------------------------------------------


def container_object(context: Context) -> dict[str, Any]:
    """Return a context as the contract shows it."""
    from autograder.security.capabilities import in_order
    from autograder.security.containers import line_of

    pod, who, sets = context.pod, context.identity, context.sets
    choice, label, starts = context.seccomp.value, context.selinux.label.value, context.starts

    def listed(capabilities: frozenset[str] | None) -> list[str] | None:
        return None if capabilities is None else list(in_order(capabilities))

    return {
        "file": pod.source.file if pod.source else None,
        "line": line_of(pod, *context.container.path),
        "workload": None if pod.kind == "Pod" else f"{pod.kind} {pod.namespace}/{pod.name}",
        "pod": f"{pod.namespace}/{pod.name}",
        "container": context.container.name,
        "container_kind": context.container.kind,
        "starts": {
            "ok": starts.ok,
            "stage": starts.stage,
            "reason": starts.reason or None,
            "message": starts.message or None,
        },
        "stages": [
            {
                "stage": stage.name,
                "ok": stage.ok,
                "code": stage.code,
                "reason": stage.reason or None,
                "message": stage.message or None,
            }
            for stage in context.stages
        ],
        "uid": who.uid.value,
        "gid": who.gid.value,
        "groups": None if who.groups.value is None else list(who.groups.value),
        "capabilities": {
            "effective": listed(sets.effective),
            "permitted": listed(sets.permitted),
            "bounding": listed(sets.bounding),
            "inheritable": listed(sets.inheritable),
            "ambient": listed(sets.ambient),
        },
        "no_new_privs": context.no_new_privs.value,
        "privileged": context.privileged.value,
        "host_namespaces": list(context.host_namespaces.value or ()),
        "user_namespace": context.user_namespace.value,
        "proc_mount": context.proc_mount.value,
        "sysctls": context.sysctls,
        "seccomp": {"mode": choice.mode if choice else "unconfined", "profile": choice.profile if choice else None},
        "selinux": None
        if label is None
        else {"user": label.user, "role": label.role, "type": label.type, "level": label.level},
        "apparmor": context.app_armor.profile.value,
        "read_only_root": context.read_only_root.value,
        "writable": [
            {"path": found.path, "for": found.who, "this_process": found.this_process} for found in context.writable
        ],
        "volumes": [
            {
                "name": effect.mount.volume.name,
                "mount": effect.mount.path,
                "owner": effect.after.owner,
                "gid": effect.after.group,
                "mode": effect.after.octal,
                "applied": effect.applied,
                "read_only": effect.mount.read_only,
                "why": effect.why,
            }
            for effect in context.volumes
        ],
        "because": _because(context),
    }


def _because(context: Context) -> dict[str, Any]:
    from autograder.security.wording import rows

    def shown(fact: Fact[Any], value: str) -> dict[str, Any]:
        return {"value": value, "source": fact.origin, "confidence": fact.confidence, "why": fact.why}

    return {row.field: shown(row.fact, row.value) for row in rows(context)}


# -- text --------------------------------------------------------------------------------------------------------------


def lines(context: Context, out: Terminal, number: int = 0) -> Iterator[str]:
    """Yield a context as people read it."""
    from autograder.security.containers import line_of
    from autograder.security.wording import rows

    pod = context.pod
    if number:
        yield ""
    place = f" ({pod.source.file}:{line_of(pod, *context.container.path)})" if pod.source else ""
    kind = {"regular": "container", "init": "init container", "sidecar": "sidecar", "ephemeral": "ephemeral container"}
    head = f"{pod.kind} {pod.namespace}/{pod.name}, {kind[context.container.kind]} {context.container.name}{place}"
    for line in paragraph(printable(head), out.width, "", "    "):
        yield out.paint(line, "head")
    yield from _start_lines(context, out)
    for row in rows(context):
        yield from _row(row.label, row.value, row.fact.why, out)
    for effect in context.volumes:
        after = effect.after
        owner = "?" if after.owner is None else after.owner
        group = "?" if after.group is None else after.group
        value = f"{effect.mount.path}: {effect.mount.volume.type} {effect.mount.volume.name}"
        value += f", owner {owner}, group {group}, mode {after.octal or '?'}"
        value += ", read-only" if effect.mount.read_only else ""
        yield from _row("volume", value, "; ".join([effect.why, *effect.notes]), out)
    paths = [found.path for found in context.writable if found.this_process]
    unsure = [found.path for found in context.writable if found.this_process is None]
    yield from _row("may write", ", ".join(paths) or "nothing that is known", "", out)
    if unsure:
        yield from _row("perhaps also", ", ".join(unsure), "it depends on what is unknown above", out)


def _start_lines(context: Context, out: Terminal) -> Iterator[str]:
    starts = context.starts
    words: dict[bool | None, tuple[str, Role]] = {
        True: ("yes", "good"),
        False: ("no", "bad"),
        None: ("unknown", "open"),
    }
    word, role = words[starts.ok]
    hanging = " " * (_LABEL + 2)
    steps = [f"{stage.name}{_MARKS[stage.ok]} ›" for stage in context.stages]
    first, *others = entries([f"{word}   {steps[0]}", *steps[1:-1], steps[-1][:-2]], out.width - len(hanging), " ")
    yield f"  {'starts':<{_LABEL}}{out.paint(word, role)}{out.paint(first.removeprefix(word), 'quiet')}"
    for line in others:
        yield hanging + out.paint(line, "quiet")
    for stage in context.stages:
        if stage.ok is not True:
            code = f" ({stage.code})" if stage.code else f" ({stage.reason})" if stage.reason else ""
            for line in f"{stage.name}{code}: {stage.message}".splitlines():
                yield from paragraph(printable(line), out.width, hanging)


_MARKS = {True: " ✓", False: " ✗", None: " ?"}


def _row(label: str, value: str, why: str, out: Terminal) -> Iterator[str]:
    hanging = " " * (_LABEL + 2)
    yield from paragraph(printable(f"{label:<{_LABEL}}{value}"), out.width, "  ", hanging)
    if why:
        for line in paragraph(printable(why), out.width, hanging, hanging):
            yield out.paint(line, "quiet")
