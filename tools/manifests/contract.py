"""The contract of Secrets and ConfigMaps: what the pods of an overlay read beside what is made in their namespace.

Both ways: a key that nobody makes keeps a pod from starting, and one that nobody reads is a secret without a use,
unless somebody else reads it, which is then said with the reason.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from tools.manifests.model import Object, at, containers, items, name, pods, table, title

ALL = "*"
"""In place of a key: every key of the object is read."""


@dataclass(frozen=True, order=True)
class Key:
    """One key of one Secret or ConfigMap."""

    kind: str
    owner: str
    key: str

    def __str__(self) -> str:
        """The key as a person reads it."""
        return f"{self.kind} {self.owner}, " + ("every key" if self.key == ALL else f"key {self.key}")


def keys_read(objects: Sequence[Object]) -> dict[Key, list[str]]:
    """Who reads each key, as `Deployment auth-service`: variables, whole imports (`ALL`) and volumes."""
    found: dict[Key, list[str]] = {}
    for owner, template in pods(objects):
        for key in _keys_of(template):
            readers = found.setdefault(key, [])
            if title(owner) not in readers:
                readers.append(title(owner))
    return found


def _keys_of(template: Object) -> Iterator[Key]:
    for container in containers(template):
        for variable in items(container, "env"):
            for kind, field in (("Secret", "secretKeyRef"), ("ConfigMap", "configMapKeyRef")):
                reference = table(variable, "valueFrom", field)
                if reference:
                    yield Key(kind, str(reference.get("name")), str(reference.get("key")))
        for source in items(container, "envFrom"):
            for kind, field in (("Secret", "secretRef"), ("ConfigMap", "configMapRef")):
                if at(source, field):
                    yield Key(kind, str(at(source, field, "name")), ALL)
    for volume in items(template, "spec", "volumes"):
        for kind, field, called in (("Secret", "secret", "secretName"), ("ConfigMap", "configMap", "name")):
            if at(volume, field):
                for key in [str(at(item, "key")) for item in items(volume, field, "items")] or [ALL]:
                    yield Key(kind, str(at(volume, field, called)), key)


def keys_made(objects: Iterable[Object], namespace: str) -> set[Key]:
    """Every key of the Secrets and ConfigMaps of a namespace; an ExternalSecret stands for the Secret that it makes."""
    found: set[Key] = set()
    for one in objects:
        if at(one, "metadata", "namespace") != namespace:
            continue
        kind = str(one.get("kind"))
        if kind == "ExternalSecret":
            owner = str(at(one, "spec", "target", "name") or name(one))
            found |= {Key("Secret", owner, str(at(entry, "secretKey"))) for entry in items(one, "spec", "data")}
        elif kind in ("Secret", "ConfigMap"):
            keys = {**table(one, "data"), **table(one, "stringData"), **table(one, "binaryData")}
            found |= {Key(kind, name(one), key) for key in keys}
    return found


def contract_faults(
    overlay: Sequence[Object], platform: Sequence[Object], namespace: str, others: Mapping[Key, str]
) -> Iterator[str]:
    """Yield each broken promise between an overlay and the platform's objects (all namespaces, as in the plan).

    `others`: keys that no pod of the overlay reads, each with the reason why it is made all the same.
    """
    read, made = keys_read(overlay), keys_made([*overlay, *platform], namespace)
    whole = {(key.kind, key.owner) for key in read if key.key == ALL}
    present = {(key.kind, key.owner) for key in made}
    for key, readers in sorted(read.items()):
        if key not in made and not (key.key == ALL and (key.kind, key.owner) in present):
            yield f"{namespace}: {', '.join(readers)} reads {key}, and nobody makes it"
    for key in sorted(made):
        used = key in read or (key.kind, key.owner) in whole
        if not used and key not in others:
            yield f"{namespace}: {key} is made, and nobody reads it: leave it out, or say who does"
        if used and key in others:
            yield f"{namespace}: {key} is read by a pod, so it needs no reason ({others[key]})"
    for key in sorted(set(others) - made):
        yield f"{namespace}: {key} has a reason ({others[key]}), and nobody makes it"
