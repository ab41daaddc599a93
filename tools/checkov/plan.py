"""A stack's resources in the two forms that checkov reads: a Terraform plan, and a list of Kubernetes objects.

Pulumi's AWS provider is made from Terraform's, so a type or property has Terraform's name with other capitals, and a
list of blocks a plural. Of the forms that checkov reads, its checks of Terraform see most: three times as many as those
of CloudFormation.
"""

import re
from collections.abc import Sequence
from typing import Any, cast

from sandbox.plan import Resource

PROVIDER = "registry.terraform.io/hashicorp/aws"
PREFIXES = {"ec2": "", "rds": "db_"}
"""What Terraform writes in place of Pulumi's module, where that is not the module's name."""
OTHER_TYPES = {"iam/openIdConnectProvider": "aws_iam_openid_connect_provider"}
PLURAL_BLOCKS = frozenset({"block_device_mappings", "network_interfaces", "redacted_fields", "tag_specifications"})
"""Blocks whose name is a plural in Terraform too."""
AWS, KUBERNETES = "aws:", "kubernetes:"

Json = dict[str, Any]


def terraform_plan(resources: Sequence[Resource]) -> Json:
    """The AWS resources, as `terraform show -json` prints a plan. A dependency of a property is a reference in it."""
    own = [resource for resource in resources if resource["type"].startswith(AWS)]
    addresses = {resource["urn"]: address(resource) for resource in own}
    return {
        "format_version": "1.2",
        "terraform_version": "1.9.0",
        "planned_values": {"root_module": {"resources": [_planned(resource) for resource in own]}},
        "configuration": {"root_module": {"resources": [_configured(resource, addresses) for resource in own]}},
    }


def kubernetes_objects(resources: Sequence[Resource]) -> Json:
    """The Kubernetes objects; a Helm release is none."""
    objects = [resource["inputs"] for resource in resources if resource["type"].startswith(KUBERNETES)]
    return {"apiVersion": "v1", "kind": "List", "items": [item for item in objects if "kind" in item]}


def address(resource: Resource) -> str:
    """`aws_iam_role.shop-staging-nodes`: Terraform's type and the logical name."""
    return f"{terraform_type(resource['type'])}.{re.sub(r'[^a-zA-Z0-9_-]', '_', resource['name'])}"


def terraform_type(token: str) -> str:
    """Terraform's name of a type of Pulumi's, such as `aws:rds/instance:Instance`."""
    path = token.removeprefix(AWS).partition(":")[0]
    module, _, kind = path.partition("/")
    return OTHER_TYPES.get(path, f"aws_{PREFIXES.get(module, f'{module}_')}{_snake_case(kind)}")


def _planned(resource: Resource) -> Json:
    return {**_head(resource), "provider_name": PROVIDER, "values": _arguments(resource["inputs"])}


def _configured(resource: Resource, addresses: dict[str, str]) -> Json:
    expressions: Json = {}
    for name, urns in resource["propertyDependencies"].items():
        targets = [addresses[urn] for urn in urns if urn in addresses]
        if targets:
            references = [text for target in targets for text in (f"{target}.id", target)]
            expressions[_argument(name, resource["inputs"].get(name))] = {"references": references}
    return {**_head(resource), "provider_config_key": "aws", "expressions": expressions}


def _head(resource: Resource) -> Json:
    kind, _, name = address(resource).partition(".")
    return {"address": address(resource), "mode": "managed", "type": kind, "name": name}


def _arguments(inputs: Json) -> Json:
    """A block of Terraform. The keys of tags are the user's."""
    return {_argument(key, value): value if key == "tags" else _value(value) for key, value in inputs.items()}


def _value(value: Any) -> Any:
    if isinstance(value, dict):
        return _arguments(cast("Json", value))
    return [_value(item) for item in cast("list[Any]", value)] if isinstance(value, list) else value


def _argument(name: str, value: Any) -> str:
    """The name of an argument or of a block."""
    snake = _snake_case(name)
    blocks = isinstance(value, list) and any(isinstance(item, dict) for item in cast("list[Any]", value))
    return snake.removesuffix("s") if blocks and snake not in PLURAL_BLOCKS else snake


def _snake_case(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()
