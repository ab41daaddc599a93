"""Types of values: those that AWS defines, and what no text may have."""

from typing import Any

import pytest

from components.account.offers import offers
from components.config.types import possible_port
from tests.harness.config_samples import wrong

RETENTIONS = offers().log_retention_days


@pytest.mark.parametrize("region", ["ap-northest-1", "eu-centarl-1", "AP-NORTHEAST-1", "Tokyo"])
def test_a_misspelt_region_is_refused_with_the_one_of_the_zones(region: str) -> None:
    (line,) = wrong(aws__region=region)
    assert line == f"aws.region: {region!r} is not a commercial AWS region. Write ap-northeast-1."


@pytest.mark.parametrize("region", ["ap-northeast-4", "cn-north-1", "us-gov-west-1", "Tokyo", ""])
def test_a_region_outside_the_partition_is_refused_with_one_inside(region: str) -> None:
    (line,) = wrong(aws__region=region)
    assert line.removesuffix(".").rpartition("Write ")[2] in offers().zones


@pytest.mark.parametrize(("days", "nearest"), [(31, 30), (8, 7), (366, 365), (10**6, RETENTIONS[-1])])
def test_a_retention_that_cloudwatch_does_not_have_is_refused_with_the_nearest(days: int, nearest: int) -> None:
    assert wrong(cluster__logRetentionDays=days) == [
        f"cluster.logRetentionDays: CloudWatch Logs has no retention of {days} days. Write {nearest}."
    ]


@pytest.mark.parametrize(
    ("path", "value", "right"),
    [
        ("cluster__adminRoleArns", ["arn:aws:iam::025434362120:role/админ"], ["arn:aws:iam::025434362120:role/admin"]),
        ("ci__deployRole__name", "имя", "nova-staging-deploy"),
        ("ci__deployRole__githubEnvironment", "prod\u0660", "prod0"),
        (
            "ci__pushRole",
            {"ownership": "create", "branches": ["größe"]},
            {"ownership": "create", "branches": ["grosse"]},
        ),
        ("argocd__url", "https://größe.example.com", "https://grosse.example.com"),
        ("registry__mutableTags", ["größe", "dev-latest"], ["grosse", "dev-latest"]),
    ],
)
def test_names_are_ascii(path: str, value: Any, right: Any) -> None:
    assert any(" is not " in line for line in wrong(**{path: value}))
    assert wrong(**{path: right}) == []


@pytest.mark.parametrize("name", ["log_level", "spring.datasource.url", "LOG-LEVEL", "_a", ".a", "-a", "A" * 253])
def test_variables_have_the_names_that_kubernetes_allows(name: str) -> None:
    assert wrong(environments__0__variables={name: "x"}) == []


@pytest.mark.parametrize("name", ["", ".", "..", "..a", "2FA", "A=B", "A/B", "größe", "A" * 254])
def test_other_names_of_variables_are_refused(name: str) -> None:
    (line,) = wrong(environments__0__variables={name: "x"})
    assert line.endswith("Write e.g. LOG_LEVEL.")


@pytest.mark.parametrize("path", ["/", "/api/~/health", "/a:b@c", "/caf%C3%A9", "/health?full=1&by=a+b", "/?q=/a"])
def test_health_checks_have_paths_of_urls_with_or_without_a_query(path: str) -> None:
    assert wrong(services__0__healthPath=path, services__0__readyPath=path) == []


@pytest.mark.parametrize(
    "path", ["health", "/he alth", "/a#b", "/100%", "/%zz", "/a?b?c", "/a,b", "/a?b,c", "https://a/health"]
)
def test_other_paths_of_health_checks_are_refused(path: str) -> None:
    assert any(line.endswith((" /health.", " /a.")) for line in wrong(services__0__healthPath=path))


def test_prometheus_scrapes_a_path_without_a_query() -> None:
    assert wrong(services__0__metricsPath="/~metrics%20a") == []
    (line,) = wrong(services__0__metricsPath="/metrics?full=1")
    assert line.endswith("'/metrics?full=1' is not an absolute URL path without a query. Write e.g. /metrics.")


@pytest.mark.parametrize("label", ["preview", "kind/preview", "status: preview", "C++ (v2)", "größe", "🚀 preview"])
def test_labels_of_github_are_accepted(label: str) -> None:
    lines = wrong(environments__0__pullRequests={"label": label})
    assert not any("label" in line for line in lines)


@pytest.mark.parametrize("label", ["", " preview", "preview ", "a,b", "x" * 51])
def test_what_is_no_label_of_github_is_refused(label: str) -> None:
    lines = wrong(environments__0__pullRequests={"label": label})
    assert any("is not a GitHub label of" in line for line in lines)


@pytest.mark.parametrize(("key", "value"), [("path", "k8s/größe"), ("revision", "größe")])
def test_names_in_git_may_be_in_other_scripts(key: str, value: str) -> None:
    assert wrong(**{f"environments__0__{key}": value}) == []


