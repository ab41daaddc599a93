"""The simulated pulumi-eks: the resources that its Cluster registers, and its refusals."""

from __future__ import annotations

import json
from concurrent import futures
from typing import cast

import grpc
import pytest
from google.protobuf import empty_pb2
from pulumi.runtime.proto import provider_pb2, resource_pb2, resource_pb2_grpc

from sandbox.providers.eks.cluster import construct_cluster
from sandbox.providers.package import Refused
from sandbox.providers.wire import (
    OUTPUT,
    RESOURCE,
    SIGNATURE,
    UNKNOWN,
    Json,
    Value,
    dig,
    from_struct,
    mapping,
    secret,
    text,
    to_struct,
)

ROLE = "urn:role"
SUBNETS: Json = {SIGNATURE: OUTPUT, "value": ["subnet-1", "subnet-2"], "dependencies": ["urn:subnet-1", "urn:subnet-2"]}
STATE: Json = {
    "aws:eks/cluster:Cluster": {
        "name": "demo",
        "arn": "arn:aws:eks:eu-west-1:1:cluster/demo",
        "endpoint": "https://demo",
        "certificateAuthority": {"data": "QUJD"},
        "version": "1.36",
        "identities": [{"oidcs": [{"issuer": "https://oidc/id/1"}]}],
        "vpcConfig": {"clusterSecurityGroupId": "sg-own"},
    },
    "aws:ec2/securityGroupRule:SecurityGroupRule": {"securityGroupRuleId": "sgr-1"},
    "aws:iam/openIdConnectProvider:OpenIdConnectProvider": {"arn": "arn:oidc"},
    "aws:iam/role:Role": {"arn": "arn:role", "name": "role"},
}
ARGS: Json = {
    "authenticationMode": "API",
    "skipDefaultNodeGroup": True,
    "vpcId": "vpc-1",
    "privateSubnetIds": SUBNETS,
    "serviceRole": {SIGNATURE: RESOURCE, "urn": ROLE, "id": "role"},
    "version": "1.36",
}
MINIMAL: Json = {
    "skipDefaultSecurityGroups": True,
    "useDefaultVpcCni": True,
    "kubeProxyAddonOptions": {"enabled": False},
}


class Engine(resource_pb2_grpc.ResourceMonitorServicer):
    """Records registrations and answers like the engine; in a preview computed values are unknown."""

    def __init__(self, *, preview: bool) -> None:
        self.preview = preview
        self.registered: dict[str, resource_pb2.RegisterResourceRequest] = {}
        self.components: dict[str, resource_pb2.RegisterResourceRequest] = {}
        self.completed: dict[str, Json] = {}
        self.needs: dict[str, list[str]] = {}
        """The dependencies of the constructed component's outputs."""

    def inputs(self, name: str) -> Json:
        return from_struct(self.registered[name].object)

    def depends_on(self, name: str, key: str) -> list[str]:
        return list(self.registered[name].propertyDependencies[key].urns)

    def RegisterResource(  # noqa: N802
        self, request: resource_pb2.RegisterResourceRequest, context: grpc.ServicerContext
    ) -> resource_pb2.RegisterResourceResponse:
        del context
        self.registered[request.name] = request
        if not request.custom:
            self.components[request.name] = request
        state = cast("Json", {} if self.preview else STATE.get(request.type) or {})
        id_ = f"id-{request.name}" if request.custom and not self.preview else ""
        answer = to_struct({**from_struct(request.object), **state})
        return resource_pb2.RegisterResourceResponse(urn=f"urn:{request.name}", id=id_, object=answer)

    def RegisterResourceOutputs(  # noqa: N802
        self, request: resource_pb2.RegisterResourceOutputsRequest, context: grpc.ServicerContext
    ) -> empty_pb2.Empty:
        del context
        self.completed[request.urn] = from_struct(request.outputs)
        return empty_pb2.Empty()

    def Invoke(  # noqa: N802
        self, request: resource_pb2.ResourceInvokeRequest, context: grpc.ServicerContext
    ) -> provider_pb2.InvokeResponse:
        del context
        state: Json = {"version": "v9"}
        if request.tok == "pulumi:pulumi:getResource":
            state = {"urn": dig(from_struct(request.args), "urn"), "id": "role", "state": {"arn": "arn:role"}}
        answer = provider_pb2.InvokeResponse()
        getattr(answer, "return").CopyFrom(to_struct(state))  # the field's name is a keyword of Python
        return answer


