"""ECR repositories: settings, lifecycle policies, and what a destroy retains."""

import json
from typing import Any

import pytest
from pydantic import ValidationError
from pydantic.alias_generators import to_camel

from components.account.account import Account
from components.config.registry import RegistryConfig
from components.config.types import Ownership
from components.registry import Registry, RegistryArgs, lifecycle
from tests.harness.harness import Run, run_program

REPOSITORY = "aws:ecr/repository:Repository"
LIFECYCLE = "aws:ecr/lifecyclePolicy:LifecyclePolicy"
ACCOUNT = Account(account_id="111122223333", region="eu-central-1")
REPOSITORIES = {"auth-service": "shop/auth-service", "feed-service": "shop/feed-service"}


def config(**settings: Any) -> RegistryConfig:
    sections = {"ownership": "create"} | {to_camel(key): value for key, value in settings.items()}
    return RegistryConfig.model_validate_json(json.dumps(sections))


def run(*, protect: bool = True, **settings: Any) -> Run:
    args = RegistryArgs(
        settings=config(**settings), account=ACCOUNT, name="shop-prod", repositories=REPOSITORIES, protect=protect
    )
    return run_program(lambda: Registry("shop-prod-registry", args))


def component(of: Run) -> Any:
    return of.one("platform:registry:Registry")


def test_each_service_has_one_repository_of_its_name() -> None:
    names = {r.name: r.inputs["name"] for r in run().all(REPOSITORY)}
    assert names == {f"shop-prod-registry-{service}": name for service, name in REPOSITORIES.items()}


def test_each_service_has_two_resources() -> None:
    assert sorted(r.type for r in run().resources if r.custom) == [LIFECYCLE] * 2 + [REPOSITORY] * 2


def test_everything_is_a_child_of_the_component() -> None:
    done = run()
    assert {r.parent for r in done.resources if r.custom} == {component(done).urn}


def test_each_repository_has_its_own_lifecycle_policy() -> None:
    done = run()
    assert {r.inputs["repository"] for r in done.all(LIFECYCLE)} == set(REPOSITORIES.values())
    for repository in done.all(REPOSITORY):
        assert done.depends(done.one(LIFECYCLE, repository.name), repository)


def test_tags_are_immutable_except_for_configured_patterns() -> None:
    for repository in run(mutable_tags=("cache-*", "sha256-*")).all(REPOSITORY):
        assert repository.inputs["imageTagMutability"] == "IMMUTABLE_WITH_EXCLUSION"
        assert repository.inputs["imageTagMutabilityExclusionFilters"] == [
            {"filter": "cache-*", "filterType": "WILDCARD"},
            {"filter": "sha256-*", "filterType": "WILDCARD"},
        ]


def test_without_mutable_tags_all_are_immutable() -> None:
    for repository in run(mutable_tags=()).all(REPOSITORY):
        assert repository.inputs["imageTagMutability"] == "IMMUTABLE"
        assert "imageTagMutabilityExclusionFilters" not in repository.inputs


@pytest.mark.parametrize("pattern", ["*", "**", "a*b*c*", "a b", ""])
def test_pattern_that_would_make_every_tag_mutable_is_refused(pattern: str) -> None:
    with pytest.raises(ValidationError):
        config(mutable_tags=(pattern,))


def test_images_are_scanned_when_pushed() -> None:
    assert [r.inputs["imageScanningConfiguration"] for r in run().all(REPOSITORY)] == [{"scanOnPush": True}] * 2


def test_a_repository_with_images_is_never_deleted() -> None:
    assert [r.inputs["forceDelete"] for r in run().all(REPOSITORY)] == [False, False]


def test_images_are_encrypted_with_the_aws_owned_key_by_default() -> None:
    done = run()
    assert done.all(REPOSITORY)[0].inputs["encryptionConfigurations"] == [{"encryptionType": "AES256"}]
    assert done.all("aws:kms/key:Key") == []


def test_one_key_of_the_stack_encrypts_all_images() -> None:
    done = run(customer_managed_key=True)
    key = done.one("aws:kms/key:Key")
    for repository in done.all(REPOSITORY):
        [encryption] = repository.inputs["encryptionConfigurations"]
        assert encryption["encryptionType"] == "KMS"
        assert encryption["kmsKey"].startswith("arn:aws:kms:")
        assert done.depends(repository, key)
    assert done.one("aws:kms/alias:Alias").inputs["name"] == "alias/shop-prod-registry"


