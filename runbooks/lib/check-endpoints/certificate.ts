// What the certificate of a server is worth. Pure.
import { checkServerIdentity, type PeerCertificate } from 'node:tls'

export type CertificateFacts = {
	host: string
	certificate: PeerCertificate
	/** Why the chain is not trusted, as OpenSSL codes it; null when it is. */
	chainFault: string | null
	/** Milliseconds since 1970. */
	now: number
}

export type Judgement = { findings: string[]; daysLeft: number; isValid: boolean; reasons: string[] }

const MILLISECONDS_PER_DAY = 86_400_000

/** Judges a certificate: each of expired, untrusted and made for another name is said, because each has a remedy of its own. */
export function judgeCertificate({ host, certificate, chainFault, now }: CertificateFacts, tlsMinDays: number): Judgement {
	const exactDays = (Date.parse(certificate.valid_to) - now) / MILLISECONDS_PER_DAY
	const daysLeft = Math.floor(exactDays)
	const findings: string[] = []
	const reasons: string[] = []
	// An intermediate certificate can be the one that has expired.
	if (exactDays <= 0 || chainFault === 'CERT_HAS_EXPIRED') findings.push('TlsExpired')
	if (chainFault !== null) {
		if (chainFault !== 'CERT_HAS_EXPIRED') findings.push('TlsUntrusted')
		reasons.push(chainFault)
	}
	if (checkServerIdentity(host, certificate)) findings.push('TlsNameMismatch')
	const isValid = findings.length === 0
	if (exactDays > 0 && exactDays <= tlsMinDays && !findings.includes('TlsExpired')) findings.unshift(`TlsExpiring(${daysLeft})`)
	return { findings, daysLeft, isValid, reasons }
}
