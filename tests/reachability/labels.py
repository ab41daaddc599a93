"""All kinds of pods (or namespaces) that a selector can select, whether there are such or not.

A selector asks only for the values of the keys that it names. So two pods that have the same of the named values under
each named key, or both another value, or both none, are one to all selectors in question: trying one pod of each kind
tries every pod there can ever be.
"""

from collections.abc import Iterable, Iterator
from itertools import product

from tests.reachability.model import NAMESPACE_NAME
from tools.manifests.model import NAME_LABEL, Labels, Object, items, matches, table

ANOTHER = "something-else"


def kinds(selector: Object, others: Iterable[Object]) -> Iterator[Labels]:
    """Yield one pod's (or namespace's) labels of each kind that the selector selects and the others tell apart.

    A namespace always has its name as a label, so wherever that key is named it has a value.
    """
    named: dict[str, dict[str, None]] = {}
    for one in (selector, *others):
        for key, values in _named(one):
            named.setdefault(key, {}).update(dict.fromkeys(values))
    choices: list[list[tuple[str, str | None]]] = []
    for key, values in named.items():
        fresh = ANOTHER
        while fresh in values:
            fresh += "-"
        options = [*values, *([] if key == NAMESPACE_NAME else [None]), fresh]
        part = _only(selector, key)
        choices.append([(key, value) for value in options if matches(part, {} if value is None else {key: value})])
    for chosen in product(*choices):
        yield {key: value for key, value in chosen if value is not None}


def _named(selector: Object) -> Iterator[tuple[str, list[str]]]:
    for key, value in table(selector, "matchLabels").items():
        yield key, [str(value)]
    for expression in items(selector, "matchExpressions"):
        yield str(expression.get("key")), [str(value) for value in items(expression, "values")]


def _only(selector: Object, key: str) -> Object:
    """What a selector asks about one key."""
    return {
        "matchLabels": {name: value for name, value in table(selector, "matchLabels").items() if name == key},
        "matchExpressions": [one for one in items(selector, "matchExpressions") if one.get("key") == key],
    }


def pod_title(labels: Labels) -> str:
    """How messages call a kind of pods: a service by its name, another pod by its labels."""
    if set(labels) == {NAME_LABEL} and not labels[NAME_LABEL].startswith(ANOTHER):
        return labels[NAME_LABEL]
    return f"a pod labelled {_listed(labels)}" if labels else "a pod without labels"


def namespace_title(labels: Labels) -> str:
    """How messages call a kind of namespaces."""
    name = labels.get(NAMESPACE_NAME)
    rest = {key: value for key, value in labels.items() if key != NAMESPACE_NAME}
    return ("any namespace" if name is None else f"namespace {name}") + (f" labelled {_listed(rest)}" if rest else "")


def _listed(labels: Labels) -> str:
    return ", ".join(f"{key}={value}" for key, value in labels.items())
