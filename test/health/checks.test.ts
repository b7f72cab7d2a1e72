import assert from 'node:assert/strict'
import { setImmediate } from 'node:timers/promises'
import { test } from 'uvu'
import { azureCheck } from '../../src/health/check-azure.ts'
import { clockCheck } from '../../src/health/check-clock.ts'
import { diskFinding } from '../../src/health/check-disk.ts'
import { queueFinding } from '../../src/health/check-queue.ts'
import { runbooksFinding } from '../../src/health/check-runbooks.ts'
import { sandboxCheck } from '../../src/health/check-sandbox.ts'
import { schedulesCheck } from '../../src/health/check-schedules.ts'
import { storeCheck } from '../../src/health/check-store.ts'
import { webhooksFinding } from '../../src/health/check-webhooks.ts'
import { Queue } from '../../src/queue/queue.ts'
import type { Runbook } from '../../src/runbooks/runbook.ts'
import { startScheduler } from '../../src/schedules/scheduler.ts'
import { clockAt } from '../support/clock-at.ts'
import { keptLog } from '../support/kept-log.ts'
import { runbookContent } from '../support/runbook-content.ts'
import { sqlitePlace } from '../support/sqlite-place.ts'
import { until } from '../support/until.ts'

const now = Date.parse('2026-03-28T12:00:00Z')
const DAY = 86_400_000
const MiB = 1024 * 1024

test('a store that gives back something else is down', async () => {
	const looked = await storeCheck({ writeAndRead: async () => 'old' }, { newText: () => 'new', room: { state: 'enough' } }).look()
	assert.deepEqual(looked, { status: 'down', message: 'What was read is not what was written.' })
})

test('a queue is down when it is full, and when its first job has waited too long', () => {
	const bounds = { queueLimit: 10, ageSecondsMax: 60 }
	const statusOf = (count: number, age: number) => queueFinding({ count, oldestTime: now - age * 1000 }, bounds, now).status
	assert.deepEqual([statusOf(1, 60), statusOf(9, 0), statusOf(1, 61), statusOf(10, 0)], ['up', 'up', 'down', 'down'])
	assert.deepEqual(queueFinding({ count: 0, oldestTime: null }, bounds, now), {
		...{ status: 'up', message: null },
		facts: { waiting: 0, oldestSeconds: 0 },
	})
	// The clock was set back.
	assert.equal(statusOf(1, -600), 'up')
})

test('a disk is down below its megabytes, and when it has no room for files', () => {
	const disk = { bavail: 200 * MiB, bsize: 1, files: 10_000, ffree: 5_000 }
	assert.equal(diskFinding(disk, 200, 'enough').status, 'up')
	assert.match(diskFinding(disk, 201, 'enough').message ?? '', /has 200 MiB left, less than 201/)
	assert.match(diskFinding({ ...disk, ffree: 999 }, 100, 'enough').message ?? '', /room for 999 files/)
	assert.equal(diskFinding({ ...disk, files: 0, ffree: 0 }, 100, 'enough').status, 'up')
})

test('a disk warns while history gives way to new jobs; disk and store are down while none are taken', async () => {
	const disk = { bavail: 200 * MiB, bsize: 1, files: 0, ffree: 0 }
	const statuses = (['enough', 'low', 'full'] as const).map((state) => diskFinding(disk, 100, state).status)
	assert.deepEqual(statuses, ['up', 'warning', 'down'])
	const store = (state: 'low' | 'full') =>
		storeCheck({ writeAndRead: async (text) => text }, { newText: () => 'x', room: { state } }).look()
	assert.deepEqual([(await store('low')).status, (await store('full')).status], ['up', 'down'])
})

test('a clock that jumps or drifts is down for two minutes, and one that is slewed is not', async () => {
	const clock = clockAt('2026-03-28T12:00:00Z')
	let steady = 0
	const check = clockCheck(clock, () => steady)
	const after = (seconds: number, wall = seconds) => {
		steady += seconds * 1000
		clock.move(wall * 1000)
		return check.look()
	}
	assert.deepEqual(await after(0), { status: 'up', message: null, facts: { skewMilliseconds: 0 } })
	assert.equal((await after(5, 5.5)).status, 'up')
	const jumped = await after(5, 3_605)
	assert.deepEqual([jumped.status, jumped.message], ['down', 'The clock was set 3601 s forward, or goes wrong.'])
	for (let passed = 5; passed <= 115; passed += 5) assert.equal((await after(5)).status, 'down', String(passed))
	assert.equal((await after(10)).status, 'up')
	assert.match((await after(5, -55)).message ?? '', /^The clock was set 60 s back/)
	// Put right again within the window: in between it was wrong.
	assert.equal((await after(5, 65)).status, 'down')
	await after(130)
	const drifting: string[] = []
	for (let passed = 0; passed < 120; passed += 5) drifting.push((await after(5, 5.2)).status)
	assert.deepEqual([drifting[0], drifting.at(-1)], ['up', 'down'])
})

