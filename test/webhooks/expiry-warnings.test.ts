import assert from 'node:assert/strict'
import { test } from 'uvu'
import { hashToken } from '../../src/access/token.ts'
import { EXPIRY_CHECK_INTERVAL } from '../../src/limits.ts'
import { expiryWarning, warnBeforeExpiry } from '../../src/webhooks/expiry-warnings.ts'
import { isUnused } from '../../src/webhooks/webhook.ts'
import { clockAt } from '../support/clock-at.ts'
import { issuedWebhook } from '../support/issued-webhook.ts'
import { keptLog } from '../support/kept-log.ts'
import { sqlitePlace } from '../support/sqlite-place.ts'
import { until } from '../support/until.ts'

const DAY = 86_400_000
const now = Date.parse('2030-01-01T00:00:00Z')

test('it is told 30, 7 and 1 day before, of days that came after the webhook was issued, and only of one that can be called', () => {
	const at = (daysLeft: number, more: object = {}) =>
		expiryWarning({ ...issuedWebhook, creationTime: now - 365 * DAY, expiryTime: now + daysLeft * DAY, ...more }, now)
	assert.deepEqual(
		[31, 30.01, 30, 8, 7, 2, 1, 0.1, 0, -1].map((days) => at(days)),
		[...[undefined, undefined, 30, 30, 7, 7, 1, 1, undefined, undefined]],
	)
	const issued = (daysAgo: number) => ({ creationTime: now - daysAgo * DAY })
	assert.deepEqual(
		[at(5, issued(0)), at(5, issued(1)), at(5, issued(3)), at(0.5, issued(0.1)), at(0.5, issued(1))],
		[undefined, undefined, 7, undefined, 1],
	)
	assert.deepEqual([at(5, { isEnabled: false }), at(5, { deletedTime: 1 })], [undefined, undefined])
})

test('each of the days is told once, also after a restart; a runner that was away tells what is due then', async () => {
	await using place = await sqlitePlace()
	const clock = clockAt('2030-01-01T00:00:00Z')
	const log = keptLog()
	const told = () => log.lines.map(({ fields }) => [fields.webhookName, fields.daysLeft])
	const run = async (days: number[]) => {
		await using storage = await place.open({ clock })
		if (told().length === 0) {
			await storage.webhooks.create({ ...issuedWebhook, name: 'hook', tokenHash: hashToken('hook'), expiryTime: now + 40 * DAY }, now)
			await storage.webhooks.create({ ...issuedWebhook, name: 'far', tokenHash: hashToken('far'), expiryTime: now + 400 * DAY }, now)
		}
		let looks = 0
		const list = async () => {
			const all = await storage.webhooks.list()
			looks++
			return all
		}
		await using _warnings = warnBeforeExpiry({ webhooks: { ...storage.webhooks, list }, clock, log })
		await until('it has looked', () => looks === 1)
		for (const day of days) {
			const before = looks
			clock.move(now + day * DAY - clock.now())
			await until('it looks again', () => {
				if (looks === before) clock.move(EXPIRY_CHECK_INTERVAL)
				return looks > before
			})
		}
	}
	await run([5, 10.5, 11])
	assert.deepEqual(told(), [['hook', 30]])
	await run([12, 20])
	assert.deepEqual(told(), [['hook', 30]])
	// Away over the seventh day.
	clock.move(15 * DAY)
	await run([36])
	await run([39.5, 39.6, 41])
	assert.deepEqual(told(), [
		['hook', 30],
		['hook', 5],
		['hook', 1],
	])
	assert.equal(
		log.lines.every(({ level }) => level === 'warn'),
		true,
	)
})

test('a webhook counts as unused 90 days after its last call, without one after it was issued', () => {
	const unused = (creationDays: number, invokedDays: number | null) =>
		isUnused({ creationTime: now - creationDays * DAY, lastInvokedTime: invokedDays === null ? null : now - invokedDays * DAY }, now)
	assert.deepEqual([unused(89, null), unused(90, null), unused(200, 89), unused(200, 90)], [false, true, false, true])
})

test.run()
