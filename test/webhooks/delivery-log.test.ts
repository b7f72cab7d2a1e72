import assert from 'node:assert/strict'
import { test } from 'uvu'
import { WEBHOOK_BODY_BYTES_MAX } from '../../src/limits.ts'
import { DeliveryLog, type NotedDelivery } from '../../src/webhooks/delivery-log.ts'
import type { CallCount, NewDelivery } from '../../src/webhooks/delivery-store.ts'
import { clockAt } from '../support/clock-at.ts'
import { issuedWebhook } from '../support/issued-webhook.ts'
import { keptLog } from '../support/kept-log.ts'

const clock = clockAt('2030-01-01T00:00:00Z')
const noted = (name: string, bytes: number, status = 401): NotedDelivery => ({
	...{ kind: 'call', status, code: null, reason: null, jobId: null, isRepeated: false, isSkipped: false, durationMicroseconds: 1 },
	webhook: { ...issuedWebhook, name },
	call: { rawHeaders: [], address: null, now: 0 },
	body: Buffer.alloc(bytes),
})

/** A log whose store fails when it is told to. */
function openLog() {
	const written: NewDelivery[] = []
	const counted: string[] = []
	const state = { fails: false }
	const deliveries = {
		async append(some: readonly NewDelivery[]) {
			if (state.fails) throw new Error('The disk is full.')
			written.push(...some)
		},
		async addCalls(some: readonly CallCount[]) {
			if (state.fails) throw new Error('The disk is full.')
			counted.push(...some.map(({ webhookName, accepted, refused }) => `${webhookName}: ${accepted}, ${refused}`))
		},
		callsSince: async () => new Map(),
		prune: async () => undefined,
		forgetBefore: async () => undefined,
		list: async () => ({ deliveries: [], next: undefined }),
		get: async () => undefined,
	}
	const log = keptLog()
	return { written, counted, state, log, deliveries: new DeliveryLog({ deliveries, clock, log }) }
}

test('a flood of large bodies at one webhook takes the room of no other, before it is written', async () => {
	const { written, counted, deliveries } = openLog()
	await using _log = deliveries
	for (let count = 0; count < 100; count++) deliveries.note(noted('flooded', WEBHOOK_BODY_BYTES_MAX))
	deliveries.note(noted('flooded', 5, 202))
	deliveries.note(noted('other', WEBHOOK_BODY_BYTES_MAX))
	await deliveries.flush()
	const count = (name: string, status: number) =>
		written.filter(({ webhookName, status: answered }) => webhookName === name && answered === status).length
	assert.deepEqual([count('flooded', 401), count('flooded', 202), count('other', 401), deliveries.counts.lost], [8, 1, 1, 0])
	// What was dropped gave its room back.
	for (const name of ['a', 'b', 'c', 'd']) for (let each = 0; each < 8; each++) deliveries.note(noted(name, WEBHOOK_BODY_BYTES_MAX))
	assert.equal(deliveries.counts.lost, 0)
	deliveries.note(noted('e', 1))
	assert.equal(deliveries.counts.lost, 1)
	// They are counted all the same.
	assert.deepEqual(counted, ['flooded: 1, 100', 'other: 0, 1'])
	await deliveries.flush()
	assert.equal(counted.at(-1), 'e: 0, 1')
})

test('what the store does not take is counted and told, and the next is written', async () => {
	const { written, state, log, deliveries } = openLog()
	await using _log = deliveries
	state.fails = true
	deliveries.note(noted('hook', 1))
	await deliveries.flush()
	assert.deepEqual([deliveries.counts.lost, log.lines.map(({ fields }) => fields.reason)], [1, ['The disk is full.']])
	state.fails = false
	deliveries.note(noted('hook', 2))
	await deliveries.flush()
	assert.deepEqual([written.map(({ body }) => body?.length), deliveries.counts.lost], [[2], 1])
})

test.run()
