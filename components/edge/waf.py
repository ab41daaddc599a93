"""The rules of the web firewall, in the form in which `aws.wafv2.WebAcl` takes them. Pure: no Pulumi at run time.

Git webhooks to Argo CD are allowed before the rule groups that read bodies: a push event is larger than the 8 KiB that
AWS's rules let pass and quotes code that looks like an attack. Argo CD checks its signature. Reputation, rate limit and
known bad inputs come first and hold for webhooks too. Source: AWS WAF developer guide, AWS Managed Rules.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pulumi_aws.wafv2 import (
        WebAclRuleArgsDict,
        WebAclRuleStatementArgsDict,
        WebAclRuleVisibilityConfigArgsDict,
    )

COMMON = "AWSManagedRulesCommonRuleSet"
WEBHOOK_PATH = "/api/webhook"
"""Where Argo CD takes the webhooks of all Git hosts."""
RATE_WINDOW_SECONDS = 300
REDACTED_HEADERS = ("authorization", "cookie")
"""Request headers that carry credentials; logs show `REDACTED` instead."""
_LOG_PREFIX = "aws-waf-logs-"


def log_group_name(name: str) -> str:
    """Name of the log group of a firewall: AWS WAF writes only to groups with its prefix."""
    return f"{_LOG_PREFIX}{name}"


def visibility(metric: str) -> WebAclRuleVisibilityConfigArgsDict:
    """Metrics, and no sampled requests: samples show the headers that the log leaves out."""
    return {"metric_name": metric, "cloudwatch_metrics_enabled": True, "sampled_requests_enabled": False}


def firewall_rules(
    name: str, *, rate_limit: int, counted_rules: Sequence[str], argocd_host: str | None
) -> list[WebAclRuleArgsDict]:
    """The rules in the order of their priority; what none of them blocks is allowed.

    `name` begins the metrics. `rate_limit`: requests of one address in five minutes. `counted_rules`: rules of the
    common rule set that do not block. `argocd_host`: the host whose webhooks skip the rules on content, or None.
    """
    webhooks = [_webhooks(name, 40, argocd_host)] if argocd_host else []
    return [
        _managed(name, 10, "AWSManagedRulesAmazonIpReputationList"),
        _rate_limited(name, 20, rate_limit),
        _managed(name, 30, "AWSManagedRulesKnownBadInputsRuleSet"),
        *webhooks,
        _managed(name, 50, COMMON, counted_rules),
        _managed(name, 60, "AWSManagedRulesSQLiRuleSet"),
    ]


def _managed(name: str, priority: int, group: str, counted: Sequence[str] = ()) -> WebAclRuleArgsDict:
    """One of AWS's rule groups, with the actions that its rules bring."""
    return {
        "name": group,
        "priority": priority,
        "override_action": {"none": {}},
        "statement": {
            "managed_rule_group_statement": {
                "vendor_name": "AWS",
                "name": group,
                "rule_action_overrides": [{"name": rule, "action_to_use": {"count": {}}} for rule in counted],
            }
        },
        "visibility_config": visibility(f"{name}-{group}"),
    }


def _rate_limited(name: str, priority: int, limit: int) -> WebAclRuleArgsDict:
    return {
        "name": "RateLimit",
        "priority": priority,
        "action": {"block": {}},
        "statement": {
            "rate_based_statement": {
                "aggregate_key_type": "IP",
                "evaluation_window_sec": RATE_WINDOW_SECONDS,
                "limit": limit,
            }
        },
        "visibility_config": visibility(f"{name}-RateLimit"),
    }


def _webhooks(name: str, priority: int, host: str) -> WebAclRuleArgsDict:
    """Exactly the webhook path on exactly Argo CD's host: nothing else skips the rules that follow."""
    is_host: WebAclRuleStatementArgsDict = {
        "byte_match_statement": {
            "field_to_match": {"single_header": {"name": "host"}},
            "positional_constraint": "EXACTLY",
            "search_string": host,
            "text_transformations": [{"priority": 0, "type": "LOWERCASE"}],
        }
    }
    is_webhook: WebAclRuleStatementArgsDict = {
        "byte_match_statement": {
            "field_to_match": {"uri_path": {}},
            "positional_constraint": "EXACTLY",
            "search_string": WEBHOOK_PATH,
            "text_transformations": [{"priority": 0, "type": "NONE"}],
        }
    }
    return {
        "name": "GitWebhooks",
        "priority": priority,
        "action": {"allow": {}},
        "statement": {"and_statement": {"statements": [is_host, is_webhook]}},
        "visibility_config": visibility(f"{name}-GitWebhooks"),
    }
