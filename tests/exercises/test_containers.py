"""Exercises about containers: what is asked, what an answer earns, which belief it fits, and which mutants survive."""

from __future__ import annotations

from pathlib import Path

import pytest

from autograder.exercises.checking import check
from autograder.exercises.containers import facts
from autograder.exercises.containers.judging import fits, title, wanted_words
from autograder.exercises.containers.mutants import pod_edits
from autograder.exercises.containers.node import machine_of
from autograder.exercises.intent import intent_faults, read_intent
from autograder.exercises.mutants import Vocabulary, mutants
from autograder.exercises.predictions import believer_tables, check_prediction, read_table, telling, true_table
from autograder.exercises.spec import Exercise, read_exercise
from autograder.exercises.survival import fates
from autograder.manifests.limits import InputError

HEAD = """\
id: mailer
version: 1
title: The mailer
points: 10
task: Do it.
hints: [Look., Look again.]
"""
POD = """\
apiVersion: v1
kind: Pod
metadata:
  name: mailer
  namespace: shop
  labels: {app: mailer}
spec:
  containers:
    - name: mailer
      image: shop/mailer:2
"""
WORLD = f"apiVersion: v1\nkind: Namespace\nmetadata: {{name: shop}}\n---\n{POD}"
IMAGES = (
    'shop/mailer:2: {user: "", passwd: {root: [0, 0], app: [1000, 1000]}, groups: {extra: {gid: 50, members: [app]}}}\n'
)


def pod(container: str = "", pod_level: str = "", rest: str = "") -> str:
    """The Pod with a securityContext in flow style at either level."""
    text = POD
    if pod_level:
        text = text.replace("spec:\n", f"spec:\n  securityContext: {pod_level}\n")
    if container:
        text += f"      securityContext: {container}\n"
    return text + rest


def written(folder: Path, asks: str, *, starter: str = POD, world: str = WORLD, images: str = IMAGES) -> Exercise:
    """An exercise whose intent is `asks`, indented by two."""
    home = folder / "solutions" / "mine" / "mailer"
    home.mkdir(parents=True, exist_ok=True)
    head = "intent:\n  namespace: shop\n  allow: [Pod]\n"
    (home / "exercise.yaml").write_text(HEAD + head + asks, encoding="utf-8")
    (home / "world.yaml").write_text(world, encoding="utf-8")
    (home / "starter.yaml").write_text(starter, encoding="utf-8")
    (home / "images.yaml").write_text(images, encoding="utf-8")
    return read_exercise(home)


def predicted(folder: Path, questions: list[str], given: str = POD, **files: str) -> Exercise:
    """A prediction of some questions about what is given."""
    home = folder / "solutions" / "mine" / "mailer"
    home.mkdir(parents=True, exist_ok=True)
    listed = "".join(f"    - {question}\n" for question in questions)
    (home / "exercise.yaml").write_text(f"{HEAD}predict:\n  namespace: shop\n  questions:\n{listed}", encoding="utf-8")
    (home / "world.yaml").write_text("apiVersion: v1\nkind: Namespace\nmetadata: {name: shop}\n", encoding="utf-8")
    (home / "given.yaml").write_text(given, encoding="utf-8")
    (home / "images.yaml").write_text(files.pop("images", IMAGES), encoding="utf-8")
    for name, text in files.items():
        (home / name.replace("_yaml", ".yaml")).write_text(text, encoding="utf-8")
    return read_exercise(home)


UID = "  effective:\n    - {container: mailer, expect: {uid: 1000}, weight: 3, why: Its files belong to 1000.}\n"
NO_MOUNT = "  can:\n    - {container: mailer, action: setuid, expect: denied, secret: true, why: No way back.}\n"
LEVEL = "  standards:\n    - {level: restricted, why: The namespace asks for it.}\n"
SAFE = pod(
    "{allowPrivilegeEscalation: false, capabilities: {drop: [ALL]}}",
    "{runAsUser: 1000, runAsNonRoot: true, seccompProfile: {type: RuntimeDefault}}",
)


