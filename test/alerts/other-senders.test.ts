// Senders outside of Azure Monitor: Event Grid, CloudEvents, GitHub, Azure DevOps, Alertmanager, Grafana.
import assert from 'node:assert/strict'
import { test } from 'uvu'
import { alertOf, factsOf, vm, workspace } from './facts-of.ts'

test('the question of Event Grid holds the code that answers it', () => {
	const eventType = 'Microsoft.EventGrid.SubscriptionValidationEvent'
	const event = (data: unknown) => [{ eventType, eventTime: '2018-01-25T22:12:19.4556811Z', subject: '', data }]
	for (const [data, code] of [
		[{ validationCode: '512d', validationUrl: 'https://a' }, '512d'],
		[JSON.stringify({ validationCode: '512d' }), '512d'],
		[{ validationCode: 7 }, '7'],
		[{}, null],
		[null, null],
	]) {
		const alert = alertOf(event(data))
		assert.equal(alert.kind === 'eventgrid-validation' && alert.validationCode, code)
		assert.deepEqual([alert.subkind, alert.resourceIds, alert.condition], [eventType, [], null])
	}
})

test('an event of Event Grid is about its resource URI, else about a subject that is an id', () => {
	const event = (more: object, data: object = {}) => ({
		eventType: 'Microsoft.Compute.VmStarted',
		data,
		eventTime: '2019-11-18T15:13:39Z',
		...more,
	})
	const table: [events: object[], resourceIds: string[]][] = [
		[[event({ subject: vm('vm01') }, { resourceUri: vm('vm02') })], [vm('vm02')]],
		[[event({ subject: vm('vm01') })], [vm('vm01')]],
		[[event({ subject: vm('vm01') }, { resourceUri: null })], [vm('vm01')]],
		[[event({ subject: '/blobServices/default/containers/a' })], []],
		[[event({ subject: '' })], []],
		[[event({ subject: null })], []],
		[
			[event({}, { resourceUri: vm('vm01') }), event({ subject: vm('vm02') }), event({ subject: vm('VM01') })],
			[vm('vm01'), vm('vm02')],
		],
	]
	for (const [events, resourceIds] of table) {
		const { raw: _, ...facts } = alertOf(events, { 'aeg-event-type': 'Notification' })
		assert.deepEqual(facts, {
			...{ kind: 'eventgrid', subkind: 'Microsoft.Compute.VmStarted', resourceIds, vmIds: resourceIds, vmNames: [], condition: null },
			...{
				severity: null,
				rule: null,
				rules: [],
				firedAt: '2019-11-18T15:13:39.000Z',
				resolvedAt: null,
				description: null,
				properties: {},
			},
		})
	}
})

test('a CloudEvent is about its subject, else its source, if that is an id', () => {
	const table: [subject: unknown, source: string, resourceIds: string[]][] = [
		[vm('vm01'), workspace, [vm('vm01')]],
		['blobs/a', workspace, [workspace]],
		[undefined, workspace, [workspace]],
		[null, '/providers/a', []],
		[7, 'https://example.com', []],
		[vm('vm01').toUpperCase(), '/a', [vm('vm01').toUpperCase()]],
	]
	const type = 'Microsoft.Resources.ResourceWriteSuccess'
	const facts = (resourceIds: string[]) => ({ kind: 'cloudevent', subkind: type, resourceIds, condition: null, severity: null, rule: null })
	const names = ['kind', 'subkind', 'resourceIds', 'condition', 'severity', 'rule'] as const
	for (const [subject, source, resourceIds] of table) {
		const event = { specversion: '1.0', type, source, subject, id: '1', time: '2019-11-18T15:13:39.4589254Z' }
		assert.deepEqual(factsOf(event, [...names]), facts(resourceIds))
		assert.deepEqual(factsOf([event, event], [...names]), facts(resourceIds))
		const headers = Object.fromEntries(Object.entries(event).map(([name, value]) => [`Ce-${name}`, encodeURI(String(value ?? ''))]))
		assert.deepEqual(factsOf({ any: 'data' }, [...names], headers), facts(resourceIds))
		assert.equal(alertOf({}, headers).firedAt, '2019-11-18T15:13:39.458Z')
	}
	assert.deepEqual(
		alertOf([
			{ specversion: '1.0', type: 'a', source: workspace },
			{ specversion: '1.0', type: 'b', source: vm('vm01') },
		]).resourceIds,
		[workspace, vm('vm01')],
	)
	assert.deepEqual(alertOf({}, { 'ce-specversion': '1.0', 'ce-type': '%', 'ce-source': '/subscriptions/%zz' }).subkind, '%')
})

