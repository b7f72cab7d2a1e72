// Azure's schemas that are older than the common one.
import assert from 'node:assert/strict'
import { test } from 'uvu'
import { alertOf, factsOf, vm, workspace } from './facts-of.ts'

const metric = (data: unknown) => ({ schemaId: 'AzureMonitorMetricAlert', data })
const activity = (activityLog: unknown, properties?: unknown) => ({
	schemaId: 'Microsoft.Insights/activityLogs',
	data: { status: 'Activated', context: { activityLog }, properties },
})

test('a metric alert says it in its context', () => {
	const context = {
		...{ name: 'cpu', resourceId: vm('vm01'), severity: '3', conditionType: 'DynamicThresholdCriteria', description: 'd' },
		...{ timestamp: '2021-11-15T09:35:12.9703687Z', condition: { allOf: [{ dimensions: [{ name: 'ResourceId', value: vm('vm02') }] }] } },
	}
	const { raw: _, ...facts } = alertOf(metric({ version: '2.0', status: 'Activated', context, properties: { a: 1 } }))
	assert.deepEqual(facts, {
		...{ kind: 'azure-metric-alert', subkind: 'DynamicThresholdCriteria', resourceIds: [vm('vm01')], vmIds: [vm('vm01'), vm('vm02')] },
		...{ vmNames: [], condition: 'fired', severity: 'Sev3', rule: 'cpu', rules: ['cpu'], firedAt: '2021-11-15T09:35:12.970Z' },
		...{ resolvedAt: null, description: 'd', properties: { a: 1 } },
	})
	const ended = alertOf(metric({ status: 'Deactivated', context: { ...context, properties: { b: 2 }, severity: undefined } }))
	assert.deepEqual([ended.condition, ended.severity, ended.firedAt, ended.resolvedAt], ['resolved', null, null, '2021-11-15T09:35:12.970Z'])
	assert.deepEqual(ended.properties, { b: 2 })
})

test('the severity of a metric alert is a digit, as text or number', () => {
	for (const severity of [0, 1, 2, 3, 4])
		for (const given of [severity, String(severity), `Sev${severity}`])
			assert.equal(alertOf(metric({ context: { severity: given } })).severity, `Sev${severity}`)
	for (const severity of [5, '', null, {}, [], '03', 'none']) assert.equal(alertOf(metric({ context: { severity } })).severity, null)
})

test('a metric alert may lack everything', () => {
	for (const data of [
		undefined,
		null,
		{},
		[],
		'x',
		{ context: null },
		{ context: [] },
		{ context: { condition: { allOf: 1 } }, status: 1 },
	])
		assert.deepEqual(factsOf(metric(data), ['resourceIds', 'vmIds', 'condition', 'severity', 'rule', 'properties']), {
			...{ resourceIds: [], vmIds: [], condition: null, severity: null, rule: null, properties: {} },
		})
})

test('a classic metric alert fires and is resolved', () => {
	const context = { name: 'r', conditionType: 'Webtest', condition: {}, resourceId: vm('vm01'), timestamp: '2015-09-18T01:02:35Z' }
	const names = ['kind', 'subkind', 'vmIds', 'condition', 'severity', 'rule', 'firedAt', 'resolvedAt', 'properties'] as const
	const facts = { kind: 'azure-metric-classic', subkind: 'Webtest', vmIds: [vm('vm01')], severity: null, rule: 'r', properties: { a: 1 } }
	const time = '2015-09-18T01:02:35.000Z'
	assert.deepEqual(factsOf({ status: 'Activated', context, properties: { a: 1 } }, [...names]), {
		...facts,
		...{ condition: 'fired', firedAt: time, resolvedAt: null },
	})
	for (const status of ['Resolved', 'Deactivated'])
		assert.deepEqual(factsOf({ status, context, properties: { a: 1 } }, [...names]), {
			...facts,
			...{ condition: 'resolved', firedAt: null, resolvedAt: time },
		})
})

