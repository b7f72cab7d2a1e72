import { deepEqual, equal, ok } from 'node:assert/strict'
import { test } from 'uvu'
import { AzureError, azureFailure } from '../../src/azure/azure-failure.ts'

test('an error of Azure keeps its code, status and text', () => {
	const error = restError({ code: 'OperationNotAllowed', statusCode: 409, message: 'Over the quota.' })
	deepEqual(azureFailure(error), { code: 'OperationNotAllowed', statusCode: 409, message: 'Over the quota.' })
})

test('what Azure answered wins over what the client made of it', () => {
	const error = restError({ code: 'X', statusCode: 409, message: 'Pagination failed with unexpected statusCode 409' })
	deepEqual(azureFailure(error, { code: 'Y', message: 'Text.' }), { code: 'Y', statusCode: 409, message: 'Text.' })
})

test('a status without a code stands for itself', () => {
	equal(azureFailure(restError({ statusCode: 418, message: 'Teapot.' })).code, 'Http418')
})

for (const [message, failure] of [
	['The long-running operation has failed. AllocationFailed. No room. None.', { code: 'AllocationFailed', message: 'No room. None.' }],
	['The long-running operation has failed', { code: 'OperationFailed', message: 'The operation has failed.' }],
	['Operation was canceled', { code: 'OperationCanceled', message: 'The operation was canceled.' }],
] as const) {
	test(`the plain error "${message}" is understood`, () => {
		deepEqual(azureFailure(new Error(message)), failure)
	})
}

test('an abort is Aborted', () => {
	deepEqual(azureFailure(new DOMException('The operation was aborted.', 'AbortError')), {
		code: 'Aborted',
		message: 'The operation was aborted.',
	})
})

test('a failure to sign in says so, with a status or without', () => {
	const unavailable = Object.assign(new Error('No identity found'), { name: 'CredentialUnavailableError' })
	equal(azureFailure(unavailable).message, 'Signing in to Azure failed: No identity found.')
	const refused = restError({ code: 'InvalidAuthenticationToken', statusCode: 401, message: 'The access token is invalid.' })
	equal(azureFailure(refused).message, 'Signing in to Azure failed: The access token is invalid.')
})

test('a missing permission names the action and the scope', () => {
	const text = `The client 'x' with object id 'y' does not have authorization to perform action 'Microsoft.Compute/virtualMachines/start/action' over scope '/subscriptions/s/resourceGroups/g' or the scope is invalid.`
	equal(
		azureFailure(restError({ code: 'AuthorizationFailed', statusCode: 403, message: text })).message,
		"The runbook's identity may not Microsoft.Compute/virtualMachines/start/action on /subscriptions/s/resourceGroups/g: it needs a role that allows this.",
	)
})

for (const [code, text, expected] of [
	[
		'ResourceNotFound',
		"The Resource 'Microsoft.Compute/virtualMachines/nope' under resource group 'rg' was not found.",
		"Virtual machine 'nope' was not found in resource group 'rg'.",
	],
	[
		'ResourceNotFound',
		"The Resource 'Microsoft.Network/networkWatchers/nw' under resource group 'rg' was not found.",
		"Network Watcher 'nw' was not found in resource group 'rg'.",
	],
	[
		'ResourceNotFound',
		"The Resource 'Microsoft.Network/networkWatchers/nw/packetCaptures/pc' under resource group 'rg' was not found.",
		"Packet capture 'pc' was not found in resource group 'rg'.",
	],
	['ResourceGroupNotFound', "Resource group 'rg' could not be found.", "Resource group 'rg' was not found."],
	['SubscriptionNotFound', "The subscription 's' could not be found.", "Subscription 's' was not found."],
	['NotFound', 'Nothing here.', 'Nothing here.'],
] as const) {
	test(`404 ${code} is worded for people`, () => {
		equal(azureFailure(restError({ code, statusCode: 404, message: text })).message, expected)
	})
}

test('an internal error names the id that support asks for', () => {
	const arm = { code: 'InternalServerError', message: 'An error occurred.', correlationId: 'c1' }
	const { message } = azureFailure(restError({ statusCode: 500, message: 'x' }), arm)
	equal(message, 'Azure had an internal error: InternalServerError An error occurred, correlation c1.')
})

