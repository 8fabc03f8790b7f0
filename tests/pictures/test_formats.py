"""The three formats: well-formed whatever the names are, the same every time, and told in words as well."""

from __future__ import annotations

import html
import re
import shutil
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograder.manifests.load import load_text
from autograder.manifests.objects import LabelSelector, NetworkPolicy, Pod, Rule
from autograder.network import Cluster, Reachability, reachability
from autograder.pictures import dot, graph, mermaid, svg
from autograder.pictures.svg import COLORS
from tests.network import scenes, worlds

ROOT = Path(__file__).parents[2]
SVG = "{http://www.w3.org/2000/svg}"

NASTY = [
    "end", 'say "hi"', "<script>alert(1)</script>", "`web`", "#35;", "**db**", "back\\", "\\N", "&amp;", "]]>", "{x}",
    "a|b", "two\nlines", "\x00\x1b\x7f", "%%{init}%%", "-->", "\ud800", "\ufffe", "öl—✓", "",
]  # fmt: skip


def result_of(documents: list[scenes.Manifest]) -> Reachability:
    return reachability(Cluster.from_manifests(load_text(worlds.as_json(documents), file="world.json")))


def named(names: list[str]) -> Reachability:
    """Pods with any names at all, each reached by no one but its neighbors."""
    pods = [
        Pod("Pod", f"ns {name}", name, {}, {}, addresses=(f"10.0.0.{number}",)) for number, name in enumerate(names)
    ]
    closed = [NetworkPolicy(f"ns {names[0]}", "p", LabelSelector(), ("Ingress",), (Rule(),), ())] if names else []
    quiet = [NetworkPolicy(f"ns {name}", "q", LabelSelector(), ("Egress",), (), ()) for name in names[1:3]]
    return reachability(Cluster.of(pods=pods, policies=[*closed, *quiet]))


SHOP = [
    scenes.pod("shop/web", None, "10.0.0.1"),
    scenes.workload("Deployment", "shop/api", replicas=3),
    scenes.pod("data/db", None, "10.0.1.1"),
    scenes.pod("monitoring/node-exporter", None, "10.9.0.1", hostNetwork=True),
    scenes.policy(
        "data/db",
        "{podSelector: {}, ingress: [{from: [{namespaceSelector: {}, podSelector: {matchLabels: {app: api}}}], "
        "ports: [{port: 5432}]}]}",
    ),
    scenes.policy("shop/api", "{podSelector: {matchLabels: {app: api}}, ingress: [{from: [{podSelector: {}}]}]}"),
]


@pytest.fixture(scope="module")
def shop() -> Reachability:
    return result_of(SHOP)


@pytest.mark.parametrize("draw", [dot, mermaid, svg])
def test_a_picture_says_who_may_connect_where_and_what_is_undefined(shop, draw):
    text = html.unescape(draw(shop))
    for name in ("web", "api", "db", "node-exporter", "shop", "data", "monitoring", "Deployment, 3 replicas"):
        assert name in text
    assert "TCP 5432" in text
    assert "undefined, " in text
    assert "hostNetwork" in text
    assert re.search(r"style=dashed|-\.->|class=\"link open\"", text), "what is undefined is dashed"


@pytest.mark.parametrize("draw", [dot, mermaid, svg])
def test_a_picture_of_nothing_says_so(draw):
    assert "There is no Pod" in draw(reachability(Cluster()))


@pytest.mark.parametrize("draw", [dot, mermaid, svg])
def test_a_large_cluster_gives_a_picture_of_bounded_size(draw):
    documents = [
        scenes.pod(
            f"market-{number % 30}/web-{number}", {"app": f"web-{number}"}, f"10.1.{number // 250}.{number % 250}"
        )
        for number in range(600)
    ]
    documents += [
        scenes.policy(
            f"market-{number % 30}/p-{number}",
            f"{{podSelector: {{matchLabels: {{app: web-{number}}}}}, ingress: [{{from: [{{podSelector: {{matchLabels: "
            f"{{app: web-{number + 30}}}}}}}]}}]}}",
        )
        for number in range(0, 500, 2)
    ]
    text = draw(result_of(documents))
    assert len(text) < 60_000
    assert "of 600 Pods, among them all of" in re.sub(r"\s*</text>\s*<text[^>]*>|<br/>", " ", text)


