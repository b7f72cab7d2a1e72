import assert from 'node:assert/strict'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import type { RequestListener } from 'node:http'
import { join } from 'node:path'
import { test } from 'uvu'
import { account, automationClient, group } from '../support/automation-client.ts'
import { makeCertificate } from '../support/certificate.ts'
import { runbookText } from '../support/runbook-text.ts'
import { startRunner } from '../support/runner.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { startWebServer } from '../support/web-server.ts'

const tenant = '22222222-2222-2222-2222-222222222222'
const client = '33333333-3333-3333-3333-333333333333'
const subscription = '11111111-1111-1111-1111-111111111111'

/** An authority that gives a token to whoever asks, and a Resource Manager whose one machine is called as the token it was asked with. */
function azureIn(signIns: URLSearchParams[], url: () => string): RequestListener {
	return async (request, response) => {
		const path = request.url!.split('?')[0]!
		const chunks: Buffer[] = []
		for await (const chunk of request) chunks.push(chunk as Buffer)
		const answer = () => {
			if (path.endsWith('/openid-configuration')) {
				const base = `${url()}/${tenant}`
				return { issuer: base, authorization_endpoint: `${base}/a`, token_endpoint: `${base}/oauth2/v2.0/token`, jwks_uri: `${base}/k` }
			}
			if (path.endsWith('/oauth2/v2.0/token')) {
				signIns.push(new URLSearchParams(Buffer.concat(chunks).toString()))
				return { token_type: 'Bearer', expires_in: 3600, access_token: `token${signIns.length}` }
			}
			return { value: [{ name: request.headers.authorization, id: '/x', type: 'x', location: 'x', properties: {} }] }
		}
		response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answer()))
	}
}

const lists = runbookText(
	`
	const compute = azure.client(ComputeManagementClient, '${subscription}')
	for await (const machine of compute.virtualMachines.listAll()) output([machine.name, process.pid])`,
	{ head: `import { ComputeManagementClient } from '@azure/arm-compute'`, declares: `identity: 'Deployer',` },
)

test("a runbook's Azure clients sign in with the credential that it declares; jobs of another identity have another process", async () => {
	using folder = temporaryFolder()
	const issuer = makeCertificate({ subject: 'Authority of the tests', isAuthority: true })
	const certificate = makeCertificate({ subject: 'azure', names: ['localhost'], issuer })
	const trusted = join(folder.path, 'authority.pem')
	writeFileSync(trusted, issuer.cert)
	const signIns: URLSearchParams[] = []
	let url = ''
	await using server = await startWebServer({ certificate, answer: azureIn(signIns, () => url) })
	url = server.url
	await using runner = await startRunner({
		runbooks: { lists },
		environment: { RUNHOOK_ARM_ENDPOINT: url, AZURE_AUTHORITY_HOST: url, NODE_EXTRA_CA_CERTS: trusted, RUNHOOK_SECRETS_DIR: folder.path },
	})
	const { credential } = automationClient(runner)
	const put = (userName: string, password: string) =>
		credential.createOrUpdate(group, account, 'deployer', { name: 'deployer', userName, password })
	const run = async () => {
		const jobId = await runner.start('lists')
		const { status, exception } = (await runner.untilJob(jobId)).properties
		return {
			jobId,
			status,
			exception,
			result: status === 'Completed' ? (JSON.parse(await runner.output(jobId)) as [string, number]) : undefined,
		}
	}
	const missing = await run()
	assert.deepEqual([missing.status, missing.exception], ['Failed', "The runbook's identity: There is no credential 'Deployer'."])
	await put('ada', 'first secret')
	const unfit = await run()
	assert.deepEqual(
		[unfit.status, unfit.exception],
		['Failed', "The runbook's identity: the user name of credential 'deployer' must be <tenant id>/<client id>."],
	)

	const files = join(folder.path, 'credentials/deployer')
	mkdirSync(files, { recursive: true })
	writeFileSync(join(files, 'username'), `${tenant}/${client}`)
	writeFileSync(join(files, 'password'), Array.from({ length: 2_001 }, (_, index) => `line ${index}`).join('\n'))
	const unmaskable = await run()
	assert.deepEqual(
		[unmaskable.status, unmaskable.exception],
		['Failed', "The runbook's identity: The value of credential 'Deployer' is more than can be masked beside what this job has read."],
	)
	rmSync(files, { recursive: true })

	await put(`${tenant}/${client}`, 'first secret')
	const [first, second] = [await run(), await run()]
	assert.equal(first.exception, null)
	assert.deepEqual([first.result![0], second.result![1]], ['Bearer token1', first.result![1]])
	assert.deepEqual([signIns[0]!.get('client_id'), signIns[0]!.get('client_secret')], [client, 'first secret'])
	const uses = (await (await runner.manage(`/jobs/${first.jobId}/assets`)).json()) as { value: { name: string; access: string }[] }
	assert.deepEqual(
		uses.value.map(({ name, access }) => [name, access]),
		[['deployer', 'read']],
	)

	await put(`${tenant}/${client}`, 'second secret')
	const third = await run()
	assert.notEqual(third.result![1], first.result![1])
	assert.equal(signIns.at(-1)!.get('client_secret'), 'second secret')
})

test.run()
