"""Labels and label selectors. Source: apimachinery pkg/apis/meta/v1/validation/validation.go."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from autograder.manifests.go_text import compact_json, quote
from autograder.manifests.problems import Path

from .errors import FieldError, Named, Printed, each, forbidden, invalid, required
from .names import label_key, label_value


def validate_labels(labels: Mapping[str, str] | None, path: Path, minor: int) -> Iterator[FieldError]:
    """Yield the errors of a map of labels.

    The server names the map. The precise place of each error is the label in it.
    """
    for key, value in sorted(labels.items()) if labels else ():
        yield from each(path, key, label_key(key, minor), (*path, key))
        yield from each(path, value, label_value(value, minor), (*path, key))


def validate_selector(selector: Mapping[str, Any] | None, path: Path, minor: int) -> Iterator[FieldError]:
    """Yield the errors of a label selector.

    | operator | values |
    |---|---|
    | In, NotIn | at least one |
    | Exists, DoesNotExist | none |
    | any other | Invalid value, whatever the values |
    """
    if not selector:
        return
    yield from validate_labels(selector.get("matchLabels"), (*path, "matchLabels"), minor)
    for index, requirement in enumerate(selector.get("matchExpressions", ())):
        yield from _validate_requirement(requirement, (*path, "matchExpressions", index), minor)


def _validate_requirement(requirement: Mapping[str, Any], path: Path, minor: int) -> Iterator[FieldError]:
    operator = requirement.get("operator", "")
    values = requirement.get("values", ())
    if operator in {"In", "NotIn"}:
        if not values:
            yield required((*path, "values"), "must be specified when `operator` is 'In' or 'NotIn'")
    elif operator in {"Exists", "DoesNotExist"}:
        if values:
            yield forbidden((*path, "values"), "may not be specified when `operator` is 'Exists' or 'DoesNotExist'")
    else:
        yield invalid((*path, "operator"), Named(operator), "not a valid selector operator")
    key = requirement.get("key", "")
    yield from each((*path, "key"), key, label_key(key, minor))
    for index, value in enumerate(values):
        yield from each((*path, "values", index), value, label_value(value, minor))


def selector_matches(selector: Mapping[str, Any] | None, labels: Mapping[str, str]) -> bool:
    """Return whether a valid selector matches labels. An absent one matches nothing, an empty one everything."""
    if selector is None:
        return False
    wanted = selector.get("matchLabels", {})
    return all(labels.get(key) == value for key, value in wanted.items()) and all(
        _requirement_matches(requirement, labels) for requirement in selector.get("matchExpressions", ())
    )


def _requirement_matches(requirement: Mapping[str, Any], labels: Mapping[str, str]) -> bool:
    key, values = requirement["key"], requirement.get("values", ())
    match requirement["operator"]:
        case "In":
            return labels.get(key) in values
        case "NotIn":
            return key not in labels or labels[key] not in values
        case "Exists":
            return key in labels
        case _:
            return key not in labels


def print_labels(labels: Mapping[str, str] | None, minor: int) -> Printed:
    """Return labels as the server prints the map: JSON since 1.34, Go source before.

    >>> print(print_labels({"app": "web"}, 37), print_labels({"app": "web"}, 33))
    {"app":"web"} map[string]string{"app":"web"}
    """
    if minor >= 34:
        return Printed(compact_json(dict(sorted(labels.items())) if labels is not None else None))
    if labels is None:
        return Printed("map[string]string(nil)")
    return Printed(f"map[string]string{{{', '.join(f'{quote(key)}:{quote(labels[key])}' for key in sorted(labels))}}}")


def print_selector(selector: Mapping[str, Any] | None, minor: int) -> Printed:
    """Return a selector as the server prints it: JSON since 1.34, Go source before."""
    if selector is None:
        return Printed("null" if minor >= 34 else '"null"')
    labels, requirements = selector.get("matchLabels"), selector.get("matchExpressions")
    if minor >= 34:
        fields = []
        if labels:
            fields.append(f'"matchLabels":{print_labels(labels, minor)}')
        if requirements:
            fields.append(f'"matchExpressions":{compact_json([_in_order(item) for item in requirements])}')
        return Printed("{" + ",".join(fields) + "}")
    expressions = _go_slice("v1.LabelSelectorRequirement", requirements, _requirement_source)
    return Printed(f"v1.LabelSelector{{MatchLabels:{print_labels(labels, minor)}, MatchExpressions:{expressions}}}")


def _in_order(requirement: Mapping[str, Any]) -> dict[str, Any]:
    written = {"key": requirement.get("key", ""), "operator": requirement.get("operator", "")}
    return {**written, "values": requirement["values"]} if requirement.get("values") else written


def _requirement_source(requirement: Mapping[str, Any]) -> str:
    key, operator = quote(requirement.get("key", "")), quote(requirement.get("operator", ""))
    values = _go_slice("string", requirement.get("values"), quote)
    return f"v1.LabelSelectorRequirement{{Key:{key}, Operator:{operator}, Values:{values}}}"


def _go_slice(go_type: str, items: list[Any] | None, source: Callable[[Any], str]) -> str:
    return f"[]{go_type}(nil)" if items is None else f"[]{go_type}{{{', '.join(map(source, items))}}}"
