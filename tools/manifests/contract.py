"""The keys of Secrets and ConfigMaps: those that pods read, those that exist, and those that are missing."""

from collections.abc import Iterable, Iterator, Sequence, Set
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
        """`key DATABASE_URL of Secret nova-db-credentials`."""
        return ("every key" if self.key == ALL else f"key {self.key}") + f" of {self.kind} {self.owner}"


def keys_read(objects: Sequence[Object]) -> dict[Key, list[str]]:
    """Readers of each key, such as `Deployment auth-service`, through variables, whole imports (`ALL`) and volumes."""
    readers_by_key: dict[Key, list[str]] = {}
    for owner, template in pods(objects):
        for key in _keys_of(template):
            readers = readers_by_key.setdefault(key, [])
            if title(owner) not in readers:
                readers.append(title(owner))
    return readers_by_key


def _keys_of(template: Object) -> Iterator[Key]:
    for container in containers(template):
        for variable in items(container, "env"):
            key = source_key(variable)
            if key is not None:
                yield key
        for source in items(container, "envFrom"):
            for kind, field in (("Secret", "secretRef"), ("ConfigMap", "configMapRef")):
                if at(source, field):
                    yield Key(kind, str(at(source, field, "name")), ALL)
    for volume in items(template, "spec", "volumes"):
        for kind, field, name_field in (("Secret", "secret", "secretName"), ("ConfigMap", "configMap", "name")):
            if at(volume, field):
                for key in [str(at(item, "key")) for item in items(volume, field, "items")] or [ALL]:
                    yield Key(kind, str(at(volume, field, name_field)), key)


def source_key(variable: Object) -> Key | None:
    """The key that a variable reads; None for a literal."""
    for kind, field in (("Secret", "secretKeyRef"), ("ConfigMap", "configMapKeyRef")):
        reference = table(variable, "valueFrom", field)
        if reference:
            return Key(kind, str(reference.get("name")), str(reference.get("key")))
    return None


def keys_created(objects: Iterable[Object], namespace: str) -> set[Key]:
    """Every key of the Secrets and ConfigMaps in a namespace; an ExternalSecret counts as the Secret it creates."""
    created: set[Key] = set()
    for item in objects:
        if at(item, "metadata", "namespace") != namespace:
            continue
        kind = str(item.get("kind"))
        if kind == "ExternalSecret":
            owner = str(at(item, "spec", "target", "name") or name(item))
            created |= {Key("Secret", owner, str(at(entry, "secretKey"))) for entry in items(item, "spec", "data")}
        elif kind in ("Secret", "ConfigMap"):
            keys = {**table(item, "data"), **table(item, "stringData"), **table(item, "binaryData")}
            created |= {Key(kind, name(item), key) for key in keys}
    return created


def missing_keys(objects: Sequence[Object], created: Set[Key]) -> Iterator[tuple[Key, str]]:
    """Yield each key that pods read and that does not exist, with the message that names its readers."""
    owners = {(key.kind, key.owner) for key in created}
    for key, readers in sorted(keys_read(objects).items()):
        exists = (key.kind, key.owner) in owners if key.key == ALL else key in created
        if not exists:
            yield key, f"{', '.join(readers)} reads {key}, which nothing creates"
