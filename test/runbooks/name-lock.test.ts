import assert from 'node:assert/strict'
import { test } from 'uvu'
import { NameLock } from '../../src/runbooks/name-lock.ts'

test('what concerns one name happens one after the other, also after a failure; other names do not wait', async () => {
	const lock = new NameLock()
	const order: string[] = []
	const first = Promise.withResolvers<void>()
	const running = lock.run('Deploy', async () => {
		order.push('begun')
		await first.promise
		throw new Error('no')
	})
	const next = lock.run('deploy', async () => void order.push('next'))
	await lock.run('other', async () => void order.push('other'))
	assert.deepEqual(order, ['begun', 'other'])
	first.resolve()
	await assert.rejects(running, /no/)
	await next
	assert.deepEqual(order, ['begun', 'other', 'next'])
})

test.run()
