"""The committed stacks are valid, and invalid stack files are refused."""

import json
from typing import Any, cast

import pytest

from components.config.platform import PlatformConfig
from components.config.problems import ConfigurationError
from components.validation.load import load
from tests.harness.config import load_project, stack_config
from tests.harness.config_samples import changed, loaded, refusals
from tests.harness.harness import ROOT, run_program
from tools import configuration_docs


@pytest.mark.parametrize("stack", ["staging", "prod"])
def test_committed_stacks_are_valid(stack: str) -> None:
    assert loaded(changed(stack), stack).prefix == f"nova-{stack}"


def test_both_stack_files_have_the_same_keys_in_the_same_order() -> None:
    def keys(value: Any) -> list[str] | None:
        return list(cast("dict[str, Any]", value)) if isinstance(value, dict) else None

    staging, prod = (
        [(key, keys(value)) for key, value in stack_config(stack, ROOT).items()] for stack in ("staging", "prod")
    )
    assert staging == [section for section in prod if section[0] != "nova:alarms"]  # staging is not on call


def test_no_stack_file_defines_services() -> None:
    catalogue = load_project(ROOT)["config"]["services"]["value"]
    for stack in ("staging", "prod"):
        text = (ROOT / f"Pulumi.{stack}.yaml").read_text()
        assert not [service["name"] for service in catalogue if service["name"] in text]


def test_configuration_is_immutable() -> None:
    config = loaded(changed())
    with pytest.raises(ValueError, match="frozen"):
        config.stage = "other"  # pyright: ignore[reportAttributeAccessIssue] the attempt is the test


def test_one_report_has_all_problems_with_file_path_and_remedy() -> None:
    lines = refusals(
        services__2__port=70000,
        network__natGateway="single",
        database__engineVersion=17.6,
        cluster__nodes__minimum="3",
        stage="Staging!",
    )
    assert lines == [
        "Pulumi.yaml: services[2].port: 70000 is not a port (1-65535). Write e.g. 8080.",
        "Pulumi.staging.yaml: stage: 'Staging!' is not a name of 2-12 lower-case letters and digits. Write staging.",
        "Pulumi.staging.yaml: network.natGateway: is not a known key. Write natGateways.",
        "Pulumi.staging.yaml: cluster.nodes.minimum: '3' is not a whole number. Write 3, without quotes.",
        'Pulumi.staging.yaml: database.engineVersion: must be text, but YAML reads 17.6 as a number. Write "17.6".',
    ]


def test_unknown_section_suggests_the_closest_known_one() -> None:
    config = changed()
    config["nova:enviroments"] = config.pop("nova:environments")
    with pytest.raises(ConfigurationError) as refused:
        loaded(config)
    lines = str(refused.value).splitlines()
    assert lines[0] == "1 problem in the configuration of stack staging; nothing was changed."
    assert "Pulumi.staging.yaml: enviroments: is not a known key. Write environments." in lines


def test_a_refused_configuration_registers_nothing() -> None:
    registered: list[object] = []

    def program() -> None:
        registered.append(load())

    with pytest.raises(ConfigurationError):
        run_program(program, project="nova", stack="staging", config=changed(stage="!"))
    assert registered == []


def test_a_secret_in_a_stack_file_is_refused_without_showing_it() -> None:
    config = changed()
    config["nova:database"] = {"password": {"secure": "hunter2"}}
    with pytest.raises(ConfigurationError) as refused:
        loaded(config)
    assert ": database: is a secret." in str(refused.value)
    assert "hunter2" not in str(refused.value)


def test_reference_has_every_key_of_the_model() -> None:
    text = configuration_docs.render()
    for field in PlatformConfig.model_fields.values():
        assert f"| `{field.alias}` |" in text


def test_every_key_has_a_description() -> None:
    missing = [
        f"{section.__name__}.{name}"
        for section in configuration_docs.sections(PlatformConfig)
        for name, field in section.model_fields.items()
        if not field.description
    ]
    assert missing == []


def test_values_survive_the_engines_json() -> None:
    assert json.loads(json.dumps(changed())) == changed()


def test_cross_section_rules_are_reported_along_with_invalid_sections() -> None:
    lines = refusals(stage="!", network__cidr="8.8.0.0/16", cluster__nodes__minimum=9, registry__ownership="mine")
    reported = [line.split(": ")[1] for line in lines]
    assert reported == ["stage", "network.cidr", "cluster.nodes.minimum", "registry.ownership"]


def test_capacity_problems_are_reported_along_with_unrelated_invalid_keys() -> None:
    lines = refusals(
        stage="!", registry__keepTagged=5, cluster__nodes__maximum=4, cluster__nodes__instanceType="t3.medium"
    )
    assert [line.split(": ")[1] for line in lines] == ["stage", "cluster.nodes", "registry.keepTagged"]


@pytest.mark.parametrize(
    ("key", "message"),
    [
        ("nva:database", "has no effect: this project's keys start with nova:. Write nova:database."),
        ("Nova:argocd", "has no effect: this project's keys start with nova:. Write nova:argocd."),
        ("aws:region", "has no effect: providers are configured in nova:aws. Remove the key."),
    ],
)
def test_key_in_another_namespace_is_refused(key: str, message: str) -> None:
    with pytest.raises(ConfigurationError) as refused:
        loaded({**changed(), key: {"a": 1}})
    (line,) = str(refused.value).splitlines()[1:]
    assert line == f"Pulumi.staging.yaml: {key}: {message}"
