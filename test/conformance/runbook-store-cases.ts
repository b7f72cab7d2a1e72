import assert from 'node:assert/strict'
import { test } from 'uvu'
import { noSettings } from '../../src/runbooks/runbook-settings.ts'
import type { NewStorePlace } from './store-place.ts'

export function runbookStoreCases(newPlace: NewStorePlace): void {
	test("a runbook's state is kept by key, apart from other runbooks', and forgotten on demand", async () => {
		await using place = await newPlace()
		{
			await using storage = await place.open()
			const states = storage.runbookStates
			assert.equal(await states.set('deploy', 'a', '1', 2), 'kept')
			assert.equal(await states.set('DEPLOY', 'a', '{"two":2}', 2), 'kept')
			assert.equal(await states.set('other', 'a', '3', 2), 'kept')
		}
		await using storage = await place.open()
		const states = storage.runbookStates
		assert.deepEqual(
			[await states.get('Deploy', 'a'), await states.get('other', 'a'), await states.get('deploy', 'A')],
			['{"two":2}', '3', undefined],
		)
		await states.set('deploy', 'a', null, 2)
		assert.equal(await states.get('deploy', 'a'), undefined)
		await states.clear('other')
		assert.equal(await states.get('other', 'a'), undefined)
	})

	test('a runbook keeps as many keys as may be, also when they come at once; a key that is there is always renewed', async () => {
		await using place = await newPlace()
		await using storage = await place.open()
		const other = await place.second(storage)
		const set = (key: string) => (key < 'c' ? storage : other).runbookStates.set('deploy', key, '1', 2)
		const outcomes = await Promise.all(['a', 'b', 'c', 'd'].map(set))
		assert.deepEqual(outcomes.toSorted(), ['kept', 'kept', 'tooMany', 'tooMany'])
		const kept = ['a', 'b', 'c', 'd'].filter((_, index) => outcomes[index] === 'kept')
		assert.equal(await storage.runbookStates.set('deploy', kept[0]!, '2', 2), 'kept')
	})

	test('what an operator set for a runbook is kept, without regard to case', async () => {
		await using place = await newPlace()
		const set = { ...noSettings, description: 'Mine.', logVerbose: true, tags: { team: 'a' } }
		{
			await using storage = await place.open()
			assert.equal(await storage.runbookSettings.get('deploy'), undefined)
			await storage.runbookSettings.put('deploy', { ...set, logProgress: false })
			await storage.runbookSettings.put('Deploy', set)
			assert.deepEqual(await storage.runbookSettings.get('DEPLOY'), set)
		}
		await using storage = await place.open()
		assert.deepEqual(await storage.runbookSettings.get('deploy'), set)
		await storage.runbookSettings.delete('DEPLOY')
		assert.equal(await storage.runbookSettings.get('deploy'), undefined)
	})
}
