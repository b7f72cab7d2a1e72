import assert from 'node:assert/strict'
import { test } from 'uvu'
import { account, automationClient, group, refusal } from '../../support/automation-client.ts'
import { adminToken, type Runner, startRunner } from '../../support/runner.ts'

const open = () => startRunner({ runbooks: {} })
const accountPath =
	'/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/runhook/providers/Microsoft.Automation/automationAccounts/runhook'
const put = (runner: Runner, path: string, body: string) => runner.manage(`${accountPath}${path}`, { method: 'PUT', body })

test('a variable is created, read, changed, listed and deleted as the official client does it', async () => {
	await using runner = await open()
	const { variable } = automationClient(runner)
	const created = await variable.createOrUpdate(group, account, 'Region', { name: 'Region', value: '"west"', description: 'Where.' })
	assert.deepEqual([created._response.status, created.name, created.value, created.isEncrypted], [201, 'Region', '"west"', false])
	assert.ok(created.id!.endsWith('/variables/Region') && created.type === 'Microsoft.Automation/AutomationAccounts/Variables')
	const again = await variable.createOrUpdate(group, account, 'REGION', { name: 'REGION', value: ' {"a": [1]} ' })
	assert.deepEqual([again._response.status, again.name, again.value, again.description], [200, 'Region', ' {"a": [1]} ', 'Where.'])
	const patched = await variable.update(group, account, 'region', { name: 'region', value: '2' })
	assert.deepEqual([patched._response.status, patched.value, patched.description], [200, '2', 'Where.'])
	assert.ok(patched.lastModifiedTime!.getTime() >= patched.creationTime!.getTime())
	const described = await variable.update(group, account, 'region', { name: 'region', description: 'There.' })
	assert.deepEqual([described.value, described.description], ['2', 'There.'])
	await variable.createOrUpdate(group, account, 'a b-ü', { name: 'a b-ü' })
	const listed = await variable.listByAutomationAccount(group, account)
	assert.deepEqual(
		listed.map(({ name, value }) => [name, value]),
		[
			['a b-ü', 'null'],
			['Region', '2'],
		],
	)
	assert.equal((await variable.deleteMethod(group, account, 'REGION'))._response.status, 200)
	assert.match(await refusal(variable.get(group, account, 'region')), /^404 NotFound: There is no variable 'region'\.$/)
})

test('the value of an encrypted variable is in no answer, log line or byte of the store', async () => {
	await using runner = await open()
	const { variable } = automationClient(runner)
	const secret = 'a-very-secret-value'
	const created = await variable.createOrUpdate(group, account, 'key', { name: 'key', value: `"${secret}"`, isEncrypted: true })
	assert.deepEqual([created._response.status, created.value, created.isEncrypted], [201, undefined, true])
	const changed = await variable.createOrUpdate(group, account, 'key', { name: 'key', value: `"${secret}2"` })
	assert.deepEqual([changed._response.status, changed.value, changed.isEncrypted], [200, undefined, true])
	await variable.update(group, account, 'key', { name: 'key', value: `"${secret}3"` })
	const answers = [await variable.get(group, account, 'key'), await variable.listByAutomationAccount(group, account)]
	assert.equal(JSON.stringify(answers.map((answer) => answer._response.bodyAsText)).includes(secret), false)
	const faulty: [string, string][] = [
		['/variables/other', `{"properties":{"isEncrypted":true,"value":"${secret}"}}`],
		['/variables/key', `{"properties":{"value":"${secret}"}}`],
		['/variables/key', `{"properties":{"value":${secret}}}`],
		['/variables/key', `{"properties":{"value":["${secret}"]}}`],
		['/credentials/key', `{"properties":{"userName":"a","password":${secret}}}`],
		['/credentials/key', `{"properties":{"userName":"a","password":["${secret}"]}}`],
	]
	for (const [path, body] of faulty) {
		const response = await put(runner, path, body)
		assert.equal(response.status, 400)
		assert.equal((await response.text()).includes(secret), false)
	}
	await runner.end('SIGTERM')
	assert.equal(runner.logged.join('\n').includes(secret), false)
})

