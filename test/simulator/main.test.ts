import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { temporaryFolder } from '../support/temporary-folder.ts'

const main = fileURLToPath(new URL('./main.ts', import.meta.url))

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
	test(`the program says where it listens, logs a request, and ends well on ${signal}`, async () => {
		const program = spawn(process.execPath, [main, '--port=0'], { stdio: ['ignore', 'pipe', 'pipe'] })
		const exit = once(program, 'exit')
		const [said] = (await once(program.stdout, 'data')) as [Buffer]
		const url = /^Azure simulator listening on (http:\/\/127\.0\.0\.1:\d+)$/m.exec(said.toString())?.[1]
		const logged = once(program.stderr, 'data')
		const response = await fetch(`${url}/subscriptions/x?api-version=2026-04-01`)
		assert.is(response.status, 401)
		const [line] = (await logged) as [Buffer]
		assert.is((JSON.parse(line.toString()) as { status: number }).status, 401)
		program.kill(signal)
		assert.equal(await exit, [0, null])
	})
}

test('over https the program says how to trust it and where to sign in', async () => {
	using folder = temporaryFolder()
	const file = join(folder.path, 'authority.pem')
	const program = spawn(process.execPath, [main, '--port=0', `--https=${file}`], { stdio: ['ignore', 'pipe', 'ignore'] })
	const exit = once(program, 'exit')
	let said = ''
	for await (const part of program.stdout) {
		said += part
		if (said.includes('POST a fault')) break
	}
	const [, url = ''] = /^Azure simulator listening on (https:\/\/localhost:\d+)$/m.exec(said) ?? []
	assert.match(said, `AZURE_AUTHORITY_HOST=${url} NODE_EXTRA_CA_CERTS=${file} `)
	const sign = `const { token_endpoint } = await (await fetch('${url}/t/v2.0/.well-known/openid-configuration')).json(); console.log(token_endpoint)`
	const environment = { ...process.env, NODE_EXTRA_CA_CERTS: file }
	const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', sign], { env: environment })
	assert.is(stdout.trim(), `${url}/t/oauth2/v2.0/token`)
	program.kill()
	assert.equal(await exit, [0, null])
})

for (const [argument, problem] of [
	['--port=many', '--port must be a number'],
	['--operation-seconds=-1', '--operation-seconds must be a number'],
	['--capture-time-scale=slow', '--capture-time-scale must be a number'],
] as const) {
	test(`the program refuses ${argument}`, async () => {
		const program = spawn(process.execPath, [main, argument], { stdio: ['ignore', 'ignore', 'pipe'] })
		const exit = once(program, 'exit')
		const [said] = (await once(program.stderr, 'data')) as [Buffer]
		assert.match(said.toString(), problem)
		assert.equal(await exit, [1, null])
	})
}

test.run()
