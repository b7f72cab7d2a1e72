import assert from 'node:assert/strict'
import fc from 'fast-check'
import { test } from 'uvu'
import { type FilterFields, readFilter, timeRange } from '../../src/http/filter.ts'
import { forAny } from '../support/properties.ts'

const fields: FilterFields = {
	'properties/status': { operators: ['eq'], kind: 'text', values: ['New', 'Failed'] },
	'properties/runbook/name': { operators: ['eq'], kind: 'text' },
	'properties/startTime': { operators: ['ge', 'le', 'gt', 'lt', 'eq'], kind: 'time' },
	properties: { operators: ['contains'], kind: 'text', most: 2 },
}
const terms = (text: string) => {
	const filter = readFilter(text, fields)
	return filter.kind === 'read' ? filter.terms.map(({ field, operator, value }) => [field, operator, value]) : filter.message
}

test('terms are read as the clients write them', () => {
	const time = Date.parse('2021-11-28T08:58:39.700Z')
	assert.deepEqual(terms(''), [])
	assert.deepEqual(terms("properties/status eq 'failed'"), [['properties/status', 'eq', 'Failed']])
	assert.deepEqual(terms("Properties/Runbook/Name EQ 'O''Neil and co' and properties/startTime ge 2021-11-28T08:58:39.7001943Z"), [
		['properties/runbook/name', 'eq', "O'Neil and co"],
		['properties/startTime', 'ge', time],
	])
	assert.deepEqual(terms("Contains( properties , 'and it''s (x), ' ) and contains(properties,'y')"), [
		['properties', 'contains', "and it's (x), "],
		['properties', 'contains', 'y'],
	])
	for (const text of ["'2021-11-28T08:58:39.7Z'", "datetime'2021-11-28T08:58:39.700'", '2021-11-28T09:58:39.7+01:00'])
		assert.deepEqual(terms(`properties/startTime lt ${text}`), [['properties/startTime', 'lt', time]], text)
})

test('what is not known is refused with what is allowed', () => {
	for (const [text, expected] of [
		["properties/end eq 'x'", /^The filter cannot be by properties\/end\. It can be by properties\/status \(eq\); .*joined by 'and'\.$/],
		["properties/status ne 'New'", /cannot have 'ne' with properties\/status/],
		["properties/status eq 'Lost'", /has 'Lost' for properties\/status; allowed are New, Failed/],
		['properties/startTime ge today', /has 'today', which is no time/],
		['properties/startTime ge 2021-13-41T00:00:00Z', /which is no time/],
		["properties/status eq 'New' properties/status eq 'New'", /cannot be read from/],
		["properties/status eq 'New", /cannot be read from/],
		["(properties/status eq 'New')", /cannot be read from/],
		["properties/status eq 'New' and", /cannot be read from/],
		["properties contains 'x'", /cannot have 'contains' with properties\./],
		["contains(properties/status,'x')", /cannot have 'contains' with properties\/status/],
		['contains(properties,x)', /cannot be read from/],
		[
			"contains(properties,'x') and contains(properties,'y') and contains(properties,'z')",
			/can have at most 2 terms by properties\. It can be by/,
		],
	] as const)
		assert.match(String(terms(text)), expected, text)
})

test('any text is read or refused', () => {
	const parts = fc.constantFrom(
		'properties/status',
		'properties/startTime',
		' ',
		'eq',
		'ge',
		'and',
		"'",
		"'New'",
		'2021-11-28',
		'datetime',
		'/',
		'x',
	)
	forAny(
		fc.oneof(
			fc.string(),
			fc.array(parts, { maxLength: 20 }).map((each) => each.join(' ')),
		),
		(text) => {
			assert.ok(['read', 'refused'].includes(readFilter(text, fields).kind))
		},
	)
})

test('several terms of one time leave the range that all of them allow', () => {
	const range = (text: string) => {
		const filter = readFilter(text, fields)
		assert.equal(filter.kind, 'read')
		return filter.kind === 'read' ? timeRange(filter.terms, 'properties/startTime') : undefined
	}
	const at = Date.parse('2026-01-01T00:00:00Z')
	assert.deepEqual(range('properties/startTime ge 2026-01-01 and properties/startTime lt 2026-01-02'), {
		from: at,
		to: at + 86_400_000 - 1,
	})
	assert.deepEqual(range('properties/startTime gt 2026-01-01 and properties/startTime ge 2025-01-01'), { from: at + 1, to: null })
	assert.deepEqual(range('properties/startTime eq 2026-01-01'), { from: at, to: at })
	assert.deepEqual(range("properties/status eq 'New'"), { from: null, to: null })
})

test.run()
