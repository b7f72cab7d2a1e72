import { deepEqual, equal, match } from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import type { IncomingHttpHeaders } from 'node:http'
import { join } from 'node:path'
import { test } from 'uvu'
import { type Certificate, makeCertificate } from '../support/certificate.ts'
import { type Runner, startRunner } from '../support/runner.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { until } from '../support/until.ts'
import { answerWith, startWebServer, type WebServer } from '../support/web-server.ts'

const DAY = 86_400_000
type Result = { name: string; ok: boolean; status: number | null; findings: string[]; location: string; tlsDaysLeft: number | null }
type Summary = { ok: boolean; core: { up: number; down: number }; secondary: { up: number; down: number } }

/** Calls the webhook with a list of endpoints and waits for the end of the job. */
async function check(runner: Runner, body: unknown) {
	const jobId = await runner.start('check-endpoints', JSON.stringify(body))
	const { status, exception } = (await runner.untilJob(jobId)).properties
	const records = (await runner.output(jobId))
		.trimEnd()
		.split('\n')
		.filter(Boolean)
		.map((line) => JSON.parse(line))
	const results = records.slice(0, -1) as Result[]
	const streams = await runner.streams(jobId)
	const told = (type: string) =>
		streams.filter(({ properties }) => properties.streamType === type).map(({ properties }) => properties.summary)
	return {
		status,
		exception: exception ?? '',
		results,
		findings: Object.fromEntries(results.map(({ name, findings }) => [name, findings.join(', ')])),
		summary: records.at(-1) as Summary,
		errors: told('Error'),
		warnings: told('Warning'),
		everything: JSON.stringify([streams, records, exception]),
	}
}

const accountPath =
	'/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/runhook/providers/Microsoft.Automation/automationAccounts/runhook'

/** Requests to the account: what was answered. */
function account(runner: Runner) {
	return async (method: string, path: string, properties?: object) => {
		const body = properties && JSON.stringify({ properties })
		const headers = { 'content-type': 'application/json' }
		const response = await runner.manage(accountPath + path, { method, headers, ...(body && { body }) })
		const answer = (await response.json()) as { properties?: Record<string, unknown> }
		return { status: response.status, properties: answer.properties }
	}
}

const startChecker = (environment: Record<string, string> = {}) =>
	startRunner({ webhooks: [{ name: 'check-endpoints', runbook: 'check-endpoints', parameters: { locations: ['test'] } }], environment })

const basic = `Basic ${Buffer.from('ada:hidden-password').toString('base64')}`
const isLetIn = ({ authorization, 'x-key': key }: IncomingHttpHeaders) =>
	authorization === 'Bearer hidden-token' || (authorization === basic && key === 'hidden-key')

/** Pages that are well, wrong in one way each, and slow. */
function startShop(host = '127.0.0.1', port = 0): Promise<WebServer> {
	return startWebServer({
		host,
		port,
		answer: (request, response) => {
			const { url } = request
			if (url === '/health') response.end(JSON.stringify({ status: 'up', checks: [{ name: 'db', ok: host === '127.0.0.1' }] }))
			else if (url === '/soft') response.end('<title>Shop</title>Page not found')
			else if (url === '/moved') response.writeHead(301, { location: '/' }).end()
			else if (url === '/slow') setTimeout(() => response.end('late'), 1_500)
			else if (url === '/never') response.writeHead(200).write('a')
			else if (url === '/dropped') response.destroy()
			else if (url === '/private') response.writeHead(isLetIn(request.headers) ? 200 : 401).end()
			else if (url === '/') response.end('<title>Shop</title>Welcome')
			else response.writeHead(404).end('Page not found')
		},
	})
}

test('every finding comes from a real runner and real servers', async () => {
	await using shop = await startShop()
	await using _second = await startShop('127.0.0.2', shop.port)
	await using runner = await startChecker()
	const page = (name: string, path: string, more: Record<string, unknown> = {}) => ({
		name,
		url: `${shop.url}${path}`,
		maxMs: 60_000,
		...more,
	})
	const expectJson = { 'checks[0].ok': true }
	const { status, exception, findings, summary, errors, everything } = await check(runner, {
		endpoints: [
			page('page', '/', { expectTitle: 'Shop', expectText: 'Welcome' }),
			page('private', '/private', { auth: { bearer: 'hidden-token' } }),
			page('locked', '/private', { headers: { 'x-key': 'hidden-key' } }),
			page('followed', '/moved', { follow: 1, expectText: 'Welcome' }),
			page('moved', '/moved'),
			page('missing', '/missing'),
			page('soft', '/soft', { expectTitle: 'Shop', expectNotText: 'not found' }),
			page('text', '/', { expectText: 'Goodbye' }),
			page('title', '/', { expectTitle: 'Other' }),
			page('never', '/never', { timeoutMs: 300 }),
			page('dropped', '/dropped'),
			page('hijacked', '/', { dns: { expect: ['192.0.2.0/24'] } }),
			page('instances', '/health', { expectJson, instances: ['127.0.0.1', '127.0.0.2', '127.0.0.3'] }),
			{ name: 'no name', url: 'http://nothing.invalid/', timeoutMs: 60_000 },
		],
	})
	deepEqual(findings, {
		page: '',
		private: '',
		locked: 'Status(401)',
		followed: '',
		moved: 'Status(301)',
		missing: 'Status(404)',
		soft: 'SoftNotFound',
		text: 'Content(expectText)',
		title: 'Content(expectTitle)',
		never: 'Timeout',
		dropped: 'ConnectionError(ECONNRESET)',
		hijacked: 'DnsUnexpected',
		instances: 'InstanceDown(127.0.0.2), InstanceDown(127.0.0.3)',
		'no name': 'DnsError',
	})
	deepEqual(summary, { ok: false, core: { up: 3, down: 11 }, secondary: { up: 0, down: 0 } })
	deepEqual([status, errors.length], ['Failed', 11])
	match(exception, /11 of 14 core endpoints failed: locked, moved, missing, /)
	equal(everything.includes('hidden'), false)
})

