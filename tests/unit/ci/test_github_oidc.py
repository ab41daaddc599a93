"""GitHub Actions in IAM: roles, trust policies, permissions, and what a destroy retains."""

import json
from dataclasses import replace
from typing import Any

import pytest
from pydantic import ValidationError
from pydantic.alias_generators import to_camel

from components.account.account import Account
from components.ci.github_oidc import GithubOidc, GithubOidcArgs
from components.config.ci import CiConfig
from components.config.cluster import NodesConfig
from components.config.edge import EdgeConfig
from components.config.git_urls import GithubRepository
from tests.harness.harness import Recorded, Run, once, run_program
from tests.harness.policy_samples import CERTIFICATE, MADE_ZONE, SCOPE, STATE, edge, nodes

ROLE = "aws:iam/role:Role"
POLICY = "aws:iam/policy:Policy"
ATTACHMENT = "aws:iam/rolePolicyAttachment:RolePolicyAttachment"
PROVIDER = "aws:iam/openIdConnectProvider:OpenIdConnectProvider"
HOST = "token.actions.githubusercontent.com"
PROVIDER_ARN = f"arn:aws:iam::111122223333:oidc-provider/{HOST}"
BOUNDARY = "arn:aws:iam::111122223333:policy/shop-boundary"
REPOSITORIES = ["arn:aws:ecr:eu-central-1:111122223333:repository/shop/auth-service"]
GITHUB = GithubRepository(owner="acme", name="shop", owner_id="12", repository_id="345")


def config(**settings: Any) -> CiConfig:
    sections = {
        "provider": "create",
        "pushRole": {"ownership": "create", "branches": ["main"]},
        "previewRole": {"name": "shop-prod-preview", "githubEnvironment": "preview"},
        "deployRole": {"name": "shop-prod-deploy", "githubEnvironment": "prod"},
        "smokeRole": {"name": "shop-prod-smoke", "githubEnvironment": "smoke-prod"},
        "stateBucket": "acme-state",
        "stateKeyAlias": "alias/acme-state",
    }
    return CiConfig.model_validate_json(json.dumps(sections | {to_camel(key): v for key, v in settings.items()}))


@once
def run(
    *,
    boundary: str | None = "shop-boundary",
    github: GithubRepository = GITHUB,
    repositories: list[str] = REPOSITORIES,
    manages_repositories: bool = True,
    preview: bool = False,
    with_edge: EdgeConfig | None = None,
    with_nodes: NodesConfig | None = None,
    with_alarms: bool = False,
    **settings: Any,
) -> Run:
    chosen = config(**settings)
    roles = [role.name for role in (chosen.preview_role, chosen.deploy_role, chosen.smoke_role) if role]
    account = Account(account_id="111122223333", region="eu-central-1", permissions_boundary_name=boundary)
    parts = replace(
        SCOPE, nodes=with_nodes, edge=with_edge, alarms=with_alarms, creates_buckets=False, runner_connection=None
    )
    scope = replace(parts, account=account, ci_roles=roles)
    args = GithubOidcArgs(
        settings=chosen,
        scope=replace(scope, state=replace(STATE, key_alias=chosen.state_key_alias) if chosen.state_bucket else None),
        github=github,
        repository_arns=repositories,
        manages_repositories=manages_repositories,
    )
    return run_program(lambda: GithubOidc("shop-prod-ci", args), preview=preview)


def role(of: Run, name: str) -> Recorded:
    [resource] = of.all(ROLE, name=name)
    return resource


def trust(of: Run, name: str) -> dict[str, Any]:
    [statement] = json.loads(role(of, name).inputs["assumeRolePolicy"])["Statement"]
    return statement


def granted(of: Run, role_name: str) -> dict[str, str]:
    """Documents of a role's policies, by the policy's logical name."""
    attached = [a.property_dependencies["policyArn"] for a in of.all(ATTACHMENT, role=role_name)]
    return {p.name: p.inputs["policy"] for p in of.all(POLICY) if frozenset({p.urn}) in attached}


