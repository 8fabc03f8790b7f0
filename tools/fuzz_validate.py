"""Put random and hostile inputs through the whole of `autograder validate`, and say how it went.

    python -m tools.fuzz_validate [--count 100000] [--seed 1] [--only INDEX]

Manifests of the tests are mutated as text, as YAML events and as values, a third each. Every input goes
through the command itself, in this process: reading, decoding, validating, printing. An input is
determined by the seed and its index alone. Status 1 when one of them ended in a traceback, an unexpected
exit status, a JSON answer that is none, or ran longer than --patience seconds.
"""

from __future__ import annotations

import argparse
import io
import json
import random
import signal
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Final

import yaml

from autograder import cli

TESTS: Final = Path(__file__).resolve().parent.parent / "tests" / "manifests"

SNIPPETS: Final = (
    *("\t", "\r\n", "\r", "\x00", "\ufeff", "\x85", "\u2028", "\x1b[31m", "\U0001f600", "\ud800", "\\", "#", "'", '"'),
    *(
        "---\n",
        "...\n",
        "%YAML 9.9\n",
        "&a ",
        "*a ",
        "<<: *a\n",
        "!!binary ",
        "!!int web",
        "!<tag:x> ",
        "? ",
        ": ",
        "|\n",
    ),
    *(">-2\n", "[[[[[[", "{{{{", "]]]", "}}", "- - - - ", "[" * 120, "{a: " * 120, "- " * 120, "e" * 300, "a." * 200),
    *(
        "on: ",
        "0o17: ",
        "1e999",
        "99999999999999999999999",
        "-0",
        ".nan",
        ".inf",
        "0x",
        "2026-11-23",
        "1:30",
        "~",
        "yes",
    ),
    *("apiVersion: v1\n", "kind: List\nitems:\n", "items: ", "metadata: ", "spec: ", "replicas: 2147483647\n"),
    "status: {podIPs: [{ip: x}]}\n",
)
"""What is put into a text."""
VALUES: Final[tuple[Any, ...]] = (
    *(None, True, False, 0, -1, 80, 65536, 2**31, 2**63, 2**70, 0.5, 1e300),
    *("", "80", "web", "Ingress", "TCP", "10.0.0.0/8", "::/0", "1.2.3.4/33", "x" * 300, "\x00", "\ud83d", "a/b/c"),
    *([], {}, [[]], [{}], {"": None}, {"app": "web"}, [None], {"matchLabels": []}),
)
"""What is put in the place of a value."""
_FIELDS: Final = """
apiVersion kind metadata spec items name namespace labels podSelector ingress egress from to ports port protocol endPort
policyTypes matchLabels matchExpressions key operator values ipBlock cidr except containers template selector Ingress
engress replicas status podIPs
"""
KEYS: Final = tuple(_FIELDS.split())
"""What fields are renamed to."""


def seeds() -> list[str]:
    """Return the manifests that mutation starts from."""
    good = (TESTS / "good_manifests.yaml").read_text("utf-8").split("\n---\n")
    rows = yaml.safe_load((TESTS / "server_answers.yaml").read_text("utf-8"))
    return good + [row["manifest"] for row in rows]


# -- text --------------------------------------------------------------------------------------------------------------


def mutate_text(source: random.Random, text: str, others: list[str]) -> bytes:
    """Return a text with a few cuts, insertions, swaps and splices."""
    for _ in range(source.choice((1, 1, 2, 4, 16))):
        at = source.randrange(len(text) + 1)
        end = min(len(text), at + source.choice((1, 1, 4, 20)))
        lines = text.split("\n")
        line = source.randrange(len(lines))
        match source.randrange(9):
            case 0:
                text = text[:at] + source.choice(SNIPPETS) + text[at:]
            case 1:
                text = text[:at] + text[end:]
            case 2:
                text = text[:at] + chr(source.choice((source.randrange(128), source.randrange(0x110000)))) + text[end:]
            case 3:
                lines.insert(line, source.choice(lines))
                text = "\n".join(lines)
            case 4:
                lines[line] = " " * source.randrange(8) + lines[line].lstrip()
                text = "\n".join(lines)
            case 5:
                del lines[line]
                text = "\n".join(lines)
            case 6:
                text = text[:at] + source.choice(others)[at:]
            case 7:
                text = text[:at]
            case _:
                text += "\n---\n" + source.choice(others)
    data = bytearray(text.encode("utf-8", "surrogatepass"))
    if data and source.random() < 0.1:
        data[source.randrange(len(data))] = source.randrange(256)
    return bytes(data)


# -- events ------------------------------------------------------------------------------------------------------------


