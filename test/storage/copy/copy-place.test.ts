import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { test } from 'uvu'
import { placeOf, placesOf } from '../../../src/storage/copy/copy-place.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'

const url = 'postgres://someone:hidden-password@127.0.0.1/runhook'
const variables: Record<string, string> = { DATABASE: url, WRONG: 'mysql://someone:hidden-password@127.0.0.1/runhook', EMPTY: '' }
const place = (text: string, option: '--from' | '--to' = '--from') => placeOf(option, text, (name) => variables[name])

test('a place is a data folder, a file that is read, a database, or a variable that names one', () => {
	using folder = temporaryFolder()
	const backup = join(folder.path, 'backup.sqlite')
	writeFileSync(backup, '')
	assert.deepEqual(place('data'), { kind: 'sqlite', file: resolve('data/runhook.sqlite'), folder: resolve('data') })
	assert.deepEqual(place(backup), { kind: 'sqlite', file: backup, folder: folder.path })
	assert.deepEqual(place(backup, '--to'), { kind: 'sqlite', file: join(backup, 'runhook.sqlite'), folder: backup })
	assert.deepEqual([place(url), place('env:DATABASE')], Array(2).fill({ kind: 'postgres', url }))
})

test('what names no place is refused in a sentence that shows no URL', () => {
	const refused = (text: string, message: string) => assert.throws(() => place(text), { name: 'StartError', message })
	const allowed = 'allowed is a data folder, postgres://…, or env: and the name of a variable with such a URL.'
	for (const text of ['env:WRONG', variables.WRONG!]) refused(text, `--from: its value cannot be used; ${allowed}`)
	for (const name of ['NONE', 'EMPTY', '']) refused(`env:${name}`, `--from: the variable ${name} is not set.`)
	refused('', '--from: it is empty.')
	const places = (from: string, to: string) => placesOf({ from, to }, (name) => variables[name])
	for (const [from, to] of [
		['data', './data/'],
		['env:DATABASE', url],
	] as const)
		assert.throws(() => places(from, to), { message: '--from and --to name the same store.' })
})

test.run()