def construct(more: Json, *, preview: bool = False) -> tuple[Engine, Json]:
    """Construct a cluster named c: the engine with the registrations, and the outputs."""
    engine = Engine(preview=preview)
    server = grpc.server(futures.ThreadPoolExecutor(4))
    resource_pb2_grpc.add_ResourceMonitorServicer_to_server(engine, server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    try:
        request = provider_pb2.ConstructRequest(
            type="eks:index:Cluster",
            name="c",
            parent="urn:parent",
            monitorEndpoint=f"127.0.0.1:{port}",
            inputs=to_struct({**ARGS, **more}),
            providers={"aws": "urn:aws::aws-id", "eks": "urn:eks::eks-id"},
            dependencies=["urn:nat"],
            protect=True,
            retainOnDelete=True,
            deletedWith="urn:vpc",
        )
        response = construct_cluster(request)
        engine.needs = {name: list(needs.urns) for name, needs in response.stateDependencies.items()}
        return engine, from_struct(response.state)
    finally:
        server.stop(None)


def test_the_default_children_have_the_names_of_pulumi_eks() -> None:
    engine, _ = construct({})
    assert {name: message.parent for name, message in engine.registered.items()} == {
        "c": "urn:parent",
        "c-eksClusterSecurityGroup": "urn:c",
        "c-eksClusterInternetEgressRule": "urn:c",
        "c-eksCluster": "urn:c",
        "c-eks-k8s": "urn:c",
        "c-kube-proxy": "urn:c",
        # the component and the add-on in it share their name; the add-on comes last
        "c-vpc-cni": "urn:c-vpc-cni",
        "c-nodeSecurityGroup": "urn:c",
        "c-eksNodeIngressRule": "urn:c",
        "c-eksNodeClusterIngressRule": "urn:c",
        "c-eksExtApiServerClusterIngressRule": "urn:c",
        "c-eksNodeInternetEgressRule": "urn:c",
        "c-eksClusterIngressRule": "urn:c",
    }


def test_disabled_children_are_not_registered() -> None:
    engine, outputs = construct(MINIMAL)
    assert set(engine.registered) == {"c", "c-eksCluster", "c-eks-k8s"}
    assert outputs["clusterSecurityGroupId"] == outputs["nodeSecurityGroupId"] == "sg-own"


def test_without_a_role_one_is_registered_with_its_policy() -> None:
    engine, _ = construct({**MINIMAL, "serviceRole": None, "tags": {"team": "a"}})
    roles = {name: message.type for name, message in engine.registered.items() if "eksRole" in name}
    assert [roles.pop("c-eksRole"), roles.pop("c-eksRole-role")] == ["eks:index:ServiceRole", "aws:iam/role:Role"]
    ((name, type_),) = roles.items()
    assert type_ == "aws:iam/rolePolicyAttachment:RolePolicyAttachment"
    assert {"urn:c-eksRole-role", f"urn:{name}"} <= set(engine.registered["c-eksCluster"].dependencies)
    (statement,) = json.loads(text(engine.inputs("c-eksRole-role"), "assumeRolePolicy"))["Statement"]
    assert statement["Action"] == ["sts:AssumeRole", "sts:TagSession"]
    assert statement["Principal"] == {"Service": ["eks.amazonaws.com"]}
    assert engine.inputs("c-eksRole")["tags"] == engine.inputs("c-eksRole-role")["tags"] == {"team": "a"}
    assert dig(engine.completed["urn:c-eksRole"], "resolvedRole.urn") == "urn:c-eksRole-role"


def test_the_component_alone_has_its_dependencies() -> None:
    engine, _ = construct({})
    assert [name for name, message in engine.registered.items() if "urn:nat" in message.dependencies] == ["c"]
    outside = {urn for message in engine.registered.values() for urn in message.dependencies if "urn:c" not in urn}
    assert outside == {"urn:nat", ROLE, "urn:subnet-1", "urn:subnet-2"}


def test_the_component_registers_its_arguments_and_their_dependencies() -> None:
    engine, _ = construct({**MINIMAL, "encryptionConfigKeyArn": secret("arn:key")})
    given = engine.inputs("c")
    assert given["privateSubnetIds"] == ["subnet-1", "subnet-2"]
    assert (given["encryptionConfigKeyArn"], given["version"]) == (secret("arn:key"), "1.36")
    assert dig(given, "serviceRole.urn") == ROLE
    assert given.keys() == {**ARGS, **MINIMAL, "encryptionConfigKeyArn": ""}.keys()
    assert engine.depends_on("c", "privateSubnetIds") == ["urn:subnet-1", "urn:subnet-2"]
    assert engine.depends_on("c", "serviceRole") == [ROLE]
    assert set(engine.registered["c"].dependencies) == {"urn:nat", ROLE, "urn:subnet-1", "urn:subnet-2"}


def test_every_child_is_protected_with_the_component() -> None:
    engine, _ = construct({})
    assert [name for name, message in engine.registered.items() if not message.protect] == []


def test_children_leave_to_the_engine_what_it_inherits() -> None:
    engine, _ = construct({})
    kept = {name for name, message in engine.registered.items() if message.retainOnDelete or message.deletedWith}
    assert kept == {"c"}
    assert (engine.registered["c"].retainOnDelete, engine.registered["c"].deletedWith) == (True, "urn:vpc")


def test_children_use_the_provider_of_the_component() -> None:
    engine, _ = construct({})
    used = {message.provider for message in engine.registered.values() if message.type.startswith("aws:")}
    assert used == {"urn:aws::aws-id"}
    assert dict(engine.registered["c"].providers) == {"aws": "urn:aws::aws-id", "eks": "urn:eks::eks-id"}


def test_the_control_plane_gets_the_arguments_and_their_dependencies() -> None:
    engine, _ = construct({**MINIMAL, "endpointPrivateAccess": True, "encryptionConfigKeyArn": secret("arn:key")})
    message = engine.registered["c-eksCluster"]
    inputs = engine.inputs("c-eksCluster")
    assert inputs["vpcConfig"] == {"subnetIds": ["subnet-1", "subnet-2"], "endpointPrivateAccess": True}
    assert inputs["encryptionConfig"] == secret({"provider": {"keyArn": "arn:key"}, "resources": ["secrets"]})
    assert (inputs["roleArn"], inputs["version"]) == ("arn:role", "1.36")
    assert inputs["bootstrapSelfManagedAddons"] is True
    assert engine.depends_on("c-eksCluster", "vpcConfig") == ["urn:subnet-1", "urn:subnet-2"]
    assert engine.depends_on("c-eksCluster", "roleArn") == [ROLE]
    assert set(message.dependencies) == {ROLE, "urn:subnet-1", "urn:subnet-2"}


def test_the_control_plane_ignores_changes_of_what_only_counts_at_its_creation() -> None:
    engine, _ = construct(MINIMAL)
    assert list(engine.registered["c-eksCluster"].ignoreChanges) == [
        "accessConfig.bootstrapClusterCreatorAdminPermissions",
        "bootstrapSelfManagedAddons",
    ]


def unknown(source: str) -> Json:
    return {SIGNATURE: OUTPUT, "dependencies": [source]}


def test_what_holds_an_unknown_is_wholly_unknown_where_pulumi_eks_computes_it() -> None:
    subnets: list[Value] = ["subnet-1", unknown("urn:subnet-2")]
    more: Json = {**MINIMAL, "encryptionConfigKeyArn": unknown("urn:key"), "privateSubnetIds": subnets}
    inputs = construct(more, preview=True)[0].inputs("c-eksCluster")
    assert inputs["encryptionConfig"] == UNKNOWN
    assert inputs["vpcConfig"] == {"subnetIds": UNKNOWN}


def test_subnets_given_as_one_list_keep_their_known_elements() -> None:
    subnets: list[Value] = ["subnet-1", unknown("urn:subnet-2")]
    more: Json = {**MINIMAL, "privateSubnetIds": None, "subnetIds": subnets}
    inputs = construct(more, preview=True)[0].inputs("c-eksCluster")
    assert inputs["vpcConfig"] == {"subnetIds": ["subnet-1", UNKNOWN]}


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({}, None),
        (
            {"kubernetesServiceIpAddressRange": "172.20.0.0/16"},
            {"ipFamily": "ipv4", "serviceIpv4Cidr": "172.20.0.0/16"},
        ),
        ({"ipFamily": "ipv6", "kubernetesServiceIpAddressRange": "172.20.0.0/16"}, {"ipFamily": "ipv6"}),
    ],
    ids=["neither", "range", "ipv6"],
)
def test_the_ip_family_is_set_with_the_service_range(given: Json, expected: Json | None) -> None:
    engine, _ = construct({**MINIMAL, **given})
    assert engine.inputs("c-eksCluster").get("kubernetesNetworkConfig") == expected