test('autoscale always fires, for its setting', () => {
	const context = {
		...{ name: 'setting', details: 'from 1 to 2', timestamp: '2023-06-22T07:01:47.8926726Z', oldCapacity: 1 },
		resourceId: workspace,
	}
	for (const status of ['Activated', 'Anything', 0])
		assert.deepEqual(
			factsOf({ version: '1.0', status, operation: 'Scale Out', context, properties: { key1: 'value1' } }, [
				...(['kind', 'subkind', 'resourceIds', 'condition', 'severity', 'rule', 'firedAt', 'description', 'properties'] as const),
			]),
			{
				...{ kind: 'azure-autoscale', subkind: 'Scale Out', resourceIds: [workspace], condition: 'fired', severity: null },
				...{ rule: 'setting', firedAt: '2023-06-22T07:01:47.892Z', description: 'from 1 to 2', properties: { key1: 'value1' } },
			},
		)
})

test('an activity log alert is about the resource of its event', () => {
	const event = {
		...{ eventSource: 'Administrative', level: 'Critical', status: 'Succeeded', resourceId: workspace, subscriptionId: 'a' },
		...{ eventTimestamp: '2021-11-16T08:27:36.1836909+00:00', authorization: { scope: vm('vm01') }, claims: '{"a":1}', httpRequest: '{' },
	}
	const { raw: _, ...facts } = alertOf(activity({ ...event, properties: { entity: vm('vm02') } }, { a: 1 }))
	assert.deepEqual(facts, {
		...{ kind: 'azure-activity-log', subkind: 'Administrative', resourceIds: [workspace], vmIds: [vm('vm01'), vm('vm02')], vmNames: [] },
		...{ condition: 'fired', severity: 'Sev0', rule: null, rules: [], firedAt: '2021-11-16T08:27:36.183Z', resolvedAt: null },
		...{ description: null, properties: { a: 1 } },
	})
	assert.deepEqual(alertOf(activity({ properties: { compromisedEntity: 'LinuxVM1' } })).vmNames, ['LinuxVM1'])
})

test('an event without a resource is about its subscription', () => {
	for (const resourceId of [undefined, null, '', {}])
		assert.deepEqual(alertOf(activity({ resourceId, subscriptionId: 'a' })).resourceIds, ['/subscriptions/a'])
	for (const subscriptionId of [undefined, null, '', []]) assert.deepEqual(alertOf(activity({ subscriptionId })).resourceIds, [])
})

test('only the event itself tells that it has ended', () => {
	const body = activity({ status: 'Resolved', eventTimestamp: '2021-11-17T05:34:44Z' })
	assert.deepEqual(factsOf(body, ['condition', 'firedAt', 'resolvedAt']), {
		...{ condition: 'resolved', firedAt: null, resolvedAt: '2021-11-17T05:34:44.000Z' },
	})
	for (const status of ['Active', 'Succeeded', 'Failed', 'In Progress', '', null, 1, undefined])
		assert.equal(alertOf(activity({ status })).condition, 'fired')
	// What stands beside the context is Activated for every event.
	assert.equal(alertOf({ ...activity({}), data: { status: 'Resolved', context: { activityLog: {} } } }).condition, 'fired')
})

test('the level of an event is a word; a number is of another scale', () => {
	const levels: [unknown, string | null][] = [
		...[['Critical', 'Sev0'] as [string, string], ['Error', 'Sev1'] as [string, string], ['Warning', 'Sev2'] as [string, string]],
		...[
			['Informational', 'Sev3'] as [string, string],
			['VERBOSE', 'Sev4'] as [string, string],
			['informational', 'Sev3'] as [string, string],
		],
		...[3, '3', 1, null, 'Sev1', {}, ''].map((level): [unknown, null] => [level, null]),
	]
	for (const [level, severity] of levels) assert.equal(alertOf(activity({ level })).severity, severity, String(level))
})

test('the category of an event may be a number', () => {
	const health = { operationName: 'Microsoft.ServiceHealth/maintenance/action', channels: 1, level: 3, subscriptionId: 'a' }
	assert.deepEqual(factsOf(activity({ eventSource: 2, ...health }), ['subkind', 'severity', 'resourceIds']), {
		...{ subkind: 'ServiceHealth', severity: null, resourceIds: ['/subscriptions/a'] },
	})
	assert.equal(alertOf(activity({ eventSource: 7, operationName: 'x' })).subkind, '7')
	assert.equal(alertOf(activity({ category: 'Policy' })).subkind, 'Policy')
	assert.equal(alertOf(activity({ eventSource: null })).subkind, null)
})