@pytest.mark.parametrize("draw", [dot, mermaid, svg])
def test_the_same_matrix_is_the_same_picture_in_every_process(draw):
    code = (
        "import sys; sys.path.insert(0, '.')\n"
        "from tests.pictures.test_formats import SHOP, result_of\n"
        f"from autograder.pictures import {draw.__name__} as draw\n"
        "sys.stdout.buffer.write(draw(result_of(SHOP)).encode())"
    )
    for seed in ("0", "1"):
        answer = subprocess.run(
            [sys.executable, "-c", code], capture_output=True, check=True, cwd=ROOT, env={"PYTHONHASHSEED": seed}
        )
        assert answer.stdout.decode() == draw(result_of(SHOP))


# -- any name is safe ------------------------------------------------------------------------------------------------


names = st.lists(st.sampled_from(NASTY) | st.text(max_size=12), min_size=1, max_size=6)


@settings(max_examples=60, deadline=None)
@given(names, st.sampled_from(NASTY))
def test_svg_is_well_formed_whatever_the_names_are(found, title):
    root = ET.fromstring(svg(named(found), title=title).encode())  # noqa: S314 - our own text
    assert root.tag == f"{SVG}svg"
    assert {element.tag.removeprefix(SVG) for element in root.iter()} <= {
        "svg", "title", "desc", "style", "g", "rect", "path", "circle", "text",
    }  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(names, st.sampled_from(NASTY))
def test_mermaid_never_leaves_its_quotes(found, title):
    text = mermaid(named(found), title=title)
    for line in text.splitlines():
        bare = re.sub(r'"[^"]*"', "", line)
        assert '"' not in bare
        if not line.startswith(("  acc", "flowchart")):
            assert re.fullmatch(r"[\w \[\](){}<>|.,:;-]*", bare), line
        for quoted in re.findall(r'"([^"]*)"', line):
            assert not re.search(r"[<>\"`*_\\\[\]{}|]|#(?!\d+;)", quoted.replace("<br/>", "")), line
    assert text.count("\n  end\n") == text.count("subgraph ") or "  end" in text


@settings(max_examples=60, deadline=None)
@given(names, st.sampled_from(NASTY))
def test_dot_never_leaves_its_quotes(found, title):
    text = dot(named(found), title=title)
    bare = re.sub(r'"(?:[^"\\]|\\.)*"', "S", text, flags=re.DOTALL)
    assert re.fullmatch(r"[\w \n{}\[\]=;,.>-]*", bare), bare
    for quoted in re.findall(r'"((?:[^"\\]|\\.)*)"', text, flags=re.DOTALL):
        assert not re.search(r"\\[^\\\"nl]|[\x00-\x1f]|&(?!amp;)", quoted.replace("\\\\", "")), quoted


@pytest.mark.skipif(shutil.which("dot") is None, reason="Graphviz is not installed")
@pytest.mark.parametrize("name", ["the shop", "names that hurt"])
def test_graphviz_takes_what_dot_writes(shop, name):
    text = dot(shop if name == "the shop" else named(NASTY))
    answer = subprocess.run(["dot", "-Tsvg"], input=text.encode(), capture_output=True, check=False, timeout=60)
    assert (answer.returncode, answer.stderr.decode()) == (0, "")
    drawn = ET.fromstring(answer.stdout)  # noqa: S314 - our own text
    words = {"".join(element.itertext()) for element in drawn.iter(f"{SVG}text")}
    assert ({"web", "db"} if name == "the shop" else {'say "hi"', "back\\", "\\N", "&amp;", "#35;"}) <= words


# -- SVG -------------------------------------------------------------------------------------------------------------


