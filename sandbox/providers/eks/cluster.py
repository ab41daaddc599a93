"""The component eks:index:Cluster: the children of pulumi-eks 4 with their names, arguments and options.

It supports API authentication without the default node group, Fargate and auto mode, and refuses the rest. Like
pulumi-eks, it forces `bootstrapClusterCreatorAdminPermissions` to true.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field

from pulumi.runtime.proto import provider_pb2

from sandbox.providers.eks.addons import (
    issuer_of,
    make_access_entries,
    make_coredns,
    make_kube_proxy,
    make_oidc_provider,
    make_vpc_cni,
)
from sandbox.providers.eks.groups import Groups, make_cluster_group, make_node_group_rules
from sandbox.providers.eks.kubeconfig import as_text, kubeconfig
from sandbox.providers.eks.monitor import Arg, Monitor, Registered, applied, applied_if_given, nested
from sandbox.providers.eks.service_role import ServiceRole, service_role
from sandbox.providers.package import Refused
from sandbox.providers.wire import UNKNOWN, Json, Value, dig, mapping, reveal, to_struct

_KUBERNETES_VERSION = "4.19.0"
"""The pulumi-kubernetes in pulumi-eks 4.3."""
_UNSUPPORTED = {
    "autoMode.enabled": "auto_mode",
    "clusterSecurityGroup": "cluster_security_group",
    "createInstanceRole": "create_instance_role",
    "creationRoleProvider": "creation_role_provider",
    "fargate": "fargate",
    "instanceRole": "instance_role",
    "instanceRoles": "instance_roles",
    "roleMappings": "role_mappings",
    "storageClasses": "storage_classes",
    "userMappings": "user_mappings",
    "vpcCniOptions.securityContextPrivileged": "vpc_cni_options.security_context_privileged",
}
"""Arguments that would create more children, by their path."""
_NODE_GROUP_OPTIONS = {
    **{name: name for name in ("desiredCapacity", "gpu", "instanceType", "maxSize", "minSize", "version")},
    **{name: name for name in ("nodeAssociatePublicIpAddress", "nodePublicKey", "nodeRootVolumeEncrypted")},
    **{name: name for name in ("nodeRootVolumeSize", "nodeSubnetIds", "nodeUserData")},
    "amiId": "nodeAmiId",
}
"""Options in the output `core`, and the arguments that they come from."""


def construct_cluster(request: provider_pb2.ConstructRequest) -> provider_pb2.ConstructResponse:
    """Register the component and its children, and return its outputs. Raises Refused."""
    monitor = Monitor(request)
    _refuse_unsupported(monitor)
    builder = _Builder(monitor, request.name, monitor.constructed())
    builder.register()
    outputs = {name: arg for name, arg in builder.outputs().items() if arg.value is not None}
    monitor.outputs(builder.component, outputs)
    state: Json = {name: arg.value for name, arg in outputs.items()}
    response = provider_pb2.ConstructResponse(urn=builder.component.urn, state=to_struct(state))
    for name, arg in outputs.items():
        response.stateDependencies[name].urns.extend(sorted(arg.needs))
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

    def register(self) -> None:
        """Register all children, in the order of their dependencies."""
        monitor, name, parent = self.monitor, self.name, self.component
        skip_groups = monitor.plain("skipDefaultSecurityGroups") is True
        service = service_role(monitor, name, parent)
        self.role = service.role
        if not skip_groups:
            make_cluster_group(monitor, name, parent, self.groups)
        self.cluster = self._control_plane(service)
        make_kube_proxy(monitor, name, parent, self.cluster)
        self.kubernetes = monitor.resource(
            "pulumi:providers:kubernetes",
            f"{name}-eks-k8s",
            parent,
            {
                "kubeconfig": applied(as_text, self._kubeconfig(profile=True)),
                # The SDKs send a provider's settings as text.
                "enableConfigMapMutable": applied_if_given(as_text, monitor.arg("enableConfigMapMutable")),
            },
            version=_KUBERNETES_VERSION,
        )
        entries = make_access_entries(monitor, name, parent, self.cluster)
        self.vpc_cni = make_vpc_cni(monitor, name, parent, self.cluster, kubernetes=self.kubernetes, entries=entries)
        make_coredns(monitor, name, parent, self.cluster)
        if monitor.plain("createOidcProvider") is True:
            self.oidc = make_oidc_provider(monitor, name, parent, self.cluster)
        if not skip_groups:
            make_node_group_rules(monitor, name, parent, self.cluster, self.groups)

    def outputs(self) -> dict[str, Arg]:
        """The outputs of the Python class, with references to the children."""
        own_group = self.cluster.get("vpcConfig.clusterSecurityGroupId")
        config, issuer, groups = self._kubeconfig(profile=False), issuer_of(self.cluster), self.groups
        return {
            "autoModeNodeRoleName": Arg(""),
            "clusterIngressRuleId": groups.ingress.get("securityGroupRuleId") if groups.ingress else Arg(""),
            "clusterSecurityGroup": _ref(groups.cluster),
            "clusterSecurityGroupId": groups.cluster.own_id() if groups.cluster else own_group,
            "core": self._core(config),
            "defaultNodeGroupAsgName": Arg(""),
            "eksCluster": self.cluster.ref(),
            "eksClusterIngressRule": _ref(groups.ingress),
            "fargateProfileId": Arg(""),
            "fargateProfileStatus": Arg(""),
            "instanceRoles": Arg([]),
            "kubeconfig": config,
            "kubeconfigJson": applied(as_text, config),
            "nodeSecurityGroup": _ref(groups.node),
            "nodeSecurityGroupId": groups.node.own_id() if groups.node else own_group,
            "oidcIssuer": applied(_without_scheme, issuer),
            "oidcProviderArn": self.oidc.get("arn") if self.oidc else Arg(""),
            "oidcProviderUrl": issuer,
        }

    def _kubeconfig(self, *, profile: bool) -> Arg:
        """The kubeconfig that the cluster hands out; unknown while any of its values is."""

        def config(name: Value, endpoint: Value, authority: Value, arn: Value, credentials: Value) -> Value:
            cluster: Json = {"name": name, "endpoint": endpoint, "certificateAuthority": authority, "arn": arn}
            return kubeconfig(cluster, credentials, profile=profile)

        values = [self.cluster.get(path) for path in ("name", "endpoint", "certificateAuthority", "arn")]
        credentials = self.monitor.arg("providerCredentialOpts")
        if credentials.value is None and "AWS_PROFILE" in os.environ:
            credentials = Arg({"profileName": os.environ["AWS_PROFILE"]})
        return applied(config, *values, credentials)

    def _core(self, config: Arg) -> Arg:
        """All parts of the cluster; unknown while any of them is."""
        arg, groups = self.monitor.arg, self.groups
        options = nested(**{option: arg(source) for option, source in _NODE_GROUP_OPTIONS.items()})
        if arg("nodeGroupOptions").value is not None:
            options = arg("nodeGroupOptions")
        made = nested(clusterIngressRule=_ref(groups.ingress), nodeSecurityGroup=_ref(groups.node))
        entries = arg("accessEntries")
        parts = nested(
            accessEntries=Arg(list(mapping(entries.value).values()), entries.needs),
            autoModeNodeRoleName=Arg(""),
            cluster=self.cluster.ref(),
            clusterIamRole=self.role.ref(),
            clusterSecurityGroup=_ref(groups.cluster),
            encryptionConfig=self._encryption(),
            endpoint=self.cluster.get("endpoint"),
            instanceRoles=Arg([]),
            kubeconfig=config,
            nodeGroupOptions=Arg({**mapping(options.value), **mapping(made.value)}, options.needs | made.needs),
            nodeSecurityGroupTags=arg("nodeSecurityGroupTags"),
            oidcProvider=_ref(self.oidc),
            privateSubnetIds=arg("privateSubnetIds"),
            provider=self.kubernetes.ref(),
            publicSubnetIds=arg("publicSubnetIds"),
            storageClasses=Arg({}),
            subnetIds=self._subnets(),
            tags=arg("tags"),
            vpcCni=_ref(self.vpc_cni),
            vpcId=arg("vpcId"),
        )
        return applied(reveal, parts)

    def _control_plane(self, service: ServiceRole) -> Registered:
        arg, group = self.monitor.arg, self.groups.cluster
        network = nested(
            endpointPrivateAccess=arg("endpointPrivateAccess"),
            endpointPublicAccess=arg("endpointPublicAccess"),
            publicAccessCidrs=self._public_cidrs(),
            securityGroupIds=Arg([group.id or UNKNOWN], group.own_id().needs) if group else Arg(),
            subnetIds=self._subnets(),
        )
        access = nested(authenticationMode=arg("authenticationMode"), bootstrapClusterCreatorAdminPermissions=Arg(True))
        self_managed = arg("bootstrapSelfManagedAddons")
        args = {
            "accessConfig": access,
            "bootstrapSelfManagedAddons": Arg(True) if self_managed.value is None else self_managed,
            "deletionProtection": arg("deletionProtection"),
            "enabledClusterLogTypes": arg("enabledClusterLogTypes"),
            "encryptionConfig": self._encryption(),
            "kubernetesNetworkConfig": self._network_config(),
            "name": arg("name"),
            "roleArn": service.role.get("arn"),
            "tags": applied(self._tags, arg("tags"), arg("clusterTags")),
            "upgradePolicy": arg("upgradePolicy"),
            "version": arg("version"),
            "vpcConfig": network,
        }
        return self.monitor.resource(
            "aws:eks/cluster:Cluster",
            f"{self.name}-eksCluster",
            self.component,
            args,
            after=service.policies,
            ignore_changes=["accessConfig.bootstrapClusterCreatorAdminPermissions", "bootstrapSelfManagedAddons"],
        )

    def _tags(self, tags: Value, own: Value) -> Value:
        return {"Name": f"{self.name}-eksCluster", **mapping(own), **mapping(tags)}

    def _subnets(self) -> Arg:
        """The given list, or the public and private subnets: one unknown while any of them is."""
        given, public, private = (self.monitor.arg(f"{kind}ubnetIds") for kind in ("s", "publicS", "privateS"))
        both = [arg for arg in (public, private) if arg.value is not None]
        if given.value is not None and both:
            raise Refused("", "eks.Cluster takes subnet_ids, or public_subnet_ids and private_subnet_ids, not both")
        subnets = given if given.value is not None else applied(_joined_lists, public, private)
        if not subnets.value:
            raise Refused("", "the sandbox's eks.Cluster needs subnets: there is no default VPC")
        return subnets

    def _public_cidrs(self) -> Arg:
        cidrs, public = self.monitor.arg("publicAccessCidrs"), self.monitor.arg("endpointPublicAccess")

        def checked(cidrs: Value, public: Value) -> Value:
            if public is False:
                raise Refused("", "`publicAccessCidrs` can only be set when `endpointPublicAccess` is true")
            return cidrs

        return Arg() if cidrs.value is None else applied(checked, cidrs, public)

    def _encryption(self) -> Arg:
        def config(key: Value) -> Value:
            return {"provider": {"keyArn": key}, "resources": ["secrets"]}

        return applied_if_given(config, self.monitor.arg("encryptionConfigKeyArn"))

    def _network_config(self) -> Arg:
        block, family = self.monitor.arg("kubernetesServiceIpAddressRange"), self.monitor.arg("ipFamily")

        def config(block: Value, family: Value) -> Value:
            chosen: Json = {"ipFamily": family or "ipv4"}
            return chosen if block is None or chosen["ipFamily"] != "ipv4" else {**chosen, "serviceIpv4Cidr": block}

        return applied(config, block, family) if block.value or family.value else Arg()


def _refuse_unsupported(monitor: Monitor) -> None:
    given: Json = {name: monitor.plain(name) for name in monitor.names}
    problems = [
        *(["authentication_mode API only"] if given.get("authenticationMode") != "API" else []),
        *(["skip_default_node_group only"] if given.get("skipDefaultNodeGroup") is not True else []),
        *(f"no {words}" for path, words in _UNSUPPORTED.items() if dig(given, path)),
    ]
    if problems:
        raise Refused("", f"the sandbox's eks.Cluster supports {', '.join(problems)}")


def _joined_lists(*lists: Value) -> Value:
    return [item for given in lists if isinstance(given, list) for item in given]


def _without_scheme(url: Value) -> Value:
    return str(url).removeprefix("https://")


def _ref(child: Registered | None) -> Arg:
    return child.ref() if child else Arg()
