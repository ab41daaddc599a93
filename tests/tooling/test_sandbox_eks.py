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
from sandbox.providers.wire import OUTPUT, RESOURCE, SIGNATURE, UNKNOWN, Json, dig, from_struct, secret, text, to_struct

ROLE = "urn:role"
SUBNETS: Json = {SIGNATURE: OUTPUT, "value": ["subnet-1", "subnet-2"], "dependencies": ["urn:subnet-1", "urn:subnet-2"]}
STATE: Json = {
    "aws:eks/cluster:Cluster": {
        "name": "demo",
        "arn": "arn:aws:eks:eu-west-1:1:cluster/demo",
        "endpoint": "https://demo",
        "certificateAuthority": {"data": "QUJD"},
        "identities": [{"oidcs": [{"issuer": "https://oidc/id/1"}]}],
        "vpcConfig": {"clusterSecurityGroupId": "sg-own"},
    },
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
        self.completed: Json = {}

    def RegisterResource(  # noqa: N802
        self, request: resource_pb2.RegisterResourceRequest, context: grpc.ServicerContext
    ) -> resource_pb2.RegisterResourceResponse:
        del context
        self.registered[request.name] = request
        state = cast("Json", {} if self.preview else STATE.get(request.type) or {})
        id_ = f"id-{request.name}" if request.custom and not self.preview else ""
        answer = to_struct({**from_struct(request.object), **state})
        return resource_pb2.RegisterResourceResponse(urn=f"urn:{request.name}", id=id_, object=answer)

    def RegisterResourceOutputs(  # noqa: N802
        self, request: resource_pb2.RegisterResourceOutputsRequest, context: grpc.ServicerContext
    ) -> empty_pb2.Empty:
        del context
        self.completed = from_struct(request.outputs)
        return empty_pb2.Empty()

    def Invoke(  # noqa: N802
        self, request: resource_pb2.ResourceInvokeRequest, context: grpc.ServicerContext
    ) -> provider_pb2.InvokeResponse:
        del context
        state: Json = {"urn": dig(from_struct(request.args), "urn"), "id": "role", "state": {"arn": "arn:role"}}
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
        )
        return engine, from_struct(construct_cluster(request).state)
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
    engine, _ = construct({**MINIMAL, "serviceRole": None})
    roles = {name: message.type for name, message in engine.registered.items() if "eksRole" in name}
    assert [roles.pop("c-eksRole"), roles.pop("c-eksRole-role")] == ["eks:index:ServiceRole", "aws:iam/role:Role"]
    ((name, type_),) = roles.items()
    assert type_ == "aws:iam/rolePolicyAttachment:RolePolicyAttachment"
    assert f"urn:{name}" in engine.registered["c-eksCluster"].dependencies


def test_every_child_has_the_components_dependencies_and_protection() -> None:
    engine, _ = construct({})
    children = [message for name, message in engine.registered.items() if name != "c"]
    assert [message.name for message in children if "urn:nat" not in message.dependencies] == []
    assert [message.name for message in children if not message.protect] == []


def test_children_use_the_provider_of_the_component() -> None:
    engine, _ = construct({})
    used = {message.provider for message in engine.registered.values() if message.type.startswith("aws:")}
    assert used == {"urn:aws::aws-id"}
    assert dict(engine.registered["c"].providers) == {"aws": "urn:aws::aws-id", "eks": "urn:eks::eks-id"}


def test_the_control_plane_gets_the_arguments_and_their_dependencies() -> None:
    engine, _ = construct({**MINIMAL, "endpointPrivateAccess": True, "encryptionConfigKeyArn": secret("arn:key")})
    message = engine.registered["c-eksCluster"]
    inputs = from_struct(message.object)
    assert inputs["vpcConfig"] == {"subnetIds": ["subnet-1", "subnet-2"], "endpointPrivateAccess": True}
    assert inputs["encryptionConfig"] == {"provider": {"keyArn": secret("arn:key")}, "resources": ["secrets"]}
    assert (inputs["roleArn"], inputs["version"]) == ("arn:role", "1.36")
    assert list(message.propertyDependencies["vpcConfig"].urns) == ["urn:subnet-1", "urn:subnet-2"]
    assert {"urn:nat", ROLE, "urn:subnet-1", "urn:subnet-2"} <= set(message.dependencies)


def test_the_creator_is_an_administrator_as_in_pulumi_eks() -> None:
    engine, _ = construct(MINIMAL)
    inputs = from_struct(engine.registered["c-eksCluster"].object)
    assert inputs["accessConfig"] == {"authenticationMode": "API", "bootstrapClusterCreatorAdminPermissions": True}


def test_access_entries_have_their_policies() -> None:
    scope: Json = {"type": "cluster"}
    entry: Json = {"principalArn": "arn:ops", "accessPolicies": {"admin": {"policyArn": "arn:p", "accessScope": scope}}}
    engine, _ = construct({**MINIMAL, "accessEntries": {"ops": entry}})
    association = from_struct(engine.registered["c-ops-admin"].object)
    assert from_struct(engine.registered["c-ops"].object) == {"clusterName": "demo", "principalArn": "arn:ops"}
    assert (association["policyArn"], association["accessScope"]) == ("arn:p", scope)


def test_outputs_refer_to_the_cluster() -> None:
    engine, outputs = construct(MINIMAL)
    config = json.loads(text(outputs, "kubeconfigJson"))
    assert config == outputs["kubeconfig"]
    assert config["clusters"][0]["cluster"]["server"] == "https://demo"
    assert (outputs["oidcIssuer"], outputs["oidcProviderUrl"]) == ("oidc/id/1", "https://oidc/id/1")
    assert dig(outputs, "eksCluster.urn") == "urn:c-eksCluster"
    assert from_struct(engine.registered["c-eks-k8s"].object)["kubeconfig"] == outputs["kubeconfigJson"]


def test_no_resource_reference_is_in_the_state() -> None:
    engine, outputs = construct({})
    assert {"eksCluster", "core", "nodeSecurityGroup"} <= set(outputs)
    assert RESOURCE not in json.dumps(engine.completed)
    assert engine.completed["kubeconfigJson"] == outputs["kubeconfigJson"]


def test_the_kubeconfig_is_unknown_in_a_preview() -> None:
    _, outputs = construct({}, preview=True)
    assert outputs["kubeconfig"] == outputs["kubeconfigJson"] == outputs["oidcIssuer"] == UNKNOWN


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"authenticationMode": "CONFIG_MAP"}, "authentication_mode API"),
        ({"skipDefaultNodeGroup": False}, "skip_default_node_group"),
        ({"fargate": True}, "fargate"),
        ({"autoMode": {"enabled": True}}, "auto_mode"),
        ({"privateSubnetIds": []}, "needs subnets"),
    ],
)
def test_an_unsupported_argument_is_refused_by_name(more: Json, words: str) -> None:
    with pytest.raises(Refused, match=words):
        construct(more)
