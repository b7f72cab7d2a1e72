import assert from 'node:assert/strict'
import { test } from 'uvu'
import { nearNames } from '../src/near-names.ts'

test('names that may have been meant are told, the nearest first, and no others', () => {
	const names = ['region', 'regional-key', 'Regions', 'storage', 'db', 'x']
	const table: [string, string[]][] = [
		['regoin', ['region']],
		['REGION', ['region', 'regional-key', 'Regions']],
		['storag', ['storage']],
		['dc', ['db']],
		['nothing', []],
		['', ['x']],
		['x'.repeat(100_000), []],
	]
	for (const [asked, near] of table) assert.deepEqual(nearNames(asked, names), near, asked.slice(0, 20))
})

test.run()
