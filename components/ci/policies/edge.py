"""CI's permissions on certificate, hosted zone and web ACL of a stack that creates them. Pure: no Pulumi.

Route 53 is global and has no tag conditions: a condition on region or tags would deny everything, so permissions are
limited by zone id and record names. Validation records start with an underscore; no service's host name does.
"""

from components.account.policy_documents import Statement
from components.ci.scope import StackScope
from components.config.edge import ZoneConfig


def edge_reading(scope: StackScope) -> list[Statement]:
    """Read access to the edge for previews and refreshes."""
    statements: list[Statement] = []
    if _validating_zone(scope) is not None:
        statements.append(
            Statement(
                sid="Certificates",
                actions=["acm:DescribeCertificate", "acm:ListTagsForCertificate"],
                resources=[_certificates(scope)],
            )
        )
    zone = _used_zone(scope)
    if zone is not None:
        statements.append(
            Statement(
                sid="Zone",
                actions=["route53:GetHostedZone", "route53:ListResourceRecordSets", "route53:ListTagsForResource"],
                resources=[_zone_arn(zone)],
            )
        )
    if scope.creates_firewall:
        statements.append(
            Statement(
                sid="Firewall",
                actions=["wafv2:GetLoggingConfiguration", "wafv2:GetWebACL", "wafv2:ListTagsForResource"],
                resources=[_firewalls(scope)],
            )
        )
    return statements


def edge_changes(scope: StackScope) -> list[Statement]:
    """Write access to the edge; none to existing resources that the stack only uses."""
    statements: list[Statement] = []
    validating = _validating_zone(scope)
    if validating is not None:
        statements += [*_certificate_changes(scope), _validation(validating)]
    if scope.creates_zone:
        statements += _zone_changes()
    if _used_zone(scope) is not None:  # the provider polls until Route 53 has applied a change
        change = "arn:aws:route53:::change/*"
        statements.append(Statement(sid="DnsChanges", actions=["route53:GetChange"], resources=[change]))
    if scope.creates_firewall:
        statements += _firewall_changes(scope)
    return statements


def _validating_zone(scope: StackScope) -> ZoneConfig | None:
    """The zone in which the stack's certificate is validated, if the stack creates one."""
    return scope.edge.zone if scope.edge and scope.edge.certificate.arn is None else None


def _used_zone(scope: StackScope) -> ZoneConfig | None:
    """The zone, if the stack creates it or a record in it."""
    return scope.edge.zone if scope.edge and scope.creates_zone else _validating_zone(scope)


def _certificates(scope: StackScope) -> str:
    return scope.account.arn("acm", "certificate/*")


def _zone_arn(zone: ZoneConfig) -> str:
    """A wildcard for a zone that the stack creates, whose id is not known in advance."""
    return f"arn:aws:route53:::hostedzone/{zone.zone_id or '*'}"


def _firewalls(scope: StackScope) -> str:
    return scope.account.arn("wafv2", f"regional/webacl/{scope.prefix}-*/*")


def _certificate_changes(scope: StackScope) -> list[Statement]:
    certificates, region = [_certificates(scope)], scope.in_region()["StringEquals"]
    return [
        Statement(
            sid="NewCertificates",  # no resource-level permissions
            actions=["acm:RequestCertificate"],
            resources=["*"],
            condition={
                "StringEquals": {
                    **scope.tagged("aws:RequestTag")["StringEquals"], **region, "acm:ValidationMethod": "DNS",
                }
            },
        ),
        Statement(
            sid="TagNewCertificates",
            actions=["acm:AddTagsToCertificate"],
            resources=certificates,
            condition=scope.newly_tagged(),
        ),
        Statement(
            sid="ChangeCertificates",
            actions=["acm:AddTagsToCertificate", "acm:DeleteCertificate", "acm:RemoveTagsFromCertificate",
                     "acm:UpdateCertificateOptions"],
            resources=certificates,
            condition=scope.tagged("aws:ResourceTag"),
        ),
    ]  # fmt: skip


def _validation(zone: ZoneConfig) -> Statement:
    return Statement(
        sid="ValidationRecords",
        actions=["route53:ChangeResourceRecordSets"],
        resources=[_zone_arn(zone)],
        condition={
            "ForAllValues:StringEquals": {"route53:ChangeResourceRecordSetsRecordTypes": ["CNAME"]},
            "ForAllValues:StringLike": {"route53:ChangeResourceRecordSetsNormalizedRecordNames": [f"_*.{zone.name}"]},
        },
    )


def _zone_changes() -> list[Statement]:
    """No deletion: IAM cannot tell the stack's zone from the account's other zones. A person has to do that."""
    return [
        Statement(
            sid="NewZone", actions=["route53:CreateHostedZone"], resources=["*"]
        ),  # no resource-level permissions
        Statement(
            sid="ChangeZone",
            actions=["route53:ChangeTagsForResource", "route53:UpdateHostedZoneComment"],
            resources=["arn:aws:route53:::hostedzone/*"],
        ),
    ]


def _firewall_changes(scope: StackScope) -> list[Statement]:
    """The web ACL. Its log group and log delivery are covered by the statements on the stack's logs."""
    service = "wafv2.amazonaws.com"
    return [
        Statement(
            sid="Firewall",
            actions=["wafv2:CreateWebACL", "wafv2:DeleteLoggingConfiguration", "wafv2:DeleteWebACL",
                     "wafv2:PutLoggingConfiguration", "wafv2:TagResource", "wafv2:UntagResource",
                     "wafv2:UpdateWebACL"],
            resources=[_firewalls(scope)],
        ),
        Statement(
            sid="RulesOfAws",
            actions=["wafv2:CreateWebACL", "wafv2:UpdateWebACL"],
            resources=[scope.account.arn("wafv2", "regional/managedruleset/*")],
        ),
        Statement(
            sid="FirewallServiceRole",
            actions=["iam:CreateServiceLinkedRole"],
            resources=[scope.account.role_arn(f"aws-service-role/{service}/*")],
            condition={"StringEquals": {"iam:AWSServiceName": service}},
        ),
    ]  # fmt: skip