test('a workflow run of GitHub tells its workflow and how it ended', () => {
	const headers = { 'X-GitHub-Event': 'workflow_run' }
	const run = { name: '', conclusion: 'failure' }
	const alert = alertOf({ action: 'completed', workflow_run: run, workflow: { name: 'CI' } }, headers)
	assert.deepEqual([alert.kind, alert.subkind, alert.rule, alert.rules], ['github-workflow_run', 'completed', 'CI', ['CI']])
	assert.equal(alert.kind === 'github-workflow_run' && alert.conclusion, 'failure')
	assert.equal(alertOf({ workflow_run: { ...run, name: 'CI' }, workflow: null }, headers).rule, 'CI')
	assert.equal(alertOf({ workflow_run: run }, headers).rule, null)
	for (const body of [null, [], 1, 'x', { workflow: [] }, { workflow_run: null }]) {
		const found = alertOf(body, headers)
		assert.deepEqual([found.rule, found.subkind, found.kind === 'github-workflow_run' && found.conclusion], [null, null, null])
	}
	const check = alertOf(
		{ action: 'completed', check_suite: { conclusion: 'success' }, workflow: { name: 'CI' } },
		{ 'x-github-event': 'check_suite' },
	)
	assert.deepEqual([check.rule, check.kind === 'github-check_suite' && check.conclusion], [null, 'success'])
})

test('an event of Azure DevOps tells the definition', () => {
	const body = { publisherId: 'tfs', eventType: 'build.complete', createdDate: '2016-09-19T13:03:26.4285528Z', message: { text: 'm' } }
	const names = ['subkind', 'resourceIds', 'condition', 'severity', 'rule', 'firedAt', 'description'] as const
	const facts = { subkind: 'build.complete', resourceIds: [], condition: null, severity: null, firedAt: '2016-09-19T13:03:26.428Z' }
	for (const [resource, rule] of [
		[{ definition: { name: 'd' } }, 'd'],
		[{ definition: null }, null],
		[{}, null],
		[[], null],
	])
		assert.deepEqual(factsOf({ ...body, resource }, [...names]), { ...facts, rule, description: 'm' })
	assert.equal(alertOf({ ...body, resource: {}, message: null, detailedMessage: { text: 'longer' } }).description, 'longer')
})

const group = (more: object, ...alerts: unknown[]) => ({ receiver: 'hook', status: 'firing', version: '4', alerts, ...more })

test('a group of alerts has the worst severity, and a rule if there is only one', () => {
	const labelled = (alertname: unknown, severity: unknown) => ({ labels: { alertname, severity } })
	const table: [alerts: unknown[], severity: string | null, rule: string | null, rules: string[]][] = [
		[[labelled('a', 'warning'), labelled('a', 'critical')], 'Sev0', 'a', ['a']],
		[[labelled('a', 'info'), labelled('b', 'ERROR')], 'Sev1', null, ['a', 'b']],
		[[labelled('a', 'page'), labelled('a', null)], null, 'a', ['a']],
		[[labelled('a', 'page'), labelled('a', 'info')], 'Sev3', 'a', ['a']],
		[[labelled(null, 'warning'), labelled('b', undefined)], 'Sev2', 'b', ['b']],
		[[{}, { labels: null }, { labels: [] }, null, 'x', 1, { labels: '{"alertname":"c"}' }], null, 'c', ['c']],
		[[], null, null, []],
	]
	for (const [alerts, severity, rule, rules] of table)
		for (const version of ['4', '3', 4, undefined])
			assert.deepEqual(factsOf(group({ version }, ...alerts), ['kind', 'subkind', 'severity', 'rule', 'rules']), {
				...{ kind: 'alertmanager', subkind: version === undefined ? null : String(version), severity, rule, rules },
			})
	const common = (severity: string, ...alerts: unknown[]) => factsOf(group({ commonLabels: { severity } }, ...alerts), ['severity'])
	assert.deepEqual(common('critical', labelled('a', undefined)), { severity: 'Sev0' })
	assert.deepEqual(common('critical', labelled('a', 'warning')), { severity: 'Sev2' })
	const cut = group({ truncatedAlerts: 1, commonLabels: { alertname: 'a', severity: 'critical' } })
	assert.deepEqual(factsOf(cut, ['severity', 'rule', 'properties']), {
		...{ severity: 'Sev0', rule: 'a', properties: { alertname: 'a', severity: 'critical' } },
	})
})

