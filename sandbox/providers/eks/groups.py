"""The security groups that pulumi-eks creates unless `skipDefaultSecurityGroups` is set: they allow all egress."""

from __future__ import annotations

from dataclasses import dataclass

from sandbox.providers.eks.monitor import Arg, Monitor, Registered, applied
from sandbox.providers.wire import Value, mapping

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

    def tagged(tags: Value, own: Value) -> Value:
        return {"Name": f"{name}-eksClusterSecurityGroup", **mapping(own), **mapping(tags)}

    tags = applied(tagged, monitor.arg("tags"), monitor.arg("clusterSecurityGroupTags"))
    groups.cluster = _group(monitor, f"{name}-eksClusterSecurityGroup", parent, tags)
    _rule(monitor, f"{name}-eksClusterInternetEgressRule", parent, groups.cluster, _anywhere())


def make_node_group_rules(monitor: Monitor, name: str, parent: Registered, cluster: Registered, groups: Groups) -> None:
    """Register the nodes' group, and the rules between it and the control plane's."""
    if groups.cluster is None:
        return
    control = groups.cluster

    def tagged(tags: Value, own: Value, cluster_name: Value) -> Value:
        owned = {f"kubernetes.io/cluster/{cluster_name}": "owned"}
        return {"Name": f"{name}-nodeSecurityGroup", **owned, **mapping(own), **mapping(tags)}

    tags = applied(tagged, monitor.arg("tags"), monitor.arg("nodeSecurityGroupTags"), cluster.get("name"))
    node = groups.node = _group(monitor, f"{name}-nodeSecurityGroup", parent, tags)
    itself = {**_everything("Allow nodes to communicate with each other"), "type": Arg("ingress"), "self": Arg(True)}
    _rule(monitor, f"{name}-eksNodeIngressRule", parent, node, itself)
    kubelets = "Allow worker Kubelets and pods to receive communication from the cluster control plane"
    _rule(monitor, f"{name}-eksNodeClusterIngressRule", parent, node, _from(control, 1025, 65535, kubelets))
    extensions = (
        "Allow pods running extension API servers on port 443 to receive communication from cluster control plane"
    )
    _rule(monitor, f"{name}-eksExtApiServerClusterIngressRule", parent, node, _from(control, 443, 443, extensions))
    _rule(monitor, f"{name}-eksNodeInternetEgressRule", parent, node, _anywhere())
    pods = "Allow pods to communicate with the cluster API Server"
    groups.ingress = _rule(monitor, f"{name}-eksClusterIngressRule", parent, control, _from(node, 443, 443, pods))


def _group(monitor: Monitor, name: str, parent: Registered, tags: Arg) -> Registered:
    args = {
        "description": Arg("Managed by Pulumi"),
        "revokeRulesOnDelete": Arg(True),
        "tags": tags,
        "vpcId": monitor.arg("vpcId"),
    }
    return monitor.resource(_GROUP, name, parent, args)


def _everything(words: str) -> dict[str, Arg]:
    return {"description": Arg(words), "fromPort": Arg(0), "toPort": Arg(0), "protocol": Arg("-1")}


def _anywhere() -> dict[str, Arg]:
    return {**_everything("Allow internet access."), "type": Arg("egress"), "cidrBlocks": Arg(["0.0.0.0/0"])}


def _from(source: Registered, low: int, high: int, words: str) -> dict[str, Arg]:
    return {
        "description": Arg(words),
        "fromPort": Arg(low),
        "toPort": Arg(high),
        "protocol": Arg("tcp"),
        "sourceSecurityGroupId": source.own_id(),
        "type": Arg("ingress"),
    }


def _rule(monitor: Monitor, name: str, parent: Registered, group: Registered, args: dict[str, Arg]) -> Registered:
    return monitor.resource(_RULE, name, parent, {**args, "securityGroupId": group.own_id()})
