import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { array, constantFrom, dictionary, jsonValue, nat, record, string } from 'fast-check'
import { test } from 'uvu'
import type { Alert, AlertKind } from '../../src/alerts/alert.ts'
import { parseAlert } from '../../src/alerts/parse-alert.ts'
import { forAny } from '../support/properties.ts'
import { alertOf } from './facts-of.ts'

const github = { 'X-GitHub-Event': 'ping', 'Content-Type': 'application/x-www-form-urlencoded' }

test('a byte order mark is skipped', () => {
	assert.deepEqual(parseAlert('\uFEFF{"targetVM":"a"}', {}).raw, { targetVM: 'a' })
})

test('a body that is no JSON is quoted', () => {
	const bodies: [body: string, quoted: string][] = [
		['<xml/>', '<xml/>'],
		['\uFEFFno', 'no'],
		[`x${'y'.repeat(200)}`, `x${'y'.repeat(79)}`],
		['{"a":1', '{"a":1'],
		['{"a":1}{', '{"a":1}{'],
		['', '(empty)'],
		[' \n', '(empty)'],
		['NaN', 'NaN'],
		['payload=no', 'payload=no'],
		['payload=', 'payload='],
		['body=%7B%7D', 'body=%7B%7D'],
	]
	for (const [body, quoted] of bodies)
		for (const headers of [{}, github])
			assert.throws(() => parseAlert(body, headers), { name: 'Error', message: `The body is not JSON: ${quoted}` })
})

test('a form with JSON in payload is read', () => {
	const payload = JSON.stringify({ action: 'completed', text: 'a+b & c' })
	const form = String(new URLSearchParams({ payload }))
	for (const body of [form, `\uFEFF${form}`, `a=1&${form}`, `${form}&payload=no`, `payload=${encodeURIComponent(payload)}`]) {
		const alert = parseAlert(body, github)
		assert.deepEqual([alert.kind, alert.subkind, alert.raw], ['github-ping', 'completed', JSON.parse(payload)])
	}
	// curl says of every body that it is a form.
	assert.equal(parseAlert(payload, github).subkind, 'completed')
})

test('headers are found in any case, and one that is called __proto__ is borne', () => {
	for (const name of ['X-GitHub-Event', 'x-github-event', 'X-GITHUB-EVENT'])
		assert.equal(alertOf({}, { [name]: 'push' }).kind, 'github-push')
	const headers = JSON.parse('{ "__proto__": { "X-GitHub-Event": "push" } }')
	assert.equal(alertOf({}, headers).kind, 'unknown')
})

test('deep and large bodies are read in time', () => {
	const deep = `{"schemaId":"azureMonitorCommonAlertSchema","data":${'{"data":'.repeat(50_000)}1${'}'.repeat(50_000)}}`
	assert.equal(parseAlert(deep, {}).kind, 'azure-common-alert')
	const dimensions = Array.from({ length: 8_000 }, (_, index) => ({ name: 'Computer', value: `vm${index}` }))
	const essentials = { alertTargetIDs: Array.from({ length: 8_000 }, (_, index) => `/subscriptions/${index}`) }
	const data = JSON.stringify({ essentials, alertContext: { condition: { allOf: [{ dimensions }] } } })
	const began = performance.now()
	assert.equal(alertOf({ schemaId: 'azureMonitorCommonAlertSchema', data }).vmNames.length, 8_000)
	const spaces = `3/22/2019${' '.repeat(500_000)}x`
	assert.equal(alertOf({ schemaId: 'azureMonitorCommonAlertSchema', data: { essentials: { firedDateTime: spaces } } }).firedAt, null)
	assert.ok(performance.now() - began < 2_000)
})

test('an alert that is not of GitHub has one of the kinds there are, which the compiler knows', () => {
	const told = (alert: Alert): string => {
		if ('conclusion' in alert) return `${alert.kind}: ${alert.conclusion}`
		switch (alert.kind) {
			case 'eventgrid-validation':
				return `validation: ${alert.validationCode}`
			case 'vm-list':
				return 'machines'
			default:
				// The kinds of GitHub are told apart above.
				alert.kind satisfies Exclude<AlertKind, `github-${string}`>
				return alert.kind
		}
	}
	const run = { workflow_run: { conclusion: 'failure' } }
	assert.equal(told(alertOf(run, { 'X-GitHub-Event': 'workflow_run' })), 'github-workflow_run: failure')
	const validation = { eventType: 'Microsoft.EventGrid.SubscriptionValidationEvent', data: { validationCode: 'code' } }
	assert.deepEqual(
		[[validation], [{ Name: 'vm01' }], {}].map((body) => told(alertOf(body))),
		['validation: code', 'machines', 'unknown'],
	)
})

test('custom properties that are nested without end are left out, and the others kept', () => {
	const nested = (levels: number) => `${'['.repeat(levels)}${']'.repeat(levels)}`
	const custom = `{"team":"web","allowed":${nested(99)},"deep":${nested(100)},"deeper":${nested(50_000)}}`
	const { properties } = parseAlert(`{"schemaId":"azureMonitorCommonAlertSchema","data":{"customProperties":${custom}}}`, {})
	assert.deepEqual(Object.keys(properties), ['team', 'allowed'])
})

