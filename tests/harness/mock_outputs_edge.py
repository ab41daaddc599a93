"""Mocked outputs of certificates: a validation option for each name."""

from collections.abc import Mapping
from typing import Any


def certificate_outputs(inputs: Mapping[str, Any]) -> dict[str, Any]:
    """One validation record for each name, in another order than requested, as from ACM."""
    names = [inputs["domainName"], *inputs.get("subjectAlternativeNames", [])]
    return {
        "domainValidationOptions": [
            {
                "domainName": name,
                "resourceRecordName": f"_name.{name}.",
                "resourceRecordType": "CNAME",
                "resourceRecordValue": f"_value.{name}.acm-validations.aws.",
            }
            for name in reversed(names)
        ]
    }
