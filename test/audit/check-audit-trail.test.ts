import assert from 'node:assert/strict'
import { test } from 'uvu'
import { type AuditEntry, type AuditEvent, type AuditHead, auditHash, canonicalText, pruneAction } from '../../src/audit/audit-event.ts'
import { checkAuditTrail } from '../../src/audit/check-audit-trail.ts'
import { AUDIT_STEP_EVENTS } from '../../src/limits.ts'

const textOf = (resource: string, given: Partial<AuditEntry> = {}) =>
	canonicalText({
		time: 5,
		actor: { kind: 'accessToken', name: 'ci' },
		sourceAddress: null,
		action: 'webhooks/write',
		resource,
		details: {},
		...given,
	})

/** A trail of these texts, after an entry. */
function trailOf(texts: string[], after: AuditHead = { sequence: 0, hash: '' }): AuditEvent[] {
	const events: AuditEvent[] = []
	for (const text of texts) {
		const { sequence, hash: previousHash } = events.at(-1) ?? after
		const event = { sequence: sequence + 1, previousHash, text }
		events.push({ ...event, hash: auditHash(event) })
	}
	return events
}

async function faults(
	events: AuditEvent[],
	head: AuditHead | null = events.at(-1) ?? null,
	noted?: AuditHead,
	headAfterwards: AuditHead | null = head,
): Promise<string> {
	let looks = 0
	const store = {
		head: async () => (looks++ === 0 ? head : headAfterwards) ?? undefined,
		after: async (sequence: number, limit: number) => events.filter((event) => event.sequence > sequence).slice(0, limit),
	}
	return (await checkAuditTrail(store, noted)).faults.join(' ')
}

const trail = trailOf(['a', 'b', 'c', 'd', 'e'].map((name) => textOf(name)))
const last = trail[4]!

test('a trail that nobody touched is intact', async () => {
	assert.equal(await faults(trail), '')
	assert.equal(await faults([], null), '')
	for (const noted of trail) assert.equal(await faults(trail, last, noted), '')
})

test('entries that come while it is checked are no fault, and others after the head are', async () => {
	assert.equal(await faults(trail, trail[2], undefined, last), '')
	assert.equal(await faults(trail, trail[3]), 'The trail ends at entry 5, and the head that was kept is entry 4: what follows was put in.')
	const [far] = trailOf([textOf('x')], { sequence: 999, hash: '' })
	assert.match(await faults([...trail, far!], last), /^Entries 6 to 999 are missing\. .* what follows was put in\.$/)
})

test('an entry with a number that the runner never gives is found', async () => {
	for (const sequence of [0, -7]) {
		const [before] = trailOf([textOf('x')], { sequence: sequence - 1, hash: '' })
		assert.match(await faults([before!, ...trail]), /no entry tells that they were pruned/)
	}
})

test('an entry whose text is no entry is named, and does not end the check', async () => {
	for (const text of ['{auditEvents/delete', '{}', 'null', 'auditEvents/delete'])
		assert.match(await faults(trail.slice(2).with(0, { ...trail[2]!, text })), /Entry 3 was changed/)
})

test('an entry that was changed, removed, exchanged or put in is named', async () => {
	const changed = trail.with(2, { ...trail[2]!, text: textOf('x') })
	assert.equal(await faults(changed), 'Entry 3 was changed: its hash is not that of its content.')
	const rehashed = trail.with(2, { ...changed[2]!, hash: auditHash(changed[2]!) })
	assert.equal(await faults(rehashed), 'Entry 4 does not follow on entry 3: one of them was exchanged.')
	assert.equal(await faults(trail.toSpliced(1, 2)), 'Entries 2 to 3 are missing.')
	const swapped = trail.with(1, { ...trail[1]!, text: trail[2]!.text }).with(2, { ...trail[2]!, text: trail[1]!.text })
	assert.match(await faults(swapped), /^Entry 2 was changed: .* Entry 3 was changed: /)
	const renumbered = trail.with(1, { ...trail[2]!, sequence: 2 }).with(2, { ...trail[1]!, sequence: 3 })
	assert.match(await faults(renumbered), /^Entry 2 was changed: .*exchanged/)
	const moved = [
		...trail.slice(0, 2),
		{ ...trail[1]!, sequence: 3 },
		...trail.slice(2).map((event) => ({ ...event, sequence: event.sequence + 1 })),
	]
	assert.match(await faults(moved, moved.at(-1)), /Entry 3 was changed/)
})

test('an end that was cut off is seen by the head that was kept; where that was set back, too, by one that was noted elsewhere', async () => {
	const cut = trail.slice(0, 3)
	assert.equal(await faults(cut, last), 'The trail ends at entry 3, and the head that was kept is entry 5: its end was cut off.')
	assert.equal(await faults([], last), 'The trail ends at entry 0, and the head that was kept is entry 5: its end was cut off.')
	assert.equal(await faults(cut), '')
	assert.equal(await faults(cut, cut[2], last), 'Entry 5, which was noted, is not in the trail: its end was cut off.')
	assert.equal(await faults([], null, last), 'Entry 5, which was noted, is not in the trail: its end was cut off.')
	assert.match(await faults(trail, null), /the head that was kept is entry 0: what follows was put in/)
	assert.match(await faults(trail, { ...last, hash: 'other' }), /^Entry 5 is not the head that was kept\./)
})

test('a trail that was written anew is in itself intact, and not against a noted head', async () => {
	const anew = trailOf(['a', 'x', 'c', 'd', 'e', 'f'].map((name) => textOf(name)))
	assert.equal(await faults(anew), '')
	assert.equal(await faults(anew, anew[5], last), 'Entry 5 is not the one that was noted: what stands up to there was written anew.')
})

test('a beginning that is gone is a fault, unless an entry of the runner tells that just this was pruned', async () => {
	const without = trail.slice(2)
	assert.equal(await faults(without), 'The entries before 3 are missing, and no entry tells that they were pruned.')
	const pruned = (given: Partial<AuditEntry>, details: AuditEntry['details'] = { upToSequence: 2, upToHash: trail[1]!.hash }) => {
		const text = textOf('auditEvents', { action: pruneAction, actor: { kind: 'runhook', name: 'retention' }, details, ...given })
		return [...without, ...trailOf([text], last)]
	}
	assert.equal(await faults(pruned({})), '')
	for (const other of [
		pruned({ actor: { kind: 'accessToken', name: 'retention' } }),
		pruned({ action: 'webhooks/delete' }),
		pruned({}, { upToSequence: 1, upToHash: trail[0]!.hash }),
		pruned({}, { upToSequence: 2, upToHash: 'other' }),
	])
		assert.match(await faults(other), /no entry tells that they were pruned/)
})

test('what is pruned while it is checked is no fault', async () => {
	const count = AUDIT_STEP_EVENTS + 500
	const old = trailOf(Array.from({ length: count }, () => textOf('old')))
	const cut = old[count - 200]!
	const details = { upToSequence: cut.sequence, upToHash: cut.hash }
	const pruning = textOf('auditEvents', { action: pruneAction, actor: { kind: 'runhook', name: 'retention' }, details })
	const now = [...old.slice(count - 199), ...trailOf([pruning], old.at(-1))]
	let looks = 0
	const store = {
		head: async () => (looks === 0 ? old.at(-1) : now.at(-1)),
		after: async (sequence: number, limit: number) =>
			(looks++ === 0 ? old : now).filter((event) => event.sequence > sequence).slice(0, limit),
	}
	assert.deepEqual((await checkAuditTrail(store)).faults, [])
})

test.run()
