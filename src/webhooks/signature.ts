import { createHmac, hash, timingSafeEqual } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'
import { SIGNATURE_TOLERANCE_SECONDS } from '../limits.ts'
import type { SignatureRule } from './protections.ts'

/** What is signed, and by which headers. Checked over the bytes of the body as they came: what was decoded and encoded again is another text. */
export type SignedCall = { headers: IncomingHttpHeaders; body: Uint8Array; now: number }

/** How an HMAC stands in a request. */
type Layout = {
	header: string
	algorithm: 'sha256' | 'sha384' | 'sha512'
	encoding: 'hex' | 'base64'
	/** Stands before each signature. */
	prefix: string
	/** Of the time in seconds since 1970, where it is signed. */
	timeHeader?: string | undefined
	/** Of an id that is signed, too. */
	idHeader?: string
	/** Whether the header may hold several signatures, with spaces between. */
	isList?: true
	/** What is signed before the body. */
	before: (signed: { time: string; id: string }) => string
	key: (secret: string) => Uint8Array
}

const sha256 = { algorithm: 'sha256', encoding: 'hex', prefix: '', before: () => '', key: textKey } as const

/**
 * Where each sender puts what. The headers of GitHub: docs.github.com/webhooks/using-webhooks/validating-webhook-deliveries.
 * Slack: docs.slack.dev/authentication/verifying-requests-from-slack. Standard Webhooks: github.com/standard-webhooks, spec.
 * Grafana: grafana.com/docs, "Configure webhook notifications", HMAC signature.
 */
function layoutOf(rule: Exclude<SignatureRule, { scheme: 'gitlab' }>): Layout {
	switch (rule.scheme) {
		case 'github':
			return { ...sha256, header: 'x-hub-signature-256', prefix: 'sha256=' }
		case 'slack':
			return {
				...sha256,
				header: 'x-slack-signature',
				prefix: 'v0=',
				timeHeader: 'x-slack-request-timestamp',
				before: ({ time }) => `v0:${time}:`,
			}
		case 'standardWebhooks':
			return {
				...sha256,
				header: 'webhook-signature',
				prefix: 'v1,',
				encoding: 'base64',
				timeHeader: 'webhook-timestamp',
				idHeader: 'webhook-id',
				isList: true,
				before: ({ id, time }) => `${id}.${time}.`,
				key: standardKey,
			}
		case 'grafana':
			return {
				...sha256,
				header: rule.header ?? 'x-grafana-alerting-signature',
				timeHeader: rule.timestampHeader,
				before: ({ time }) => (rule.timestampHeader ? `${time}:` : ''),
			}
		case 'hmac':
			return {
				...{ header: rule.header, algorithm: rule.algorithm ?? 'sha256', encoding: rule.encoding ?? 'hex', prefix: rule.prefix ?? '' },
				timeHeader: rule.timestampHeader,
				before: ({ time }) => (rule.timestampHeader ? `${time}.` : ''),
				key: textKey,
			}
	}
}

function textKey(secret: string): Uint8Array {
	return Buffer.from(secret)
}

/** `whsec_` and the base64 of the key. */
function standardKey(secret: string): Uint8Array {
	return Buffer.from(secret.replace(/^whsec_/, ''), 'base64')
}

/** Why a text cannot be the secret of a scheme; undefined when it can. */
export function secretFault({ scheme }: SignatureRule, secret: string): string | undefined {
	const isBase64 = /^(whsec_)?[A-Za-z0-9+/]{8,}={0,2}$/.test(secret)
	return scheme === 'standardWebhooks' && !isBase64 ? 'is not whsec_ and base64, as Standard Webhooks have it' : undefined
}

