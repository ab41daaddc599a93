"""The policies of CI for one example stack, and how tests read them."""

import json
from typing import Any

from components.account.account import Account
from components.account.policy_documents import document
from components.ci.policies.alarms import alarms_changes
from components.ci.policies.deploy import identity_policy, network_policy
from components.ci.policies.edge import edge_changes
from components.ci.policies.karpenter import karpenter_changes
from components.ci.policies.read import push_policies, read_policy, smoke_policy
from components.ci.policies.runner import runner_changes
from components.ci.policies.services import cluster_policy, data_policy
from components.ci.runner import service_policy
from components.ci.scope import StackScope, StateStore
from components.config.cluster import NodesConfig
from components.config.edge import EdgeConfig
from components.controllers import (
    cluster_autoscaler,
    external_dns,
    external_secrets,
    karpenter,
    load_balancer_controller,
    rollouts,
)
from components.data.storage import objects_policy

ACCOUNT = Account(account_id="111122223333", region="eu-central-1", permissions_boundary_name="boundary-shop-prod")
BOUNDARY = "arn:aws:iam::111122223333:policy/boundary-shop-prod"
CONNECTION = "arn:aws:codeconnections:eu-central-1:111122223333:connection/01234567-89ab-cdef-0123-456789abcdef"
CERTIFICATE = "arn:aws:acm:eu-central-1:111122223333:certificate/12345678-1234-1234-1234-123456789012"


def edge(**settings: Any) -> EdgeConfig:
    return EdgeConfig.model_validate_json(json.dumps(settings))


def nodes(**settings: Any) -> NodesConfig:
    given = {"instanceType": "t3.large", "minimum": 2, "desired": 3, "maximum": 6}
    return NodesConfig.model_validate_json(json.dumps({**given, **settings}))


MADE_ZONE = {"name": "shop.example.com", "ownership": "create"}
TAKEN_ZONE = {"name": "shop.example.com", "ownership": "existing", "zoneId": "Z0123456789"}
STATE = StateStore(bucket="acme-state", path="platform/prod", key_alias="alias/acme-state")
SCOPE = StackScope(
    account=ACCOUNT,
    prefix="shop-prod",
    tags={"Project": "shop", "Environment": "prod"},
    cluster_name="shop-prod",
    nodes=nodes(scaling="karpenter", capacityType="SPOT"),
    edge=edge(zone=MADE_ZONE, firewall={}),
    alarms=True,
    runner_connection=CONNECTION,
    secret_prefixes=["shop/prod/"],
    creates_buckets=True,
    interface_endpoints=True,
    readable_secret_prefixes=["shop/argocd/", "shop/prod/"],
    hosts=["shop.example.com"],
    ci_roles=["shop-prod-preview", "shop-prod-deploy", "shop-prod-smoke", "github-actions-role"],
    push_role="github-actions-role",
    state=STATE,
)
OWNED = {"aws:ResourceTag/Environment": "prod", "aws:ResourceTag/Project": "shop"}
TEXTS = {
    "push": push_policies([ACCOUNT.arn("ecr", "repository/shop/auth-service")])[0],
    "read": read_policy(SCOPE),
    "smoke": smoke_policy(SCOPE),
    "network": network_policy(SCOPE),
    "cluster": cluster_policy(SCOPE, manages_repositories=True),
    "data": data_policy(SCOPE),
    "identity": identity_policy(SCOPE),
    "edge": document(edge_changes(SCOPE)),
    "karpenter": document(karpenter_changes(SCOPE)),
    "alarms": document(alarms_changes(SCOPE)),
    "runner": document(runner_changes(SCOPE)),
}
CONTROLLERS = {
    "external-secrets": external_secrets.iam_policy(ACCOUNT, SCOPE.readable_secret_prefixes),
    "external-dns": external_dns.iam_policy("Z0123456789"),
    "rollouts": rollouts.iam_policy(),
    "cluster-autoscaler": cluster_autoscaler.iam_policy(ACCOUNT, "shop-prod"),
    "load-balancer": load_balancer_controller.iam_policy(
        ACCOUNT, cluster_name="shop-prod", vpc_id="vpc-1", node_security_group_id="sg-nodes"
    ),
    "karpenter": karpenter.iam_policy(
        ACCOUNT,
        cluster_name="shop-prod",
        node_role_arn="arn:aws:iam::111122223333:role/shop-prod-nodes-0a1b2c3",
        profile_arn="arn:aws:iam::111122223333:instance-profile/shop-prod-karpenter-0a1b2c3",
        queue_arn="arn:aws:sqs:eu-central-1:111122223333:shop-prod-karpenter",
    ),
    "runner": service_policy(
        ACCOUNT, "shop-prod", CONNECTION, subnet_ids=["subnet-a", "subnet-b"], group_id="sg-runner"
    ),
    # The statement on a key of the stack's own needs the key's tag, which a policy does not show.
    "services with storage": objects_policy("arn:aws:s3:::shop-prod-prod-0a1b2c3", None, "eu-central-1"),
}
"""What the roles of controllers and services carry."""


def statements(text: str) -> list[dict[str, Any]]:
    return json.loads(text)["Statement"]


def allowing(action: str, *names: str) -> list[dict[str, Any]]:
    """Statements of the named policies (all of them by default) that allow an action."""
    return [s for name in names or TEXTS for s in statements(TEXTS[name]) if action in s["Action"]]
