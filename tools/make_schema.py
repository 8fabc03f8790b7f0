"""Write autograder/manifests/schema.json from the models of the `kubernetes` Python packages.

    python -m tools.make_schema                     # downloads the packages with pip
    python -m tools.make_schema FOLDER…             # reads unpacked packages, one a version
    python -m tools.make_schema --check [FOLDER…]   # says whether the file is current; status 1 if not

The packages are read as text and never imported, so what they depend on need not be there.

One line a struct: `field type[ since-until]`, fields sorted, joined with commas. A type is

    string bool int32 int64 float64    as in Go
    =Name                              a string that Go calls v1.Name
    IntOrString Quantity Time Free     with a decoding rule of its own
    Name                               the struct Name
    []T  {}T                           a list of T, a map from string to T

`1.34-` after a type: the field is there since 1.34. `-1.36`: up to and including 1.36.
"""

from __future__ import annotations

import argparse
import ast
import hashlib
import json
import re
import subprocess
import sys
import tempfile
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tools.go_types import EMBEDDED, EMPTY_STRUCTS, NAMED_TEXT, OTHER_RULES

TARGET: Final = Path(__file__).resolve().parent.parent / "autograder" / "manifests" / "schema.json"

PACKAGES: Final = ("33.1.0", "34.1.0", "35.0.0", "36.0.3", "37.0.2")
"""Version N.x of the package is the API of Kubernetes 1.N."""

KINDS: Final = {
    "CronJob": "batch/v1",
    "DaemonSet": "apps/v1",
    "Deployment": "apps/v1",
    "Job": "batch/v1",
    "Namespace": "v1",
    "NetworkPolicy": "networking.k8s.io/v1",
    "Pod": "v1",
    "ReplicaSet": "apps/v1",
    "Service": "v1",
    "StatefulSet": "apps/v1",
}

_GO_TYPES: Final = {
    field: prefix + go_type
    for table, prefix in ((OTHER_RULES, ""), (NAMED_TEXT, "="), (EMPTY_STRUCTS, ""))
    for go_type, fields in table.items()
    for field in fields.split()
}
_SCALARS: Final = {"str": "string", "int": "int32", "bool": "bool", "float": "float64", "datetime": "Time"}
_CLASS_NAME: Final = re.compile(r"(?:Core|Resource)?(V\d+(?:(?:alpha|beta)\d+)?)(\w+)")
_TABLE: Final = r"^    {}(?:: [^=\n]+)? = (\{{.*?^    \}})"


class SchemaError(Exception):
    """A package that is not what this script expects."""


@dataclass(frozen=True)
class Package:
    """One unpacked `kubernetes` package: where its models are, which class is in which file."""

    models: Path
    files: dict[str, Path]

    def tables(self, class_name: str) -> tuple[dict[str, str], dict[str, str]]:
        """Return openapi_types and attribute_map of a model."""
        try:
            text = self.files[class_name].read_text("utf-8")
        except KeyError:
            raise SchemaError(f"{self.models} has no model {class_name}") from None
        found = []
        for name in ("openapi_types", "attribute_map"):
            match = re.search(_TABLE.format(name), text, re.MULTILINE | re.DOTALL)
            if match is None:
                raise SchemaError(f"{self.files[class_name]} has no {name}")
            found.append(ast.literal_eval(match[1]))
        return found[0], found[1]


def open_package(folder: Path) -> Package:
    """Return the package unpacked in `folder`.

    Raises SchemaError if there is none.
    """
    models = folder / "kubernetes" / "client" / "models"
    files = {}
    for file in sorted(models.glob("*.py")):
        for class_name in re.findall(r"^class (\w+)\(", file.read_text("utf-8"), re.MULTILINE):
            files[class_name] = file
    if not files:
        raise SchemaError(f"{folder} holds no unpacked kubernetes package: there are no models in {models}")
    return Package(models, files)


def go_name(class_name: str) -> str:
    """Return how the schema calls the struct of a model: without `V1`, with any other version in front.

    >>> go_name("V1PodSpec"), go_name("CoreV1ResourceClaim"), go_name("V1alpha3TopologyConstraint")
    ('PodSpec', 'ResourceClaim', 'v1alpha3.TopologyConstraint')
    """
    match = _CLASS_NAME.fullmatch(class_name)
    if match is None:
        raise SchemaError(f"no Go name is known for the model {class_name}")
    version, name = match[1].lower(), match[2]
    return name if version == "v1" else f"{version}.{name}"


def parse_type(model_type: str, struct: str, field: str) -> tuple[str, str | None]:
    """Return the schema's type for a model's type, and the model that it refers to, if any.

    >>> parse_type("list[V1Container]", "PodSpec", "containers")
    ('[]Container', 'V1Container')
    >>> parse_type("dict(str, str)", "ResourceRequirements", "limits")
    ('{}Quantity', None)
    """
    override = _GO_TYPES.get(f"{struct}.{field}")
    if override == "ResourceList":
        return "{}Quantity", None
    for pattern, prefix in ((r"[Ll]ist\[(.*)\]", "[]"), (r"[Dd]ict[\[(]str, (.*)[\])]", "{}")):
        if match := re.fullmatch(pattern, model_type):
            inner, model = parse_type(match[1], struct, field)
            return prefix + inner, model
    if override is not None:
        return override, None
    if model_type in _SCALARS:
        return _SCALARS[model_type], None
    if model_type == "object":
        raise SchemaError(f"{struct}.{field} is an object: say in tools/go_types.py which type it has in Go")
    return go_name(model_type), model_type


