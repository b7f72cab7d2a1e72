import assert from 'node:assert/strict'
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'uvu'
import { AssetSource } from '../../src/assets/asset-source.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

const store = { get: async () => undefined, names: async () => ['stored'] }
const keys = { unseal: () => '' }

/** A folder as Kubernetes mounts it: names are links to files that are exchanged all at once. */
function mounted(): ReturnType<typeof temporaryFolder> & { source: AssetSource } {
	const folder = temporaryFolder()
	mkdirSync(join(folder.path, 'variables/..2026_01_01'), { recursive: true })
	writeFileSync(join(folder.path, 'variables/..2026_01_01/token'), 'line one\nline two\n\n')
	symlinkSync('..2026_01_01', join(folder.path, 'variables/..data'))
	symlinkSync('..data/token', join(folder.path, 'variables/token'))
	const source = new AssetSource({ store, keys, variables: { MY_REGION_2: '7' }, secretsDir: folder.path })
	return { ...folder, source }
}

test('a mounted file is text, without the end of its last line, found without regard to case', async () => {
	using place = mounted()
	const found = await place.source.variable('Token')
	assert.deepEqual(found, { name: 'Token', json: '"line one\\nline two\\n"', isSecret: true, source: 'file' })
	for (const name of ['..data', '..', '.', '..2026_01_01', 'none', 'token/x'])
		assert.equal(await place.source.variable(name), undefined, name)
})

test('the byte order mark of a mounted file is no part of its text', async () => {
	using place = mounted()
	writeFileSync(join(place.path, 'variables/marked'), '\ufefftoken123\r\n')
	assert.equal((await place.source.variable('marked'))?.json, '"token123"')
})

test('a variable of the environment is text, whatever it looks like', async () => {
	using place = mounted()
	const found = await place.source.variable('my.region-2')
	assert.deepEqual(found, { name: 'my.region-2', json: '"7"', isSecret: true, source: 'environment' })
	for (const name of ['__proto__', 'toString', 'constructor']) assert.equal(await place.source.variable(name), undefined)
})

test('what is there and cannot be read is said without a byte of it', async () => {
	using place = mounted()
	const table: [string, () => void, RegExp][] = [
		[
			'binary',
			() => writeFileSync(join(place.path, 'variables/binary'), Buffer.from([0x73, 0x65, 0xff, 0xfe])),
			/binary cannot be read: .*not valid/,
		],
		[
			'large',
			() => writeFileSync(join(place.path, 'variables/large'), 'x'.repeat(4_194_305)),
			/large cannot be read: it has more than 4194304 bytes\.$/,
		],
		['folder', () => mkdirSync(join(place.path, 'variables/folder')), /folder cannot be read: EISDIR/],
	]
	for (const [name, make, message] of table) {
		make()
		await assert.rejects(place.source.variable(name), { name: 'UnreadableAssetError', message })
	}
})

test('a missing name is told with those of the store and of the folder that are near', async () => {
	using place = mounted()
	assert.equal(await place.source.missingText('variable', 'tokens'), "There is no variable 'tokens'. Is it 'token'?")
	assert.equal(await place.source.missingText('credential', 'store'), "There is no credential 'store'. Is it 'stored'?")
	const create = (kind: string, rest = '') => `There is no ${kind} 'none'. Create it with: runhook ${kind} set none${rest}`
	assert.equal(await place.source.missingText('variable', 'none'), create('variable'))
	assert.equal(await place.source.missingText('credential', 'none'), create('credential', ' --user-name <name>'))
	assert.equal(await place.source.missingText('variable', 'no name; x'), "There is no variable 'no name; x'.")
	assert.match(await place.source.missingText('credential', 'x'.repeat(200)), /^There is no credential 'x{128}'\. Create/)
})

test.run()
