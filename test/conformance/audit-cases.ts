import assert from 'node:assert/strict'
import { test } from 'uvu'
import { type AuditEntry, type AuditEvent, auditHash, canonicalText, entryOf, pruneAction } from '../../src/audit/audit-event.ts'
import { audited } from '../../src/audit/audit-trail.ts'
import { checkAuditTrail } from '../../src/audit/check-audit-trail.ts'
import { AUDIT_STEP_EVENTS } from '../../src/limits.ts'
import type { Storage } from '../../src/storage/open-storage.ts'
import { newJob } from '../support/new-job.ts'
import { runbookContent } from '../support/runbook-content.ts'
import type { NewStorePlace } from './store-place.ts'

const entry = (resource: string, given: Partial<AuditEntry> = {}): AuditEntry => ({
	...{ time: 5, actor: { kind: 'accessToken', name: 'ci' }, sourceAddress: '10.0.0.1', action: 'webhooks/write', resource },
	details: { runbook: 'é\u2028😀"\n', isEnabled: true },
	...given,
})
const all = ({ audit }: Storage) => audit.after(0, 10_000)
const resources = (events: AuditEvent[]) => events.map((event) => entryOf(event).resource)

export function auditCases(newPlace: NewStorePlace): void {
	test('each entry has the hash of the one before, in the order they were written, also over a restart', async () => {
		await using place = await newPlace()
		{
			await using storage = await place.open()
			assert.equal(await storage.audit.head(), undefined)
			const other = await place.second(storage)
			await Promise.all(['a', 'b', 'c', 'd'].map((name, index) => (index % 2 ? storage : other).audit.append(entry(name))))
		}
		await using storage = await place.open()
		await storage.audit.append(entry('e'))
		const events = await all(storage)
		assert.deepEqual(
			events.map(({ sequence }) => sequence),
			[1, 2, 3, 4, 5],
		)
		assert.deepEqual(
			events.map(({ previousHash }) => previousHash),
			['', ...events.slice(0, 4).map(({ hash }) => hash)],
		)
		for (const event of events) assert.equal(event.hash, auditHash(event))
		assert.deepEqual([events[4]!.text, await storage.audit.head()], [canonicalText(entry('e')), { sequence: 5, hash: events[4]!.hash }])
		assert.deepEqual(await checkAuditTrail(storage.audit), {
			...{ count: 5, first: { sequence: 1, hash: events[0]!.hash }, head: { sequence: 5, hash: events[4]!.hash }, faults: [] },
		})
	})

	test('the entry of a change is there exactly when the change is', async () => {
		await using place = await newPlace()
		await using storage = await place.open()
		const { audit, accessTokens, settings } = storage
		const asset = {
			...{ kind: 'variable' as const, name: 'a', userName: null, value: '1', keyId: null, description: null },
			creationTime: 5,
			lastModifiedTime: 5,
		}
		const create = (most: number) => storage.assets.create(asset, most)
		assert.equal(
			await audited(
				audit,
				entry('refused'),
				() => create(0),
				(outcome) => outcome === 'created',
			),
			'tooMany',
		)
		assert.deepEqual(resources(await all(storage)), [])
		assert.equal(
			await audited(
				audit,
				entry('created'),
				() => create(9),
				() => false,
			),
			'created',
		)
		await assert.rejects(
			audited(audit, entry('thrown'), () => Promise.reject(new Error('no'))),
			/no/,
		)
		// What goes on afterwards, or is kept by the way, is none of it.
		let later = Promise.resolve<unknown>(undefined)
		const wait = Promise.withResolvers<void>()
		await audited(
			audit,
			entry('later'),
			async () => {
				later = wait.promise.then(() => settings.setOnce('b', '1'))
			},
			() => false,
		)
		wait.resolve()
		await later
		await audited(
			audit,
			entry('by the way'),
			() => storage.contents.keep({ ...runbookContent(), madeWith: 'x' }, 5),
			() => false,
		)
		await audited(audit, entry('read'), () => storage.assets.get('variable', 'a'))
		// Two changes are told of once.
		await audited(audit, entry('two'), async () => {
			await Promise.all([storage.assets.delete('variable', 'a'), accessTokens.delete('none')])
			await settings.setOnce('a', '1')
		})
		// A transaction that is undone takes its entry along.
		await assert.rejects(audited(audit, entry('undone'), () => storage.assets.create({ ...asset, value: null as never }, 9)))
		assert.deepEqual(resources(await all(storage)), ['created', 'read', 'two'])
		assert.deepEqual((await checkAuditTrail(audit)).faults, [])
	})

	test('the entry of a job that is put in is there exactly when the job is, however many come at once', async () => {
		await using place = await newPlace()
		await using storage = await place.open({ queueLimit: 3 })
		const put = (name: string) => {
			const isDone = (outcome: string) => outcome === 'accepted'
			return audited(storage.audit, entry(name), () => storage.queue.insert(newJob({ name })), isDone)
		}
		const outcomes = await Promise.all(['a', 'b', 'A', 'c', 'd'].map(put))
		const accepted = ['a', 'b', 'A', 'c', 'd'].filter((_, index) => outcomes[index] === 'accepted')
		assert.ok(accepted.length >= 2)
		assert.deepEqual(resources(await all(storage)).sort(), accepted.sort())
		const { jobs } = await storage.jobs.list({ after: undefined, limit: 9, filter: {} })
		assert.deepEqual(jobs.map(({ name }) => name).sort(), accepted)
		assert.deepEqual((await checkAuditTrail(storage.audit)).faults, [])
	})

	test('entries are listed the newest first, by time, actor and action, page by page', async () => {
		await using place = await newPlace()
		await using storage = await place.open()
		const { audit } = storage
		for (let count = 1; count <= 6; count++)
			await audit.append(entry(String(count), { time: count * 10, actor: { kind: 'entra', name: count % 2 ? 'odd' : 'even' } }))
		const list = async (filter: Parameters<typeof audit.list>[0]['filter'], limit = 9, before?: number) => {
			const { events, next } = await audit.list({ before, limit, filter })
			return [resources(events).join(' '), next]
		}
		assert.deepEqual(await list({}), ['6 5 4 3 2 1', undefined])
		assert.deepEqual(await list({}, 4), ['6 5 4 3', 3])
		assert.deepEqual(await list({}, 4, 3), ['2 1', undefined])
		assert.deepEqual(await list({}, 6), ['6 5 4 3 2 1', undefined])
		assert.deepEqual(await list({ actor: 'ODD' }, 2), ['5 3', 3])
		assert.deepEqual(await list({ time: { from: 20, to: 40 } }), ['4 3 2', undefined])
		assert.deepEqual(await list({ time: { from: 41, to: null }, actor: 'even' }), ['6', undefined])
		assert.deepEqual(
			[await list({ action: 'Webhooks/Write' }, 1), await list({ action: 'other' })],
			[
				['6', 6],
				['', undefined],
			],
		)
	})

	test('old entries are pruned a few at a time, and the trail that is left is anchored by an entry that tells of it', async () => {
		await using place = await newPlace()
		await using storage = await place.open()
		const { audit } = storage
		const prune = (bounds: Partial<Parameters<typeof audit.prune>[0]>) =>
			audit.prune({ dueBefore: 0, before: 0, most: 99, limit: 99, ...bounds }, 100)
		assert.equal(await prune({ dueBefore: 99, before: 99, most: 0 }), 0)
		for (let count = 1; count <= 7; count++) await audit.append(entry(String(count), { time: count }))
		const third = (await all(storage))[2]!
		assert.equal(await prune({ dueBefore: 1, before: 4 }), 0)
		assert.equal(await prune({ dueBefore: 4, before: 4, limit: 2 }), 2)
		assert.equal(await prune({ dueBefore: 4, before: 4, limit: 2 }), 1)
		assert.equal(await prune({ dueBefore: 4, before: 4, limit: 2 }), 0)
		const events = await all(storage)
		assert.deepEqual(resources(events), ['4', '5', '6', '7', 'auditEvents', 'auditEvents'])
		const { action, actor, details } = entryOf(events.at(-1)!)
		assert.deepEqual([action, actor.kind, details], [pruneAction, 'runhook', { count: 1, upToSequence: 3, upToHash: third.hash }])
		assert.deepEqual((await checkAuditTrail(audit)).faults, [])
		assert.deepEqual((await checkAuditTrail(audit, third)).faults, [])
		// By count a whole step goes at once; the last entry stays in any case.
		assert.equal(await prune({ most: 6 }), 0)
		assert.equal(await prune({ most: 5, limit: 3 }), 3)
		assert.deepEqual(resources(await all(storage)), ['7', 'auditEvents', 'auditEvents', 'auditEvents'])
		assert.equal(await prune({ dueBefore: 999, before: 999, most: 0 }), 3)
		assert.deepEqual((await checkAuditTrail(audit)).faults, [])
		assert.equal((await all(storage)).length, 2)
	})

	test('a trail of several steps is checked whole', async () => {
		await using place = await newPlace()
		await using storage = await place.open()
		const count = AUDIT_STEP_EVENTS + 1
		await Promise.all(Array.from({ length: count }, (_, index) => storage.audit.append(entry(String(index)))))
		const check = await checkAuditTrail(storage.audit)
		assert.deepEqual([check.count, check.head?.sequence, check.faults], [count, count, []])
	})
}