def test_tags_of_the_component_win_over_those_of_one_child() -> None:
    tags: Json = {"tags": {"a": "all"}, "clusterTags": {"a": "one", "b": "one"}, "nodeSecurityGroupTags": {"n": "n"}}
    engine, _ = construct(tags)
    assert engine.inputs("c-eksCluster")["tags"] == {"Name": "c-eksCluster", "a": "all", "b": "one"}
    nodes: Json = {"Name": "c-nodeSecurityGroup", "a": "all", "n": "n", "kubernetes.io/cluster/demo": "owned"}
    assert engine.inputs("c-nodeSecurityGroup")["tags"] == nodes


def test_the_creator_is_an_administrator_as_in_pulumi_eks() -> None:
    engine, _ = construct(MINIMAL)
    inputs = from_struct(engine.registered["c-eksCluster"].object)
    assert inputs["accessConfig"] == {"authenticationMode": "API", "bootstrapClusterCreatorAdminPermissions": True}


def test_access_entries_have_their_policies() -> None:
    scope: Json = {"type": "cluster"}
    policies: Json = {"admin": {"policyArn": "arn:p", "accessScope": scope}}
    engine, _ = construct(
        {**MINIMAL, "accessEntries": {"ops": {"principalArn": unknown("urn:ops"), "accessPolicies": policies}}}
    )
    assert engine.inputs("c-ops") == {"clusterName": "demo", "principalArn": UNKNOWN}
    assert (engine.depends_on("c-ops", "principalArn"), engine.depends_on("c-ops", "clusterName")) == (
        ["urn:ops"],
        ["urn:c-eksCluster"],
    )
    association = engine.registered["c-ops-admin"]
    assert (association.parent, "urn:c-ops" in association.dependencies) == ("urn:c-ops", True)
    inputs = engine.inputs("c-ops-admin")
    assert (inputs["policyArn"], inputs["accessScope"]) == ("arn:p", scope)


