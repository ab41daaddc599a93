"""AWS's refusals of DNS records, certificates and firewall logs."""

from __future__ import annotations

from sandbox.providers.account import Account
from sandbox.providers.package import Refused
from sandbox.providers.wire import Json, Value, dig, text

_ZONE = "aws:route53/zone:Zone"
_RECORD = "aws:route53/record:Record"
_CERTIFICATE = "aws:acm/certificate:Certificate"
_LOG_PREFIX = "aws-waf-logs-"


def refuse_record(account: Account, scope: str, inputs: Json) -> None:
    """A record must be in its zone's domain, and replaces another only with `allowOverwrite`. Raises Refused."""
    zone_id, name, type_ = text(inputs, "zoneId"), _bare(inputs, "name"), text(inputs, "type")
    zone = account.get(scope, _ZONE, zone_id)
    domain = _bare(zone.inputs, "name") if zone else ""
    if domain and name != domain and not name.endswith(f".{domain}"):
        raise Refused("InvalidChangeBatch", f"RRSet with DNS name {name}. is not permitted in zone {domain}.")
    key = (zone_id, name, type_, text(inputs, "setIdentifier"))
    if dig(inputs, "allowOverwrite") is not True and any(
        _key(other.inputs) == key for other in account.all(_RECORD, scope)
    ):
        raise Refused(
            "InvalidChangeBatch",
            f"Tried to create resource record set [name='{name}.', type='{type_}'] but it already exists",
        )


def refuse_unvalidated(account: Account, scope: str, everywhere: str, inputs: Json) -> None:
    """ACM issues a certificate when each name has its validation record; otherwise it times out. Raises Refused.

    `everywhere` is the scope of DNS records, which belong to no region.
    """
    arn = text(inputs, "certificateArn")
    certificate = account.get(scope, _CERTIFICATE, arn)
    if certificate is None:
        raise Refused("ResourceNotFoundException", f"Could not find certificate {arn}.")
    options = certificate.outputs.get("domainValidationOptions")
    records = {_answer(record.inputs) for record in account.all(_RECORD, everywhere)}
    for option in options if isinstance(options, list) else []:
        expected = (_bare(option, "resourceRecordName"), _bare(option, "resourceRecordValue"))
        if expected not in records:
            raise Refused(
                "",
                f"waiting for ACM Certificate ({arn}) to be issued: timeout while waiting for state to become 'ISSUED' "
                f"(last state: 'PENDING_VALIDATION', timeout: 1h15m0s): nothing validates {text(option, 'domainName')}",
            )


def refuse_log(inputs: Json) -> None:
    """AWS WAF logs only to destinations whose name has its prefix. Raises Refused."""
    destinations = inputs.get("logDestinationConfigs")
    for arn in destinations if isinstance(destinations, list) else []:
        if not str(arn).rpartition(":")[2].startswith(_LOG_PREFIX):
            raise Refused(
                "WAFInvalidParameterException",
                f"Error reason: The ARN isn't valid. field: LOG_DESTINATION, parameter: {arn}",
            )


def _bare(values: Value, path: str) -> str:
    return text(values, path).rstrip(".").lower()


def _key(inputs: Json) -> tuple[str, str, str, str]:
    return text(inputs, "zoneId"), _bare(inputs, "name"), text(inputs, "type"), text(inputs, "setIdentifier")


def _answer(inputs: Json) -> tuple[str, str]:
    values = inputs.get("records")
    first = str(values[0]) if isinstance(values, list) and values else ""
    return _bare(inputs, "name"), first.rstrip(".").lower()