test('only events of alerts name their rule', () => {
	const properties = { RuleName: 'r' }
	assert.equal(alertOf(activity({ eventSource: 'Alert', properties })).rule, 'r')
	assert.equal(alertOf(activity({ eventSource: 'Alert', properties: JSON.stringify(properties) })).rule, 'r')
	assert.equal(alertOf(activity({ eventSource: 'Administrative', properties })).rule, null)
	assert.equal(alertOf(activity({ eventSource: 'Alert' })).rule, null)
})

test('the description of an event is the first that says something', () => {
	const properties = { title: 'title' }
	assert.equal(alertOf(activity({ description: 'd', properties })).description, 'd')
	assert.equal(alertOf(activity({ description: '', 'Activity Log Event Description': 'e', properties })).description, 'e')
	assert.equal(alertOf(activity({ description: null, properties })).description, 'title')
})

test('an activity log alert may lack everything', () => {
	const bodies = [activity(null), activity([]), activity('x'), { schemaId: 'Microsoft.Insights/activityLogs' }, activity({}, null)]
	for (const body of bodies)
		assert.deepEqual(factsOf(body, ['subkind', 'resourceIds', 'vmIds', 'condition', 'severity', 'rule', 'firedAt', 'properties']), {
			...{ subkind: null, resourceIds: [], vmIds: [], condition: 'fired', severity: null, rule: null, firedAt: null, properties: {} },
		})
})

test('a log alert of the first version is read with and without its envelope', () => {
	const log = {
		...{ AlertRuleName: 'r', SearchQuery: 'Heartbeat', Severity: 'Warning', AlertType: 'Metric measurement', Description: null },
		...{ SearchIntervalStartTimeUtc: '3/22/2019 1:36:31 PM', SearchIntervalEndtimeUtc: '3/22/2019 1:51:31 PM', WorkspaceId: 'w' },
		...{
			AffectedConfigurationItems: ['INC-Gen2Alert'],
			Dimensions: [
				{ name: 'Computer', value: 'inc-gen2alert' },
				{ name: 'IP', value: '1' },
			],
		},
	}
	const facts = {
		...{ kind: 'azure-log-alert', subkind: 'Metric measurement', resourceIds: [], vmIds: [], vmNames: ['INC-Gen2Alert'] },
		...{ condition: 'fired', severity: 'Sev2', rule: 'r', rules: ['r'], firedAt: '2019-03-22T13:51:31.000Z', resolvedAt: null },
		...{ description: null, properties: {} },
	}
	for (const body of [log, { schemaId: 'Microsoft.Insights/LogAlert', data: log }, { schemaId: 'Microsoft.Insights/LogAlert', ...log }]) {
		const { raw: _, ...found } = alertOf(body)
		assert.deepEqual(found, facts)
	}
	const newer = { ...log, Severity: 3, ResourceId: workspace, Dimensions: [{ name: '_ResourceId', value: vm('vm01') }] }
	assert.deepEqual(factsOf(newer, ['resourceIds', 'vmIds', 'severity']), {
		...{ resourceIds: [workspace], vmIds: [vm('vm01')], severity: 'Sev3' },
	})
})

test('a log alert may lack everything', () => {
	for (const data of [undefined, null, {}, [], 'x', { Dimensions: null }])
		assert.deepEqual(factsOf({ schemaId: 'Microsoft.Insights/LogAlert', data }, ['resourceIds', 'condition', 'severity', 'rule']), {
			...{ resourceIds: [], condition: 'fired', severity: null, rule: null },
		})
})

test('a budget fires, without a resource', () => {
	const body = (data: unknown) => ({ schemaId: 'AIP Budget Notification', data })
	const facts = { subkind: null, resourceIds: [], condition: 'fired', severity: null, firedAt: null }
	const names = ['subkind', 'resourceIds', 'condition', 'severity', 'firedAt', 'rule'] as const
	assert.deepEqual(factsOf(body({ BudgetName: 'b', SubscriptionId: 'a' }), [...names]), { ...facts, rule: 'b' })
	for (const data of [undefined, null, {}, [], { BudgetName: '' }])
		assert.deepEqual(factsOf(body(data), [...names]), { ...facts, rule: null })
})

test.run()
