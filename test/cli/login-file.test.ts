import assert from 'node:assert/strict'
import { chmodSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { test } from 'uvu'
import { type Login, loginFile, readLogin, writeLogin } from '../../src/cli/login-file.ts'
import { UsageError } from '../../src/cli/usage-error.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

const login: Login = {
	endpoint: 'http://127.0.0.1:8080',
	azure: false,
	token: 'token',
	subscriptionId: '00000000-0000-0000-0000-000000000000',
	resourceGroup: 'runhook',
	account: 'runhook',
}
const mode = (path: string) => (statSync(path).mode & 0o777).toString(8)

test('a login is for its user alone, also where the folder was open', () => {
	using folder = temporaryFolder()
	const environment = { XDG_CONFIG_HOME: folder.path }
	mkdirSync(join(folder.path, 'runhook'))
	chmodSync(join(folder.path, 'runhook'), 0o755)
	assert.equal(readLogin(environment), undefined)
	const file = writeLogin(environment, login)
	assert.equal(mode(file), '600')
	assert.equal(mode(dirname(file)), '700')
	assert.deepEqual(readLogin(environment), login)
})

test('a later login takes the place of an earlier one and leaves nothing beside it', () => {
	using folder = temporaryFolder()
	const environment = { HOME: folder.path, XDG_CONFIG_HOME: 'relative' }
	writeLogin(environment, login)
	const file = writeLogin(environment, { ...login, token: 'new' })
	assert.equal(file, join(folder.path, '.config/runhook/login.json'))
	assert.equal(readLogin(environment)?.token, 'new')
	assert.deepEqual(readdirSync(dirname(file)), ['login.json'])
})

test('a file that is no login says how to mend it', () => {
	using folder = temporaryFolder()
	const environment = { XDG_CONFIG_HOME: folder.path }
	mkdirSync(dirname(loginFile(environment)))
	for (const text of ['{', '{}', 'null']) {
		writeFileSync(loginFile(environment), text)
		assert.throws(
			() => readLogin(environment),
			(error: UsageError) => error instanceof UsageError && /runhook login/.test(error.hint ?? ''),
		)
	}
	assert.throws(() => writeLogin({ XDG_CONFIG_HOME: loginFile(environment) }, login), UsageError)
})

test.run()
