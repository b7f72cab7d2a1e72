import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { test } from 'uvu'
import { letInto, runCommand } from '../support/command.ts'
import { runbookText } from '../support/runbook-text.ts'
import { startRunner } from '../support/runner.ts'
import { scriptedServer } from '../support/scripted-server.ts'

const token = { RUNHOOK_TOKEN: 'token-of-the-test' }

test('what cannot be understood ends with 2 and a suggestion', async () => {
	const refused = async (words: string[], said: RegExp) => {
		const end = await runCommand(words)
		assert.deepEqual([end.code, end.stdout], [2, ''], end.stderr)
		assert.match(end.stderr, said)
	}
	await refused(['webhok', 'list'], /unknown command 'webhok'\n\(Did you mean webhook\?\)\n.*--help/)
	await refused(['job', 'wacth', 'x'], /unknown command 'wacth'\n\(Did you mean watch\?\)/)
	await refused(['job', 'list', '--limt', '5'], /unknown option '--limt'\n\(Did you mean --limit\?\)/)
	await refused(['webhook', 'create', '--expires', '1d'], /missing required argument 'name'|required option/)
	await refused(['job', 'show'], /missing required argument 'job'/)
	await refused(['job', 'show', 'one', 'two'], /too many arguments/)
	await refused(['job', 'list', '--output', 'xml'], /Allowed choices are table, json/)
	await refused(
		['job', 'list'],
		/There is no token for http:\/\/127\.0\.0\.1:8080\.\nLog in with 'runhook login --endpoint http:\/\/127\.0\.0\.1:8080'/,
	)
	await refused(['job', 'list', '--endpoint', 'runner'], /The endpoint 'runner' must be/)
	await refused([], /Usage: runhook/)
	await refused(['webhook'], /Usage: runhook webhook/)
})

test('help and version are results', async () => {
	const help = await runCommand(['--help'])
	assert.deepEqual([help.code, help.stderr], [0, ''])
	assert.match(help.stdout, /Exit codes: 0 done or Completed, 1 Failed or refused, 2 usage, 3 Stopped or Suspended, 4 unreachable/)
	assert.match((await runCommand(['job', 'watch', '--help'])).stdout, /Usage: runhook job watch \[options\] <job>[\s\S]*--endpoint <url>/)
	assert.match((await runCommand(['--version'])).stdout, /^\d+\.\d+\.\d+\n$/)
})

test('options of the program stand before the command as well', async () => {
	const end = await runCommand(['--endpoint', 'http://127.0.0.1:1', '--output', 'json', 'job', 'list'], { environment: token })
	assert.equal(end.code, 4)
	assert.match(end.stderr, /http:\/\/127\.0\.0\.1:1 cannot be reached: connect ECONNREFUSED/)
})

test('a server that fails is 4, one that refuses is 1, and neither puts its page on the screen', async () => {
	let answer = { status: 503, type: 'application/json', body: '{"code":"ServiceUnavailable","message":"Try again."}' }
	await using server = await scriptedServer(
		(_, response) => void response.writeHead(answer.status, { 'content-type': answer.type }).end(answer.body),
	)
	const ask = () => runCommand(['webhook', 'list'], { environment: { ...token, RUNHOOK_ENDPOINT: server.url } })
	assert.deepEqual(await ask(), { code: 4, stdout: '', stderr: 'Error: Try again.\nTry again later.\n' })
	answer = { status: 404, type: 'text/html', body: '<html>Not here</html>' }
	assert.match((await ask()).stderr, /The server answered 404, without words for people/)
	answer = { status: 200, type: 'text/html', body: '<html>Welcome</html>' }
	assert.match((await ask()).stderr, /What answers there is no Automation account/)
	answer = { status: 302, type: 'text/plain', body: '' }
	assert.equal((await ask()).code, 1)
	assert.equal(server.requests.length, 4)
})

test('the token goes to the endpoint alone, also where a page or an answer names another one', async () => {
	await using other = await scriptedServer(() => ({ value: [] }))
	await using server = await scriptedServer(({ query, path }) => ({
		value: [{ name: query.has('$skiptoken') ? 'two' : 'one', properties: {} }],
		...(query.has('$skiptoken') ? {} : { nextLink: `${other.url}/prefix${path}?$skiptoken=1` }),
	}))
	const { stdout } = await runCommand(['webhook', 'list'], { environment: { ...token, RUNHOOK_ENDPOINT: server.url } })
	assert.deepEqual(
		JSON.parse(stdout).value.map(({ name }: { name: string }) => name),
		['one', 'two'],
	)
	await using sending = await scriptedServer((_, response) => void response.writeHead(307, { location: `${other.url}/x` }).end())
	const sent = await runCommand(['webhook', 'list'], { environment: { ...token, RUNHOOK_ENDPOINT: sending.url } })
	assert.equal(sent.code, 1)
	assert.equal(other.requests.length, 0)
})

test('a reader who has enough ends the command in silence', async () => {
	await using runner = await startRunner({ runbooks: { many: runbookText('for (let i = 0; i < 5000; i++) output("x".repeat(200))') } })
	const mainFile = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url))
	const environment = { PATH: process.env.PATH, ...letInto(runner) }
	const shell = spawn('sh', ['-c', `"$0" "$1" runbook run many | head -1`, process.execPath, mainFile], { env: environment })
	let written = ''
	shell.stderr.on('data', (chunk) => {
		written += chunk
	})
	shell.stdout.resume()
	await once(shell, 'close')
	assert.equal(written, '')
})

test.run()
