"""The bare program: the resources of a plan, one after the other, without components.

It uses the SDK's classes, imports the same modules as the platform's program, and passes the same outputs to the same
inputs. The configuration names the file with the recipe (see tests/bench/recipe.py); reading it is faster than
compiling the same resources as source code.
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
resources: dict[int, Any] = {}


def filled(value: Any) -> Any:
    """Replace each reference of the recipe by the output of the resource that it refers to."""
    if isinstance(value, list):
        return [filled(item) for item in cast("list[Any]", value)]
    if not isinstance(value, dict):
        return value
    entries = cast("dict[str, Any]", value)
    if "$from" not in entries:
        return {key: filled(item) for key, item in entries.items()}
    source = resources[entries["$from"]]
    paths = (name.split(".") for name in entries["outputs"])
    found = next(reduce(getattr, path, source) for path in paths if hasattr(source, path[0]))
    return found if "as" not in entries else pulumi.Output.format(entries["as"], found)


for number, entry in enumerate(json.loads(Path(pulumi.Config().require("recipe")).read_text(encoding="utf-8"))):
    package, *path = entry["class"]
    options = pulumi.ResourceOptions(
        provider=resources.get(entry["provider"]), depends_on=[resources[other] for other in entry["after"]]
    )
    make = reduce(getattr, path, SDKS[package])
    resources[number] = make(
        entry["name"], opts=options, **{key: filled(item) for key, item in entry["inputs"].items()}
    )
