import assert from 'node:assert/strict'
import { test } from 'uvu'
import { alertOf, vm } from './facts-of.ts'

const activated = { status: 'Activated', context: { resourceId: vm('vm01'), condition: {} } }
const group = { receiver: 'hook', status: 'firing', alerts: [] }
const validation = 'Microsoft.EventGrid.SubscriptionValidationEvent'

/** Bodies by the kind they are of; where it takes headers, those come second. */
const bodies: Record<string, [body: unknown, headers?: Record<string, string>][]> = {
	'github-push': [
		[{}, { 'X-GitHub-Event': 'push' }],
		[{}, { 'x-github-event': ' push ' }],
		// The header comes first: GitHub sends what its applications put into a body.
		[{ schemaId: 'azureMonitorCommonAlertSchema' }, { 'X-GITHUB-EVENT': 'push' }],
		[[{ Name: 'vm01' }], { 'X-GitHub-Event': 'push' }],
		[null, { 'X-GitHub-Event': 'push' }],
	],
	'github-workflow_run': [[{ action: 'completed' }, { 'X-GitHub-Event': 'workflow_run' }]],
	'github-ping': [[{ zen: 'Design for failure.' }, { 'X-GitHub-Event': 'ping' }]],
	'eventgrid-validation': [
		[[{ eventType: validation, data: { validationCode: '1' } }], { 'aeg-event-type': 'SubscriptionValidation' }],
		[[{ eventType: validation }]],
		[[{ eventType: validation.toLowerCase(), data: null }]],
	],
	eventgrid: [
		[[{ eventType: 'Microsoft.Storage.BlobCreated', data: {} }], { 'aeg-event-type': 'Notification' }],
		[[{ eventType: 'a', data: { Name: 'vm01' }, Name: 'vm01' }]],
		[[{ EventType: 'a', Data: '{}' }]],
		[[{ eventType: 'a', data: {} }, { anything: 1 }]],
		[[{ specversion: '1.0', type: 'a', source: 'b', eventType: 'a', data: {} }]],
	],
	cloudevent: [
		[{ specversion: '1.0', type: 'a', source: '/b' }],
		[[{ specversion: '1.0', type: 'a', source: '/b' }], { 'content-type': 'application/cloudevents-batch+json' }],
		[{}, { 'ce-specversion': '1.0', 'Ce-Type': 'a', 'CE-SOURCE': '/b' }],
		[7, { 'ce-specversion': '1.0', 'ce-type': 'a', 'ce-source': '/b' }],
		[[1, 2], { 'ce-specversion': '1.0', 'ce-type': 'a', 'ce-source': '/b' }],
		[{ specversion: '1.0', type: 'a', source: '/b', schemaId: 'azureMonitorCommonAlertSchema' }],
	],
	'azure-common-alert': [
		[{ schemaId: 'azureMonitorCommonAlertSchema', data: { essentials: {}, alertContext: {} } }],
		[{ schemaId: 'azureMonitorCommonAlertSchema' }],
		[{ schemaId: 'azureMonitorCommonAlertSchema', data: null }],
		[{ schemaId: 'AzureMonitorCommonAlertSchema', data: [] }],
		[{ SchemaId: 'azureMonitorCommonAlertSchema', status: 'Activated', context: { condition: {} } }],
	],
	'azure-metric-alert': [[{ schemaId: 'AzureMonitorMetricAlert', data: { context: {} } }]],
	'azure-activity-log': [[{ schemaId: 'Microsoft.Insights/activityLogs', data: { context: { activityLog: {} } } }]],
	'azure-log-alert': [
		[{ schemaId: 'Microsoft.Insights/LogAlert', data: {} }],
		[{ AlertRuleName: 'r', SearchQuery: 'Heartbeat' }],
		[{ AlertRuleName: 'r', SearchQuery: 'Heartbeat', status: 'Activated', context: { condition: {} } }],
	],
	'azure-budget': [[{ schemaId: 'AIP Budget Notification', data: {} }]],
	'azure-autoscale': [
		[{ ...activated, operation: 'Scale Out' }],
		[{ version: '1.0', status: 'Activated', operation: 'Scale In', context: { resourceId: vm('vm01') } }],
	],
	'azure-metric-classic': [[activated], [{ ...activated, schemaId: null }], [{ ...activated, operation: null }]],
	'azure-devops': [
		[{ publisherId: 'tfs', eventType: 'build.complete', resource: {} }],
		[{ publisherId: 'tfs', eventType: 'ms.vss-release.deployment-completed-event', resource: { id: 1 } }],
	],
	grafana: [
		[{ ...group, version: '1', orgId: 1 }],
		[{ ...group, version: 1, orgId: 0, state: 'alerting', title: 't' }],
		[{ ...group, version: '1', orgId: 1, ruleId: 1, ruleName: 'r', state: 'alerting' }],
	],
	alertmanager: [
		[{ ...group, version: '4', groupKey: '{}' }],
		[{ ...group, version: '3', groupKey: 14695981039346656037n.toString() }],
		[{ ...group, version: '4', orgId: 1 }],
		[{ ...group, version: '1' }],
		[{ ...group, receiver: '' }],
		[group],
	],
	'grafana-legacy': [[{ ruleId: 1, ruleName: 'r', state: 'alerting', evalMatches: [] }], [{ ruleId: 0, ruleName: '', state: 'ok' }]],
	'vm-list': [
		[[{ Name: 'vm01', ServiceName: 'vm01' }]],
		[[{ name: 'vm01' }, { Name: 'vm02' }]],
		[{ VirtualMachines: [{ Name: 'vm01' }] }],
		[{ VirtualMachines: ['vm01'] }],
		[{ VirtualMachines: [] }],
		[{ virtualMachines: [] }],
		// All of no items have names, and start-vms takes it for a list of none.
		[[]],
	],
	'capture-request': [[{ targetVM: vm('vm01'), packetCaptureName: 'pc' }], [{ packetCaptureName: 'pc' }], [{ TargetVM: vm('vm01') }]],
	unknown: [
		...[{}, null, 1, true, 'text', '', [1], [[]], [null], ['vm01'], [{ Name: 'vm01' }, {}], [{ Name: null }]].map((body): [unknown] => [
			body,
		]),
		// Custom JSON of log alerts.
		[{ text: 'My Alert Rule fired with 18 records over threshold of 10 .' }],
		[{ alertname: 'r', IncludeSearchResults: true, SearchResults: {} }],
		[{ schemaId: 'Microsoft.Insights/somethingNew', data: {} }],
		[{ schemaId: 7 }],
		[{ ...activated, schemaId: 'somethingNew', context: { condition: {} } }],
		[{ Name: 'vm01' }],
		[{ VirtualMachines: { Name: 'vm01' } }],
		[{ alerts: {}, receiver: 'r', status: 'firing' }],
		[[{ eventType: 'a' }]],
		[[{ specversion: '1.0', type: 'a', source: '/b' }, {}]],
		[{ eventType: 'a', data: {} }],
		[{}, { 'X-GitHub-Event': ' ' }],
		[{}, { 'ce-specversion': '1.0', 'ce-type': 'a' }],
		[{ constructor: 1, toString: 2, hasOwnProperty: 3 }],
	],
}

for (const [kind, table] of Object.entries(bodies)) {
	test(`${kind} is recognised`, () => {
		for (const [body, headers] of table) assert.equal(alertOf(body, headers).kind, kind, JSON.stringify([body, headers]))
	})
}

test('a kind inherited from an object prototype is none', () => {
	const body = JSON.parse('[{ "__proto__": { "schemaId": "azureMonitorCommonAlertSchema" } }, {"__proto__": { "Name": "vm01" } }]')
	for (const each of body) assert.equal(alertOf(each).kind, 'unknown')
})

test.run()