test('what a variable cannot be is refused in the words that users know', async () => {
	await using runner = await open()
	const { variable } = automationClient(runner)
	const make = (given: object) => refusal(variable.createOrUpdate(group, account, 'v', { name: 'v', ...given }))
	assert.match(await make({ value: 'hi' }), /^400 BadRequest: Invalid JSON primitive: hi\.$/)
	assert.match(await make({ value: '' }), /^400 BadRequest: Invalid JSON primitive: \.$/)
	assert.match(
		await make({ value: '"x"', isEncrypted: true }),
		/^400 BadRequest: The value of an encrypted variable has at least 4 characters/,
	)
	assert.match(
		await make({ value: JSON.stringify('x'.repeat(1_048_575)) }),
		/^400 BadRequest: The value of a variable has at most 1048576 characters\.$/,
	)
	assert.match(await make({ name: 'other', value: '1' }), /^400 BadRequest: The body names 'other', the path 'v'\.$/)
	await variable.createOrUpdate(group, account, 'long', { name: 'long', value: JSON.stringify('x'.repeat(1_048_574)) })
	await variable.createOrUpdate(group, account, 'v', { name: 'v', value: '1' })
	await variable.createOrUpdate(group, account, 's', { name: 's', value: '1234', isEncrypted: true })
	const fixed = /^400 BadRequest: Property 'isEncrypted' cannot be updated\. Delete the variable and create it anew\.$/
	assert.match(await make({ value: '1', isEncrypted: true }), fixed)
	assert.match(await refusal(variable.createOrUpdate(group, account, 's', { name: 's', isEncrypted: false })), fixed)
	assert.equal((await variable.createOrUpdate(group, account, 's', { name: 's', isEncrypted: true }))._response.status, 200)
	assert.match(await refusal(variable.update(group, account, 'none', { name: 'none' })), /^404 NotFound: There is no variable 'none'\.$/)
	assert.match(await refusal(variable.deleteMethod(group, account, 'none')), /^404 NotFound/)
	const nameless = await put(runner, '/variables/a%0Ab', '{"properties":{"value":"1"}}')
	assert.deepEqual(
		[nameless.status, ((await nameless.json()) as { message: string }).message.slice(0, 25)],
		[400, 'The name of a variable ha'],
	)
})

test('a list ends a page early where values are long, and the client follows to the end', async () => {
	await using runner = await open()
	const { variable } = automationClient(runner)
	const value = JSON.stringify('x'.repeat(1_048_574))
	const names = Array.from({ length: 12 }, (_, index) => `v${String(index).padStart(2, '0')}`)
	for (const name of names) await variable.createOrUpdate(group, account, name, { name, value })
	const first = await variable.listByAutomationAccount(group, account)
	assert.deepEqual([first.length, typeof first.nextLink], [9, 'string'])
	const second = await variable.listByAutomationAccountNext(first.nextLink!)
	assert.deepEqual(
		[...first, ...second].map(({ name }) => name),
		names,
	)
	assert.equal(second.nextLink, undefined)
})

test('a credential is created, changed, listed and deleted, and its password is in no answer', async () => {
	await using runner = await open()
	const { credential } = automationClient(runner)
	const given = { name: 'login', userName: 'ada', password: 'correct horse' }
	const created = await credential.createOrUpdate(group, account, 'login', { ...given, description: 'Mine.' })
	assert.deepEqual([created._response.status, created.userName, created.description], [201, 'ada', 'Mine.'])
	const again = await credential.createOrUpdate(group, account, 'LOGIN', { ...given, name: 'LOGIN', userName: 'bob' })
	assert.deepEqual([again._response.status, again.name, again.userName], [200, 'login', 'bob'])
	const patched = await credential.update(group, account, 'login', { name: 'login', password: 'battery staple' })
	assert.deepEqual([patched._response.status, patched.userName], [200, 'bob'])
	const listed = await credential.listByAutomationAccount(group, account)
	const bodies = [created, again, patched, listed, await credential.get(group, account, 'login')].map(
		({ _response }) => _response.bodyAsText,
	)
	assert.doesNotMatch(bodies.join(), /correct horse|battery staple|password/)
	assert.match(
		await refusal(credential.createOrUpdate(group, account, 'x', { name: 'x', userName: 'a', password: 'abc' })),
		/^400 BadRequest: A password has at least 4 characters/,
	)
	const half = await put(runner, '/credentials/x', '{"properties":{"userName":"a"}}')
	assert.deepEqual(
		[half.status, ((await half.json()) as { message: string }).message],
		[400, 'The body does not fit. properties.password: is mandatory.'],
	)
	assert.equal((await credential.deleteMethod(group, account, 'login'))._response.status, 200)
	assert.match(await refusal(credential.deleteMethod(group, account, 'login')), /^404 NotFound: There is no credential 'login'\.$/)
	assert.match(await refusal(automationClient(runner, `${adminToken}x`).credential.get(group, account, 'login')), /^401 /)
})

test('a description stays where a request leaves it out; null takes it away in a PUT, and is as absent in a PATCH', async () => {
	await using runner = await open()
	const table: [string, object][] = [
		['/variables/a', { value: '1' }],
		['/credentials/a', { userName: 'ada', password: 'correct horse' }],
		['/schedules/a', { cron: '0 7 * * *' }],
	]
	for (const [path, given] of table) {
		const ask = async (method: string, properties: object) => {
			const answer = await runner.manage(`${accountPath}${path}`, { method, body: JSON.stringify({ properties }) })
			return ((await answer.json()) as { properties: { description: unknown } }).properties.description
		}
		assert.equal(await ask('PUT', { ...given, description: 'Mine.' }), 'Mine.', path)
		assert.equal(await ask('PUT', given), 'Mine.', path)
		assert.equal(await ask('PATCH', { description: null }), 'Mine.', path)
		assert.equal(await ask('PATCH', { description: '' }), '', path)
		assert.equal(await ask('PUT', { ...given, description: null }), null, path)
	}
})

test.run()