/** Why a call is not signed with any of the secrets; undefined when it is with one. */
export function signatureFault(rule: SignatureRule, secrets: readonly string[], { headers, body, now }: SignedCall): string | undefined {
	if (rule.scheme === 'gitlab') return tokenFault(secrets, textOf(headers, 'x-gitlab-token'))
	const layout = layoutOf(rule)
	const given = textOf(headers, layout.header)
	if (given === undefined) return `It has no header ${layout.header}.`
	const time = layout.timeHeader === undefined ? '' : textOf(headers, layout.timeHeader)
	if (time === undefined) return `It has no header ${layout.timeHeader}.`
	const id = layout.idHeader === undefined ? '' : textOf(headers, layout.idHeader)
	if (id === undefined) return `It has no header ${layout.idHeader}.`
	// The specification asks for ids without: else what is signed could be divided at another place, and be a call of another id.
	if (id.includes('.')) return `Its header ${layout.idHeader} has a full stop.`
	const tolerance = ('toleranceSeconds' in rule && rule.toleranceSeconds) || SIGNATURE_TOLERANCE_SECONDS
	if (layout.timeHeader !== undefined) {
		if (!/^\d{1,12}$/.test(time)) return `Its header ${layout.timeHeader} is no time in seconds since 1970.`
		const distance = Math.round(Number(time) - now / 1000)
		if (Math.abs(distance) > tolerance)
			return `It was signed ${Math.abs(distance)} s ${distance > 0 ? 'in the future' : 'ago'}; ${tolerance} s are allowed.`
	}
	const signatures = signaturesIn(given, layout)
	if (signatures.length === 0) return `Its header ${layout.header} holds no signature of the kind ${layout.prefix}<${layout.encoding}>.`
	const isValid = secrets
		.map((secret) => hmacOf(layout, secret, { time, id, body }))
		.some((expected) => signatures.some((signature) => areSame(signature, expected)))
	return isValid ? undefined : 'Its signature is not of this body with a secret of this webhook.'
}

/** The header that a call is let in by, in lower case. */
export function signatureHeader(rule: SignatureRule): string {
	return rule.scheme === 'gitlab' ? 'x-gitlab-token' : layoutOf(rule).header.toLowerCase()
}

/** The headers that a sender would add to a body. */
export function signatureHeaders(
	rule: SignatureRule,
	secret: string,
	{ body, now, id }: { body: Uint8Array; now: number; id: string },
): Record<string, string> {
	if (rule.scheme === 'gitlab') return { 'X-Gitlab-Token': secret }
	const layout = layoutOf(rule)
	const time = String(Math.floor(now / 1000))
	const signature = hmacOf(layout, secret, { time, id, body }).toString(layout.encoding)
	return {
		...(layout.idHeader === undefined ? {} : { [layout.idHeader]: id }),
		...(layout.timeHeader === undefined ? {} : { [layout.timeHeader]: time }),
		[layout.header]: layout.prefix + signature,
	}
}

function hmacOf(layout: Layout, secret: string, { time, id, body }: { time: string; id: string; body: Uint8Array }): Buffer {
	return createHmac(layout.algorithm, layout.key(secret)).update(layout.before({ time, id })).update(body).digest()
}

/** Signatures looked at in one header: each costs a comparison. */
const SIGNATURES_MAX = 10

function signaturesIn(text: string, { isList, prefix, encoding }: Layout): Buffer[] {
	const pattern = encoding === 'hex' ? /^[0-9a-f]+$/i : /^[A-Za-z0-9+/]+={0,2}$/
	return (isList ? text.split(' ').slice(0, SIGNATURES_MAX) : [text])
		.filter((each) => each.startsWith(prefix) && pattern.test(each.slice(prefix.length)))
		.map((each) => Buffer.from(each.slice(prefix.length), encoding))
}

/** Hashes are compared: they have one length, whatever was sent. */
function tokenFault(secrets: readonly string[], given: string | undefined): string | undefined {
	if (given === undefined) return 'It has no header x-gitlab-token.'
	const isValid = secrets.some((secret) => areSame(hash('sha256', given, 'buffer'), hash('sha256', secret, 'buffer')))
	return isValid ? undefined : 'Its header x-gitlab-token is no secret of this webhook.'
}

function areSame(one: Uint8Array, other: Uint8Array): boolean {
	return one.length === other.length && timingSafeEqual(one, other)
}

function textOf(headers: IncomingHttpHeaders, name: string): string | undefined {
	const value = headers[name.toLowerCase()]
	return typeof value === 'string' && value !== '' ? value : undefined
}
