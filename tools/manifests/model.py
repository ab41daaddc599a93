"""Kubernetes objects as plain data, and the lookups that all rules share."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, cast

Object = Mapping[str, Any]
"""One Kubernetes object as it is in YAML."""

Labels = Mapping[str, str]

POD_TEMPLATES: Mapping[str, tuple[str, ...]] = {
    "CronJob": ("spec", "jobTemplate", "spec", "template"),
    "DaemonSet": ("spec", "template"),
    "Deployment": ("spec", "template"),
    "Job": ("spec", "template"),
    "Pod": (),
    "StatefulSet": ("spec", "template"),
}
"""Path of the pod template in an object, by kind."""


def at(data: Any, *path: str | int) -> Any:
    """The value at the path of keys and positions, or None where there is none."""
    for key in path:
        if isinstance(data, Mapping):
            data = cast("Mapping[str | int, Any]", data).get(key)
        elif isinstance(data, list) and isinstance(key, int):
            entries = cast("list[Any]", data)
            data = entries[key] if key < len(entries) else None
        else:
            return None
    return data


def items(data: Any, *path: str | int) -> list[Any]:
    """The list at the path; empty where there is none."""
    value = at(data, *path)
    return cast("list[Any]", value) if isinstance(value, list) else []


def table(data: Any, *path: str | int) -> dict[str, Any]:
    """The mapping at the path; empty where there is none."""
    value = at(data, *path)
    return dict(cast("Mapping[str, Any]", value)) if isinstance(value, Mapping) else {}


def name(item: Object) -> str:
    """Name of an object; empty without one."""
    return str(at(item, "metadata", "name") or "")


def title(item: Object) -> str:
    """Kind and name of an object, for messages: `Deployment auth-service`."""
    return f"{item.get('kind', 'object without kind')} {name(item) or 'without name'}"


def of_kind(objects: Iterable[Object], *kinds: str) -> dict[str, Object]:
    """Objects of these kinds by name."""
    return {name(item): item for item in objects if item.get("kind") in kinds}


def pod_template(item: Object) -> Object | None:
    """Template of an object's pods (with `metadata` and `spec`), or None for a kind that has no pods."""
    path = POD_TEMPLATES.get(str(item.get("kind")))
    return None if path is None else table(item, *path)


def pods(objects: Iterable[Object]) -> Iterator[tuple[Object, Object]]:
    """Every object that has pods, with the template."""
    for item in objects:
        template = pod_template(item)
        if template is not None:
            yield item, template


def containers(template: Object) -> list[Object]:
    """All containers of a pod, init containers first."""
    return [*items(template, "spec", "initContainers"), *items(template, "spec", "containers")]


def matches(selector: Any, labels: Labels) -> bool:
    """Whether a label selector (`matchLabels`, `matchExpressions`) selects the labels; an empty one selects all.

    None, the absent selector, selects nothing. ValueError for an operator that Kubernetes does not know.
    """
    if selector is None:
        return False
    expected = cast("Labels", at(selector, "matchLabels") or {})
    return all(labels.get(key) == value for key, value in expected.items()) and all(
        _holds(expression, labels) for expression in items(selector, "matchExpressions")
    )


def _holds(expression: Object, labels: Labels) -> bool:
    key, operator = str(expression.get("key")), expression.get("operator")
    values = items(expression, "values")
    if operator == "In":
        return labels.get(key) in values
    if operator == "NotIn":
        return labels.get(key) not in values
    if operator == "Exists":
        return key in labels
    if operator == "DoesNotExist":
        return key not in labels
    raise ValueError(f"matchExpressions: {operator!r} is not In, NotIn, Exists or DoesNotExist")
