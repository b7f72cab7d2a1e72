import assert from 'node:assert/strict'
import type { IncomingMessage } from 'node:http'
import { test } from 'uvu'
import { Refusals } from '../../src/audit/refusals.ts'
import { systemClock } from '../../src/clock.ts'
import { StoreUnavailableError } from '../../src/errors.ts'
import { guardSignInWith } from '../../src/http/guard-sign-in.ts'
import { monitorAccess } from '../../src/http/monitor-access.ts'

const request = { headers: { authorization: 'Bearer of-an-access-token' }, url: '/health/core' } as IncomingMessage

test('a token that cannot be looked up is not called wrong, and up or down is told within a second', async () => {
	const guardSignIn = guardSignInWith({ refusals: new Refusals(), addressOf: () => null, clock: systemClock })
	const away = [() => new Promise<never>(() => {}), () => Promise.reject(new StoreUnavailableError('The store is away.'))]
	for (const authenticate of away) {
		const began = performance.now()
		const access = await monitorAccess(request, [], { authenticate, guardSignIn, accountPath: '', clock: systemClock })
		assert.ok(performance.now() - began < 1_000)
		assert.deepEqual([access.kind, 'refusal' in access && access.refusal.refused], ['little', 'ServiceUnavailable'])
	}
})

test.run()
