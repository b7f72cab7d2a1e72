import assert from 'node:assert/strict'
import { existsSync, mkdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'uvu'
import { writeKeyFile } from '../../../src/assets/key-file.ts'
import { secretKeyOf } from '../../../src/assets/sealed-value.ts'
import { besideBackup, takeKeysAlong } from '../../../src/storage/copy/take-along.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'

const [one, two] = [Buffer.alloc(32, 1), Buffer.alloc(32, 2)] as const
const { keyId } = secretKeyOf(one)

test('it is told where the keys of secrets are, and a new data folder is given those of the old one', () => {
	using folder = temporaryFolder()
	const [from, to, other] = ['from', 'to', 'other'].map((name) => join(folder.path, name)) as [string, string, string]
	for (const each of [from, to, other]) mkdirSync(each)
	writeKeyFile(join(from, 'secret.key'), [one])
	writeKeyFile(join(other, 'secret.key'), [two])
	const facts = { needed: [keyId], configured: [], fromFolder: from, toFolder: undefined }
	assert.deepEqual(takeKeysAlong({ ...facts, needed: [] }), [])
	assert.match(
		takeKeysAlong(facts).join(),
		/^Secrets in it are sealed with the key in .*from\/secret\.key: a runner on the same data folder finds it;/,
	)
	assert.match(takeKeysAlong({ ...facts, toFolder: other }).join(), /^Secrets in it are sealed with the key in .*from\/secret\.key: /)
	assert.deepEqual(readFileSync(join(other, 'secret.key'), 'utf8'), `${two.toString('base64')}\n`)
	assert.match(
		takeKeysAlong({ ...facts, configured: [one] }).join(),
		/^Secrets in it are sealed with RUNHOOK_SECRET_KEY: its runners need the same\.$/,
	)
	assert.match(
		takeKeysAlong({ ...facts, fromFolder: undefined, toFolder: to }).join(),
		new RegExp(`^Secrets in it are sealed with the key ${keyId}: take secret\\.key along from `),
	)
	assert.match(
		takeKeysAlong({ ...facts, fromFolder: other, toFolder: to }).join(),
		/^Secrets in it are sealed with the key [0-9a-f]{16}: take/,
	)
	assert.ok(!existsSync(join(to, 'secret.key')))
	assert.match(
		takeKeysAlong({ ...facts, toFolder: to }).join(),
		/^The key that secrets in it are sealed with was taken along: .*to\/secret\.key\.$/,
	)
	assert.equal(readFileSync(join(to, 'secret.key'), 'utf8'), `${one.toString('base64')}\n`)
	assert.equal(statSync(join(to, 'secret.key')).mode & 0o777, 0o600)
	assert.deepEqual(takeKeysAlong({ ...facts, fromFolder: undefined, toFolder: to }), [])

	assert.match(besideBackup(from, []).join(), /without .*from\/secret\.key, kept apart/)
	assert.match(besideBackup(from, [one]).join(), /without RUNHOOK_SECRET_KEY, kept apart/)
	assert.deepEqual(besideBackup(folder.path, []), [])
})

test.run()