@pytest.mark.parametrize(
    ("asks", "answer", "score", "ids"),
    [
        pytest.param(UID, pod("{runAsUser: 1000}"), 10, [], id="the user as asked"),
        pytest.param(UID, pod(pod_level="{runAsUser: 1000}"), 10, [], id="at the other level"),
        pytest.param(UID, pod("{runAsUser: 1001}"), 0, ["context-wrong"], id="another user"),
        pytest.param(UID + "  keep: all\n", pod("{runAsUser: 1000}"), 10, [], id="what follows from it may change"),
        pytest.param(
            UID + "  keep: all\n",
            pod("{runAsUser: 1000, readOnlyRootFilesystem: true}"),
            6.67,
            ["kept-changed"],
            id="what nobody asked for may not",
        ),
        pytest.param(
            UID + "  keep: [image, rest]\n",
            pod("{runAsUser: 1000}").replace("mailer:2", "mailer:3"),
            6.67,
            ["kept-changed"],
            id="nor the image",
        ),
        pytest.param(
            UID + "  keep: all\n",
            pod("{runAsUser: 1000}").replace("name: mailer\n      image", "name: letters\n      image"),
            6.67,
            ["kept-changed"],
            id="nor the container's name",
        ),
        pytest.param(
            UID.replace("container: mailer,", "container: mailer/+,"),
            pod("{runAsUser: 1000}"),
            0,
            ["context-wrong"],
            id="a container of next year does not know what another one says",
        ),
        pytest.param(
            UID.replace("container: mailer,", "container: mailer/+,"),
            pod(pod_level="{runAsUser: 1000}"),
            10,
            [],
            id="it knows what the Pod says",
        ),
        pytest.param(NO_MOUNT, pod("{runAsUser: 1000, allowPrivilegeEscalation: false}"), 10, [], id="it cannot"),
        pytest.param(NO_MOUNT, pod("{runAsUser: 1000}"), 0, ["secret-act-allowed"], id="it can, and must not"),
        pytest.param(
            "  can:\n    - {container: mailer, action: bind 80, expect: allowed}\n" + UID,
            pod("{runAsUser: 1000}"),
            10,
            [],
            id="everybody may bind a low port on containerd 2",
        ),
        pytest.param(LEVEL, SAFE, 10, [], id="restricted"),
        pytest.param(LEVEL, pod("{runAsUser: 1000}"), 0, ["level-missed"], id="not restricted"),
        pytest.param(
            LEVEL, pod("{runAsUser: 1000}").replace("mailer\n  namespace", "letters\n  namespace"), 0,
            ["level-missed"], id="every Pod counts, the old one too",
        ),
        pytest.param(UID, pod("{runAsUser: -1}"), 0, ["manifest-rejected"], id="what the API server refuses"),
        pytest.param(UID, POD.replace("Pod\n", "Job\n"), 0, ["manifest-rejected"], id="another kind"),
        pytest.param(UID, "", 0, ["answer-empty"], id="nothing"),
        pytest.param(UID, POD, 0, ["answer-untouched"], id="the starter"),
    ],
)  # fmt: skip
def test_what_an_answer_earns(tmp_path, asks, answer, score, ids):
    result = check(written(tmp_path, asks), answer)
    errors = [found.id for found in result.findings if found.severity == "error"]
    assert (result.score, errors) == (score, ids)
    assert result.status == ("pass" if score == 10 else "fail")


def test_a_finding_names_the_container_the_fact_the_reason_and_the_line(tmp_path):
    [found] = check(written(tmp_path, UID), pod("\n        runAsUser: 1001"), "answer.yaml").findings
    assert found.subject == "shop/mailer: uid"
    assert found.wanted == "1000. Its files belong to 1000."
    assert found.got == "1001."
    assert found.because == "It comes from securityContext.runAsUser of the container."
    assert (found.file, found.line) == ("answer.yaml", 12)


