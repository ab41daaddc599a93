"""Notifications, host keys and namespaces of Applications in the chart's values."""

import json
from typing import Any, cast

import pytest

from components.argocd import values as chart
from components.argocd.notifications import EVENTS, notifications_values
from components.config.argocd import ArgoCdConfig
from components.config.argocd_access import NotificationsConfig
from tests.harness.applications_runs import PREVIEWS, environment
from tests.harness.argocd_runs import install, settings
from tests.harness.config_samples import host_key

SLACK = {"slack": {"channel": "deploys", "secret": {"secretsManager": "shop/slack"}}}
DISCORD = {"discord": {"secret": {"secretsManager": "shop/discord"}}}
TRIGGERS = ["on-deployed", "on-health-degraded", "on-sync-failed"]
HOST_KEYS = [host_key("git.example.com"), host_key("ssh.example.com")]
POLICY = "kubernetes:networking.k8s.io/v1:NetworkPolicy"


def told(**targets: Any) -> dict[str, Any]:
    return dict(notifications_values(NotificationsConfig.model_validate_json(json.dumps(targets))))


def values(config: ArgoCdConfig, namespaces: tuple[str, ...] = ()) -> dict[str, Any]:
    return cast("dict[str, Any]", chart.argocd_values(config, namespaces))


def argocd(**given: Any) -> ArgoCdConfig:
    return ArgoCdConfig.model_validate_json(json.dumps(given))


def test_nothing_is_set_up_where_nobody_is_told() -> None:
    assert set(values(settings())["notifications"]) == {"enabled", "extraArgs", "podAnnotations", "resources"}


def test_targets_keep_size_and_metrics_of_the_controller() -> None:
    given = values(argocd(notifications=SLACK))["notifications"]
    assert given["resources"] == values(settings())["notifications"]["resources"]
    assert given["podAnnotations"] == values(settings())["notifications"]["podAnnotations"]


def test_slack_gets_its_token_by_reference() -> None:
    found = told(**SLACK)
    assert {key: json.loads(text) for key, text in found["notifiers"].items()} == {
        "service.slack": {"token": "$slack-token"}
    }
    assert found["subscriptions"] == [{"recipients": ["slack:deploys"], "triggers": TRIGGERS}]


def test_discord_gets_its_address_by_reference() -> None:
    found = told(**DISCORD)
    assert {key: json.loads(text) for key, text in found["notifiers"].items()} == {
        "service.webhook.discord": {
            "headers": [{"name": "Content-Type", "value": "application/json"}],
            "url": "$discord-webhook",
        }
    }
    assert found["subscriptions"] == [{"recipients": ["discord"], "triggers": TRIGGERS}]


def test_both_can_be_told() -> None:
    (subscription,) = told(**SLACK, **DISCORD)["subscriptions"]
    assert subscription["recipients"] == ["discord", "slack:deploys"]


def test_the_chart_leaves_the_secret_to_external_secrets() -> None:
    assert told(**SLACK)["secret"] == {"create": False}


def test_deployments_degradations_and_failed_syncs_are_told_once_for_a_revision() -> None:
    triggers = {key: json.loads(text) for key, text in told(**SLACK)["triggers"].items()}
    assert sorted(triggers) == [f"trigger.{name}" for name in TRIGGERS]
    for key, (condition,) in triggers.items():
        assert condition["oncePer"] == "app.status.operationState?.syncResult?.revision"
        assert f"trigger.{condition['send'][0]}" == key
    assert "'Healthy'" in triggers["trigger.on-deployed"][0]["when"]
    assert "'Degraded'" in triggers["trigger.on-health-degraded"][0]["when"]
    assert "['Error', 'Failed']" in triggers["trigger.on-sync-failed"][0]["when"]


def test_what_is_sent_is_there() -> None:
    found = told(**DISCORD)
    for text in found["triggers"].values():
        for name in json.loads(text)[0]["send"]:
            assert f"template.{name}" in found["templates"]


def test_discord_s_message_is_quoted_and_calls_nobody() -> None:
    for event, text in zip(EVENTS, told(**DISCORD)["templates"].values(), strict=True):
        webhook = json.loads(text)["webhook"]["discord"]
        assert webhook["method"] == "POST"
        shape = json.loads(webhook["body"].replace(f"{{{{{event.template} | toJson}}}}", '"text"'))
        assert shape == {"allowed_mentions": {"parse": []}, "content": "text"}


def test_messages_name_the_application_and_link_to_it() -> None:
    for event in EVENTS:
        assert event.template.startswith('printf "%s ')
        assert ".app.metadata.name" in event.template
        assert ".context.argocdUrl .app.metadata.namespace .app.metadata.name | trunc 1900" in event.template
        assert event.template.count("%s") == 5


def test_ssh_knows_the_pinned_host_and_no_other() -> None:
    access = {"kind": "ssh", "secret": {"secretsManager": "shop/key"}, "hostKeys": HOST_KEYS}
    assert values(argocd(repositoryAccess=access))["configs"].get("ssh") == {
        "knownHosts": f"{HOST_KEYS[0]}\n{HOST_KEYS[1]}\n"
    }


def test_without_pinned_keys_the_chart_s_hosts_stay() -> None:
    https = {"kind": "https", "secret": {"secretsManager": "shop/token"}}
    assert "ssh" not in values(argocd(repositoryAccess=https))["configs"]
    assert "ssh" not in values(settings())["configs"]


def test_applications_are_taken_from_named_namespaces_only() -> None:
    assert "application.namespaces" not in values(settings())["configs"]["params"]
    params = values(settings(), ("shop-dev", "shop-staging"))["configs"]["params"]
    assert params["application.namespaces"] == "shop-dev,shop-staging"


def test_the_installation_takes_applications_from_the_namespaces_of_its_roots() -> None:
    root = environment("staging", delivery="appOfApps")
    release = install(environments=[root, environment("dev")]).one("kubernetes:helm.sh/v3:Release")
    assert release.inputs["values"]["configs"]["params"]["application.namespaces"] == "shop-staging"


@pytest.mark.parametrize("previews", [False, True])
def test_only_previews_let_the_applicationset_controller_out(*, previews: bool) -> None:
    dev = environment("dev", **({"pullRequests": PREVIEWS} if previews else {}))
    policies = {found.inputs["metadata"]["name"]: found for found in install(environments=[dev]).all(POLICY)}
    egress = policies["applicationset-controller"].inputs["spec"]["egress"]
    outside = [rule for rule in egress if rule["to"][0].get("ipBlock", {}).get("cidr") == "0.0.0.0/0"]
    assert len(outside) == (1 if previews else 0)
    for rule in outside:
        assert rule["ports"] == [{"port": 443, "protocol": "TCP"}]
        assert rule["to"][0]["ipBlock"]["except"] == ["169.254.169.254/32"]