def mutate_events(source: random.Random, text: str, others: list[str]) -> bytes:
    """Return a text whose events were changed: scalars, tags, anchors, whole subtrees. What cannot be written stays."""
    try:
        events = list(yaml.parse(text, yaml.CSafeLoader))
    except yaml.YAMLError:
        return mutate_text(source, text, others)
    for _ in range(source.choice((1, 1, 2, 5))):
        index = source.randrange(len(events))
        event = events[index]
        if isinstance(event, yaml.ScalarEvent):
            _change_scalar(source, event)
        elif isinstance(event, yaml.MappingStartEvent | yaml.SequenceStartEvent):
            end = _end(events, index)
            match source.randrange(4):
                case 0:
                    del events[index:end]
                case 1:
                    events[index:index] = events[index:end]
                case 2:
                    event.flow_style = not event.flow_style
                case _:
                    event.anchor = "a"
                    events.insert(end, yaml.AliasEvent("a"))
    try:
        written = yaml.emit(events, Dumper=yaml.CSafeDumper, allow_unicode=True)
    except (yaml.YAMLError, ValueError, UnicodeError):
        return mutate_text(source, text, others)
    return str(written).encode("utf-8", "surrogatepass")


def _change_scalar(source: random.Random, event: yaml.ScalarEvent) -> None:
    match source.randrange(4):
        case 0:
            event.value = source.choice(KEYS)
        case 1:
            event.value = str(source.choice(VALUES))
            event.implicit = (True, True)
        case 2:
            event.style = source.choice(("'", '"', "|", ">", None))
        case _:
            event.tag = source.choice(("!!str", "!!int", "!!binary", "!web", "tag:yaml.org,2002:null"))
            event.implicit = (False, False)


def _end(events: list[Any], start: int) -> int:
    depth = 0
    for index in range(start, len(events)):
        depth += isinstance(events[index], yaml.CollectionStartEvent)
        depth -= isinstance(events[index], yaml.CollectionEndEvent)
        if depth == 0:
            return index + 1
    return len(events)


# -- values ------------------------------------------------------------------------------------------------------------


def mutate_values(source: random.Random, text: str, others: list[str]) -> bytes:
    """Return a text whose values were changed: types, names of fields, nesting, repetition."""
    try:
        value = yaml.load(text, yaml.CBaseLoader if source.random() < 0.1 else yaml.CSafeLoader)  # noqa: S506 - safe both
    except yaml.YAMLError:
        return mutate_text(source, text, others)
    for _ in range(source.choice((1, 1, 2, 5))):
        value = _change_value(source, value)
    if source.random() < 0.1:
        value = {"apiVersion": "v1", "kind": source.choice(("List", "PodList", "ConfigMap")), "items": [value, value]}
    written = json.dumps(value, default=str) if source.random() < 0.5 else _as_yaml(value)
    return written.encode("utf-8", "surrogatepass")


def _as_yaml(value: Any) -> str:
    try:
        return str(yaml.dump(value, Dumper=yaml.SafeDumper, allow_unicode=True))
    except (yaml.YAMLError, ValueError):
        return json.dumps(value, default=str)


def _change_value(source: random.Random, value: Any) -> Any:
    """Return the value with one change somewhere."""
    if isinstance(value, dict) and value and source.random() < 0.85:
        key = source.choice(list(value))
        changed = dict(value)
        match source.randrange(6):
            case 0:
                changed[source.choice(KEYS)] = changed.pop(key)
            case 1:
                changed[source.choice(KEYS)] = source.choice(VALUES)
            case 2 if source.random() < 0.3:
                del changed[key]
            case _:
                changed[key] = _change_value(source, value[key])
        return changed
    if isinstance(value, list) and value and source.random() < 0.85:
        index = source.randrange(len(value))
        match source.randrange(5):
            case 0:
                return value * source.choice((0, 2, 30))
            case _:
                return [*value[:index], _change_value(source, value[index]), *value[index + 1 :]]
    match source.randrange(4):
        case 0:
            return [value]
        case 1:
            return {source.choice(KEYS): value}
        case _:
            return source.choice(VALUES)


MUTATIONS: Final[tuple[Callable[[random.Random, str, list[str]], bytes], ...]] = (
    mutate_text,
    mutate_events,
    mutate_values,
)


def make_input(seed: int, index: int, texts: list[str]) -> tuple[bytes, list[str]]:
    """Return an input and the words of the command for it."""
    source = random.Random(f"{seed}/{index}")  # noqa: S311 - nothing here is a secret
    data = MUTATIONS[index % len(MUTATIONS)](source, source.choice(texts), texts)
    words = ["validate", "-", "-o", source.choice(("json", "text"))]
    if source.random() < 0.5:
        words += ["--kubernetes-version", source.choice(("1.33", "1.34", "1.35", "1.36", "1.37"))]
    if source.random() < 0.5:
        words += ["--field-validation", source.choice(("warn", "ignore"))]
    return data, words


