"""The store through which External Secrets reads AWS Secrets Manager: one for the cluster, named here once.

A ClusterSecretStore, because Argo CD's namespace and every environment read through the same identity.
"""

EXTERNAL_SECRETS_API = "external-secrets.io/v1"
SECRET_STORE = "platform"  # noqa: S105 the name of an object, not a secret
SECRET_STORE_KIND = "ClusterSecretStore"  # noqa: S105 the same
