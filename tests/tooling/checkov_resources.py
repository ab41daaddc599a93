"""Resources as the sandbox reports them, for the tests of what checkov reads."""

from collections.abc import Mapping, Sequence
from typing import Any

from sandbox.plan import Resource


def resource(token: str, name: str, depends: Mapping[str, Sequence[str]] | None = None, **inputs: Any) -> Resource:
    """A resource with these inputs; `depends` has the URNs that a property's value comes from."""
    return Resource(
        urn=f"urn:pulumi:staging::shop::{token}::{name}",
        type=token,
        name=name,
        parent=None,
        provider=None,
        dependencies=[],
        propertyDependencies={key: list(urns) for key, urns in (depends or {}).items()},
        deletedWith=None,
        protect=False,
        retainOnDelete=False,
        custom=True,
        op="create",
        inputs=inputs,
    )
