"""The policies of CI for one example stack, and how tests read them."""

import json
from typing import Any

from components.account import Account
from components.iam_policies import StackScope, StateStore, push_policies, read_policy
from components.iam_policies_deploy import identity_policy, network_policy
from components.iam_policies_services import cluster_policy, data_policy

ACCOUNT = Account(account_id="111122223333", region="eu-central-1", permissions_boundary_name="shop-prod-boundary")
BOUNDARY = "arn:aws:iam::111122223333:policy/shop-prod-boundary"
SCOPE = StackScope(
    account=ACCOUNT,
    prefix="shop-prod",
    tags={"Project": "shop", "Environment": "prod"},
    cluster_name="shop-prod",
    role_names=["github-actions-role"],
    state=StateStore(bucket="acme-state", path="platform/prod", key_alias="alias/acme-state"),
)
OWNED = {"aws:ResourceTag/Environment": "prod", "aws:ResourceTag/Project": "shop"}
TEXTS = {
    "push": push_policies([ACCOUNT.arn("ecr", "repository/shop/auth-service")])[0],
    "read": read_policy(SCOPE),
    "network": network_policy(SCOPE),
    "cluster": cluster_policy(SCOPE, manages_repositories=True),
    "data": data_policy(SCOPE),
    "identity": identity_policy(SCOPE, manages_provider=True),
}


def statements(text: str) -> list[dict[str, Any]]:
    return json.loads(text)["Statement"]


def allowing(action: str, *names: str) -> list[dict[str, Any]]:
    """Statements of the named policies (all of them by default) that allow an action."""
    return [s for name in names or TEXTS for s in statements(TEXTS[name]) if action in s["Action"]]
