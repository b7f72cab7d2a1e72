import assert from 'node:assert/strict'
import { exportJWK, generateKeyPair, SignJWT } from 'jose'
import { test } from 'uvu'
import { runbookText } from '../support/runbook-text.ts'
import { startRunner } from '../support/runner.ts'
import { startWebServer } from '../support/web-server.ts'

const tenantId = '11111111-2222-3333-4444-555555555555'
const clientId = '461e8683-5575-4561-ac7f-899cc907d62a'
const audience = 'api://runhook'
const says = runbookText("output(Object.keys(parameters.WebhookData.RequestHeader).join(' '))", {
	declares: 'parameters: z.object({ WebhookData }),',
})

/** What stands for login.microsoftonline.com: the keys of one tenant, and tokens signed with them or with others. */
async function openAuthority() {
	const own = await generateKeyPair('RS256')
	const foreign = await generateKeyPair('RS256')
	const keys = [{ ...(await exportJWK(own.publicKey)), kid: 'own', alg: 'RS256', use: 'sig' }]
	const state = { isThere: true }
	const server = await startWebServer({
		answer: (request, response) => {
			if (!state.isThere) response.writeHead(500).end()
			else if (request.url !== `/${tenantId}/discovery/v2.0/keys`) response.writeHead(404).end()
			else response.end(JSON.stringify({ keys }))
		},
	})
	const token = (
		claims: object = {},
		{ kid = 'own', key = own.privateKey, ends = '1h', issuer = `https://sts.windows.net/${tenantId}/` } = {},
	) =>
		new SignJWT({ aud: audience, appid: clientId, roles: ['ActionGroupsSecureWebhook'], ...claims })
			.setProtectedHeader({ alg: 'RS256', kid })
			.setIssuer(issuer)
			.setIssuedAt()
			.setExpirationTime(ends)
			.sign(key)
	return { server, state, token, foreign: foreign.privateKey, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() }
}

test("a call needs a token of the tenant, for the webhook's audience, of an application that may call", async () => {
	await using authority = await openAuthority()
	const { server, token, foreign } = authority
	const entraId = { tenantId, audience, authority: server.url }
	await using runner = await startRunner({
		runbooks: { says },
		webhooks: [
			{ name: 'alerts', runbook: 'says', entraId: { ...entraId, clientIds: [clientId], roles: ['Another', 'ActionGroupsSecureWebhook'] } },
			{ name: 'by name', runbook: 'says', isTokenRequired: false, entraId },
		],
	})
	const status = async (bearer: string | undefined) =>
		(await runner.call('alerts', 'body', bearer === undefined ? {} : { authorization: `Bearer ${bearer}` })).status
	const v2 = { issuer: `${server.url}/${tenantId}/v2.0` }
	assert.deepEqual([await status(await token()), await status(await token({ appid: undefined, azp: clientId }, v2))], [202, 202])
	const unsigned = `${Buffer.from('{"alg":"none"}').toString('base64url')}.${(await token()).split('.')[1]}.`
	const table: [string, string | undefined][] = [
		['no token', undefined],
		['no token at all', 'abc'],
		['the signature is gone', unsigned],
		['the signature is another one', `${(await token()).slice(0, -10)}AAAAAAAAAA`],
		['signed by somebody else', await token({}, { key: foreign })],
		['a key that is not published', await token({}, { key: foreign, kid: 'other' })],
		['expired', await token({}, { ends: '-2m' })],
		['another tenant', await token({}, { issuer: 'https://sts.windows.net/99999999-2222-3333-4444-555555555555/' })],
		['for somebody else', await token({ aud: 'api://other' })],
		['another application', await token({ appid: '99999999-2222-3333-4444-555555555555' })],
		['no such role', await token({ roles: ['Reader'] })],
		['no roles', await token({ roles: undefined })],
	]
	for (const [what, bearer] of table) assert.equal(await status(bearer), 401, what)
	const refused = await runner.call('alerts', 'body')
	assert.deepEqual([refused.headers.get('www-authenticate'), ((await refused.json()) as { code: string }).code], ['Bearer', 'Unauthorized'])
	assert.ok(runner.logged.some((line) => line.includes('Its header Authorization has no token.')))
	// The keys are asked for once, and once more for the key that nobody knows at the most.
	assert.ok(server.requests.length <= 2, `${server.requests.length} requests for keys`)

	const byName = (headers: Record<string, string>) => fetch(`${runner.url}/webhooks/by%20name`, { method: 'POST', headers })
	assert.equal((await byName({})).status, 401)
	const accepted = await byName({ authorization: `Bearer ${await token()}` })
	assert.equal(accepted.status, 202)
	const { JobIds } = (await accepted.json()) as { JobIds: [string] }
	await runner.untilJob(JobIds[0], 'Completed')
	assert.doesNotMatch(await runner.output(JobIds[0]), /authorization/i)
	assert.equal(runner.logged.filter((line) => line.includes('eyJ')).length, 0)
})

test('while the keys cannot be had nobody is let in', async () => {
	await using authority = await openAuthority()
	const { server, state, token } = authority
	await using runner = await startRunner({
		runbooks: { says },
		webhooks: [{ name: 'alerts', runbook: 'says', entraId: { tenantId, audience, authority: server.url } }],
	})
	state.isThere = false
	const refused = await runner.call('alerts', 'body', { authorization: `Bearer ${await token()}` })
	assert.deepEqual([refused.status, refused.headers.get('retry-after')], [503, '5'])
	assert.ok(runner.logged.some((line) => line.includes('discovery/v2.0/keys cannot be had')))
})

test.run()
