import { hash } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'
import { z } from 'zod'
import { concurrencyKeyOf } from '../jobs/concurrency-key.ts'
import type { NewJob } from '../jobs/job.ts'
import { KEY_CONCURRENCY_MAX, KEY_STEP_LENGTH_MAX, KEY_STEPS_MAX, KEY_VALUE_LENGTH_MAX, PRIORITY_MAX } from '../limits.ts'
import { overflows } from '../queue/queue-store.ts'
import { bodyJson } from './body-json.ts'
import { carriesSecret } from './webhook-data.ts'

const keyPattern = new RegExp(
	`^(body(\\.[^\\s.\\p{C}]{1,${KEY_STEP_LENGTH_MAX}}){1,${KEY_STEPS_MAX}}|header\\.[A-Za-z0-9-]{1,${KEY_STEP_LENGTH_MAX}})$`,
	'u',
)

/** What an entry of webhooks.json and a request of the API may say of how a webhook's jobs wait. */
export const waitingMembers = {
	priority: z
		.int('must be a whole number')
		.min(-PRIORITY_MAX, `must be at least ${-PRIORITY_MAX}`)
		.max(PRIORITY_MAX, `must be at most ${PRIORITY_MAX}`)
		.optional()
		.describe('Of the jobs that wait, those of a higher priority go first. Default 0.'),
	concurrencyKey: z
		.string()
		.regex(keyPattern, 'must be body.<member>.<member> or header.<name>, such as body.repository.full_name')
		.refine(
			(path) => !path.startsWith('header.') || !carriesSecret(path.slice('header.'.length)),
			'must be no header that carries a secret',
		)
		.optional()
		.describe(
			'Where a call says what its job is about: body.<member>.<member> of a JSON body (a number steps into an array), or header.<name>. Jobs of the same value share slots. A call without it shares none.',
		),
	concurrency: z
		.int('must be a whole number')
		.min(1, 'must be at least 1')
		.max(KEY_CONCURRENCY_MAX, `must be at most ${KEY_CONCURRENCY_MAX}`)
		.optional()
		.describe('How many jobs of the same concurrencyKey, without one of this webhook, may run at once. Default 1 with a key or overflow.'),
	overflow: z
		.enum(overflows, `must be one of ${overflows.join(', ')}`)
		.optional()
		.describe(
			'What becomes of a call when as many jobs of its key wait or run as may run. queue: its job waits (default). reject: 409. skip: 202 with the job that waits or runs. replace: its job takes the place of those that wait.',
		),
}

type Rules = { [Name in keyof typeof waitingMembers]?: NonNullable<z.output<(typeof waitingMembers)[Name]>> }

/** How the job of a call waits. */
export function waitingOf(
	{ name, protections }: { name: string; protections: Rules },
	headers: IncomingHttpHeaders,
	body: Buffer,
): Pick<NewJob, 'priority' | 'concurrencyKey' | 'keyConcurrency'> {
	const { priority = 0, concurrencyKey: path, concurrency, overflow } = protections
	if (path === undefined && concurrency === undefined && overflow === undefined)
		return { priority, concurrencyKey: null, keyConcurrency: null }
	const value = path === undefined ? '' : valueAt(path, headers, body)
	if (value === undefined) return { priority, concurrencyKey: null, keyConcurrency: null }
	return { priority, concurrencyKey: concurrencyKeyOf(name, value), keyConcurrency: concurrency ?? 1 }
}

/** The value that a call gives, as it can be shown; undefined where it gives none. */
function valueAt(path: string, headers: IncomingHttpHeaders, body: Buffer): string | undefined {
	const [place, ...steps] = path.split('.') as [string, ...string[]]
	const found = place === 'header' ? headers[steps[0]!.toLowerCase()] : steps.reduce(stepInto, bodyJson(body))
	if (typeof found === 'number' || typeof found === 'boolean') return String(found)
	return typeof found === 'string' && found !== '' ? shown(found) : undefined
}

function stepInto(value: unknown, step: string): unknown {
	return typeof value === 'object' && value !== null && Object.hasOwn(value, step) ? (value as Record<string, unknown>)[step] : undefined
}

/** What cannot be shown whole is told apart by its hash: no two values may share slots by mistake. */
function shown(value: string): string {
	if (value.length <= KEY_VALUE_LENGTH_MAX && !/\p{C}/u.test(value)) return value
	return `${value.slice(0, KEY_VALUE_LENGTH_MAX).replace(/\p{C}/gu, ' ')}…${hash('sha256', value).slice(0, 32)}`
}
