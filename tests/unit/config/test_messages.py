"""Every refusal says what to write: every pattern has an example, and every error type a remedy."""

import json
from typing import Any

import pytest
from pydantic import ValidationError

from components.config.messages import COUNTS, KINDS, likely_name, name_remedy
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
        (
            "argocd.url",
            "http://argocd.example.com",
            f"'http://argocd.example.com' {PATHS_OF_URL.replace('e.g. ', '')}",
        ),
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
        (
            "environments.0.canary",
            {"stepPercent": 10, "maxPercent": 50, "successRatePercent": 0.995, "p99Milliseconds": 500},
            "0.995 is a fraction, not a percentage. Write 99.5.",
        ),
        ("ci.stateKeyAlias", "nova", "'nova' does not begin with alias/. Write alias/nova."),
        (
            "ci.stateKeyAlias",
            "arn:aws:kms:ap-northeast-1:025434362120:key/12",
            "'arn:aws:kms:ap-northeast-1:025434362120:key/12' is not the alias of a KMS key that you created. "
            "Write e.g. alias/shop-pulumi-state.",
        ),
        ("database.enhancedMonitoringSeconds", 45, "45 is not one of 0, 1, 5, 10, 15, 30, 60. Write 60."),
        ("database.enhancedMonitoringSeconds", 16, "16 is not one of 0, 1, 5, 10, 15, 30, 60. Write 15."),
        ("network.natGateways", "none", "'none' is not one of single, perZone. Write e.g. single."),
        ("network.natGateways", 0, "0 is not one of single, perZone. Write e.g. single."),
        (
            "secrets.sharedDatabase",
            True,
            "must be text, but YAML reads true as a boolean. Write a text, or remove the key.",
        ),
        (
            "database.password",
            "hunter2",
            "is not a known key. Remove it: a secret does not belong in Git. docs/secrets.md says where it comes from.",
        ),
        ("system.name", True, "must be text, but YAML reads true as a boolean. Write a text."),
        (
            "cluster.adminRoleArns",
            ["platform-admin"],
            "'platform-admin' is not the ARN of an IAM role. "
            "Write one like arn:aws:iam::123456789012:role/platform-admin.",
        ),
        (
            "cluster.addons",
            {"coredns": "1.2"},
            "'1.2' is not an EKS add-on version. Write e.g. v1.14.3-eksbuild.14.",
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
        ("cluster.publicAccessCidrs", True, "is not a list. Write e.g. [203.0.113.0/24]."),
        ("cluster.publicAccessCidrs", ["::/0"], "'::/0' is not an IPv4 range. Write e.g. 203.0.113.0/24."),
        ("database.enhancedMonitoringSeconds", True, "true is not a number. Write 60."),
        ("cluster.logRetentionDays", 0, "CloudWatch Logs has no retention of 0 days. Write e.g. 365."),
        (
            "environments.0.revision",
            "refs/heads/main",
            "'refs/heads/main' is not the name that the Git server has. Write main.",
        ),
        ("ci.pushRole.branches", ["refs/heads/main"], "'refs/heads/main' is not the name that the Git server has"),
    ],
)
def test_the_remedy_is_what_is_meant_or_an_example(path: str, value: Any, line: str) -> None:
    (refused,) = wrong(**{path.replace(".", "__"): value})
    assert refused.split(": ", 1)[1].startswith(line)


@pytest.mark.parametrize(
    ("path", "value", "meant"),
    [
        ("network.flowLogs.retentionDays", "1y", 365),
        ("network.flowLogs.retentionDays", "3 months", 90),
        ("operators.prometheus", {"storageGib": "1Ti"}, 1024),
        ("operators.prometheus", {"retentionDays": "2w"}, 14),
        ("registry.untaggedDays", "1 week", 7),
        ("secretsManager", {"refreshMinutes": "1h"}, 60),
        ("alarms", {"emails": ["ops@example.com"], "monthlyBudgetUsd": "$2k"}, 2000),
    ],
)
def test_a_number_with_a_unit_is_converted_to_the_key_s(path: str, value: Any, meant: int) -> None:
    assert any(
        line.endswith(f"is not a whole number. Write {meant}.") for line in wrong(**{path.replace(".", "__"): value})
    )


