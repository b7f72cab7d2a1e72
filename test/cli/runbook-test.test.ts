import assert from 'node:assert/strict'
import { readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'uvu'
import { type CommandSettings, runCommand, startCommand } from '../support/command.ts'
import { isAlive } from '../support/processes.ts'
import { runbookText } from '../support/runbook-text.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { until } from '../support/until.ts'

/** A folder with one runbook, and a temporary folder of the commands' own. */
function openPlace(text: string, name = 'deploy') {
	const folder = temporaryFolder()
	const temporary = temporaryFolder()
	writeFileSync(join(folder.path, `${name}.ts`), text)
	const settings: CommandSettings = { cwd: folder.path, environment: { TMPDIR: temporary.path } }
	const words = (more: string[]) => ['runbook', 'test', `${name}.ts`, ...more]
	return {
		path: folder.path,
		run: (...more: string[]) => runCommand(words(more), settings),
		start: (...more: string[]) => startCommand(words(more), settings),
		/** Has its runbook write the number of its process. */
		pid: (stdout: string) => Number(/^(\d+)$/m.exec(stdout)![1]),
		/** Folders of tests that are there: beside them Node keeps compiled code. */
		left: () => readdirSync(temporary.path).filter((name) => name.startsWith('runhook-')),
		[Symbol.dispose]() {
			folder[Symbol.dispose]()
			temporary[Symbol.dispose]()
		},
	}
}

const greet = runbookText(
	`output('Hello, ' + (parameters.WebhookData ? parameters.WebhookData.json().name : parameters.name) + '!')
	output({ times: parameters.times, webhook: job.webhookName, tries: job.tryCount, from: parameters.WebhookData?.header('from') })
	verbose('not kept')
	warning('careful')`,
	{ declares: 'parameters: z.object({ name: z.string(), times: z.number().default(1), WebhookData: WebhookData.optional() }),' },
)
const forEver = `output(String(process.pid)); await new Promise(() => setInterval(() => {}, 1000))`

test('a file is run without a server, with parameters bound as the server binds them', async () => {
	using place = openPlace(greet)
	const end = await place.run('--parameter', 'NAME=Ada', '--parameter', 'times=3', '--output', 'table')
	assert.equal(end.stdout, 'Hello, Ada!\n{"times":3,"webhook":null,"tries":1}\nWARNING: careful\n')
	assert.deepEqual([end.code, end.stderr], [0, 'The runbook ended: Completed\n'])
	assert.deepEqual(place.left(), [])
})

test('variables and credentials come from the surroundings, and are masked as on a server', async () => {
	using place = openPlace(
		runbookText(`output([await variable('api-key'), (await variable('api-key')).length])
		output(await setVariable('other', 1).catch((error: Error) => error.message))
		output(await credential('login').catch((error: Error) => error.message))`),
	)
	writeFileSync(join(place.path, '.env'), 'RUNHOOK_VARIABLE_API_KEY=a secret key\n')
	const end = await place.run('--output', 'table')
	assert.equal(
		end.stdout,
		`["***",12]
There is no variable 'other'. Here variables come from RUNHOOK_VARIABLE_OTHER or RUNHOOK_SECRETS_DIR.
There is no credential 'login'. Here credentials come from RUNHOOK_SECRETS_DIR.
`,
	)
})

test('a variable can be set, for the rest of the test', async () => {
	using place = openPlace(
		runbookText(`await setVariable('Run-Count', Number(await variable('run-count')) + 1)
		output(await variable('run-count'))
		await setVariable('run-count', 'another secret')
		output(await variable('RUN-COUNT'))`),
	)
	writeFileSync(join(place.path, '.env'), 'RUNHOOK_VARIABLE_RUN_COUNT=1\n')
	for (let time = 0; time < 2; time++) assert.equal((await place.run('--output', 'table')).stdout, '2\n***\n')
})

test('programs get a line of JSON a record, and one for the end', async () => {
	using place = openPlace(greet)
	const { stdout } = await place.run('--parameter', 'name=Ada')
	const lines = stdout
		.trimEnd()
		.split('\n')
		.map((line) => JSON.parse(line))
	assert.deepEqual(lines[1].properties.value, { value: { times: 1, webhook: null, tries: 1 } })
	assert.equal(lines[2].properties.streamType, 'Warning')
	assert.deepEqual(lines.at(-1), { properties: { status: 'Completed', exception: null } })
})

test('a recorded request stands for the call of a webhook, and parameters for its fixed values', async () => {
	using place = openPlace(greet)
	const request = (text: string) => {
		writeFileSync(join(place.path, 'request'), text)
		return place.run('--request', 'request', '--parameter', 'name=x', '--output', 'table')
	}
	const data = { WebhookName: 'orders', RequestHeader: { From: 'a@b' }, RequestBody: '{"name":"Grace"}' }
	assert.match((await request(JSON.stringify(data))).stdout, /^Hello, Grace!\n\{.*"webhook":"orders","tries":1,"from":"a@b"\}/)
	assert.match((await request('POST /x HTTP/1.1\nFROM: c@d\n\n{"name":"Raw"}')).stdout, /^Hello, Raw!\n.*"webhook":"test".*"from":"c@d"/)
	assert.match((await request('{"name":"Body"}')).stdout, /^Hello, Body!\n/)
	const unread = await request('no JSON')
	assert.equal(unread.code, 1)
	assert.match(unread.stderr, /Failed\nError: WebhookData\.RequestBody is not JSON/)
})

test('what a server would refuse is refused by name', async () => {
	using place = openPlace(greet)
	const refused = async (code: number, words: RegExp, ...more: string[]) => {
		const end = await place.run(...more)
		assert.deepEqual([end.code, end.stdout], [code, ''], end.stderr)
		assert.match(end.stderr, words)
	}
	await refused(1, /Parameter 'name' is mandatory/)
	await refused(1, /no parameter 'nmae'/, '--parameter', 'nmae=x')
	await refused(1, /Parameter 'times' must be a number/, '--parameter', 'name=x', '--parameter', 'times=many')
	await refused(2, /There is no file none/, '--request', 'none')
	writeFileSync(join(place.path, 'large'), 'x'.repeat(524_289))
	await refused(1, /larger than 524288 bytes/, '--request', 'large', '--parameter', 'name=x')
})

test('the state of a runbook is there, and gone with the test', async () => {
	const text = `const before = await state.get('last')
	await state.set('last', { run: 1 })
	output([before ?? 'nothing', await state.get('last')])
	await state.set('last', undefined)
	output((await state.get('last')) ?? 'nothing')`
	using place = openPlace(runbookText(text))
	for (let time = 0; time < 2; time++) assert.equal((await place.run('--output', 'table')).stdout, '["nothing",{"run":1}]\nnothing\n')
})

test('a file that cannot be loaded is told with its fault and its line', async () => {
	using faulty = openPlace('export default 1\nenum Colour { red }\n')
	const end = await faulty.run()
	assert.equal(end.code, 1)
	assert.match(end.stderr, /deploy\.ts cannot be loaded: .*enum.*\(deploy\.ts, line 2\)/)
	using late = openPlace(runbookText('', { declares: "schedule: { cron: '0 25 * * *' }," }))
	const refused = await late.run()
	assert.equal(refused.code, 1)
	assert.match(refused.stderr, /deploy\.ts cannot be loaded: schedule: .*'25' is no hour/)
	using named = openPlace(greet, '1st')
	assert.match((await named.run()).stderr, /1st\.ts is no name for a runbook/)
	using settings = openPlace(greet)
	writeFileSync(join(settings.path, '.env'), 'RUNHOOK_PORT=many')
	assert.match((await settings.run('--parameter', 'name=x')).stderr, /RUNHOOK_PORT: "many" cannot be used/)
})

test('the end of the runbook is the end of the command', async () => {
	using fails = openPlace(runbookText(`throw new Error('Not today.')`))
	const failed = await fails.run()
	assert.equal(failed.code, 1)
	assert.match(JSON.parse(failed.stdout).properties.exception, /^Error: Not today\./)
	using slow = openPlace(runbookText(forEver, { declares: 'timeoutSeconds: 1, stopGraceSeconds: 0,' }))
	const late = await slow.run('--output', 'table')
	assert.equal(late.code, 3)
	assert.match(late.stderr, /Stopped\nThe job was stopped because it ran longer than its limit of 1 s\./)
	using killed = openPlace(runbookText(`process.kill(process.pid, 'SIGKILL')`))
	assert.match((await killed.run('--output', 'table')).stderr, /Failed\n/)
})

test('Ctrl+C stops the runbook as a stop of its job would', async () => {
	using place = openPlace(
		runbookText(`output('ready'); await new Promise((resolve) => signal.addEventListener('abort', resolve)); output('bye')`),
	)
	const command = place.start('--output', 'table')
	await until('the runbook runs', () => command.stdout.includes('ready'))
	command.process.kill('SIGINT')
	const end = await command.ended
	assert.equal(end.code, 3)
	assert.equal(end.stdout, 'ready\nbye\n')
	assert.match(end.stderr, /^Stopping; .*\nThe runbook ended: Stopped\n/)
	assert.deepEqual(place.left(), [])
})

test('a second Ctrl+C ends everything at once', async () => {
	using place = openPlace(runbookText(forEver, { declares: 'stopGraceSeconds: 120,' }))
	const command = place.start('--output', 'table')
	await until('the runbook runs', () => /^\d+$/m.test(command.stdout))
	command.process.kill('SIGINT')
	await until('it is stopping', () => command.stderr.includes('Stopping'))
	command.process.kill('SIGTERM')
	const end = await command.ended
	assert.equal(end.code, 130)
	await until('the process of the runbook is gone', () => !isAlive(place.pid(end.stdout)))
	assert.deepEqual(place.left(), [])
})

test('a command that is killed leaves no runbook running', async () => {
	using place = openPlace(runbookText(forEver))
	const command = place.start('--output', 'table')
	await until('the runbook runs', () => /^\d+$/m.test(command.stdout))
	command.process.kill('SIGKILL')
	await command.ended
	await until('the process of the runbook is gone', () => !isAlive(place.pid(command.stdout)))
	await until('its folder is gone', () => place.left().length === 0)
})

test('a file that does not finish loading can be stopped', async () => {
	using place = openPlace(`${greet}\nprocess.stderr.write('loading')\nawait new Promise(() => setInterval(() => {}, 1000))`)
	const command = place.start('--output', 'table')
	await until('the file is being loaded', () => place.left().length > 0)
	command.process.kill('SIGINT')
	const end = await command.ended
	assert.equal(end.code, 3, end.stderr)
	assert.match(end.stderr, /stopped before the runbook ran/)
})

test.run()