@pytest.mark.parametrize(
    ("path", "value", "message", "right"),
    [
        ("stage", "staging\n", "has a line break at position 8;", "staging"),
        ("network__cidr", "10.20.0.0/16\n", "has a line break at position 13;", "10.20.0.0/16"),
        ("ci__deployRole__name", "nova\tdeploy", "has a tab at position 5;", "nova-deploy"),
        (
            "environments__0__variables",
            {"A": "a\x00b"},
            "has the control character U+0000 at position 2;",
            {"A": "a b"},
        ),
        (
            "environments__0__variables",
            {"A": "a\x7f"},
            "has the control character U+007F at position 2;",
            {"A": "a\tb\nc"},
        ),
        ("argocd__project", {"description": "a\x1bb"}, "has the control character U+001B", {"description": "a\nb"}),
        ("kubeconfig", {"context": "a\x85b"}, "has the control character U+0085 at position 2;", None),
    ],
)
def test_control_characters_are_refused_with_their_position(path: str, value: Any, message: str, right: Any) -> None:
    assert any(f": {message}" in line for line in wrong(**{path: value})), wrong(**{path: value})
    if right is not None:
        assert wrong(**{path: right}) == []


def test_a_value_with_a_control_character_that_may_be_secret_is_not_shown() -> None:
    (line,) = wrong(environments__0__variables={"DB_TOKEN": "hunter2\x07"})
    assert "hunter2" not in line


@pytest.mark.parametrize(
    ("path", "value", "port", "right"),
    [
        (
            "alarms",
            {"endpoints": ["https://a.example.com:70000/x"]},
            70000,
            {"endpoints": ["https://a.example.com:65535"]},
        ),
        ("alarms", {"endpoints": ["https://a.example.com:0/x"]}, 0, {"endpoints": ["https://a.example.com:1/x"]}),
        ("argocd__url", "https://argocd.example.com:65536", 65536, "https://argocd.example.com:65535"),
        ("argocd__project", {"sourceRepositories": ["https://a.example.com:0/b"]}, 0, None),
        ("repository__url", "ssh://git@github.com:70000/a/b", 70000, None),
        ("environments__0__otherImages", ["a.example.com:70000/b"], 70000, ["a.example.com:5000/b", "a/b"]),
        ("database__bootstrapImage", "a.example.com:70000/b:70000", 70000, None),
    ],
)
def test_impossible_ports_are_refused(path: str, value: Any, port: int, right: Any) -> None:
    lines = wrong(**{path: value})
    assert any(f" has port {port}; ports are 1-65535. Write " in line for line in lines), lines
    if right is not None:
        assert wrong(**{path: right}) == []


def test_a_port_is_not_the_path_of_an_scp_url_or_an_images_tag() -> None:
    assert [possible_port(text) for text in ("git@github.com:70000/a", "redis:70000", "a.example.com:5000/b:70000")]


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("xn--nova-state", "'xn--nova-state' has xn--, which S3 reserves for its own names. Write nova-state."),
        ("nova-state.mrap", "'nova-state.mrap' has .mrap, which S3 reserves for its own names. Write nova-state."),
        *(
            (name, f"{name!r} is not the name of an S3 bucket. Write e.g. shop-pulumi-state.")
            for name in ("nova..state", "192.168.5.4")
        ),
    ],
)
def test_a_bucket_has_a_name_that_s3_accepts(name: str, message: str) -> None:
    assert wrong(ci__stateBucket=name) == [f"ci.stateBucket: {message}"]
    assert wrong(ci__stateBucket="nova.state-1.2.3.4") == []


def test_aws_owns_the_aliases_below_aws() -> None:
    assert wrong(ci__stateKeyAlias="alias/aws/s3") == [
        "ci.stateKeyAlias: 'alias/aws/s3' is not the alias of a KMS key that you created. "
        "Write e.g. alias/shop-pulumi-state."
    ]
    assert wrong(ci__stateKeyAlias="alias/aws-state") == []


@pytest.mark.parametrize(
    ("path", "value", "reported_at", "named"),
    [
        ("cluster__logTypes", ["api", "audit", "api"], "cluster.logTypes", "api"),
        (
            "environments__0__deployment",
            {"triggers": ["push", "push"], "imageTag": "commitSha"},
            "environments[0].deployment.triggers",
            "push",
        ),
        ("environments__0__ingressCidrs", ["10.0.0.0/8"] * 2, "environments[0].ingressCidrs", "10.0.0.0/8"),
        (
            "environments__0__sync",
            {"windows": [{"kind": "deny", "schedule": "0 22 * * 5", "duration": "8h"}] * 2},
            "environments[0].sync.windows",
            "the same entry",
        ),
    ],
)
def test_nothing_is_in_a_list_twice(path: str, value: Any, reported_at: str, named: str) -> None:
    assert wrong(**{path: value}) == [f"{reported_at}: {named} is listed twice. Remove one."]


@pytest.mark.parametrize(
    ("path", "value", "line"),
    [
        ("system__owner", " ", "system.owner: has only blanks. Write e.g. platform."),
        (
            "argocd__project",
            {"description": "  "},
            "argocd.project.description: has only blanks. Say something, or remove it.",
        ),
        (
            "exceptions",
            {"cache.multiAz": " " * 10},
            "exceptions.cache.multiAz: has only blanks. Say something, or remove it.",
        ),
    ],
)
def test_a_text_is_not_blank(path: str, value: Any, line: str) -> None:
    assert line in wrong(**{path: value})


@pytest.mark.parametrize("key", ["reloader", "clusterAutoscaler"])
def test_a_controller_without_a_value_is_not_one_that_is_left_out(key: str) -> None:
    path: dict[str, Any] = {f"operators__{key}": None}
    assert wrong(**path) == [f"operators.{key}: has no value. Write {{}}."]