@pytest.mark.parametrize(
    ("asks", "answer", "belief"),
    [
        pytest.param(
            "  effective:\n    - {container: mailer, expect: {uid: 1000}}\n",
            pod("{runAsUser: 1}", "{runAsUser: 1000}"),
            "pod-level-wins",
            id="the Pod's value is taken for the last word",
        ),
        pytest.param(
            "  effective:\n    - {container: mailer, expect: {uid: {not: 0}, starts: true}}\n",
            pod("{runAsNonRoot: true}"),
            "non-root-picks-uid",
            id="runAsNonRoot is taken to pick a user",
        ),
        pytest.param(
            "  effective:\n    - {container: mailer, expect: {uid: 1000, capabilities: {has: [NET_ADMIN]}}}\n",
            pod("{runAsUser: 1000, capabilities: {drop: [ALL], add: [NET_ADMIN]}}"),
            "added-capabilities-reach-non-root",
            id="an added capability is taken to reach every user",
        ),
        pytest.param(
            "  effective:\n    - {container: mailer, expect: {bounding: []}}\n",
            pod(pod_level="\n    capabilities: {drop: [ALL]}"),
            "pod-level-takes-all",
            id="a container's field is written at the Pod, and refused",
        ),
        pytest.param(
            "  effective:\n    - {container: mailer, expect: {seccomp: RuntimeDefault, uid: 1000}}\n",
            pod("{runAsUser: 1000}"),
            "seccomp-on-by-default",
            id="a filter is taken to be there",
        ),
        pytest.param(
            "  can:\n    - {container: mailer, action: setuid, expect: denied}\n",
            pod("{runAsUser: 1000, capabilities: {drop: [ALL]}}"),
            "drop-all-stops-escalation",
            id="drop ALL is taken to be enough",
        ),
        pytest.param(
            LEVEL,
            pod("{privileged: false}", "{runAsUser: 1000, runAsNonRoot: true}"),
            "unset-is-secure",
            id="what is not set is taken to be safe",
        ),
    ],
)
def test_an_answer_tells_the_belief_behind_it(tmp_path, asks, answer, belief):
    result = check(written(tmp_path, asks), answer)
    assert result.status == "fail"
    assert result.findings[0].misconceptions[0] == belief


def test_a_right_answer_fits_no_belief(tmp_path):
    assert check(written(tmp_path, UID), pod("{runAsUser: 1000}")).misconceptions == ()


def test_flows_and_containers_are_asked_together(tmp_path):
    asks = UID + "  flows:\n    - {from: outside, to: mailer, ports: all, expect: deny}\n"
    exercise = written(tmp_path, asks.replace("allow: [Pod]", "allow: [Pod, NetworkPolicy]"))
    text = (exercise.folder / "exercise.yaml").read_text(encoding="utf-8")
    (exercise.folder / "exercise.yaml").write_text(text.replace("[Pod]", "[Pod, NetworkPolicy]"), encoding="utf-8")
    exercise = read_exercise(exercise.folder)
    closed = "kind: NetworkPolicy\napiVersion: networking.k8s.io/v1\nmetadata: {name: a, namespace: shop}\nspec: {}\n"
    assert check(exercise, pod("{runAsUser: 1000}") + "---\n" + closed).status == "pass"
    assert [found.id for found in check(exercise, closed).findings][:1] == ["context-wrong"]
    assert [found.id for found in check(exercise, pod("{runAsUser: 1000}")).findings][:1] == ["flow-too-open"]


# -- what is asked -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "said"),
    [
        pytest.param(
            {"effective": [{"container": "a", "expect": {"user": 1}}]},
            "the name must be starts, stops at, uid",
            id="no fact",
        ),
        pytest.param(
            {"effective": [{"container": "a", "expect": {"capabilities": ["CAP_CHOWN"]}}]},
            "there is no capability CAP_CHOWN",
            id="a prefix",
        ),
        pytest.param(
            {"effective": [{"container": "a", "expect": {"uid": {"above": 0}}}]},
            "must be a value, or one of",
            id="no matcher",
        ),
        pytest.param(
            {"can": [{"container": "a", "action": "syscall mownt", "expect": "denied"}]},
            "Linux has no system call mownt",
            id="no system call",
        ),
        pytest.param(
            {"can": [{"container": "a", "action": "write", "expect": "denied"}]}, "too few words", id="no path"
        ),
        pytest.param(
            {"can": [{"container": "a", "action": "bind 80", "expect": "allowed", "secret": True}]},
            "only a denied line can be secret",
            id="a secret that is asked for",
        ),
        pytest.param({"standards": [{"level": "privileged"}]}, "must be", id="a level that asks for nothing"),
        pytest.param({"keep": ["user"]}, "must be", id="no fact to keep"),
        pytest.param(
            {"rejected": True, "keep": "all"}, "nothing else can be asked beside it", id="a refusal and something else"
        ),
        pytest.param({"namespace": "shop"}, "asks for nothing", id="nothing"),
    ],
)
def test_what_makes_no_sense_is_told(value, said):
    assert said in "\n".join(map(str, intent_faults(value)))


def test_lines_are_read_with_their_weights():
    intent = read_intent(
        {
            "effective": [{"container": "a/b", "expect": {"uid": 1}, "weight": 2}],
            "can": [{"container": "*", "action": "write /tmp", "expect": "denied"}],
            "standards": [{"level": "baseline"}],
            "keep": {"facts": ["uid"], "weight": 0.5},
        }
    )
    assert [float(line.weight) for line in intent.inside] == [2, 1, 1, 0.5]
    assert intent.inside[1].action == ("write", "/tmp")
    assert not intent.judges_flows