test('schedules that cannot be looked at are down after half a minute, and up again with the next look', async () => {
	await using place = await sqlitePlace()
	await using storage = await place.open()
	const clock = clockAt('2026-03-28T12:00:00Z')
	let answered = Promise.resolve()
	const list = () => answered.then(() => storage.schedules.list())
	await using scheduler = startScheduler({
		schedules: { ...storage.schedules, list },
		runbooks: { find: async () => undefined },
		queue: new Queue(storage.queue),
		clock,
		log: keptLog(),
		alarm: (due, signal) => clock.sleep(Math.max(due - clock.now(), 1), signal),
	})
	const check = schedulesCheck(scheduler.lookedTime, clock)
	await until('they are looked at', () => scheduler.lookedTime() !== undefined)
	assert.equal((await check.look()).status, 'up')
	const before = scheduler.lookedTime()!
	clock.move(30_000)
	assert.equal((await check.look()).status, 'up')
	await until('they are looked at again', () => scheduler.lookedTime() !== before)
	const store = Promise.withResolvers<void>()
	answered = store.promise
	scheduler.wake()
	await setImmediate()
	clock.move(31_000)
	await setImmediate()
	assert.deepEqual(await check.look(), { status: 'down', message: 'The schedules were not looked at for 31 s.' })
	store.resolve()
	await until('they are looked at again', async () => {
		clock.move(1_000)
		return (await check.look()).status === 'up'
	})
})

test('sandboxes that jobs start are proof enough; another is started after a minute, and at once where one could not be', async () => {
	let steady = 0
	let ended = 0
	let begun = 0
	let fault: Error | undefined
	const starts = { succeeded: 0, failed: 0 }
	const startAnother = async () => {
		begun++
		if (fault) {
			starts.failed++
			throw fault
		}
		starts.succeeded++
		return { [Symbol.asyncDispose]: async () => void ended++ }
	}
	const check = sandboxCheck({ starts, startAnother }, () => steady)
	assert.equal((await check.look()).status, 'up')
	assert.deepEqual([begun, ended], [1, 1])
	for (; steady < 600_000; steady += 15_000) {
		starts.succeeded++
		await check.look()
	}
	assert.equal(begun, 1)
	steady += 60_001
	await check.look()
	assert.equal(begun, 2)
	starts.failed++
	await check.look()
	assert.equal(begun, 3)
	fault = new Error('It cannot be started.')
	starts.failed++
	await assert.rejects(async () => check.look(), fault)
	await assert.rejects(async () => check.look(), fault)
	fault = undefined
	assert.equal((await check.look()).status, 'up')
	assert.equal(begun, 6)
})

test('webhooks that expire within a week, or have within it, are warned of by name', () => {
	const on = { isEnabled: true, isEnabledInFile: true }
	const webhook = (name: string, days: number, given = {}) => ({ ...on, name, expiryTime: now + days * DAY, ...given })
	const found = webhooksFinding(
		[webhook('soon', 6.5), webhook('past', -2), webhook('late', 8), webhook('long ago', -8), webhook('off', 1, { isEnabledInFile: false })],
		now,
	)
	assert.deepEqual(found, {
		status: 'warning',
		message: "Webhook 'past' expired 2 d ago, 'soon' expires in 6 d.",
		facts: { expiring: 2 },
	})
	assert.equal(webhooksFinding([webhook('late', 8)], now).status, 'up')
	const many = Array.from({ length: 25 }, (_, index) => webhook(`w${index}`, 1))
	assert.match(webhooksFinding(many, now).message ?? '', /, and 5 more\.$/)
})

test('runbooks with a fault are warned of; a folder that is away is down', () => {
	const sound: Runbook = { name: 'deploy', file: '', content: runbookContent() }
	assert.equal(runbooksFinding([sound], true).status, 'up')
	const faulty = runbooksFinding([sound, { name: 'broken', file: '', fault: 'secret detail' }], true)
	assert.deepEqual([faulty.status, faulty.message], ['warning', 'Runbooks that cannot be started: broken.'])
	assert.equal(runbooksFinding([], false).status, 'down')
})

test('only identities that runbooks with Azure packages have run under are signed in with', async () => {
	const runbook = (name: string, identity: string | null, ...packages: string[]): Runbook => ({
		...{ name, file: '' },
		content: runbookContent({}, { runbookName: name, identity, packages }),
	})
	const runbooks = [
		runbook('plain', null),
		runbook('never-run', 'unused', '@azure/arm-compute'),
		runbook('vms', null, '@azure/arm-compute'),
		runbook('nets', 'network', '@azure/arm-network'),
		runbook('more-nets', 'network', '@azure/arm-network'),
		{ name: 'broken', file: '', fault: 'It is broken.' },
	]
	const signedIn: string[] = []
	const look = (faults: Record<string, string>, hasRun = (name: string) => name !== 'never-run') =>
		azureCheck({
			runbooks: { list: async () => runbooks },
			hasRun: async (name) => hasRun(name),
			principalOf: async (identity) =>
				identity === null ? { principal: null } : { principal: { tenantId: 't', clientId: identity, clientSecret: 's' } },
			async signIn(principal) {
				const name = principal?.clientId ?? 'own'
				signedIn.push(name)
				return faults[name]
			},
		}).look()
	assert.deepEqual(await look({}, () => false), { status: 'up', message: null, facts: { identities: 0 } })
	assert.deepEqual(signedIn, [])
	assert.deepEqual(await look({}), { status: 'up', message: null, facts: { identities: 2 } })
	assert.deepEqual(signedIn.sort(), ['network', 'own'])
	assert.deepEqual(await look({ network: 'Its secret has expired.', own: 'There is none.' }), {
		status: 'down',
		message: "The runner's own identity: There is none. Identity 'network': Its secret has expired.",
		facts: { identities: 2 },
	})
})

test.run()
