"""The security group of nodes and pods.

Nodes do not get the cluster security group that EKS creates: it allows all egress, and the rules of groups add up.
"""

from collections.abc import Sequence

import pulumi
import pulumi_aws as aws

CONTROL_PLANE_PORTS = {"https": (443, 443), "kubelet-and-webhooks": (1025, 65535)}
"""Node ports that the control plane connects to: the kubelet (10250), admission webhooks and aggregated APIs."""


def node_security_group(
    name: str,
    *,
    vpc_id: pulumi.Input[str],
    vpc_cidr: pulumi.Input[str],
    control_plane_security_group_id: pulumi.Input[str],
    internet_ports: Sequence[int],
    parent: pulumi.Resource,
) -> tuple[aws.ec2.SecurityGroup, list[pulumi.Resource]]:
    """Creates the group and its rules; returns both, because nodes must not start before the rules exist.

    `internet_ports`: TCP ports that nodes may connect to outside the VPC.
    """
    child = pulumi.ResourceOptions(parent=parent)
    nodes = aws.ec2.SecurityGroup(
        name,
        description="Nodes of the cluster and the pods on them",
        vpc_id=vpc_id,
        tags={"Name": name},
        opts=child,
    )
    ingress = _ingress(name, nodes, control_plane_security_group_id, child)
    egress = _egress(name, nodes, vpc_cidr, internet_ports, child)
    return nodes, [*ingress, *egress]


def _ingress(
    name: str, nodes: aws.ec2.SecurityGroup, control_plane: pulumi.Input[str], child: pulumi.ResourceOptions
) -> list[pulumi.Resource]:
    """Nodes accept connections from each other and the control plane, and the control plane from nodes."""
    from_control_plane = [
        aws.vpc.SecurityGroupIngressRule(
            f"{name}-control-plane-{purpose}",
            description=f"Control plane to nodes, {purpose}",
            security_group_id=nodes.id,
            referenced_security_group_id=control_plane,
            ip_protocol="tcp",
            from_port=first,
            to_port=last,
            opts=child,
        )
        for purpose, (first, last) in CONTROL_PLANE_PORTS.items()
    ]
    between_nodes = aws.vpc.SecurityGroupIngressRule(
        f"{name}-nodes",
        description="Nodes and pods to each other",
        security_group_id=nodes.id,
        referenced_security_group_id=nodes.id,
        ip_protocol="-1",
        opts=child,
    )
    to_control_plane = aws.vpc.SecurityGroupIngressRule(
        f"{name}-api-server",
        description="Nodes and pods to the API server",
        security_group_id=control_plane,
        referenced_security_group_id=nodes.id,
        ip_protocol="tcp",
        from_port=443,
        to_port=443,
        opts=child,
    )
    return [*from_control_plane, between_nodes, to_control_plane]


def _egress(
    name: str,
    nodes: aws.ec2.SecurityGroup,
    vpc_cidr: pulumi.Input[str],
    internet_ports: Sequence[int],
    child: pulumi.ResourceOptions,
) -> list[pulumi.Resource]:
    """Everything inside the VPC, a few ports outside. Security groups do not filter Amazon's DNS and time services."""
    inside = aws.vpc.SecurityGroupEgressRule(
        f"{name}-vpc",
        description="Nodes and pods to the VPC",
        security_group_id=nodes.id,
        cidr_ipv4=vpc_cidr,
        ip_protocol="-1",
        opts=child,
    )
    outside = [
        aws.vpc.SecurityGroupEgressRule(
            f"{name}-internet-{port}",
            description=f"Nodes and pods to the internet, TCP {port}",
            security_group_id=nodes.id,
            cidr_ipv4="0.0.0.0/0",
            ip_protocol="tcp",
            from_port=port,
            to_port=port,
            opts=child,
        )
        for port in internet_ports
    ]
    return [inside, *outside]
