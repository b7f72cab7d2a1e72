import assert from 'node:assert/strict'
import { setImmediate } from 'node:timers/promises'
import { test } from 'uvu'
import { down, type Finding, type HealthCheck, up, warning } from '../../src/health/health-check.ts'
import { HealthMonitor } from '../../src/health/health-monitor.ts'
import { clockAt } from '../support/clock-at.ts'
import { keptLog } from '../support/kept-log.ts'
import { until } from '../support/until.ts'

const noon = Date.parse('2026-01-01T12:00:00Z')

/** A monitor of one part that is looked at every five seconds, on a clock that stands. */
async function monitorOf(look: HealthCheck['look']) {
	const clock = clockAt('2026-01-01T12:00:00Z')
	let lead = 0
	let looks = 0
	const counted = () => {
		looks++
		return look()
	}
	const log = keptLog()
	const check: HealthCheck = { part: 'store', interval: 5_000, timeMax: 1_000, look: counted }
	const opening = HealthMonitor.open({ checks: [check], clock, monotonic: () => clock.now() + lead, log })
	return {
		clock,
		log,
		opening,
		looks: () => looks,
		/** Lets time pass that no timer sees, as when everything is held up. */
		hold: (milliseconds: number) => {
			lead += milliseconds
		},
	}
}

/** Moves the clock until the part is as expected. */
async function untilIt(monitor: HealthMonitor, clock: ReturnType<typeof clockAt>, is: (health: Finding) => boolean): Promise<void> {
	await until('the part is as expected', () => {
		clock.move(500)
		return is(monitor.health('store'))
	})
}

test('a part is looked at from time to time, and asking looks at nothing', async () => {
	const { clock, opening, looks } = await monitorOf(() => up({ waiting: 3 }))
	await using monitor = await opening
	assert.equal(looks(), 1)
	for (let asked = 0; asked < 100; asked++) monitor.health('store')
	assert.equal(looks(), 1)
	const { status, since, checkedTime, facts } = monitor.health('store')
	assert.deepEqual([status, since, checkedTime, facts], ['up', noon, noon, { waiting: 3 }])
	clock.move(4_999)
	await setImmediate()
	assert.equal(looks(), 1)
	clock.move(1)
	await until('it is looked at again', () => looks() === 2)
})

test('since tells when a part went down and came up; a warning is neither', async () => {
	let found: Finding = warning('soon')
	const { clock, log, opening } = await monitorOf(() => found)
	await using monitor = await opening
	assert.deepEqual([monitor.health('store').status, monitor.health('store').since], ['warning', noon])
	found = up()
	await untilIt(monitor, clock, ({ status }) => status === 'up')
	assert.equal(monitor.health('store').since, noon)
	found = down('It is gone.')
	await untilIt(monitor, clock, ({ status }) => status === 'down')
	const { since, message } = monitor.health('store')
	assert.ok(since > noon)
	assert.equal(message, 'It is gone.')
	found = down('It is still gone.')
	await untilIt(monitor, clock, (health) => health.message === 'It is still gone.')
	assert.equal(monitor.health('store').since, since)
	found = up()
	await untilIt(monitor, clock, ({ status }) => status === 'up')
	assert.ok(monitor.health('store').since > since)
	assert.deepEqual(
		log.lines.map(({ level, message: text }) => [level, text]),
		[
			['warn', 'A part is down'],
			['info', 'A part is up again'],
		],
	)
})

test('a look that throws finds the part down', async () => {
	const { opening } = await monitorOf(() => {
		throw new Error('The store refused.')
	})
	await using monitor = await opening
	assert.deepEqual([monitor.health('store').status, monitor.health('store').message], ['down', 'The store refused.'])
})

test('a look that hangs is a failed part within its time, and no second one hangs beside it; when it ends the part is up', async () => {
	const hanging = Promise.withResolvers<Finding>()
	const { clock, opening, looks } = await monitorOf(() => hanging.promise)
	await until('the first look has its time', () => looks() === 1)
	clock.move(1_000)
	await using monitor = await opening
	const { status, message } = monitor.health('store')
	assert.deepEqual([status, message], ['down', 'A check of it has not ended within 1 s.'])
	for (let moves = 0; moves < 40; moves++) {
		clock.move(500)
		await setImmediate()
	}
	assert.equal(looks(), 1)
	hanging.resolve(up())
	await untilIt(monitor, clock, (health) => health.status === 'up')
})

test('what is too old says nothing any more: the part is down since it was last seen', async () => {
	const { clock, opening, hold } = await monitorOf(() => up())
	await using monitor = await opening
	hold(11_000)
	assert.equal(monitor.health('store').status, 'up')
	hold(1)
	const { status, since, message } = monitor.health('store')
	assert.deepEqual([status, since, message], ['down', noon, 'It was not looked at for 11 s.'])
	await untilIt(monitor, clock, (health) => health.status === 'up')
})

test('a monitor ends although a look hangs', async () => {
	const { clock, opening, looks } = await monitorOf(() => new Promise(() => undefined))
	await until('the look has begun', () => looks() === 1)
	clock.move(1_000)
	const monitor = await opening
	await monitor[Symbol.asyncDispose]()
	assert.equal(looks(), 1)
})

test.run()
