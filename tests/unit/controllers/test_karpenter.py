"""Karpenter: nodes like those of the managed group, no more than there may be, and a queue for spot only."""

import json
from functools import cache

import pytest

from components.config.controllers import NodeScaling
from components.config.versions import KARPENTER_CHART
from tests.harness.controllers_runs import ACCOUNT, ASSOCIATION, CLASS, NODE_ROLE, POOL, RELEASE, ROLE_POLICY, install
from tests.harness.harness import Run

PROFILE = "aws:iam/instanceProfile:InstanceProfile"
QUEUE = "aws:sqs/queue:Queue"
RULE = "aws:cloudwatch/eventRule:EventRule"
TARGET = "aws:cloudwatch/eventTarget:EventTarget"
QUEUE_POLICY = "aws:sqs/queuePolicy:QueuePolicy"
COMPONENT = "platform:operators_karpenter:Karpenter"
CONTROLLER, DEFINITIONS = "operators-karpenter", "operators-karpenter-crd"


@cache
def karpenter(**nodes: object) -> Run:
    return install(scaling=NodeScaling.KARPENTER, nodes=nodes)


def test_the_chart_is_pinned_and_comes_from_its_makers() -> None:
    release = karpenter().one(RELEASE, CONTROLLER).inputs
    assert (release["chart"], release["version"]) == ("oci://public.ecr.aws/karpenter/karpenter", KARPENTER_CHART)
    assert "repositoryOpts" not in release
    assert (release["name"], release["namespace"]) == ("karpenter", "platform")


def test_its_definitions_are_a_release_of_the_same_version_so_that_they_are_upgraded_with_it() -> None:
    done = karpenter()
    definitions = done.one(RELEASE, DEFINITIONS)
    assert definitions.inputs["chart"] == "oci://public.ecr.aws/karpenter/karpenter-crd"
    assert definitions.inputs["version"] == KARPENTER_CHART
    assert (definitions.inputs["name"], definitions.inputs["namespace"]) == ("karpenter-crd", "platform")
    assert definitions.urn in done.one(RELEASE, CONTROLLER).depends_on


def test_definitions_that_an_earlier_release_installed_are_adopted() -> None:
    done = karpenter()
    assert done.one(RELEASE, DEFINITIONS).inputs["takeOwnership"] is True
    assert "takeOwnership" not in done.one(RELEASE, CONTROLLER).inputs


def test_removing_its_definitions_release_keeps_pools_and_their_nodes() -> None:
    values = karpenter().one(RELEASE, DEFINITIONS).inputs["values"]
    assert values == {"additionalAnnotations": {"helm.sh/resource-policy": "keep"}}


def test_its_identity_exists_before_its_pods() -> None:
    done = karpenter()
    association = done.one(ASSOCIATION)
    assert association.inputs["serviceAccount"] == "karpenter"
    assert {association.urn, done.one(ROLE_POLICY).urn} <= done.one(RELEASE, CONTROLLER).depends_on


def test_nodes_have_the_role_of_the_managed_group_by_a_profile_that_the_program_makes() -> None:
    done = karpenter()
    profile = done.one(PROFILE)
    assert profile.inputs["role"] == NODE_ROLE.rpartition("/")[2]
    assert profile.name.startswith("shop-staging-")
    spec = done.one(CLASS).inputs["spec"]
    assert done.depends(done.one(CLASS), profile)
    assert spec["instanceProfile"]
    assert "role" not in spec


def test_nodes_stand_where_the_managed_group_stands() -> None:
    spec = karpenter().one(CLASS).inputs["spec"]
    assert spec["subnetSelectorTerms"] == [{"id": "subnet-a"}, {"id": "subnet-b"}]
    assert spec["securityGroupSelectorTerms"] == [{"id": "sg-nodes"}]
    assert spec["associatePublicIPAddress"] is False


def test_pods_do_not_reach_the_credentials_of_the_node() -> None:
    options = karpenter().one(CLASS).inputs["spec"]["metadataOptions"]
    assert (options["httpTokens"], options["httpPutResponseHopLimit"]) == ("required", 1)


def test_volumes_are_encrypted_and_as_large_as_those_of_the_group() -> None:
    (disk,) = karpenter(diskGib=80).one(CLASS).inputs["spec"]["blockDeviceMappings"]
    assert disk["deviceName"] == "/dev/xvda"
    assert (disk["ebs"]["encrypted"], disk["ebs"]["volumeSize"]) == (True, "80Gi")
    (data,) = karpenter(amiFamily="BOTTLEROCKET").one(CLASS).inputs["spec"]["blockDeviceMappings"]
    assert data["deviceName"] == "/dev/xvdb"


