// Alerts on events of the activity log, Service Health and Resource Health among them, in their own schema:
// https://learn.microsoft.com/azure/azure-monitor/alerts/activity-log-alerts-webhook

import type { Message, Reading } from './alert.ts'
import { type Condition, conditionOf } from './condition.ts'
import { instantsOf } from './instant.ts'
import { firstText, type JsonObject, listOf, member, objectOf, textOf, textsOf, wordOf } from './json-member.ts'
import { severityOfLevel } from './severity.ts'

/** Reads an alert on an event of the activity log. */
export function readActivityLogAlert({ body }: Message): Reading {
	const event = objectOf(member(body, 'data', 'context', 'activityLog'))
	const category = categoryOf(event)
	// `data.status` is Activated whatever happened.
	const condition: Condition = conditionOf(member(event, 'status')) === 'resolved' ? 'resolved' : 'fired'
	return {
		subkind: category,
		resourceIds: resourceIdsOf(event),
		condition,
		// A number counts on another scale, on which 1 is critical.
		severity: severityOfLevel(member(event, 'level')),
		// The name of the rule is in no other event.
		rules: wordOf(category) === 'alert' ? [textOf(member(event, 'properties', 'RuleName'))] : [],
		...instantsOf(condition, member(event, 'eventTimestamp')),
		description: firstText(
			member(event, 'description'),
			member(event, 'Activity Log Event Description'),
			member(event, 'properties', 'title'),
		),
		properties: objectOf(member(body, 'data', 'properties')),
		machineIds: [member(event, 'authorization', 'scope'), member(event, 'properties', 'entity')],
		machineNames: [member(event, 'properties', 'compromisedEntity')],
	}
}

/** The category, such as Administrative. Service Health may send a number for it; its operation names then tell. */
function categoryOf(event: JsonObject): string | null {
	const source = member(event, 'eventSource') ?? member(event, 'category')
	if (typeof source !== 'number') return textOf(source)
	const [, category] = /^Microsoft\.(ServiceHealth|ResourceHealth)\//i.exec(textOf(member(event, 'operationName')) ?? '') ?? []
	return category ?? String(source)
}

/** What concerns a whole subscription, as Service Health does, names no resource. */
function resourceIdsOf(event: JsonObject): string[] {
	const ids = textsOf(listOf(member(event, 'resourceId')))
	if (ids.length > 0) return ids
	return textsOf([member(event, 'subscriptionId')]).map((subscription) => `/subscriptions/${subscription}`)
}
