// X.509 certificates made on the spot, so that no test depends on a date or a program. What is written is DER (X.690), by hand.
import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto'
import { isIPv4 } from 'node:net'

/** A certificate with its key, both as PEM; `issuer` of further ones. */
export type Certificate = { cert: string; key: string; subject: string; privateKey: KeyObject }

export type CertificateFacts = {
	/** The common name. */
	subject: string
	/** DNS names and IPv4 addresses that it is good for. */
	names?: string[]
	/** Without one it signs itself. */
	issuer?: Certificate
	isAuthority?: boolean
	/** Milliseconds since 1970. */
	notBefore?: number
	notAfter?: number
}

const DAY = 86_400_000

export function makeCertificate({ subject, names = [], issuer, isAuthority = false, ...validity }: CertificateFacts): Certificate {
	const { notBefore = Date.now() - 2 * DAY, notAfter = Date.now() + 365 * DAY } = validity
	const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' })
	const spki = publicKey.export({ type: 'spki', format: 'der' })
	const body = sequence(
		der(0xa0, integer(Buffer.from([2]))),
		integer(Buffer.concat([Buffer.from([1]), randomBytes(8)])),
		ecdsaWithSha256,
		nameOf(issuer?.subject ?? subject),
		sequence(time(notBefore), time(notAfter)),
		nameOf(subject),
		spki,
		der(0xa3, sequence(...extensions({ names, isAuthority, keyId: createHash('sha1').update(spki).digest() }))),
	)
	const signature = sign('sha256', body, issuer?.privateKey ?? privateKey)
	const certificate = sequence(body, ecdsaWithSha256, der(0x03, Buffer.concat([Buffer.from([0]), signature])))
	const lines = certificate
		.toString('base64')
		.match(/.{1,64}/g)!
		.join('\n')
	const cert = `-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n`
	return { cert, key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(), subject, privateKey }
}

function extensions({ names, isAuthority, keyId }: { names: string[]; isAuthority: boolean; keyId: Buffer }): Buffer[] {
	const made = [extension([2, 5, 29, 14], der(0x04, keyId))]
	if (isAuthority) made.push(extension([2, 5, 29, 19], sequence(der(0x01, Buffer.from([0xff])))))
	const alternatives = names.map((name) =>
		isIPv4(name) ? der(0x87, Buffer.from(name.split('.').map(Number))) : der(0x82, Buffer.from(name, 'ascii')),
	)
	if (alternatives.length > 0) made.push(extension([2, 5, 29, 17], sequence(...alternatives)))
	return made
}

function extension(id: number[], value: Buffer): Buffer {
	return sequence(objectId(id), der(0x04, value))
}

function der(tag: number, content: Buffer): Buffer {
	const { length } = content
	const size = length < 128 ? [length] : length < 256 ? [0x81, length] : [0x82, length >> 8, length & 0xff]
	return Buffer.concat([Buffer.from([tag, ...size]), content])
}

function sequence(...parts: Buffer[]): Buffer {
	return der(0x30, Buffer.concat(parts))
}

function integer(value: Buffer): Buffer {
	return der(0x02, value)
}

function objectId([first = 0, second = 0, ...rest]: number[]): Buffer {
	const bytes = rest.flatMap((part) => {
		const digits = [part & 0x7f]
		for (let left = part >> 7; left > 0; left >>= 7) digits.unshift((left & 0x7f) | 0x80)
		return digits
	})
	return der(0x06, Buffer.from([first * 40 + second, ...bytes]))
}

function nameOf(commonName: string): Buffer {
	return sequence(der(0x31, sequence(objectId([2, 5, 4, 3]), der(0x0c, Buffer.from(commonName)))))
}

/** GeneralizedTime: YYYYMMDDHHMMSSZ. */
function time(instant: number): Buffer {
	return der(
		0x18,
		Buffer.from(
			`${new Date(instant)
				.toISOString()
				.replace(/\.\d+|[-:T]/g, '')
				.replace(/Z$/, '')}Z`,
		),
	)
}

const ecdsaWithSha256 = sequence(objectId([1, 2, 840, 10045, 4, 3, 2]))
