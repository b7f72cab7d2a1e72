import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { test } from 'uvu'
import { runbookText } from '../support/runbook-text.ts'
import { type Runner, type RunnerSettings, startRunner } from '../support/runner.ts'
import { until } from '../support/until.ts'

const accountPath =
	'/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/runhook/providers/Microsoft.Automation/automationAccounts/runhook'
const says = (text: string) =>
	runbookText(`output('${text} ' + parameters.WebhookData.RequestBody + ' ' + parameters.WebhookData.RequestHeader['X-Own'])`, {
		declares: 'parameters: z.object({ WebhookData }),',
	})
const secret = 'a secret of the tests'
const signed = { signature: { scheme: 'github', secrets: [{ variable: 'hook-secret' }] } }
const github = (body: string) => ({ 'X-Hub-Signature-256': `sha256=${createHmac('sha256', secret).update(body).digest('hex')}` })
const open = (settings: Partial<RunnerSettings> = {}) =>
	startRunner({
		runbooks: { says: says('old') },
		webhooks: [
			{ name: 'hook', runbook: 'says' },
			{ name: 'signed', runbook: 'says', ...signed },
		],
		environment: { RUNHOOK_VARIABLE_HOOK_SECRET: secret },
		...settings,
	})

type Properties = {
	deliveryId: string
	kind: string
	status: number
	code: string | null
	reason: string | null
	isRepeated: boolean
	sourceAddress: string | null
	jobId: string | null
	bodyBytes: number | null
	durationMilliseconds: number
	headers?: Record<string, string>
	body?: string | null
	bodyEncoding?: string
}
async function ask<Body>(runner: Runner, method: string, path: string, properties?: object): Promise<{ status: number; body: Body }> {
	const init = properties === undefined ? { method } : { method, body: JSON.stringify({ properties }) }
	const response = await runner.manage(`${accountPath}/webhooks/${path}`, init)
	return { status: response.status, body: (await response.json()) as Body }
}
const list = async (runner: Runner, name: string, query = '') =>
	(await ask<{ value: { properties: Properties }[]; nextLink?: string }>(runner, 'GET', `${name}/deliveries${query}`)).body
const deliveriesOf = async (runner: Runner, name: string) => (await list(runner, name)).value.map(({ properties }) => properties)
const read = async (runner: Runner, name: string, id: string) =>
	(await ask<{ properties: Properties }>(runner, 'GET', `${name}/deliveries/${id}`)).body.properties

test('every call of a webhook is kept with what came, what was answered and why, and without secrets', async () => {
	await using runner = await open()
	const jobId = await runner.start('signed', 'körper', {
		...github('körper'),
		'X-Own': 'a',
		Authorization: 'Bearer x',
		'X-Api-Key': 'k',
		'X-Gitlab-Token': 'g',
		'X-Original-URL': runner.webhookUrl('signed'),
		'Idempotency-Key': 'i',
	})
	await runner.call('signed', 'other', github('körper'))
	await runner.start('signed', 'again', { ...github('again'), 'X-GitHub-Delivery': 'd' })
	await runner.start('signed', 'again', { ...github('again'), 'X-GitHub-Delivery': 'd' })
	const bytes = new Uint8Array([0xff, 0xfe])
	await runner.call('signed', bytes)
	await runner.call('signed', 'x'.repeat(524_289))
	const kept = await deliveriesOf(runner, 'signed')
	assert.deepEqual(
		kept.map(({ status, code, isRepeated, bodyBytes }) => [status, code, isRepeated, bodyBytes]),
		[
			[413, 'PayloadTooLarge', false, null],
			[401, 'InvalidSignature', false, 2],
			[202, null, true, 5],
			[202, null, false, 5],
			[401, 'InvalidSignature', false, 5],
			[202, null, false, 7],
		],
	)
	assert.deepEqual([kept[2]!.jobId, kept[5]!.jobId, kept[4]!.jobId], [kept[3]!.jobId, jobId, null])
	assert.match(kept[4]!.reason ?? '', /not of this body/)
	for (const { sourceAddress, durationMilliseconds, kind } of kept)
		assert.ok(sourceAddress === '127.0.0.1' && durationMilliseconds > 0 && kind === 'call')
	const first = await read(runner, 'signed', kept[5]!.deliveryId)
	assert.deepEqual(
		[first.body, first.bodyEncoding, first.headers?.['X-Own'], first.headers?.['X-Api-Key'], first.headers?.['Idempotency-Key']],
		['körper', 'utf-8', 'a', '***', 'i'],
	)
	// With the signature and the body anybody could make the call, and with the token, too.
	assert.equal(first.headers?.['X-Hub-Signature-256'], '***')
	assert.equal(first.headers?.['X-Original-URL'], `${runner.url}/webhooks?token=***`)
	assert.deepEqual(
		Object.keys(first.headers!).filter((name) => /authorization|gitlab/i.test(name)),
		[],
	)
	const binary = await read(runner, 'signed', kept[1]!.deliveryId)
	assert.deepEqual([binary.body, binary.bodyEncoding], ['//4=', 'base64'])
	const page = await list(runner, 'signed', '?$top=4')
	const next = (await (await runner.manage(page.nextLink!.slice(runner.url.length))).json()) as {
		value: { properties: Properties }[]
		nextLink?: string
	}
	assert.deepEqual(
		[...page.value, ...next.value].map(({ properties }) => properties.deliveryId),
		kept.map(({ deliveryId }) => deliveryId),
	)
	assert.equal(next.nextLink, undefined)
	assert.deepEqual((await list(runner, 'hook')).value, [])
	for (const path of ['none/deliveries', `hook/deliveries/${kept[0]!.deliveryId}`, 'signed/deliveries/none'])
		assert.equal((await ask(runner, 'GET', path)).status, 404, path)
})

