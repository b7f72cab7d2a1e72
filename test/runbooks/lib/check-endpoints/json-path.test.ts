import { deepEqual, equal } from 'node:assert/strict'
import fc from 'fast-check'
import { test } from 'uvu'
import { jsonMatches, readPath } from '../../../../runbooks/lib/check-endpoints/json-path.ts'
import { forAny } from '../../../support/properties.ts'

for (const [path, steps] of [
	['$', []],
	['status', ['status']],
	['$.status', ['status']],
	['checks.db.ok', ['checks', 'db', 'ok']],
	['checks[0].name', ['checks', 0, 'name']],
	['[1]', [1]],
	['$[1][2]', [1, 2]],
	["$['a.b'].c", ['a.b', 'c']],
	['["a b"][0]', ['a b', 0]],
	['a-b_c d', ['a-b_c d']],
	['', undefined],
	['.a', undefined],
	['a..b', undefined],
	['a.', undefined],
	['a[x]', undefined],
	['a[-1]', undefined],
	['a[0]b', undefined],
	['$a', undefined],
] as const) {
	test(`the path ${path || '(empty)'} has the steps ${JSON.stringify(steps)}`, () => deepEqual(readPath(path), steps))
}

const health = { status: 'up', count: 0, none: null, checks: [{ name: 'db', ok: true, ms: 3 }, { name: 'cache' }] }
for (const [path, expected, does] of [
	['status', 'up', true],
	['status', 'UP', false],
	['count', 0, true],
	['count', '0', false],
	['count', false, false],
	['none', null, true],
	['missing', null, false],
	['status.length', 2, false],
	['toString', null, false],
	['checks[0].ok', true, true],
	['checks[2].ok', true, false],
	['checks[0]', { name: 'db' }, true],
	['checks[0]', { name: 'db', other: 1 }, false],
	['checks', [{ name: 'db' }, { name: 'cache' }], true],
	['checks', [{ name: 'db' }], false],
	['checks', { 0: { name: 'db' } }, false],
	['$', { status: 'up', checks: [{ ok: true }, {}] }, true],
] as const) {
	test(`${path} ${does ? 'matches' : 'does not match'} ${JSON.stringify(expected)}`, () => {
		equal(jsonMatches(health, path, expected), does)
	})
}

test('an expected value that is nested without end is not met, and ends no check', () => {
	const nested = (levels: number) => JSON.parse(`${'['.repeat(levels)}${']'.repeat(levels)}`)
	equal(jsonMatches(nested(20_000), '$', nested(20_000)), false)
	equal(jsonMatches(nested(50), '$', nested(50)), true)
})

test('for any JSON value in any place, its path leads to it', () => {
	const step = fc.oneof(fc.stringMatching(/^[^'\n]{0,8}$/), fc.nat({ max: 5 }))
	forAny(fc.tuple(fc.array(step, { maxLength: 5 }), fc.jsonValue({ noUnicodeString: false })), ([steps, value]) => {
		const json = steps.reduceRight<unknown>((inner, each) => (typeof each === 'number' ? listWith(each, inner) : { [each]: inner }), value)
		const path = `$${steps.map((each) => (typeof each === 'number' ? `[${each}]` : `['${each}']`)).join('')}`
		deepEqual(readPath(path), steps)
		// JSON has no -0, and a member __proto__ of a literal is no member.
		const read: unknown = JSON.parse(JSON.stringify(json))
		if (!steps.includes('__proto__')) equal(jsonMatches(read, path, JSON.parse(JSON.stringify(value))), true)
	})
})

function listWith(index: number, value: unknown): unknown[] {
	return [...Array.from({ length: index }, () => null), value]
}

test.run()