def shapes(text: str) -> ET.Element:
    return ET.fromstring(text.encode())  # noqa: S314 - our own text


def test_svg_has_a_text_alternative(shop):
    root = shapes(svg(shop))
    assert root.get("role") == "img"
    title, description = (root.find(f"{SVG}{tag}") for tag in ("title", "desc"))
    assert root.get("aria-labelledby") == f"{title.get('id')} {description.get('id')}"
    assert title.text == "Who can talk to whom"
    assert (
        "shop/api → every Pod of data: TCP 5432." in description.text
        or "shop/api → data/db: TCP 5432." in description.text
    )


def test_svg_scales_and_takes_the_colors_of_the_page(shop):
    text = svg(shop)
    root = shapes(text)
    assert root.get("viewBox") == f"0 0 {root.get('width')} {root.get('height')}"
    assert "max-width:100%" in root.get("style")
    assert int(root.get("width")) < 480, "a phone shows it in a legible size"
    for word in (
        "--jp-layout-color1",
        "--jp-content-font-color1",
        "--vscode-editor-background",
        "prefers-color-scheme:dark",
    ):
        assert word in text


def test_a_style_sheet_reaches_no_other_picture(shop):
    root = shapes(svg(shop))
    sheet = root.find(f"{SVG}style").text
    selectors = re.findall(r"(?:^|[}{])([^{}@]+)\{", sheet)
    assert selectors
    assert all(part.startswith(f"#{root.get('id')}") for selector in selectors for part in selector.split(","))
    assert root.get("id") != shapes(svg(result_of(SHOP[:3]))).get("id")


@pytest.mark.parametrize("seed", range(20))
def test_no_line_crosses_a_word_and_nothing_leaves_the_sheet(seed):
    documents = worlds.seeded(seed)
    root = shapes(svg(result_of(documents)))
    width, height = float(root.get("width")), float(root.get("height"))
    words, cards = [], []
    for element in root.iter():
        if element.tag == f"{SVG}rect" and element.get("class", "").startswith("chip"):
            cards.append(tuple(float(element.get(key)) for key in ("x", "y", "width", "height")))
        if element.tag == f"{SVG}text" and element.get("class") == "label":
            words.append((float(element.get("x")), float(element.get("y")), 6.2 * len(element.text)))
        for key, most in (("x", width), ("y", height), ("cx", width), ("cy", height)):
            if element.get(key) is not None:
                assert 0 <= float(element.get(key)) <= most
    rails = [
        (float(x), sorted((float(y), float(down))))
        for element in root.iter(f"{SVG}path")
        if element.get("class", "").startswith("rail")
        for x, y, down in re.findall(r"M([\d.]+) ([\d.]+)V([\d.]+)", element.get("d"))
    ]
    for x, (top, bottom) in rails:
        assert all(not (left <= x <= left + length and top <= y <= bottom) for left, y, length in words)
        assert all(not (left <= x <= left + wide and y < bottom and top < y + high) for left, y, wide, high in cards)
    overlapping = [
        (one, other)
        for place, one in enumerate(sorted(words, key=lambda word: word[1]))
        for other in sorted(words, key=lambda word: word[1])[place + 1 :]
        if other[1] - one[1] < 12
    ]
    assert not overlapping, "labels stand on lines of their own"
    lanes: dict[float, list[list[float]]] = {}
    for x, span in rails:
        assert all(span[1] < top or bottom < span[0] for top, bottom in lanes.get(x, [])), (
            "a lane is used once at a time"
        )
        lanes.setdefault(x, []).append(span)


def luminance(color: str) -> float:
    parts = [int(color[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("color", COLORS)
@pytest.mark.parametrize("paper", ["#ffffff", "#14181f", "#212121", "#f2f4f7"])
def test_lines_are_seen_on_light_and_dark(color, paper):
    light, dark = sorted((luminance(color), luminance(paper)), reverse=True)
    assert (light + 0.05) / (dark + 0.05) >= 3


def test_the_graph_is_there_for_who_draws_otherwise(shop):
    assert graph(shop).links
