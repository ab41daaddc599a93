"""Values of the chart argo-cd for notifications: deployed, degraded, sync failed; to Slack and Discord (pure).

Tokens are references: `$slack-token` and `$discord-webhook` are keys of the Secret that `argocd_access` fills. Every
message goes out once for a revision, however often an Application turns from healthy to degraded and back: Argo CD
shows Degraded for moments while pods roll.
Source: Argo CD, "Notifications", and its catalogue of triggers.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass

from components.argocd.value_types import NotificationsSetup, Subscription
from components.config.argocd_access import NotificationsConfig

ONCE_PER = "app.status.operationState?.syncResult?.revision"
LINK = ("%s/applications/%s/%s", ".context.argocdUrl", ".app.metadata.namespace", ".app.metadata.name")
REVISION = '(.app.status.sync.revision | default "unknown")'
LONGEST_TEXT = 1900
"""Discord refuses messages of more than 2000 characters; what a failed sync has to say may be longer."""


@dataclass(frozen=True, kw_only=True)
class Event:
    """Something that people are told."""

    trigger: str
    when: str
    """Expression over `app`, the Application."""
    text: str
    """What happened to the Application, whose name stands before it; `%s` for `detail`."""
    detail: str
    """What says more, as an expression over the Application."""

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


def notifications_values(settings: NotificationsConfig) -> NotificationsSetup:
    """What the chart's section `notifications` gets beside size and metrics.

    Values are texts of YAML inside of a ConfigMap; JSON is YAML too and needs no quoting rules of its own.
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
        # The chart would make it empty, and take it away from External Secrets.
        "secret": {"create": False},
        "notifiers": notifiers,
        "subscriptions": _subscriptions(recipients),
        "templates": {f"template.{event.trigger}": _text(_message(event)) for event in EVENTS},
        "triggers": {
            f"trigger.{event.trigger}": _text([{"oncePer": ONCE_PER, "send": [event.trigger], "when": event.when}])
            for event in EVENTS
        },
    }


def _subscriptions(recipients: Sequence[str]) -> list[Subscription]:
    return [{"recipients": list(recipients), "triggers": [event.trigger for event in EVENTS]}]


def _message(event: Event) -> object:
    """Slack takes the message; Discord wants JSON, where a text of somebody else's is quoted and calls nobody."""
    body = f'{{"allowed_mentions": {{"parse": []}}, "content": {{{{{event.template} | toJson}}}}}}'
    return {"message": f"{{{{{event.template}}}}}", "webhook": {"discord": {"body": body, "method": "POST"}}}


def _text(value: object) -> str:
    return json.dumps(value, sort_keys=True)
