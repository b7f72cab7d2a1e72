import { deepEqual } from 'node:assert/strict'
import type { PeerCertificate } from 'node:tls'
import { test } from 'uvu'
import { judgeCertificate } from '../../../../runbooks/lib/check-endpoints/certificate.ts'

const certificate = {
	valid_to: 'Jan 31 00:00:00 2030 GMT',
	subject: { CN: 'shop' },
	subjectaltname: 'DNS:shop.example, DNS:*.shop.example, IP Address:192.0.2.1',
} as unknown as PeerCertificate

function judged(now: string, { host = 'shop.example', chainFault = null as string | null, tlsMinDays = 14 } = {}) {
	return judgeCertificate({ host, certificate, chainFault, now: Date.parse(now) }, tlsMinDays)
}

for (const [now, facts, findings, daysLeft] of [
	['2030-01-01T00:00:00Z', {}, [], 30],
	['2030-01-16T23:59:59Z', {}, [], 14],
	['2030-01-17T00:00:00Z', {}, ['TlsExpiring(14)'], 14],
	['2030-01-30T12:00:00Z', {}, ['TlsExpiring(0)'], 0],
	['2030-01-30T12:00:00Z', { tlsMinDays: 0 }, [], 0],
	['2030-01-31T00:00:00Z', {}, ['TlsExpired'], 0],
	['2030-02-02T00:00:00Z', { tlsMinDays: 0, chainFault: 'CERT_HAS_EXPIRED' }, ['TlsExpired'], -2],
	['2030-01-01T00:00:00Z', { chainFault: 'CERT_HAS_EXPIRED' }, ['TlsExpired'], 30],
	['2030-01-01T00:00:00Z', { chainFault: 'DEPTH_ZERO_SELF_SIGNED_CERT' }, ['TlsUntrusted'], 30],
	['2030-01-20T00:00:00Z', { chainFault: 'SELF_SIGNED_CERT_IN_CHAIN' }, ['TlsExpiring(11)', 'TlsUntrusted'], 11],
	['2030-01-01T00:00:00Z', { host: 'other.example' }, ['TlsNameMismatch'], 30],
	['2030-01-01T00:00:00Z', { host: 'a.shop.example' }, [], 30],
	['2030-01-01T00:00:00Z', { host: 'a.b.shop.example' }, ['TlsNameMismatch'], 30],
	['2030-01-01T00:00:00Z', { host: '192.0.2.1' }, [], 30],
	['2030-01-01T00:00:00Z', { host: '192.0.2.2' }, ['TlsNameMismatch'], 30],
	[
		'2031-01-01T00:00:00Z',
		{ host: 'x', chainFault: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE' },
		['TlsExpired', 'TlsUntrusted', 'TlsNameMismatch'],
		-335,
	],
] as const) {
	test(`at ${now} with ${JSON.stringify(facts)} there is found: ${findings.join(', ') || 'nothing'}`, () => {
		const judgement = judged(now, facts)
		deepEqual([judgement.findings, judgement.daysLeft], [findings, daysLeft])
		deepEqual(
			judgement.isValid,
			findings.every((finding) => finding.startsWith('TlsExpiring')),
		)
	})
}

test.run()
