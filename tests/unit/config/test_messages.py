"""Every refusal says what to write: every pattern has an example, and every error type a remedy."""

import json
from typing import Any

import pytest
from pydantic import ValidationError

from components.config.messages import COUNTS, KINDS
from components.config.platform import PlatformConfig
from tests.harness.config_samples import wrong
from tools.configuration_docs import sections

PATHS_OF_URL = "is not an HTTPS URL without path or trailing slash. Write e.g. https://argocd.example.com."


def test_every_pattern_has_an_example() -> None:
    patterns = [
        name for section in sections(PlatformConfig) for name, schema in _keys(section) if "pattern" in str(schema)
    ]
    assert patterns == []


def _keys(section: type[Any]) -> list[tuple[str, Any]]:
    properties = section.model_json_schema()["properties"]
    return [
        (f"{section.__name__}.{key}", {k: v for k, v in schema.items() if k not in TEXTS})
        for key, schema in properties.items()
    ]


TEXTS = ("description", "default")


@pytest.mark.parametrize(
    ("path", "value", "line"),
    [
        (
            "argocd.url",
            "https://argocd.example.com/",
            f"'https://argocd.example.com/' {PATHS_OF_URL.replace('e.g. ', '')}",
        ),
        ("argocd.url", "http://argocd.example.com", f"'http://argocd.example.com' {PATHS_OF_URL}"),
        ("argocd.url", "https://argocd.example.com:", f"'https://argocd.example.com:' {PATHS_OF_URL}"),
        (
            "services.0.repository",
            "Nova/Auth",
            "'Nova/Auth' is not an ECR repository name: 2-256 lower-case letters and digits, separated by . _ / or -.",
        ),
        ("environments", {}, "is not a list. Write a list: one `- item` per line, or [one, two]."),
        ("environments", [], "has too few entries. Add entries: at least 1."),
        ("environments", None, "has no value. Write one, or remove the key."),
        ("network", [], "is not a map. Write `key: value` pairs under it."),
        ("network", "10.0.0.0/16", "is not a map. Write `key: value` pairs under it."),
        ("cluster.nodes.desired", "three", "'three' is not a whole number. Write a whole number."),
        ("cluster.nodes.desired", "3", "'3' is not a whole number. Write 3, without quotes."),
        ("cluster.nodes.desired", 2.5, "2.5 is not a whole number. Write 2."),
        ("cluster.nodes.desired", 500, "500 is too large. Write a number of at most 100."),
        ("cluster.nodes.desired", [], "the value is not a whole number. Write a whole number."),
        ("database.multiAz", "no", "'no' is not a boolean. Write false."),
        ("system.owner", "", "is empty. Write e.g. platform."),
        ("system.owner", "x" * 200, "is too long. Shorten it to 128 characters."),
        ("system.owner", ["a"], "is not text. Write a."),
        ("registry.mutableTags", ["a", "b", "c", "d", "e", "f"], "has too many entries. Keep at most 5."),
        ("ci.stateKeyAlias", "nova", "'nova' is not the alias of a KMS key. Write e.g. alias/shop-pulumi-state."),
        (
            "cluster.addons",
            {"coredns": "1.2"},
            "'1.2' is not an EKS add-on version. Write e.g. v1.22.4-eksbuild.3.",
        ),
    ],
)
def test_refusals_say_what_to_write(path: str, value: Any, line: str) -> None:
    lines = [
        problem.split(": ", 1)[1]
        for problem in wrong(**{path.replace(".", "__"): value})
        if problem.startswith(path[:8])
    ]
    assert any(problem.startswith(line) for problem in lines), lines


@pytest.mark.parametrize(
    ("path", "value", "line"),
    [
        ("database.maxStorageGib", "1,000", "'1,000' is not a whole number. Write 1000."),
        ("database.maxStorageGib", "$3000", "'$3000' is not a whole number. Write 3000."),
        ("database.maxStorageGib", "200 GiB", "'200 GiB' is not a whole number. Write 200."),
        ("services.0.database.connections", "1,5", "'1,5' is not a whole number. Write e.g. 10."),
        ("cluster.publicAccessCidrs", True, "is not a list. Write a list: one `- item` per line, or [one, two]."),
        ("database.enhancedMonitoringSeconds", True, "true is not a number. Write 60."),
        ("cluster.logRetentionDays", 0, "CloudWatch Logs has no retention of 0 days. Write e.g. 365."),
        (
            "environments.0.revision",
            "refs/heads/main",
            "'refs/heads/main' is not a branch, tag or commit. Write e.g. main.",
        ),
        ("ci.pushRole.branches", ["refs/heads/main"], "'refs/heads/main' is not the full name of one branch"),
    ],
)
def test_the_remedy_is_what_is_meant_or_an_example(path: str, value: Any, line: str) -> None:
    (refused,) = wrong(**{path.replace(".", "__"): value})
    assert refused.split(": ", 1)[1].startswith(line)


def test_a_number_that_is_meant_is_named_although_it_contradicts_another() -> None:
    lines = wrong(database__storageGib="100", database__maxStorageGib=101)
    assert "database.storageGib: '100' is not a whole number. Write 100, without quotes." in lines


@pytest.mark.parametrize("revision", ["v1.2.3+build.5", "feature/a+b", "fix#12", "release@1"])
def test_revisions_of_git_are_accepted(revision: str) -> None:
    assert wrong(environments__0__revision=revision) == []


def test_invalid_variable_name_is_refused_with_its_form() -> None:
    assert wrong(environments__0__variables={"LOG LEVEL": "x"}) == [
        "environments[0].variables.LOG LEVEL: 'LOG LEVEL' is not a variable name of letters, digits, '_', '-' and '.' "
        "that does not start with a digit. Write e.g. LOG_LEVEL."
    ]


def test_empty_kubeconfig_context_is_refused_with_an_example() -> None:
    lines = wrong(kubeconfig={"context": ""})
    assert "kubeconfig.context: '' is not a kubeconfig context. Write e.g. kind-shop." in lines


def test_every_error_type_has_a_remedy() -> None:
    kinds = {*KINDS, *COUNTS, "value_error", "missing", "extra_forbidden"}
    possible = {kind for section in sections(PlatformConfig) for kind in _error_types(section)}
    assert possible <= kinds, possible - kinds


def _error_types(section: type[Any]) -> set[str]:
    """Pydantic's error types for values of all shapes."""
    types: set[str] = set()
    keys = [*section.model_json_schema(by_alias=True)["properties"]]
    for value in (None, True, -(10**9), 10**9, 1.5, "", "!" * 2000, [], ["!"] * 2000, {}, {"!": "!"}):
        for key in keys:
            types |= _refused(section, {key: value})
    return types


def _refused(section: type[Any], values: dict[str, Any]) -> set[str]:
    try:
        section.model_validate_json(json.dumps(values))
    except ValidationError as error:
        return {str(detail["type"]) for detail in error.errors()}
    return set()