test('a failure of our own keeps its words', () => {
	const error = new AzureError('Azure throttles this subscription: retry after 1200 s.', { code: 'TooManyRequests', statusCode: 503 })
	deepEqual(azureFailure(error), { code: 'TooManyRequests', statusCode: 503, message: error.message })
})

test('a signed link and a token never reach the text', () => {
	const message = 'GET https://management.azure.com/operations/1?api-version=1&s=secret failed with Bearer abc.def.ghi'
	equal(azureFailure(new Error(message)).message, 'GET https://management.azure.com/operations/1?… failed with Bearer …')
})

for (const [text, expected] of [
	['GET https://management.azure.com/operations/1?secret', 'GET https://management.azure.com/operations/1?…'],
	['see /subscriptions/1/operations/2?api-version=1&s=secret.', 'see /subscriptions/1/operations/2?…'],
	['see operations/2?t=1&sig=secret now', 'see operations/2?… now'],
	['see "https%3A%2F%2Fx.net%2Fc%3Fsv%3D1%26sig%3Dsecret" now', 'see "https%3A%2F%2Fx.net%2Fc%3F…" now'],
	['rest&t=secret&c=secret&s=secret&h=secret', 'rest&t=…&c=…&s=…&h=…'],
	['sig=secret%3D', 'sig=…'],
	['a%26sig%3Dsecret', 'a%26sig%3D…'],
	['https://ada:secret@host/path', 'https://…@host/path'],
	['sftp://secret@host', 'sftp://…@host'],
	['AccountName=x;AccountKey=secret==;EndpointSuffix=y', 'AccountName=x;AccountKey=…;EndpointSuffix=y'],
	['{"access_token":"secret","expires_in":1}', '{"access_token":…","expires_in":1}'],
	['{"adminPassword" : "a secret \\" secret", "x": 1}', '{"adminPassword" : …", "x": 1}'],
	['"{\\"client_secret\\":\\"secret\\"}"', '"{\\"client_secret\\":…"}"'],
	['grant_type=x&client_secret=secret&scope=y', 'grant_type=x&client_secret=…&scope=y'],
	["password='a secret' refused", "password=…' refused"],
	['eyJ Bearer secret.secret.secret', 'eyJ Bearer …'],
	// Words that only look like it.
	['Is the machine running? It has to be: s=5, t=6.', 'Is the machine running? It has to be: s=5, t=6.'],
	['The supplied password must be longer.', 'The supplied password must be longer.'],
	['me@example.com may not read //share', 'me@example.com may not read //share'],
] as const) {
	test(`of "${text}" no secret is told`, () => {
		equal(azureFailure(new Error(text)).message, expected)
	})
}

for (const part of ['https://', '?a=', 'sig=', '%3F', '://a', 'password="', 'password=\\"', '&s=', 'a?', 'Bearer ', "'", '"\\']) {
	test(`a text of nothing but ${part} is searched in no time`, () => {
		const begin = performance.now()
		azureFailure(new Error(part.repeat(1_000_000 / part.length)))
		ok(performance.now() - begin < 500)
	})
}

test('a text without end is cut', () => {
	equal(azureFailure(new Error('x'.repeat(100_000))).message.length, 2_001)
})

test('what is no error has a text too', () => {
	deepEqual(azureFailure('odd'), { code: 'Error', message: 'odd' })
})

function restError(members: { code?: string; statusCode: number; message: string }): Error {
	return Object.assign(new Error(members.message), { ...members, name: 'RestError' })
}

test('a refusal for too many requests tells which limit was met and how long to wait', () => {
	const response = { headers: { get: (name: string) => (name === 'retry-after' ? '17' : undefined) } }
	const error = Object.assign(restError({ code: 'OperationNotAllowed', statusCode: 429, message: 'Too many.' }), { response })
	deepEqual(azureFailure(error, { code: 'OperationNotAllowed', message: 'Too many.', target: 'HighCostGet30Min' }), {
		code: 'OperationNotAllowed',
		statusCode: 429,
		message: 'Too many.',
		target: 'HighCostGet30Min',
		retryAfterSeconds: 17,
	})
})

test.run()
