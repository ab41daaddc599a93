"""The differences between AWS's regions: the zones that an account sees, and ElastiCache's short names."""

from __future__ import annotations

_ZONES = {"ap-northeast-1": "acd", "us-east-1": "abcdef", "us-west-1": "ac", "us-west-2": "abcd"}
_SHORT = {"north": "n", "south": "s", "east": "e", "west": "w", "central": "c"}


def zones(region: str) -> list[str]:
    """The region's availability zones, in order."""
    return [f"{region}{letter}" for letter in _ZONES.get(region, "abc")]


def zone_id(zone: str) -> str:
    """The zone's id (`ap-northeast-1a`: `apne1-az1`)."""
    return f"{short(zone[:-1])}-az{zones(zone[:-1]).index(zone) + 1}" if zone in zones(zone[:-1]) else ""


def short(region: str) -> str:
    """The region in four or five letters (`ap-northeast-1`: `apne1`)."""
    area, direction, number = [*region.split("-"), "", ""][:3]
    for word, letter in _SHORT.items():
        direction = direction.replace(word, letter)
    return area + direction + number