def test_addons_have_the_newest_version_unless_one_is_given() -> None:
    more: Json = {"tags": {"a": "1"}, "kubeProxyAddonOptions": {"configurationValues": {"b": 1, "a": 2}}}
    inputs = construct(more)[0].inputs("c-kube-proxy")
    assert (inputs["addonVersion"], inputs["preserve"], inputs["tags"]) == ("v9", True, {"a": "1"})
    assert inputs["configurationValues"] == '{"a":2,"b":1}'
    pinned, _ = construct({"kubeProxyAddonOptions": {"version": "v1"}})
    assert pinned.inputs("c-kube-proxy")["addonVersion"] == "v1"


def test_vpc_cni_waits_for_access_and_sends_pulumi_eks_defaults() -> None:
    options: Json = {"warmIpTarget": 3, "enableNetworkPolicy": True, "configurationValues": {"env": {"X": "y"}}}
    engine, _ = construct({"vpcCniOptions": options, "accessEntries": {"ops": {"principalArn": "arn:ops"}}})
    config = json.loads(text(engine.inputs("c-vpc-cni"), "configurationValues"))
    assert config["enableNetworkPolicy"] == "true"
    assert config["env"].items() >= {"WARM_ENI_TARGET": "1", "WARM_IP_TARGET": "3", "X": "y"}.items()
    assert config["init"] == {"env": {"DISABLE_TCP_EARLY_DEMUX": "false"}}
    holder = engine.components["c-vpc-cni"]
    assert "urn:c-ops" in holder.dependencies
    assert dict(holder.providers) == {"kubernetes": "urn:c-eks-k8s::id-c-eks-k8s"}