test('deliveries are there after the runner has ended in order, and are gone with their webhook', async () => {
	await using runner = await open()
	await runner.start('hook', 'body')
	await runner.end('SIGTERM')
	await runner.restart()
	assert.equal((await deliveriesOf(runner, 'hook')).length, 1)
	runner.writeWebhooks([{ name: 'signed', runbook: 'says', ...signed }])
	await until('the webhook is deleted', async () => (await ask(runner, 'GET', 'hook')).status === 404)
	runner.writeWebhooks([{ name: 'hook', runbook: 'says' }])
	await until('another one has its name', async () => (await ask(runner, 'GET', 'hook')).status === 200)
	assert.deepEqual(await deliveriesOf(runner, 'hook'), [])
})

test('of many calls the last ones are kept, and a flood of one kind leaves those of the other', async () => {
	await using runner = await open()
	const refused = await runner.call('signed', 'refused')
	assert.equal(refused.status, 401)
	for (let round = 0; round < 3; round++) {
		await Promise.all(Array.from({ length: 50 }, () => runner.start('signed', 'many', github('many'))))
		await deliveriesOf(runner, 'signed')
	}
	await runner.start('signed', 'last', github('last'))
	const kept = (await list(runner, 'signed', '?$top=1000')).value.map(({ properties }) => properties)
	assert.deepEqual([kept.length, kept.at(-1)!.status, (await read(runner, 'signed', kept[0]!.deliveryId)).body], [101, 401, 'last'])
})

test('a delivery is sent again, to the runbook as it is or as it was, also when it was refused', async () => {
	await using runner = await open()
	const first = await runner.start('signed', 'body', { ...github('body'), 'X-Own': 'a' })
	await runner.untilJob(first, 'Completed')
	await runner.call('signed', 'refused', { 'X-Own': 'b' })
	runner.writeRunbook('says', says('new'))
	await until('the new runbook is used', async () => {
		const jobId = await runner.start('hook', 'x')
		await runner.untilJob(jobId, 'Completed')
		return (await runner.output(jobId)).startsWith('new')
	})
	const [refused, accepted] = await deliveriesOf(runner, 'signed')
	const replay = async (id: string, properties?: object) => {
		const { status, body } = await ask<{ JobIds?: [string]; message?: string }>(
			runner,
			'POST',
			`signed/deliveries/${id}/replay`,
			properties,
		)
		if (status !== 202) return `${status} ${body.message}`
		await runner.untilJob(body.JobIds![0], 'Completed')
		return runner.output(body.JobIds![0])
	}
	assert.equal(await replay(accepted!.deliveryId), 'new body a\n')
	assert.equal(await replay(accepted!.deliveryId, { content: 'same' }), 'old body a\n')
	assert.equal(await replay(refused!.deliveryId), 'new refused b\n')
	assert.match(await replay(refused!.deliveryId, { content: 'same' }), /^409 It made no job/)
	assert.match(await replay('none'), /^404 /)
	const [last] = await deliveriesOf(runner, 'signed')
	assert.deepEqual([last!.kind, last!.reason], ['replay', `Delivery ${refused!.deliveryId} was sent again.`])
	await runner.call('signed', 'x'.repeat(524_289))
	const [unread] = await deliveriesOf(runner, 'signed')
	assert.match(await replay(unread!.deliveryId), /^409 Its body was not read/)
	runner.writeWebhooks([
		{ name: 'hook', runbook: 'says' },
		{ name: 'signed', runbook: 'says', isEnabled: false, ...signed },
	])
	await until('the webhook is off', async () => (await replay(accepted!.deliveryId)).startsWith('409'))
})

