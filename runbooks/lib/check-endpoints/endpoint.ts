// What an endpoint to check may say. Messages name the place of a fault and never its value, which may be a secret.
import { validateHeaderName, validateHeaderValue } from 'node:http'
import { isIP } from 'node:net'
import { z } from 'runhook'
import { isAddressOrRange } from './address-ranges.ts'
import { readPath } from './json-path.ts'

const ENDPOINTS_MAX = 200
const TIMEOUT_MS_MAX = 120_000
const LIST_LENGTH_MAX = 20
const TEXT_LENGTH_MAX = 2_000
/** Servers commonly take 8 KiB for a header. */
const HEADER_LENGTH_MAX = 8_192
/** What browsers follow is twenty; a check that needs more than ten looks at the wrong URL. */
const FOLLOW_MAX = 10
const REPEAT_MAX = 20

/** Set by the check itself or by the connection: another value would break the request. */
const ownHeaders = ['host', 'connection', 'content-length', 'transfer-encoding', 'upgrade', 'expect', 'te', 'trailer', 'keep-alive']

const label = z
	.string()
	.min(1)
	.max(100)
	.regex(/^\P{Cc}*$/u, 'must be a text without control characters')
const text = z.string().min(1).max(TEXT_LENGTH_MAX)
const milliseconds = (most: number) => z.number().positive().max(most)

/** One value stands for a list of one. */
const oneOrMore = <Item extends z.ZodType>(item: Item) =>
	z.preprocess((value) => (Array.isArray(value) ? value : [value]), z.array(item).min(1).max(LIST_LENGTH_MAX))

const url = z
	.string()
	.max(TEXT_LENGTH_MAX)
	.refine((value) => /^https?:$/.test(URL.parse(value)?.protocol ?? ''), 'must be an http or https URL')
	.refine((value) => !URL.parse(value)?.username && !URL.parse(value)?.password, 'must not hold credentials: give them in auth')

const headerValue = z.string().max(HEADER_LENGTH_MAX).refine(isHeaderValue, 'holds a character that no header may have')
/** The name of an asset whose value stands in the request and nowhere else. */
const assetName = z.string().min(1).max(128)
const headerRule = 'must be a text, or { variable } with the name of a variable'
const headers = z
	.record(z.string(), z.union([headerValue, z.strictObject({ variable: assetName })], { error: headerRule }))
	.superRefine((value, context) => {
		const names = Object.keys(value)
		if (names.length > LIST_LENGTH_MAX) context.addIssue(`must have at most ${LIST_LENGTH_MAX} headers`)
		for (const name of names) {
			if (!accepts(() => validateHeaderName(name))) context.addIssue({ code: 'custom', path: [name], message: 'is no name of a header' })
			if (ownHeaders.includes(name.toLowerCase())) context.addIssue({ code: 'custom', path: [name], message: 'is set by the check itself' })
		}
	})

const secret = z.string().min(1).max(4_096)
/** Becomes the value of the Authorization header. */
const auth = z
	.union(
		[
			headerValue.min(1),
			z.strictObject({ bearer: secret }),
			z.strictObject({ username: z.string().max(1_000), password: secret }),
			z.strictObject({ credential: assetName }),
		],
		{ error: 'must be the value of the Authorization header, { bearer }, { username, password } or { credential }' },
	)
	.transform((value) => {
		if (typeof value === 'string' || 'credential' in value) return value
		return 'bearer' in value ? `Bearer ${value.bearer}` : basicAuthorization(value.username, value.password)
	})
	.refine((value) => typeof value !== 'string' || isHeaderValue(value), 'holds a character that no header may have')

const expectJson = z.record(z.string(), z.unknown()).superRefine((value, context) => {
	const paths = Object.keys(value)
	if (paths.length > LIST_LENGTH_MAX) context.addIssue(`must have at most ${LIST_LENGTH_MAX} paths`)
	for (const path of paths)
		if (!readPath(path)) context.addIssue({ code: 'custom', path: [path], message: 'is no path such as status or checks[0].name' })
})

const dns = z.strictObject({
	expect: oneOrMore(z.string().refine(isAddressOrRange, 'must be an address or a range such as 10.0.0.0/8')).optional(),
	expectCname: z.string().min(1).max(255).optional(),
	maxMs: milliseconds(TIMEOUT_MS_MAX).optional(),
})

const endpoint = z.strictObject({
	name: label,
	url,
	method: z.enum(['GET', 'HEAD', 'OPTIONS', 'POST', 'PUT', 'PATCH', 'DELETE']).default('GET'),
	headers: headers.default({}),
	auth: auth.optional(),
	expectStatus: oneOrMore(z.int().min(100).max(599)).default([200]),
	expectText: oneOrMore(text).optional(),
	expectNotText: oneOrMore(text).optional(),
	expectTitle: text.optional(),
	expectJson: expectJson.optional(),
	maxMs: milliseconds(TIMEOUT_MS_MAX).default(2_000),
	timeoutMs: milliseconds(TIMEOUT_MS_MAX).default(10_000),
	tlsMinDays: z.number().min(0).max(3_650).default(14),
	dns: dns.default({}),
	follow: z.int().min(0).max(FOLLOW_MAX).default(0),
	importance: z.enum(['core', 'secondary']).default('core'),
	instances: oneOrMore(z.string().refine((value) => isIP(value) > 0, 'must be an IP address')).default([]),
})

/** An endpoint as it was declared, with every default filled in; secrets may be names of assets still. */
export type DeclaredEndpoint = z.output<typeof endpoint>
/** An endpoint as it is checked. */
export type Endpoint = Omit<DeclaredEndpoint, 'headers' | 'auth'> & { headers: Record<string, string>; auth?: string | undefined }

const endpoints = z
	.array(endpoint)
	.min(1)
	.max(ENDPOINTS_MAX)
	.superRefine((list, context) => {
		const names = list.map(({ name }) => name)
		for (const [index, name] of names.entries())
			if (names.indexOf(name) < index)
				context.addIssue({ code: 'custom', path: [index, 'name'], message: 'is the name of another endpoint' })
	})

const checks = z.strictObject({
	endpoints,
	/** Labels of the place that checks. */
	locations: oneOrMore(label).optional(),
	/** How often each endpoint is checked in a row. */
	repeat: z.int().min(1).max(REPEAT_MAX).default(1),
})

/** What is to be checked. */
export type Checks = z.output<typeof checks>

/** Reads what is to be checked; `place` is where it came from. Throws an Error with a sentence for each fault, the first ten of them. */
export function readChecks(value: unknown, place: string): Checks {
	const result = checks.safeParse(Array.isArray(value) ? { endpoints: value } : value)
	if (result.success) return result.data
	const faults = result.error.issues.map(({ path, message }) => `${pathText(path)}${message}`)
	const more = faults.length > 10 ? [`${faults.length - 10} more faults`] : []
	throw new Error(`${place} cannot be used: ${[...faults.slice(0, 10), ...more].join('; ')}.`)
}

function pathText(path: readonly PropertyKey[]): string {
	const steps = path.map((step, index) => (typeof step === 'number' ? `[${step}]` : `${index > 0 ? '.' : ''}${String(step)}`))
	return steps.length > 0 ? `${steps.join('')}: ` : ''
}

export function basicAuthorization(userName: string, password: string): string {
	return `Basic ${Buffer.from(`${userName}:${password}`).toString('base64')}`
}

export function isHeaderValue(value: string): boolean {
	return accepts(() => validateHeaderValue('x', value))
}

function accepts(check: () => void): boolean {
	try {
		check()
		return true
	} catch {
		return false
	}
}
