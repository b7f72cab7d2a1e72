import assert from 'node:assert/strict'
import { setImmediate } from 'node:timers/promises'
import { test } from 'uvu'
import { defaultLaunch } from '../../src/sandbox/inspect-runbook.ts'
import type { Sandbox } from '../../src/sandbox/sandbox.ts'
import { SpareSandboxes } from '../../src/sandbox/spare-sandboxes.ts'
import { keptLog } from '../support/kept-log.ts'

/** Spares whose starts end when the test says so. */
function openSpares(count: number) {
	const starts: PromiseWithResolvers<Sandbox>[] = []
	const retired: Sandbox[] = []
	const closing = new AbortController()
	const log = keptLog()
	const spares = new SpareSandboxes({
		count,
		start: () => {
			const start = Promise.withResolvers<Sandbox>()
			starts.push(start)
			return start.promise
		},
		retire: (sandbox) => void retired.push(sandbox),
		signal: closing.signal,
		log,
	})
	return { spares, starts, retired, closing, log }
}

const sandbox = () => ({ spentBecause: undefined }) as Sandbox
const other = { ...defaultLaunch, memoryMb: 64 }

test('spares are started one after the other, whatever their kind', async () => {
	const { spares, starts } = openSpares(2)
	spares.prepare(defaultLaunch)
	spares.prepare(other)
	for (let count = 1; count <= 4; count++) {
		await setImmediate()
		assert.equal(starts.length, count)
		starts.at(-1)!.resolve(sandbox())
	}
	await setImmediate()
	assert.equal(starts.length, 4)
	assert.ok((await spares.take(defaultLaunch)) && (await spares.take(defaultLaunch)) && (await spares.take(other)))
})

test('a job that comes while a spare is under way has that one, the next one has none', async () => {
	const { spares, starts } = openSpares(1)
	spares.prepare(defaultLaunch)
	await setImmediate()
	const [first, second] = [spares.take(defaultLaunch), spares.take(defaultLaunch)]
	const started = sandbox()
	starts[0]!.resolve(started)
	assert.deepEqual([await first, await second], [started, undefined])
	assert.equal(await spares.take(defaultLaunch), undefined)
})

test('a spare that cannot be started is none, is told, and keeps no other from its turn', async () => {
	const { spares, starts, log } = openSpares(1)
	spares.prepare(defaultLaunch)
	spares.prepare(other)
	await setImmediate()
	const taken = spares.take(defaultLaunch)
	starts[0]!.reject(new Error('No room.'))
	assert.equal(await taken, undefined)
	await setImmediate()
	assert.equal(starts.length, 2)
	assert.deepEqual(log.lines, [{ level: 'warn', message: 'A spare sandbox could not be started', fields: { reason: 'No room.' } }])
})

test('a spare that is no longer wanted when it is there is let go', async () => {
	const { spares, starts, retired, closing } = openSpares(1)
	spares.prepare(defaultLaunch)
	await setImmediate()
	spares.drop(defaultLaunch)
	const dropped = sandbox()
	starts[0]!.resolve(dropped)
	await setImmediate()
	assert.deepEqual(retired, [dropped])
	assert.equal(await spares.take(defaultLaunch), undefined)

	spares.prepare(other)
	await setImmediate()
	closing.abort()
	const late = sandbox()
	starts[1]!.resolve(late)
	await setImmediate()
	assert.deepEqual(retired, [dropped, late])
})

test.run()
