import assert from 'node:assert/strict'
import { test } from 'uvu'
import { waitingMembers, waitingOf } from '../../src/webhooks/waiting-rules.ts'

const body = Buffer.from(
	JSON.stringify({
		...{ repository: { full_name: 'acme/shop', id: 7 }, list: [{ id: 'first' }], on: false, none: null, empty: '' },
		...{ long: 'x'.repeat(129), line: 'a\nb', nested: {} },
	}),
)
const keyOf = (concurrencyKey: string | undefined, given: { concurrency?: number; overflow?: 'skip' } = {}, text: Buffer = body) => {
	const rules = { ...(concurrencyKey === undefined ? {} : { concurrencyKey }), ...given }
	return waitingOf({ name: 'Deploy', protections: rules }, { 'x-team': 'red', 'set-cookie': ['a'] }, text)
}

test('the key of a call is the value that it gives; without a value it has none and shares no slots', () => {
	const table: [path: string, key: string | null][] = [
		['body.repository.full_name', 'deploy/acme/shop'],
		['body.repository.id', 'deploy/7'],
		['body.list.0.id', 'deploy/first'],
		['body.on', 'deploy/false'],
		['header.X-Team', 'deploy/red'],
		['header.x-other', null],
		['header.set-cookie', null],
		...['none', 'empty', 'nested', 'list', 'nothing.there', 'repository.full_name.length', 'constructor.name'].map(
			(path): [string, null] => [`body.${path}`, null],
		),
	]
	for (const [path, key] of table) assert.equal(keyOf(path).concurrencyKey, key, path)
	assert.equal(keyOf('body.a', {}, Buffer.from('no JSON')).concurrencyKey, null)
	assert.equal(keyOf('body.repository.id').keyConcurrency, 1)
	assert.equal(keyOf('body.repository.id', { concurrency: 3 }).keyConcurrency, 3)
	assert.equal(keyOf('body.none', { concurrency: 3 }).keyConcurrency, null)
})

test('without a key all calls of the webhook share, where a number or an overflow is declared', () => {
	assert.deepEqual(keyOf(undefined), { priority: 0, concurrencyKey: null, keyConcurrency: null })
	assert.deepEqual(keyOf(undefined, { concurrency: 2 }), { priority: 0, concurrencyKey: 'deploy/', keyConcurrency: 2 })
	assert.deepEqual(keyOf(undefined, { overflow: 'skip' }), { priority: 0, concurrencyKey: 'deploy/', keyConcurrency: 1 })
})

test('a value that cannot be shown whole is cut, on one line, and told apart from others all the same', () => {
	const values = ['x'.repeat(128), 'x'.repeat(129), 'x'.repeat(130), 'a\nb', 'a b', '\ud800'].map((value) => {
		const { concurrencyKey } = keyOf('body.value', {}, Buffer.from(JSON.stringify({ value })))
		return concurrencyKey!
	})
	assert.equal(new Set(values).size, values.length)
	for (const value of values) assert.ok(value.length < 180 && !/\p{C}/u.test(value), value)
	assert.equal(values[0], `deploy/${'x'.repeat(128)}`)
})

test('a key is a place in the body or a header that carries no secret', () => {
	const passes = (path: unknown) => waitingMembers.concurrencyKey.safeParse(path).success
	for (const path of ['body.a', 'body.a.b.0', 'body.größe', 'header.X-GitHub-Event', `body${'.a'.repeat(8)}`]) assert.ok(passes(path), path)
	for (const path of [
		'',
		'body',
		'body.',
		'body..a',
		'body.a b',
		'query.a',
		'header.a.b',
		'header.Authorization',
		'header.X-Gitlab-Token',
		'header.my-api-key',
		`body${'.a'.repeat(9)}`,
		`body.${'a'.repeat(65)}`,
		7,
	])
		assert.ok(!passes(path), String(path))
})

test.run()
