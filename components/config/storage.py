"""Objects on S3: one bucket for each environment that has services with `storage`."""

from pydantic import Field

from components.config.base import Section


class StorageConfig(Section):
    """The buckets of a stack's environments: private, versioned, encrypted, reached by TLS only."""

    customer_managed_key: bool = Field(
        default=True, description="Encrypts with a key of the environment instead of AWS's own."
    )
    noncurrent_days: int = Field(
        default=30, ge=1, le=3650, description="Days that a deleted or overwritten object can be restored."
    )
    force_destroy: bool = Field(default=False, description="A destroy deletes the objects with their bucket.")