@pytest.mark.parametrize(
    ("name", "wanted", "got", "yes"),
    [
        ("uid", 1000, 1000, True),
        ("uid", {"not": 0}, 0, False),
        ("uid", {"not": 0}, None, False),
        ("groups", [2, 1], [1, 2], True),
        ("capabilities", {"has": ["CHOWN"]}, ["CHOWN", "KILL"], True),
        ("capabilities", {"has": ["CHOWN"]}, ["KILL"], False),
        ("capabilities", {"lacks": ["CHOWN"]}, ["KILL"], True),
        ("capabilities", [], [], True),
        ("starts", True, None, False),
        ("sysctls", {"a": "1"}, {"a": "1"}, True),
    ],
)
def test_what_fits(name, wanted, got, yes):
    assert fits(name, wanted, got) is yes
    assert wanted_words(wanted)


def test_names():
    assert title(("shop", "api", "api")) == "shop/api"
    with pytest.raises(KeyError):
        facts.known(None, "user")


def test_a_machine_that_makes_no_sense_is_told_with_its_line(tmp_path):
    world = tmp_path / "world.yaml"
    world.write_text(WORLD, encoding="utf-8")
    assert machine_of(world).node.runtime == "containerd"
    (tmp_path / "node.yaml").write_text("runtime: crio\nselinux: true\n", encoding="utf-8")
    assert (machine_of(world).node.runtime, machine_of(world).node.se_linux) == ("crio", True)
    (tmp_path / "node.yaml").write_text("runtime: crio\nselinus: true\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"node.yaml:2: .*did you mean `selinux`"):
        machine_of(world)


# -- predictions -------------------------------------------------------------------------------------------------------

QUESTIONS = [
    "mailer uid",
    "mailer groups",
    "mailer starts",
    "mailer holds CHOWN",
    "mailer can write /tmp/x",
    "mailer level",
    "mailer reads s0:c1",
]
GIVEN = pod("{runAsUser: 1000}", "{runAsUser: 2000, fsGroup: 7, seLinuxOptions: {level: 's0:c1,c2'}}")
TRUE = {
    "mailer uid": "1000",
    "mailer groups": "7, 50, 1000",
    "mailer starts": "yes",
    "mailer holds CHOWN": "no",
    "mailer can write /tmp/x": "yes",
    "mailer level": "baseline",
    "mailer reads s0:c1": "yes",
}


@pytest.fixture
def prediction(tmp_path):
    return predicted(tmp_path, QUESTIONS, GIVEN)


def as_text(table: dict[str, str]) -> str:
    return "".join(f"{text}: {word}\n" for text, word in table.items())


def test_what_is_so(prediction):
    assert true_table(prediction) == TRUE
    result = check_prediction(prediction, as_text(TRUE))
    assert (result.status, result.score) == ("pass", 10)


@pytest.mark.parametrize(
    ("question", "written_as"),
    [
        ("mailer groups", "[1000, 50, 7]"),
        ("mailer groups", "1000, 7, 50"),
        ("mailer starts", "true"),
        ("mailer starts", '"Yes"'),
        ("mailer level", "Baseline"),
        ("mailer uid", '"1000"'),
    ],
)
def test_other_ways_to_say_it(prediction, question, written_as):
    assert check_prediction(prediction, as_text({**TRUE, question: written_as})).status == "pass"


def test_what_is_no_answer_is_told(prediction):
    [found] = read_table(prediction, as_text({**TRUE, "mailer starts": "perhaps"})).findings
    assert (found.id, found.subject, found.line) == ("prediction-unreadable", "mailer starts", 3)
    [found] = read_table(prediction, as_text({**TRUE, "mailer uid": ""})).findings
    assert (found.id, found.wanted) == ("prediction-missing", "an answer behind the colon")


def test_a_believer_is_recognized_and_told_why(prediction):
    believed = believer_tables(prediction)["pod-level-wins"]
    assert believed["mailer uid"] == "2000"
    result = check_prediction(prediction, as_text(believed))
    assert result.misconceptions[0] == "pod-level-wins"
    assert result.findings[0].because.startswith("It comes from securityContext.runAsUser of the container")
    assert {"pod-level-wins", "added-capabilities-reach-non-root"} <= set(telling(prediction)) | {
        "added-capabilities-reach-non-root"
    }


def test_what_becomes_of_a_pod_that_is_refused(tmp_path):
    given = pod(pod_level="\n    capabilities: {drop: [ALL]}")
    exercise = predicted(tmp_path, ["mailer starts", "mailer stops at"], given)
    assert true_table(exercise) == {"mailer starts": "no", "mailer stops at": "decode"}
    assert believer_tables(exercise)["pod-level-takes-all"]["mailer starts"] == "yes"


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("letters uid", "must name one container; there are shop/mailer/mailer"),
        ("mailer user", "'user' is no question"),
        ("mailer can fly /", "'fly' is no action"),
        ("mailer reads level", "has no single verdict"),
        ("mailer group of /data/x", "has no single verdict"),
    ],
)
def test_questions_that_make_no_sense(tmp_path, question, said):
    with pytest.raises(InputError) as caught:
        true_table(predicted(tmp_path, [question]))
    assert said in str(caught.value)
    assert "exercise.yaml:" in str(caught.value)


