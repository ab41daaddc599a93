"""Who may send to the topic, and use its key. Pure: no Pulumi.

The key's policy is limited by the topic, in SNS's encryption context, and not by `aws:SourceAccount`, because AWS does
not say that RDS sends that to KMS. The topic's policy, which every message has to pass too, is limited by account.
"""

from components.account.account import Account
from components.account.policy_documents import Statement, document

PUBLISHERS = ("budgets.amazonaws.com", "cloudwatch.amazonaws.com", "events.rds.amazonaws.com")


def topic_name(prefix: str) -> str:
    """Name of the topic of the stack `<system>-<stage>`."""
    return f"{prefix}-alarms"


def topic_arn(account: Account, prefix: str) -> str:
    """ARN of that topic."""
    return account.arn("sns", topic_name(prefix))


def topic_policy(topic_arn: str, account_id: str) -> str:
    """Lets the senders publish on behalf of this account, and denies requests without TLS."""
    return document(
        [
            Statement(
                sid="Publishers",
                actions=["sns:Publish"],
                resources=[topic_arn],
                principal={"Service": PUBLISHERS},
                condition={"StringEquals": {"aws:SourceAccount": account_id}},
            ),
            Statement(
                sid="TlsOnly",
                actions=["sns:Publish"],
                resources=[topic_arn],
                principal={"AWS": "*"},
                condition={"Bool": {"aws:SecureTransport": "false"}},
                effect="Deny",
            ),
        ]
    )


def publishers_may_use_key(topic_arn: str) -> Statement:
    """Lets the senders encrypt messages of this topic, which they cannot publish otherwise."""
    return Statement(
        sid="Publishers",
        actions=["kms:Decrypt", "kms:GenerateDataKey"],
        resources=["*"],
        principal={"Service": PUBLISHERS},
        condition={"StringEquals": {"kms:EncryptionContext:aws:sns:topicArn": topic_arn}},
    )
