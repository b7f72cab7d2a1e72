// Groups of alerts of Alertmanager and of Grafana, which took its format over, and alerts of Grafana before version 8:
// https://prometheus.io/docs/alerting/latest/configuration/#webhook_config,
// https://grafana.com/docs/grafana/latest/alerting/configure-notifications/manage-contact-points/integrations/webhook-notifier

import type { Message, Reading } from './alert.ts'
import { conditionOf } from './condition.ts'
import { instantOf } from './instant.ts'
import { firstText, listOf, member, objectOf, textOf } from './json-member.ts'
import { labelledIds } from './machines.ts'
import { worstSeverity } from './severity.ts'

/** Reads a group of alerts. It counts as firing while one of them does; the facts are those of all of them. */
export function readAlertGroup({ body }: Message): Reading {
	const alerts = listOf(member(body, 'alerts'))
	// A group may have lost its alerts on the way; what they have in common is then still there.
	const labels = alerts.length > 0 ? alerts.map((alert) => member(alert, 'labels')) : [member(body, 'commonLabels')]
	const labelled = member(body, 'commonLabels')
	const severities = labels.map((each) => member(each, 'severity'))
	const condition = conditionOf(member(body, 'status'))
	const instants = (name: string) => alerts.flatMap((alert) => instantOf(member(alert, name)) ?? []).sort()
	return {
		subkind: textOf(member(body, 'version')),
		resourceIds: labels.flatMap(labelledIds),
		condition,
		// A template may leave out of each alert what all have in common.
		severity: worstSeverity(severities) ?? worstSeverity([member(labelled, 'severity')]),
		rules: labels.map((each) => textOf(member(each, 'alertname'))),
		firedAt: instants('startsAt')[0] ?? null,
		// While an alert fires, its end is that of the year 1, or a guess.
		resolvedAt: condition === 'resolved' ? (instants('endsAt').at(-1) ?? null) : null,
		description: descriptionOf(body, alerts),
		properties: objectOf(labelled),
	}
}

/** What a group has in common, or its only alert says; Grafana adds a title. */
function descriptionOf(body: unknown, alerts: unknown[]): string | null {
	const annotations = [member(body, 'commonAnnotations'), ...(alerts.length === 1 ? [member(alerts[0], 'annotations')] : [])]
	const texts = annotations.flatMap((each) => ['description', 'summary', 'message'].map((name) => member(each, name)))
	return firstText(...texts, member(body, 'title'))
}

/** Reads an alert of Grafana before version 8. */
export function readLegacyGrafana({ body }: Message): Reading {
	return {
		subkind: textOf(member(body, 'state')),
		condition: conditionOf(member(body, 'state')),
		rules: [textOf(member(body, 'ruleName'))],
		description: firstText(member(body, 'message'), member(body, 'title')),
		properties: objectOf(member(body, 'tags')),
	}
}
