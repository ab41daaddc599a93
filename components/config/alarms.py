"""Alarms on what a stack runs on in AWS, and who receives them."""

from pydantic import Field

from components.config.base import Section
from components.config.types import EmailAddress, HttpsUrl, UniqueList


class AlarmsConfig(Section):
    """Alarms on database, cache, NAT gateways, node group and certificate, events of the database, and a budget.

    All of them go to one SNS topic. At least one of `emails` and `endpoints` is set.
    """

    emails: UniqueList[EmailAddress] = Field(
        default=(),
        description="Addresses that receive every alarm, and again when it is over. After the first `up`, AWS sends "
        "each of them a mail with a link: nothing arrives before someone has opened it.",
    )
    endpoints: UniqueList[HttpsUrl] = Field(
        default=(),
        description="HTTPS URLs that receive every alarm as a POST request of Amazon SNS, for example an on-call "
        "service's. The receiver must confirm the subscription when SNS asks for it. Stack files are in Git: do not "
        "write a URL that contains a token.",
    )
    monthly_budget_usd: int | None = Field(
        default=None,
        ge=1,
        description="Budget of a month in US dollars; the topic receives a message when 80 % are spent, and when the "
        "forecast exceeds it. It counts what has the stack's tags `Project` and `Environment`: activate both as cost "
        "allocation tags in the billing console, once for each payer account; AWS takes up to 24 hours.",
    )
