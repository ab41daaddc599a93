"""Rules of the web ACL: which ones block, which only count, and which ones Argo CD's webhooks skip."""

from typing import Any

from components.edge.waf import COMMON, firewall_rules


def rules(**changes: Any) -> dict[str, Any]:
    """Rules by name."""
    arguments: dict[str, Any] = {"rate_limit": 2000, "counted_rules": (), "argocd_host": None, **changes}
    return {str(rule["name"]): rule for rule in firewall_rules("shop-prod", **arguments)}


def test_managed_rule_groups_keep_their_default_actions() -> None:
    groups = {name: rule for name, rule in rules().items() if "managed_rule_group_statement" in rule["statement"]}
    assert set(groups) == {
        "AWSManagedRulesAmazonIpReputationList",
        "AWSManagedRulesKnownBadInputsRuleSet",
        "AWSManagedRulesCommonRuleSet",
        "AWSManagedRulesSQLiRuleSet",
    }
    for name, rule in groups.items():
        assert rule["override_action"] == {"none": {}}
        assert "action" not in rule
        statement = rule["statement"]["managed_rule_group_statement"]
        assert (statement["vendor_name"], statement["name"]) == ("AWS", name)
        assert statement["rule_action_overrides"] == []


def test_only_configured_rules_of_the_common_rule_set_count() -> None:
    by_name = rules(counted_rules=("SizeRestrictions_BODY",))
    overrides = {
        name: rule["statement"]["managed_rule_group_statement"]["rule_action_overrides"]
        for name, rule in by_name.items()
        if "managed_rule_group_statement" in rule["statement"]
    }
    assert overrides.pop(COMMON) == [{"name": "SizeRestrictions_BODY", "action_to_use": {"count": {}}}]
    assert set(map(len, overrides.values())) == {0}


def test_addresses_above_the_rate_limit_are_blocked() -> None:
    limited = rules(rate_limit=500)["RateLimit"]
    assert limited["action"] == {"block": {}}
    assert limited["statement"] == {
        "rate_based_statement": {"aggregate_key_type": "IP", "evaluation_window_sec": 300, "limit": 500}
    }


def test_webhooks_skip_body_inspection_but_not_ip_reputation_or_rate_limit() -> None:
    by_name = rules(argocd_host="argocd.example.com")
    order = sorted(by_name, key=lambda name: by_name[name]["priority"])
    assert order == list(by_name)
    assert order.index("GitWebhooks") < order.index(COMMON) < order.index("AWSManagedRulesSQLiRuleSet")
    assert {"AWSManagedRulesAmazonIpReputationList", "RateLimit"} <= set(order[: order.index("GitWebhooks")])


def test_only_argo_cds_webhook_path_on_its_host_is_allowed_early() -> None:
    webhooks = rules(argocd_host="argocd.example.com")["GitWebhooks"]
    assert webhooks["action"] == {"allow": {}}
    host, path = [part["byte_match_statement"] for part in webhooks["statement"]["and_statement"]["statements"]]
    assert (host["field_to_match"], host["search_string"]) == (
        {"single_header": {"name": "host"}},
        "argocd.example.com",
    )
    assert (path["field_to_match"], path["search_string"]) == ({"uri_path": {}}, "/api/webhook")
    assert {host["positional_constraint"], path["positional_constraint"]} == {"EXACTLY"}


def test_without_argo_cds_host_nothing_is_allowed_early() -> None:
    assert [name for name, rule in rules().items() if "allow" in rule.get("action", {})] == []


def test_priorities_differ() -> None:
    priorities = [rule["priority"] for rule in rules(argocd_host="argocd.example.com").values()]
    assert len(set(priorities)) == len(priorities)
