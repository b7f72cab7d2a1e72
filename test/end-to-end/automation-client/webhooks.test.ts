import assert from 'node:assert/strict'
import { test } from 'uvu'
import { account, automationClient, group, refusal } from '../../support/automation-client.ts'
import { runbookText } from '../../support/runbook-text.ts'
import { startRunner } from '../../support/runner.ts'

const greets = runbookText(`output([parameters.greeting, parameters.WebhookData?.RequestBody].join(' '))`, {
	declares: 'parameters: z.object({ greeting: z.string(), count: z.number().optional(), WebhookData: WebhookData.optional() }),',
})
const open = () =>
	startRunner({
		runbooks: { greets, broken: 'export default 1' },
		webhooks: [{ name: 'of the file', runbook: 'greets', parameters: { greeting: 'Hi' } }],
	})
const inAYear = () => new Date(Date.now() + 365 * 86_400_000)
const call = async (uri: string, body = '') => fetch(uri, { method: 'POST', body })

test('a webhook is created with a generated address as the official client does it, called, listed and deleted', async () => {
	await using runner = await open()
	const { webhook } = automationClient(runner)
	const uri = String((await webhook.generateUri(group, account)).body)
	assert.match(uri, /^http:\/\/127\.0\.0\.1:\d+\/webhooks\?token=[\w-]{43}$/)
	const expiryTime = inAYear()
	const asked = { name: 'deploy', isEnabled: true, uri, expiryTime, runbook: { name: 'GREETS' }, parameters: { greeting: 'Hello' } }
	const created = await webhook.createOrUpdate(group, account, 'deploy', asked)
	assert.equal(created._response.status, 201)
	assert.deepEqual([created.name, created.uri, created.isEnabled, created.runbook?.name], ['deploy', '', true, 'GREETS'])
	assert.deepEqual([created.expiryTime, created.parameters, created.lastInvokedTime], [expiryTime, { greeting: 'Hello' }, null])
	// A client that did not see the answer asks again.
	const again = await webhook.createOrUpdate(group, account, 'DEPLOY', asked)
	assert.deepEqual([again._response.status, again.uri], [200, ''])

	const response = await call(uri, 'there')
	assert.equal(response.status, 202)
	const { JobIds } = (await response.json()) as { JobIds: [string] }
	await runner.untilJob(JobIds[0])
	assert.equal(await runner.output(JobIds[0]), 'Hello there\n')

	const listed = await webhook.listByAutomationAccount(group, account)
	assert.deepEqual(
		listed.map(({ name, uri: shown }) => [name, shown]),
		[
			['deploy', ''],
			['of the file', ''],
		],
	)
	const filtered = await webhook.listByAutomationAccount(group, account, { filter: "properties/runbook/name eq 'broken'" })
	assert.deepEqual([...filtered], [])
	assert.ok((await webhook.get(group, account, 'Deploy')).lastInvokedTime instanceof Date)
	assert.equal((await webhook.deleteMethod(group, account, 'deploy'))._response.status, 200)
	assert.equal((await call(uri)).status, 404)
	assert.match(await refusal(webhook.get(group, account, 'deploy')), /^404 NotFound: There is no webhook 'deploy'\.$/)
})

test('without an address the answer holds a new one, once', async () => {
	await using runner = await open()
	const { webhook } = automationClient(runner)
	const made = await webhook.createOrUpdate(group, account, 'a b/ü'.replace('/', '-'), {
		...{ name: 'a b-ü', expiryTime: inAYear(), runbook: { name: 'greets' }, parameters: { greeting: 'x', count: '3' } },
	})
	assert.equal((await call(made.uri!)).status, 202)
	assert.equal((await webhook.get(group, account, 'A B-ü')).uri, '')
	assert.equal(made.isEnabled, true)
})

