// The steps of one visit to an endpoint, in the order in which they can fail: name, connection, certificate, request, content.
import { isIP, type Socket } from 'node:net'
import { addressesOutside } from './address-ranges.ts'
import { judgeCertificate } from './certificate.ts'
import { hostOf, openConnection, startTls } from './connection.ts'
import { bodyText, contentFindings } from './content.ts'
import type { Endpoint } from './endpoint.ts'
import { type Answer, exchange } from './exchange.ts'
import { isSameName, type Names } from './names.ts'

/** Milliseconds of each step, summed over redirects; null for a step that was not taken to its end. `total` goes to the last byte. */
export type Timings = Record<'dns' | 'connect' | 'tls' | 'firstByte', number | null> & { total: number }

export type Visit = {
	status: number | null
	ms: Timings
	tlsDaysLeft: number | null
	addresses: string[]
	findings: string[]
	/** What the findings alone do not say, for people: codes and addresses, never a text that a server sent. */
	reasons: string[]
	/** Whether the last answer was read to its end. */
	isAnswered: boolean
}

export type Trip = {
	endpoint: Endpoint
	/** What the steps fill in. */
	visit: Visit
	names: Names
	/** The address to connect to; without it the name is looked up. */
	instance: string | undefined
	signal: AbortSignal
}

/** The name leads to no address. */
export class NameFailure extends Error {
	override name = 'NameFailure'
}

/** Asks, follows redirects as far as the endpoint allows, and judges the last answer. Rejects where a step cannot be taken. */
export async function takeTrip(trip: Trip): Promise<void> {
	const { endpoint, visit } = trip
	let url = new URL(endpoint.url)
	for (let hops = 0; ; hops++) {
		const answer = await askAt(trip, url, hops)
		if (!answer) return
		const { status, contentType, body } = answer
		const next = hops < endpoint.follow ? redirectTarget(endpoint, answer, url) : undefined
		visit.status = status
		if (!next) {
			visit.isAnswered = true
			// What an error page says is no news: its text would only add findings to the one that matters.
			if (!endpoint.expectStatus.includes(status)) visit.findings.push(`Status(${status})`)
			else visit.findings.push(...contentFindings(endpoint, bodyText(body, contentType)))
			return
		}
		url = next
	}
}

/** Where the answer sends us, if it is a place for a check to go. An expected redirect is an answer like any other. */
function redirectTarget({ expectStatus }: Endpoint, { status, location }: Answer, url: URL): URL | undefined {
	if (![301, 302, 303, 307, 308].includes(status) || expectStatus.includes(status) || location === undefined) return undefined
	const target = URL.parse(location, url.href)
	return target && /^https?:$/.test(target.protocol) ? target : undefined
}

/** Asks at one URL; undefined when the request was not sent, because it carries secrets and the server may be another one. */
async function askAt(trip: Trip, url: URL, hops: number): Promise<Answer | undefined> {
	const { endpoint, visit, signal, instance } = trip
	const isOwn = url.origin === new URL(endpoint.url).origin
	const isSameHost = hostOf(url) === hostOf(new URL(endpoint.url))
	let mayAsk = true
	let addresses = instance !== undefined && isSameHost ? [instance] : undefined
	if (!addresses) {
		addresses = await lookUp(trip, url)
		if (hops === 0) mayAsk = await isAsExpected(trip, url, addresses)
	}
	const socket = await timed(visit, 'connect', openConnection(url, addresses, signal))
	try {
		const secured = url.protocol === 'https:' ? await secure(trip, socket, url) : { socket, isValid: true }
		mayAsk &&= secured.isValid
		// Another origin gets neither headers nor method: they were meant for the first one.
		const headers = isOwn ? { ...endpoint.headers, ...(endpoint.auth && { authorization: endpoint.auth }) } : {}
		if (!mayAsk && Object.keys(headers).length > 0) {
			visit.reasons.push('the request was not sent, because it carries headers')
			return undefined
		}
		const method = hops === 0 ? endpoint.method : endpoint.method === 'HEAD' ? 'HEAD' : 'GET'
		const answer = await exchange(secured.socket, { url, method, headers }, signal)
		visit.ms.firstByte = (visit.ms.firstByte ?? 0) + answer.firstByteMs
		return answer
	} finally {
		socket.destroy()
	}
}

/** The addresses of a URL's host, timed. */
async function lookUp({ endpoint, visit, names, signal }: Trip, url: URL): Promise<string[]> {
	const host = hostOf(url)
	const looked = isIP(host) ? Promise.resolve([host]) : untilAborted(names.addresses(host), signal)
	const addresses = await timed(visit, 'dns', looked).catch((error: NodeJS.ErrnoException) => {
		if (signal.aborted || typeof error.code !== 'string') throw error
		throw new NameFailure(error.code, { cause: error })
	})
	if (addresses.length === 0) throw new NameFailure('no address')
	if (visit.addresses.length === 0) visit.addresses = addresses
	const { maxMs = Number.POSITIVE_INFINITY } = endpoint.dns
	if ((visit.ms.dns ?? 0) > maxMs && !visit.findings.includes('DnsSlow')) visit.findings.push('DnsSlow')
	return addresses
}

/** Whether the name leads where it should; elsewhere somebody may have redirected it. */
async function isAsExpected({ endpoint, visit, names, signal }: Trip, url: URL, addresses: string[]): Promise<boolean> {
	const { expect, expectCname } = endpoint.dns
	const outside = expect ? addressesOutside(addresses, expect) : []
	const reasons = outside.map((address) => `${address} is not expected`)
	if (expectCname !== undefined) {
		const alias = await untilAborted(names.alias(hostOf(url), signal), signal).catch((error: NodeJS.ErrnoException) => {
			if (signal.aborted) throw error
			return `unknown (${error.code})`
		})
		if (alias === undefined || !isSameName(alias, expectCname)) reasons.push(`the alias is ${alias ?? 'missing'}`)
	}
	if (reasons.length === 0) return true
	visit.findings.push('DnsUnexpected')
	visit.reasons.push(...reasons)
	return false
}

async function secure({ endpoint, visit, signal }: Trip, plain: Socket, url: URL): Promise<{ socket: Socket; isValid: boolean }> {
	const host = hostOf(url)
	const socket = await timed(visit, 'tls', startTls(plain, host, signal))
	// Node's types say Error; it is the code of OpenSSL.
	const chainFault = socket.authorized ? null : String(socket.authorizationError)
	const facts = { host, certificate: socket.getPeerCertificate(), chainFault, now: Date.now() }
	const { findings, reasons, daysLeft, isValid } = judgeCertificate(facts, endpoint.tlsMinDays)
	visit.tlsDaysLeft = Math.min(visit.tlsDaysLeft ?? daysLeft, daysLeft)
	visit.findings.push(...findings)
	visit.reasons.push(...reasons)
	return { socket, isValid }
}

async function timed<Result>({ ms }: Visit, step: 'dns' | 'connect' | 'tls', work: Promise<Result>): Promise<Result> {
	const begin = performance.now()
	const result = await work
	ms[step] = (ms[step] ?? 0) + performance.now() - begin
	return result
}

/** A look-up cannot be called off, but nobody has to wait for it. */
export function untilAborted<Result>(work: Promise<Result>, signal: AbortSignal): Promise<Result> {
	return new Promise((resolve, reject) => {
		if (signal.aborted) reject(signal.reason)
		signal.addEventListener('abort', () => reject(signal.reason), { once: true })
		work.then(resolve, reject)
	})
}