def actions(text: str) -> set[str]:
    return {action for statement in json.loads(text)["Statement"] for action in statement["Action"]}


ROLES = ["github-actions-role", "shop-prod-preview", "shop-prod-deploy", "shop-prod-smoke"]


def test_oidc_provider_is_githubs_with_sts_as_its_only_audience() -> None:
    provider = run().one(PROVIDER)
    assert provider.inputs == {"url": f"https://{HOST}", "clientIdLists": ["sts.amazonaws.com"]}


def test_existing_provider_is_referenced_by_arn() -> None:
    done = run(provider="existing")
    assert done.all(PROVIDER) == []
    assert done.one("platform:github_oidc:GithubOidc").outputs["provider_arn"] == PROVIDER_ARN
    assert trust(done, "shop-prod-deploy")["Principal"] == {"Federated": PROVIDER_ARN}
    assert done.invokes == []


def test_there_is_a_role_for_each_purpose() -> None:
    assert sorted(r.inputs["name"] for r in run().all(ROLE)) == sorted(ROLES)


@pytest.mark.parametrize("name", ROLES)
def test_roles_trust_one_provider_for_web_identities_only(name: str) -> None:
    statement = trust(run(), name)
    assert statement["Effect"] == "Allow"
    assert statement["Action"] == ["sts:AssumeRoleWithWebIdentity"]
    assert statement["Principal"] == {"Federated": PROVIDER_ARN}


@pytest.mark.parametrize(
    ("name", "context"),
    [
        ("github-actions-role", "ref:refs/heads/main"),
        ("shop-prod-preview", "environment:preview"),
        ("shop-prod-deploy", "environment:prod"),
        ("shop-prod-smoke", "environment:smoke-prod"),
    ],
)
def test_roles_trust_one_context_of_one_repository_in_both_forms(name: str, context: str) -> None:
    assert trust(run(), name)["Condition"] == {
        "StringEquals": {
            f"{HOST}:aud": "sts.amazonaws.com",
            f"{HOST}:sub": [f"repo:acme/shop:{context}", f"repo:acme@12/shop@345:{context}"],
            f"{HOST}:repository_id": "345",
        }
    }


def test_each_branch_is_a_subject() -> None:
    push = {"ownership": "create", "branches": ["main", "release/1.x"]}
    subjects = trust(run(push_role=push), "github-actions-role")["Condition"]["StringEquals"][f"{HOST}:sub"]
    assert subjects == [
        "repo:acme/shop:ref:refs/heads/main",
        "repo:acme/shop:ref:refs/heads/release/1.x",
        "repo:acme@12/shop@345:ref:refs/heads/main",
        "repo:acme@12/shop@345:ref:refs/heads/release/1.x",
    ]


def test_each_environment_of_the_push_role_is_a_subject_too() -> None:
    push = {"ownership": "create", "branches": ["main"], "githubEnvironments": ["release"]}
    subjects = trust(run(push_role=push), "github-actions-role")["Condition"]["StringEquals"][f"{HOST}:sub"]
    assert subjects == [
        "repo:acme/shop:ref:refs/heads/main",
        "repo:acme/shop:environment:release",
        "repo:acme@12/shop@345:ref:refs/heads/main",
        "repo:acme@12/shop@345:environment:release",
    ]


def test_the_preview_role_trusts_the_environment_of_reviewed_code_too() -> None:
    preview = {"name": "shop-prod-preview", "githubEnvironment": "preview", "planEnvironment": "plan"}
    subjects = trust(run(preview_role=preview), "shop-prod-preview")["Condition"]["StringEquals"][f"{HOST}:sub"]
    assert subjects == [
        "repo:acme/shop:environment:preview",
        "repo:acme/shop:environment:plan",
        "repo:acme@12/shop@345:environment:preview",
        "repo:acme@12/shop@345:environment:plan",
    ]


