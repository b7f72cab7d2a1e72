import { deepEqual, equal, match, ok } from 'node:assert/strict'
import fc from 'fast-check'
import { test } from 'uvu'
import { alertCaptureName, isLongOver, isOurs, planConflict } from '../../../../runbooks/lib/capture/conflict-plan.ts'
import { checkResourceName } from '../../../../src/runbooks/arm-names.ts'
import { forAny } from '../../../support/properties.ts'

const now = new Date('2026-03-04T05:06:07.890Z')
const capture = (name: string) => ({ name, provisioningState: 'Succeeded', timeLimitSeconds: 60 })
const existing = [capture('other'), capture('PC01')]

for (const onConflict of ['replace', 'fail', 'suffix'] as const) {
	test(`a free name is taken as it is, whatever to do on a conflict (${onConflict})`, () => {
		deepEqual(planConflict('pc02', { existing, onConflict, now }), { kind: 'create', captureName: 'pc02', others: existing })
	})
}

test('a name that is taken in other case is replaced or refused, and does not count', () => {
	const old = existing[1]!
	const others = [existing[0]!]
	deepEqual(planConflict('pc01', { existing, onConflict: 'replace', now }), { kind: 'replace', captureName: 'pc01', old, others })
	deepEqual(planConflict('pc01', { existing, onConflict: 'fail', now }), { kind: 'taken', old, others })
})

test('a suffix is the instant, and the old capture counts', () => {
	const plan = planConflict('pc01', { existing, onConflict: 'suffix', now })
	deepEqual(plan, { kind: 'create', captureName: 'pc01-20260304050607', others: existing })
	const next = planConflict('pc01', { existing: [...existing, capture('pc01-20260304050607')], onConflict: 'suffix', now })
	equal(next.kind === 'create' && next.captureName, 'pc01-20260304050608')
})

test('for any name a suffixed one is free and no longer than Azure allows', () => {
	const character = fc.constantFrom(...'abcXYZ019_-.')
	const name = fc.array(character, { minLength: 1, maxLength: 78 }).map((characters) => `a${characters.join('')}z`)
	forAny(fc.tuple(name, fc.date({ min: new Date(0), max: new Date('2100-01-01'), noInvalidDate: true })), ([captureName, instant]) => {
		const plan = planConflict(captureName, { existing: [capture(captureName)], onConflict: 'suffix', now: instant })
		ok(plan.kind === 'create' && plan.captureName.length <= 80)
		match(plan.captureName, /-\d{14}$/)
		checkResourceName(plan.captureName, 'name')
	})
})

test('for any machine the name of its capture is one that Azure takes', () => {
	const machine = fc.stringMatching(/^[A-Za-z0-9]([A-Za-z0-9._-]{0,78}[A-Za-z0-9_])?$/)
	forAny(fc.tuple(machine, fc.integer({ min: 1, max: 3 })), ([name, count]) => {
		ok(checkResourceName(alertCaptureName('alert', name, count), 'name').startsWith('alert-'))
	})
	equal(alertCaptureName('alert', 'vm01', 1), 'alert-vm01')
	equal(alertCaptureName('alert', 'vm01', 2), 'alert-vm01-2')
})

for (const [name, ours] of [
	['alert-vm01', true],
	['ALERT-vm09', true],
	['alertness', false],
	['pc01', true],
	['pc01-20260304050607', true],
	['pc01-other', false],
	['pc02', false],
] as const) {
	test(`${name} is ${ours ? 'one of ours' : "somebody else's"}`, () => {
		equal(isOurs(capture(name), { captureName: 'pc01', prefix: 'alert' }), ours)
	})
}

test('the captures for alerts are not those of a request', () => {
	equal(isOurs(capture('alert-vm01'), { captureName: 'pc01', prefix: undefined }), false)
	equal(isOurs(capture('pc01-20260304050607'), { captureName: 'pc01', prefix: undefined }), true)
})

test('a capture is long over when its time, an interval and a minute have passed', () => {
	const begin = (seconds: number) => ({ captureStartTime: new Date(now.getTime() - seconds * 1000) })
	const circumstances = { timeLimitSeconds: 30, pollSeconds: 10, now }
	deepEqual(
		[100, 101].map((seconds) => isLongOver(begin(seconds), circumstances)),
		[false, true],
	)
	equal(isLongOver({}, circumstances), false)
})

test.run()
