"""Host keys of a repository: known_hosts lines must have a complete key of the stated type."""

import base64

import pytest

from components.config.host_keys import check_host_key


def blob(*parts: bytes) -> str:
    return base64.b64encode(b"".join(len(part).to_bytes(4) + part for part in parts)).decode()


POINT = b"\x04" + b"\x01" * 64
WEAK = b"\x7f" * 128
MODULUS = b"\x00" + b"\xff" * 256
ED25519 = blob(b"ssh-ed25519", b"\x01" * 32)
TRUNCATED = base64.b64encode(base64.b64decode(ED25519)[:-2]).decode()
RSA = blob(b"ssh-rsa", b"\x01\x00\x01", MODULUS)
ECDSA = blob(b"ecdsa-sha2-nistp256", b"nistp256", POINT)


@pytest.mark.parametrize(
    "line",
    [
        "github.com ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl",
        f"git.example.com ssh-ed25519 {ED25519}",
        f"git.example.com,10.0.0.1 ssh-rsa {RSA}",
        f"[git.example.com]:7999 ecdsa-sha2-nistp256 {ECDSA}",
    ],
)
def test_valid_host_key_is_accepted_unchanged(line: str) -> None:
    assert check_host_key(line) == line


@pytest.mark.parametrize(
    ("key", "words"),
    [
        ("ssh-ed25519 AAAA", "is not of the type in front of it, ssh-ed25519"),
        ("ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2", "is truncated or mistyped"),
        ("ssh-ed25519 AAA", "is truncated or mistyped"),
        (f"ssh-ed25519 {TRUNCATED}", "is truncated or mistyped"),
        (f"ssh-rsa {ED25519}", "is not of the type in front of it, ssh-rsa"),
        (f"ssh-ed25519 {blob(b'ssh-ed25519', b'short')}", "is not a complete ssh-ed25519 key"),
        (f"ssh-rsa {blob(b'ssh-rsa', b'e', WEAK)}", "or has fewer than 2048 bits"),
        (
            f"ecdsa-sha2-nistp384 {blob(b'ecdsa-sha2-nistp384', b'nistp256', POINT)}",
            "is not a complete ecdsa-sha2-nistp384 key",
        ),
        (f"ecdsa-sha2-nistp256 {blob(b'ecdsa-sha2-nistp256', b'nistp256', POINT[:9])}", "is not a complete ecdsa"),
    ],
)
def test_invalid_host_key_is_refused_with_the_command_that_prints_one(key: str, words: str) -> None:
    with pytest.raises(ValueError, match="Copy a line from `ssh-keyscan ") as refused:
        check_host_key(f"[git.example.com]:22 {key}")
    assert words in str(refused.value)
    assert str(refused.value).endswith("Copy a line from `ssh-keyscan git.example.com` unchanged.")
    assert str(refused.value).startswith("the key of git.example.com ")
