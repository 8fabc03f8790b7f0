"""``autograder validate``, as people and programs see it."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path
from types import SimpleNamespace

import jsonschema
import pytest

from autograder import cli
from autograder.cli.problems_text import printable
from autograder.manifests.files import STDIN

HERE = Path(__file__).parent
GOOD = HERE.parent / "manifests" / "good_manifests.yaml"
SCHEMA = json.loads((Path(cli.__file__).parent / "schemas" / "validate.json").read_text("utf-8"))

BAD = """\
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: web
spec:
  podSelector: {}
  ingress:
    - from:
        - {}
      ports:
        - port: "80"
          protocol: tcp
"""
CALICO = "apiVersion: projectcalico.org/v3\nkind: GlobalNetworkPolicy\nmetadata: {name: deny}\n"


def run(capsys, *words):
    status = cli.main(["validate", *map(str, words)])
    out, err = capsys.readouterr()
    return SimpleNamespace(status=status, out=out, err=err)


def answer(capsys, *words):
    done = run(capsys, *words, "-o", "json")
    found = json.loads(done.out)
    jsonschema.validate(found, SCHEMA)
    return SimpleNamespace(status=done.status, **found)


@pytest.fixture
def bad(tmp_path):
    file = tmp_path / "web.yaml"
    file.write_text(BAD, "utf-8")
    return file


def test_the_schema_is_a_schema():
    jsonschema.Draft202012Validator.check_schema(SCHEMA)


def test_good_manifests(capsys):
    done = run(capsys, GOOD)
    assert (done.status, done.out) == (0, "")
    assert done.err == "The API server would take all 14 objects.\n"


def test_good_manifests_for_a_program(capsys):
    found = answer(capsys, GOOD)
    assert (found.status, found.version, found.problems, found.ignored) == (0, 1, [], [])


def test_problems_for_people(capsys, bad):
    done = run(capsys, bad)
    assert done.status == 1
    assert done.err == "The API server would refuse 1 of 1 objects.\n"
    assert done.out == (
        f'{bad}:12:21  error  spec.ingress[0].ports[0].protocol: Unsupported value: "tcp": '
        'supported values: "TCP", "UDP", "SCTP"\n'
        "              protocol: tcp\n"
        "                        ^\n"
        "    Values are case-sensitive: write TCP.\n"
        f'{bad}:11:17  error  spec.ingress[0].ports[0].port: Invalid value: "80": '
        "must contain at least one letter (a-z)\n"
        '            - port: "80"\n'
        "                    ^\n"
        "    In quotation marks it is the name of a port: write port: 80.\n"
        f"{bad}:9:11  error  spec.ingress[0].from[0]: Required value: must specify a peer\n"
        "            - {}\n"
        "              ^\n"
        "    An empty peer is not everyone. To allow everyone, leave the whole from or to out; "
        "to allow every Pod of this namespace, write podSelector: {}.\n"
    )


def test_problems_for_a_program(capsys, bad):
    found = answer(capsys, bad)
    assert found.status == 1
    assert found.problems[2] == {
        "file": str(bad),
        "document": 1,
        "line": 9,
        "column": 11,
        "object": "NetworkPolicy default/web",
        "severity": "error",
        "code": 422,
        "stage": "validation",
        "path": "spec.ingress[0].from[0]",
        "type": "Required value",
        "detail": "must specify a peer",
        "message": (
            'The NetworkPolicy "web" is invalid: \n'
            '* spec.ingress[0].ports[0].protocol: Unsupported value: "tcp": supported values: "TCP", "UDP", "SCTP"\n'
            '* spec.ingress[0].ports[0].port: Invalid value: "80": must contain at least one letter (a-z)\n'
            "* spec.ingress[0].from[0]: Required value: must specify a peer"
        ),
    }


@pytest.mark.parametrize(
    ("text", "words", "status"),
    [
        pytest.param(BAD, [], 1, id="refused"),
        pytest.param("a: [", [], 1, id="no YAML"),
        pytest.param(BAD.partition("spec")[0], [], 0, id="taken"),
        pytest.param(BAD.partition("spec")[0] + "spec: {engress: []}\n", [], 1, id="an unknown field"),
        pytest.param(
            BAD.partition("spec")[0] + "spec: {engress: []}\n", ["--field-validation", "warn"], 0, id="only warned of"
        ),
        pytest.param("replicas: 3\n", [], 0, id="no manifest at all"),
        pytest.param(CALICO, [], 0, id="a kind that is not evaluated"),
        pytest.param("[" * 200 + "]" * 200, [], 2, id="deeper than is read"),
        pytest.param(
            BAD.partition("spec")[0] + "spec: {ingress: [{from: [{ipBlock: {cidr: 10.0.0.1/8}}]}]}\n",
            ["--kubernetes-version", "1.35"],
            0,
            id="only warned of up to 1.35",
        ),
        pytest.param(
            BAD.partition("spec")[0] + "spec: {ingress: [{from: [{ipBlock: {cidr: 10.0.0.1/8}}]}]}\n",
            ["--kubernetes-version", "1.36"],
            1,
            id="and refused since",
        ),
        pytest.param(BAD, ["--max-bytes", "10"], 2, id="larger than allowed"),
        pytest.param(BAD, ["--max-depth", "0"], 2, id="a limit that makes no sense"),
        pytest.param(BAD, ["-n", "My Shop"], 2, id="a namespace that makes no sense"),
        pytest.param(BAD, ["--kubernetes-version", "1.20"], 2, id="a version that is not known"),
    ],
)
def test_the_exit_status(capsys, tmp_path, text, words, status):
    file = tmp_path / "web.yaml"
    file.write_text(text, "utf-8")
    done = run(capsys, file, *words)
    assert done.status == status
    assert "Traceback" not in done.out + done.err


def test_what_is_not_there_is_told(capsys, tmp_path):
    done = run(capsys, tmp_path / "none.yaml")
    assert (done.status, done.out) == (2, "")
    assert "none.yaml" in done.err


def test_standard_input(capsys, monkeypatch):
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(BAD.encode())))
    found = answer(capsys, "-")
    assert {problem["file"] for problem in found.problems} == {STDIN}


def test_the_namespace_of_those_that_name_none(capsys, bad):
    assert {problem["object"] for problem in answer(capsys, bad, "-n", "shop").problems} == {"NetworkPolicy shop/web"}


def test_what_is_ignored_and_what_could_change_a_verdict(capsys, tmp_path):
    file = tmp_path / "all.yaml"
    file.write_text(f"{CALICO}---\nreplicas: 3\n", "utf-8")
    done = run(capsys, file)
    assert done.out == (
        f"{file}:1  warning  GlobalNetworkPolicy deny: GlobalNetworkPolicy (projectcalico.org/v3) is not evaluated, "
        "and it can allow or deny traffic\n"
        f"{file}:5  ignored  document: it has no apiVersion and no kind, so it is no manifest\n"
    )
    assert answer(capsys, file).ignored == [
        {
            "file": str(file),
            "document": 1,
            "line": 1,
            "apiVersion": "projectcalico.org/v3",
            "kind": "GlobalNetworkPolicy",
            "name": "deny",
            "reason": "GlobalNetworkPolicy (projectcalico.org/v3) is not evaluated, and it can allow or deny traffic",
            "could_change_verdict": True,
        },
        {
            "file": str(file),
            "document": 2,
            "line": 5,
            "apiVersion": None,
            "kind": None,
            "name": None,
            "reason": "it has no apiVersion and no kind, so it is no manifest",
            "could_change_verdict": False,
        },
    ]


def test_a_long_line_is_shown_in_part(capsys, tmp_path):
    file = tmp_path / "web.json"
    labels = {f"label-{number}": "web" for number in range(100)}
    policy = {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "NetworkPolicy",
        "metadata": {"name": "web", "labels": labels},
        "spec": {"engress": []},
    }
    file.write_text(json.dumps(policy), "utf-8")
    shown, caret = run(capsys, file).out.splitlines()[1:3]
    assert len(shown) < 110
    assert shown.startswith("    …")
    assert shown[caret.index("^") :].startswith('"engress"')


def test_wide_characters_move_the_caret(capsys, tmp_path):
    file = tmp_path / "web.yaml"
    file.write_text(
        f"{BAD.partition('spec')[0]}spec: {{podSelector: {{matchLabels: {{'店': x}}}}, engress: []}}\n", "utf-8"
    )
    shown, caret = run(capsys, file).out.splitlines()[1:3]
    assert caret.index("^") == shown.index("engress") + 1


def test_a_file_cannot_steer_the_terminal(capsys, tmp_path):
    file = tmp_path / "web.yaml"
    file.write_text(BAD.partition("spec")[0] + 'spec: {"\\e[31mingress": []}  # \x1b]0;title\x07\n', "utf-8")
    done = run(capsys, file)
    assert "\x1b" not in done.out
    assert "\x07" not in done.out


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        pytest.param("web", "web", id="plain"),
        pytest.param("a\tb", "a b", id="a tab"),
        pytest.param("\x1b[2J", "\ufffd[2J", id="an escape"),
        pytest.param("caf\u00e9 \u5e97", "caf\u00e9 \u5e97", id="letters of the world"),
    ],
)
def test_printable_keeps_every_character_one(text, shown):
    assert printable(text) == shown
    assert len(shown) == len(text)


def test_other_commands_need_sound_manifests(capsys, bad):
    assert cli.main(["reach", str(bad)]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert "must specify a peer" in err
    assert "leave it out with --keep-going" in err


def test_or_leave_out_what_is_refused(capsys, bad):
    assert cli.main(["reach", str(GOOD), str(bad), "--keep-going", "-o", "json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert [(item["kind"], item["name"], item["could_change_verdict"]) for item in found["ignored"]] == [
        ("NetworkPolicy", "default/web", True)
    ]
