"""Who may do what with an environment's bucket, as policy documents (pure)."""

from components.account.policy_documents import Statement, document


def tls_only_policy(bucket_arn: str) -> str:
    """The bucket's own policy: whatever else is allowed, nothing without TLS."""
    return document(
        [
            Statement(
                sid="TlsOnly",
                effect="Deny",
                actions=["s3:*"],
                resources=[bucket_arn, f"{bucket_arn}/*"],
                principal={"AWS": "*"},
                condition={"Bool": {"aws:SecureTransport": "false"}},
            )
        ]
    )


def objects_policy(bucket_arn: str, key_arn: str | None, region: str) -> str:
    """What services do: list, read, write and delete objects. `key_arn` is the bucket's key, None for S3's own."""
    statements = [
        Statement(sid="List", actions=["s3:ListBucket"], resources=[bucket_arn]),
        Statement(
            sid="Objects",
            actions=["s3:AbortMultipartUpload", "s3:DeleteObject", "s3:GetObject", "s3:ListMultipartUploadParts",
                     "s3:PutObject"],
            resources=[f"{bucket_arn}/*"],
        ),
    ]  # fmt: skip
    if key_arn is not None:
        statements.append(
            Statement(
                sid="Key",
                actions=["kms:Decrypt", "kms:GenerateDataKey"],
                resources=[key_arn],
                condition={"StringEquals": {"kms:ViaService": f"s3.{region}.amazonaws.com"}},
            )
        )
    return document(statements)
