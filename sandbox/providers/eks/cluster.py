"""The component eks:index:Cluster, with the children of pulumi-eks 4 and their names.

It supports API authentication without the default node group, Fargate and auto mode, and refuses the rest. Like
pulumi-eks, it forces `bootstrapClusterCreatorAdminPermissions` to true.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from pulumi.runtime.proto import provider_pb2

from sandbox.providers.eks.addons import issuer_of, make_access_entries, make_addons, make_oidc_provider
from sandbox.providers.eks.groups import Groups, make_cluster_group, make_node_group_rules
from sandbox.providers.eks.kubeconfig import as_text, kubeconfig
from sandbox.providers.eks.monitor import Arg, Monitor, Registered, joined
from sandbox.providers.package import Refused
from sandbox.providers.wire import UNKNOWN, Json, Value, dig, mapping, reveal, to_struct

_CLUSTER_POLICY = "arn:aws:iam::aws:policy/AmazonEKSClusterPolicy"
_TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {"Action": ["sts:AssumeRole"], "Effect": "Allow", "Principal": {"Service": "eks.amazonaws.com"}},
    ],
}


def construct_cluster(request: provider_pb2.ConstructRequest) -> provider_pb2.ConstructResponse:
    """Register the component and its children, and return its outputs. Raises Refused."""
    monitor = Monitor(request)
    _refuse_unsupported(monitor.args)
    builder = _Builder(monitor, request.name, monitor.component(request.type, request.name))
    builder.register()
    outputs = builder.outputs()
    monitor.outputs(builder.component, outputs)
    response = provider_pb2.ConstructResponse(urn=builder.component.urn, state=to_struct(outputs))
    for name in outputs:
        response.stateDependencies[name].urns.append(builder.cluster.urn)
    return response


@dataclass
class _Builder:
    """The component under construction."""

    monitor: Monitor
    name: str
    component: Registered
    cluster: Registered = field(init=False)
    role: Registered = field(init=False)
    groups: Groups = field(default_factory=Groups)
    kubernetes: Registered = field(init=False)
    vpc_cni: Registered | None = None
    oidc: Registered | None = None
    config: Value = UNKNOWN

    def register(self) -> None:
        """Register all children, in the order of their dependencies."""
        skip_groups = self._value("skipDefaultSecurityGroups") is True
        role, ready = self._service_role()
        self.role = role
        if not skip_groups:
            make_cluster_group(self.monitor, self.name, self.component, self.groups)
        self.cluster = self._control_plane(role, ready)
        self.config = kubeconfig(self.cluster.state, self._value("providerCredentialOpts"))
        self.kubernetes = self.monitor.resource(
            "pulumi:providers:kubernetes",
            f"{self.name}-eks-k8s",
            self.component,
            {"kubeconfig": self.cluster.out(as_text(self.config))},
        )
        self.vpc_cni = make_addons(self.monitor, self.name, self.component, self.cluster)
        make_access_entries(self.monitor, self.name, self.component, self.cluster)
        if self._value("createOidcProvider") is True:
            self.oidc = make_oidc_provider(self.monitor, self.name, self.component, self.cluster)
        if not skip_groups:
            make_node_group_rules(self.monitor, self.name, self.component, self.cluster, self.groups)

    def outputs(self) -> Json:
        """The outputs of the Python class, with references to the children."""
        state = self.cluster.state
        own_group = dig(state, "vpcConfig.clusterSecurityGroupId")
        issuer = issuer_of(state)
        groups = self.groups
        outputs: Json = {
            "autoModeNodeRoleName": "",
            "clusterIngressRuleId": _id(groups.ingress, ""),
            "clusterSecurityGroupId": _id(groups.cluster, own_group),
            "core": self._core(),
            "defaultNodeGroupAsgName": "",
            "eksCluster": self.cluster.ref(),
            "fargateProfileId": "",
            "fargateProfileStatus": "",
            "instanceRoles": [],
            "kubeconfig": self.config,
            "kubeconfigJson": as_text(self.config),
            "nodeSecurityGroupId": _id(groups.node, own_group),
            "oidcIssuer": issuer if issuer == UNKNOWN else issuer.removeprefix("https://"),
            "oidcProviderArn": dig(self.oidc.state, "arn") if self.oidc else "",
            "oidcProviderUrl": issuer,
        }
        for name, child in (
            ("clusterSecurityGroup", groups.cluster),
            ("nodeSecurityGroup", groups.node),
            ("eksClusterIngressRule", groups.ingress),
        ):
            if child is not None:
                outputs[name] = child.ref()
        aws = self.monitor.provider("aws")
        if aws:
            outputs["awsProvider"] = aws
        return outputs

    def _core(self) -> Json:
        core: Json = {
            "cluster": self.cluster.ref(),
            "clusterIamRole": self.role.ref(),
            "endpoint": self.cluster.state.get("endpoint"),
            "instanceRoles": [],
            "kubeconfig": self.config,
            "nodeGroupOptions": {},
            "provider": self.kubernetes.ref(),
            "subnetIds": dig(self.cluster.state, "vpcConfig.subnetIds"),
            "vpcId": self._value("vpcId"),
        }
        if self.oidc:
            core["oidcProvider"] = self.oidc.ref()
        if self.vpc_cni:
            core["vpcCni"] = self.vpc_cni.ref()
        return core

    def _service_role(self) -> tuple[Registered, frozenset[str]]:
        """The given role, or a new one with its policy; and the URNs that must exist before the cluster."""
        given = self._arg("serviceRole")
        if given.value is not None:
            role = self.monitor.state_of(given.value)
            if role is None:
                raise Refused("", "serviceRole is not a reference to an IAM role")
            return role, given.needs
        name = f"{self.name}-eksRole"
        holder = self.monitor.component("eks:index:ServiceRole", name, self.component)
        role = self.monitor.resource(
            "aws:iam/role:Role",
            f"{name}-role",
            holder,
            {
                "assumeRolePolicy": Arg(json.dumps(_TRUST, sort_keys=True)),
                "description": Arg("Allows EKS to manage clusters on your behalf."),
            },
        )
        attachment = self.monitor.resource(
            "aws:iam/rolePolicyAttachment:RolePolicyAttachment",
            f"{name}-{hashlib.sha1(_CLUSTER_POLICY.encode()).hexdigest()[:8]}",  # noqa: S324  a name, not a signature
            holder,
            {"policyArn": Arg(_CLUSTER_POLICY), "role": role.out(role.state.get("name"))},
        )
        return role, frozenset({role.urn, attachment.urn})

    def _control_plane(self, role: Registered, ready: frozenset[str]) -> Registered:
        subnets = self._subnets()
        group = self.groups.cluster
        network: Json = {"subnetIds": subnets.value}
        for name in ("endpointPrivateAccess", "endpointPublicAccess", "publicAccessCidrs"):
            if self._arg(name).value is not None:
                network[name] = self._arg(name).value
        if group is not None:
            network["securityGroupIds"] = [group.id or UNKNOWN]
        key = self._arg("encryptionConfigKeyArn")
        tags = {"Name": f"{self.name}-eksCluster"}
        args = {
            "accessConfig": Arg(
                {
                    "authenticationMode": self._value("authenticationMode"),
                    "bootstrapClusterCreatorAdminPermissions": True,
                }
            ),
            "bootstrapSelfManagedAddons": self._arg("bootstrapSelfManagedAddons"),
            "deletionProtection": self._arg("deletionProtection"),
            "enabledClusterLogTypes": self._arg("enabledClusterLogTypes"),
            "encryptionConfig": Arg(
                {"provider": {"keyArn": key.value}, "resources": ["secrets"]} if key.value is not None else None,
                key.needs,
            ),
            "kubernetesNetworkConfig": self._network_config(),
            "name": self._arg("name"),
            "roleArn": Arg(role.state.get("arn"), ready | {role.urn}),
            "tags": Arg({**tags, **mapping(self._value("tags")), **mapping(self._value("clusterTags"))}),
            "upgradePolicy": self._arg("upgradePolicy"),
            "version": self._arg("version"),
            "vpcConfig": Arg(network, subnets.needs | (frozenset({group.urn}) if group else frozenset[str]())),
        }
        return self.monitor.resource("aws:eks/cluster:Cluster", f"{self.name}-eksCluster", self.component, args)

    def _subnets(self) -> Arg:
        args = [self._arg("subnetIds")]
        if args[0].value is None:
            args = [self._arg("publicSubnetIds"), self._arg("privateSubnetIds")]
        needs = joined(args)
        ids: list[Value] = []
        for arg in args:
            value = reveal(arg.value)
            if value == UNKNOWN:
                return Arg(UNKNOWN, needs)
            ids += value if isinstance(value, list) else []
        if not ids:
            raise Refused("", "the sandbox's eks.Cluster needs subnets: there is no default VPC")
        return Arg(ids, needs)

    def _network_config(self) -> Arg:
        family, block = self._arg("ipFamily"), self._arg("kubernetesServiceIpAddressRange")
        config = {"ipFamily": family.value, "serviceIpv4Cidr": block.value}
        given: Json = {key: value for key, value in config.items() if value is not None}
        return Arg(given or None, family.needs | block.needs)

    def _arg(self, name: str) -> Arg:
        return self.monitor.args.get(name, Arg())

    def _value(self, name: str) -> Value:
        return reveal(self._arg(name).value)


def _refuse_unsupported(args: Mapping[str, Arg]) -> None:
    problems: Sequence[str] = [
        *(["authentication_mode API only"] if reveal(args.get("authenticationMode", Arg()).value) != "API" else []),
        *(["skip_default_node_group only"] if args.get("skipDefaultNodeGroup", Arg()).value is not True else []),
        *(["no fargate"] if args.get("fargate", Arg()).value else []),
        *(["no auto_mode"] if args.get("autoMode", Arg()).value else []),
    ]
    if problems:
        raise Refused("", f"the sandbox's eks.Cluster supports {', '.join(problems)}")


def _id(child: Registered | None, otherwise: Value) -> Value:
    return (child.id or UNKNOWN) if child else otherwise