test('certificates are judged by what the runner trusts', async () => {
	using folder = temporaryFolder()
	const authority = makeCertificate({ subject: 'Authority of the tests', isAuthority: true })
	const trusted = join(folder.path, 'authority.pem')
	writeFileSync(trusted, authority.cert)
	const good = { subject: 'shop', names: ['localhost'], issuer: authority }
	const certificates: Record<string, Certificate> = {
		good: makeCertificate(good),
		expiring: makeCertificate({ ...good, notAfter: Date.now() + 5.5 * DAY }),
		expired: makeCertificate({ ...good, notAfter: Date.now() - DAY }),
		'self-signed': makeCertificate({ subject: 'localhost', names: ['localhost'] }),
		'wrong name': makeCertificate({ ...good, names: ['other.example'] }),
	}
	await using servers = new AsyncDisposableStack()
	const endpoints = []
	for (const [name, certificate] of Object.entries(certificates)) {
		const server = servers.use(await startWebServer({ certificate, answer: answerWith(200) }))
		endpoints.push({ name, url: server.url, maxMs: 60_000 })
	}
	await using runner = await startChecker({ NODE_EXTRA_CA_CERTS: trusted })
	const { findings, results } = await check(runner, { endpoints })
	deepEqual(findings, {
		good: '',
		expiring: 'TlsExpiring(5)',
		expired: 'TlsExpired',
		'self-signed': 'TlsUntrusted',
		'wrong name': 'TlsNameMismatch',
	})
	equal(results.find(({ name }) => name === 'good')?.tlsDaysLeft, 364)
})

test('secondary endpoints warn only, and durations are compared with those of earlier jobs', async () => {
	await using shop = await startShop()
	await using runner = await startChecker()
	// The core endpoint has another name each time: on a busy machine it might be degrading, too.
	const endpoints = (name: string, path: string) => [
		{ name, url: shop.url, maxMs: 60_000 },
		{ name: 'search', url: `${shop.url}${path}`, importance: 'secondary', maxMs: path === '/slow' ? 1_000 : 60_000 },
	]
	for (const name of ['one', 'two', 'three']) equal((await check(runner, endpoints(name, '/'))).status, 'Completed')
	const { status, findings, warnings, summary, results } = await check(runner, endpoints('four', '/slow'))
	equal(status, 'Completed')
	equal(findings.four, '')
	match(findings.search!, /^Slow\(\d{3,}\), Degrading$/)
	deepEqual(warnings, [`search: ${findings.search}`])
	deepEqual(summary, { ok: true, core: { up: 1, down: 0 }, secondary: { up: 0, down: 1 } })
	equal(results[0]?.location, 'test')
})

test('a stopped job ends in the middle of a check, and a list with faults fails its job with their places', async () => {
	await using shop = await startShop()
	await using runner = await startChecker()
	const jobId = await runner.start('check-endpoints', JSON.stringify([{ name: 'never', url: `${shop.url}/never`, timeoutMs: 120_000 }]))
	await until('the request has come', () => shop.requests.length > 0)
	equal((await runner.manage(`/jobs/${jobId}/stop`, { method: 'POST' })).ok, true)
	equal((await runner.untilJob(jobId)).properties.status, 'Stopped')

	const { status, exception, results } = await check(runner, { endpoints: [{ name: 'a', url: 'nowhere', auth: { bearer: 'hidden\n' } }] })
	equal(status, 'Failed')
	match(
		exception,
		/WebhookData\.RequestBody cannot be used: endpoints\[0\]\.url: must be an http or https URL; endpoints\[0\]\.auth: holds a character/,
	)
	deepEqual([results, exception.includes('hidden')], [[], false])
})

test('an endpoint is let in with a credential and a variable, which no stream has', async () => {
	await using shop = await startShop()
	const endpoint = {
		name: 'private',
		url: `${shop.url}/private`,
		maxMs: 60_000,
		headers: { 'x-key': { variable: 'health-key' } },
		auth: { credential: 'shop' },
	}
	await using runner = await startRunner({
		webhooks: [{ name: 'check-endpoints', runbook: 'check-endpoints', parameters: { endpoints: [endpoint] } }],
	})
	const missing = await check(runner, undefined)
	equal(missing.status, 'Failed')
	match(missing.exception, /no variable 'health-key'/)
	const manage = account(runner)
	equal((await manage('PUT', '/variables/health-key', { value: '"hidden-key"', isEncrypted: true })).status, 201)
	equal((await manage('PUT', '/credentials/shop', { userName: 'ada', password: 'hidden-password' })).status, 201)
	const { status, findings, everything, exception } = await check(runner, undefined)
	equal(status, 'Completed', exception)
	deepEqual(findings, { private: '' })
	equal(/hidden|YWRh/.test(everything), false)
})

test('its schedule is there, off until somebody enables it', async () => {
	await using runner = await startRunner()
	const manage = account(runner)
	const schedule = async () => (await manage('GET', '/schedules/check-endpoints')).properties
	const shipped = await until('the schedule is there', schedule)
	deepEqual([shipped.isEnabled, shipped.nextRun, shipped.cron], [false, null, '*/5 * * * *'])
	equal((await manage('PATCH', '/schedules/check-endpoints', { isEnabled: true })).status, 200)
	equal((await schedule())?.isEnabled, true)
	await runner.end('SIGTERM')
	await runner.restart()
	equal((await schedule())?.isEnabled, true)
})

test.run()
