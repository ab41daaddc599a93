"""Objects against the schemas of the cluster's Kubernetes version, strictly: a field that is unknown is refused.

The schemas come with the package kubernetes-validate, so nothing is fetched. A version that it does not carry yet is
judged by the newest that it does.
"""

from collections.abc import Iterable, Iterator

import kubernetes_validate
from kubernetes_validate.utils import all_versions

from tools.manifests.model import Object, title


def schema_version(version: str | None) -> str:
    """The newest version with schemas that is not above the given one (`1.36`); the newest of all for None."""
    return max((one for one in all_versions() if version is None or _number(one) <= _number(version)), key=_number)


def _number(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split(".")[:2])


def schema_faults(objects: Iterable[Object], version: str | None) -> Iterator[str]:
    """Yield `Kind name: path: message` for each object that the API server of this version (`1.36`) would refuse."""
    known = schema_version(version)
    for found in objects:
        missing = [key for key in ("apiVersion", "kind", "metadata") if not found.get(key)]
        if missing:
            yield f"{title(found)}: {', '.join(missing)} missing"
            continue
        try:
            kubernetes_validate.validate(dict(found), known, strict=True)
        except kubernetes_validate.ValidationError as error:
            path = ".".join(str(part) for part in error.absolute_path)
            yield f"{title(found)}: {path or 'object'}: {error.message}"
        except kubernetes_validate.SchemaNotFoundError:
            yield f"{title(found)}: Kubernetes {known} has no {found['kind']} of {found['apiVersion']}"
