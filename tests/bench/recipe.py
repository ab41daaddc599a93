"""Turns the plan of a program into a recipe for the bare one: the same custom resources without their components.

A value that is unknown in the plan is an output of a resource that the property depends on. The recipe refers to that
resource, so that the same data flows. The simulated account accepts any output that has the form of the input: the
output with the input's name, the ARN for an input that is an ARN, otherwise the id.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import count
from typing import Any, cast

UNKNOWN = "[unknown]"
PROVIDERS = "pulumi:providers:"
KUBECONFIG = json.dumps(
    {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": "bare", "cluster": {"server": "https://SERVER"}}],
        "contexts": [{"name": "bare", "context": {"cluster": "bare", "user": "bare"}}],
        "users": [{"name": "bare", "user": {"token": "none"}}],
        "current-context": "bare",
    }
)
STATEMENT = {"Effect": "Deny", "Action": "*", "Resource": "PLACE"}
POLICY = json.dumps({"Version": "2012-10-17", "Statement": STATEMENT})
BUCKET_STATEMENT = {**STATEMENT, "Action": "s3:*", "Principal": "*"}
BUCKET_POLICY = json.dumps({"Version": "2012-10-17", "Statement": BUCKET_STATEMENT})
TEMPLATES = {
    "kubeconfig": (KUBECONFIG, "SERVER", "kubeconfig"),
    "policy": (POLICY, "PLACE", "arn"),
    "aws:s3/bucketPolicy:BucketPolicy policy": (BUCKET_POLICY, "PLACE", "arn"),
}
"""By input, or type and input: a document with an unknown part, the word that is replaced, and the output that replaces
it."""

SHAPES = {
    "encryptionConfig": {"provider": {"keyArn": UNKNOWN}, "resources": ["secrets"]},
    "subnetIds": [UNKNOWN, UNKNOWN],
}
"""By input: what an input that is unknown as a whole looks like."""
ARNS = {"kmsKeyId"}
"""Inputs that are ARNs by another name."""

Json = Any  # any JSON value


def recipe(resources: Sequence[Mapping[str, Json]]) -> list[dict[str, Json]]:
    """Entries for the bare program, each after its dependencies; a reference is the position of an entry.

    `resources` are those of a report, in the engine's order. Components, the stack and default providers are left out.
    """
    wanted = [r for r in resources if r["custom"] and not r["type"].startswith((f"{PROVIDERS}pulumi", "pulumi:pulumi"))]
    ordered = _by_need({str(r["urn"]): r for r in wanted})
    numbers = {str(resource["urn"]): number for number, resource in enumerate(ordered)}
    names: set[tuple[str, str]] = set()
    return [_entry(resource, numbers, names) for resource in ordered]


def python_class(token: str) -> list[str]:
    """Package and path of a type's class in the SDKs: `aws:ec2/vpc:Vpc` is `["aws", "ec2", "Vpc"]`."""
    package, module, name = token.split(":")
    if token.startswith(PROVIDERS):
        return [name, "Provider"]
    parts = module.split("/")
    if package != "kubernetes":
        return [package, *(part for part in parts[:1] if part != "index"), name]
    group, version = parts
    group = group.removesuffix(".k8s.io").removesuffix(".authorization").removesuffix(".sh")
    if "." in group:  # a custom resource
        return [package, "apiextensions", "CustomResourcePatch" if name.endswith("Patch") else "CustomResource"]
    return [package, group, version, name]


def python_name(name: str) -> str:
    """An input's name in Python: `vpcId` is `vpc_id`, `podCIDRs` is `pod_cidrs`."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()


def _by_need(resources: Mapping[str, Mapping[str, Json]]) -> list[Mapping[str, Json]]:
    """The given order, except that each comes after its dependencies: in a plan the providers of components do not."""
    ordered: dict[str, Mapping[str, Json]] = {}

    def take(urn: str) -> None:
        if urn in resources and urn not in ordered:
            for needed in (resources[urn]["provider"] or "", *resources[urn]["dependencies"]):
                take(needed)
            ordered[urn] = resources[urn]

    for urn in resources:
        take(urn)
    return list(ordered.values())


def _entry(resource: Mapping[str, Json], numbers: Mapping[str, int], names: set[tuple[str, str]]) -> dict[str, Json]:
    kind = str(resource["type"])
    # Without parents, two resources of one type and name would have one URN.
    candidates = (str(resource["name"]) + (f"-{n}" if n else "") for n in count())
    name = next(candidate for candidate in candidates if (kind, candidate) not in names)
    names.add((kind, name))
    inputs = {key: value for key, value in resource["inputs"].items() if key != "__internal"}
    if kind.startswith(PROVIDERS):
        inputs = {key: _provider_setting(value) for key, value in inputs.items() if key != "version"}
    sources = {
        key: [numbers[urn] for urn in resource["propertyDependencies"].get(key) or () if urn in numbers]
        for key in inputs
    }
    return {
        "class": python_class(kind),
        "name": name,
        "provider": numbers.get(str(resource["provider"])),
        "after": sorted(numbers[urn] for urn in resource["dependencies"] if urn in numbers),
        "inputs": {
            python_name(key): _referring(_shaped(key, value), _template(kind, key), sources[key], count())
            for key, value in inputs.items()
        },
    }


def _shaped(key: str, value: Json) -> Json:
    return SHAPES.get(key, UNKNOWN) if value == UNKNOWN else value


def _template(kind: str, key: str) -> str:
    """The key of `TEMPLATES` that an input has, or the input itself."""
    return f"{kind} {key}" if f"{kind} {key}" in TEMPLATES else key


def _provider_setting(value: Json) -> Json:
    """The engine sends a provider's settings as JSON texts."""
    try:
        return json.loads(value)
    except (TypeError, ValueError):
        return value


def _referring(value: Json, key: str, sources: Sequence[int], unknowns: Iterator[int]) -> Json:
    """The value with each unknown replaced by a reference; the unknowns of a property take its sources in turn."""
    if isinstance(value, dict):
        found = cast("dict[str, Json]", value)
        return {inner: _referring(_shaped(inner, item), inner, sources, unknowns) for inner, item in found.items()}
    if isinstance(value, list):
        return [_referring(item, key, sources, unknowns) for item in cast("list[Json]", value)]
    if value != UNKNOWN:
        return value
    if not sources:
        return "unknown"  # an output of a component: any text will do
    source = sources[next(unknowns) % len(sources)]
    if key not in TEMPLATES:
        return {"$from": source, "outputs": _outputs(key)}
    document, place, output = TEMPLATES[key]
    template = document.replace("{", "{{").replace("}", "}}").replace(place, "{}")
    return {"$from": source, "outputs": _outputs(output), "as": template}


def _outputs(key: str) -> list[str]:
    own = [python_name(key)]
    if key.endswith("ecurityGroupId"):
        own.append("vpc_config.cluster_security_group_id")  # of a cluster
    return [*own, "arn", "id"] if key.lower().endswith("arn") or key in ARNS else [*own, "id"]
