import { deepEqual, equal, match, ok } from 'node:assert/strict'
import { getCACertificates, setDefaultCACertificates } from 'node:tls'
import { test } from 'uvu'
import { checkEndpoint } from '../../../../runbooks/lib/check-endpoints/check-endpoint.ts'
import { systemNames } from '../../../../runbooks/lib/check-endpoints/names.ts'
import { makeCertificate } from '../../../support/certificate.ts'
import { endpointToCheck } from '../../../support/endpoint-to-check.ts'
import { answerWith, startWebServer } from '../../../support/web-server.ts'

const DAY = 86_400_000
const authority = makeCertificate({ subject: 'Authority of the tests', isAuthority: true })
setDefaultCACertificates([...getCACertificates(), authority.cert])

/** Checks a server with that certificate; it is called localhost. */
async function checkWith(certificate: Parameters<typeof makeCertificate>[0], endpoint: Record<string, unknown> = {}) {
	await using server = await startWebServer({ certificate: makeCertificate(certificate), answer: answerWith(200, 'Welcome') })
	const read = await endpointToCheck({ name: 'shop', url: server.url, maxMs: 60_000, ...endpoint })
	const check = await checkEndpoint(read, {
		names: { ...systemNames, addresses: async () => ['127.0.0.1'] },
		repeat: 1,
		signal: new AbortController().signal,
	})
	return { ...check, requests: server.requests }
}

const good = { subject: 'shop', names: ['localhost'], issuer: authority }

test('a good certificate is no finding, and the days that it is left are told', async () => {
	const { findings, tlsDaysLeft, status, ms } = await checkWith(good, { expectText: 'Welcome', auth: 'secret' })
	deepEqual([findings, tlsDaysLeft, status], [[], 364, 200])
	ok(ms.tls !== null && ms.tls > 0)
})

for (const [what, certificate, findings] of [
	['is about to expire', { ...good, notAfter: Date.now() + 5.5 * DAY }, ['TlsExpiring(5)']],
	['has expired', { ...good, notAfter: Date.now() - DAY }, ['TlsExpired']],
	['signed itself', { subject: 'localhost', names: ['localhost'] }, ['TlsUntrusted']],
	['is for another name', { ...good, names: ['other.example'] }, ['TlsNameMismatch']],
	['is not valid yet', { ...good, notBefore: Date.now() + DAY }, ['TlsUntrusted']],
	[
		'is wrong in all',
		{ subject: 'x', names: ['x'], notAfter: Date.now() + 5.5 * DAY },
		['TlsExpiring(5)', 'TlsUntrusted', 'TlsNameMismatch'],
	],
] as const) {
	test(`a certificate that ${what} is told: ${findings}`, async () => {
		const found = await checkWith({ ...certificate, names: [...certificate.names] })
		deepEqual([found.findings, found.status], [findings, 200])
	})
}

test('a server that cannot prove who it is gets no request that carries headers', async () => {
	const { findings, reasons, status, requests } = await checkWith(
		{ subject: 'localhost', names: ['localhost'] },
		{ headers: { 'x-key': 'secret' } },
	)
	deepEqual([findings, status, requests], [['TlsUntrusted'], null, []])
	match(reasons.join(), /^DEPTH_ZERO_SELF_SIGNED_CERT,the request was not sent/)
})

test('an instance has to prove that it is the host of the URL', async () => {
	const found = await checkWith({ ...good, names: ['127.0.0.1'] }, { instances: ['127.0.0.1'] })
	deepEqual(found.findings, ['TlsNameMismatch', 'InstanceDown(127.0.0.1)'])
	const { findings } = await checkWith({ ...good, notAfter: Date.now() + 5.5 * DAY }, { instances: ['127.0.0.1'] })
	deepEqual(findings, ['TlsExpiring(5)'])
})

test('an address in the URL is compared with the addresses of the certificate', async () => {
	const certificate = makeCertificate({ ...good, names: ['127.0.0.1'] })
	await using server = await startWebServer({ certificate, answer: answerWith(200) })
	const read = await endpointToCheck({ name: 'shop', url: `https://127.0.0.1:${server.port}/` })
	const { status, findings } = await checkEndpoint(read, { names: systemNames, repeat: 1, signal: new AbortController().signal })
	equal(status, 200)
	deepEqual(
		findings.filter((finding) => !finding.startsWith('Slow')),
		[],
	)
})

test.run()
