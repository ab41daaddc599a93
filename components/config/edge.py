"""Ingress from the internet: host names, certificate, web ACL and DNS records."""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from components.config.base import Section
from components.config.types import (
    CertificateArn,
    HostedZoneId,
    HostName,
    HttpPath,
    LogRetentionDays,
    Ownership,
    UniqueList,
)

TargetType = Literal["ip", "instance"]
CountedRule = Literal[
    "SizeRestrictions_BODY",
    "CrossSiteScripting_BODY",
    "EC2MetaDataSSRF_BODY",
    "GenericLFI_BODY",
    "GenericRFI_BODY",
    "NoUserAgent_HEADER",
]
"""Rules of `AWSManagedRulesCommonRuleSet` with false positives: large or rich bodies, plain HTTP clients."""


UNDELEGATED = frozenset({"corp", "home", "internal", "invalid", "lan", "local", "localhost", "test"})
"""Top-level domains that the internet does not have. Sources: RFC 6761, RFC 6762; ICANN's resolutions on the others."""


def _delegated(zone: str) -> str:
    top = zone.rpartition(".")[2]
    if top in UNDELEGATED:
        raise ValueError(
            f"{zone!r} cannot be a public zone: the internet has no domain {top}, so its certificate would never be "
            "validated. Give it one that you registered."
        )
    return zone


class ZoneConfig(Section):
    """The public hosted zone of the host names."""

    name: Annotated[HostName, AfterValidator(_delegated)] = Field(
        description="Domain of the zone, for example `example.com`."
    )
    ownership: Ownership = Field(
        description="`create` creates the zone, to which the parent domain must then delegate; "
        "`existing` uses the one with `zoneId`."
    )
    zone_id: HostedZoneId | None = Field(
        default=None, description="Id of an existing zone; required with `ownership: existing`."
    )


class CertificateConfig(Section):
    """The certificate of the host names: created and validated in `zone`, or an existing one."""

    arn: CertificateArn | None = Field(
        default=None,
        description="ARN of an existing certificate in the stack's account and region; without it, one is created in "
        "`zone`.",
    )


class FirewallConfig(Section):
    """An AWS WAF web ACL for the load balancer: AWS managed rule groups and a rate limit."""

    rate_limit: int = Field(
        default=2000,
        ge=10,
        le=2_000_000_000,
        description="Requests per IP address in five minutes, above which it is blocked.",
    )
    counted_rules: UniqueList[CountedRule] = Field(
        default=(),
        description="Rules of `AWSManagedRulesCommonRuleSet` that count instead of block, for example "
        "`SizeRestrictions_BODY` if requests can exceed 8 KiB.",
    )
    log_retention_days: LogRetentionDays = Field(
        default=30, description="Retention of the log of blocked and counted requests, in days."
    )
    customer_managed_key: bool = Field(
        default=True, description="Encrypts the log with a key of the stack instead of an AWS owned key."
    )


class EdgeConfig(Section):
    """Settings that Ingress manifests get from `platform-outputs`, and the AWS resources behind them."""

    zone: ZoneConfig | None = Field(default=None, description="Hosted zone; none if DNS records are managed elsewhere.")
    certificate: CertificateConfig = Field(default=CertificateConfig(), description="Certificate of the host names.")
    firewall: FirewallConfig | None = Field(default=None, description="Web ACL; none by default.")
    internal: bool = Field(default=False, description="Makes the load balancer internal to the VPC.")
    https_redirect: bool = Field(
        default=True,
        description="Redirects port 80 to HTTPS; `false` removes port 80 from `INGRESS_LISTEN_PORTS`.",
    )
    target_type: TargetType = Field(
        default="ip",
        description="Targets of the load balancer: pods (`ip`), or nodes at a Service's node port (`instance`). "
        "`instance` needs Services of type NodePort with `externalTrafficPolicy: Local`, because only then does a pod "
        "see the load balancer's address, which the network policies allow; `objects.nodePorts` counts them. Manifests "
        "get it from `platform-outputs` as `INGRESS_TARGET_TYPE`.",
    )
    health_check_path: HttpPath | None = Field(
        default=None,
        description="Path of the load balancer's health checks for all services; without it, each service's "
        "`healthPath`. Manifests get it from `platform-outputs` as `HEALTH_CHECK_PATH_<SERVICE>`.",
    )
    argocd_host: HostName | None = Field(
        default=None, description="Host name at which Argo CD receives Git webhooks through the same load balancer."
    )
