"""Rules of the web ACL, as arguments of `aws.wafv2.WebAcl`. Pure: no Pulumi at run time.

Git webhooks to Argo CD are allowed before the rule groups that inspect bodies: a push event can exceed the 8 KiB limit
of AWS's rules and can quote code that looks like an attack. Argo CD verifies the signature. IP reputation, rate limit
and known bad inputs come first and apply to webhooks too. Source: AWS WAF developer guide, AWS Managed Rules.
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
"""Argo CD's endpoint for webhooks of all Git hosts."""
RATE_WINDOW_SECONDS = 300
REDACTED_HEADERS = ("authorization", "cookie")
"""Request headers that contain credentials; logs show `REDACTED` instead."""
_LOG_PREFIX = "aws-waf-logs-"


def log_group_name(name: str) -> str:
    """Name of a web ACL's log group: AWS WAF only writes to groups with its prefix."""
    return f"{_LOG_PREFIX}{name}"


def visibility(metric: str) -> WebAclRuleVisibilityConfigArgsDict:
    """Metrics without sampled requests: samples would show the headers that the log redacts."""
    return {"metric_name": metric, "cloudwatch_metrics_enabled": True, "sampled_requests_enabled": False}


def firewall_rules(
    name: str, *, rate_limit: int, counted_rules: Sequence[str], argocd_host: str | None
) -> list[WebAclRuleArgsDict]:
    """The rules by priority; requests that no rule blocks are allowed.

    `name`: prefix of the metrics. `rate_limit`: requests per IP address in five minutes. `counted_rules`: rules of the
    common rule set that count instead of block. `argocd_host`: the host whose webhooks skip body inspection, or None.
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
    """One of AWS's managed rule groups, with its default actions except for `counted`."""
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
    """Matches exactly the webhook path on exactly Argo CD's host: nothing else skips the rules after this one."""
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
