import { hostname } from 'node:os'
import { defineRunbook, type RunbookContext, WebhookData, z } from 'runhook'
import { type Check, checkEndpoint } from './lib/check-endpoints/check-endpoint.ts'
import type { Endpoint } from './lib/check-endpoints/endpoint.ts'
import { withSecrets } from './lib/check-endpoints/endpoint-secrets.ts'
import { systemNames } from './lib/check-endpoints/names.ts'
import { readInput } from './lib/check-endpoints/read-input.ts'
import { selfTest } from './lib/check-endpoints/self-test.ts'
import { type History, historyKey, isDegrading, readHistory, withDurations } from './lib/check-endpoints/trend.ts'
import { inParallel } from './lib/in-parallel.ts'

/** Endpoints checked at a time: enough to be done soon, few enough not to disturb each other's times. */
const PARALLEL = 8
const HISTORY_KEY = 'durations'

const parameters = z.object({
	WebhookData: WebhookData.nullish(),
	endpoints: z
		.array(z.record(z.string(), z.unknown()))
		.optional()
		.describe('What to check. Without it: the file, or the body of the webhook call.'),
	file: z
		.string()
		.optional()
		.describe('A .json file within the runbooks folder that names the endpoints; check-endpoints.json when nothing is given.'),
	locations: z.array(z.string()).optional().describe('Labels of the place that checks; the name of the machine when left out.'),
	repeat: z.int().min(1).optional().describe('How often each endpoint is checked in a row; once when left out.'),
})

type Context = RunbookContext<z.output<typeof parameters>>

export default defineRunbook({
	description: 'Checks that web endpoints answer, with the right content, in time, and from where they should.',
	parameters,
	// A check that is late says nothing of the time it was due at.
	schedule: {
		cron: '*/5 * * * *',
		isEnabled: false,
		missed: 'skip',
		overlap: 'skip',
		description: 'Checks the endpoints of check-endpoints.json.',
	},
	async run(context) {
		const { endpoints: declared, locations = [hostname()], repeat } = await readInput(context.parameters, import.meta.dirname)
		const { signal, state, warning } = context
		const endpoints = await Promise.all(declared.map((endpoint) => withSecrets(endpoint, context)))
		await selfTest((endpoint) => checkEndpoint(endpoint, { repeat: 1, names: systemNames, signal }))

		const location = locations.join(', ')
		const history = readHistory(await state.get(HISTORY_KEY))
		const results = await inParallel(endpoints, PARALLEL, async (endpoint) => {
			const checkedAt = new Date().toISOString()
			const check = await checkEndpoint(endpoint, { repeat, names: systemNames, signal })
			const key = historyKey(endpoint.name, location)
			if (check.isComparable && isDegrading(check.ms.total, history[key])) check.findings.push('Degrading')
			report(context, endpoint, { check, location, checkedAt })
			return { endpoint, check, key }
		})

		const failed = results.filter(({ check }) => check.findings.length > 0).map(({ endpoint }) => endpoint)
		const core = count(endpoints, failed, 'core')
		context.output({ ok: core.down === 0, core, secondary: count(endpoints, failed, 'secondary') })
		const durations = results.filter(({ check }) => check.isComparable).map(({ key, check }) => [key, check.ms.total] as [string, number])
		await keepDurations(state, durations).catch((error: Error) => warning(`The durations could not be kept: ${error.message}`))
		if (core.down > 0) {
			const names = failed.filter(({ importance }) => importance === 'core').map(({ name }) => name)
			throw new Error(`${core.down} of ${core.up + core.down} core endpoints failed: ${names.join(', ')}.`)
		}
	},
})

type Result = { check: Check; location: string; checkedAt: string }

/** Writes the Output record of one endpoint, and says what failed where people look first. */
function report({ output, warning, error }: Context, { name, url, importance }: Endpoint, { check, location, checkedAt }: Result): void {
	const { status, tlsDaysLeft, addresses, findings, reasons } = check
	const ok = findings.length === 0
	const { dns, connect, tls, firstByte, total } = check.ms
	const ms = { dns: rounded(dns), connect: rounded(connect), tls: rounded(tls), firstByte: rounded(firstByte), total: rounded(total) }
	output({ name, url, ok, status, ms, tlsDaysLeft, addresses, findings, importance, location, checkedAt })
	if (ok) return
	const say = importance === 'core' ? error : warning
	say(`${name}: ${findings.join(', ')}${reasons.length > 0 ? ` (${reasons.join('; ')})` : ''}`)
}

/** Tenths of a millisecond. */
function rounded(milliseconds: number | null): number | null {
	return milliseconds === null ? null : Math.round(milliseconds * 10) / 10
}

function count(endpoints: Endpoint[], failed: Endpoint[], importance: Endpoint['importance']): { up: number; down: number } {
	const of = (list: Endpoint[]) => list.filter((endpoint) => endpoint.importance === importance).length
	return { up: of(endpoints) - of(failed), down: of(failed) }
}

/** Reads once more what is kept: another job may have ended meanwhile. */
async function keepDurations(state: Context['state'], durations: [key: string, duration: number][]): Promise<void> {
	const history: History = readHistory(await state.get(HISTORY_KEY))
	await state.set(HISTORY_KEY, withDurations(history, durations))
}
