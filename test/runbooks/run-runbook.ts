import { type DefinedRunbook, isDefinedRunbook, type Progress, type RunbookContext } from '../../src/runbooks/define-runbook.ts'
import type { SimulatedAzure } from '../azure/simulated-azure.ts'
import { noAssets } from '../support/no-assets.ts'

/** What a runbook wrote, and how it ended. */
export type Written = {
	outputs: unknown[]
	warnings: string[]
	errors: string[]
	verbose: string[]
	progress: Progress[]
	/** Undefined when the runbook completed. */
	exception: string | undefined
}

/** Runs a runbook in this process, as a job with these parameter values, against the simulator. */
export async function runRunbook(
	runbook: DefinedRunbook,
	{ azure, job }: SimulatedAzure,
	values: Record<string, unknown>,
): Promise<Written> {
	if (!isDefinedRunbook(runbook)) throw new Error('That is no runbook.')
	const checked = await runbook.parameters?.['~standard'].validate(values)
	if (!checked || checked.issues) throw new Error(`The parameters were refused: ${JSON.stringify(checked)}`)
	const written: Omit<Written, 'exception'> = { outputs: [], warnings: [], errors: [], verbose: [], progress: [] }
	const context: RunbookContext<unknown> = {
		parameters: checked.value,
		output: (value) => written.outputs.push(value),
		warning: (message) => written.warnings.push(String(message)),
		error: (message) => written.errors.push(String(message)),
		verbose: (message) => written.verbose.push(String(message)),
		debug: () => undefined,
		progress: (record) => written.progress.push(record),
		job: {
			jobId: '1',
			runbookName: 'runbook',
			webhookName: 'Webhook',
			creationTime: '2026-01-01T00:00:00Z',
			tryCount: 1,
			traceparent: null,
		},
		signal: job.signal,
		azure,
		...noAssets,
		state: { get: async () => undefined, set: async () => undefined },
	}
	try {
		await runbook.run(context)
		return { ...written, exception: undefined }
	} catch (error) {
		return { ...written, exception: (error as Error).message }
	}
}

/** The request of a webhook call with this body; a body that is no text is sent as JSON. */
export function webhookData(body: unknown, RequestHeader: Record<string, string> = { from: 'me@example.com' }): Record<string, unknown> {
	return { WebhookName: 'Webhook', RequestHeader, RequestBody: typeof body === 'string' ? body : JSON.stringify(body) }
}
