import { deepEqual, equal, rejects, throws } from 'node:assert/strict'
import { test } from 'uvu'
import { bypassProxy, jobCredential, jobIdentity, readArmEndpoint } from '../../src/azure/azure-identity.ts'

for (const endpoint of ['http://127.0.0.1:8181', 'http://localhost:8181/', 'http://[::1]:8181']) {
	test(`http is good for ${endpoint}`, () => {
		equal(readArmEndpoint(endpoint).overHttp, true)
	})
}

for (const endpoint of ['http://azure.example', 'http://127.0.0.1.example', 'http://10.0.0.1', 'ftp://127.0.0.1', 'nonsense', '']) {
	test(`the endpoint "${endpoint}" is refused`, () => {
		throws(() => readArmEndpoint(endpoint), /must be an https URL, or http on this machine/)
	})
}

test('https is good for any host', () => {
	equal(readArmEndpoint('https://management.azure.com').overHttp, false)
})

test('a real identity gives no token for an endpoint over http', async () => {
	const environment = { IDENTITY_ENDPOINT: 'http://169.254.129.1:42356/msi/token', IDENTITY_HEADER: 'real' }
	const signal = new AbortController().signal
	await jobCredential(jobIdentity(readArmEndpoint('http://127.0.0.1:1'), { principal: null, environment }), signal)
		.getToken('https://management.azure.com/.default')
		.catch(() => undefined)
	deepEqual(environment, { IDENTITY_ENDPOINT: 'http://127.0.0.1:1/msi/token', IDENTITY_HEADER: 'simulator' })
})

test('the header of the simulator is added where only its identity endpoint is set', async () => {
	const environment: Record<string, string> = { IDENTITY_ENDPOINT: 'http://127.0.0.1:1/msi/token' }
	const signal = new AbortController().signal
	await jobCredential(jobIdentity(readArmEndpoint('http://127.0.0.1:1'), { principal: null, environment }), signal)
		.getToken('https://management.azure.com/.default')
		.catch(() => undefined)
	equal(environment.IDENTITY_HEADER, 'simulator')
})

test('an aborted job waits for no token', async () => {
	const credential = jobCredential(
		jobIdentity(readArmEndpoint('http://127.0.0.1:1'), { principal: null, environment: {} }),
		AbortSignal.abort(),
	)
	await rejects(credential.getToken('https://management.azure.com/.default'), { name: 'AbortError' })
})

test('the proxy is bypassed for one more host, once', () => {
	const environment: Record<string, string> = { no_proxy: 'a.example' }
	bypassProxy('127.0.0.1', environment)
	bypassProxy('127.0.0.1', environment)
	equal(environment.NO_PROXY, 'a.example,127.0.0.1')
})

test.run()