test('what may change is whether it is enabled and its description; the rest is refused in the words that users know', async () => {
	await using runner = await open()
	const { webhook } = automationClient(runner)
	const expiryTime = inAYear()
	const base = { name: 'w', expiryTime, runbook: { name: 'greets' }, parameters: { greeting: 'Hi' } }
	const { uri } = await webhook.createOrUpdate(group, account, 'w', base)
	const patched = await webhook.update(group, account, 'w', { name: 'w', isEnabled: false, description: 'Off.' })
	assert.deepEqual([patched.isEnabled, patched.description], [false, 'Off.'])
	assert.deepEqual(
		[(await call(uri!)).status, await (await call(uri!)).json()],
		[400, { code: 'WebhookExpiredOrDisabled', message: 'This webhook has expired or is disabled' }],
	)
	assert.equal((await webhook.update(group, account, 'w', { name: 'w', isEnabled: true, parameters: { GREETING: 'Hi' } })).isEnabled, true)
	assert.equal((await call(uri!)).status, 202)

	const other = (await webhook.generateUri(group, account)).body as string
	const put = (change: object) => refusal(webhook.createOrUpdate(group, account, 'w', { ...base, ...change }))
	const create = (change: object) => refusal(webhook.createOrUpdate(group, account, 'new', { ...base, name: 'new', ...change }))
	const table: [() => Promise<string>, RegExp][] = [
		[() => put({ uri: other }), /^400 BadRequest: Property 'uri' cannot be updated\.$/],
		[
			() => put({ expiryTime: new Date(expiryTime.getTime() + 1) }),
			/^400 BadRequest: Property 'expiryTime' cannot be updated\. Use replace\.$/,
		],
		[() => put({ parameters: { greeting: 'Other' } }), /Property 'parameters' cannot be updated\. Use replace\.$/],
		[() => put({ runbook: { name: 'broken' } }), /Property 'runbook' cannot be updated\. Use replace\.$/],
		[() => put({ runOn: 'group' }), /^400 BadRequest: Hybrid worker groups are not supported\.$/],
		[
			() => refusal(webhook.update(group, account, 'w', { name: 'w', parameters: { greeting: 'x' } })),
			/Property 'parameters' cannot be updated/,
		],
		[() => refusal(webhook.update(group, account, 'none', { name: 'none' })), /^404 NotFound: There is no webhook 'none'\.$/],
		[() => create({ uri: 'http://127.0.0.1/webhooks?token=made-up' }), /^400 BadRequest: Invalid uri\.$/],
		[() => create({ uri: `${other}x` }), /^400 BadRequest: Invalid uri\.$/],
		[() => create({ expiryTime: new Date(Date.now() - 1) }), /^400 BadRequest: Invalid expiry time\.$/],
		[() => create({ expiryTime: new Date(Date.now() + 11 * 366 * 86_400_000) }), /^400 BadRequest: Invalid expiry time\.$/],
		[() => create({ expiryTime: undefined }), /^400 BadRequest: Invalid expiry time\.$/],
		[() => create({ runbook: undefined }), /^400 BadRequest: properties\.runbook\.name is mandatory\.$/],
		[() => create({ runbook: { name: 'none' } }), /^404 NotFound: There is no runbook 'none'\.$/],
		[() => create({ runbook: { name: 'broken' } }), /^400 BadRequest: Runbook 'broken' cannot be started: /],
		[() => create({ parameters: undefined }), /^400 BadRequest: Parameter 'greeting' is mandatory and has no value\.$/],
		[() => create({ parameters: { greeting: 'x', other: 'y' } }), /^400 BadRequest: Runbook 'greets' has no parameter 'other'/],
		[() => create({ parameters: { greeting: 'x', count: 'many' } }), /^400 BadRequest: Parameter 'count' must be a number/],
		[
			() => create({ parameters: { greeting: 'x'.repeat(524_289) } }),
			/^400 BadRequest: Job parameter values too long\. Max allowed length:524288\. Parameter names: greeting$/,
		],
		[
			() => refusal(webhook.listByAutomationAccount(group, account, { filter: 'properties/isEnabled eq true' })),
			/^400 BadRequest: The filter cannot be by properties\/isEnabled/,
		],
		[() => refusal(webhook.deleteMethod(group, account, 'none')), /^404 NotFound: There is no webhook 'none'\.$/],
		[
			() => refusal(webhook.get('other', account, 'w')),
			/^404 NotFound: There is no Automation account 'runhook' in resource group 'other'/,
		],
		[
			() => refusal(automationClient(runner, 'a-wrong-token').webhook.get(group, account, 'w')),
			/^401 Unauthorized: The token in the Authorization header is not valid here\.$/,
		],
		[() => refusal(automationClient(runner, uri!.split('token=')[1]).webhook.get(group, account, 'w')), /^403 Forbidden: /],
	]
	for (const [ask, expected] of table) assert.match(await ask(), expected)
	assert.deepEqual((await webhook.listByAutomationAccount(group, account)).length, 2)
})