test('labels name resources if they are ids of Azure', () => {
	const alerts = [
		{ labels: { 'microsoft.resourceid': vm('vm01') } },
		{ labels: { resourceid: workspace, 'microsoft.resourceid': 'cluster' } },
		{ labels: { ResourceId: vm('VM01'), resourceid: '7' } },
		{ labels: { resource_id: vm('vm03') } },
	]
	assert.deepEqual(factsOf(group({}, ...alerts), ['resourceIds', 'vmIds']), {
		...{ resourceIds: [vm('vm01'), workspace], vmIds: [vm('vm01')] },
	})
})

test('a group that fires has no end, and a resolved one the last', () => {
	const never = '0001-01-01T00:00:00Z'
	const alerts = [
		{ status: 'firing', startsAt: '2017-08-03T15:17:37.804-04:00', endsAt: never },
		{ status: 'resolved', startsAt: '2017-08-03T19:00:00Z', endsAt: '2017-08-03T19:30:00Z' },
		{ status: 'resolved', startsAt: never, endsAt: '2017-08-03T19:20:00Z' },
		{ startsAt: 'soon', endsAt: null },
	]
	const names = ['condition', 'firedAt', 'resolvedAt'] as const
	const firedAt = '2017-08-03T19:00:00.000Z'
	assert.deepEqual(factsOf(group({}, ...alerts), [...names]), { condition: 'fired', firedAt, resolvedAt: null })
	assert.deepEqual(factsOf(group({ status: 'resolved' }, ...alerts), [...names]), {
		...{ condition: 'resolved', firedAt, resolvedAt: '2017-08-03T19:30:00.000Z' },
	})
	assert.deepEqual(factsOf(group({ status: 'resolved' }, alerts[0]), [...names]), {
		...{ condition: 'resolved', firedAt: '2017-08-03T19:17:37.804Z', resolvedAt: null },
	})
	assert.equal(alertOf(group({ status: 'pending' })).condition, null)
})

test('the description of a group is what its alerts have in common, or its only alert says', () => {
	const alert = { annotations: { summary: 'of one' } }
	assert.equal(alertOf(group({ commonAnnotations: { summary: 's', description: 'd' } }, alert)).description, 'd')
	assert.equal(alertOf(group({ commonAnnotations: {} }, alert)).description, 'of one')
	assert.equal(alertOf(group({}, alert, alert)).description, null)
	assert.equal(alertOf(group({ title: '[FIRING:2]' }, alert, alert)).description, '[FIRING:2]')
})

test('a group key above 2^53 does no harm', () => {
	const text = `{"version":"3","groupKey":14695981039346656037,"status":"firing","receiver":"r","alerts":[]}`
	assert.equal(alertOf(JSON.parse(text)).kind, 'alertmanager')
})

test('Grafana sends the same in its own version', () => {
	const body = group(
		{ version: '1', orgId: 1, title: '[FIRING:1] a', state: 'alerting', message: 'm' },
		{ labels: { alertname: 'a' }, values: null },
	)
	assert.deepEqual(factsOf(body, ['kind', 'subkind', 'condition', 'rule', 'description']), {
		...{ kind: 'grafana', subkind: '1', condition: 'fired', rule: 'a', description: '[FIRING:1] a' },
	})
})

test('Grafana before version 8 tells its state', () => {
	const body = { ruleId: 1, ruleName: 'r', evalMatches: null, title: '[Alerting] r', message: '', tags: { a: 'b' } }
	for (const [state, condition] of [
		['alerting', 'fired'],
		['ok', 'resolved'],
		['no_data', null],
		['paused', null],
		['pending', null],
	])
		assert.deepEqual(
			factsOf({ ...body, state }, ['subkind', 'condition', 'severity', 'rule', 'resourceIds', 'description', 'properties']),
			{
				...{ subkind: state, condition, severity: null, rule: 'r', resourceIds: [], description: '[Alerting] r', properties: { a: 'b' } },
			},
		)
})

test.run()
