import assert from 'node:assert/strict'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'uvu'
import { openSimulator } from '../simulator/simulator.ts'
import { account, automationClient, group } from '../support/automation-client.ts'
import { makeCertificate } from '../support/certificate.ts'
import { runbookText } from '../support/runbook-text.ts'
import { startRunner } from '../support/runner.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

const tenant = '22222222-2222-2222-2222-222222222222'
const client = '33333333-3333-3333-3333-333333333333'
const subscription = '11111111-1111-1111-1111-111111111111'

const lists = runbookText(
	`
	const compute = azure.client(ComputeManagementClient, '${subscription}')
	for await (const machine of compute.virtualMachines.listAll()) if (machine.name === 'vm01') output([machine.name, process.pid])`,
	{ head: `import { ComputeManagementClient } from '@azure/arm-compute'`, declares: `identity: 'Deployer',` },
)

test("a runbook's Azure clients sign in with the credential that it declares; jobs of another identity have another process", async () => {
	using folder = temporaryFolder()
	const issuer = makeCertificate({ subject: 'Authority of the tests', isAuthority: true })
	const certificate = makeCertificate({ subject: 'azure', names: ['localhost'], issuer })
	const trusted = join(folder.path, 'authority.pem')
	writeFileSync(trusted, issuer.cert)
	await using simulator = await openSimulator({ certificate, clientSecrets: { [client]: 'first secret' } })
	const { url } = simulator
	const signIns = () => simulator.requests.filter(({ operation, method }) => operation === 'signIn' && method === 'POST')
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
	assert.deepEqual(
		[missing.status, missing.exception],
		[
			'Failed',
			"The runbook's identity: There is no credential 'Deployer'. Create it with: runhook credential set Deployer --user-name <name>",
		],
	)
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
	assert.deepEqual([first.result![0], second.result![1]], ['vm01', first.result![1]])
	assert.deepEqual(
		signIns().map(({ path, body, status }) => [path, (body as { client_id: string }).client_id, status]),
		// Each of the two jobs for itself.
		Array(2).fill([`/${tenant}/oauth2/v2.0/token`, client, 200]),
	)
	const uses = (await (await runner.manage(`/jobs/${first.jobId}/assets`)).json()) as { value: { name: string; access: string }[] }
	assert.deepEqual(
		uses.value.map(({ name, access }) => [name, access]),
		[['deployer', 'read']],
	)

	await put(`${tenant}/${client}`, 'second secret')
	const refused = await run()
	assert.equal(refused.status, 'Failed')
	assert.match(refused.exception!, /AADSTS7000215: Invalid client secret provided/)
	simulator.set({ clientSecrets: { [client]: 'second secret' } })
	const third = await run()
	assert.equal(third.exception, null)
	assert.notEqual(third.result![1], first.result![1])
})

test('without a credential of its own a runbook signs in with what the environment of the runner has', async () => {
	using folder = temporaryFolder()
	const issuer = makeCertificate({ subject: 'Authority of the tests', isAuthority: true })
	const trusted = join(folder.path, 'authority.pem')
	writeFileSync(trusted, issuer.cert)
	const certificate = makeCertificate({ subject: 'azure', names: ['localhost'], issuer })
	await using simulator = await openSimulator({ certificate, clientSecrets: { [client]: 'secret of the environment' } })
	const { url } = simulator
	await using runner = await startRunner({
		webhooks: [{ name: 'start', runbook: 'start-vms', parameters: { SubscriptionId: subscription, ResourceGroupName: 'rg-runbooks' } }],
		environment: {
			...{ RUNHOOK_ARM_ENDPOINT: url, AZURE_AUTHORITY_HOST: url, NODE_EXTRA_CA_CERTS: trusted },
			...{ AZURE_TENANT_ID: tenant, AZURE_CLIENT_ID: client, AZURE_CLIENT_SECRET: 'secret of the environment' },
		},
	})
	const { JobIds } = (await (await runner.call('start', '["vm01"]')).json()) as { JobIds: string[] }
	const { status, exception } = (await runner.untilJob(JobIds[0]!)).properties
	assert.deepEqual([status, exception, simulator.vm('vm01').powerState], ['Completed', null, 'running'])
	assert.equal(simulator.requests.filter(({ operation, method }) => operation === 'signIn' && method === 'POST').length, 1)
})

test.run()
