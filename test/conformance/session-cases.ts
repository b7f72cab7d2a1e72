import assert from 'node:assert/strict'
import { test } from 'uvu'
import type { Principal } from '../../src/access/principal.ts'
import type { Session } from '../../src/access/session.ts'
import type { NewStorePlace } from './store-place.ts'

function session(idHash: string, given: Partial<Session> = {}): Session {
	return { idHash, tokenHash: 'token', principal: null, creationTime: 1, expiryTime: 1_000, ...given }
}

export function sessionCases(newPlace: NewStorePlace): void {
	test('a session is kept as it was opened until it is deleted', async () => {
		await using place = await newPlace()
		const principal: Principal = { kind: 'entra', name: 'ada', roles: ['Reader', 'Operator'], userName: 'ada@contoso.com' }
		const kept = session('a', { principal })
		{
			await using storage = await place.open()
			await storage.sessions.create(kept, 9)
		}
		await using storage = await place.open()
		assert.deepEqual([await storage.sessions.find('a'), await storage.sessions.find('b')], [kept, undefined])
		await storage.sessions.delete('a')
		assert.equal(await storage.sessions.find('a'), undefined)
	})

	test('a further session takes the place of those that have expired, and of the oldest where there are as many as may be', async () => {
		await using place = await newPlace()
		await using storage = await place.open()
		const { sessions } = storage
		await sessions.create(session('expires', { creationTime: 4, expiryTime: 5 }), 9)
		await sessions.create(session('oldest', { creationTime: 1 }), 9)
		await sessions.create(session('older', { creationTime: 2 }), 9)
		await sessions.create(session('new', { creationTime: 5 }), 9)
		assert.deepEqual([await sessions.find('expires'), (await sessions.find('oldest'))?.idHash], [undefined, 'oldest'])
		await sessions.create(session('newest', { creationTime: 6 }), 3)
		const left = await Promise.all(['oldest', 'older', 'new', 'newest'].map(async (id) => (await sessions.find(id))?.idHash))
		assert.deepEqual(left, [undefined, 'older', 'new', 'newest'])
	})
}
