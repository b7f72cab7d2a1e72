import assert from 'node:assert/strict'
import { chmodSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'uvu'
import { putVariable } from '../../src/assets/manage-variable.ts'
import { SecretKeys } from '../../src/assets/secret-keys.ts'
import type { AssetParts } from '../../src/assets/write-asset.ts'
import type { Storage } from '../../src/storage/open-storage.ts'
import { keptLog } from '../support/kept-log.ts'
import { sqlitePlace } from '../support/sqlite-place.ts'

type Place = {
	file: string
	storage: Storage
	log: ReturnType<typeof keptLog>
	open(configured?: Uint8Array[]): Promise<SecretKeys>
} & AsyncDisposable

async function openPlace(): Promise<Place> {
	const place = await sqlitePlace()
	const storage = await place.open()
	const file = join(place.dataDir, 'secret.key')
	const log = keptLog()
	return {
		...{ file, storage, log },
		open: (configured = []) => SecretKeys.open({ store: storage.assets, file, configured, log }),
		async [Symbol.asyncDispose]() {
			await storage[Symbol.asyncDispose]()
			await place[Symbol.asyncDispose]()
		},
	}
}

const one = Buffer.alloc(32, 1)
const two = Buffer.alloc(32, 2)

async function keep(place: Place, keys: SecretKeys, names: string[]): Promise<void> {
	const parts: AssetParts = { store: place.storage.assets, keys, now: 5 }
	for (const name of names) {
		const outcome = await putVariable(parts, { name, value: `"secret of ${name}"`, isEncrypted: true })
		assert.equal(outcome.kind, 'created')
	}
}

async function read(place: Place, keys: SecretKeys, name: string): Promise<string> {
	const asset = (await place.storage.assets.get('variable', name))!
	return keys.unseal(asset, asset.value)
}

const linesOf = (file: string) => readFileSync(file, 'utf8').trimEnd().split('\n')

test('the first start makes a key file for its owner alone; later ones use it', async () => {
	await using place = await openPlace()
	await keep(place, await place.open(), ['a'])
	assert.equal(statSync(place.file).mode & 0o777, 0o600)
	assert.equal(await read(place, await place.open(), 'a'), '"secret of a"')
	assert.equal(linesOf(place.file).length, 1)
	assert.deepEqual(
		readdirSync(join(place.file, '..')).filter((name) => name.startsWith('secret')),
		['secret.key'],
	)
})

test('a key file that others can read is closed, with a warning', async () => {
	await using place = await openPlace()
	await place.open()
	chmodSync(place.file, 0o640)
	await place.open()
	assert.equal(statSync(place.file).mode & 0o777, 0o600)
	assert.deepEqual(
		place.log.lines.map(({ level, message }) => [level, message]),
		[['warn', 'The key file could be read by others: it is closed now, and a rotation is due']],
	)
})

test('a start without the key that values are sealed with is refused, and makes no other', async () => {
	await using place = await openPlace()
	await keep(place, await place.open(), ['a'])
	rmSync(place.file)
	const sentence = (where: string) =>
		new RegExp(
			`^The variables and credentials in the store are sealed with the secret key [0-9a-f]{16}, and ${where}: give it back, or they cannot be read\\.$`,
		)
	await assert.rejects(place.open(), {
		name: 'StartError',
		message: sentence('it is neither in /.*/secret\\.key nor in RUNHOOK_SECRET_KEY'),
	})
	assert.throws(() => statSync(place.file))
	await assert.rejects(place.open([one]), { name: 'StartError', message: sentence('RUNHOOK_SECRET_KEY does not hold it') })
	writeFileSync(place.file, 'c2hvcnQ=\n')
	await assert.rejects(place.open(), {
		name: 'StartError',
		message: /^The key file .* is damaged: each line of it must hold 32 bytes in base64\.$/,
	})
})

test('a key from outside needs no file; put before the old one, it takes over', async () => {
	await using place = await openPlace()
	await keep(place, await place.open([one]), ['a', 'b'])
	assert.throws(() => statSync(place.file))
	await assert.rejects(place.open([two]), { name: 'StartError' })
	assert.equal(await read(place, await place.open([two, one]), 'a'), '"secret of a"')
	assert.deepEqual(place.log.lines.at(-1)?.fields.resealedCount, 2)
	assert.equal(await read(place, await place.open([two]), 'b'), '"secret of b"')
	assert.deepEqual((await (await place.open([two])).rotate()).kind, 'refused')
})

test('a key from outside takes over from the file', async () => {
	await using place = await openPlace()
	await keep(place, await place.open(), ['a'])
	assert.equal(await read(place, await place.open([one]), 'a'), '"secret of a"')
	rmSync(place.file)
	assert.equal(await read(place, await place.open([one]), 'a'), '"secret of a"')
})

test('a rotation seals everything with a new key and drops the old one; what is written meanwhile is not lost', async () => {
	await using place = await openPlace()
	const keys = await place.open()
	const names = Array.from({ length: 50 }, (_, index) => `v${index}`)
	await keep(place, keys, names)
	const [before] = linesOf(place.file)
	const writing = keep(place, keys, ['late'])
	const rotating = keys.rotate()
	assert.equal((await keys.rotate()).kind, 'refused')
	const rotation = await rotating
	await writing
	assert.deepEqual([rotation.kind, rotation.kind === 'rotated' && rotation.damaged], ['rotated', []])
	const after = linesOf(place.file)
	assert.equal(after.length, 1)
	assert.notEqual(after[0], before)
	const reopened = await place.open()
	for (const name of [...names, 'late']) assert.equal(await read(place, reopened, name), `"secret of ${name}"`)
})

test('a rotation that broke off is brought to its end by the next start', async () => {
	await using place = await openPlace()
	await keep(place, await place.open(), ['a', 'b', 'c'])
	writeFileSync(place.file, `${two.toString('base64')}\n${readFileSync(place.file, 'utf8')}`)
	const opened = await place.open()
	assert.equal(await read(place, opened, 'b'), '"secret of b"')
	assert.deepEqual(linesOf(place.file), [two.toString('base64')])
})

test('a damaged value stops no rotation; its key stays, and the value is named', async () => {
	await using place = await openPlace()
	const keys = await place.open()
	await keep(place, keys, ['a', 'b'])
	const { value, keyId } = (await place.storage.assets.get('variable', 'a'))!
	await place.storage.assets.change('variable', 'a', { value: { value: `${value}AAAA`, keyId } }, 6)
	const rotation = await keys.rotate()
	assert.deepEqual(rotation.kind === 'rotated' && [rotation.resealedCount, rotation.damaged], [1, [{ kind: 'variable', name: 'a' }]])
	assert.equal(linesOf(place.file).length, 2)
	assert.equal(await read(place, await place.open(), 'b'), '"secret of b"')
})

test.run()
