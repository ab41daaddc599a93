"""Kubernetes objects as plain data, and the few questions that every rule asks about them."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, cast

Object = Mapping[str, Any]
"""One Kubernetes object as YAML has it."""

Labels = Mapping[str, str]

NAME_LABEL = "app.kubernetes.io/name"
"""The label by which Services, budgets and network policies know the pods of a service."""

POD_TEMPLATES: Mapping[str, tuple[str, ...]] = {
    "CronJob": ("spec", "jobTemplate", "spec", "template"),
    "DaemonSet": ("spec", "template"),
    "Deployment": ("spec", "template"),
    "Job": ("spec", "template"),
    "Pod": (),
    "StatefulSet": ("spec", "template"),
}
"""Where the template of its pods stands in an object of a kind."""


def at(data: Any, *path: str | int) -> Any:
    """What stands under the path of keys and positions, or None where it ends before."""
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
    """The list under the path; empty where there is none."""
    found = at(data, *path)
    return cast("list[Any]", found) if isinstance(found, list) else []


def table(data: Any, *path: str | int) -> dict[str, Any]:
    """The mapping under the path; empty where there is none."""
    found = at(data, *path)
    return dict(cast("Mapping[str, Any]", found)) if isinstance(found, Mapping) else {}


def name(found: Object) -> str:
    """Name of an object; empty without one."""
    return str(at(found, "metadata", "name") or "")


def title(found: Object) -> str:
    """How messages call an object: `Deployment auth-service`."""
    return f"{found.get('kind', 'object without kind')} {name(found) or 'without name'}"


def of_kind(objects: Iterable[Object], *kinds: str) -> dict[str, Object]:
    """Objects of these kinds by name."""
    return {name(found): found for found in objects if found.get("kind") in kinds}


def pod_template(found: Object) -> Object | None:
    """Template of the pods that an object makes (with `metadata` and `spec`), or None where it makes none."""
    path = POD_TEMPLATES.get(str(found.get("kind")))
    return None if path is None else table(found, *path)


def pods(objects: Iterable[Object]) -> Iterator[tuple[Object, Object]]:
    """Every object that makes pods, with the template."""
    for found in objects:
        template = pod_template(found)
        if template is not None:
            yield found, template


def containers(template: Object) -> list[Object]:
    """All containers of a pod, the init containers first."""
    return [*items(template, "spec", "initContainers"), *items(template, "spec", "containers")]


def matches(selector: Any, labels: Labels) -> bool:
    """Whether a label selector (`matchLabels`, `matchExpressions`) selects the labels; an empty one selects all.

    None, the absent selector, selects nothing. ValueError for an operator that Kubernetes does not know.
    """
    if selector is None:
        return False
    plain = cast("Labels", at(selector, "matchLabels") or {})
    return all(labels.get(key) == value for key, value in plain.items()) and all(
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
    raise ValueError(f"matchExpressions: {operator!r} is none of In, NotIn, Exists, DoesNotExist")
