"""Mutual TLS of the repo-server, which otherwise answers every caller: only Argo CD's own components have the key.

One self-signed certificate is what the clients present and the authority that the repo-server asks for. It is mounted
at a path of our own, with flags: the chart may or may not mount a Secret of this name.
Source: Argo CD's operator manual, "Mutual TLS (mTLS) for repo-server".
"""

from collections.abc import Mapping, Sequence

import pulumi
import pulumi_kubernetes as k8s
import pulumi_tls as tls
from pulumi_kubernetes.meta.v1 import ObjectMetaArgs

from components.kubernetes.secret import encoded

SECRET = "argocd-repo-server-mtls"  # noqa: S105 a name, not a secret
MOUNT = "/app/config/platform/repo-server"
AUTHORITY, CERTIFICATE, KEY = "client-ca.crt", "client.crt", "client.key"
"""Keys of the Secret."""
RSA_BITS = 2048
VALID_HOURS, RENEWAL_HOURS = 10 * 365 * 24, 365 * 24
"""Ten years. An `up` in the last of them makes another; Argo CD's pods read it when they restart."""


def volumes() -> Mapping[str, Sequence[object]]:
    """Values of the chart's section `global`: the Secret in every pod of Argo CD."""
    name = "repo-server-mtls"
    return {
        "extraVolumes": [{"name": name, "secret": {"secretName": SECRET}}],
        "extraVolumeMounts": [{"name": name, "mountPath": MOUNT, "readOnly": True}],
    }


def client_flags() -> list[str]:
    """Flags of every client of the repo-server; the notifications controller has them without its usual prefix."""
    return [
        f"--repo-server-client-cert-path={MOUNT}/{CERTIFICATE}",
        f"--repo-server-client-cert-key-path={MOUNT}/{KEY}",
    ]


def server_flags() -> list[str]:
    """Flags of the repo-server."""
    return [f"--client-ca-path={MOUNT}/{AUTHORITY}"]


def client_certificate(
    name: str, namespace: pulumi.Input[str], opts: pulumi.ResourceOptions, in_namespace: pulumi.ResourceOptions
) -> pulumi.Resource:
    """The Secret with the certificate; `in_namespace` are its options, `opts` those of the key pair in the state."""
    pair = tls.PrivateKey(f"{name}-repo-server", algorithm="RSA", rsa_bits=RSA_BITS, opts=opts)
    certificate = tls.SelfSignedCert(
        f"{name}-repo-server",
        private_key_pem=pair.private_key_pem,
        allowed_uses=["client_auth", "digital_signature"],
        is_ca_certificate=False,
        subject=tls.SelfSignedCertSubjectArgs(common_name="argocd"),
        validity_period_hours=VALID_HOURS,
        early_renewal_hours=RENEWAL_HOURS,
        opts=opts,
    )
    files = {AUTHORITY: certificate.cert_pem, CERTIFICATE: certificate.cert_pem, KEY: pair.private_key_pem}
    return k8s.core.v1.Secret(
        f"{name}-repo-server",
        metadata=ObjectMetaArgs(name=SECRET, namespace=namespace),
        data=encoded(files),
        opts=in_namespace,
    )
