import { equal } from 'node:assert/strict'
import fc from 'fast-check'
import { test } from 'uvu'
import { isNeverStopped, planStop, stopModes } from '../../../runbooks/lib/stop-plan.ts'
import { forAny } from '../../support/properties.ts'

for (const [powerState, deallocate, powerOff, hibernate] of [
	['running', 'deallocate', 'powerOff', 'hibernate'],
	['starting', 'deallocate', 'powerOff', 'hibernate'],
	['unknown', 'deallocate', 'powerOff', 'hibernate'],
	['stopped', 'deallocate', 'nothing', 'deallocate'],
	['deallocated', 'nothing', 'nothing', 'nothing'],
] as const) {
	test(`a machine that is ${powerState} is stopped by: ${deallocate}, ${powerOff}, ${hibernate}`, () => {
		equal(planStop('Deallocate', powerState), deallocate)
		equal(planStop('PowerOff', powerState), powerOff)
		equal(planStop('Hibernate', powerState), hibernate)
	})
}

test('for any power state a machine is left alone only where it is stopped already', () => {
	forAny(
		fc.tuple(fc.constantFrom(...stopModes), fc.constantFrom('running', 'stopped', 'deallocated', 'unknown', 'new')),
		([mode, powerState]) => {
			equal(planStop(mode, powerState) === 'nothing', powerState === 'deallocated' || (powerState === 'stopped' && mode === 'PowerOff'))
		},
	)
})

for (const [tags, never] of [
	[undefined, false],
	[{}, false],
	[{ 'runbooks-never-stop': 'true' }, true],
	[{ 'Runbooks-Never-Stop': 'True ' }, true],
	[{ 'runbooks-never-stop': 'false' }, false],
	[{ 'never-stop': 'true' }, false],
] as const) {
	test(`the tags ${JSON.stringify(tags)} ${never ? 'forbid' : 'allow'} to stop`, () => {
		equal(isNeverStopped(tags), never)
	})
}

test.run()
