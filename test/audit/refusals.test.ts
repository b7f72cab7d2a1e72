import assert from 'node:assert/strict'
import { test } from 'uvu'
import { Refusals } from '../../src/audit/refusals.ts'
import { REFUSED_ACTIONS_TOLD_MAX, REFUSED_CALLERS_MAX } from '../../src/limits.ts'

test('what a role does not allow is one entry for each caller, with the most frequent actions; then it begins anew', () => {
	const refusals = new Refusals()
	const ci = { kind: 'accessToken', name: 'ci' } as const
	for (const [action, address] of [
		['variables/read', '10.0.0.1'],
		['jobs/write', '10.0.0.1'],
		['jobs/write', '10.0.0.2'],
	] as const)
		refusals.actionRefused(ci, action, address)
	refusals.actionRefused({ kind: 'entra', name: 'ci' }, 'jobs/write', null)
	const told = { time: 7, action: 'authorization/refused', resource: 'authorization' }
	assert.deepEqual(refusals.take(7), [
		{ ...told, actor: ci, sourceAddress: '10.0.0.2', details: { count: 3, actions: 'jobs/write: 2, variables/read: 1' } },
		{ ...told, actor: { kind: 'entra', name: 'ci' }, sourceAddress: null, details: { count: 1, actions: 'jobs/write: 1' } },
	])
	assert.deepEqual(refusals.take(8), [])
})

test('however many callers try however many actions, the entries are bounded', () => {
	const refusals = new Refusals()
	for (let index = 0; index < REFUSED_CALLERS_MAX + 5; index++)
		for (let action = 0; action < 30; action++) refusals.actionRefused({ kind: 'accessToken', name: `t${index}` }, `a${action}/read`, null)
	const entries = refusals.take(7)
	assert.equal(entries.length, REFUSED_CALLERS_MAX + 1)
	assert.deepEqual(entries.at(-1)!.details, { ofOtherCallers: 150 })
	assert.deepEqual([entries[0]!.details.count, String(entries[0]!.details.actions).split(', ').length], [30, REFUSED_ACTIONS_TOLD_MAX])
	assert.deepEqual(refusals.take(8), [])
})

test.run()
