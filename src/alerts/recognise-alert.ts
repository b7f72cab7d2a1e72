import type { AlertKind, Message } from './alert.ts'
import { cloudEventsOf } from './event-grid.ts'
import { hasMembers, member, wordOf } from './json-member.ts'
import { header } from './message-headers.ts'

/** Kinds that are told by the body; GitHub's are told by a header. */
export type BodyKind = Exclude<AlertKind, `github-${string}`>

/** The event that GitHub names in a header; undefined when the message is not GitHub's. */
export function githubEventOf({ headers }: Message): string | undefined {
	return header(headers, 'X-GitHub-Event')
}

/** Who sent a message, by its shape. What nothing fits is unknown. */
export function recogniseAlert(message: Message): BodyKind {
	return tests.find(([, test]) => test(message))?.[0] ?? 'unknown'
}

/** The first test that holds decides: later ones would hold for some messages of earlier kinds, too. */
const tests: [BodyKind, (message: Message) => boolean][] = [
	['eventgrid-validation', ({ body }) => isText(firstOf(body, 'eventType'), 'Microsoft.EventGrid.SubscriptionValidationEvent')],
	['eventgrid', ({ body }) => Array.isArray(body) && hasMembers(body[0], 'eventType', 'data')],
	['vm-list', ({ body }) => Array.isArray(body) && body.every((item) => hasMembers(item, 'Name'))],
	['cloudevent', (message) => cloudEventsOf(message).length > 0],
	['azure-common-alert', hasSchema('azureMonitorCommonAlertSchema')],
	['azure-metric-alert', hasSchema('AzureMonitorMetricAlert')],
	['azure-activity-log', hasSchema('Microsoft.Insights/activityLogs')],
	['azure-log-alert', hasSchema('Microsoft.Insights/LogAlert')],
	['azure-log-alert', ({ body }) => hasMembers(body, 'AlertRuleName', 'SearchQuery')],
	['azure-budget', hasSchema('AIP Budget Notification')],
	['azure-autoscale', ({ body }) => hasMembers(body, 'status', 'operation') && hasMembers(member(body, 'context'), 'resourceId')],
	[
		'azure-metric-classic',
		({ body }) => hasMembers(body, 'status') && hasMembers(member(body, 'context'), 'condition') && !hasMembers(body, 'schemaId'),
	],
	['azure-devops', ({ body }) => hasMembers(body, 'publisherId', 'eventType', 'resource')],
	['grafana', ({ body }) => isAlertGroup(body) && isText(member(body, 'version'), '1') && hasMembers(body, 'orgId')],
	['alertmanager', ({ body }) => isAlertGroup(body)],
	['grafana-legacy', ({ body }) => hasMembers(body, 'ruleId', 'ruleName', 'state')],
	['vm-list', ({ body }) => Array.isArray(member(body, 'VirtualMachines'))],
	['capture-request', ({ body }) => hasMembers(body, 'targetVM') || hasMembers(body, 'packetCaptureName')],
]

function hasSchema(schemaId: string): (message: Message) => boolean {
	return ({ body }) => isText(member(body, 'schemaId'), schemaId)
}

function isAlertGroup(body: unknown): boolean {
	return Array.isArray(member(body, 'alerts')) && hasMembers(body, 'receiver', 'status')
}

/** The member of an array's first item. */
function firstOf(body: unknown, name: string): unknown {
	return Array.isArray(body) ? member(body[0], name) : undefined
}

function isText(value: unknown, text: string): boolean {
	return wordOf(value) === wordOf(text)
}
