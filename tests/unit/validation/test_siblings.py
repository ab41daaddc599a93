"""Rules between the stacks of a project."""

import shutil
from pathlib import Path

import pytest

from components.config.files import StackFiles
from components.config.problems import ConfigurationError
from components.validation.load import load_files
from components.validation.siblings import siblings
from tests.harness.harness import ROOT

STAGING, PROD = "Pulumi.staging.yaml", "Pulumi.prod.yaml"
SAME = "in the same account"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    for file in ROOT.glob("Pulumi*.yaml"):
        shutil.copy2(file, tmp_path)
    return tmp_path


def rewrite(file: Path, *changes: tuple[str, str]) -> None:
    text = file.read_text()
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    file.write_text(text)


def found(project: Path, stack: str) -> dict[str, str]:
    """Messages by path."""
    try:
        load_files(StackFiles(folder=project, stack=stack))
    except ConfigurationError as error:
        return {problem.where: problem.message for problem in error.problems}
    return {}


def changed(project: Path, *changes: tuple[str, str], stack: str = "prod") -> dict[str, str]:
    rewrite(project / f"Pulumi.{stack}.yaml", *changes)
    return found(project, stack)


@pytest.mark.parametrize(
    ("stack", "stage", "remedy"),
    [
        ("prod", "staging", "prod"),
        ("prod", "prd", "prod"),
        ("production", "staging", "production"),
        ("Prod-eu", "dev", "prod"),
        ("nova.prod2", "test", "prod2"),
    ],
)
def test_a_stage_that_contradicts_the_stacks_name_is_refused_once(
    project: Path, stack: str, stage: str, remedy: str
) -> None:
    (project / PROD).rename(project / f"Pulumi.{stack}.yaml")
    rewrite(project / f"Pulumi.{stack}.yaml", ("boundary-nova-prod", f"boundary-nova-{remedy}"))
    written = ("nova:stage: prod", f"nova:stage: {stage}")
    assert changed(project, written, stack=stack) == {
        "stage": f"{stage} contradicts the stack's name, {stack}. Write {remedy}."
    }
    assert changed(project, (written[1], f"nova:stage: {remedy}"), stack=stack) == {}


@pytest.mark.parametrize(
    ("stack", "stage"),
    [
        ("production", "prod"),
        ("prod", "production"),
        ("eu", "prod"),
        ("prod-eu", "prodeu"),
        ("prod-eu", "eu"),
        ("prod", "prod2"),
        ("prod", "blue"),
        ("prodigy", "dev"),
        ("2", "prod"),
    ],
)
def test_other_stages_are_accepted(project: Path, stack: str, stage: str) -> None:
    (project / PROD).rename(project / f"Pulumi.{stack}.yaml")
    changes = ("nova:stage: prod", f"nova:stage: {stage}"), ("boundary-nova-prod", f"boundary-nova-{stage}")
    assert changed(project, *changes, stack=stack) == {}


def test_a_stack_name_with_its_organization_is_read_without_it(project: Path) -> None:
    others = siblings(StackFiles(folder=project, stack="org/prod"), "nova")
    assert (others.stack, sorted(others.others)) == ("prod", ["staging"])


def test_a_copied_stack_is_refused_for_everything_that_an_account_has_once(project: Path) -> None:
    shutil.copy2(project / STAGING, project / "Pulumi.qa.yaml")
    assert found(project, "qa") == {
        "stage": f"staging is also the stage of stack staging {SAME}, and their names would collide. Write e.g. qa.",
        "network.cidr": f"10.20.0.0/16 overlaps 10.20.0.0/16 of stack staging {SAME}, so the two networks could not be "
        "peered. Write e.g. 10.21.0.0/16.",
        "registry.ownership": f"create makes the repository nova/auth-service, which stack staging also creates {SAME} "
        "and region. Write existing.",
        "ci.provider": "create makes the account's OIDC provider for GitHub, which stack staging also creates. "
        "Write existing.",
        "ci.pushRole.ownership": f"create makes the role github-actions-role, which stack staging also creates {SAME}. "
        "Write existing.",
        "ci.previewRole.name": f"nova-staging-preview is already the name of ci.previewRole of stack staging {SAME}. "
        "Write e.g. nova-qa-preview.",
        "ci.deployRole.name": f"nova-staging-deploy is already the name of ci.deployRole of stack staging {SAME}. "
        "Write e.g. nova-qa-deploy.",
        **{
            f"ci.{role}.{key}": f"{name} is also the environment of ci.{role} of stack staging, so its jobs could "
            f"assume both roles. Write e.g. {free}."
            for role, key, name, free in (
                ("previewRole", "githubEnvironment", "preview-staging", "preview-qa"),
                ("previewRole", "planEnvironment", "plan-staging", "plan-qa"),
                ("deployRole", "githubEnvironment", "staging", "qa"),
                ("smokeRole", "githubEnvironment", "smoke-staging", "smoke-qa"),
            )
        },
        "ci.smokeRole.name": f"nova-staging-smoke is already the name of ci.smokeRole of stack staging {SAME}. "
        "Write e.g. nova-qa-smoke.",
        **{
            f"environments[{index}].name": f"{name} is also an environment of stack staging {SAME}, and each would "
            f"read the other's secrets. Write e.g. {name}-2."
            for index, name in enumerate(("dev", "staging"))
        },
    }
    changes = (
        ("    - name: dev\n", "    - name: qa-dev\n"),
        ("    - name: staging\n", "    - name: qa\n"),
        ("nova:stage: staging", "nova:stage: qa"),
        ("boundary-nova-staging", "boundary-nova-qa"),
        ("10.20.0.0/16", "10.21.0.0/16"),
        ("ownership: create", "ownership: existing"),
        ("provider: create", "provider: existing"),
        ("nova-staging-", "nova-qa-"),
        ("preview-staging, planEnvironment: plan-staging", "preview-qa, planEnvironment: plan-qa"),
        ("githubEnvironment: staging}", "githubEnvironment: qa}"),
        ("smoke-staging", "smoke-qa"),
    )
    assert changed(project, *changes, stack="qa") == {}