test('a webhook is tried with a call that is signed as its sender would, and stops before a job if asked', async () => {
	const schemes = ['github', 'gitlab', 'slack', 'grafana', 'standardWebhooks']
	const secrets = [{ variable: 'hook-secret' }]
	await using runner = await startRunner({
		runbooks: { says: says('got') },
		webhooks: [
			...schemes.map((scheme) => ({ name: scheme, runbook: 'says', signature: { scheme, secrets } })),
			{ name: 'hmac', runbook: 'says', signature: { scheme: 'hmac', header: 'X-Sign', secrets } },
			{ name: 'unsigned', runbook: 'says', allowedAddresses: ['192.0.2.1'], bodyIdentifiesDelivery: true },
			{ name: 'unset', runbook: 'says', signature: { scheme: 'github', secrets: [{ variable: 'none' }] } },
			{ name: 'off', runbook: 'says', isEnabled: false },
		],
		environment: { RUNHOOK_VARIABLE_HOOK_SECRET: 'whsec_c2VjcmV0IG9mIHRoZSB0ZXN0cw==' },
	})
	type Result = { properties: { status: number; code: string | null; reason: string | null; jobId: string | null; unchecked: string[] } }
	const trial = async (name: string, properties?: object) => (await ask<Result>(runner, 'POST', `${name}/test`, properties)).body.properties
	for (const name of [...schemes, 'hmac', 'unsigned']) {
		const { status, jobId, reason } = await trial(name)
		assert.deepEqual([status, reason], [202, null], name)
		await runner.untilJob(jobId!, 'Completed')
		const dry = await trial(name, { dryRun: true })
		assert.deepEqual([dry.status, dry.jobId], [202, null], name)
	}
	// Each trial is a delivery of its own.
	assert.notEqual((await trial('unsigned')).jobId, (await trial('unsigned')).jobId)
	assert.deepEqual((await trial('unsigned', { dryRun: true })).unchecked, ['allowedAddresses'])
	const { jobId } = await trial('github', { body: 'own', sender: 'azureMonitor' })
	await runner.untilJob(jobId!, 'Completed')
	assert.equal(await runner.output(jobId!), 'got own undefined\n')
	// Who may try a webhook must not get any body signed: neither the job nor the delivery shows it.
	const signedJob = (await trial('hmac', { body: 'any' })).jobId!
	const [last] = await deliveriesOf(runner, 'hmac')
	assert.equal((await read(runner, 'hmac', last!.deliveryId)).headers?.['X-Sign'], '***')
	assert.match((await runner.job(signedJob)).properties.parameters.WebhookData ?? '', /"X-Sign":"\*\*\*"/)
	const unset = await trial('unset')
	assert.deepEqual([unset.status, unset.code], [503, 'ServiceUnavailable'])
	assert.match(unset.reason ?? '', /There is no variable 'none'/)
	assert.equal((await trial('off')).code, 'WebhookExpiredOrDisabled')
	assert.equal((await ask(runner, 'POST', 'github/test', { sender: 'nobody' })).status, 400)
	assert.deepEqual(
		(await deliveriesOf(runner, 'github')).map(({ kind, status }) => [kind, status]),
		[
			['test', 202],
			['test', 202],
		],
	)
})

test.run()