@pytest.mark.parametrize(("family", "alias"), [("AL2023", "al2023@latest"), ("BOTTLEROCKET", "bottlerocket@latest")])
def test_the_operating_system_is_that_of_the_group(family: str, alias: str) -> None:
    assert karpenter(amiFamily=family).one(CLASS).inputs["spec"]["amiSelectorTerms"] == [{"alias": alias}]


def test_what_karpenter_makes_carries_the_stacks_tags() -> None:
    assert karpenter().one(CLASS).inputs["spec"]["tags"] == {"Environment": "staging", "Project": "shop"}


def test_prefixes_let_a_node_run_more_pods() -> None:
    assert "kubelet" not in karpenter().one(CLASS).inputs["spec"]
    assert karpenter(prefixDelegation=True).one(CLASS).inputs["spec"]["kubelet"] == {"maxPods": 110}


@pytest.mark.parametrize(("desired", "maximum", "cpu"), [(3, 6, "6000m"), (2, 10, "16000m")])
def test_group_and_pool_together_have_no_more_nodes_than_allowed(desired: int, maximum: int, cpu: str) -> None:
    pool = karpenter(desired=desired, maximum=maximum).one(POOL).inputs["spec"]
    assert pool["limits"] == {"cpu": cpu}


@pytest.mark.parametrize(("bought", "capacity"), [("ON_DEMAND", "on-demand"), ("SPOT", "spot")])
def test_nodes_are_of_the_type_that_capacity_is_reckoned_with(bought: str, capacity: str) -> None:
    spec = karpenter(capacityType=bought).one(POOL).inputs["spec"]["template"]["spec"]
    wanted = {requirement["key"]: requirement["values"] for requirement in spec["requirements"]}
    assert wanted == {
        "karpenter.sh/capacity-type": [capacity],
        "node.kubernetes.io/instance-type": ["t3.large"],
    }
    assert spec["nodeClassRef"] == {"group": "karpenter.k8s.aws", "kind": "EC2NodeClass", "name": "platform"}


def test_nodes_go_before_the_controller_that_ends_them() -> None:
    done = karpenter()
    pool, node_class, release = done.one(POOL), done.one(CLASS), done.one(RELEASE, CONTROLLER)
    assert node_class.urn in pool.depends_on
    assert release.urn in node_class.depends_on


def test_without_spot_there_is_no_queue() -> None:
    done = karpenter()
    assert [done.all(kind) for kind in (QUEUE, RULE, TARGET, QUEUE_POLICY)] == [[], [], [], []]
    assert done.one(RELEASE, CONTROLLER).inputs["values"]["settings"] == {"clusterName": "shop-staging"}
    assert "Interruptions" not in done.one(ROLE_POLICY).inputs["policy"]


def test_spot_nodes_are_told_before_they_are_taken_away() -> None:
    done = karpenter(capacityType="SPOT")
    queue = done.one(QUEUE).inputs
    assert done.one(RELEASE, CONTROLLER).inputs["values"]["settings"]["interruptionQueue"] == queue["name"]
    assert json.loads(done.one(RULE).inputs["eventPattern"]) == {
        "detail-type": [
            "AWS Health Event",
            "EC2 Instance Rebalance Recommendation",
            "EC2 Instance State-change Notification",
            "EC2 Spot Instance Interruption Warning",
        ],
        "source": ["aws.ec2", "aws.health"],
    }
    assert done.depends(done.one(TARGET), done.one(QUEUE))
    assert done.depends(done.one(TARGET), done.one(RULE))


def test_the_queue_is_encrypted_and_takes_messages_of_its_rule_only() -> None:
    done = karpenter(capacityType="SPOT")
    assert done.one(QUEUE).inputs["sqsManagedSseEnabled"] is True
    (statement,) = json.loads(done.one(QUEUE_POLICY).inputs["policy"])["Statement"]
    assert statement["Principal"] == {"Service": "events.amazonaws.com"}
    assert statement["Action"] == ["sqs:SendMessage"]
    assert statement["Condition"] == {
        "ArnEquals": {"aws:SourceArn": ACCOUNT.arn("events", "rule/shop-staging-karpenter")},
        "StringEquals": {"aws:SourceAccount": "111122223333"},
    }


def test_everything_is_a_child_of_its_component() -> None:
    done = karpenter(capacityType="SPOT")
    component = done.one(COMPONENT)
    assert component.parent == done.one("platform:operators:Operators").urn
    kinds = {PROFILE, QUEUE, RULE, TARGET, QUEUE_POLICY, POOL, CLASS}
    assert {r.type for r in done.children(component)} == kinds
