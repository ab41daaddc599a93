"""The role that EKS assumes for a cluster: the given one, or one that pulumi-eks creates with its policy."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from sandbox.providers.eks.kubeconfig import as_text
from sandbox.providers.eks.monitor import NOTHING, Arg, Monitor, Registered
from sandbox.providers.package import Refused
from sandbox.providers.wire import UNKNOWN, Json, Value

_POLICY = "arn:aws:iam::aws:policy/AmazonEKSClusterPolicy"
_SERVICE = "eks.amazonaws.com"
_ACTIONS: list[Value] = ["sts:AssumeRole", "sts:TagSession"]
_TRUST: Json = {
    "Version": "2012-10-17",
    "Statement": [{"Action": _ACTIONS, "Effect": "Allow", "Principal": {"Service": [_SERVICE]}}],
}


@dataclass(frozen=True)
class ServiceRole:
    """The role, and the URNs of its policies, without which the cluster must not be created."""

    role: Registered
    policies: frozenset[str] = NOTHING


def service_role(monitor: Monitor, name: str, parent: Registered) -> ServiceRole:
    """The argument `serviceRole`, or a new role. Raises Refused."""
    given = monitor.arg("serviceRole").value
    if given is None:
        return _new_role(monitor, f"{name}-eksRole", parent)
    role = monitor.state_of(given)
    if role is None:
        raise Refused("", "serviceRole is not a reference to an IAM role")
    return ServiceRole(role)


def _new_role(monitor: Monitor, name: str, parent: Registered) -> ServiceRole:
    description, tags = Arg("Allows EKS to manage clusters on your behalf."), monitor.arg("tags")
    args = {
        "assumeRoleActions": Arg(_ACTIONS),
        "description": description,
        "managedPolicyArns": Arg([{"arn": _POLICY, "id": _POLICY}]),
        "service": Arg(_SERVICE),
        "tags": tags,
    }
    holder = monitor.component("eks:index:ServiceRole", name, parent, args)
    trust = {"assumeRolePolicy": Arg(as_text(_TRUST)), "description": description, "tags": tags}
    role = monitor.resource("aws:iam/role:Role", f"{name}-role", holder, trust)
    attachment = monitor.resource(
        "aws:iam/rolePolicyAttachment:RolePolicyAttachment",
        f"{name}-{hashlib.sha1(_POLICY.encode()).hexdigest()[:8]}",  # noqa: S324  a name, not a signature
        holder,
        {"policyArn": Arg(_POLICY), "role": role.own_id()},
    )
    resolved = role.ref() if role.id else Arg(UNKNOWN)
    monitor.outputs(holder, {"directRole": role.ref(), "resolvedRole": resolved})
    return ServiceRole(role, frozenset({attachment.urn}))