def test_destroy_retains_repositories_and_their_lifecycle_policies() -> None:
    done = run(retain_on_destroy=True)
    assert [r.retain_on_delete for r in (*done.all(REPOSITORY), *done.all(LIFECYCLE))] == [True] * 4


def test_destroy_retains_the_key_of_retained_repositories() -> None:
    done = run(retain_on_destroy=True, customer_managed_key=True)
    assert done.one("aws:kms/key:Key").retain_on_delete
    assert not done.one("aws:kms/key:Key").protect


def test_retained_resources_are_not_protected() -> None:
    assert not any(r.protect for r in run(retain_on_destroy=True, protect=True).resources)


def test_resources_that_a_destroy_would_delete_are_protected() -> None:
    done = run(retain_on_destroy=False, protect=True, customer_managed_key=True)
    assert [r.protect for r in (*done.all(REPOSITORY), done.one("aws:kms/key:Key"))] == [True] * 3
    assert not any(r.retain_on_delete for r in done.resources)


def test_protection_follows_the_stack() -> None:
    assert not any(r.protect for r in run(retain_on_destroy=False, protect=False).all(REPOSITORY))


def test_existing_repositories_need_no_resources_and_no_calls() -> None:
    done = run(ownership=Ownership.EXISTING, customer_managed_key=True)
    assert [r for r in done.resources if r.custom] == []
    assert done.invokes == []
    assert done.reads == []


@pytest.mark.parametrize("ownership", list(Ownership))
def test_urls_are_the_same_for_created_and_existing_repositories(ownership: Ownership) -> None:
    outputs = component(run(ownership=ownership)).outputs
    host = "111122223333.dkr.ecr.eu-central-1.amazonaws.com"
    assert outputs["arns"] == {
        service: f"arn:aws:ecr:eu-central-1:111122223333:repository/{name}" for service, name in REPOSITORIES.items()
    }
    assert {service: url.partition("/")[2] for service, url in outputs["urls"].items()} == REPOSITORIES
    if ownership is Ownership.EXISTING:
        assert {url.partition("/")[0] for url in outputs["urls"].values()} == {host}


def rules(of: RegistryConfig) -> list[dict[str, Any]]:
    return json.loads(lifecycle(of))["rules"]


def test_untagged_images_expire_by_age() -> None:
    assert rules(config(untagged_days=5))[0]["selection"] == {
        "tagStatus": "untagged",
        "countType": "sinceImagePushed",
        "countUnit": "days",
        "countNumber": 5,
    }


def test_tagged_images_expire_by_count_whatever_their_tag() -> None:
    assert rules(config(keep_tagged=300))[1]["selection"] == {
        "tagStatus": "tagged",
        "tagPatternList": ["*"],
        "countType": "imageCountMoreThan",
        "countNumber": 300,
    }


def test_lifecycle_rules_have_priorities() -> None:
    assert [(rule["rulePriority"], rule["action"]) for rule in rules(config())] == [
        (1, {"type": "expire"}),
        (2, {"type": "expire"}),
    ]


def test_lifecycle_policy_follows_the_settings() -> None:
    for policy in run(keep_tagged=400).all(LIFECYCLE):
        assert policy.inputs["policy"] == lifecycle(config(keep_tagged=400))


def test_fewer_than_200_tagged_images_are_refused() -> None:
    with pytest.raises(ValidationError):
        config(keep_tagged=199)


def test_services_can_share_a_repository() -> None:
    shared = {"api": "shop-api", "worker": "shop-api"}
    args = RegistryArgs(settings=config(), account=ACCOUNT, name="shop", repositories=shared, protect=False)
    done = run_program(lambda: Registry("shop-registry", args))
    assert [(r.name, r.inputs["name"]) for r in done.all(REPOSITORY)] == [("shop-registry-api", "shop-api")]
    assert set(component(done).outputs["urls"]) == {"api", "worker"}
    assert len(set(component(done).outputs["urls"].values())) == 1
