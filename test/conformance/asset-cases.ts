import assert from 'node:assert/strict'
import { test } from 'uvu'
import type { KeptAsset } from '../../src/assets/asset-store.ts'
import type { NewStorePlace } from './store-place.ts'

const region: KeptAsset = {
	...{ kind: 'variable', name: 'region', userName: null, value: '"é\u2028😀"', keyId: null, description: null },
	...{ creationTime: 5, lastModifiedTime: 5 },
}
const sealed = (name: string, keyId: string): KeptAsset => ({ ...region, name, keyId, value: `sealed with ${keyId}` })

export function assetCases(newPlace: NewStorePlace): void {
	test('an asset is kept as it was made, found without regard to case, apart from those of the other kind', async () => {
		await using place = await newPlace()
		const login: KeptAsset = { ...sealed('region', 'k1'), kind: 'credential', userName: 'ada' }
		{
			await using storage = await place.open()
			assert.equal(await storage.assets.create(region, 9), 'created')
			assert.equal(await storage.assets.create(login, 9), 'created')
		}
		await using storage = await place.open()
		const { assets } = storage
		assert.deepEqual([await assets.get('variable', 'REGION'), await assets.get('credential', 'Region')], [region, login])
		assert.equal(await assets.delete('variable', 'Region'), true)
		assert.equal(await assets.delete('variable', 'region'), false)
		assert.deepEqual([await assets.get('variable', 'region'), await assets.names('credential')], [undefined, ['region']])
	})

	test('of two assets of one name that are made at once one is kept, and there are no more than may be', async () => {
		await using place = await newPlace()
		await using storage = await place.open()
		const other = await place.second(storage)
		const outcomes = await Promise.all([storage.assets.create(region, 9), other.assets.create({ ...region, name: 'REGION' }, 9)])
		assert.deepEqual(outcomes.toSorted(), ['created', 'nameTaken'])
		const more = await Promise.all(['a', 'b', 'c'].map((name) => other.assets.create({ ...region, name }, 3)))
		assert.deepEqual(more.toSorted(), ['created', 'created', 'tooMany'])
		assert.equal(await storage.assets.create(region, 3), 'nameTaken')
	})

	test('assets are listed by name, a page at a time', async () => {
		await using place = await newPlace()
		await using storage = await place.open()
		for (const name of ['b', 'C', 'a', 'd', 'Ä']) await storage.assets.create({ ...region, name }, 9)
		const page = async (after: string, limit: number) => (await storage.assets.list('variable', { after, limit })).map(({ name }) => name)
		assert.deepEqual(
			[await page('', 3), await page('C', 3), await page('B', 1), await page('ä', 1)],
			[['a', 'b', 'C'], ['d', 'Ä'], ['C'], []],
		)
	})

	test('a change writes what it names; a secret is never replaced by a plain value, nor the reverse', async () => {
		await using place = await newPlace()
		await using storage = await place.open()
		const { assets } = storage
		await assets.create(region, 9)
		await assets.create(sealed('secret', 'k1'), 9)
		assert.deepEqual(await assets.change('variable', 'REGION', { description: 'Where.' }, 6), {
			...region,
			description: 'Where.',
			lastModifiedTime: 6,
		})
		assert.equal(await assets.change('variable', 'region', { value: { value: 'x', keyId: 'k1' } }, 7), undefined)
		assert.equal(await assets.change('variable', 'secret', { value: { value: '1', keyId: null } }, 7), undefined)
		assert.equal(await assets.change('variable', 'none', { description: 'x' }, 7), undefined)
		const changed = await assets.change('variable', 'secret', { value: { value: 'y', keyId: 'k2' }, description: null }, 8)
		assert.deepEqual(changed, { ...sealed('secret', 'k2'), value: 'y', lastModifiedTime: 8 })
	})

	test('what is sealed with another key is found page by page and sealed anew, unless it was changed meanwhile', async () => {
		await using place = await newPlace()
		await using storage = await place.open()
		const { assets } = storage
		await assets.create(region, 9)
		for (const asset of [sealed('a', 'k1'), sealed('b', 'k2'), sealed('c', 'k1')]) await assets.create(asset, 9)
		await assets.create({ ...sealed('a', 'k1'), kind: 'credential' }, 9)
		assert.deepEqual((await assets.keyIds()).toSorted(), ['k1', 'k2'])
		const listed = async (after: Pick<KeptAsset, 'kind' | 'name'> | undefined) =>
			(await assets.listSealedOtherwise('k2', { after, limit: 2 })).map(({ kind, name }) => `${kind} ${name}`)
		assert.deepEqual(await listed(undefined), ['credential a', 'variable a'])
		assert.deepEqual(await listed({ kind: 'variable', name: 'a' }), ['variable c'])
		await assets.reseal(sealed('a', 'k1'), { value: 'new', keyId: 'k2' })
		await assets.reseal({ ...sealed('c', 'k1'), value: 'as it was before' }, { value: 'new', keyId: 'k2' })
		const kept = await Promise.all(['a', 'c'].map((name) => assets.get('variable', name)))
		assert.deepEqual(
			kept.map((each) => [each!.value, each!.keyId, each!.lastModifiedTime]),
			[
				['new', 'k2', 5],
				['sealed with k1', 'k1', 5],
			],
		)
	})

	test('what a job uses is recorded once for each asset, with its count and times, up to a bound', async () => {
		await using place = await newPlace()
		await using storage = await place.open()
		const other = await place.second(storage)
		const read = { kind: 'variable', name: 'region', access: 'read', source: 'store' } as const
		const note = (use: Partial<{ name: string; access: 'write' }>, at: number) => other.assets.noteUse('job', { ...read, ...use }, at, 3)
		assert.equal(await note({}, 5), 'noted')
		assert.equal(await note({}, 9), 'noted')
		assert.equal(await note({ access: 'write' }, 7), 'noted')
		const bounded = await Promise.all([note({ name: 'a' }, 8), note({ name: 'b' }, 8)])
		assert.deepEqual(bounded.toSorted(), ['noted', 'tooMany'])
		assert.equal(await note({}, 10), 'noted')
		const uses = await storage.assets.uses('job')
		assert.deepEqual(uses.slice(0, 2), [
			{ ...read, firstTime: 5, lastTime: 10, useCount: 3 },
			{ ...read, access: 'write', firstTime: 7, lastTime: 7, useCount: 1 },
		])
		assert.deepEqual([uses.length, await storage.assets.uses('other')], [3, []])
	})
}