def test_a_number_with_another_unit_is_not_taken_for_one() -> None:
    assert any(line.endswith("Write e.g. 20.") for line in wrong(database__storageGib="20 m"))


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


@pytest.mark.parametrize(
    ("name", "likely"),
    [
        ("payment-service", None),
        ("user-service", None),
        ("auht-service", "auth-service"),
        ("auth", "auth-service"),
        ("oder-service", "order-service"),
        ("authservice", "auth-service"),
        ("web-service", "web"),
        ("webb", "web"),
        ("big", None),
    ],
)
def test_only_a_similar_name_counts_as_misspelt(name: str, likely: str | None) -> None:
    assert likely_name(name, ["auth-service", "order-service", "web"]) == likely


def test_without_a_similar_name_the_names_are_listed() -> None:
    many = [f"s{number}" for number in range(14)]
    assert name_remedy("payment", ["web", "orders"]) == "Remove it, or write one of: web, orders."
    assert name_remedy("payment", ["web"]) == "Remove it, or write web."
    assert name_remedy("payment", []) == "Remove it."
    assert name_remedy("payment", many).endswith("one of: s0, s1, s2, s3, s4, s5, s6, s7, s8, s9, s10, s11 and 2 more.")


@pytest.mark.parametrize(
    ("path", "value", "written"),
    [
        ("ci.stateBucket", "s3://my-state", "my-state"),
        ("ci.stateBucket", "s3://my-state/pulumi/", "my-state"),
        ("ci.stateBucket", "arn:aws:s3:::my-state", "my-state"),
        ("ci.stateKeyAlias", "arn:aws:kms:ap-northeast-1:025434362120:alias/a/b", "alias/a/b"),
        ("ci.deployRole.name", "arn:aws:iam::025434362120:role/ci/nova-up", "nova-up"),
        ("aws.permissionsBoundary", "arn:aws:iam::025434362120:policy/boundary-nova-staging", "boundary-nova-staging"),
        (
            "cluster.adminRoleArns",
            ["arn:aws:sts::025434362120:assumed-role/Admin/me"],
            "arn:aws:iam::025434362120:role/Admin",
        ),
        (
            "cluster.adminRoleArns",
            ["arn:aws:sts::025434362120:assumed-role/AWSReservedSSO_Admin_0a1b/me"],
            "one like arn:aws:iam::123456789012:role/platform-admin",
        ),
        ("database.engineVersion", "postgres:17", '"17"'),
        ("database.engineVersion", "PostgreSQL 18", '"18"'),
        ("cache.engineVersion", "redis:7", 'e.g. "8.2"'),
        ("database.backupWindow", "3:00-4:00", "03:00-04:00"),
        ("database.backupWindow", "03:00 \N{EN DASH} 04:00", "03:00-04:00"),
        ("database.maintenanceWindow", "Sunday:3:00-Sunday:4:00", "sun:03:00-sun:04:00"),
        ("alarms", {"emails": ["ops@w\u00fcw.example"]}, "ops@xn--ww-xka.example"),
        ("alarms", {"emails": ["\u00f6ps@wuw.example"]}, "e.g. ops@example.com"),
    ],
)
def test_what_others_call_it_is_written_as_in_a_stack_file(path: str, value: Any, written: str) -> None:
    (line,) = wrong(**{path.replace(".", "__"): value})
    assert line.endswith(f" Write {written}.")


def test_a_hosted_zone_and_a_host_are_written_as_in_a_stack_file() -> None:
    zone = {"name": "b\u00fccher.example", "ownership": "existing", "zoneId": "/hostedzone/Z0123456789SHOP"}
    lines = wrong(edge={"zone": zone, "argocdHost": "my_cd.example"}, operators__externalDns={})
    remedies = {line.partition(": ")[0]: line.rpartition(" Write ")[2] for line in lines}
    assert remedies["edge.zone.zoneId"] == "Z0123456789SHOP."
    assert remedies["edge.zone.name"] == "xn--bcher-kva.example."
    assert "lower-case letters, digits, hyphens and dots" in str(lines)
    assert "my-cd" not in str(lines)