# -- mutants -----------------------------------------------------------------------------------------------------------


def test_mutants_of_a_pod():
    value = {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": "mailer", "namespace": "shop"},
        "spec": {
            "hostPID": True,
            "securityContext": {"runAsUser": 1000, "seLinuxOptions": {"level": "s0:c1,c2"}},
            "containers": [
                {
                    "name": "mailer",
                    "image": "a",
                    "securityContext": {
                        "readOnlyRootFilesystem": True,
                        "capabilities": {"drop": ["ALL"], "add": ["CHOWN"]},
                        "seccompProfile": {"type": "RuntimeDefault"},
                    },
                    "volumeMounts": [{"name": "tmp", "mountPath": "/tmp"}],
                }
            ],
            "volumes": [{"name": "tmp", "emptyDir": {}}],
        },
    }
    changes = [f"{'.'.join(map(str, path))} {how}" for path, how, _ in pod_edits(value)]
    context = "spec.containers.0.securityContext"
    for wanted in (
        "spec.hostPID left out",
        "spec.securityContext left out",
        "spec.securityContext.runAsUser is 1001, not 1000",
        "spec.securityContext.runAsUser is 0, not 1000",
        f"spec.securityContext.runAsUser moved to {context}",
        "spec.securityContext.seLinuxOptions.level is s0, not s0:c1,c2",
        "spec.securityContext.seLinuxOptions.level is s0:c2, not s0:c1,c2",
        f"{context}.readOnlyRootFilesystem written readonlyRootFilesystem",
        f"{context}.readOnlyRootFilesystem is false, not true",
        f"{context}.readOnlyRootFilesystem moved to spec.securityContext",
        f"{context}.capabilities.drop.0 is all, not ALL",
        f"{context}.capabilities.add.0 is CAP_CHOWN, not CHOWN",
        f"{context}.capabilities.add.1 NET_RAW added",
        f"{context}.seccompProfile.type is Unconfined, not RuntimeDefault",
        "spec.containers.0.volumeMounts.0.readOnly is true, not absent",
        "spec.volumes.0 left out",
        "metadata.namespace is shop-2, not shop",
    ):
        assert wanted in changes
    found = list(mutants([value], Vocabulary({}, (), (), ())))
    assert all(mutant.documents != (value,) for mutant in found)
    assert len({mutant.text for mutant in found}) == len(found) > 30


def test_every_mutant_is_killed_or_means_the_same(tmp_path):
    exercise = written(tmp_path, UID + "  keep: all\n")
    (exercise.folder / "right").mkdir()
    (exercise.folder / "right" / "1.yaml").write_text(pod("{runAsUser: 1000}"), encoding="utf-8")
    found = fates(read_exercise(exercise.folder))
    assert (found.survived, found.permitted) == (0, 0)
    assert found.killed >= 10
    assert found.equivalent >= 1, "the field moved to the Pod"


def test_a_mutant_that_survives_is_told_with_the_fact_that_differs(tmp_path):
    exercise = written(tmp_path, UID)
    (exercise.folder / "right").mkdir()
    answer = pod("{runAsUser: 1000, readOnlyRootFilesystem: true}")
    (exercise.folder / "right" / "1.yaml").write_text(answer, encoding="utf-8")
    found = fates(read_exercise(exercise.folder))
    survivor = next(each for each in found.survivors if "readOnlyRootFilesystem left out" in each.changes[0])
    assert survivor.flow == "shop/mailer: read_only_root is yes with the answer, no with the mutant."
    assert survivor.in_scene
