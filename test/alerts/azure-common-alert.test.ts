import assert from 'node:assert/strict'
import { test } from 'uvu'
import { alertOf, factsOf, vm, workspace } from './facts-of.ts'

const common = (essentials: unknown, alertContext: unknown = {}, more: object = {}) => ({
	schemaId: 'azureMonitorCommonAlertSchema',
	data: { essentials, alertContext, ...more },
})

test('the essentials say what the alert is', () => {
	const body = common({
		...{ alertRule: 'cpu', alertRuleID: '/a', severity: 'Sev1', signalType: 'Metric', monitorCondition: 'Resolved' },
		...{ monitoringService: 'Platform', alertTargetIDs: [vm('VM01'), vm('vm01'), workspace], targetResourceType: 't' },
		...{ firedDateTime: '2019-03-22T13:58:24.3713213Z', resolvedDateTime: '2019-03-22T16:03:16+02:00', description: 'd' },
		...{ investigationLink: 'https://portal.azure.com', targetResourceGroup: 'rg' },
	})
	const { raw, ...facts } = alertOf(body)
	assert.deepEqual(raw, body)
	assert.deepEqual(facts, {
		kind: 'azure-common-alert',
		subkind: 'Platform',
		resourceIds: [vm('VM01'), workspace],
		vmIds: [vm('VM01')],
		vmNames: [],
		condition: 'resolved',
		severity: 'Sev1',
		rule: 'cpu',
		rules: ['cpu'],
		firedAt: '2019-03-22T13:58:24.371Z',
		resolvedAt: '2019-03-22T14:03:16.000Z',
		description: 'd',
		properties: {},
	})
})

test('what the essentials do not say is null or empty', () => {
	const nothing = {
		...{ subkind: null, resourceIds: [], vmIds: [], vmNames: [], condition: null, severity: null },
		...{ rule: null, rules: [], firedAt: null, resolvedAt: null, description: null, properties: {} },
	}
	const fields = ['alertRule', 'severity', 'signalType', 'monitorCondition', 'monitoringService', 'alertTargetIDs', 'configurationItems']
	const nulls = Object.fromEntries([...fields, 'firedDateTime', 'description'].map((name) => [name, null]))
	const empty = Object.fromEntries([...fields, 'firedDateTime', 'description'].map((name) => [name, '']))
	const strange = Object.fromEntries([...fields, 'firedDateTime', 'description'].map((name) => [name, { a: [1] }]))
	for (const essentials of [{}, null, undefined, [], [{ alertRule: 'r' }], 'text', 7, nulls, empty, strange]) {
		const { kind: _, raw: __, ...facts } = alertOf(common(essentials, null, { customProperties: null }))
		assert.deepEqual(facts, nothing, JSON.stringify(essentials))
	}
	for (const data of [null, undefined, [], 1, 'x']) {
		const { kind: _, raw: __, ...facts } = alertOf({ schemaId: 'azureMonitorCommonAlertSchema', data })
		assert.deepEqual(facts, nothing, JSON.stringify(data))
	}
})

test('an alert of costs has no target, no severity, no rule and no machine', () => {
	const body = common(
		{
			...{ monitoringService: 'CostAlerts', alertRule: null, severity: null, signalType: null, monitorCondition: 'Fired' },
			...{ alertTargetIDs: null, configurationItems: ['budgets'], firedDateTime: '2025-04-15T17:49:34.022Z' },
		},
		{ AlertCategory: 'budgets', AlertData: { BudgetName: 'b', Scope: '/subscriptions/a/' } },
	)
	assert.deepEqual(factsOf(body, ['resourceIds', 'vmNames', 'condition', 'severity', 'rule', 'firedAt']), {
		...{ resourceIds: [], vmNames: [], condition: 'fired', severity: null, rule: null },
		firedAt: '2025-04-15T17:49:34.022Z',
	})
})

test('the end of an activity log event counts, whatever the monitor condition says; in other services a status counts nothing', () => {
	const services: [service: unknown, signalType: string, ended: boolean][] = [
		...['ServiceHealth', 'Service Health', 'servicehealth', 'Resource Health', 'ResourceHealth', 'RESOURCE-HEALTH'].map(
			(service): [string, string, boolean] => [service, 'Activity Log', true],
		),
		...['Administrative', 'Policy', 'Autoscale', 'Security', 'Recommendation'].flatMap((category): [string, string, boolean][] => [
			[`Activity Log - ${category}`, 'Activity Log', true],
			[`ActivityLog ${category}`, 'ActivityLog', true],
		]),
		['Health Platform', 'ActivityLog', true],
		...['Platform', 'Log Analytics', 'Application Insights', 'Log Alerts V2', 'Prometheus', 'SmartDetector'].map(
			(service): [string, string, boolean] => [service, 'Metric', false],
		),
		[null, 'Log', false],
	]
	for (const [monitoringService, signalType, ended] of services) {
		const essentials = { monitoringService, signalType, monitorCondition: 'Fired', firedDateTime: '2025-04-15T18:00:00Z' }
		const body = common(essentials, { status: 'Resolved', eventTimestamp: '2025-04-15T19:00:00Z' })
		assert.deepEqual(
			factsOf(body, ['subkind', 'condition', 'firedAt', 'resolvedAt']),
			{
				subkind: monitoringService,
				condition: ended ? 'resolved' : 'fired',
				firedAt: '2025-04-15T18:00:00.000Z',
				resolvedAt: ended ? '2025-04-15T19:00:00.000Z' : null,
			},
			String(monitoringService),
		)
	}
	assert.equal(alertOf(common({ monitoringService: 'ServiceHealth', monitorCondition: 'Fired' }, { status: 'Active' })).condition, 'fired')
	assert.equal(alertOf(common({ monitoringService: 'ServiceHealth', monitorCondition: 'Resolved' }, {})).condition, 'resolved')
	assert.equal(alertOf(common({ monitoringService: 'ServiceHealth' }, { status: 'resolved' })).condition, 'resolved')
})

