"""What a stack file may not say about windows, retries and tags; and what nothing in the stack would read."""

import copy
from typing import Any

import pytest

from components.config.problems import ConfigurationError
from components.validation.load import load
from tests.harness.config import stack_config
from tests.harness.config_samples import ABSENT, changed, loaded, refusals
from tests.harness.harness import ROOT, run_program
from tests.systems import refused_examples

WINDOW = {"kind": "allow", "schedule": "0 22 * * 1-5", "duration": "8h", "timeZone": "Asia/Tokyo"}
HERE = "Pulumi.staging.yaml: environments[1].sync"
ACCOUNT = {"accountId": "123456789012", "region": "ap-northeast-2"}


def example(system: str, stack: str, section: str, **keys: Any) -> list[str]:
    """The refusal of an example whose section, or first environment, has other keys."""
    config = copy.deepcopy(stack_config(stack, ROOT / "examples" / system))
    target: Any = config.setdefault(f"{system}:{section}", {})
    (target[0] if section == "environments" else target).update(keys)
    with pytest.raises(ConfigurationError) as refused:
        run_program(load, project=system, stack=stack, config=config)
    return [line.split(": ", 1)[1] for line in str(refused.value).splitlines()[1:]]


def test_a_window_that_opens_is_taken() -> None:
    config = loaded(changed(environments__1__sync={"windows": [WINDOW]}))
    assert config.environments[1].sync.windows[0].time_zone == "Asia/Tokyo"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            {"schedule": "0 25 * * *"},
            "schedule: '0 25 * * *' is not a schedule: the hour 25 is not one of 0-23. Write e.g. '0 22 * * 1-5'",
        ),
        (
            {"schedule": "99 99 99 99 99"},
            "schedule: '99 99 99 99 99' is not a schedule: the minute 99 is not one of 0-59.",
        ),
        (
            {"timeZone": "Asia/Tokio"},
            "timeZone: 'Asia/Tokio' is not a time zone of the IANA database. Write e.g. Asia/Tokyo.",
        ),
        ({"timeZone": "Mars/Olympus"}, "timeZone: 'Mars/Olympus' is not a time zone of the IANA database. Write e.g. "),
        ({"duration": "30s"}, "duration: 30s is not between a minute and a year. Write e.g. 8h."),
        ({"duration": "9000h"}, "duration: 9000h is not between a minute and a year. Write e.g. 8h."),
        ({"duration": "8 hours"}, "duration: '8 hours' is not a duration. Write e.g. 90s, 30m or 2h."),
    ],
)
def test_a_window_that_means_nothing_is_refused(change: dict[str, str], message: str) -> None:
    (line,) = refusals(environments__1__sync={"windows": [{**WINDOW, **change}]})
    assert line.startswith(f"{HERE}.windows[0].{message}")


@pytest.mark.parametrize(
    ("retry", "message"),
    [
        (
            {"duration": "5m", "maxDuration": "3m"},
            "maxDuration: 3m is shorter than the first wait, duration 5m. Write 5m or more.",
        ),
        ({"duration": "200s", "maxDuration": "3m"}, "maxDuration: 3m is shorter than the first wait, duration 200s."),
        ({"factor": 0}, "factor: 0 is too small. Write 1 or more."),
    ],
)
def test_waits_grow_up_to_their_longest(retry: dict[str, Any], message: str) -> None:
    (line,) = refusals(environments__1__sync={"retry": retry})
    assert line.startswith(f"{HERE}.retry.{message}")


@pytest.mark.parametrize("tag", ["latest", "staging", "release"])
def test_a_tag_that_the_registry_writes_once_cannot_move(tag: str) -> None:
    (line,) = refusals(environments__1__deployment={"triggers": ["push"], "imageTag": tag})
    assert line == (
        f"Pulumi.staging.yaml: environments[1].deployment.imageTag: {tag} is a fixed tag that every deployment would move, "
        "and the registry makes tags immutable, except for dev-latest, cache-*, sha256-*. "
        f"Add {tag} to registry.mutableTags, "
        "or write one of commitSha, commitShaAndTime, releaseTag."
    )


@pytest.mark.parametrize("tag", ["dev-latest", "cache-main", "commitSha", "commitShaAndTime", "releaseTag"])
def test_a_tag_that_moves_or_is_new_each_time_is_taken(tag: str) -> None:
    config = loaded(changed(environments__1__deployment={"triggers": ["push"], "imageTag": tag}))
    assert config.environments[1].deployment.image_tag == tag


