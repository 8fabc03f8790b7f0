"""The Job that grades a class in a cluster keeps to what the course teaches, and runs the command as it is."""

from __future__ import annotations

import argparse
import re
from pathlib import Path

import pytest
import yaml

from autograder.classroom.bulk.shards import read_shard
from autograder.cli import grade, merge
from tests.cli.running import run

MANIFEST = Path(__file__).resolve().parents[2] / "deploy" / "indexed-job.yaml"
OBJECTS = list(yaml.safe_load_all(MANIFEST.read_text(encoding="utf-8")))
JOBS = {item["metadata"]["name"]: item for item in OBJECTS if item["kind"] == "Job"}


def arguments(job: str, **environ: str) -> list[str]:
    """What the container of a Job is started with, the variables filled in as the kubelet does."""
    container = JOBS[job]["spec"]["template"]["spec"]["containers"][0]
    return [re.sub(r"\$\((\w+)\)", lambda match: environ[match[1]], word) for word in container["args"]]


def parsed(module, words: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    module.add(parser.add_subparsers())
    return parser.parse_args(words)


def test_the_api_server_takes_it():
    answer = run("validate", str(MANIFEST), "-o", "json")
    assert (answer.status, answer.json["problems"]) == (0, [])


def test_both_jobs_pass_restricted_and_the_namespace_enforces_it():
    answer = run("standards", str(MANIFEST), "--level", "restricted", "-o", "json")
    assert answer.status == 0
    assert {pod["level"] for pod in answer.json["pods"]} == {"restricted"}
    assert len(answer.json["pods"]) == len(JOBS) == 2


def test_nobody_reaches_a_grader_and_a_grader_reaches_nobody():
    answer = run("reach", str(MANIFEST), "-o", "json")
    assert len(answer.json["endpoints"]) >= 3, "two Jobs, and the world outside"
    assert answer.json["connections"] == []
    assert answer.json["undefined"] == []


@pytest.mark.parametrize(("job", "container"), [("grade", "grade"), ("merge", "merge")])
def test_a_grader_runs_as_nobody_special(job, container):
    answer = run("effective", str(MANIFEST), "-o", "json")
    found = next(item for item in answer.json["containers"] if item["container"] == container)
    assert (found["uid"], found["capabilities"]["effective"], found["no_new_privs"]) == (10001, [], True)
    assert found["read_only_root"]
    assert not JOBS[job]["spec"]["template"]["spec"]["automountServiceAccountToken"]


def test_every_index_grades_its_own_part_and_all_parts_are_merged():
    count = JOBS["grade"]["spec"]["completions"]
    parts = []
    for index in range(count):
        args = parsed(grade, arguments("grade", SHARD=str(index)))
        shard = read_shard(args.shard)
        assert (shard.index, shard.count) == (index, count)
        parts.append(args.out)
    args = parsed(merge, arguments("merge"))
    assert args.parts == parts
    assert args.out not in parts


def test_the_index_comes_from_the_job():
    container = JOBS["grade"]["spec"]["template"]["spec"]["containers"][0]
    way = container["env"][0]["valueFrom"]["fieldRef"]["fieldPath"]
    assert way == "metadata.annotations['batch.kubernetes.io/job-completion-index']"
    assert JOBS["grade"]["spec"]["completionMode"] == "Indexed"