@pytest.mark.parametrize("branch", ["*", "release/*", "a?", "a:b", "${aws:username}", "", "main "])
def test_a_branch_that_is_a_pattern_is_refused_in_the_stack_file(branch: str) -> None:
    with pytest.raises(ValidationError):
        config(push_role={"ownership": "create", "branches": [branch]})


def test_sessions_last_one_hour_and_two_for_deployments() -> None:
    done = run()
    assert {r.inputs["name"]: r.inputs["maxSessionDuration"] for r in done.all(ROLE)} == {
        "github-actions-role": 3600,
        "shop-prod-preview": 3600,
        "shop-prod-deploy": 7200,
        "shop-prod-smoke": 3600,
    }


def test_every_role_has_a_permissions_boundary_and_a_description() -> None:
    for resource in run().all(ROLE):
        assert resource.inputs["permissionsBoundary"] == BOUNDARY
        assert "shop-prod" in resource.inputs["description"]


def test_other_roles_need_no_permissions_boundary() -> None:
    done = run(boundary=None, deploy_role=None)
    assert all("permissionsBoundary" not in r.inputs for r in done.all(ROLE))


def test_roles_depend_on_the_provider_they_trust() -> None:
    done = run()
    assert all(done.depends(resource, done.one(PROVIDER)) for resource in done.all(ROLE))


def test_everything_is_a_child_of_the_component() -> None:
    done = run()
    assert {r.parent for r in done.resources if r.custom} == {done.one("platform:github_oidc:GithubOidc").urn}


def test_the_push_role_can_push_to_the_repositories_and_nothing_else() -> None:
    [text] = granted(run(), "github-actions-role").values()
    log_in, push = json.loads(text)["Statement"]
    assert (log_in["Action"], log_in["Resource"]) == (["ecr:GetAuthorizationToken"], ["*"])
    assert push["Resource"] == REPOSITORIES
    assert "ecr:PutImage" in push["Action"]


def test_a_large_catalogue_is_spread_over_several_push_policies() -> None:
    many = [f"{REPOSITORIES[0]}-{number:03}" for number in range(200)]
    texts = granted(run(repositories=many), "github-actions-role")
    assert list(texts)[:2] == ["shop-prod-ci-push", "shop-prod-ci-push-2"]
    covered = [arn for text in texts.values() for arn in json.loads(text)["Statement"][1]["Resource"]]
    assert sorted(covered) == many


def test_the_preview_role_reads_only() -> None:
    texts = granted(run(), "shop-prod-preview")
    assert set(texts) == {"shop-prod-ci-read"}
    verbs = {action.split(":")[1] for action in actions(texts["shop-prod-ci-read"])}
    assert {v for v in verbs if not v.startswith(("Describe", "Get", "List"))} == {"Decrypt"}


def test_the_smoke_role_finds_its_stacks_cluster_and_has_no_other_right_in_aws() -> None:
    [text] = granted(run(), "shop-prod-smoke").values()
    [statement] = json.loads(text)["Statement"]
    assert statement["Action"] == ["eks:DescribeCluster"]
    assert statement["Resource"] == ["arn:aws:eks:eu-central-1:111122223333:cluster/shop-prod"]


def test_deploy_role_has_the_read_policy_and_one_policy_per_area() -> None:
    assert set(granted(run(), "shop-prod-deploy")) == {
        "shop-prod-ci-read",
        *(f"shop-prod-ci-deploy-{area}" for area in ("network", "cluster", "data", "identity")),
    }


def test_alarms_have_their_own_policy() -> None:
    done = run(with_alarms=True)
    assert "cloudwatch:PutMetricAlarm" in actions(granted(done, "shop-prod-deploy")["shop-prod-ci-deploy-alarms"])
    assert "cloudwatch:DescribeAlarms" in actions(granted(done, "shop-prod-preview")["shop-prod-ci-read"])


