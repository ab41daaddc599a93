"""S3 buckets of the environments: one for each environment that has services with `storage`."""

from pydantic import Field

from components.config.base import Section
from components.config.types import BucketName


class StorageConfig(Section):
    """The environments' buckets: private, versioned, encrypted, TLS only."""

    customer_managed_key: bool = Field(
        default=True, description="Encrypts with a key of the environment instead of S3's own."
    )
    noncurrent_days: int = Field(
        default=30, ge=1, le=3650, description="Days for which deleted or overwritten objects can be restored."
    )
    access_logs_bucket: BucketName | None = Field(
        default=None,
        description="Bucket to which S3 writes the access logs, under `<system>-<stage>-<environment>/`. "
        "Its policy must allow `logging.s3.amazonaws.com` to put objects. By default, none are written.",
    )
    force_destroy: bool = Field(default=False, description="Deletes all objects when the bucket is deleted.")
