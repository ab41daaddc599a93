"""Values of the chart argo-cd for notifications: deployed, degraded, sync failed; to Slack and Discord (pure).

Tokens are references: `$slack-token` and `$discord-webhook` are keys of the Secret that `access.py` fills. Each message
is sent once per revision, however often an Application turns from healthy to degraded and back: Argo CD briefly reports
Degraded while pods roll.
Source: Argo CD, "Notifications", and its catalogue of triggers.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from components.config.argocd_access import NotificationsConfig

ONCE_PER = "app.status.operationState?.syncResult?.revision"
LINK = ("%s/applications/%s/%s", ".context.argocdUrl", ".app.metadata.namespace", ".app.metadata.name")
REVISION = '(.app.status.sync.revision | default "unknown")'
LONGEST_TEXT = 1900
"""Discord refuses messages of more than 2000 characters; the message of a failed sync can be longer."""


@dataclass(frozen=True, kw_only=True)
class Event:
    """An event that is reported."""

    trigger: str
    when: str
    """Expression over `app`, the Application."""
    text: str
    """What happened, after the Application's name; `%s` for `detail`."""
    detail: str
    """The detail, as an expression over the Application."""

    @property
    def template(self) -> str:
        """The text with a link to the Application, as an expression of a Go template."""
        words, *link = LINK
        return (
            f'printf "%s {self.text} {words}" .app.metadata.name {self.detail} {" ".join(link)} | trunc {LONGEST_TEXT}'
        )


EVENTS = (
    Event(
        trigger="on-deployed",
        when="app.status.operationState != nil and app.status.operationState.phase in ['Succeeded'] "
        "and app.status.health.status == 'Healthy'",
        text="runs revision %s.",
        detail=REVISION,
    ),
    Event(
        trigger="on-health-degraded",
        when="app.status.health.status == 'Degraded'",
        text="is degraded at revision %s.",
        detail=REVISION,
    ),
    Event(
        trigger="on-sync-failed",
        when="app.status.operationState != nil and app.status.operationState.phase in ['Error', 'Failed']",
        text="failed to sync: %s",
        detail=".app.status.operationState.message",
    ),
)


def notifications_values(settings: NotificationsConfig) -> Mapping[str, object]:
    """The chart's section `notifications` without size and metrics.

    The values are YAML texts inside a ConfigMap; JSON is valid YAML and needs no quoting rules.
    """
    notifiers: dict[str, str] = {}
    recipients: list[str] = []
    if settings.discord is not None:
        notifiers["service.webhook.discord"] = _text(
            {"url": "$discord-webhook", "headers": [{"name": "Content-Type", "value": "application/json"}]}
        )
        recipients.append("discord")
    if settings.slack is not None:
        notifiers["service.slack"] = _text({"token": "$slack-token"})
        recipients.append(f"slack:{settings.slack.channel}")
    return {
        # The chart would create it empty and take it over from External Secrets.
        "secret": {"create": False},
        "notifiers": notifiers,
        "subscriptions": _subscriptions(recipients),
        "templates": {f"template.{event.trigger}": _text(_message(event)) for event in EVENTS},
        "triggers": {
            f"trigger.{event.trigger}": _text([{"oncePer": ONCE_PER, "send": [event.trigger], "when": event.when}])
            for event in EVENTS
        },
    }


def _subscriptions(recipients: Sequence[str]) -> list[Mapping[str, object]]:
    return [{"recipients": list(recipients), "triggers": [event.trigger for event in EVENTS]}]


def _message(event: Event) -> object:
    """Slack takes plain text. Discord takes JSON, in which foreign text is quoted and mentions no user."""
    body = f'{{"allowed_mentions": {{"parse": []}}, "content": {{{{{event.template} | toJson}}}}}}'
    return {"message": f"{{{{{event.template}}}}}", "webhook": {"discord": {"body": body, "method": "POST"}}}


def _text(value: object) -> str:
    return json.dumps(value, sort_keys=True)