def test_edge_and_karpenter_have_their_own_policies() -> None:
    done = run(with_edge=edge(zone=MADE_ZONE, firewall={}), with_nodes=nodes(scaling="karpenter"))
    texts = granted(done, "shop-prod-deploy")
    assert "wafv2:CreateWebACL" in actions(texts["shop-prod-ci-deploy-edge"])
    assert "iam:CreateInstanceProfile" in actions(texts["shop-prod-ci-deploy-karpenter"])
    assert {"wafv2:GetWebACL", "iam:GetInstanceProfile"} <= actions(texts["shop-prod-ci-read"])
    existing = run(with_edge=edge(certificate={"arn": CERTIFICATE}))
    assert not [p.name for p in existing.all(POLICY) if p.name.endswith("-edge")]


def test_roles_have_only_policies_created_by_the_stack() -> None:
    done = run()
    own = {p.urn for p in done.all(POLICY)}
    assert {urn for a in done.all(ATTACHMENT) for urn in a.property_dependencies["policyArn"]} == own
    assert not any(a.inputs["policyArn"].startswith("arn:aws:iam::aws:") for a in done.all(ATTACHMENT))
    assert not done.all("aws:iam/rolePolicy:RolePolicy")  # inline policies would be a second place to look at


def test_only_the_push_role_pushes_images() -> None:
    done = run()
    pushing = {p.name for p in done.all(POLICY) if "ecr:PutImage" in actions(p.inputs["policy"])}
    assert pushing == {"shop-prod-ci-push"}


def test_stack_that_uses_existing_repositories_cannot_change_them() -> None:
    name = "shop-prod-ci-deploy-cluster"
    assert "ecr:DeleteRepository" in actions(run().one(POLICY, name).inputs["policy"])
    text = run(manages_repositories=False).one(POLICY, name).inputs["policy"]
    assert not any(action.startswith("ecr:") for action in actions(text))


def test_the_deploy_role_has_no_rights_on_cis_shared_identities() -> None:
    text = run().one(POLICY, "shop-prod-ci-deploy-identity").inputs["policy"]
    assert "github-actions-role" not in text
    assert "oidc-provider" not in text


def test_existing_push_role_is_referenced_by_arn_and_not_created() -> None:
    done = run(push_role={"ownership": "existing", "name": "pusher"})
    component = done.one("platform:github_oidc:GithubOidc")
    assert component.outputs["push_role_arn"] == "arn:aws:iam::111122223333:role/pusher"
    assert sorted(r.inputs["name"] for r in done.all(ROLE)) == sorted(set(ROLES) - {"github-actions-role"})


def test_roles_without_settings_are_not_created() -> None:
    done = run(push_role=None, preview_role=None, deploy_role=None, smoke_role=None, boundary=None)
    assert [r.type for r in done.resources if r.custom] == [PROVIDER]
    outputs = done.one("platform:github_oidc:GithubOidc").outputs
    assert {key for key, value in outputs.items() if value is not None} == {"provider_arn"}


def test_destroy_retains_provider_and_push_role_and_deletes_the_stacks_own_roles() -> None:
    retained = {(r.type, r.name) for r in run(retain_on_destroy=True).resources if r.retain_on_delete}
    assert retained == {(PROVIDER, "shop-prod-ci-github")} | {
        (type_, "shop-prod-ci-push") for type_ in (ROLE, POLICY, ATTACHMENT)
    }


def test_destroy_deletes_everything_without_retain_on_destroy() -> None:
    assert not any(r.retain_on_delete for r in run(retain_on_destroy=False).resources)


def test_first_preview_shows_complete_trust_policies_and_policies() -> None:
    done = run(preview=True)
    texts = [r.inputs["assumeRolePolicy"] for r in done.all(ROLE)] + [p.inputs["policy"] for p in done.all(POLICY)]
    assert all(json.loads(text)["Statement"] for text in texts)


def test_state_access_needs_a_state_bucket_in_the_stack_file() -> None:
    texts = [p.inputs["policy"] for p in run(state_bucket=None).all(POLICY)]
    assert not any("s3:" in text or "kms:ResourceAliases" in text for text in texts)
