import assert from 'node:assert/strict'
import { globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'uvu'
import { account, automationClient, group } from '../support/automation-client.ts'
import { runbookText } from '../support/runbook-text.ts'
import { type Runner, startRunner } from '../support/runner.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

const secret = 'pa55/word+with "quotes" & ümläut'
/** Longer than what Node shows of a text. */
const long = Array.from({ length: 2_000 }, (_, index) => `part${index * index}`).join('')
const other = 'AccountKey=c2VjcmV0IGtleQ=='

async function create(runner: Runner): Promise<void> {
	const { variable, credential } = automationClient(runner)
	const put = (name: string, value: unknown, isEncrypted = false) =>
		variable.createOrUpdate(group, account, name, { name, value: JSON.stringify(value), isEncrypted })
	await put('Region', 'west')
	await put('limits', { most: 3, names: ['a'] })
	await put('connection', { kind: 'table', key: other, port: 48_123 }, true)
	await put('counter', 10_000, true)
	await credential.createOrUpdate(group, account, 'login', { name: 'login', userName: 'ada', password: secret })
	await credential.createOrUpdate(group, account, 'long', { name: 'long', userName: 'ada', password: long })
}

async function ended(runner: Runner, name: string): Promise<{ jobId: string; status: string; exception: string | null; lines: string[] }> {
	const jobId = await runner.start(name)
	const { status, exception } = (await runner.untilJob(jobId)).properties
	return { jobId, status, exception, lines: (await runner.output(jobId)).trimEnd().split('\n') }
}

type Use = { kind: string; name: string; access: string; source: string; firstTime: string; lastTime: string; useCount: number }
const uses = async (runner: Runner, jobId: string) =>
	((await (await runner.manage(`/jobs/${jobId}/assets`)).json()) as { value: Use[] }).value
const short = ({ kind, name, access, source, useCount }: Use) => `${kind} ${name} ${access} ${source} ${useCount}`

const reads = runbookText(`
	output(await variable('REGION'))
	output(await variable('limits'))
	await setVariable('region', 'north')
	output([await variable('region'), (await credential('Login')).userName])
	const counter = await variable('counter')
	await setVariable('counter', counter + 1)
	output((await variable('counter')) === counter + 1)`)
const misses = runbookText(`
	for (const ask of [() => variable('regoin'), () => credential('logins'), () => variable(''), () => setVariable('none', 1),
		() => setVariable('region', undefined), () => setVariable('region', 'x'.repeat(1_048_575)), () => setVariable('counter', 1)])
		output(await ask().then(() => 'done', (error: Error) => error.message))
	const { password } = await credential('login')
	output(await setVariable('region', { password }).catch((error: Error) => error.message))`)

test('a runbook reads and sets variables and reads credentials, and what it used is recorded with the job', async () => {
	await using runner = await startRunner({ runbooks: { reads, misses } })
	await create(runner)
	const { jobId, lines, exception } = await ended(runner, 'reads')
	assert.deepEqual(lines, ['west', '{"most":3,"names":["a"]}', '["north","ada"]', 'true'], exception ?? '')
	const used = await uses(runner, jobId)
	assert.deepEqual(used.map(short), [
		'variable Region read store 2',
		'variable limits read store 1',
		'variable Region write store 1',
		'credential login read store 1',
		'variable counter read store 2',
		'variable counter write store 1',
	])
	assert.match(used[0]!.firstTime, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)
	assert.equal((await automationClient(runner).variable.get(group, account, 'region')).value, '"north"')

	assert.deepEqual((await ended(runner, 'misses')).lines, [
		"There is no variable 'regoin'. Is it 'Region'?",
		"There is no credential 'logins'. Is it 'login'?",
		"There is no variable ''.",
		"There is no variable 'none'. Create it with: runhook variable set none",
		"The value of variable 'region' must be JSON.",
		'The value of a variable has at most 1048576 characters.',
		'The value of an encrypted variable has at least 4 characters: a shorter one cannot be masked in the streams of jobs.',
		"Variable 'Region' is not encrypted: a secret that this job has read cannot be its value.",
	])
})

const leaks = runbookText(
	`
	const { password } = await credential('login')
	const connection = await variable('connection')
	output(password)
	output({ [password]: [password, { port: connection.port }] })
	output(connection)
	console.log('log', connection, password)
	console.error(new Error(password))
	const { password: long } = await credential('long')
	console.log({ long })
	console.dir([{ long }])
	const database = new URL('postgres://ada@h/db')
	database.password = password
	output(database.href)
	warning('https://x/?p=' + encodeURIComponent(password) + '&' + new URLSearchParams({ password }))
	verbose(Buffer.from('user:' + password).toString('base64'))
	debug(Buffer.from(connection.key + ':x').toString('base64url'))
	progress({ activity: password, status: JSON.stringify(connection) })
	process.stdout.write(password.slice(0, 10))
	process.stdout.write(password.slice(10) + '\\n')
	writeSync(1, 'raw ' + password + '\\n')
	writeSync(2, 'raw ' + connection.key + '\\n')
	spawnSync('echo', [password], { stdio: 'inherit' })
	for (let index = 0; index < 10_050; index++) output(index + password)
	throw new Error('It failed with ' + password, { cause: new Error(connection.key) })`,
	{
		head: `import { spawnSync } from 'node:child_process'\nimport { writeSync } from 'node:fs'`,
		declares: 'logVerbose: true, logDebug: true, logProgress: true, permissions: { childProcess: true },',
	},
)
/** What a later job of the same process finds in its memory. */
const keeps = runbookText(`output(typeof kept); kept ??= (await credential('login')).password; output(kept)`, { head: 'let kept: any' })
const crashes = runbookText(
	`process.title = (await credential('login')).password; setImmediate(() => { throw new Error(process.title) }); await new Promise(() => {})`,
)

const secrets = [secret, JSON.stringify(secret).slice(1, -1), other, '48123', Buffer.from(secret).toString('base64').slice(0, -4)]
const inUrl = Object.assign(new URL('postgres://ada@h/db'), { password: secret }).password
const forms = [...secrets, long.slice(0, 40), inUrl, encodeURIComponent(secret), new URLSearchParams({ p: secret }).toString().slice(2)]

function assertNowhere(text: string, where: string): void {
	for (const form of forms) assert.equal(text.includes(form), false, `${form} is in ${where}`)
}

test('a secret that a job has read is in no stream, exception, log line, answer or byte of the store, however it is written', async () => {
	await using runner = await startRunner({ runbooks: { leaks, keeps, crashes }, environment: { RUNHOOK_LOG_LEVEL: 'debug' } })
	await create(runner)
	const { jobId, status, exception } = await ended(runner, 'leaks')
	assert.equal(status, 'Failed')
	assert.match(exception!, /^Error: It failed with \*\*\*\n[\s\S]*Caused by: Error: \*\*\*/)
	const response = await runner.manage(`/jobs/${jobId}/streams?follow`)
	const events = await response.text()
	assertNowhere(events, 'the streams')
	for (const type of ['Output', 'Error', 'Warning', 'Verbose', 'Debug', 'Progress'])
		assert.ok(events.includes(`"streamType":"${type}"`), type)
	assert.match(events, /raw \*\*\*/)
	assert.match(events, /postgres:\/\/ada:\*\*\*@h\/db/)
	assertNowhere(await runner.output(jobId), 'the output')
	assertNowhere(exception!, 'the exception')

	for (const known of ['undefined', 'string']) assert.deepEqual((await ended(runner, 'keeps')).lines, [known, '***'])
	const crash = await ended(runner, 'crashes')
	assert.deepEqual([crash.status, crash.exception!.includes('***')], ['Failed', true])
	assertNowhere(crash.exception!, 'the exception of a crash')

	await runner.end('SIGTERM')
	assertNowhere(runner.logged.join('\n'), 'the log')
	const files = globSync(join(runner.folder, 'data/**/*')).filter((file) => !file.includes('sandboxes'))
	assert.ok(files.some((file) => file.endsWith('.sqlite')))
	for (const file of files) assertNowhere(readFileSync(file, 'latin1') + readFileSync(file, 'utf8'), file)
})

const fromOutside = runbookText(`
	output([await variable('my-region'), (await variable('TOKEN')).length, await variable('plain')])
	const { userName, password } = await credential('db')
	output([userName, password, password.length])
	output(await setVariable('token', 'x').catch((error: Error) => error.message))
	output(process.env.RUNHOOK_VARIABLE_MY_REGION ?? 'not seen')
	output(await variable('..').catch((error: Error) => error.message))
	output(await credential('half').catch((error: Error) => error.message.replace(/ in .* has/, ' has')))`)

test('assets come from the environment and from mounted files, too: they win over the store, are read at use and masked', async () => {
	using mounted = temporaryFolder()
	const write = (file: string, text: string) => writeFileSync(join(mounted.path, file), text)
	for (const folder of ['variables', 'credentials/db', 'credentials/half']) mkdirSync(join(mounted.path, folder), { recursive: true })
	write('variables/Token', 'first token\n')
	write('credentials/db/username', 'sa\n')
	write('credentials/db/password', 'a password\r\n')
	write('credentials/half/username', 'x')
	await using runner = await startRunner({
		runbooks: { outside: fromOutside },
		environment: { RUNHOOK_VARIABLE_MY_REGION: 'from outside', RUNHOOK_SECRETS_DIR: mounted.path },
	})
	const { variable, credential } = automationClient(runner)
	for (const name of ['my-region', 'token', 'plain']) await variable.createOrUpdate(group, account, name, { name, value: '"stored"' })
	await credential.createOrUpdate(group, account, 'db', { name: 'db', userName: 'stored', password: 'stored' })
	const expected = (length: number) => [
		`["***",${length},"stored"]`,
		'["sa","***",10]',
		"Variable 'token' comes from the secrets folder: a job cannot set it.",
		'not seen',
		"There is no variable '..'.",
		"Credential 'half' has no file 'password'.",
	]
	const { jobId, lines } = await ended(runner, 'outside')
	assert.deepEqual(lines, expected(11))
	const found = (await uses(runner, jobId)).map(short)
	assert.deepEqual(found.toSorted(), [
		'credential db read file 1',
		'variable TOKEN read file 1',
		'variable my-region read environment 1',
		'variable plain read store 1',
	])
	write('variables/Token', 'second, longer token')
	assert.deepEqual((await ended(runner, 'outside')).lines, expected(20))
})

test.run()
