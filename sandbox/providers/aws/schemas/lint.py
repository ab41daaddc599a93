"""cfn-lint's validator, without its templates: judges the properties of one CloudFormation resource.

Importing cfn-lint and its rules takes more than a second and 140 MB, so this module is imported only to judge a
resource that has not been judged before.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, cast

import cfnlint
from cfnlint.jsonschema import CfnTemplateValidator
from cfnlint.rules import CloudFormationLintRule, Rules
from cfnlint.schema.manager import PROVIDER_SCHEMA_MANAGER
from cfnlint.template import Template

from sandbox.providers.aws.schemas.messages import Fault
from sandbox.providers.aws.schemas.supplements import supplement
from sandbox.providers.aws.schemas.translate import is_unknown
from sandbox.providers.wire import Json

_TEMPLATE, _PROPERTIES = "E1001", "E3002"
"""The rule of a whole template, and that of a resource's properties, to which all rules of types belong."""
_RESOURCES = {"Unknown": {"Type": "Custom::Unknown", "Properties": {"ServiceToken": "unknown"}}}
"""The template: only the resource whose attribute stands for an unknown value."""


class Linter:
    """The judge of one region."""

    def __init__(self, region: str) -> None:
        template = Template("", {"Resources": _RESOURCES}, [region])
        rules = _wired(template)
        self._region = region
        self._rule = rules[_PROPERTIES]
        self._validator = rules[_TEMPLATE].extend_validator(
            validator=CfnTemplateValidator({}).evolve(cfn=template),
            schema={},
            context=template.context.evolve(path=template.context.path.evolve(path=deque(["Resources", "Unknown"]))),
        )
        self._stateful = [r for r in rules.values() if type(r).initialize is not CloudFormationLintRule.initialize]
        self._template = template

    def schema(self, type_: str) -> Json | None:
        """AWS's schema of a CloudFormation type in the region; None if CloudFormation does not have it there."""
        return resource_schema(type_, self._region)

    def faults(self, type_: str, properties: Json) -> Iterator[Fault]:
        """What AWS would refuse. Properties that the type does not have are no fault: the SDK knows their names."""
        for rule in self._stateful:  # these compare the resources of a template
            rule.initialize(self._template)
        resource = {"Type": type_, "Properties": properties}
        for error in self._rule.validate(self._validator, None, resource, {}):
            own = error.rule is None or error.rule.id == _PROPERTIES
            if not (error.unknown or is_unknown(error.instance) or (own and error.validator == "additionalProperties")):
                yield Fault(
                    path=tuple(error.path)[1:],
                    keyword=str(error.validator),
                    wanted=error.validator_value,
                    value=error.instance,
                    message=str(error.message),
                    advice=_advice(error),
                )


def _advice(error: Any) -> str:
    """What the schema says about the violated keyword in words."""
    schema = cast("dict[str, dict[str, str]]", error.schema if isinstance(error.schema, dict) else {})
    return schema.get("message", {}).get(str(error.validator), "")


@cache
def resource_schema(type_: str, region: str) -> Json | None:
    """AWS's schema of a type in a region, with the supplements; None if CloudFormation does not have it there."""
    for _, found in PROVIDER_SCHEMA_MANAGER.get_resource_schemas_by_regions(type_, [region]):
        schema = cast("Json", found.schema)
        supplement(schema, type_, region)
        return schema
    return None


def _wired(template: Template) -> dict[str, Any]:
    """cfn-lint's rules for errors, by id, connected as its own runner connects them."""
    folder = Path(cfnlint.__file__).parent / "rules"
    every = cast("dict[str, Any]", Rules.create_from_directory(str(folder)).data)
    rules = {id_: rule for id_, rule in every.items() if id_.startswith("E")}
    for rule in rules.values():
        rule.configure(None, experimental=False)
        rule.initialize(template)
    for rule in rules.values():
        rule.child_rules = {child: rules.get(child) for child in rule.child_rules}
    for id_, rule in rules.items():
        for parent in rule.parent_rules:
            if parent in rules:
                rules[parent].child_rules[id_] = rule
    return rules