test('a webhook of webhooks.json can be disabled, and changed nowhere but there', async () => {
	await using runner = await open()
	const { webhook } = automationClient(runner)
	const name = 'of the file'
	const declared = /^409 Conflict: Webhook 'of the file' is declared in webhooks\.json: change it there\.$/
	assert.match(await refusal(webhook.deleteMethod(group, account, name)), declared)
	assert.match(await refusal(webhook.update(group, account, name, { name, description: 'Mine.' })), declared)
	assert.equal((await replace(runner, name, { expiryTime: inAYear() })).status, 409)
	assert.equal((await webhook.update(group, account, name, { name, isEnabled: false })).isEnabled, false)
	assert.equal((await runner.call(name)).status, 400)
	assert.equal((await webhook.update(group, account, name, { name, isEnabled: true })).isEnabled, true)
	assert.equal((await runner.call(name)).status, 202)
})

const webhooksPath = `/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/runhook/providers/Microsoft.Automation/automationAccounts/runhook/webhooks`
const replace = (runner: Awaited<ReturnType<typeof open>>, name: string, properties: object) =>
	runner.manage(`${webhooksPath}/${encodeURIComponent(name)}/replace`, { method: 'POST', body: JSON.stringify({ properties }) })

test('a replaced webhook answers at both addresses until the overlap ends; whoever disables it ends both', async () => {
	await using runner = await open()
	const { webhook } = automationClient(runner)
	const base = { name: 'w', expiryTime: inAYear(), runbook: { name: 'greets' }, parameters: { greeting: 'Hi' } }
	const first = (await webhook.createOrUpdate(group, account, 'w', base)).uri!
	const before = Date.now()
	const response = await replace(runner, 'W', { expiryTime: inAYear(), overlapSeconds: 3_600 })
	const { properties } = (await response.json()) as { properties: { uri: string; overlapEndTime: string } }
	assert.equal(response.status, 200)
	assert.ok(Date.parse(properties.overlapEndTime) >= before + 3_600_000)
	assert.deepEqual([(await call(first)).status, (await call(properties.uri)).status], [202, 202])
	await webhook.update(group, account, 'w', { name: 'w', isEnabled: false })
	assert.deepEqual([(await call(first)).status, (await call(properties.uri)).status], [400, 400])
	await webhook.update(group, account, 'w', { name: 'w', isEnabled: true })
	const third = await replace(runner, 'w', { expiryTime: inAYear(), overlapSeconds: 0 })
	const { uri } = ((await third.json()) as { properties: { uri: string } }).properties
	assert.deepEqual([(await call(properties.uri)).status, (await call(first)).status, (await call(uri)).status], [404, 202, 202])
	await webhook.deleteMethod(group, account, 'w')
	assert.deepEqual([(await call(first)).status, (await call(uri)).status], [404, 404])
	for (const [name, given, status] of [
		['none', { expiryTime: inAYear() }, 404],
		['w', { expiryTime: 'soon' }, 404],
		['of the file', {}, 409],
		['of the file', { expiryTime: inAYear(), overlapSeconds: -1 }, 400],
	] as const)
		assert.equal((await replace(runner, name, given)).status, status, name)
})

test.run()
