"""The security groups that pulumi-eks creates unless `skipDefaultSecurityGroups` is set: they allow all egress."""

from __future__ import annotations

from dataclasses import dataclass

from sandbox.providers.eks.monitor import Arg, Monitor, Registered
from sandbox.providers.wire import UNKNOWN

_GROUP = "aws:ec2/securityGroup:SecurityGroup"
_RULE = "aws:ec2/securityGroupRule:SecurityGroupRule"


@dataclass
class Groups:
    """The groups registered so far; none if they are skipped."""

    cluster: Registered | None = None
    node: Registered | None = None
    ingress: Registered | None = None


def make_cluster_group(monitor: Monitor, name: str, parent: Registered, groups: Groups) -> None:
    """Register the control plane's group."""
    args = {
        "description": Arg("Managed by Pulumi"),
        "revokeRulesOnDelete": Arg(True),
        "tags": Arg({"Name": f"{name}-eksClusterSecurityGroup"}),
        "vpcId": monitor.args.get("vpcId", Arg()),
    }
    groups.cluster = monitor.resource(_GROUP, f"{name}-eksClusterSecurityGroup", parent, args)
    _rule(
        monitor,
        f"{name}-eksClusterInternetEgressRule",
        parent,
        groups.cluster,
        {**_everything("Allow internet access."), "type": Arg("egress"), "cidrBlocks": Arg(["0.0.0.0/0"])},
    )


def make_node_group_rules(monitor: Monitor, name: str, parent: Registered, cluster: Registered, groups: Groups) -> None:
    """Register the nodes' group, and the rules between it and the control plane's."""
    if groups.cluster is None:
        return
    control = groups.cluster
    args = {
        "description": Arg("Managed by Pulumi"),
        "revokeRulesOnDelete": Arg(True),
        "tags": cluster.out({"Name": f"{name}-nodeSecurityGroup"}),
        "vpcId": monitor.args.get("vpcId", Arg()),
    }
    node = groups.node = monitor.resource(_GROUP, f"{name}-nodeSecurityGroup", parent, args)
    _rule(
        monitor,
        f"{name}-eksNodeIngressRule",
        parent,
        node,
        {**_everything("Allow nodes to communicate with each other"), "type": Arg("ingress"), "self": Arg(True)},
    )
    for key, low, high, words in (
        ("eksNodeClusterIngressRule", 1025, 65535, "Allow worker Kubelets and pods to receive communication"),
        ("eksExtApiServerClusterIngressRule", 443, 443, "Allow pods running extension API servers on port 443"),
    ):
        _rule(monitor, f"{name}-{key}", parent, node, _from(control, low, high, words))
    egress = {**_everything("Allow internet access."), "type": Arg("egress"), "cidrBlocks": Arg(["0.0.0.0/0"])}
    _rule(monitor, f"{name}-eksNodeInternetEgressRule", parent, node, egress)
    words = "Allow pods to communicate with the cluster API Server"
    groups.ingress = _rule(monitor, f"{name}-eksClusterIngressRule", parent, control, _from(node, 443, 443, words))


def _everything(words: str) -> dict[str, Arg]:
    return {"description": Arg(words), "fromPort": Arg(0), "toPort": Arg(0), "protocol": Arg("-1")}


def _from(source: Registered, low: int, high: int, words: str) -> dict[str, Arg]:
    return {
        "description": Arg(words),
        "fromPort": Arg(low),
        "toPort": Arg(high),
        "protocol": Arg("tcp"),
        "sourceSecurityGroupId": source.out(source.id or UNKNOWN),
        "type": Arg("ingress"),
    }


def _rule(monitor: Monitor, name: str, parent: Registered, group: Registered, args: dict[str, Arg]) -> Registered:
    return monitor.resource(_RULE, name, parent, {**args, "securityGroupId": group.out(group.id or UNKNOWN)})
