"""The bare program: the resources of a plan, one after the other, as someone writes them who wants no components.

It uses the SDK's classes, imports what the platform's program imports, and lets the same outputs flow into the same
inputs. What to make stands in the file that the configuration names (see tests/bench/recipe.py); reading it takes less
time than compiling the same as source would.
"""

import json
from functools import reduce
from pathlib import Path
from typing import Any, cast

import pulumi
import pulumi_aws
import pulumi_eks
import pulumi_kubernetes
import pulumi_random
import pulumi_tls

SDKS: dict[str, Any] = {
    "aws": pulumi_aws,
    "eks": pulumi_eks,
    "kubernetes": pulumi_kubernetes,
    "random": pulumi_random,
    "tls": pulumi_tls,
}
made: dict[int, Any] = {}


def filled(value: Any) -> Any:
    """Put the output of a resource that was made before wherever the recipe refers to it."""
    if isinstance(value, list):
        return [filled(item) for item in cast("list[Any]", value)]
    if not isinstance(value, dict):
        return value
    entries = cast("dict[str, Any]", value)
    if "$from" not in entries:
        return {key: filled(item) for key, item in entries.items()}
    source = made[entries["$from"]]
    found = next(getattr(source, name) for name in entries["outputs"] if hasattr(source, name))
    return found if "as" not in entries else pulumi.Output.format(entries["as"], found)


for number, entry in enumerate(json.loads(Path(pulumi.Config().require("recipe")).read_text(encoding="utf-8"))):
    package, *path = entry["class"]
    options = pulumi.ResourceOptions(
        provider=made.get(entry["provider"]), depends_on=[made[other] for other in entry["after"]]
    )
    make = reduce(getattr, path, SDKS[package])
    made[number] = make(entry["name"], opts=options, **{key: filled(item) for key, item in entry["inputs"].items()})
