"""Which images an environment's pods may use. tests/cluster/staging shows what the API server makes of the policy."""

import json
from typing import Any

from components.environments.plan import plan_environments
from tests.harness.config_samples import changed, loaded
from tests.harness.harness import ROOT
from tests.unit.environments.test_environment import CLUSTER_SCOPED, environment_args, run, staging
from tools.manifests.stacks import stacks

POLICY, BINDING = CLUSTER_SCOPED


def spec(kind: str) -> dict[str, Any]:
    return staging().one(kind).inputs["spec"]


def repositories(stack: str, **changes: Any) -> list[tuple[str, ...]]:
    return [plan.image_repositories for plan in plan_environments(loaded(changed(stack, **changes), stack))]


def test_pods_of_the_namespace_are_refused_unless_their_images_have_an_allowed_prefix() -> None:
    policy = spec(POLICY)
    variables = {variable["name"]: variable["expression"] for variable in policy["variables"]}
    assert policy["matchConstraints"]["namespaceSelector"] == {"matchLabels": {"kubernetes.io/metadata.name": "nova"}}
    assert json.loads(variables["allowed"]) == [
        "registry.example/nova/auth-service:", "registry.example/nova/auth-service@", "valkey:", "valkey@",
    ]  # fmt: skip
    assert policy["failurePolicy"] == "Fail"


def test_the_policy_is_in_force_and_there_before_the_first_pod() -> None:
    policy, binding = staging().one(POLICY), staging().one(BINDING)
    assert spec(BINDING) == {"policyName": "nova-images", "validationActions": ["Deny"]}
    assert {policy.urn, binding.urn} <= set(staging().outputs["ready"])
    assert staging().depends(policy, staging().one("kubernetes:core/v1:Namespace"))


def test_without_a_list_there_is_no_policy() -> None:
    assert run(environment_args(), image_repositories=[]).all(POLICY) == []


def test_the_list_is_the_services_repositories_and_what_the_environment_adds() -> None:
    [production] = repositories("prod", environments__0__otherImages=["public.ecr.aws/docker/library/redis"])
    assert len(production) == 9
    assert production[0] == "025434362120.dkr.ecr.ap-northeast-1.amazonaws.com/nova/auth-service"
    assert production[8] == "public.ecr.aws/docker/library/redis"


def test_a_stack_without_a_registry_allows_any_image_until_it_lists_some() -> None:
    [plan] = plan_environments(stacks(ROOT / "examples" / "tiketi")["dev"])
    assert plan.image_repositories == ()
