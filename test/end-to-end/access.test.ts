import assert from 'node:assert/strict'
import { test } from 'uvu'
import { type Role, roles } from '../../src/access/role.ts'
import { healthKey } from '../support/ask-health.ts'
import { account, automationClient, group, jobName, json, refusal, textOf } from '../support/automation-client.ts'
import { runbookText } from '../support/runbook-text.ts'
import { adminToken, type Runner, startRunner } from '../support/runner.ts'
import { until } from '../support/until.ts'

const accountPath =
	'/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/runhook/providers/Microsoft.Automation/automationAccounts/runhook'
const inAYear = new Date(Date.now() + 365 * 86_400_000).toISOString()

type Token = {
	name: string
	properties: { token?: string; role: string; isEnabled: boolean; lastUsedTime: string | null; createdBy: string }
}

const ask = (
	runner: Runner,
	path: string,
	{ token = adminToken, method = 'GET', body }: { token?: string; method?: string; body?: unknown } = {},
) =>
	fetch(runner.url + path, {
		method,
		headers: { authorization: `Bearer ${token}` },
		...(body === undefined ? {} : { body: JSON.stringify(body) }),
	})
const put = (runner: Runner, name: string, properties: object, token?: string) =>
	ask(runner, `${accountPath}/accessTokens/${name}`, { method: 'PUT', body: { properties }, ...(token ? { token } : {}) })

async function makeToken(runner: Runner, name: string, role: Role): Promise<string> {
	const made = await json<Token>(put(runner, name, { role, expiryTime: inAYear }))
	return made.properties.token!
}

test('every operation is done for the roles that its description names, and refused to all others in Azure’s words', async () => {
	await using runner = await startRunner({ runbooks: {} })
	const tokens = new Map<Role, string>([['Owner', adminToken]])
	for (const role of roles) if (role !== 'Owner') tokens.set(role, await makeToken(runner, role.replace(' ', '-'), role))
	const { paths } = await json<{ paths: Record<string, Record<string, { operationId: string; description: string }>> }>(
		fetch(`${runner.url}/openapi.json`),
	)
	let refused = 0
	for (const [path, methods] of Object.entries(paths))
		for (const [method, { operationId, description }] of Object.entries(methods)) {
			const [, action, named] = /^Needs the action (\S+)\. Roles that have it: (.+)\.$/.exec(description) ?? []
			assert.ok(action && named, operationId)
			// The list of accounts is of this subscription and group, everything else is there or is not.
			const url = path
				.replace('{subscription}', '00000000-0000-0000-0000-000000000000')
				.replace(/\{(resourceGroup|automationAccount)\}/g, 'runhook')
			for (const [role, token] of tokens) {
				const response = await ask(runner, url.replace(/\{\w+\}/g, 'none'), { token, method: method.toUpperCase() })
				const { code, message } = (await response.json().catch(() => ({}))) as { code?: string; message?: string }
				const isAllowed = named.split(', ').includes(role)
				assert.equal(
					code === 'AuthorizationFailed' && response.status === 403,
					!isAllowed,
					`${operationId} as ${role}: ${response.status} ${message}`,
				)
				if (isAllowed) continue
				refused++
				assert.ok(
					message!.startsWith(
						`The client '${role.replace(' ', '-')}' does not have authorization to perform action '${action}' over scope '${accountPath}`,
					),
					message,
				)
			}
		}
	assert.ok(refused > 100)
	// What was refused is summed up, and no caller's role lets them read details of the health that it hides elsewhere.
	for (const [role, token] of tokens) {
		const isAllowed = ['Reader', 'Contributor', 'Owner'].includes(role)
		for (const path of ['/metrics', '/health/core', '/health/core/store']) {
			const { status } = await ask(runner, path, { token })
			assert.equal(status === 403, !isAllowed, `${path} as ${role}: ${status}`)
		}
	}
	await runner.end('SIGTERM')
	await runner.restart()
	const { value } = await json<{ value: { properties: { caller: object; sourceAddress: string; details: Record<string, unknown> } }[] }>(
		runner.manage(
			`${accountPath}/auditEvents?$filter=properties/action eq 'authorization/refused' and properties/caller/name eq 'Runbook-Operator'`,
		),
	)
	const [{ caller, sourceAddress, details }] = value.map(({ properties }) => properties) as [(typeof value)[0]['properties']]
	assert.deepEqual([caller, sourceAddress, value.length], [{ kind: 'accessToken', name: 'Runbook-Operator' }, '127.0.0.1', 1])
	assert.match(String(details.actions), /^read: 4, statistics\/read: 4, schedules\/read: 3, webhooks\/read: 2, /)
	assert.ok(Number(details.count) > 50)
})