def test_coredns_is_registered_only_if_it_is_enabled() -> None:
    assert "c-coredns" not in construct(MINIMAL)[0].registered
    engine, _ = construct({**MINIMAL, "corednsAddonOptions": {"enabled": True, "version": "v2"}})
    assert engine.inputs("c-coredns")["addonVersion"] == "v2"


def test_the_oidc_provider_has_the_issuer_and_is_in_the_outputs() -> None:
    engine, outputs = construct({**MINIMAL, "createOidcProvider": True})
    assert engine.inputs("c-oidcProvider")["url"] == "https://oidc/id/1"
    assert outputs["oidcProviderArn"] == "arn:oidc"
    assert construct(MINIMAL)[1]["oidcProviderArn"] == ""


KUBECONFIG = (
    '{"apiVersion":"v1","clusters":[{"cluster":{"server":"https://demo","certificate-authority-data":"QUJD"},'
    '"name":"kubernetes"}],"contexts":[{"context":{"cluster":"kubernetes","user":"aws"},"name":"aws"}],'
    '"current-context":"aws","kind":"Config","users":[{"name":"aws","user":{"exec":'
    '{"apiVersion":"client.authentication.k8s.io/v1beta1","command":"aws","args":["--region","eu-west-1","eks",'
    '"get-token","--cluster-name","demo","--output","json"%s],"env":[{"name":"KUBERNETES_EXEC_INFO",'
    '"value":"{\\"apiVersion\\": \\"client.authentication.k8s.io/v1beta1\\"}"}]}}}]}'
)


def test_the_kubeconfig_has_the_text_of_pulumi_eks() -> None:
    engine, outputs = construct(MINIMAL)
    assert outputs["kubeconfigJson"] == KUBECONFIG % ""
    assert json.loads(KUBECONFIG % "") == outputs["kubeconfig"]
    assert engine.inputs("c-eks-k8s")["kubeconfig"] == KUBECONFIG % ""


def test_only_the_components_own_provider_uses_the_profile() -> None:
    credentials: Json = {"roleArn": "arn:r", "profileName": "p"}
    engine, outputs = construct({**MINIMAL, "providerCredentialOpts": credentials})
    assert outputs["kubeconfigJson"] == KUBECONFIG % ',"--role","arn:r"'
    assert engine.inputs("c-eks-k8s")["kubeconfig"] == KUBECONFIG % ',"--role","arn:r","--profile","p"'


