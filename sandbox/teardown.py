"""Why a stack cannot be destroyed or made again, in terms of its stack file.

A program exports as `destroy` the keys that protect its stack and the keys of what a destroy leaves in the account, so
that people who run `pulumi destroy` can read them too; the state has them while the program does not run.
"""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, cast

from sandbox.places import place

OWNERS = {
    "aws:ecr/repository:Repository": "registry.ownership",
    "aws:iam/openIdConnectProvider:OpenIdConnectProvider": "ci.provider",
    "aws:iam/role:Role": "ci.pushRole.ownership",
}
"""The key that says whether a stack creates a resource of a type or uses the account's."""
TAKEN = ("alreadyexists", "already exists")


def exported(deployment: Mapping[str, Any]) -> dict[str, list[str]]:
    """The output `destroy` of a state: lists of keys, by `protectedBy` and `retains`."""
    for resource in cast("list[dict[str, Any]]", deployment.get("resources") or []):
        if resource["type"] == "pulumi:pulumi:Stack":
            return cast("dict[str, list[str]]", (resource.get("outputs") or {}).get("destroy") or {})
    return {}


def refusal(keys: Sequence[str], project: Path, stack: str) -> list[str]:
    """What a person does who wants to destroy a protected stack."""
    if not keys:
        return ["The stack is protected. docs/destroy.md says which keys of its file do that."]
    lines = ["The stack is protected. To destroy it, set to false:"]
    for key in keys:
        found = place(project, stack, key)
        if found.value == "false":
            lines.append(f"    {found}: {key} (is false already, but not in the last `up`)")
        else:
            lines.append(f"    {found}: {key}" + (" (true by default: add the key)" if found.value is None else ""))
    return [*lines, "Then run `up`, and `destroy` again (docs/destroy.md)."]


def switched_on(errors: Iterable[str]) -> list[str]:
    """What helps where AWS protects a resource that the stack file does not."""
    if not any("deletion protection" in error.lower() for error in errors):
        return []
    return [
        "AWS protects this resource, though the last `up` did not: deletion protection was turned on outside Pulumi.",
        "Run `refresh`, `up` and `destroy` (docs/destroy.md).",
    ]


def again(keys: Sequence[str], project: Path, stack: str) -> list[str]:
    """What the next `up` needs after a destroy."""
    lines = _existing(keys, project, stack)
    return ["To create the stack again, write first:", *lines] if lines else []


def taken(errors: Mapping[str, str], project: Path, stack: str) -> list[str]:
    """The keys to change where the account has what the stack would create. `errors`: by URN.

    The engine stops at the first, but a destroy leaves all of them.
    """
    types = {
        urn.split("::")[2].rpartition("$")[2]
        for urn, error in errors.items()
        if any(word in error.lower() for word in TAKEN)
    }
    lines = _existing(OWNERS.values(), project, stack) if types & OWNERS.keys() else []
    if not lines:
        return []
    return [
        "An earlier life of the stack, or another stack, left this in the account. To use what is there, write:",
        *lines,
    ]


def _existing(keys: Iterable[str], project: Path, stack: str) -> list[str]:
    places = [(place(project, stack, key), key) for key in keys]
    return [f"    {found}: {key}: existing" for found, key in places if found.value == "create"]


def refused(errors: Iterable[str]) -> bool:
    """Whether protection is among the errors of a destroy."""
    return any("because it is protected" in error for error in errors)
