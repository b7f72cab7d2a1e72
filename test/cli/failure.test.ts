import assert from 'node:assert/strict'
import { test } from 'uvu'
import { failureOf, mayPass } from '../../src/cli/failure.ts'
import { exitCodeOf, hasEnded } from '../../src/cli/job-end.ts'
import { ServerError } from '../../src/cli/server-error.ts'
import { UsageError } from '../../src/cli/usage-error.ts'

const context = { endpoint: 'http://runner', group: 'webhook' }
const server = (statusCode: number, message = 'Said.') => failureOf(new ServerError(statusCode, { message }), context)
const system = (code: string, message: string) => Object.assign(new Error(message), { name: 'FetchError', code })

test('the exit code tells whose fault it was', () => {
	assert.equal(failureOf(new UsageError('Wrong.')).exitCode, 2)
	assert.deepEqual(
		[400, 401, 404, 409].map((status) => server(status).exitCode),
		[1, 1, 1, 1],
	)
	assert.deepEqual(
		[500, 501, 503].map((status) => server(status).exitCode),
		[4, 4, 4],
	)
	assert.equal(failureOf(system('ECONNREFUSED', 'x'), context).exitCode, 4)
	assert.equal(failureOf(new Error('A fault.')).exitCode, 1)
	assert.deepEqual(['Completed', 'Failed', 'Stopped', 'Suspended'].map(exitCodeOf), [0, 1, 3, 3])
	assert.deepEqual(['New', 'Running', 'Stopping', 'Suspended', 'Failed'].map(hasEnded), [false, false, false, true, true])
})

test('a refusal has the words of the server, and a hint at what to do', () => {
	assert.deepEqual(server(404, "There is no runbook 'x'."), {
		exitCode: 1,
		message: "There is no runbook 'x'.",
		hint: "'runhook runbook list' shows what there is.",
	})
	assert.match(server(404).hint ?? '', /runhook webhook list/)
	assert.match(server(404, "There is no Automation account 'x'.").hint ?? '', /--account/)
	assert.match(server(401).hint ?? '', /runhook login/)
	assert.match(failureOf(new ServerError(401), { isAzure: true }).hint ?? '', /Azure/)
	assert.equal(
		server(401, 'The access token has been disabled.').hint,
		"Another token is needed: log in with 'runhook login', or set RUNHOOK_TOKEN.",
	)
	assert.equal(server(404, "Webhook 'hi' has no delivery 'x'.").hint, "'runhook webhook deliveries <name>' shows what there is.")
	assert.equal(server(400, 'Invalid expiry time.').hint, 'It has to lie ahead, by ten years at most.')
	assert.equal(server(503).hint, 'Try again later.')
	assert.equal(server(409).hint, undefined)
})

test('hints about the account that an import reads name its own options and token', () => {
	const source = { endpoint: 'http://source', isSource: true }
	const away = system('ECONNREFUSED', 'request to http://source/x failed, reason: connect ECONNREFUSED')
	assert.equal(failureOf(away, source).hint, '--from-endpoint names where to import from.')
	const refused = failureOf(new ServerError(401), source).hint!
	assert.match(refused, /not one of http:\/\/source: set RUNHOOK_FROM_TOKEN/)
	assert.doesNotMatch(refused, /RUNHOOK_TOKEN/)
	for (const message of [
		"There is no Automation account 'x'.",
		"Resource group 'x' could not be found.",
		"The subscription 'x' could not be found.",
	])
		assert.equal(
			failureOf(new ServerError(404, { message }), source).hint,
			'--from-subscription, --from-resource-group and --from-account name the account.',
		)
	assert.equal(failureOf(new ServerError(404, { message: 'No such schedule.' }), source).hint, undefined)
	assert.match(failureOf(new ServerError(401), { ...source, isAzure: true }).hint!, /^Sign in to Azure anew/)
})

test('an answer without words for people, and one that is long, are told shortly', () => {
	assert.equal(server(502, '<html>Bad gateway</html>').message, 'The server answered 502, without words for people.')
	assert.equal(new ServerError(404).message, 'The server answered 404.')
	assert.equal(server(400, 'x'.repeat(5_000)).message.length, 2_000)
	const validation = '{"Message":"The request is invalid.","ModelState":{"variable.value":["Invalid JSON primitive: hi."]}}'
	assert.equal(server(400, validation).message, 'The request is invalid. Invalid JSON primitive: hi.')
	assert.equal(server(400, '{broken').message, '{broken')
	assert.equal(server(400, '\u001b[2Jtext').message, 'text')
})

test('a server that is not there is named, with the reason', () => {
	const refused = system('ECONNREFUSED', 'request to http://runner/x failed, reason: connect ECONNREFUSED 127.0.0.1:1')
	assert.equal(failureOf(refused, context).message, 'http://runner cannot be reached: connect ECONNREFUSED 127.0.0.1:1.')
	assert.match(failureOf(refused, context).hint ?? '', /--endpoint/)
	for (const reason of ['self-signed certificate', "Hostname/IP does not match certificate's altnames: IP: 127.0.0.1 is not in the list"])
		assert.match(
			failureOf(system('EPROTO', `request to https://runner/x failed, reason: ${reason}`), context).hint ?? '',
			/NODE_EXTRA_CA_CERTS/,
		)
	const late = Object.assign(new Error('The request was aborted'), { code: 'REQUEST_ABORTED_ERROR' })
	assert.equal(failureOf(late, context).message, 'http://runner did not answer in time.')
})

test('an identity that Azure does not have is told without its long list', () => {
	const error = Object.assign(new Error('ChainedTokenCredential failed.\nMany\nlines'), { name: 'AggregateAuthenticationError' })
	assert.deepEqual(failureOf(error), {
		exitCode: 1,
		message: 'ChainedTokenCredential failed.',
		hint: 'Sign in to Azure first, for example with: az login',
	})
})

test('what may pass is tried again, what was refused is not', () => {
	const broken = Object.assign(new Error('Premature close'), { code: 'ERR_STREAM_PREMATURE_CLOSE' })
	assert.deepEqual([system('ECONNRESET', 'x'), broken, new ServerError(503), new ServerError(429)].map(mayPass), [true, true, true, true])
	assert.deepEqual([new ServerError(400), new ServerError(500), new Error('x'), undefined].map(mayPass), [false, false, false, false])
})

test.run()