test('Service Health as it is sent, with numbers and with a JSON text or an array, is read', () => {
	for (const impactedServices of ['[{"ServiceName":"Virtual Machines"}]', [{ ServiceName: 'Virtual Machines' }], null]) {
		const body = common(
			{
				...{ monitoringService: 'ServiceHealth', signalType: 'ActivityLog', severity: 'Sev4', monitorCondition: 'Fired' },
				...{ alertRule: 'health', alertTargetIDs: ['/subscriptions/a'] },
			},
			{ authorization: null, channels: 1, claims: null, eventSource: 2, level: 3, status: 'Active', properties: { impactedServices } },
		)
		assert.deepEqual(factsOf(body, ['resourceIds', 'vmIds', 'condition', 'severity', 'rule', 'properties']), {
			...{ resourceIds: ['/subscriptions/a'], vmIds: [], condition: 'fired', severity: 'Sev4', rule: 'health', properties: {} },
		})
	}
})

test('numbers and other spellings count as the words they stand for', () => {
	for (const severity of ['Sev2', 'sev2', 'SEV 2', '2', 2, 'Warning'])
		assert.equal(alertOf(common({ severity })).severity, 'Sev2', String(severity))
	for (const severity of ['Sev5', '5', -1, 2.5, 'High', true, ['Sev1'], {}])
		assert.equal(alertOf(common({ severity })).severity, null, String(severity))
	for (const monitorCondition of ['Fired', 'fired', ' FIRED ']) assert.equal(alertOf(common({ monitorCondition })).condition, 'fired')
	for (const monitorCondition of ['Acknowledged', 1, null, ['Fired']]) assert.equal(alertOf(common({ monitorCondition })).condition, null)
	assert.equal(alertOf(common({ alertRule: 42 })).rule, '42')
	assert.equal(alertOf(common({ alertRule: 'group/rule', monitoringService: 'Prometheus' })).rule, 'group/rule')
	assert.deepEqual(alertOf(common({ alertTargetIDs: vm('vm01') })).resourceIds, [vm('vm01')])
	assert.deepEqual(alertOf(common({ alertTargetIDs: [null, 1, '', {}, vm('vm01')] })).resourceIds, ['1', vm('vm01')])
	assert.equal(alertOf({ SCHEMAID: 'azureMonitorCommonAlertSchema', DATA: { Essentials: { AlertRule: 'r' } } }).rule, 'r')
})

test('JSON in strings is read as if it stood there itself', () => {
	const essentials = { alertRule: 'r', alertTargetIDs: JSON.stringify([vm('vm01')]) }
	assert.deepEqual(factsOf(common(JSON.stringify(essentials)), ['rule', 'vmIds']), { rule: 'r', vmIds: [vm('vm01')] })
	const whole = { schemaId: 'azureMonitorCommonAlertSchema', data: JSON.stringify({ essentials }) }
	assert.deepEqual(factsOf(whole, ['rule', 'vmIds']), { rule: 'r', vmIds: [vm('vm01')] })
	assert.deepEqual(factsOf(JSON.stringify(whole), ['kind', 'rule']), { kind: 'azure-common-alert', rule: 'r' })
	for (const broken of ['{', '[1', '{"a":}', '[']) assert.equal(alertOf(common(broken)).rule, null)
})

test('custom properties are what the owner of the rule added', () => {
	const inContext = { properties: { a: '1' } }
	const metric = { monitoringService: 'Platform' }
	assert.deepEqual(alertOf(common(metric, inContext, { customProperties: { b: '2' } })).properties, { b: '2' })
	assert.deepEqual(alertOf(common(metric, inContext, { customProperties: {} })).properties, { a: '1' })
	assert.deepEqual(alertOf(common(metric, inContext)).properties, { a: '1' })
	assert.deepEqual(alertOf(common(metric, { properties: null }, { customProperties: null })).properties, {})
	assert.deepEqual(alertOf(common(metric, {}, { customProperties: [1] })).properties, {})
	// The properties of an event are the event's own.
	assert.deepEqual(alertOf(common({ monitoringService: 'Activity Log - Security' }, inContext)).properties, {})
	const hostile = JSON.parse('{ "__proto__": { "polluted": true }, "constructor": 1 }')
	const { properties } = alertOf(common(metric, {}, { customProperties: hostile }))
	assert.deepEqual(Object.keys(properties), ['__proto__', 'constructor'])
	assert.equal('polluted' in {}, false)
	assert.equal('polluted' in properties, false)
})

test.run()
