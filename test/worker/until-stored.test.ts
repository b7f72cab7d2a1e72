import assert from 'node:assert/strict'
import { test } from 'uvu'
import { StoreUnavailableError } from '../../src/errors.ts'
import { STORE_RETRY_INTERVAL_MAX } from '../../src/limits.ts'
import { untilStored } from '../../src/worker/until-stored.ts'
import { keptLog } from '../support/kept-log.ts'

/** A clock that stands still for nobody: it notes how long it was to sleep. */
function patientClock() {
	const slept: number[] = []
	const sleep = async (milliseconds: number, signal?: AbortSignal) => {
		signal?.throwIfAborted()
		slept.push(milliseconds)
	}
	return { slept, now: () => 0, sleep }
}

const refusing = (times: number) => async () => {
	if (times-- > 0) throw new StoreUnavailableError('The disk is full.')
	return 'stored'
}

test('a write is repeated until the store takes it, at growing intervals', async () => {
	const [clock, log] = [patientClock(), keptLog()]
	assert.equal(await untilStored(refusing(8), { clock, log, signal: new AbortController().signal }), 'stored')
	assert.deepEqual(clock.slept, [50, 100, 200, 400, 800, 1_600, STORE_RETRY_INTERVAL_MAX, STORE_RETRY_INTERVAL_MAX])
	assert.equal(log.lines.length, 8)
	assert.equal(log.lines[0]?.fields.reason, 'The disk is full.')
})

test('another error is thrown at once, and a signal ends the repetition', async () => {
	const [clock, log] = [patientClock(), keptLog()]
	const broken = () => Promise.reject(new Error('a bug'))
	await assert.rejects(untilStored(broken, { clock, log, signal: new AbortController().signal }), /a bug/)
	await assert.rejects(untilStored(refusing(3), { clock, log, signal: AbortSignal.abort(new Error('going down')) }), /going down/)
	assert.deepEqual(clock.slept, [])
})

test.run()