test('a token of a Job Operator starts a job, reads its output and nothing else; the job tells who started it', async () => {
	await using runner = await startRunner({ runbooks: { hello: runbookText("output('Hello!')") } })
	const client = automationClient(runner, await makeToken(runner, 'ci', 'Job Operator'))
	const name = jobName()
	const job = await client.job.create(group, account, name, { runbook: { name: 'hello' } })
	assert.equal(job.startedBy, 'ci')
	await runner.untilJob(name)
	assert.equal((await client.job.get(group, account, name)).startedBy, 'ci')
	assert.equal(await textOf(await client.job.getOutput(group, account, name)), 'Hello!\n')
	assert.equal(
		await refusal(client.variable.listByAutomationAccount(group, account)),
		`403 AuthorizationFailed: The client 'ci' does not have authorization to perform action 'Microsoft.Automation/automationAccounts/variables/read' over scope '${accountPath}/variables' or the scope is invalid. It has the role Job Operator; the action is allowed to Reader, Contributor, Owner.`,
	)
	const own = await automationClient(runner).job.create(group, account, jobName(), { runbook: { name: 'hello' } })
	assert.equal(own.startedBy, 'management token')
})

test('an access token is shown once, switched off and on, noted when it is used, and gone when it is deleted or expired', async () => {
	await using runner = await startRunner({ runbooks: {} })
	const path = `${accountPath}/accessTokens/ci`
	const created = await put(runner, 'ci', { role: 'automation reader', expiryTime: inAYear, description: 'For CI.' })
	assert.deepEqual([created.status, created.headers.get('location')], [201, runner.url + path])
	const { properties } = (await created.json()) as Token
	const token = properties.token!
	assert.match(token, /^runhook_[\w-]{43}$/)
	assert.deepEqual([properties.role, properties.createdBy, properties.lastUsedTime], ['Reader', 'management token', null])
	assert.equal((await put(runner, 'CI', { role: 'Reader', expiryTime: inAYear })).status, 409)
	assert.equal((await ask(runner, path, { token })).status, 200)
	const shown = await until('its use was noted', async () => {
		const text = await (await ask(runner, path)).text()
		return (JSON.parse(text) as Token).properties.lastUsedTime !== null && text
	})
	assert.doesNotMatch(shown + (await (await ask(runner, `${accountPath}/accessTokens`)).text()), /runhook_|sha256/)

	const switchTo = (isEnabled: boolean) => ask(runner, path, { method: 'PATCH', body: { properties: { isEnabled } } })
	assert.equal(((await (await switchTo(false)).json()) as Token).properties.isEnabled, false)
	const disabled = await ask(runner, path, { token })
	assert.deepEqual(
		[disabled.status, ((await disabled.json()) as { message: string }).message],
		[401, 'The access token has been disabled.'],
	)
	await switchTo(true)
	assert.equal((await ask(runner, path, { token })).status, 200)
	assert.equal((await ask(runner, path, { method: 'DELETE' })).status, 200)
	assert.equal((await ask(runner, path, { token })).status, 401)
	assert.equal((await ask(runner, path)).status, 404)

	const soon = (await json<Token>(put(runner, 'short', { role: 'Reader', expiryTime: new Date(Date.now() + 1_500).toISOString() })))
		.properties.token!
	const expired = await until('it expires', async () => {
		const response = await ask(runner, `${accountPath}/accessTokens`, { token: soon })
		return response.status === 401 && response
	})
	assert.equal(((await expired.json()) as { message: string }).message, 'The access token has expired.')
	assert.doesNotMatch(runner.logged.join('\n'), /runhook_/)
})

