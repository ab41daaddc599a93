"""The contract of Secrets and ConfigMaps: the keys that the pods of an overlay read equal the keys in their namespace.

Both ways: a pod does not start when a key that it reads is missing, and a key that no pod reads is a secret without a
use, unless a reason is recorded for it.
"""

from collections.abc import Iterator, Mapping, Sequence

from tools.manifests.contract import ALL, Key, keys_created, keys_read, missing_keys
from tools.manifests.model import Object


def contract_faults(
    overlay: Sequence[Object], platform: Sequence[Object], namespace: str, unread: Mapping[Key, str]
) -> Iterator[str]:
    """Yield each key that is read and missing or created and unread (`platform`: the plan's objects of all namespaces).

    `unread`: keys that no pod of the overlay reads, each with the reason why it exists.
    """
    read, created = keys_read(overlay), keys_created([*overlay, *platform], namespace)
    imported = {(key.kind, key.owner) for key in read if key.key == ALL}
    for _, message in missing_keys(overlay, created):
        yield f"{namespace}: {message}"
    for key in sorted(created):
        used = key in read or (key.kind, key.owner) in imported
        if not used and key not in unread:
            yield f"{namespace}: {key} is created but never read: remove it, or record its reason"
        if used and key in unread:
            yield f"{namespace}: {key} is read by a pod, so it needs no reason ({unread[key]})"
    for key in sorted(set(unread) - created):
        yield f"{namespace}: {key} has a reason ({unread[key]}), but nothing creates it"