def test_one_host_leads_to_one_environment() -> None:
    environments = copy.deepcopy(stack_config("staging", ROOT / "examples" / "tiketi")["tiketi:environments"])
    second = {**environments[0], "name": "load", "namespace": "load", "databasePrefix": "load_", "cacheDatabase": 1}
    config = copy.deepcopy(stack_config("staging", ROOT / "examples" / "tiketi"))
    config["tiketi:environments"] = [environments[0], second]
    with pytest.raises(ConfigurationError) as refused:
        run_program(load, project="tiketi", stack="staging", config=config)
    assert (
        "environments[1].hosts[0]: 'api-staging.tiketi.com' is already the host of another entry. Write another one."
        in str(refused.value)
    )


@pytest.mark.parametrize(
    ("section", "keys", "message"),
    [
        ("aws", ACCOUNT, "aws: has no effect: this stack has no cluster, registry or ci on AWS. Remove it."),
        (
            "operators",
            {"karpenter": {}},
            "operators.karpenter: has no effect: it does not scale this stack's nodes. Remove it.",
        ),
        (
            "operators",
            {"clusterAutoscaler": {}},
            "operators.clusterAutoscaler: has no effect: it does not scale this stack's nodes. Remove it.",
        ),
        (
            "environments",
            {"hosts": ["shop.example.com"]},
            "environments[0].hosts: has no effect: without edge, hosts get neither a certificate nor a DNS record. "
            "Remove it.",
        ),
    ],
)
def test_a_local_cluster_has_no_key_that_nothing_reads(section: str, keys: dict[str, Any], message: str) -> None:
    assert example("tiketi", "dev", section, **keys) == [message]


def test_the_chart_of_a_scaler_that_does_not_run_is_refused() -> None:
    (line,) = refusals(operators={"externalSecrets": {}, "karpenter": {}})
    assert line.endswith(
        "operators.karpenter: has no effect: it does not scale this stack's nodes. "
        "Write cluster.nodes.scaling: karpenter, or remove it."
    )


@pytest.mark.parametrize(
    ("key", "remedy"),
    [
        ("clusterAutoscaler", "Write a cluster.nodes.maximum above minimum, or remove it."),
        ("karpenter", "Write cluster.nodes.scaling: karpenter, or remove it."),
    ],
)
def test_the_chart_of_a_scaler_that_has_nothing_to_scale_is_refused(key: str, remedy: str) -> None:
    fixed: dict[str, Any] = {f"cluster__nodes__{bound}": 4 for bound in ("minimum", "desired", "maximum")}
    (line,) = refusals(operators={"externalSecrets": {}, key: {}}, **fixed)
    assert line.endswith(f"operators.{key}: has no effect: it does not scale this stack's nodes. {remedy}")


def test_settings_of_entries_are_refused_where_no_entry_is_filled() -> None:
    lines = refused_examples.refusals("pingvasai", "staging", {"secrets": ABSENT})
    assert lines[0] == (
        "secretsManager: has no effect: the program fills no entry. Add the section secrets, or remove secretsManager."
    )


def test_hosts_without_an_edge_are_refused_on_a_cluster_of_ours_too() -> None:
    (line,) = refusals(environments__1__hosts=["api.example.com"])
    assert line.endswith("Add the section edge, or remove hosts.")


def test_messages_link_to_an_address() -> None:
    config = copy.deepcopy(stack_config("staging", ROOT / "examples" / "pingvasai"))
    del config["pingvasai:argocd"]["url"]
    with pytest.raises(ConfigurationError, match=r"argocd\.url: is missing, and notifications link to it") as refused:
        run_program(load, project="pingvasai", stack="staging", config=config)
    assert len(str(refused.value).splitlines()) == 2


def test_a_canary_needs_the_load_balancer_that_shifts_its_traffic() -> None:
    config = copy.deepcopy(stack_config("production", ROOT / "examples" / "pingvasai"))
    del config["pingvasai:operators"]["loadBalancerController"]
    with pytest.raises(ConfigurationError) as refused:
        run_program(load, project="pingvasai", stack="production", config=config)
    assert "environments[0].canary: needs operators.loadBalancerController. Add `loadBalancerController: {}`" in str(
        refused.value
    )


def test_a_word_that_is_no_slip_of_the_pen_is_answered_with_the_keys_that_there_are() -> None:
    (line,) = example("tiketi", "dev", "argocd", project={"destinations": []})
    assert line.startswith("argocd.project.destinations: is not a known key. Known keys here: description, clusterName")
