import assert from 'node:assert/strict'
import { test } from 'uvu'
import { account, automationClient, group, json } from '../support/automation-client.ts'
import { audience, objectId, startEntraIssuer, tenantId } from '../support/entra-issuer.ts'
import { runbookText } from '../support/runbook-text.ts'
import { startRunner } from '../support/runner.ts'

test('somebody whom Entra ID signed in does what the roles allow, and jobs and audit trail tell their object id', async () => {
	await using issuer = await startEntraIssuer()
	await using runner = await startRunner({
		runbooks: { hello: runbookText("output('Hello!')") },
		environment: {
			RUNHOOK_ENTRA_TENANT_ID: tenantId,
			RUNHOOK_ENTRA_AUDIENCE: audience,
			RUNHOOK_ENTRA_AUTHORITY: issuer.url,
			RUNHOOK_ENTRA_ROLES: 'Runbooks.Start = Job Operator, Runbooks.Own=Owner',
		},
	})
	const ask = async (token: string, path: string) => {
		const response = await fetch(runner.url + path, { headers: { authorization: `Bearer ${token}` } })
		return [response.status, ((await response.json()) as { message?: string }).message] as const
	}
	const starting = await issuer.token()
	const job = await automationClient(runner, starting).job.create(group, account, 'mine', { runbook: { name: 'hello' } })
	assert.equal(job.startedBy, objectId)
	const accountPath = job.id!.slice(0, job.id!.lastIndexOf('/jobs/'))
	const [status, message] = await ask(starting, `${accountPath}/webhooks`)
	assert.equal(status, 403)
	assert.ok(
		message!.startsWith(`The client '${objectId}' with object id '${objectId}' does not have authorization to perform action`),
		message,
	)
	const own = await issuer.token({ roles: ['Runbooks.Own'] })
	const [event] = (
		await json<{ value: { properties: object }[] }>(
			fetch(`${runner.url}${accountPath}/auditEvents`, { headers: { authorization: `Bearer ${own}` } }),
		)
	).value
	assert.deepEqual((event!.properties as { caller: object }).caller, { kind: 'entra', name: objectId })

	const withoutRole = await issuer.token({ roles: [] })
	assert.match(String((await ask(withoutRole, '/jobs'))[1]), /It has no role here; /)

	// In the portal, no longer than the token lasts, and not without a role.
	const ownPage = { 'x-runhook-portal': '1' }
	const headers = { ...ownPage, authorization: `Bearer ${withoutRole}` }
	const refused = await fetch(`${runner.url}/portal/session`, { method: 'POST', headers })
	assert.deepEqual([refused.status, refused.headers.get('set-cookie')], [403, null])
	const enter = async (token: string) => {
		const response = await fetch(`${runner.url}/portal/session`, {
			method: 'POST',
			headers: { ...ownPage, authorization: `Bearer ${token}` },
		})
		const [, cookie, maxAge] = /^([^;]+);.* Max-Age=(-?\d+);/.exec(response.headers.get('set-cookie') ?? '')!
		const seen = await Promise.all(
			['/jobs', `${accountPath}/webhooks`].map(
				async (path) => (await fetch(runner.url + path, { headers: { ...ownPage, cookie: cookie! } })).status,
			),
		)
		return { seen, maxAge: Number(maxAge) }
	}
	const session = await enter(starting)
	assert.deepEqual([session.seen, session.maxAge > 3_000 && session.maxAge <= 3_600], [[200, 403], true])
	// The clocks may differ by a minute: this one is taken, and has ended.
	assert.deepEqual((await enter(await issuer.token({}, {}, Date.now() - 3_630_000))).seen, [401, 401])
	assert.deepEqual(await ask(await issuer.token({}, {}, Date.now() - 7_200_000), '/jobs'), [401, 'The token of Entra ID has expired.'])
	assert.deepEqual(await ask(`${starting}x`, '/jobs'), [401, 'The token in the Authorization header is not valid here.'])
	assert.equal((await runner.manage('/jobs')).status, 200)
	assert.doesNotMatch(runner.logged.join('\n'), /eyJ/)
})

test('where the keys of Entra ID cannot be had its tokens are answered with 503, and all others as ever', async () => {
	await using issuer = await startEntraIssuer()
	issuer.status = 500
	const environment = {
		...{ RUNHOOK_ENTRA_TENANT_ID: tenantId, RUNHOOK_ENTRA_AUDIENCE: audience, RUNHOOK_ENTRA_AUTHORITY: issuer.url },
		RUNHOOK_ENTRA_ROLES: `${objectId}=Reader`,
	}
	await using runner = await startRunner({ runbooks: {}, environment })
	const token = await issuer.token()
	const response = await fetch(`${runner.url}/jobs`, { headers: { authorization: `Bearer ${token}` } })
	assert.deepEqual([response.status, response.headers.get('retry-after')], [503, '5'])
	assert.equal((await runner.manage('/jobs')).status, 200)
	// Told once: whoever sends such tokens must not fill the log.
	await fetch(`${runner.url}/jobs`, { headers: { authorization: `Bearer ${token}` } })
	await runner.end('SIGTERM')
	assert.equal(runner.logged.filter((line) => line.includes('A token of Entra ID cannot be checked')).length, 1)
})

test.run()
