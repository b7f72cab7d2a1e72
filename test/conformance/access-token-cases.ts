import assert from 'node:assert/strict'
import { test } from 'uvu'
import type { NewStorePlace } from './store-place.ts'

const token = {
	...{
		name: 'Ci',
		tokenHash: 'hash',
		role: 'Job Operator' as const,
		description: null,
		isEnabled: true,
		expiryTime: 1_000,
		creationTime: 5,
	},
	createdBy: 'management token',
}

export function accessTokenCases(newPlace: NewStorePlace): void {
	test('an access token is kept as it was made, and found by its hash and without regard to case by its name', async () => {
		await using place = await newPlace()
		{
			await using storage = await place.open()
			assert.equal(await storage.accessTokens.create(token, 9), 'created')
		}
		await using storage = await place.open()
		const { accessTokens } = storage
		const kept = { ...token, lastUsedTime: null }
		assert.deepEqual(
			[await accessTokens.find('cI'), await accessTokens.findByHash('hash'), await accessTokens.list()],
			[kept, kept, [kept]],
		)
		assert.deepEqual([await accessTokens.find('other'), await accessTokens.findByHash('Ci')], [undefined, undefined])
		assert.deepEqual(await accessTokens.change('CI', { isEnabled: false, description: 'x' }), {
			...kept,
			isEnabled: false,
			description: 'x',
		})
		assert.deepEqual(await accessTokens.change('ci', {}), { ...kept, isEnabled: false, description: 'x' })
		assert.equal(await accessTokens.change('other', { isEnabled: false }), undefined)
		assert.deepEqual([await accessTokens.delete('ci'), await accessTokens.delete('ci'), await accessTokens.list()], [true, false, []])
	})

	test('of two access tokens of one name one is kept, and there are no more than may be', async () => {
		await using place = await newPlace()
		await using storage = await place.open()
		const other = await place.second(storage)
		const both = await Promise.all([
			storage.accessTokens.create(token, 9),
			other.accessTokens.create({ ...token, name: 'CI', tokenHash: 'b' }, 9),
		])
		assert.deepEqual(both.toSorted(), ['created', 'nameTaken'])
		const more = await Promise.all(['a', 'b', 'c'].map((name) => other.accessTokens.create({ ...token, name, tokenHash: `of ${name}` }, 3)))
		assert.deepEqual(more.toSorted(), ['created', 'created', 'tooMany'])
	})

	test('a use is noted, and the next one when the interval has passed', async () => {
		await using place = await newPlace()
		await using storage = await place.open()
		const { accessTokens } = storage
		await accessTokens.create(token, 9)
		const noted = async (at: number) => {
			await accessTokens.noteUsed('hash', at, 60)
			return (await accessTokens.find('ci'))!.lastUsedTime
		}
		assert.deepEqual([await noted(100), await noted(159), await noted(160), await noted(90)], [100, 100, 160, 160])
	})
}