test('what cannot be an access token is refused with what can', async () => {
	await using runner = await startRunner({ runbooks: {} })
	const good = { role: 'Reader', expiryTime: inAYear }
	const table: [string, object, RegExp][] = [
		['a%20b', good, /letters, digits, dots/],
		['aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee', good, /is no GUID/],
		['a', { ...good, role: 'Owner' }, /'Owner' is not one of Reader, Runbook Operator, Job Operator, Operator, Contributor\./],
		['a', { ...good, role: 'Admin' }, /'Admin' is not one of/],
		['a', { role: 'Reader' }, /expiryTime: is mandatory/],
		['a', { ...good, expiryTime: 'tomorrow' }, /Invalid expiry time/],
		['a', { ...good, expiryTime: '2020-01-01T00:00:00Z' }, /Invalid expiry time/],
		['a', { ...good, expiryTime: new Date(Date.now() + 733 * 86_400_000).toISOString() }, /by 732 days at most/],
	]
	for (const [name, properties, message] of table) {
		const response = await put(runner, name, properties)
		assert.equal(response.status, 400, name)
		assert.match(((await response.json()) as { message: string }).message, message)
	}
})

test('who tries tokens is slowed down, by 429 with Retry-After; the same wrong token again is no try', async () => {
	await using runner = await startRunner({ runbooks: {} })
	const statusOf = async (token: string) => (await ask(runner, '/jobs', { token })).status
	for (let count = 0; count < 30; count++) assert.equal(await statusOf('expired-long-ago'), 401)
	assert.equal(await statusOf(adminToken), 200)
	for (let count = 0; count < 19; count++) assert.equal(await statusOf(`guess-${count}`), 401)
	for (const path of ['/jobs', `${accountPath}/jobs`]) {
		const refused = await ask(runner, path, { token: 'guess' })
		assert.deepEqual([refused.status, ((await refused.json()) as { code: string }).code], [429, 'TooManyRequests'])
		const seconds = Number(refused.headers.get('retry-after'))
		assert.ok(seconds > 0 && seconds <= 60, String(seconds))
	}
	// From the same address not even a right one: else trying would go on. Calls of webhooks are no sign-ins.
	assert.equal(await statusOf(adminToken), 429)
	assert.equal((await fetch(`${runner.url}/webhooks?token=x`, { method: 'POST' })).status, 400)
})

test('behind a proxy that is trusted its client is slowed down and told in the audit trail, and nobody else', async () => {
	const environment = { RUNHOOK_TRUSTED_PROXIES: '127.0.0.1', RUNHOOK_HEALTH_KEY: healthKey }
	await using runner = await startRunner({ runbooks: {}, environment })
	const statusFrom = async (client: string, token: string, init: RequestInit = {}, path = '/jobs') =>
		(await fetch(`${runner.url}${path}`, { ...init, headers: { authorization: `Bearer ${token}`, 'X-Forwarded-For': client } })).status
	for (let count = 0; count < 20; count++) assert.equal(await statusFrom(`10.0.0.${count}, 192.0.2.1`, `guess-${count}`), 401)
	assert.deepEqual([await statusFrom('192.0.2.1', adminToken), await statusFrom('192.0.2.2', adminToken)], [429, 200])
	const variable = { method: 'PUT', body: JSON.stringify({ name: 'region', properties: { value: '1' } }) }
	assert.equal(await statusFrom('192.0.2.2', adminToken, variable, `${accountPath}/variables/region`), 201)
	const { value } = (await (await runner.manage(`${accountPath}/auditEvents?$top=1`)).json()) as {
		value: [{ properties: { action: string; sourceAddress: string } }]
	}
	assert.deepEqual([value[0].properties.action, value[0].properties.sourceAddress], ['variables/write', '192.0.2.2'])

	// Sent at once no more are answered than one by one.
	const guesses = Array.from({ length: 100 }, (_, index) => statusFrom('192.0.2.3', `guess-${index}`))
	const statuses = await Promise.all(guesses)
	assert.deepEqual(
		[401, 429].map((status) => statuses.filter((each) => each === status).length),
		[20, 80],
	)

	// Keys of monitors are no easier to find; and none is told that all is down because of who is beside it.
	const withKeyFrom = (client: string, key: string, path: string) =>
		fetch(runner.url + path, { headers: { 'x-health-key': key, 'X-Forwarded-For': client } })
	for (let count = 0; count < 20; count++) assert.equal((await withKeyFrom('192.0.2.4', `guess-${count}`, '/metrics')).status, 401)
	for (const path of ['/metrics', '/health/core/store']) assert.equal((await withKeyFrom('192.0.2.4', healthKey, path)).status, 429)
	assert.match(await (await withKeyFrom('192.0.2.4', healthKey, '/health/core')).text(), /^\{"status":"(up|down)"\}$/)
	assert.equal((await withKeyFrom('192.0.2.5', healthKey, '/metrics')).status, 200)
})

test.run()