def test_a_copy_in_another_account_shares_nothing(project: Path) -> None:
    shutil.copy2(project / STAGING, project / "Pulumi.qa.yaml")
    account = ('"025434362120"', '"111122223333"'), ("::025434362120:", "::111122223333:")
    keys = {key.partition(".")[0] for key in changed(project, *account, stack="qa")}
    assert keys == {"repository", "ci"}  # GitHub's placeholders, and the environments that roles trust


def test_a_repository_is_created_once_in_each_region(project: Path) -> None:
    create = ("    ownership: existing\n", "    ownership: create\n")
    assert [*changed(project, create)] == ["registry.ownership"]
    elsewhere = "ap-northeast-1", "eu-central-1"
    zones = "[eu-central-1a, eu-central-1c, eu-central-1d]", "[eu-central-1a, eu-central-1b, eu-central-1c]"
    assert changed(project, elsewhere, zones) == {}


def test_names_of_roles_are_compared_without_their_case(project: Path) -> None:
    (message,) = changed(project, ("nova-prod-deploy", "Nova-Staging-Preview")).values()
    assert message == (
        f"Nova-Staging-Preview is already the name of ci.previewRole of stack staging {SAME}. "
        "Write e.g. nova-prod-deploy."
    )


def test_a_range_is_compared_with_all_stacks(project: Path) -> None:
    shutil.copy2(project / PROD, project / "Pulumi.eu.yaml")
    rewrite(project / "Pulumi.eu.yaml", ("10.30.0.0/16", "10.21.0.0/16"))
    assert changed(project, ("10.30.0.0/16", "10.20.0.0/17"))["network.cidr"].endswith("Write e.g. 10.22.0.0/17.")


def test_a_sibling_that_is_not_yaml_is_skipped_and_one_with_a_broken_field_is_not(project: Path) -> None:
    (project / "Pulumi.a.yaml").write_text("\tconfig: {")
    rewrite(project / STAGING, ("storageGib: 20", "storageGib: twenty"))
    assert [*changed(project, ("10.30.0.0/16", "10.20.0.0/16"))] == ["network.cidr"]
    rewrite(project / STAGING, ('"025434362120"', "25434362120"))
    assert found(project, "prod") == {}


def test_the_stacks_of_another_project_are_no_siblings(project: Path) -> None:
    assert siblings(StackFiles(folder=project, stack="prod"), "tiketi").others == {}
    assert siblings(StackFiles(folder=project / "nowhere", stack="prod"), "nova").others == {}


def test_each_sibling_is_read_once(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[str] = []
    text = StackFiles.values

    def values(self: StackFiles) -> dict[str, object]:
        read.append(self.stack)
        return text(self)

    monkeypatch.setattr(StackFiles, "values", values)
    changed(project, ("storageGib: 100", "storageGib: many"), ("multiAz: true", "multiAz: yes please"))
    assert sorted(read) == ["prod", "staging"]


def test_an_environment_name_is_used_once_in_an_account(project: Path) -> None:
    message = changed(project, ("    - name: production\n", "    - name: staging\n"))["environments[0].name"]
    assert message == (
        "staging is also an environment of stack staging in the same account, and each would read the other's secrets. "
        "Write e.g. staging-2."
    )
    assert "environments[0].name" not in changed(project, ("    - name: staging\n", "    - name: staging-2\n"))


def test_a_host_has_the_record_of_one_stack(tmp_path: Path) -> None:
    for file in (ROOT / "examples/tiketi").glob("Pulumi*.yaml"):
        shutil.copy2(file, tmp_path)
    assert changed(tmp_path, ("[api-staging.tiketi.com]", "[api.tiketi.com, argocd.tiketi.com]"), stack="staging") == {
        f"environments[0].hosts[{position}]": f"{name}.tiketi.com is also a host of stack prod, and both would write "
        f"its DNS record. Write e.g. {name}-2.tiketi.com."
        for position, name in enumerate(("api", "argocd"))
    }
    # Without the controller, a person decides to which of the two stacks the host leads.
    rewrite(tmp_path / PROD, ("    externalDns: {}\n", ""))
    assert found(tmp_path, "staging") == {}