# -- the run -----------------------------------------------------------------------------------------------------------


class Hang(Exception):  # noqa: N818 - it is what happened
    """An input that takes too long."""


@contextmanager
def patience(seconds: float) -> Iterator[None]:
    """Raise Hang when the body takes too long, where the system has alarms."""
    if not hasattr(signal, "setitimer"):
        yield
        return

    def give_up(*_: object) -> None:
        raise Hang

    signal.signal(signal.SIGALRM, give_up)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)


@dataclass
class Tally:
    """How it went."""

    outcomes: Counter[str] = field(default_factory=Counter)
    types: Counter[str] = field(default_factory=Counter)
    slowest: list[tuple[float, int]] = field(default_factory=list)
    failures: list[tuple[int, str]] = field(default_factory=list)


def try_input(data: bytes, words: list[str], seconds: float) -> tuple[int, str, str]:
    """Return exit status, output and messages of one input."""
    out, err, stdin = io.StringIO(), io.StringIO(), sys.stdin
    sys.stdin = SimpleNamespace(buffer=io.BytesIO(data))
    try:
        with patience(seconds), redirect_stdout(out), redirect_stderr(err):
            status = cli.main(words)
    finally:
        sys.stdin = stdin
    return status, out.getvalue(), err.getvalue()


def judge(tally: Tally, index: int, words: list[str], result: tuple[int, str, str]) -> None:
    """Count an outcome, and keep it if it is none that may be."""
    status, out, err = result
    if status not in {0, 1, 2} or "internal error" in err or "Traceback" in err:
        tally.failures.append((index, err.strip().splitlines()[-1] if err else f"status {status}"))
    tally.outcomes[{0: "taken", 1: "refused", 2: "could not be read"}.get(status, f"status {status}")] += 1
    if "json" in words and out:
        try:
            found = json.loads(out)
        except ValueError as error:
            tally.failures.append((index, f"no JSON: {error}"))
            return
        tally.types.update(problem["type"] for problem in found["problems"])


def run(count: int, seed: int, seconds: float, only: int | None) -> Tally:
    """Put the inputs through and return how it went."""
    texts, tally = seeds(), Tally()
    for index in range(count) if only is None else [only]:
        data, words = make_input(seed, index, texts)
        if only is not None:
            sys.stdout.buffer.write(data + b"\n")
        start = time.perf_counter()
        try:
            judge(tally, index, words, try_input(data, words, seconds))
        except Hang:
            tally.failures.append((index, f"ran longer than {seconds} s"))
        except Exception as error:  # noqa: BLE001 - whatever it is, it is a finding
            tally.failures.append((index, f"{type(error).__name__}: {error}"))
        tally.slowest = sorted([*tally.slowest, (time.perf_counter() - start, index)], reverse=True)[:5]
        if (index + 1) % 10_000 == 0:
            print(f"{index + 1} inputs, {len(tally.failures)} failures", file=sys.stderr, flush=True)
    return tally


def main(arguments: list[str] | None = None) -> int:
    """Run, print the figures, and return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=100_000, help="how many inputs (default 100000)")
    parser.add_argument("--seed", type=int, default=1, help="another seed makes other inputs (default 1)")
    parser.add_argument(
        "--patience", type=float, default=10.0, metavar="SECONDS", help="what counts as a hang (default 10)"
    )
    parser.add_argument("--only", type=int, metavar="INDEX", help="try one input again, and show it")
    options = parser.parse_args(arguments)
    start = time.perf_counter()
    tally = run(options.count, options.seed, options.patience, options.only)
    total = sum(tally.outcomes.values())
    print(f"{total} inputs with seed {options.seed} in {time.perf_counter() - start:.0f} s")
    for outcome, number in tally.outcomes.most_common():
        print(f"  {number:7}  {outcome}")
    print("Problems by type, of those answered in JSON:")
    for type_, number in tally.types.most_common():
        print(f"  {number:7}  {type_}")
    print("Slowest: " + ", ".join(f"{seconds * 1000:.0f} ms (--only {index})" for seconds, index in tally.slowest))
    for index, why in tally.failures[:20]:
        print(f"FAILED  --only {index}: {why}")
    print(f"{len(tally.failures)} failures")
    return 1 if tally.failures else 0


if __name__ == "__main__":
    sys.exit(main())