@pytest.mark.parametrize(("given", "args"), [({}, ',"--profile","shell"'), ({"providerCredentialOpts": {}}, "")])
def test_the_profile_of_the_shell_is_used_where_no_credentials_are_given(
    monkeypatch: pytest.MonkeyPatch, given: Json, args: str
) -> None:
    monkeypatch.setenv("AWS_PROFILE", "shell")
    assert construct({**MINIMAL, **given})[0].inputs("c-eks-k8s")["kubeconfig"] == KUBECONFIG % args


def test_the_components_own_provider_has_a_version() -> None:
    engine, _ = construct({**MINIMAL, "enableConfigMapMutable": True})
    assert engine.registered["c-eks-k8s"].version == "4.19.0"
    assert engine.inputs("c-eks-k8s")["enableConfigMapMutable"] == "true"


def test_outputs_refer_to_the_children_and_depend_on_them() -> None:
    engine, outputs = construct({})
    assert (outputs["oidcIssuer"], outputs["oidcProviderUrl"]) == ("oidc/id/1", "https://oidc/id/1")
    assert dig(outputs, "eksCluster.urn") == "urn:c-eksCluster"
    assert outputs["clusterIngressRuleId"] == "sgr-1"
    assert engine.needs["kubeconfigJson"] == engine.needs["eksCluster"] == ["urn:c-eksCluster"]
    assert engine.needs["nodeSecurityGroupId"] == ["urn:c-nodeSecurityGroup"]
    assert engine.needs["oidcProviderArn"] == []


def test_the_core_has_all_parts_of_the_cluster() -> None:
    entry: Json = {"principalArn": "arn:ops"}
    core = mapping(construct({"accessEntries": {"ops": entry}, "encryptionConfigKeyArn": "arn:key"})[1]["core"])
    assert dig(core, "clusterIamRole.urn") == ROLE
    assert dig(core, "provider.urn") == "urn:c-eks-k8s"
    assert dig(core, "nodeGroupOptions.nodeSecurityGroup.urn") == "urn:c-nodeSecurityGroup"
    assert dig(core, "nodeGroupOptions.version") == "1.36"
    assert (core["accessEntries"], core["subnetIds"]) == ([entry], ["subnet-1", "subnet-2"])
    assert dig(core, "encryptionConfig.provider.keyArn") == "arn:key"


def test_the_outputs_are_in_the_state() -> None:
    engine, outputs = construct({})
    assert engine.completed["urn:c"] == outputs
    addon: Json = {SIGNATURE: RESOURCE, "urn": "urn:c-vpc-cni", "id": "id-c-vpc-cni"}
    assert engine.completed["urn:c-vpc-cni"] == {"addon": addon}


def test_outputs_of_a_first_preview_are_unknown_but_for_the_cluster_itself() -> None:
    _, outputs = construct({}, preview=True)
    assert outputs["kubeconfig"] == outputs["kubeconfigJson"] == outputs["oidcIssuer"] == outputs["core"] == UNKNOWN
    assert outputs["eksCluster"] == {SIGNATURE: RESOURCE, "urn": "urn:c-eksCluster", "id": UNKNOWN}


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"authenticationMode": "CONFIG_MAP"}, "authentication_mode API"),
        ({"skipDefaultNodeGroup": False}, "skip_default_node_group"),
        ({"fargate": True}, "no fargate"),
        ({"autoMode": {"enabled": True}}, "no auto_mode"),
        ({"storageClasses": "gp3"}, "no storage_classes"),
        ({"vpcCniOptions": {"securityContextPrivileged": True}}, "no vpc_cni_options.security_context_privileged"),
        ({"privateSubnetIds": []}, "needs subnets"),
        ({"subnetIds": ["subnet-1"]}, "not both"),
        ({"publicAccessCidrs": ["192.0.2.0/24"], "endpointPublicAccess": False}, "endpointPublicAccess"),
    ],
)
def test_an_unsupported_argument_is_refused_by_name(more: Json, words: str) -> None:
    with pytest.raises(Refused, match=words):
        construct(more)