/** What holds for every alert. */
function check({ kind, ...alert }: Alert): void {
	assert.match(kind, /^(unknown|[a-z]+(-.+)+|eventgrid|cloudevent|grafana|alertmanager)$/s)
	for (const text of [alert.subkind, alert.rule, alert.description])
		assert.ok(text === null || (typeof text === 'string' && text.trim() !== ''))
	for (const list of [alert.resourceIds, alert.vmIds, alert.vmNames, alert.rules]) {
		assert.ok(Array.isArray(list) && list.every((text) => typeof text === 'string' && text.trim() !== ''))
		assert.equal(new Set(list).size, list.length)
	}
	for (const id of alert.vmIds)
		assert.match(id, /^\/subscriptions\/[^/]+\/resourceGroups\/[^/]+\/providers\/Microsoft\.Compute\/virtualMachines\/[^/]+$/i)
	assert.ok([null, 'fired', 'resolved'].includes(alert.condition))
	assert.match(String(alert.severity), /^(null|Sev[0-4])$/)
	assert.equal(alert.rule, alert.rules.length === 1 ? alert.rules[0] : null)
	for (const instant of [alert.firedAt, alert.resolvedAt]) assert.ok(instant === null || new Date(instant).toISOString() === instant)
	assert.ok(typeof alert.properties === 'object' && alert.properties !== null && !Array.isArray(alert.properties))
}

const headerNames = constantFrom('X-GitHub-Event', 'ce-specversion', 'ce-type', 'ce-source', 'ce-time', 'aeg-event-type', '__proto__')
const headers = dictionary(headerNames, string(), { maxKeys: 5 })

test('for any JSON and any headers there is a well-formed alert, whose raw is that JSON', () => {
	forAny(record({ value: jsonValue(), headers }), ({ value, headers: sent }) => {
		const text = JSON.stringify(value)
		const alert = parseAlert(text, sent)
		check(alert)
		assert.equal(JSON.stringify(alert.raw), text)
	})
})

const folder = new URL('payloads/', import.meta.url)
const published = readdirSync(folder).filter((name) => name !== 'index.json')
const grafana = { receiver: 'r', status: 'firing', version: '1', orgId: 1, alerts: [{ labels: { alertname: 'a', severity: 'info' } }] }
const samples: unknown[] = [
	...published.map((name) => JSON.parse(readFileSync(new URL(name, folder), 'utf8'))),
	...[grafana, { ruleId: 1, ruleName: 'r', state: 'ok', tags: {} }, { VirtualMachines: [{ Name: 'vm01' }] }, { targetVM: 'a' }],
	{ status: 'Activated', operation: 'Scale Out', context: { name: 'n', resourceId: 'a', timestamp: '2023-06-22T07:01:47Z' } },
]

test('for any published message with any part replaced by any JSON there is a well-formed alert', () => {
	const strange = constantFrom(null, '', '{', '[1]', '{"a":1}', 2 ** 60, [[]], [null], JSON.parse('{"__proto__":{"status":"Resolved"}}'))
	const change = record({ path: array(nat(30), { maxLength: 6 }), value: jsonValue(), strange, isStrange: nat(1) })
	forAny(record({ sample: constantFrom(...samples), changes: array(change, { minLength: 1, maxLength: 3 }) }), ({ sample, changes }) => {
		const changed = changes.reduce(
			(value, { path, value: any, strange: odd, isStrange }) => replaced(value, path, isStrange ? odd : any),
			sample,
		)
		check(alertOf(changed))
	})
})

/** The value with the part replaced to which the path leads; each number chooses one of the members that are there. */
function replaced(value: unknown, [step, ...path]: number[], part: unknown): unknown {
	if (step === undefined || typeof value !== 'object' || value === null) return part
	const names = Object.keys(value)
	const name = names[step % Math.max(1, names.length)]
	if (name === undefined) return part
	const copy = structuredClone(value) as Record<string, unknown>
	copy[name] = replaced(copy[name], path, part)
	return copy
}

/** Fails to compile when a kind is left out, or known by no alert. */
function nameOf(alert: Alert): string {
	switch (alert.kind) {
		case 'github-push':
			return `${alert.kind} ${alert.conclusion}`
		case 'eventgrid-validation':
			return `${alert.kind} ${alert.validationCode}`
		case 'azure-common-alert':
		case 'azure-metric-alert':
		case 'azure-activity-log':
		case 'azure-log-alert':
		case 'azure-budget':
		case 'azure-autoscale':
		case 'azure-metric-classic':
		case 'azure-devops':
		case 'eventgrid':
		case 'cloudevent':
		case 'grafana':
		case 'alertmanager':
		case 'grafana-legacy':
		case 'vm-list':
		case 'capture-request':
		case 'unknown': {
			// @ts-expect-error Only GitHub's alerts tell a conclusion.
			alert.conclusion
			return alert.kind
		}
		default: {
			const kind: `github-${string}` = alert.kind
			return kind
		}
	}
}

test('a switch over the kind of an alert tells its own facts', () => {
	const kind: AlertKind = 'github-push'
	assert.equal(nameOf(alertOf({ push: { conclusion: 'x' } }, { 'X-GitHub-Event': 'push' })), `${kind} x`)
	assert.equal(nameOf(alertOf({}, { 'X-GitHub-Event': 'ping' })), 'github-ping')
	assert.equal(nameOf(alertOf({})), 'unknown')
	// @ts-expect-error There is no such kind.
	const other: AlertKind = 'azure'
	assert.equal(other, 'azure')
})

test.run()
