// The server process as it is; what it is presented with as secrets, and all that it answers, is noted in the file that is named to it.
import { subscribe } from 'node:diagnostics_channel'
import { openSync, writeSync } from 'node:fs'
import { IncomingMessage, ServerResponse } from 'node:http'

/** A line of that file. */
export type Observed = { kind: 'secret'; what: string; text: string } | { kind: 'answer'; asked: string; text: string }

const file = openSync(process.argv[2]!, 'a')
const note = (observed: Observed) => void writeSync(file, `${JSON.stringify(observed)}\n`)

const known = new Set<string>()
/** A shorter one stands by chance in many a place. */
const lengthMin = 8
/** Each is looked for in all that was stored: a test that tries thousands of tokens tells no more by all of them. */
const secretsMax = 200

function noteSecret(what: string, text: unknown): void {
	if (typeof text !== 'string' || text.length < lengthMin || known.has(text) || known.size >= secretsMax) return
	known.add(text)
	note({ kind: 'secret', what, text })
}

/** Express cuts off of the URL what a router is mounted below. */
const pathOf = ({ url = '', originalUrl = url }: IncomingMessage & { originalUrl?: string }) => originalUrl.split('?')[0]!

subscribe('http.server.request.start', (message) => {
	const { headers, url = '' } = (message as { request: IncomingMessage }).request
	const query = new URLSearchParams(url.split('?')[1])
	noteSecret('bearer token', /^Bearer +(\S+)/i.exec(headers.authorization ?? '')?.[1])
	noteSecret('health key', headers['x-health-key'])
	noteSecret('health key', query.get('key'))
	noteSecret('webhook token', query.get('token'))
	noteSecret('code of Entra ID', query.get('code'))
})

/** Paths of variables that are encrypted: a PATCH does not say it again. */
const encrypted = new Set<string>()

/** The secrets that a body sets. */
function noteSecretsOf(path: string, body: string): void {
	try {
		const { properties = {} } = JSON.parse(body)
		if (path.includes('/credentials/')) noteSecret('password', properties.password)
		if (properties.isEncrypted === true) encrypted.add(path)
		if (properties.isEncrypted === false) encrypted.delete(path)
		if (encrypted.has(path)) JSON.parse(properties.value, (_name, value) => void noteSecret('encrypted variable', value))
	} catch {
		// What is no JSON sets nothing.
	}
}

const push = IncomingMessage.prototype.push
const bodies = new WeakMap<IncomingMessage, string>()
IncomingMessage.prototype.push = function (chunk: Buffer | null, ...more: []) {
	const path = pathOf(this)
	if (/\/(credentials|variables)\//.test(path)) {
		const body = (bodies.get(this) ?? '') + (chunk ?? '')
		bodies.set(this, body)
		if (chunk === null) noteSecretsOf(path, body)
	}
	return push.call(this, chunk, ...more)
}

for (const name of ['write', 'end'] as const) {
	const original = ServerResponse.prototype[name] as (...given: unknown[]) => unknown
	const observed = function (this: ServerResponse & { _header?: string }, ...given: unknown[]) {
		const result = original.apply(this, given)
		const [chunk] = given
		const text = typeof chunk === 'string' || chunk instanceof Uint8Array ? Buffer.from(chunk as string).toString() : ''
		note({ kind: 'answer', asked: `${this.req.method} ${pathOf(this.req)}`, text: (this._header ?? '') + text })
		return result
	}
	Object.defineProperty(ServerResponse.prototype, name, { value: observed, writable: true, configurable: true })
}

await import('../../src/main.ts')
