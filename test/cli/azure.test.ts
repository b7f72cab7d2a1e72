import assert from 'node:assert/strict'
import { test } from 'uvu'
import { runCommand } from '../support/command.ts'
import { type Script, scriptedServer } from '../support/scripted-server.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

const account = ['--subscription', '11111111-1111-1111-1111-111111111111', '--resource-group', 'group', '--account', 'automation']
const prefix =
	'/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/group/providers/Microsoft.Automation/automationAccounts/automation'

/** Stands for Azure: its management endpoint and, for the sign-in, the identity of a machine in it. */
async function openAzure(script: Script) {
	const server = await scriptedServer((request, response) => {
		if (request.path !== '/msi/token') return script(request, response)
		return { access_token: 'azure-token', expires_on: '4102444800', resource: 'r', token_type: 'Bearer' }
	})
	const identity = { IDENTITY_ENDPOINT: `${server.url}/msi/token`, IDENTITY_HEADER: 'header' }
	const environment = { ...identity, RUNHOOK_TOKEN: 'token-of-a-runner' }
	const run = (...words: string[]) => runCommand([...words, '--azure', '--endpoint', server.url, ...account], { environment })
	return { ...server, environment, run }
}

const asked = ({ requests }: Awaited<ReturnType<typeof openAzure>>) =>
	requests.filter(({ path }) => path !== '/msi/token').map(({ method, path }) => `${method} ${path.replace(prefix, '')}`)

test('an account of Azure is reached with its own identity and no token of ours', async () => {
	await using azure = await openAzure(() => ({ value: [{ name: 'deploy', properties: { isEnabled: true } }] }))
	const { code, stdout, stderr } = await azure.run('webhook', 'list')
	assert.equal(code, 0, stderr)
	assert.equal(JSON.parse(stdout).value[0].name, 'deploy')
	const list = azure.requests.find(({ path }) => path === `${prefix}/webhooks`)
	assert.equal(list?.headers.authorization, 'Bearer azure-token')
	assert.ok(!JSON.stringify(azure.requests).includes('token-of-a-runner'))
})

test('a webhook of Azure has the URL that Azure issued beforehand', async () => {
	const parameters = { target: { type: 'string', isMandatory: true }, WebhookData: { type: 'object', isMandatory: true } }
	await using azure = await openAzure(({ method, path, body }, response) => {
		if (path.endsWith('/generateUri')) return 'https://webhook.example/webhooks?token=x'
		if (path.endsWith('/runbooks/greet')) return { name: 'greet', properties: { parameters } }
		if (method !== 'PUT') return undefined
		response.statusCode = 201
		return { name: 'deploy', properties: { ...JSON.parse(body).properties, uri: '' } }
	})
	const create = ['webhook', 'create', 'deploy', '--runbook', 'greet', '--expires', '30d']
	const refused = await azure.run(...create)
	assert.equal(refused.code, 1)
	assert.match(refused.stderr, /^Error: Parameter 'target' is mandatory and has no value\.\n$/)
	const { code, stdout, stderr } = await azure.run(...create, '--parameter', 'TARGET=all')
	assert.equal(code, 0, stderr)
	assert.equal(JSON.parse(stdout).properties.uri, 'https://webhook.example/webhooks?token=x')
	assert.deepEqual(asked(azure).slice(-2), ['POST /webhooks/generateUri', 'PUT /webhooks/deploy'])
	const replaced = await azure.run('webhook', 'replace', 'deploy', '--expires', '30d')
	assert.equal(replaced.code, 2)
	assert.match(replaced.stderr, /Azure has no such operation/)
})

test('a job of Azure is followed by asking again and again', async () => {
	const stream = (id: string, streamType: string, text: string) => ({
		properties: { jobStreamId: id, streamType, time: '2026-11-21T12:00:00.1234567+00:00', summary: text, streamText: text },
	})
	const records = [stream('a_1', 'Progress', 'Loading modules'), stream('a_2', 'Output', 'Hello'), stream('a_3', 'Error', 'No')]
	await using azure = await openAzure(({ method, path }, response) => {
		const looks = azure.requests.filter((request) => request.path.endsWith('/streams')).length
		const one = records.find(({ properties }) => path.endsWith(properties.jobStreamId))
		if (one) return one
		if (path.endsWith('/runbooks/greet')) return { name: 'greet', properties: {} }
		if (path.endsWith('/streams')) return { value: records.slice(0, looks + 1) }
		if (method === 'PUT') response.statusCode = 201
		return {
			name: 'one',
			properties: { jobId: 'one', status: looks < 2 ? 'Running' : 'Failed', exception: looks < 2 ? null : 'It broke.' },
		}
	})
	const { code, stdout, stderr } = await azure.run('runbook', 'run', 'greet', '--output', 'table')
	assert.equal(code, 1)
	assert.equal(stdout, 'PROGRESS: Loading modules\nHello\nERROR: No\n')
	assert.match(stderr, /^Job one was started\.\nJob one: Failed\nIt broke\.\n$/)
	assert.equal(asked(azure).filter((request) => request.endsWith('/streams/a_1')).length, 1)
})

test('a login to Azure keeps the names of the account and asks for no token', async () => {
	await using azure = await openAzure(() => ({ name: 'automation', properties: {} }))
	using home = temporaryFolder()
	const environment = { ...azure.environment, XDG_CONFIG_HOME: home.path }
	const login = await runCommand(['login', '--azure', '--endpoint', azure.url, ...account], { environment })
	assert.equal(login.code, 0, login.stderr)
	await runCommand(['runbook', 'show', 'greet'], { environment })
	assert.equal(asked(azure).at(-1), 'GET /runbooks/greet')
})

test('without an identity Azure is not asked at all', async () => {
	const environment = { HOME: '/nowhere', AZURE_TOKEN_CREDENTIALS: 'EnvironmentCredential' }
	const { code, stderr } = await runCommand(['webhook', 'list', '--azure', ...account], { environment })
	assert.equal(code, 1)
	assert.match(stderr, /^Error: .*Credential.*\nSign in to Azure first/)
	const unnamed = await runCommand(['webhook', 'list', '--endpoint', 'https://management.azure.com'])
	assert.equal(unnamed.code, 2)
	assert.match(unnamed.stderr, /--subscription, --resource-group, --account/)
})

test.run()
