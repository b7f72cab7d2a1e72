import assert from 'node:assert/strict'
import { test } from 'uvu'
import { isLoopback, resolveConnection, warnIfReadable } from '../../src/cli/connection.ts'
import type { Login } from '../../src/cli/login-file.ts'
import { UsageError } from '../../src/cli/usage-error.ts'
import { fakeTerminal } from '../support/fake-terminal.ts'

const names = { subscriptionId: '11111111-1111-1111-1111-111111111111', resourceGroup: 'group', account: 'kept' }
const login: Login = { endpoint: 'https://runner.example', azure: false, token: 'kept-token', ...names }
const refusal = (words: RegExp) => (error: Error) => error instanceof UsageError && words.test(error.message)

test('without anything said it is the runner of this machine', () => {
	assert.deepEqual(resolveConnection({}, {}, undefined), {
		endpoint: 'http://127.0.0.1:8080',
		isAzure: false,
		token: undefined,
		subscriptionId: '00000000-0000-0000-0000-000000000000',
		resourceGroup: 'runhook',
		account: 'runhook',
	})
})

test('options win over the environment, and that over what login kept', () => {
	assert.deepEqual(resolveConnection({}, {}, login), { endpoint: login.endpoint, isAzure: false, token: 'kept-token', ...names })
	const environment = { RUNHOOK_ENDPOINT: 'https://runner.example/', RUNHOOK_TOKEN: 'other-token', RUNHOOK_ACCOUNT: 'said' }
	const connection = resolveConnection({ resourceGroup: 'asked' }, environment, login)
	assert.deepEqual(connection, { ...resolveConnection({}, {}, login), token: 'other-token', account: 'said', resourceGroup: 'asked' })
})

test('a kept token and kept names go to the endpoint they were kept with and to no other', () => {
	const elsewhere = resolveConnection({ endpoint: 'https://other.example' }, {}, login)
	assert.equal(elsewhere.token, undefined)
	assert.equal(elsewhere.account, 'runhook')
	assert.equal(resolveConnection({}, { RUNHOOK_ENDPOINT: 'http://runner.example' }, login).token, undefined)
})

test('Azure is known by its host or by --azure, and never gets a token of ours', () => {
	const azure = { ...names, account: 'automation' }
	const options = { subscription: azure.subscriptionId, resourceGroup: azure.resourceGroup, account: azure.account }
	const connection = { endpoint: 'https://management.azure.com', isAzure: true, token: undefined, ...azure }
	assert.deepEqual(resolveConnection({ ...options, azure: true }, { RUNHOOK_TOKEN: 'token' }, login), connection)
	assert.deepEqual(resolveConnection({ ...options, endpoint: 'https://MANAGEMENT.azure.com/' }, {}, undefined), connection)
	for (const endpoint of ['https://management.usgovcloudapi.net', 'https://management.chinacloudapi.cn'])
		assert.deepEqual(resolveConnection({ ...options, endpoint }, { RUNHOOK_TOKEN: 'token' }, undefined), { ...connection, endpoint })
	const kept = { ...login, endpoint: 'https://arm.private.example', azure: true }
	assert.equal(resolveConnection({}, {}, kept).isAzure, true)
	assert.throws(() => resolveConnection({ azure: true, account: 'a' }, {}, login), refusal(/named: --subscription, --resource-group\./))
})

test('what would change the path or the header is refused', () => {
	for (const endpoint of ['runner', 'ftp://runner', 'http://user@runner', 'http://runner?x=1', 'http://runner#x', 'file:///x'])
		assert.throws(() => resolveConnection({ endpoint }, {}, undefined), refusal(/must be an http or https URL/), endpoint)
	assert.throws(() => resolveConnection({ resourceGroup: '..' }, {}, undefined), refusal(/'\.\.' cannot be the name of a resource group/))
	assert.throws(() => resolveConnection({ account: 'a/b' }, {}, undefined), refusal(/cannot be the name of a account|account/))
	assert.throws(() => resolveConnection({ subscription: 'mine' }, {}, undefined), refusal(/no GUID/))
	assert.throws(
		() => resolveConnection({}, { RUNHOOK_TOKEN: 'a\nb' }, undefined),
		(error: Error) => refusal(/The token has characters/)(error) && !error.message.includes('a\nb'),
	)
})

test('plain http to another machine is warned of', () => {
	for (const endpoint of ['http://127.0.0.1:8080', 'http://127.1.2.3', 'http://[::1]:1', 'http://localhost:1', 'http://a.localhost'])
		assert.equal(isLoopback(endpoint), true, endpoint)
	const warned = (endpoint: string) => {
		const terminal = fakeTerminal({ isTTY: false })
		warnIfReadable(endpoint, terminal)
		return terminal.err()
	}
	assert.match(warned('http://127.0.0.1.example.com'), /plain http: the token can be read on the way/)
	assert.equal(warned('https://runner.example') + warned('http://localhost:8080'), '')
})

test.run()
