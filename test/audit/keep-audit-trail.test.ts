import assert from 'node:assert/strict'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'uvu'
import { type AuditEntry, entryOf } from '../../src/audit/audit-event.ts'
import { checkAuditTrail } from '../../src/audit/check-audit-trail.ts'
import { keepAuditTrail } from '../../src/audit/keep-audit-trail.ts'
import { Refusals } from '../../src/audit/refusals.ts'
import { clockAt } from '../support/clock-at.ts'
import { keptLog } from '../support/kept-log.ts'
import { sqlitePlace } from '../support/sqlite-place.ts'
import { until } from '../support/until.ts'

const day = 86_400_000
const entry = (time: number): AuditEntry => ({
	...{ time, actor: { kind: 'accessToken', name: 'ci' }, sourceAddress: null },
	...{ action: 'webhooks/write', resource: 'webhooks/a', details: {} },
})

test('failed sign-ins of a minute are one entry, of so many addresses; old entries go once a day; the head is logged once a day', async () => {
	await using place = await sqlitePlace()
	await using storage = await place.open()
	const clock = clockAt('2027-01-01T00:00:00Z')
	const log = keptLog()
	const refusals = new Refusals()
	for (const days of [12, 10.5, 10.1, 9]) await storage.audit.append(entry(clock.now() - days * day))
	const details = async () => (await storage.audit.after(0, 99)).map((event) => entryOf(event).details)
	const heads = () => log.lines.filter(({ message }) => message === 'Head of the audit trail').map(({ fields }) => fields.sequence)
	{
		await using _keeping = keepAuditTrail({ store: storage.audit, refusals, auditRetentionDays: 10, clock, log })
		// All that is over ten days old, because one is over eleven.
		await until('the head is logged', () => heads().length === 1)
		const [, pruned] = await details()
		assert.deepEqual([pruned!.count, pruned!.upToSequence, heads()], [3, 3, [5]])
		for (let count = 0; count < 22; count++) refusals.signInFailed(`10.0.0.${count}`)
		refusals.signInFailed('10.0.0.7')
		await until('the sum is written', async () => {
			clock.move(60_000)
			return (await details()).length === 3
		})
		const [, , sum] = await details()
		assert.deepEqual([sum!.count, sum!.ofOtherAddresses], [23, 2])
		assert.match(String(sum!.addresses), /^10\.0\.0\.7: 2, 10\.0\.0\.0: 1, /)
		assert.equal(heads().length, 1)
		clock.move(day)
		await until('the head is logged again', () => heads().length === 2)
		// One is over ten days old, and not over eleven.
		assert.equal((await details()).length, 3)
		refusals.signInFailed('10.0.0.1')
	}
	assert.deepEqual([(await details()).length, heads()], [4, [5, 6, 7]])
	assert.deepEqual((await checkAuditTrail(storage.audit)).faults, [])
})

test('an entry that was tampered with does not go for its age, and those after it stay with it', async () => {
	await using place = await sqlitePlace()
	await using storage = await place.open()
	for (const time of [1, 2, 3]) await storage.audit.append(entry(time * day))
	const database = new DatabaseSync(join(place.dataDir, 'runhook.sqlite'))
	database.exec(`UPDATE audit_events SET text = replace(text, 'webhooks/a', 'webhooks/b') WHERE sequence = 2`)
	database.close()
	const bounds = { dueBefore: 99 * day, before: 99 * day, most: 99, limit: 99 }
	assert.deepEqual([await storage.audit.prune(bounds, 5), await storage.audit.prune(bounds, 5)], [1, 0])
	assert.match((await checkAuditTrail(storage.audit)).faults.join(), /^Entry 2 was changed/)
})

test.run()
