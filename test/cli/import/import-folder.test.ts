import assert from 'node:assert/strict'
import fs, { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import { join } from 'node:path'
import { test } from 'uvu'
import { readFolder, writeNewFile } from '../../../src/cli/import/import-folder.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'

/** Until it is disposed, the file system has no hard links. */
function withoutLinks(): Disposable {
	const { linkSync } = fs
	const set = (link: typeof linkSync) => {
		fs.linkSync = link
		syncBuiltinESMExports()
	}
	set(() => {
		throw Object.assign(new Error('EPERM: operation not permitted, link'), { code: 'EPERM' })
	})
	return { [Symbol.dispose]: () => set(linkSync) }
}

test('a file is written whole and never over another one, on file systems without hard links too', () => {
	for (const links of [{ [Symbol.dispose]: () => undefined }, withoutLinks()]) {
		using place = temporaryFolder()
		using _ = links
		const file = join(place.path, 'runbooks/a.ts')
		writeNewFile(file, 'first')
		assert.throws(() => writeNewFile(file, 'second'), { code: 'EEXIST' })
		assert.equal(readFileSync(file, 'utf8'), 'first')
		assert.deepEqual(readdirSync(join(place.path, 'runbooks')), ['a.ts'])
	}
})

test('a webhooks.json that is none is told in words for people', () => {
	using place = temporaryFolder()
	const table = [
		['{', 'it is not JSON'],
		['null', 'it has no list "webhooks"'],
		['{"webhooks": {}}', 'it has no list "webhooks"'],
		['{"webhooks": [{"name": "a"}, null]}', 'webhooks[1] has no name'],
	]
	for (const [text, words] of table) {
		const file = join(place.path, 'webhooks.json')
		writeFileSync(file, text!)
		assert.throws(() => readFolder(place.path), { name: 'UsageError', message: `${file} is no list of webhooks: ${words}.` })
	}
})

test.run()