def read_structs(package: Package) -> dict[str, dict[str, str]]:
    """Return the fields and their types of every struct that the kinds reach."""
    structs: dict[str, dict[str, str]] = {}
    waiting = [f"V1{kind}" for kind in KINDS]
    while waiting:
        class_name = waiting.pop()
        struct = go_name(class_name)
        if struct in structs:
            continue
        types, names = package.tables(class_name)
        fields = structs[struct] = {}
        for attribute, model_type in types.items():
            field = names[attribute]
            type_, model = parse_type(model_type, struct, field)
            fields[field] = type_
            if model is not None:
                waiting.append(model)
            elif type_ in EMPTY_STRUCTS:
                structs[type_] = {}
    return structs


def merge(by_version: dict[str, dict[str, dict[str, str]]]) -> dict[str, str]:
    """Return one line a struct, each field with the versions that have it."""
    versions = list(by_version)
    lines = {}
    for struct in sorted({struct for structs in by_version.values() for struct in structs}):
        types: dict[str, set[str]] = {}
        present: dict[str, list[str]] = {}
        for version, structs in by_version.items():
            for field, type_ in structs.get(struct, {}).items():
                types.setdefault(field, set()).add(type_)
                present.setdefault(field, []).append(version)
        # A struct that nothing reached yet says nothing about its fields: who refers to it is versioned.
        known = [version for version in versions if struct in by_version[version]]
        entries = []
        for field in sorted(types):
            if len(types[field]) > 1:
                raise SchemaError(f"{struct}.{field} changed its type: {sorted(types[field])}")
            entry = f"{field} {types[field].pop()}"
            first, last = present[field][0], present[field][-1]
            if present[field] != versions[versions.index(first) : versions.index(last) + 1]:
                raise SchemaError(f"{struct}.{field} went and came back: {present[field]}")
            since = "" if first == known[0] else first
            until = "" if last == known[-1] else last
            entries.append(entry + (f" {since}-{until}" if since or until else ""))
        lines[struct] = ", ".join(entries)
    return lines


def make(folders: list[Path]) -> str:
    """Return the text of schema.json for unpacked packages, one a version, oldest first."""
    packages = dict(zip((version_of(package) for package in PACKAGES), folders, strict=True))
    structs = merge({version: read_structs(open_package(folder)) for version, folder in packages.items()})
    head = {
        "about": "Generated by tools/make_schema.py; do not edit. What each kind's fields are called and hold.",
        "packages": dict(zip(packages, PACKAGES, strict=True)),
        "kinds": KINDS,
        "embedded": EMBEDDED,
    }
    return json.dumps({**head, "sha256": digest(structs), "structs": structs}, indent=1, ensure_ascii=True) + "\n"


def digest(structs: dict[str, str]) -> str:
    """Return what tells whether somebody edited the structs by hand."""
    return hashlib.sha256("\n".join(f"{name}: {line}" for name, line in structs.items()).encode()).hexdigest()


def version_of(package: str) -> str:
    """Return the Kubernetes version of a package version.

    >>> version_of("33.1.0")
    '1.33'
    """
    return "1." + package.partition(".")[0]


def download(target: Path) -> list[Path]:
    """Fetch the packages with pip and unpack them below `target`."""
    folders = []
    for package in PACKAGES:
        wheels = target / f"wheels-{package}"
        subprocess.run(  # the interpreter and a fixed list of names
            [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary", ":all:",
             "--dest", str(wheels), f"kubernetes=={package}"],
            check=True,
        )  # fmt: skip
        (wheel,) = wheels.glob("*.whl")
        folder = target / package
        with zipfile.ZipFile(wheel) as archive:
            archive.extractall(folder, [name for name in archive.namelist() if "/client/models/" in name])
        folders.append(folder)
    return folders


def main(arguments: list[str] | None = None) -> int:
    """Write the schema, or with --check compare it; return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "folders", nargs="*", type=Path, help=f"unpacked packages, in this order: {', '.join(PACKAGES)}"
    )
    parser.add_argument("--check", action="store_true", help="compare, do not write")
    options = parser.parse_args(arguments)
    if options.folders and len(options.folders) != len(PACKAGES):
        parser.error(f"{len(PACKAGES)} folders are needed, for {', '.join(PACKAGES)}")
    try:
        with tempfile.TemporaryDirectory() as temporary:
            text = make(options.folders or download(Path(temporary)))
    except (SchemaError, subprocess.CalledProcessError, OSError) as error:
        print(f"make_schema: {error}", file=sys.stderr)
        return 2
    if not options.check:
        TARGET.write_text(text, "utf-8", newline="\n")
        return 0
    if TARGET.read_text("utf-8") == text:
        return 0
    print(
        "make_schema: autograder/manifests/schema.json is not current: run `python -m tools.make_schema`",
        file=sys.stderr,
    )
    return 1


if __name__ == "__main__":
    sys.exit(main())
