import { randomUUID } from 'node:crypto'
import { AutomationClient, type AutomationModels } from '@azure/arm-automation'
import { adminToken, type Runner } from './runner.ts'

export const group = 'runhook'
export const account = 'runhook'

/** The official client, unmodified, pointed at a runner. */
export function automationClient(runner: Pick<Runner, 'url'>, token = adminToken): AutomationClient {
	const credential = { getToken: async () => ({ token, expiresOnTimestamp: Date.now() + 3_600_000 }) }
	return new AutomationClient(credential, '00000000-0000-0000-0000-000000000000', 'status', {
		baseUri: runner.url,
		// A fault of the runner would else be asked for again for two minutes.
		noRetryPolicy: true,
		longRunningOperationRetryTimeout: 0,
	})
}

type RunbookGiven = Omit<AutomationModels.RunbookCreateOrUpdateParameters, 'runbookType'> & { runbookType?: string }

/** Puts a runbook of TypeScript, which the client's types do not know; nor do they know what it resolves with. */
export function putRunbook(
	{ runbook }: AutomationClient,
	name: string,
	given: RunbookGiven,
): Promise<AutomationModels.RunbookCreateOrUpdateResponse> {
	const parameters = { runbookType: 'TypeScript', ...given } as AutomationModels.RunbookCreateOrUpdateParameters
	return runbook.createOrUpdate(group, account, name, parameters)
}

/** The JSON body of a success. */
export async function json<Body>(asked: Promise<Response>): Promise<Body> {
	const response = await asked
	if (!response.ok) throw new Error(`${response.status} ${await response.text()}`)
	return (await response.json()) as Body
}

/** A name for a job as Azure's tools make them. */
export const jobName = () => randomUUID()

/** The text of a stream that the client hands over. */
export async function textOf({ readableStreamBody }: { readableStreamBody?: NodeJS.ReadableStream | undefined }): Promise<string> {
	const chunks: Buffer[] = []
	for await (const chunk of readableStreamBody!) chunks.push(Buffer.from(chunk))
	return Buffer.concat(chunks).toString()
}

/** What the client throws: the status, code and message of a refusal. */
export async function refusal(call: Promise<unknown>): Promise<string> {
	try {
		const answer = await call
		throw new Error(`It was answered: ${JSON.stringify(answer)?.slice(0, 200)}`)
	} catch (error) {
		const { statusCode, code, message } = error as { statusCode?: number; code?: string; message: string }
		if (statusCode === undefined) throw error
		return `${statusCode} ${code}: ${message}`
	}
}
